//! The numbers on the front page, counted over everything that is not removed.

use std::collections::HashSet;
use std::path::PathBuf;

use super::file::{Attribution, FileRow, Status};
use super::time::Time;

/// Counts and sums.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Statistics {
    /// Files.
    pub total_files: u64,
    /// Their bytes.
    pub total_size: u64,
    /// Files served from the cache.
    pub active_files: u64,
    /// Files whose copy is missing.
    pub orphaned_files: u64,
    /// Files on their way back.
    pub pending_files: u64,
    /// Distinct attributed users.
    pub users_count: u64,
    /// The oldest time of caching.
    pub oldest_cached_at: Option<Time>,
    /// Library path of the file opened or played most often; of several the one used last.
    pub most_accessed_file: Option<PathBuf>,
    /// Playback starts served from the cache, of all that were seen; 0 when none was.
    pub cache_hit_ratio: f64,
}

/// Counts row by row.
#[derive(Default, Debug)]
pub struct Count {
    statistics: Statistics,
    users: HashSet<String>,
    most: (u64, Option<Time>),
}

impl Count {
    /// Whether a row counts at all.
    #[must_use]
    pub fn takes(row: &FileRow) -> bool {
        row.status != Status::Removed
    }

    /// Adds a row; the removed ones are passed over.
    pub fn add(&mut self, row: &FileRow, attributions: Vec<Attribution>) {
        if !Self::takes(row) {
            return;
        }
        let statistics = &mut self.statistics;
        statistics.total_files += 1;
        statistics.total_size += row.size;
        match row.status {
            Status::Active => statistics.active_files += 1,
            Status::Orphaned => statistics.orphaned_files += 1,
            Status::PendingRemoval => statistics.pending_files += 1,
            Status::Removed => {}
        }
        let oldest = statistics.oldest_cached_at.get_or_insert(row.cached_at);
        *oldest = row.cached_at.min(*oldest);
        let used = (row.access_count, row.last_accessed);
        if row.access_count > 0 && used > self.most {
            self.most = used;
            statistics.most_accessed_file = Some(row.file_path.clone());
        }
        self.users.extend(attributions.into_iter().map(|attribution| attribution.user));
    }

    /// The result.
    #[must_use]
    pub fn finish(self) -> Statistics {
        Statistics { users_count: self.users.len() as u64, ..self.statistics }
    }
}
