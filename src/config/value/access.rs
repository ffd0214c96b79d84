//! Values that say who is let in, from where, and for how long.

use std::net::IpAddr;

use ipnet::IpNet;
use jiff::SignedDuration;

use super::{Read, duration, one_of};
use crate::config::key::items;
use crate::domain::access::Role;

/// Headers that mean something else, to us or to everybody; a proxy cannot name users in them.
const OTHER_HEADERS: &[&str] = &[
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "cookie",
    "host",
    "origin",
    "transfer-encoding",
    "upgrade",
    "x-api-key",
];

/// A role, or nothing.
pub(in crate::config) fn optional_role(text: &str) -> Read<Option<Role>> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| format!("{}, or empty for nobody", one_of(Role::ALL)))
}

pub(in crate::config) fn networks(text: &str) -> Read<Vec<IpNet>> {
    let allowed = "must be addresses and networks, such as 192.168.1.2 or 10.0.0.0/8";
    let address = |item: &str| item.parse::<IpAddr>().map(|address| address.to_canonical().into());
    let network = |item: &str| item.parse::<IpNet>().map(|network| network.trunc());
    items(text).map(|item| address(item).or_else(|_| network(item)).map_err(|_| allowed.to_owned())).collect()
}

/// The name of a header, in lower case; or nothing.
pub(in crate::config) fn user_header(text: &str) -> Read<Option<String>> {
    let name = text.to_ascii_lowercase();
    let is_forwarding = name.starts_with("x-forwarded-") || name.starts_with("sec-");
    if name.is_empty() {
        Ok(None)
    } else if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !OTHER_HEADERS.contains(&&*name)
        && (!is_forwarding || name == "x-forwarded-user" || name == "x-forwarded-preferred-username")
    {
        Ok(Some(name))
    } else {
        Err("must be the name of a header that a proxy sets for nothing else, such as Remote-User".to_owned())
    }
}

/// Names without a port, in lower case.
pub(in crate::config) fn hosts(text: &str) -> Read<Vec<String>> {
    let is_name = |name: &str| {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
        name.len() <= 253 && name.chars().all(is_plain) && !name.starts_with('.') && !name.ends_with('.')
    };
    let allowed = "must be names of this instance without a port, such as nas.lan";
    let name = |item: &str| Some(item.to_ascii_lowercase()).filter(|name| is_name(name));
    items(text).map(|item| name(item).ok_or_else(|| allowed.to_owned())).collect()
}

/// Origins as browsers write them, or `*`.
pub(in crate::config) fn origins(text: &str) -> Read<Vec<String>> {
    items(text).map(origin).collect()
}

fn origin(item: &str) -> Read<String> {
    let text = item.to_ascii_lowercase();
    let usual = [("http://", ":80"), ("https://", ":443")];
    let scheme =
        usual.into_iter().find_map(|(scheme, port)| Some((scheme, port, text.strip_prefix(scheme)?)));
    match scheme {
        _ if text == "*" => Ok(text),
        // Browsers leave out the port that goes without saying.
        Some((scheme, port, host)) if is_authority(host) => {
            Ok(format!("{scheme}{}", host.strip_suffix(port).unwrap_or(host)))
        }
        _ => Err("must be origins such as https://app.example:8443, without a path; or \"*\" alone for every page that \
                  has a key"
            .to_owned()),
    }
}

/// A host, maybe with a port.
fn is_authority(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (text, None),
    };
    let is_address = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .is_some_and(|host| host.parse::<std::net::Ipv6Addr>().is_ok());
    let is_name = host.starts_with(|c: char| c.is_ascii_alphanumeric())
        && host.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c));
    (is_address || is_name) && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0))
}

/// A length of time that may be counted in days; nought would end everything at once.
pub(in crate::config) fn some_days(text: &str) -> Read<SignedDuration> {
    let allowed = || "must be a length of time of at least a minute, such as 30d, 12h or 90m".to_owned();
    let days = text.trim().strip_suffix('d').map(str::trim);
    let time = match days.map(str::parse::<u16>) {
        Some(days) => SignedDuration::from_hours(24 * i64::from(days.map_err(|_| allowed())?)),
        None => duration(text).map_err(|_| allowed())?,
    };
    let ten_years = SignedDuration::from_hours(24 * 3650);
    if (SignedDuration::from_mins(1)..=ten_years).contains(&time) { Ok(time) } else { Err(allowed()) }
}
