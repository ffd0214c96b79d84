//! What the program tells those who listen. Published after the commit it tells of, never before.

use std::path::PathBuf;

use super::actor::Actor;
use super::file::{Attribution, FileRow};
use super::id::FileId;
use super::job::{JobRow, Progress};
use super::mover::Running;
use super::pause::Pause;
use super::playback::PlaybackRow;

/// Something happened, durably.
#[derive(Clone, Debug)]
pub enum Event {
    /// A file is served from the cache now.
    FileAdded {
        /// The file.
        file: Box<FileRow>,
        /// Who wants it, in order of attribution.
        attributions: Vec<Attribution>,
        /// Whether somebody plays it.
        playing: bool,
        /// What it is worth, as far as that is known.
        score: Option<u8>,
    },
    /// A file is not served from the cache any more.
    FileRemoved {
        /// Its id.
        file_id: FileId,
        /// Its library path.
        file_path: PathBuf,
        /// The media user concerned.
        user: Option<String>,
        /// Why.
        reason: String,
        /// Who asked for it.
        by: Actor,
    },
    /// Somebody began to play a file.
    SessionStarted(Box<PlaybackRow>),
    /// A playback ended.
    SessionEnded(Box<PlaybackRow>),
    /// Nothing happens by itself any more, or it does again.
    PlansPaused(Option<Box<Pause>>),
    /// The NAS's own mover was seen running, so nothing moves; or it was seen to have ended. No commit is behind it.
    MoverRuns(Option<Running>),
    /// Counts and sums changed.
    StatisticsChanged,
    /// A job moved on. The one event without a commit behind it.
    JobProgress(Progress),
    /// A job ended.
    JobFinished(Box<JobRow>),
}
