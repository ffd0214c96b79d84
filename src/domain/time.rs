//! Instants: microseconds since the Unix epoch, written as RFC 3339 in UTC with `Z`.

use serde::{Deserialize, Serialize};

/// An instant, to the microsecond.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(i64);

impl Time {
    /// From microseconds since the epoch.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    #[must_use]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Drops what is below a microsecond.
    #[must_use]
    pub fn from_jiff(at: jiff::Timestamp) -> Self {
        Self(at.as_microsecond())
    }

    /// As HTTP writes dates: `Sun, 06 Nov 1994 08:49:37 GMT`.
    #[must_use]
    pub fn from_http_date(text: &str) -> Option<Self> {
        let at = jiff::fmt::rfc2822::parse(text.trim()).ok()?;
        Some(Self::from_jiff(at.timestamp()))
    }

    /// For calendar arithmetic and formatting. Instants beyond jiff's range (year 9999) are clamped to it.
    #[must_use]
    pub fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.0).unwrap_or(if self.0 < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        })
    }

    /// This much later; saturates.
    #[must_use]
    pub fn plus(self, by: jiff::SignedDuration) -> Self {
        let micros = by.as_micros().clamp(i128::from(i64::MIN), i128::from(i64::MAX));
        Self(self.0.saturating_add(i64::try_from(micros).unwrap_or(i64::MAX)))
    }

    /// From `earlier` until this instant.
    #[must_use]
    pub fn since(self, earlier: Self) -> jiff::SignedDuration {
        jiff::SignedDuration::from_micros(self.0.saturating_sub(earlier.0))
    }
}

impl std::fmt::Display for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.to_jiff().fmt(f)
    }
}

impl std::fmt::Debug for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.to_jiff().fmt(f)
    }
}

/// Seconds and nanoseconds as a file system tells them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct FileTime {
    /// Seconds since the epoch; negative before it.
    pub secs: i64,
    /// Nanoseconds within the second.
    pub nanos: u32,
}

impl FileTime {
    /// The instant, to the microsecond; the first or last there is where it lies beyond.
    #[must_use]
    pub fn instant(self) -> Time {
        Time::from_micros(self.secs.saturating_mul(1_000_000).saturating_add(i64::from(self.nanos / 1000)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_of_http_is_read_and_nothing_else() {
        let read = |text| Time::from_http_date(text).map(|time| time.to_string());
        assert_eq!(read("Sun, 06 Nov 1994 08:49:37 GMT").unwrap(), "1994-11-06T08:49:37Z");
        assert_eq!(read("yesterday"), None);
    }

    #[test]
    fn an_instant_is_written_with_z_and_at_most_microseconds() {
        assert_eq!(Time::from_micros(1_701_426_600_000_000).to_string(), "2023-12-01T10:30:00Z");
        assert_eq!(Time::from_micros(1_701_426_600_000_001).to_string(), "2023-12-01T10:30:00.000001Z");
    }

    #[test]
    fn a_date_of_http_is_an_instant() {
        let read = |text| Time::from_http_date(text).map(|at| at.to_string());
        assert_eq!(read("Sun, 06 Nov 1994 08:49:37 GMT").as_deref(), Some("1994-11-06T08:49:37Z"));
        for wrong in ["", "soon", "Mon, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
