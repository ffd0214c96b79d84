//! The only place that asks what time it is.
//!
//! **Invariant:** nothing else in the crate calls `now()`. Tests move time by hand, so that a minute's grace
//! costs no minute.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::tz::TimeZone;

use crate::domain::time::Time;

/// A source of wall-clock time.
pub trait Clock: Send + Sync + 'static {
    /// The present instant, in whole microseconds.
    fn now(&self) -> Time;
    /// Lets this much time pass. For pauses that the world needs, never to wait for something to happen.
    fn pass(&self, time: std::time::Duration);
}

/// The machine's clock.
#[derive(Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Time {
        Time::from_jiff(jiff::Timestamp::now())
    }

    fn pass(&self, time: std::time::Duration) {
        std::thread::sleep(time);
    }
}

/// Where the machine is, for what is said in local time: as `TZ` says, else `/etc/localtime`. The data of all zones is a
/// part of the program. UTC where neither says anything that can be used.
#[must_use]
pub fn zone() -> TimeZone {
    said_zone().unwrap_or(TimeZone::UTC)
}

/// The same, or why nobody says which it is.
///
/// # Errors
/// `TZ` names none, or neither it nor `/etc/localtime` is there.
pub fn said_zone() -> Result<TimeZone, jiff::Error> {
    TimeZone::try_system()
}

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// Starts at `at`.
    #[must_use]
    pub fn at(at: Time) -> Self {
        Self(AtomicI64::new(at.as_micros()))
    }

    /// Moves forward (or back, as real clocks do).
    pub fn advance(&self, by: jiff::SignedDuration) {
        let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Time {
        Time::from_micros(self.0.load(Ordering::SeqCst))
    }

    fn pass(&self, time: std::time::Duration) {
        self.advance(jiff::SignedDuration::try_from(time).unwrap_or(jiff::SignedDuration::MAX));
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_data_of_all_time_zones_is_a_part_of_the_program() {
        let zones = jiff::tz::TimeZoneDatabase::bundled();
        for (zone, time) in
            [("Europe/Berlin", "2026-07-01T12:00:00+02:00"), ("Asia/Tokyo", "2026-07-01T19:00:00+09:00")]
        {
            let noon: jiff::Timestamp = "2026-07-01T10:00:00Z".parse().unwrap();
            let local = noon.to_zoned(zones.get(zone).unwrap());
            assert_eq!(local.strftime("%FT%T%:z").to_string(), time);
        }
    }
}
