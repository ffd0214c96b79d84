//! What a request shows of who asks. Pure: nothing here is believed yet.
//!
//! **Invariant:** who shows a key or a ticket is let in by it or not at all, so what a browser adds by itself never stands
//! behind it. A name that a proxy writes is no claim unless whoever is connected is a trusted proxy; nearness is none
//! unless the address is exact and every name under which was asked is one that no stranger can point here.

use poem::http::{HeaderMap, HeaderName, header};

use super::source::{Source, is_own_name};
use crate::domain::access::Role;
use crate::domain::settings::{AccessSettings, is_among};

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// One thing by which a request may be let in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Claim {
    /// A key, in a header.
    Key(String),
    /// A ticket, in the query of a WebSocket.
    Ticket(String),
    /// The token of a session, in a cookie.
    Session(String),
    /// An account that a trusted proxy names.
    Named(String),
    /// An address that is near, and what it is worth.
    Near(Role),
}

/// All that a request shows, in the order in which it counts. `cookie` is the name of ours; `tickets` is
/// the query where a ticket means anything.
#[must_use]
pub fn claims(
    headers: &HeaderMap,
    source: &Source,
    settings: &AccessSettings,
    cookie: &str,
    tickets: Option<&str>,
) -> Vec<Claim> {
    if let Some(key) = key(headers) {
        return vec![Claim::Key(key)];
    }
    if let Some(ticket) = tickets.and_then(ticket) {
        return vec![Claim::Ticket(ticket)];
    }
    let session = session(headers, cookie).map(Claim::Session);
    let named = named(headers, source, settings).map(Claim::Named);
    let near = settings.local_role.filter(|_| named.is_none() && is_near(source, settings)).map(Claim::Near);
    session.into_iter().chain(named).chain(near).collect()
}

/// Whether whoever wrote the page put it there, and not the browser.
#[must_use]
pub fn carry_key(claims: &[Claim]) -> bool {
    matches!(claims, [Claim::Key(_) | Claim::Ticket(_)])
}

/// A key that is no text is one nevertheless: a wrong one.
fn key(headers: &HeaderMap) -> Option<String> {
    if let Some(key) = headers.get(API_KEY) {
        return Some(key.to_str().unwrap_or_default().to_owned());
    }
    let given = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = given.split_once(' ').unwrap_or((given, ""));
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

fn ticket(query: &str) -> Option<String> {
    query.split('&').find_map(|pair| pair.strip_prefix("ticket=")).map(str::to_owned)
}

fn session(headers: &HeaderMap, cookie: &str) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == cookie).map(|(_, token)| token.to_owned())
}

/// Two names, or one that is no text, name nobody: a proxy may have added its own to one that it was sent.
fn named(headers: &HeaderMap, source: &Source, settings: &AccessSettings) -> Option<String> {
    let header = settings.user_header.as_deref()?;
    let mut lines = headers.get_all(header).iter();
    let line = lines.next()?;
    if !source.is_through_proxy {
        tracing::debug!(address = %source.address, header, "ignored the name of a user: not from a trusted proxy");
        return None;
    }
    let name =
        if lines.next().is_some() { "" } else { std::str::from_utf8(line.as_bytes()).unwrap_or_default() };
    Some(name.trim().to_owned()).filter(|_| !line.is_empty())
}

fn is_near(source: &Source, settings: &AccessSettings) -> bool {
    source.is_exact
        && is_among(&settings.local_networks, source.address)
        && source.is_named(|name| is_own_name(name, &settings.hosts))
}

#[cfg(test)]
mod tests {
    use super::*;

    const COOKIE: &str = "cacherr_session";

    fn settings() -> AccessSettings {
        AccessSettings {
            local_role: Some(Role::Operator),
            trusted_proxies: vec!["10.0.0.1/32".parse().unwrap()],
            user_header: Some("remote-user".to_owned()),
            hosts: vec!["nas.lan".to_owned()],
            ..AccessSettings::default()
        }
    }

    fn shown(peer: &str, headers: &[(&str, &str)], tickets: Option<&str>) -> Vec<Claim> {
        let settings = settings();
        let lines = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        let lines: HeaderMap = lines.collect();
        let asked = lines.get("host").map_or("nas.lan:5445", |host| host.to_str().unwrap()).parse().ok();
        let peer = Some(peer.parse().unwrap());
        let source = Source::trace(peer, asked, false, &lines, &settings.trusted_proxies);
        claims(&lines, &source, &settings, COOKIE, tickets)
    }

    fn key(key: &str) -> Claim {
        Claim::Key(key.to_owned())
    }

    fn session(token: &str) -> Claim {
        Claim::Session(token.to_owned())
    }

    fn named(name: &str) -> Claim {
        Claim::Named(name.to_owned())
    }

    /// Who is connected, what they send, what that shows.
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [Claim]);

    const NEAR: Claim = Claim::Near(Role::Operator);

    #[test]
    fn who_asks_is_said_by_the_first_that_is_shown() {
        let (near, far, proxy) = ("192.168.1.9", "8.8.8.8", "10.0.0.1");
        let (from_near, from_far) = (("x-forwarded-for", "192.168.1.9"), ("x-forwarded-for", "8.8.8.8"));
        let (cookie, user) = (("cookie", "a=b; cacherr_session=cs_1; c=d"), ("remote-user", "user1"));
        let table: &[Case] = &[
            (far, &[], &[]),
            (near, &[], &[NEAR]),
            ("127.0.0.1", &[], &[NEAR]),
            ("::1", &[("host", "[::1]:5445")], &[NEAR]),
            // A key, whatever else there is.
            (near, &[("x-api-key", "k"), cookie], &[key("k")]),
            (near, &[("authorization", "bEaReR k"), cookie], &[key("k")]),
            (near, &[("x-api-key", ""), cookie], &[key("")]),
            (near, &[("x-api-key", "k"), ("authorization", "Bearer other")], &[key("k")]),
            (far, &[("authorization", "Basic dXNlcjpw")], &[]),
            (far, &[("authorization", "Bearer")], &[key("")]),
            // A session, then what the address is worth.
            (far, &[cookie], &[session("cs_1")]),
            (near, &[cookie], &[session("cs_1"), NEAR]),
            (far, &[("cookie", "cacherr_sessions=x; xcacherr_session=y")], &[]),
            // A proxy names somebody; from anybody else that is nothing.
            (proxy, &[user, from_far], &[named("user1")]),
            (proxy, &[user, from_near], &[named("user1")]),
            (proxy, &[user, from_far, cookie], &[session("cs_1"), named("user1")]),
            (proxy, &[user, ("remote-user", "admin"), from_far], &[named("")]),
            (proxy, &[("remote-user", ""), from_far], &[]),
            (far, &[user], &[]),
            (near, &[user], &[NEAR]),
            (far, &[user, ("x-forwarded-for", "10.0.0.1")], &[]),
            // Through a trusted proxy counts the address that it names; through another one nothing does.
            (proxy, &[from_near], &[NEAR]),
            (proxy, &[from_far], &[]),
            (proxy, &[("x-forwarded-for", "192.168.1.9, 8.8.8.8")], &[]),
            (proxy, &[], &[]),
            (near, &[from_near], &[]),
            ("127.0.0.1", &[from_far], &[]),
            ("127.0.0.1", &[("x-real-ip", "8.8.8.8")], &[]),
            // Under a name that a stranger may have made to lead here nobody is near.
            (near, &[("host", "evil.example")], &[]),
            (near, &[("host", "localhost:1")], &[NEAR]),
            (near, &[("host", "192.168.1.2")], &[NEAR]),
            (near, &[("host", "not a name")], &[]),
            (proxy, &[from_near, ("x-forwarded-host", "evil.example")], &[]),
            (proxy, &[from_near, ("host", "evil.example"), ("x-forwarded-host", "nas.lan")], &[]),
        ];
        for (peer, headers, expected) in table {
            assert_eq!(shown(peer, headers, None), *expected, "{peer}: {headers:?}");
        }
    }

    #[test]
    fn a_ticket_counts_where_tickets_are_taken_and_alone() {
        let ticket = Claim::Ticket("t1".to_owned());
        let cookie = ("cookie", "cacherr_session=cs_1");
        let query = Some("since=1&ticket=t1");
        assert_eq!(shown("192.168.1.9", &[cookie], query), [ticket]);
        assert_eq!(shown("192.168.1.9", &[cookie], Some("")), [session("cs_1"), NEAR]);
        assert_eq!(shown("192.168.1.9", &[cookie], None), [session("cs_1"), NEAR]);
        assert_eq!(shown("8.8.8.8", &[("x-api-key", "k")], query), [key("k")]);
    }
}
