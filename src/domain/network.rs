//! What counts as one place in the network.

use std::net::{IpAddr, Ipv6Addr};

/// An address; with IPv6 the network of 64 bits that every household has for itself, and 2^64 addresses in it. This machine
/// is itself.
#[must_use]
pub fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(ip) if !ip.is_loopback() => {
            IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() & !u128::from(u64::MAX)))
        }
        other => other,
    }
}
