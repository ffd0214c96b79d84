//! The numbers on the front page, counted over everything that is not removed.

use std::path::PathBuf;

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
