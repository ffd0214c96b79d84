//! Playbacks: somebody began to play a file of a library, and whether the cache served it.

use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::id::PlaybackId;
use super::path::bytes;
use super::time::Time;

/// The hit ratio speaks of the playbacks that began within this time.
pub const RATIO_WINDOW: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A playback, as the store keeps it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PlaybackRow {
    /// Its id.
    pub id: PlaybackId,
    /// The media server's number of the session. It counts anew when it starts anew.
    pub session: String,
    /// The media server's number of what is played.
    pub video: String,
    /// Who plays.
    pub user: Option<String>,
    /// The library path of the file; of its first part, where it has several.
    #[serde(with = "bytes")]
    pub path: PathBuf,
    /// The library.
    pub library: String,
    /// Its title, for people.
    pub title: String,
    /// Whether the cache served it when it began: the path was `active` at that moment.
    pub hit: bool,
    /// When it began.
    pub started_at: Time,
    /// When it ended; none while it goes on.
    pub ended_at: Option<Time>,
    /// The library paths of the other parts, and of other versions that the player went over to. The store writes them
    /// behind the rest.
    #[serde(skip)]
    pub others: Vec<PathBuf>,
}

impl PlaybackRow {
    /// Every file that it plays.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        std::iter::once(&self.path).chain(&self.others).map(PathBuf::as_path)
    }

    /// Whether it is the same playback as one that a media server tells of.
    #[must_use]
    pub fn is_of(&self, session: &str, video: &str) -> bool {
        self.session == session && self.video == video
    }
}

/// Playbacks that began within a time, and how many of them the cache served.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Hits {
    /// Those that began.
    pub starts: u64,
    /// Those of them that the cache served.
    pub hits: u64,
}

/// What began within one day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DayOfHits {
    /// When the day begins, in UTC.
    pub begins: Time,
    /// What began on it.
    pub hits: Hits,
}

/// Midnights in UTC: the beginnings of so many days, of which the one of `now` is the last, and its end.
#[must_use]
pub fn midnights(now: Time, days: u32) -> Vec<Time> {
    const DAY: i64 = 24 * 60 * 60 * 1_000_000;
    let today = now.as_micros().div_euclid(DAY);
    (0..=i64::from(days)).map(|day| Time::from_micros((today + 1 - i64::from(days) + day) * DAY)).collect()
}

impl Hits {
    /// Hits by starts; 0 when nothing began.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        if self.starts == 0 { 0.0 } else { self.hits as f64 / self.starts as f64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_the_days_is_today() {
        let time = |text: &str| Time::from_jiff(text.parse().unwrap());
        let said = |now: &str, days| -> Vec<String> {
            midnights(time(now), days).iter().map(|at| at.to_string()[..10].to_owned()).collect()
        };
        assert_eq!(said("2026-03-01T00:00:00Z", 2), ["2026-02-28", "2026-03-01", "2026-03-02"]);
        assert_eq!(said("2026-03-01T23:59:59Z", 1), ["2026-03-01", "2026-03-02"]);
        assert_eq!(said("1969-12-31T12:00:00Z", 1), ["1969-12-31", "1970-01-01"]);
    }
}
