//! Where a request comes from, as far as that can be known, and under which name it was asked for.
//!
//! **Invariant:** what a header says of addresses, names and encryption counts only where whoever is connected is a
//! trusted proxy. A request that came through a proxy which nobody named comes from nowhere near.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;
use poem::Request;
use poem::http::uri::{Authority, Scheme};
use poem::http::{HeaderMap, header};

use crate::domain::settings::is_among;

/// Where it comes from.
#[derive(Clone, PartialEq, Debug)]
pub struct Source {
    /// The address that counts: in the log, and where log-ins are slowed down.
    pub address: IpAddr,
    /// Whether this is the address of whoever asks, for all we know, and not that of a proxy in between.
    pub is_exact: bool,
    /// Whether whoever is connected is a trusted proxy.
    pub is_through_proxy: bool,
    /// Whether it is encrypted all the way to the one who asks.
    pub is_secure: bool,
    /// The names under which it was asked for: what `Host` says, and what it said to the proxy.
    pub names: Vec<Authority>,
}

/// What proxies add. One of them without a trusted proxy tells of one that nobody named.
const TRACES: [&str; 6] =
    ["x-forwarded-for", "forwarded", "x-real-ip", "x-forwarded-host", "x-forwarded-proto", "via"];

impl Source {
    /// Of a request.
    #[must_use]
    pub fn of(request: &Request, trusted: &[IpNet]) -> Self {
        let peer = request.remote_addr().as_socket_addr().map(|peer| peer.ip());
        let asked = match request.headers().get(header::HOST) {
            Some(host) => host.to_str().ok().and_then(|host| host.parse().ok()),
            None => request.original_uri().authority().cloned(),
        };
        let is_encrypted = *request.scheme() == Scheme::HTTPS;
        Self::trace(peer, asked, is_encrypted, request.headers(), trusted)
    }

    /// The same of its parts.
    pub(super) fn trace(
        peer: Option<IpAddr>,
        asked: Option<Authority>,
        is_encrypted: bool,
        headers: &HeaderMap,
        trusted: &[IpNet],
    ) -> Self {
        let is_trusted = |address: IpAddr| is_among(trusted, address);
        let nowhere = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        let peer = peer.map(|peer| peer.to_canonical());
        let mut names: Vec<Authority> = asked.into_iter().collect();
        let Some(peer) = peer.filter(|peer| is_trusted(*peer)) else {
            let is_exact = peer.is_some() && !TRACES.iter().any(|name| headers.contains_key(*name));
            let address = peer.unwrap_or(nowhere);
            return Self { address, is_exact, is_through_proxy: false, is_secure: is_encrypted, names };
        };
        let (address, is_exact) = asker(peer, headers, is_trusted);
        names.extend(listed(headers, "x-forwarded-host").last().and_then(|name| name.parse().ok()));
        let is_https =
            listed(headers, "x-forwarded-proto").next().map(|name| name.eq_ignore_ascii_case("https"));
        let is_secure = is_https.unwrap_or(is_encrypted);
        Self { address, is_exact, is_through_proxy: true, is_secure, names }
    }

    /// Whether a name, without a port, is among those it was asked for by.
    pub fn is_named(&self, is_one: impl Fn(&Authority) -> bool) -> bool {
        !self.names.is_empty() && self.names.iter().all(is_one)
    }
}

/// Who stands before the trusted proxies: the last one whom a trusted one named and who is none itself.
fn asker(peer: IpAddr, headers: &HeaderMap, is_trusted: impl Fn(IpAddr) -> bool) -> (IpAddr, bool) {
    let mut nearest = (peer, false);
    for named in listed(headers, "x-forwarded-for").collect::<Vec<_>>().into_iter().rev() {
        // What cannot be read was written by somebody whose word does not count.
        let Some(address) = address(named) else { return (nearest.0, false) };
        if !is_trusted(address) {
            return (address, true);
        }
        nearest = (address, true);
    }
    nearest
}

/// The items of a header that is a list, over all its lines. A line that is no text is an item that is none.
fn listed<'a>(headers: &'a HeaderMap, name: &str) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(name).iter();
    lines.flat_map(|line| line.to_str().unwrap_or("?").split(',')).map(str::trim)
}

/// An address, maybe with a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.split_once(']')).map(|(address, _)| address);
    let with_port = || text.parse::<std::net::SocketAddr>().ok().map(|at| at.ip());
    let address = bare.unwrap_or(text).parse().ok().or_else(with_port)?;
    Some(IpAddr::to_canonical(&address))
}

/// Whether a name cannot have been made to lead here by a stranger: an address, this machine, or one of ours.
#[must_use]
pub fn is_own_name(name: &Authority, ours: &[String]) -> bool {
    let host = name.host();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || bare.parse::<IpAddr>().is_ok()
        || ours.iter().any(|ours| ours.eq_ignore_ascii_case(host.trim_end_matches('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn traced(peer: &str, headers: &[(&'static str, &str)]) -> Source {
        let trusted = ["10.0.0.1/32".parse().unwrap(), "10.0.1.0/24".parse().unwrap()];
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (header::HeaderName::from_static(name), value.parse().unwrap()))
            .collect();
        let asked = Some(Authority::from_static("inside:5445"));
        Source::trace(Some(peer.parse().unwrap()), asked, false, &headers, &trusted)
    }

    #[test]
    fn the_address_is_the_last_one_that_a_trusted_proxy_vouches_for() {
        let cases: [(&str, &str, &str, bool); 12] = [
            // Peer, X-Forwarded-For, address, whether it is the asker's.
            ("192.168.1.9", "", "192.168.1.9", true),
            ("::ffff:192.168.1.9", "", "192.168.1.9", true),
            ("192.168.1.9", "127.0.0.1", "192.168.1.9", false),
            ("10.0.0.1", "8.8.8.8", "8.8.8.8", true),
            ("10.0.0.1", "127.0.0.1, 8.8.8.8", "8.8.8.8", true),
            ("10.0.0.1", "127.0.0.1, 8.8.8.8, 10.0.1.7", "8.8.8.8", true),
            ("10.0.0.1", "10.0.1.7", "10.0.1.7", true),
            ("10.0.0.1", "8.8.8.8:4711", "8.8.8.8", true),
            ("10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1", true),
            ("10.0.0.1", "192.168.1.9, unknown", "10.0.0.1", false),
            ("10.0.0.1", "unknown, 192.168.1.9", "192.168.1.9", true),
            ("10.0.0.1", "", "10.0.0.1", false),
        ];
        for (peer, forwarded, address, is_exact) in cases {
            let headers: &[_] = if forwarded.is_empty() { &[] } else { &[("x-forwarded-for", forwarded)] };
            let source = traced(peer, headers);
            let said = (source.address.to_string(), source.is_exact);
            assert_eq!(said, (address.to_owned(), is_exact), "{peer}: {forwarded}");
        }
        let lines = traced("10.0.0.1", &[("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "8.8.8.8")]);
        assert_eq!(lines.address.to_string(), "8.8.8.8");
    }

    #[test]
    fn an_unknown_proxy_shows_and_its_word_does_not_count() {
        for trace in TRACES {
            let source = traced("192.168.1.9", &[(trace, "127.0.0.1")]);
            assert!(!source.is_exact && !source.is_through_proxy, "{trace}");
        }
        let source =
            traced("192.168.1.9", &[("x-forwarded-proto", "https"), ("x-forwarded-host", "localhost")]);
        assert!(!source.is_secure && source.names == [Authority::from_static("inside:5445")]);
    }

    #[test]
    fn a_trusted_proxy_says_under_which_name_and_whether_it_was_encrypted() {
        let headers = [("x-forwarded-proto", "https"), ("x-forwarded-host", "nas.example")];
        let source = traced("10.0.0.1", &headers);
        assert!(source.is_secure && source.is_through_proxy);
        assert_eq!(source.names, ["inside:5445", "nas.example"].map(Authority::from_static));
        assert!(!traced("10.0.0.1", &[("x-forwarded-proto", "http")]).is_secure);
    }

    #[test]
    fn names_that_a_stranger_can_point_here_are_not_ours() {
        let ours = |name| is_own_name(&Authority::from_static(name), &["nas.lan".to_owned()]);
        for name in
            ["localhost:5445", "LOCALHOST", "127.0.0.1:5445", "192.168.1.2", "[::1]:5445", "NAS.lan:80"]
        {
            assert!(ours(name), "{name}");
        }
        for name in ["evil.example", "localhost.evil.example", "nas.lan.evil.example", "nas"] {
            assert!(!ours(name), "{name}");
        }
    }
}
