//! What a cleanup found: orphans, those that are settled, and those of which nothing is left.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::id::FileId;
use super::identity::Hash;
use super::path::bytes;

/// What a cleanup found and did.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Cleaned {
    /// Orphans, known ones included.
    pub orphaned: u64,
    /// Of those, rows that are removed now, because a file is at the path again.
    pub removed: u64,
    /// Of those, rows whose original is gone as well.
    pub lost: u64,
    /// Which; those with the least ids, where a job keeps only the first.
    pub unrecoverable: Vec<Lost>,
}

/// A file of which neither copy nor original is left. Its row says what it was.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Lost {
    /// Its id.
    pub file: FileId,
    /// Its library path.
    #[serde(with = "bytes")]
    pub path: PathBuf,
    /// Its bytes were so many,
    pub size: u64,
    /// and this is their hash.
    pub hash: Hash,
}
