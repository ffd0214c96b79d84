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

/// What an entry is made of.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "they are those of a row")]
pub struct Source<'a> {
    pub id: FileId,
    pub cached_at: Time,
    pub last_accessed: Option<Time>,
    pub size: u64,
    pub access_count: u64,
    pub status: Status,
    pub operation: Operation,
    pub library: &'a str,
    pub file_path: &'a Path,
    pub original_path: &'a Path,
}

impl PathText {
    fn of(path: &Path) -> Self {
        // Most are text, and that is told much faster than they are repaired.
        let text = path.to_str().map_or_else(|| fold(&path.to_string_lossy()), fold);
        let (folder, name) = text.rsplit_once('/').unwrap_or(("", &text));
        Self { folder: folder.to_owned(), name: name.to_owned() }
    }
}

impl Entry {
    /// From a row and those who want it, in order.
    #[must_use]
    pub fn of(row: &FileRow, attributions: &[Attribution]) -> Self {
        let wish = |one: &Attribution| Wish { user: one.user.clone(), reason: one.reason, at: one.added_at };
        let source = Source {
            id: row.id,
            cached_at: row.cached_at,
            last_accessed: row.last_accessed,
            size: row.size,
            access_count: row.access_count,
            status: row.status,
            operation: row.operation,
            library: &row.library,
            file_path: &row.file_path,
            original_path: &row.original_path,
        };
        Self::from_source(source, attributions.iter().map(wish).collect())
    }

    /// From the parts of a row that matter, and those who want it, in order.
    #[must_use]
    pub fn from_source(source: Source<'_>, wishes: Vec<Wish>) -> Self {
        let Source { id, cached_at, last_accessed, size, access_count, status, operation, .. } = source;
        let Source { library, file_path, original_path, .. } = source;
        let elsewhere = original_path.as_os_str() != file_path.as_os_str();
        Self {
            id,
            cached_at,
            last_accessed,
            size,
            access_count,
            status,
            operation,
            library: library.to_owned(),
            path: PathText::of(file_path),
            original: elsewhere.then(|| PathText::of(original_path)),
            wishes,
        }
    }
}
