//! The caching engine: what must hold, step by step.
//!
//! Start with [`table`] (what to do, as data), then `drive` (look, ask the table, act, look again), then `caching` and
//! `restoring` (what comes before). [`engine::Engine`] is synchronous and has no threads; [`Cacher`] runs it.
//!
//! **Invariant:** this module alone changes file rows, jobs and intents, and (with [`crate::files`]) the media trees.
//! Before each irreversible step an intent is committed, after it the outcome; answers and events come last.

pub mod accesses;
mod admit;
mod aliases;
mod aside;
mod audit;
pub mod batch;
pub mod browse;
mod caching;
pub mod cleanup;
mod control;
mod drive;
pub mod engine;
pub mod find;
mod forget;
pub mod ground;
mod holds;
pub mod homes;
pub mod links;
mod locks;
mod names;
mod note;
pub mod opens;
mod orphans;
mod outcome;
mod pacing;
mod pausing;
mod planning;
mod playing;
pub mod probe;
mod reading;
pub mod recover;
mod release;
pub mod request;
pub mod rescue;
mod restoring;
mod room;
pub mod scan;
mod search;
mod see;
pub mod shelf;
pub mod survey;
pub mod table;
mod trash;
mod witness;
mod workers;

pub use aside::FindMover;
pub use batch::{BatchFiles, BatchRequest};
pub use cleanup::{Cleanup, CleanupRequest};
pub use engine::{Engine, Parts, Sink};
pub use playing::Started;
pub use reading::Verdict;
pub use recover::Recovered;
pub use request::{Accepted, CacheRequest, PinRequest, RestoreRequest};
pub use workers::Cacher;

use crate::domain::id::JobId;
use crate::domain::job::JobState;
use crate::error::{Error, Result};
use crate::store::Rows;

pub use caching::Ran;

impl Engine {
    /// Runs one queued job to its end (a batch: a slice of it), or says that its turn has not come.
    ///
    /// # Errors
    /// The store fails. Every other failure is the job's, written down in it.
    pub fn run_job(&self, id: JobId) -> Result<Ran> {
        let job = self.store.read()?.job(id)?.ok_or(Error::NotFound { what: "job" })?;
        if job.state != JobState::Queued || job.paused {
            return Ok(Ran::Later);
        }
        let running = self.controls.begin(id, job.bytes_done, job.bytes_total);
        // Whoever waits must not take what an earlier try found for the end of this one.
        self.forget_error(id)?;
        self.run_begun(&job, &running.control)
    }
}
