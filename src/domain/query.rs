//! Which files of the cache are meant, and in which order.

use serde::{Deserialize, Serialize};

use super::file::{Operation, Status, closed_names};
use super::time::Time;

/// What a list is sorted by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Sort {
    /// Time of caching.
    CachedAt,
    /// Time of the last use.
    LastAccessed,
    /// Name.
    Filename,
    /// Size.
    FileSizeBytes,
    /// Number of uses.
    AccessCount,
    /// Score.
    Priority,
}

closed_names!(Sort {
    CachedAt => "cached_at",
    LastAccessed => "last_accessed",
    Filename => "filename",
    FileSizeBytes => "file_size_bytes",
    AccessCount => "access_count",
    Priority => "priority",
});

/// Which end comes first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Direction {
    /// Least first; files without the value before all others.
    Asc,
    /// Greatest first; files without the value last.
    Desc,
}

closed_names!(Direction {
    Asc => "asc",
    Desc => "desc",
});

/// Which files. Everything that is given must hold.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Filter {
    /// Part of the name or path.
    pub search: Option<String>,
    /// Attributed to this user.
    pub user: Option<String>,
    /// In this state; everything but `removed` when absent.
    pub status: Option<Status>,
    /// Cached for this reason.
    pub operation: Option<Operation>,
    /// At least this large.
    pub size_min: Option<u64>,
    /// At most this large.
    pub size_max: Option<u64>,
    /// Cached at or after.
    pub since: Option<Time>,
    /// In this library.
    pub library: Option<String>,
}

/// Where a search looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SearchType {
    /// In the name.
    Filename,
    /// In the library path and in the path where the file really lay.
    Path,
    /// In the names of those who want it.
    User,
    /// In the reason it was cached for.
    Operation,
    /// In any of these.
    All,
}

closed_names!(SearchType {
    Filename => "filename",
    Path => "path",
    User => "user",
    Operation => "operation",
    All => "all",
});
