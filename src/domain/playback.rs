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

impl Hits {
    /// Hits by starts; 0 when nothing began.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        if self.starts == 0 { 0.0 } else { self.hits as f64 / self.starts as f64 }
    }
}
