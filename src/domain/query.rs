//! Which files of the cache are meant, and in which order.

use serde::{Deserialize, Serialize};

use super::file::{FileRow, Operation, Status, closed_names};
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

    /// Whether it lets a row through. `needle` is [`Filter::needle`], made once; who is attributed is not in the row and
    /// has to be looked up.
    #[must_use]
    pub fn takes(&self, row: &FileRow, needle: Option<&str>) -> bool {
        let status = self.status.map_or(row.status != Status::Removed, |status| row.status == status);
        status
            && self.operation.is_none_or(|operation| row.operation == operation)
            && self.size_min.is_none_or(|least| row.size >= least)
            && self.size_max.is_none_or(|most| row.size <= most)
            && self.since.is_none_or(|since| row.cached_at >= since)
            && self.library.as_ref().is_none_or(|library| row.library == *library)
            // The name is the last part of the path.
            && needle.is_none_or(|needle| fold(&row.file_path.to_string_lossy()).contains(needle))
    }
}
