//! One act on many files: what was asked, how far it is, and what went wrong.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::file::closed_names;
use super::id::{FileId, JobId};
use super::job::Failure;
use super::path::bytes;
use super::query::Filter;

/// So many files may be named by their ids.
pub const MOST_NAMED: usize = 10_000;
/// So many failures are kept with their reasons; all of them are counted.
pub const FAILURES_KEPT: usize = 20;

/// What is done with each file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum BatchAction {
    /// It is given back.
    Remove,
    /// It stays.
    Pin,
    /// It may be evicted again.
    Unpin,
}

closed_names!(BatchAction {
    Remove => "remove",
    Pin => "pin",
    Unpin => "unpin",
});

/// Which files.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum BatchScope {
    /// Those that were named; they were listed together with the job.
    Named,
    /// Those that the filter lets through, and that were cached when it was asked for.
    Filter(Box<Filter>),
}

/// How far a batch is.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct BatchWork {
    /// Its files are listed in the store.
    pub listed: bool,
    /// Up to this one they were acted on; those before it that are still listed wait for the end of their jobs.
    pub acted: Option<FileId>,
    /// Files that are as was asked.
    pub done: u64,
    /// Files that are not.
    pub failed: u64,
    /// The first of those, with the reason.
    pub failures: Vec<BatchFailure>,
}

impl BatchWork {
    /// Counts a file that is not as was asked.
    pub fn fail(&mut self, failure: BatchFailure) {
        self.failed += 1;
        if self.failures.len() < FAILURES_KEPT {
            self.failures.push(failure);
        }
    }

    /// Files that need no more thought.
    #[must_use]
    pub const fn settled(&self) -> u64 {
        self.done + self.failed
    }
}

/// Why one file of a batch is not as was asked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BatchFailure {
    /// The file.
    pub file: FileId,
    /// Its library path; empty where there is no such file.
    #[serde(with = "bytes")]
    pub path: PathBuf,
    /// Why.
    pub error: Failure,
}

/// A file of a batch that has not ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct BatchFile {
    /// The job that gives it back; none before it was its turn.
    pub job: Option<JobId>,
}
