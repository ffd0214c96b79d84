//! What a person can set about who is let in, from where, and for how long.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use jiff::SignedDuration;

use crate::domain::access::Role;

/// Loopback, and what nobody routes over the internet: RFC 1918, link-local, RFC 4193.
pub const PRIVATE_NETWORKS: [IpNet; 8] = [
    v4([127, 0, 0, 0], 8),
    v4([10, 0, 0, 0], 8),
    v4([172, 16, 0, 0], 12),
    v4([192, 168, 0, 0], 16),
    v4([169, 254, 0, 0], 16),
    v6(Ipv6Addr::LOCALHOST, 128),
    v6(Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7),
    v6(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10),
];

const fn v4([a, b, c, d]: [u8; 4], bits: u8) -> IpNet {
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), bits))
}

const fn v6(first: Ipv6Addr, bits: u8) -> IpNet {
    IpNet::V6(Ipv6Net::new_assert(first, bits))
}

/// Who is let in without a key or a session of their own, who vouches for whom, and how long a session lasts.
#[derive(Clone, PartialEq, Debug)]
pub struct AccessSettings {
    /// What whoever asks from [`local_networks`](Self::local_networks) may do without logging in.
    pub local_role: Option<Role>,
    /// What counts as near.
    pub local_networks: Vec<IpNet>,
    /// Proxies whose word about addresses, names and users counts.
    pub trusted_proxies: Vec<IpNet>,
    /// The header, in lower case, in which such a proxy names the account.
    pub user_header: Option<String>,
    /// Names of this instance, in lower case and without a port.
    pub hosts: Vec<String>,
    /// Origins whose pages may ask and read; `*` is every one, with a key.
    pub allowed_origins: Vec<String>,
    /// What somebody who signs in with Plex may do, where there is no account for them.
    pub plex_role: Option<Role>,
    /// A session ends when it was not used for so long,
    pub session_idle: SignedDuration,
    /// and after so long in any case.
    pub session_longest: SignedDuration,
}

impl Default for AccessSettings {
    fn default() -> Self {
        Self {
            local_role: None,
            local_networks: PRIVATE_NETWORKS.to_vec(),
            trusted_proxies: Vec::new(),
            user_header: None,
            hosts: Vec::new(),
            allowed_origins: Vec::new(),
            plex_role: None,
            session_idle: SignedDuration::from_hours(30 * 24),
            session_longest: SignedDuration::from_hours(90 * 24),
        }
    }
}

/// Whether an address is of one of the networks. One of IPv4 that is written as one of IPv6 is still the same address.
#[must_use]
pub fn is_among(networks: &[IpNet], address: IpAddr) -> bool {
    let address = address.to_canonical();
    networks.iter().any(|network| network.contains(&address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_networks_are_loopback_and_what_nobody_routes() {
        let is_private = |address: &str| is_among(&PRIVATE_NETWORKS, address.parse().unwrap());
        for inside in
            ["127.0.0.1", "10.0.0.1", "172.31.0.1", "192.168.1.9", "169.254.3.3", "::1", "fd00::1", "fe80::1"]
        {
            assert!(is_private(inside), "{inside}");
        }
        assert!(is_private("::ffff:10.9.9.9"));
        for outside in ["8.8.8.8", "172.32.0.1", "192.169.0.1", "2001:db8::1", "::2", "0.0.0.0", "100.64.0.1"]
        {
            assert!(!is_private(outside), "{outside}");
        }
    }
}
