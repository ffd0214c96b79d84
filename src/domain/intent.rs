//! The engine's journal: what is written down before a file is touched, so that whoever comes after a crash knows
//! what was meant.
//!
//! ```text
//!  cache:    (job queued) ─▶ Swapping ─▶ (row active) ─▶ Releasing ─▶ (row active, nothing kept)   [move mode]
//!  restore:  (row active) ─▶ [CopyingBack ─▶ Returning] ─▶ Restoring ─▶ Released ─▶ (gone)
//!  either way out, when others interfere:                 ▶ Released | Unclaimed
//! ```
//! **Invariant:** while an intent stands, its path and its copy are locked: no other job touches them.

use serde::{Deserialize, Serialize};

use super::file::Placement;
use super::id::{FileId, IntentId, JobId};
use super::time::Time;

/// One journal entry.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Intent {
    /// Its id; the temporary names of its files carry it.
    pub id: IntentId,
    /// The file concerned.
    pub file_id: FileId,
    /// The job that it serves; what follows a job's end (a grace) keeps its id.
    pub job_id: JobId,
    /// Name of the library.
    pub library: String,
    /// How far it is.
    pub phase: Phase,
    /// Where everything lies.
    pub place: Placement,
    /// Others interfered: our link may lie somewhere else, so look everywhere before the copy goes.
    pub strayed: bool,
    /// What kept it from going on, the last time it was tried.
    pub attention: Option<String>,
}

impl Intent {
    /// A new one, for a job.
    #[must_use]
    pub fn new(job: &super::job::JobRow, library: &str, phase: Phase, place: Placement) -> Self {
        Self {
            id: IntentId::new(),
            file_id: job.file_id,
            job_id: job.id,
            library: library.to_owned(),
            phase,
            place,
            strayed: false,
            attention: None,
        }
    }
}

/// How far the engine is with a file. ARCHITECTURE.md has the steps.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Phase {
    /// The verified copy may take its name and the link the file's path.
    Swapping,
    /// Move mode: the kept original goes, not before this instant.
    Releasing {
        /// Not before.
        not_before: Time,
    },
    /// Nothing is kept (or the copy was changed): the bytes are being copied back beside the link.
    CopyingBack,
    /// The bytes that were copied back lie complete and durable beside the link; they take the kept name.
    Returning,
    /// The kept original takes the link's place.
    Restoring,
    /// The path is free of us; the copy goes, not before this instant.
    Released {
        /// Not before.
        not_before: Time,
    },
    /// Nobody knows where the link went. The copy stays until this instant, or (none) until a person decides.
    Unclaimed {
        /// Until.
        until: Option<Time>,
    },
}

impl Phase {
    /// Its name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Swapping => "swapping",
            Self::Releasing { .. } => "releasing",
            Self::CopyingBack => "copying_back",
            Self::Returning => "returning",
            Self::Restoring => "restoring",
            Self::Released { .. } => "released",
            Self::Unclaimed { .. } => "unclaimed",
        }
    }

    /// The instant before which something is not deleted that a grace protects. Days (the trash's) are no grace.
    #[must_use]
    pub const fn delete_at(self) -> Option<Time> {
        match self {
            Self::Releasing { not_before } | Self::Released { not_before } => Some(not_before),
            Self::Swapping
            | Self::CopyingBack
            | Self::Returning
            | Self::Restoring
            | Self::Unclaimed { .. } => None,
        }
    }

    /// When there is something to do, if not at once. `None` in `Some` never comes by itself.
    #[must_use]
    pub const fn due(self) -> Due {
        match self {
            Self::Swapping | Self::CopyingBack | Self::Returning | Self::Restoring => Due::Now,
            Self::Releasing { not_before } | Self::Released { not_before } => Due::At(not_before),
            Self::Unclaimed { until: Some(until) } => Due::At(until),
            Self::Unclaimed { until: None } => Due::Never,
        }
    }
}

/// When an intent wants to be looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Due {
    /// At once.
    Now,
    /// Not before this instant.
    At(Time),
    /// Only when a person says so.
    Never,
}

/// A file of a library put aside, to be purged later. Written before the file takes the trash name.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct TrashRow {
    /// Its id; the trash name carries it.
    pub id: super::id::TrashId,
    /// Name of the library.
    pub library: String,
    /// The folder: canonical.
    #[serde(with = "super::path::bytes")]
    pub folder: std::path::PathBuf,
    /// The trash name in it.
    #[serde(with = "super::path::bytes")]
    pub name: std::ffi::OsString,
    /// What it was called before.
    #[serde(with = "super::path::bytes")]
    pub was: std::ffi::OsString,
    /// The file.
    pub identity: super::identity::Identity,
    /// Purged then.
    pub purge_at: Time,
}

/// What the store knows of a library's root, to tell the real one from an empty mount point.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RootRow {
    /// Canonical path when recorded.
    #[serde(with = "super::path::bytes")]
    pub path: std::path::PathBuf,
    /// File system id.
    pub fsid: u64,
    /// Inode of the root folder.
    pub ino: u64,
    /// Whether the media server reads links here. The store writes it behind the rest.
    #[serde(skip)]
    pub reading: Reading,
}

/// What a media server does with the links of a library.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum Reading {
    /// Nobody knows yet.
    #[default]
    Unknown,
    /// It was seen reading a file through one.
    Seen,
    /// It could not read a file through one.
    Refused {
        /// How it said so.
        says: String,
    },
}
