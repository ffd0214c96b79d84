//! What the index takes from a row.

use std::path::Path;

use crate::domain::file::{Attribution, FileRow, Operation, Status};
use crate::domain::fold::fold;
use crate::domain::id::FileId;
use crate::domain::time::Time;

/// A row as the index sees it; texts are folded, so that comparing them disregards case.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// The file.
    pub id: FileId,
    /// When (last) cached.
    pub cached_at: Time,
    /// When last opened or played.
    pub last_accessed: Option<Time>,
    /// Bytes.
    pub size: u64,
    /// How often opened or played.
    pub access_count: u64,
    /// Where in its life it is.
    pub status: Status,
    /// Why it was cached.
    pub operation: Operation,
    /// Name of its library.
    pub library: String,
    /// Its library path.
    pub path: PathText,
    /// Where it really lay; absent where that is the same.
    pub original: Option<PathText>,
    /// Whether a person said that it stays.
    pub pinned: bool,
    /// Who wants it, in order of attribution.
    pub wishes: Vec<Wish>,
}

/// A path in its two parts, folded: everything before the last slash, and the name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PathText {
    /// Everything before the last slash; empty for the root.
    pub folder: String,
    /// The last part.
    pub name: String,
}

/// One person's wish.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wish {
    /// The media user.
    pub user: String,
    /// Their reason.
    pub reason: Operation,
    /// When it was added.
    pub at: Time,
}

impl PathText {
    /// A path, whatever its bytes are.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        // Most are text, and that is told much faster than they are repaired.
        let text = path.to_str().map_or_else(|| fold(&path.to_string_lossy()), fold);
        let (folder, name) = text.rsplit_once('/').unwrap_or(("", &text));
        Self { folder: folder.to_owned(), name: name.to_owned() }
    }

    /// Where an original lay, unless that is where its link is.
    #[must_use]
    pub fn elsewhere(original: &Path, link: &Path) -> Option<Self> {
        (original.as_os_str() != link.as_os_str()).then(|| Self::of(original))
    }
}

impl Entry {
    /// From a row and those who want it, in order.
    #[must_use]
    pub fn of(row: &FileRow, attributions: &[Attribution]) -> Self {
        let wish = |one: &Attribution| Wish { user: one.user.clone(), reason: one.reason, at: one.added_at };
        Self {
            id: row.id,
            cached_at: row.cached_at,
            last_accessed: row.last_accessed,
            size: row.size,
            access_count: row.access_count,
            status: row.status,
            operation: row.operation,
            library: row.library.clone(),
            path: PathText::of(&row.file_path),
            original: PathText::elsewhere(&row.original_path, &row.file_path),
            pinned: row.pinned,
            wishes: attributions.iter().map(wish).collect(),
        }
    }
}
