//! Jobs: the units of work people see, cancel and wait for.
//!
//! ```text
//!   queued ──▶ copying ──▶ verifying ──▶ swapping ──▶ done
//!     │           │            │             │
//!     └───────────┴────────────┴─────────────┴──────▶ failed | cancelled (cancelled: only before swapping)
//! ```
//! A restore goes from `queued` to `swapping` at once, unless its bytes have to be copied back first.
//! A batch stays `queued` while it is worked off: it gives way to what it asked for, and to others, again and again. So does
//! a plan, which the librarian carries out and no worker.
//! `queued`, `swapping` and the ends are durable; `copying` and `verifying` are told by the running worker.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::actor::Actor;
use super::batch::{BatchAction, BatchScope, BatchWork};
use super::cleanup::Cleaned;
use super::file::{Metadata, Method, Operation, closed_names};
use super::id::{FileId, JobId};
use super::path::bytes;
use super::time::Time;

/// A job, as the store keeps it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct JobRow {
    /// Its id.
    pub id: JobId,
    /// What it does.
    pub kind: JobKind,
    /// How far it is.
    pub state: JobState,
    /// A person halted it.
    pub paused: bool,
    /// The file it concerns; for a cache job that has not ended well, the id the file will get. [`FileId::NONE`] where
    /// it concerns no single one: ask [`JobRow::file`].
    pub file_id: FileId,
    /// The library path; empty where it concerns no single file.
    #[serde(with = "bytes")]
    pub path: PathBuf,
    /// The authenticated principal that asked, or `system`.
    pub by: Actor,
    /// When asked for.
    pub created_at: Time,
    /// When it ended.
    pub finished_at: Option<Time>,
    /// Bytes to copy; for a batch, files to act on.
    pub bytes_total: u64,
    /// Bytes copied, when it ended; for a batch, files acted on so far.
    pub bytes_done: u64,
    /// Why it failed.
    pub error: Option<Failure>,
    /// What is known of the film or episode that is cached: it goes into the file's row. The store writes it behind the
    /// rest.
    #[serde(skip)]
    pub metadata: Metadata,
}

/// What a job is asked to do, by whom and when.
#[derive(Clone, Debug)]
pub struct Asked {
    /// What.
    pub kind: JobKind,
    /// The file.
    pub file: FileId,
    /// Its library path.
    pub path: PathBuf,
    /// The authenticated principal, or `system`.
    pub by: Actor,
    /// When.
    pub at: Time,
    /// Bytes that may have to be copied.
    pub bytes: u64,
}

impl JobRow {
    /// A new job in this state.
    #[must_use]
    pub fn new(asked: Asked, state: JobState) -> Self {
        let Asked { kind, file, path, by, at, bytes } = asked;
        Self {
            id: JobId::new(),
            kind,
            state,
            paused: false,
            file_id: file,
            path,
            by,
            created_at: at,
            finished_at: state.is_final().then_some(at),
            bytes_total: bytes,
            bytes_done: 0,
            error: None,
            metadata: Metadata::default(),
        }
    }

    /// The file it concerns, if it is about a single one.
    #[must_use]
    pub const fn file(&self) -> Option<FileId> {
        match self.kind {
            JobKind::Cache { .. } | JobKind::Restore { .. } => Some(self.file_id),
            JobKind::Cleanup { .. } | JobKind::Batch { .. } | JobKind::Plan { .. } => None,
        }
    }
}

/// What a job does. Stored: new kinds come last, and kinds that are there stay as they are.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum JobKind {
    /// Brings a file to the cache.
    Cache {
        /// How.
        method: Method,
        /// For whom and why; each becomes an attribution. Without a user, only the reason counts.
        wishes: Vec<Wish>,
    },
    /// Gives a file back.
    Restore {
        /// What the log calls it.
        action: RestoreAction,
        /// The reason given.
        reason: String,
        /// The media user concerned.
        user: Option<String>,
    },
    /// Looks whether everything is as the rows say, and settles orphans.
    Cleanup {
        /// Rows of orphans whose original is back go.
        remove_orphaned: bool,
        /// A person said that the brake shall not hold.
        confirmed: bool,
        /// The media user concerned.
        user: Option<String>,
        /// What came of it, once it is done.
        cleaned: Option<Cleaned>,
    },
    /// Does one thing with many files.
    Batch {
        /// What.
        action: BatchAction,
        /// With which.
        scope: BatchScope,
        /// The reason given.
        reason: String,
        /// The media user concerned.
        user: Option<String>,
        /// How far it is.
        work: BatchWork,
    },
    /// Makes a plan of what is worth keeping, and carries it out.
    Plan {
        /// What came of it, once it is done.
        done: Option<Planned>,
    },
}

/// What came of carrying out a plan. What was asked for goes on in jobs of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Planned {
    /// Files that were asked for.
    pub cached: u64,
    /// Files that are given back.
    pub given_back: u64,
    /// Users that were added to files, or got a stronger reason.
    pub attributed: u64,
    /// Files that come as soon as what is given back has left, or quiet hours have ended.
    pub waiting: u64,
    /// Files that could not be asked for, or given back.
    pub failed: u64,
}

impl JobKind {
    /// Its name in the API.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Cache { .. } => "cache",
            Self::Restore { action, .. } => action.name(),
            Self::Cleanup { .. } => "cleanup",
            Self::Batch { .. } => "batch",
            Self::Plan { .. } => "plan",
        }
    }
}

/// Why a file is given back, as the operation log calls it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum RestoreAction {
    /// Everything is put back (uninstall, `cacherr restore`).
    Restore,
    /// Nobody needs it, or room is needed.
    Evict,
    /// A person removed it.
    Remove,
    /// The cached copy is gone; the original takes its place.
    Heal,
    /// A scan brings the row in line with what others did to the files.
    Reconcile,
}

closed_names!(RestoreAction {
    Restore => "restore",
    Evict => "evict",
    Remove => "remove",
    Heal => "heal",
    Reconcile => "reconcile",
});

/// Who wants a file, and why.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Wish {
    /// The media user, if one is named.
    pub user: Option<String>,
    /// Why.
    pub operation: Operation,
}

/// How far a job is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum JobState {
    /// Waits for its turn.
    Queued,
    /// Bytes are on their way.
    Copying,
    /// Bytes are read back.
    Verifying,
    /// From the point of no return until the outcome is durable.
    Swapping,
    /// Ended well.
    Done,
    /// Ended badly; `error` says why.
    Failed,
    /// A person ended it.
    Cancelled,
}

closed_names!(JobState {
    Queued => "queued",
    Copying => "copying",
    Verifying => "verifying",
    Swapping => "swapping",
    Done => "done",
    Failed => "failed",
    Cancelled => "cancelled",
});

impl JobState {
    /// Nothing follows.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}

/// An error, as it is kept and shown.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Failure {
    /// The stable code.
    pub code: String,
    /// The sentence.
    pub message: String,
}

impl From<&crate::Error> for Failure {
    fn from(error: &crate::Error) -> Self {
        Self { code: error.code().to_owned(), message: error.to_string() }
    }
}

/// How far a running job is. Lives in memory only.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Progress {
    /// The job.
    pub job: JobId,
    /// Its state.
    pub state: JobState,
    /// Bytes copied.
    pub bytes_done: u64,
    /// Bytes to copy.
    pub bytes_total: u64,
    /// Bytes per second, over the last seconds.
    pub rate: u64,
}
