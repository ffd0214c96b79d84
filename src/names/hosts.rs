//! A file that gives addresses names, as hosts(5) describes it: an address, then its names, and `#` begins a remark.

use std::net::IpAddr;

/// The addresses that a name has there, each once, in their order.
pub fn find(text: &str, name: &str) -> Vec<IpAddr> {
    let mut found = vec![];
    for line in text.lines() {
        let mut words = line.split('#').next().unwrap_or_default().split_whitespace();
        // One with a zone, as `fe80::1%eth0`, is none that could be given on: whoever writes it has others.
        let Some(address) = words.next().and_then(|word| word.parse().ok()) else { continue };
        let is_named = words.any(|word| word.trim_end_matches('.').eq_ignore_ascii_case(name));
        if is_named && !found.contains(&address) {
            found.push(address);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTS: &str = "\
127.0.0.1\tlocalhost
::1     localhost ip6-localhost
# 10.0.0.9 nas
10.0.0.1  nas.lan nas  # in the cellar
10.0.0.1  NAS
fd00::1   nas.lan.
fe80::1%eth0 nas
10.0.0.300 nas
nas
";

    #[test]
    fn a_name_has_the_addresses_of_all_lines_that_name_it() {
        let find = |name| find(HOSTS, name).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(find("nas"), ["10.0.0.1"]);
        assert_eq!(find("nas.lan"), ["10.0.0.1", "fd00::1"]);
        assert_eq!(find("localhost"), ["127.0.0.1", "::1"]);
        for none in ["cellar", "10.0.0.1", "na", "nas.la", ""] {
            assert!(find(none).is_empty(), "{none}");
        }
    }
}
