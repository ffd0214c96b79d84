//! Values that say whose wishes count and what is worth keeping.

use jiff::SignedDuration;

use super::{Read, one_of, whole};
use crate::config::key::items;
use crate::domain::plan::exclude::Pattern;
use crate::domain::privacy::Attributions;
use crate::domain::rules::UserKind;
use crate::domain::schedule::{QuietHours, Schedule};
use crate::domain::settings::{Versions, Viewers};
use crate::domain::size;

/// Ten years: longer is a slip of the pen.
const DAYS: i64 = 3650;

fn all(text: &str) -> Vec<String> {
    items(text).map(str::to_owned).collect()
}

pub(in crate::config) fn schedule(text: &str) -> Read<Schedule> {
    Schedule::parse(&all(text))
}

pub(in crate::config) fn quiet_hours(text: &str) -> Read<QuietHours> {
    QuietHours::parse(&all(text))
}

pub(in crate::config) fn patterns(text: &str) -> Read<Vec<Pattern>> {
    let allowed = "must be patterns that name something, such as Extras, *.iso or /films/4K/**";
    items(text).map(|item| Pattern::new(item).ok_or_else(|| allowed.to_owned())).collect()
}

/// Days; none where they never end.
pub(in crate::config) fn days(text: &str) -> Read<Option<SignedDuration>> {
    let days = whole(text, 0..=DAYS)?;
    Ok((days > 0).then(|| SignedDuration::from_hours(24 * days)))
}

pub(in crate::config) fn hours(text: &str) -> Read<SignedDuration> {
    whole(text, 0..=24 * DAYS).map(SignedDuration::from_hours)
}

pub(in crate::config) fn some_hours(text: &str) -> Read<SignedDuration> {
    whole(text, 1..=24 * DAYS).map(SignedDuration::from_hours)
}

/// Minutes; none where episodes are counted.
pub(in crate::config) fn minutes(text: &str) -> Read<Option<u32>> {
    let minutes = whole(text, 0..=10_000)?;
    Ok((minutes > 0).then_some(minutes))
}

pub(in crate::config) fn some_episodes(text: &str) -> Read<u32> {
    whole(text, 1..=1000)
}

/// Hundredths of a limit.
pub(in crate::config) fn share(text: &str) -> Read<u8> {
    whole(text, 1..=100)
}

pub(in crate::config) fn score(text: &str) -> Read<u8> {
    whole(text, 0..=100)
}

/// Points for something that never makes a file worth less: what caching or one more wish adds must not.
pub(in crate::config) fn points(text: &str) -> Read<i32> {
    whole(text, 0..=100)
}

pub(in crate::config) fn points_or_less(text: &str) -> Read<i32> {
    whole(text, -100..=100)
}

/// A size, or nothing. Nought would be taken for either.
pub(in crate::config) fn optional_bytes(text: &str) -> Read<Option<u64>> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let bytes = size::parse(text).ok().filter(|bytes| *bytes > 0);
    bytes.map(Some).ok_or_else(|| "must be a size such as 100GB, or empty for no limit".to_owned())
}

pub(in crate::config) fn versions(text: &str) -> Read<Versions> {
    text.parse().map_err(|_| one_of(Versions::ALL))
}

pub(in crate::config) fn viewers(text: &str) -> Read<Viewers> {
    text.parse().map_err(|_| one_of(Viewers::ALL))
}

pub(in crate::config) fn attributions(text: &str) -> Read<Attributions> {
    text.parse().map_err(|_| one_of(Attributions::ALL))
}

pub(in crate::config) fn user_name(text: &str) -> Read<String> {
    if text.trim().is_empty() || text.chars().any(char::is_control) {
        return Err("must be the name of a user, as GET /api/users shows it".to_owned());
    }
    Ok(text.to_owned())
}

pub(in crate::config) fn user_kind(text: &str) -> Read<UserKind> {
    text.parse().map_err(|_| one_of(UserKind::ALL))
}
