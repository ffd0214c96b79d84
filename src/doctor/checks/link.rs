//! Does the media server read through a link of ours? It alone can say.

use super::shown;
use crate::doctor::checks::server::reach;
use crate::doctor::finding::{Check, Finding};
use crate::doctor::server::{LinkTold, Told};
use crate::domain::settings::CacheSettings;

/// The finding about the link that the server was asked to look through.
pub(in crate::doctor) fn judge(told: &Told, cache: &CacheSettings) -> Vec<Finding> {
    let subject = "Plex";
    let again = "run the doctor again when something is cached that it knows: `cacherr cache FILE`";
    let (path, part) = match &told.link {
        LinkTold::Nothing => {
            return vec![Check::LinkReadable.unknown(subject, "nothing that it knows is cached yet", again)];
        }
        LinkTold::Silent(fault) => {
            return vec![Check::LinkReadable.unknown(subject, fault.to_string(), reach(fault))];
        }
        LinkTold::Looked { path, part } => (shown(path), part),
    };
    let said = part.as_ref().map(|part| (part.exists, part.accessible));
    vec![match said {
        Some((Some(true), Some(true))) => {
            Check::LinkReadable.ok(subject, format!("it reads {path} through its link"))
        }
        Some((Some(false), _) | (_, Some(false))) => {
            let dir = shown(cache.link_target.as_deref().unwrap_or(&cache.dir));
            Check::LinkReadable.failure(
                subject,
                format!("it cannot read {path}, whose link leads into {dir}"),
                format!(
                    "mount the cache into the media server's container at the very path {dir}, or set \
                     cache.link_target to where it is mounted there; see also that its user may read the copies"
                ),
            )
        }
        _ => Check::LinkReadable.unknown(
            subject,
            format!("it did not say whether it can read {path}"),
            "play a film that is cached; if it does not start, mount the cache into the media server's container",
        ),
    }]
}
