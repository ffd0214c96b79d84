//! Who asks, and whether they may.
//!
//! With a key configured, whoever has it is let in. Without one the server listens on this machine alone, and then what
//! has to be kept out is web pages: by the name of the host (another name means that a page had its own name resolve to
//! this machine) and by the origin.

use std::net::IpAddr;

use poem::Request;
use poem::http::{Method, Uri, header, uri::Authority};

use super::problem::{Code, Problem};
use crate::domain::access::{Principal, Role, Way};
use crate::domain::secret::Secret;

/// Lets in, or not.
#[derive(Debug)]
pub struct Door {
    key: Option<Secret>,
}

impl Door {
    /// With the configured key.
    #[must_use]
    pub fn new(key: Option<Secret>) -> Self {
        Self { key }
    }

    /// Refuses requests that a web page of another origin sends, and names that this instance does not have.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn check_source(&self, request: &Request) -> Result<(), Problem> {
        let host = host(request);
        if self.key.is_none() && !host.as_ref().is_some_and(is_loopback) {
            let sentence = "without an API key only this machine is served, under the names localhost, 127.0.0.1 or \
                            [::1]; set CACHERR_API_KEY to be reachable by other names";
            return Err(Problem::new(Code::Forbidden, sentence));
        }
        // A page cannot send the key, and what it may read the browser keeps from it, except for WebSockets.
        let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
        let upgrades = request.headers().contains_key(header::UPGRADE);
        if (upgrades || !reads && self.key.is_none())
            && let Some(origin) = request.headers().get(header::ORIGIN)
        {
            let origin = origin.to_str().ok().and_then(|origin| origin.parse::<Uri>().ok());
            let same = origin
                .as_ref()
                .and_then(Uri::authority)
                .is_some_and(|origin| host.as_ref().is_some_and(|host| is_same(origin, host)));
            if !same {
                let sentence = "web pages of another origin are not served";
                return Err(Problem::new(Code::Forbidden, sentence));
            }
        }
        Ok(())
    }

    /// Who asks.
    ///
    /// # Errors
    /// `Unauthorized`.
    pub fn admit(&self, request: &Request) -> Result<Principal, Problem> {
        let Some(key) = &self.key else { return Ok(let_in("local", Way::Local, request)) };
        let given = |name: header::HeaderName| request.headers().get(name)?.to_str().ok();
        let api_key = given(header::HeaderName::from_static("x-api-key"));
        let bearer = given(header::AUTHORIZATION)
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim());
        match api_key.or(bearer) {
            Some(candidate) if key.matches(candidate) => Ok(let_in("api_key", Way::ConfiguredKey, request)),
            Some(_) => Err(Problem::new(Code::Unauthorized, "the API key is wrong")),
            None => Err(Problem::new(
                Code::Unauthorized,
                "an API key is needed, in the header X-Api-Key or as a bearer token",
            )),
        }
    }
}

/// Whoever is let in may do everything.
fn let_in(name: &str, way: Way, request: &Request) -> Principal {
    let address = request.remote_addr().as_socket_addr().map(|address| address.ip().to_canonical());
    Principal { name: name.to_owned(), role: Role::Admin, way, address }
}

fn host(request: &Request) -> Option<Authority> {
    match request.headers().get(header::HOST) {
        Some(host) => host.to_str().ok()?.parse().ok(),
        None => request.original_uri().authority().cloned(),
    }
}

fn is_loopback(host: &Authority) -> bool {
    let name = host.host();
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// The same name and port. A port that is not said is that of the scheme, which a proxy may have changed.
fn is_same(origin: &Authority, host: &Authority) -> bool {
    let default = |port: Option<u16>| port.filter(|port| !matches!(port, 80 | 443));
    origin.host().eq_ignore_ascii_case(host.host()) && default(origin.port_u16()) == default(host.port_u16())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(method: Method, headers: &[(&str, &str)]) -> Request {
        let builder = Request::builder().method(method).uri(Uri::from_static("/api/version"));
        headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value)).finish()
    }

    fn is_let_in(door: &Door, method: Method, headers: &[(&str, &str)]) -> bool {
        door.check_source(&asked(method, headers)).is_ok()
    }

    #[test]
    fn without_a_key_only_names_of_this_machine_are_served() {
        let door = Door::new(None);
        for host in ["localhost:5445", "LOCALHOST", "127.0.0.1:5445", "127.8.0.1", "[::1]:5445"] {
            assert!(is_let_in(&door, Method::GET, &[("host", host)]), "{host}");
        }
        for host in ["evil.example", "localhost.evil.example", "192.168.1.2:5445", "[::2]", ""] {
            assert!(!is_let_in(&door, Method::GET, &[("host", host)]), "{host}");
        }
        assert!(is_let_in(&Door::new(Some(Secret::new("k"))), Method::GET, &[("host", "nas.lan:5445")]));
    }

    #[test]
    fn pages_of_other_origins_change_nothing_and_hear_nothing() {
        let host = ("host", "localhost:5445");
        let from = |origin| ("origin", origin);
        let (open, locked) = (Door::new(None), Door::new(Some(Secret::new("k"))));
        assert!(is_let_in(&open, Method::POST, &[host, from("http://localhost:5445")]));
        assert!(is_let_in(&open, Method::POST, &[host]));
        assert!(is_let_in(&open, Method::GET, &[host, from("http://evil.example")]));
        for origin in ["http://evil.example", "null", "http://localhost:1", "nonsense"] {
            assert!(!is_let_in(&open, Method::POST, &[host, from(origin)]), "{origin}");
            for door in [&open, &locked] {
                let upgrade = ("upgrade", "websocket");
                assert!(!is_let_in(door, Method::GET, &[host, from(origin), upgrade]), "{origin}");
            }
        }
    }

    #[test]
    fn the_key_is_taken_from_either_header() {
        let door = Door::new(Some(Secret::new("right")));
        let admits = |name, value| door.admit(&asked(Method::GET, &[(name, value)])).is_ok();
        assert!(admits("x-api-key", "right") && admits("authorization", "Bearer right"));
        assert!(admits("authorization", "bearer right"));
        for (name, value) in [("x-api-key", "wrong"), ("x-api-key", ""), ("authorization", "Basic right")] {
            assert!(!admits(name, value), "{name}: {value}");
        }
    }
}
