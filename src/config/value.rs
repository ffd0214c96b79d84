//! From the text of a value to its type. Every refusal says what is allowed.

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::{Component, Path, PathBuf};
use std::str::FromStr;

use jiff::SignedDuration;

use crate::domain::file::Method;
use crate::domain::secret::Secret;
use crate::domain::settings::{HISTORY_DAYS, Limit, LinkStyle, SwapMethod};
use crate::domain::size;

mod access;
mod librarian;
mod mover;

pub(super) use access::*;
pub(super) use librarian::*;
pub(super) use mover::*;

/// A value, or what is allowed instead.
type Read<T> = Result<T, String>;

/// Shortest API key.
const KEY_LENGTH: usize = 16;

/// A path as the command line and the environment name it; relative to the working folder.
pub(super) fn any_path(text: &str) -> Read<PathBuf> {
    if text.is_empty() { Err("must be a path".to_owned()) } else { Ok(PathBuf::from(text)) }
}

/// An absolute path without `..`; trailing slashes and `.` are dropped.
pub(super) fn path(text: &str) -> Read<PathBuf> {
    let path = Path::new(text);
    if !path.is_absolute() || text.contains('\0') {
        return Err("must be an absolute path, such as /mnt/fast/cacherr".to_owned());
    }
    if path.components().any(|component| component == Component::ParentDir) {
        return Err("must not contain `..`; write the path it leads to".to_owned());
    }
    Ok(path.components().collect())
}

/// An absolute path, or nothing.
pub(super) fn optional_path(text: &str) -> Read<Option<PathBuf>> {
    if text.is_empty() { Ok(None) } else { path(text).map(Some) }
}

/// A folder as the media server names it, which may run on another system.
pub(super) fn server_path(text: &str) -> Read<PathBuf> {
    let drive = matches!(text.as_bytes(), [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic());
    if text.starts_with('/') || text.starts_with("\\\\") || drive {
        return Ok(PathBuf::from(text));
    }
    Err("must be the whole path as the media server shows it, such as /media/movies".to_owned())
}

/// A filter of the log.
pub(super) fn log_filter(text: &str) -> Read<String> {
    match tracing_subscriber::EnvFilter::try_new(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => {
            Err(format!("must be a level (error, warn, info, debug, trace) or target=level: {error}"))
        }
    }
}

pub(super) fn address(text: &str) -> Read<SocketAddr> {
    text.parse().map_err(|_| "must be an address and a port, such as 0.0.0.0:5445 or [::]:5445".to_owned())
}

/// The path below which everything is served; without a slash at its end unless it is the root.
pub(super) fn base_path(text: &str) -> Read<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/-._~".contains(c);
    let dots = text.split('/').any(|part| part == "." || part == "..");
    if !text.starts_with('/') || text.contains("//") || dots || !text.chars().all(plain) {
        return Err("must start with `/` and be plain text, such as / or /cacherr".to_owned());
    }
    let trimmed = text.trim_end_matches('/');
    Ok(if trimmed.is_empty() { "/".to_owned() } else { trimmed.to_owned() })
}

/// Days; none where the log is kept for ever.
pub(super) fn log_days(text: &str) -> Read<Option<SignedDuration>> {
    match librarian::days(text)? {
        Some(kept) if kept < SignedDuration::from_hours(24 * HISTORY_DAYS) => {
            Err(format!("0 or at least {HISTORY_DAYS} days"))
        }
        days => Ok(days),
    }
}

/// A key long enough not to be guessed, of characters that every header can carry.
pub(super) fn api_key(text: &str) -> Read<Secret> {
    if text.len() < KEY_LENGTH || !text.chars().all(|c| c.is_ascii_graphic()) {
        return Err(format!(
            "must be at least {KEY_LENGTH} printable ASCII characters without spaces; `openssl rand -hex 24` makes one"
        ));
    }
    Ok(Secret::new(text))
}

pub(super) fn token(text: &str) -> Read<Secret> {
    if text.is_empty() || !text.chars().all(|c| c.is_ascii_graphic()) {
        return Err("must be a token: printable ASCII characters without spaces".to_owned());
    }
    Ok(Secret::new(text))
}

pub(super) fn bytes(text: &str) -> Read<u64> {
    size::parse(text).map_err(|_| "must be a size, such as 5GB, 1.5TB or a number of bytes".to_owned())
}

pub(super) fn limit(text: &str) -> Read<Limit> {
    let allowed = "must be a size such as 250GB, or a share of the volume from 1% to 100%; without this line \
                   there is no limit";
    let limit = match text.trim().strip_suffix('%') {
        Some(share) => {
            share.trim_end().parse().ok().filter(|share| (1..=100).contains(share)).map(Limit::Percent)
        }
        None => size::parse(text).ok().filter(|bytes| *bytes > 0).map(Limit::Bytes),
    };
    limit.ok_or_else(|| allowed.to_owned())
}

pub(super) fn mode(text: &str) -> Read<Method> {
    match text {
        "copy" => Ok(Method::AtomicCopy),
        "move" => Ok(Method::AtomicSymlink),
        _ => Err("must be copy or move".to_owned()),
    }
}

pub(super) fn flag(text: &str) -> Read<bool> {
    text.parse().map_err(|_| "must be true or false".to_owned())
}

/// A whole number within bounds.
fn whole<T: FromStr + PartialOrd + std::fmt::Display>(text: &str, allowed: RangeInclusive<T>) -> Read<T> {
    text.parse()
        .ok()
        .filter(|number| allowed.contains(number))
        .ok_or_else(|| format!("must be a whole number from {} to {}", allowed.start(), allowed.end()))
}

pub(super) fn connections(text: &str) -> Read<usize> {
    whole(text, 16..=65_536)
}

pub(super) fn connections_of_one(text: &str) -> Read<usize> {
    whole(text, 1..=65_536)
}

/// The number of a user or a group. The largest is no number to the kernel: it means "unchanged".
pub(super) fn id(text: &str) -> Read<u32> {
    whole(text, 0..=u32::MAX - 1)
}

/// Rights that are not given, as everybody writes them: two to four octal digits.
pub(super) fn umask(text: &str) -> Read<u32> {
    let is_octal = (2..=4).contains(&text.len()) && text.bytes().all(|digit| matches!(digit, b'0'..=b'7'));
    let mask = u32::from_str_radix(text, 8).ok().filter(|mask| is_octal && mask & !0o077 == 0);
    mask.ok_or_else(|| "must be octal digits that keep nothing from the owner, such as 022 or 002".to_owned())
}

pub(super) fn concurrency(text: &str) -> Read<usize> {
    whole(text, 1..=16)
}

pub(super) fn episodes(text: &str) -> Read<u32> {
    whole(text, 0..=1000)
}

/// A length of time, never negative.
pub(super) fn duration(text: &str) -> Read<SignedDuration> {
    text.parse()
        .ok()
        .filter(|duration: &SignedDuration| !duration.is_negative())
        .ok_or_else(|| "must be a length of time with its unit, such as 1s, 10m or 2h".to_owned())
}

pub(super) fn link(text: &str) -> Read<LinkStyle> {
    text.parse().map_err(|_| one_of(LinkStyle::ALL))
}

pub(super) fn swap(text: &str) -> Read<SwapMethod> {
    text.parse().map_err(|_| one_of(SwapMethod::ALL))
}

fn one_of<T: ToString>(all: &[T]) -> String {
    format!("must be {}", all.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or "))
}

/// The name becomes a folder in the cache, beside our own, whose name starts with a dot.
pub(super) fn library_name(text: &str) -> Read<String> {
    let folder = !text.contains('/') && !text.chars().any(char::is_control) && text.len() <= 255;
    if text.trim().is_empty() || text.starts_with('.') || !folder {
        return Err(
            "must be usable as the name of a folder: not empty, without `/`, not starting with `.`, at most \
                    255 bytes"
                .to_owned(),
        );
    }
    Ok(text.to_owned())
}

/// The address of a web server, without a slash at its end.
pub(super) fn url(text: &str) -> Read<String> {
    let host = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://")).unwrap_or_default();
    let starts_well = host.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[');
    if !starts_well || !host.chars().all(|c| c.is_ascii_graphic()) || host.contains(['?', '#', '@']) {
        return Err("must be an address such as http://127.0.0.1:32400".to_owned());
    }
    Ok(text.trim_end_matches('/').to_owned())
}
