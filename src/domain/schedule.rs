//! When something is to be done.

use jiff::SignedDuration;
use jiff::tz::TimeZone;

use super::time::Time;

/// When the librarian works by itself.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Schedule(());

impl Schedule {
    /// Every 15 minutes, and when something changes.
    #[must_use]
    pub fn is_default(&self) -> bool {
        true
    }

    /// The next time after this one.
    #[must_use]
    pub fn next(&self, now: Time, _zone: &TimeZone) -> Option<Time> {
        Some(now.plus(SignedDuration::from_mins(15)))
    }
}

/// When nothing is begun.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct QuietHours(());

impl QuietHours {
    /// When the quiet hours that it is now end.
    #[must_use]
    pub fn ends(&self, _now: Time, _zone: &TimeZone) -> Option<Time> {
        None
    }
}
