//! What is told of one name in a library: what it is, and how it stands with the cache.

use std::path::Path;

use poem_openapi::Object;

use crate::api::problem::Code;
use crate::api::value::{Id, Timestamp, closed_type, filename, int64, text};
use crate::cacher::browse::{Entry, Standing, What};
use crate::domain::file::{Status, closed_names};
use crate::domain::job::JobState;

/// What a name stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EntryKind {
    /// A folder.
    Folder,
    /// A file.
    File,
    /// Neither.
    Other,
}

closed_names!(EntryKind {
    Folder => "folder",
    File => "file",
    Other => "other",
});
closed_type!(
    EntryKind,
    "LibraryEntryKind",
    "`file`: a file, also one that is served from the cache. `other`: a symlink of somebody else's, a device: nothing that \
     can be cached or looked into."
);

/// How a file stands with the cache.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EntryStatus {
    /// As the status of its row.
    Active,
    /// See there.
    Orphaned,
    /// See there.
    PendingRemoval,
    /// As the state of the job that brings it.
    Queued,
    /// See there.
    Copying,
    /// See there.
    Verifying,
    /// See there.
    Swapping,
}

closed_names!(EntryStatus {
    Active => "active",
    Orphaned => "orphaned",
    PendingRemoval => "pending_removal",
    Queued => "queued",
    Copying => "copying",
    Verifying => "verifying",
    Swapping => "swapping",
});
closed_type!(
    EntryStatus,
    "LibraryEntryStatus",
    "`active`, `orphaned`, `pending_removal`: the status of the cached file. `queued`, `copying`, `verifying`, `swapping`: \
     the state of the job that brings it to the cache."
);

impl EntryStatus {
    /// What is on its way tells more than what was.
    #[must_use]
    pub fn of(standing: &Standing) -> Option<Self> {
        let coming = match standing.coming {
            Some(JobState::Queued) => Some(Self::Queued),
            Some(JobState::Copying) => Some(Self::Copying),
            Some(JobState::Verifying) => Some(Self::Verifying),
            Some(JobState::Swapping) => Some(Self::Swapping),
            Some(JobState::Done | JobState::Failed | JobState::Cancelled) | None => None,
        };
        let known = standing.file.and_then(|(_, status)| match status {
            Status::Active => Some(Self::Active),
            Status::Orphaned => Some(Self::Orphaned),
            Status::PendingRemoval => Some(Self::PendingRemoval),
            Status::Removed => None,
        });
        coming.or(known)
    }
}

/// Why a path cannot be asked for, as far as that is known.
#[must_use]
pub fn why_not(path: &Path, standing: &Standing) -> Option<Code> {
    let known = standing.refused.map(|code| code.parse().unwrap_or(Code::InternalError));
    known.or_else(|| path.to_str().is_none().then_some(Code::NameNotText))
}

/// A name in a folder of a library.
#[derive(Object, Debug)]
#[oai(rename = "LibraryEntry")]
pub struct EntryBody {
    /// The name.
    pub name: String,
    /// The library path, absolute: what `POST /api/cached/files` takes.
    pub path: String,
    /// The path below the library's root: what `path` of this operation takes.
    pub relative: String,
    /// What it is.
    pub kind: EntryKind,
    /// Its size in bytes; null for what is no file.
    #[oai(nullable)]
    pub size: Option<i64>,
    /// When it was last changed.
    #[oai(nullable)]
    pub modified: Option<Timestamp>,
    /// How it stands with the cache; null where nothing of it is there or on its way.
    #[oai(nullable)]
    pub status: Option<EntryStatus>,
    /// The cached file; null where there is none.
    #[oai(nullable)]
    pub file_id: Option<Id>,
    /// Whether it can be asked for; false for folders. Whether somebody writes the file, and whether there is room, is looked
    /// at when it is asked for.
    pub cacheable: bool,
    /// Why it cannot be asked for, where it is no folder that can be looked into.
    #[oai(nullable)]
    pub why_not: Option<Code>,
}

impl From<&Entry> for EntryBody {
    fn from(entry: &Entry) -> Self {
        let Entry { path, below, what, modified, standing } = entry;
        let (kind, size) = match what {
            What::Folder => (EntryKind::Folder, None),
            What::File(size) => (EntryKind::File, Some(int64(*size))),
            What::Other => (EntryKind::Other, None),
        };
        let why_not = why_not(path, standing);
        Self {
            name: filename(path),
            path: text(path),
            relative: text(below),
            kind,
            size,
            modified: modified.map(Timestamp),
            status: EntryStatus::of(standing),
            file_id: standing.file.map(|(id, _)| Id::of(id)),
            cacheable: kind == EntryKind::File && why_not.is_none(),
            why_not,
        }
    }
}
