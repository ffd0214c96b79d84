//! `[access]`.

use crate::config::keys;
use crate::config::values::Values;
use crate::domain::settings::AccessSettings;

/// All of it.
pub(in crate::config) fn access(values: &mut Values) -> Option<AccessSettings> {
    let (local_role, local_networks) = (values.get(&keys::LOCAL_ROLE), values.get(&keys::LOCAL_NETWORKS));
    let (trusted_proxies, user_header) = (values.get(&keys::TRUSTED_PROXIES), values.get(&keys::USER_HEADER));
    let (hosts, allowed_origins) = (values.get(&keys::HOSTS), values.get(&keys::ALLOWED_ORIGINS));
    let plex_role = values.get(&keys::PLEX_ROLE);
    let (session_idle, session_longest) =
        (values.get(&keys::SESSION_IDLE), values.get(&keys::SESSION_LONGEST));
    Some(AccessSettings {
        local_role: local_role?,
        local_networks: local_networks?,
        trusted_proxies: trusted_proxies?,
        user_header: user_header?,
        hosts: hosts?,
        allowed_origins: allowed_origins?,
        plex_role: plex_role?,
        session_idle: session_idle?,
        session_longest: session_longest?,
    })
}
