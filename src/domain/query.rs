//! Which files of the cache are meant, and in which order.

use serde::{Deserialize, Serialize};

use super::file::{Operation, Status, closed_names};
use super::fold::fold;
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

/// Which files. Everything that is given must hold. Stored in batch jobs: another field is another version of their row.
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
impl Filter {
    /// The search text as it is compared; `None` where it is blank, which filters nothing.
    #[must_use]
    pub fn needle(&self) -> Option<String> {
        self.search.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(fold)
    }

    /// Whether it lets everything through (that is not removed).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self { search: _, user, status, operation, size_min, size_max, since, library } = self;
        self.needle().is_none()
            && user.is_none()
            && status.is_none()
            && operation.is_none()
            && size_min.is_none()
            && size_max.is_none()
            && since.is_none()
            && library.is_none()
    }
}
