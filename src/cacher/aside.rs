//! Stepping aside for the NAS's own mover: while it runs no job begins, copies halt at their next chunk, nothing passes its
//! point of no return, and nothing that has its time is removed.
//!
//! What has passed that point goes on: it moves names, not bytes, and readers need its end. So does everything that mends what
//! readers see: the recovery of a start finishes what a crash left, and scans put originals back whose copy is gone.
//!
//! The mover is looked for when there is something to do, at most every few seconds, and never otherwise: an idle engine asks
//! nobody.
//!
//! **Invariant:** no lock is held while the mover is asked for but the one of this module, and whoever waits can be called off.

use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crate::domain::event::Event;
use crate::domain::job::{Failure, JobKind, JobRow};
use crate::domain::mover::Running;
use crate::error::{Error, Result};

use super::control::Control;
use super::engine::Engine;

/// What was seen of the mover holds so long. It is polled this often while something waits for it.
pub(super) const LOOK_EVERY: Duration = Duration::from_secs(3);

/// Tells of the mover that runs now. Must not block for long.
pub type FindMover = Box<dyn Fn() -> Option<Running> + Send + Sync>;

/// Whether the mover runs, as it was last seen.
#[derive(Default)]
pub(super) struct Aside {
    find: OnceLock<FindMover>,
    seen: Mutex<Option<Seen>>,
}

struct Seen {
    at: Instant,
    running: Option<Running>,
}

impl Engine {
    /// From now on the engine steps aside for the mover that `find` tells of. Said once; whoever says it again is not heard.
    pub fn step_aside_for(&self, find: FindMover) {
        drop(self.aside.find.set(find));
    }

    /// The mover that runs, as of a few seconds ago. Whoever finds that this changed tells everybody.
    pub fn mover(&self) -> Option<Running> {
        let find = self.aside.find.get()?;
        let mut seen = self.aside.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(seen) = seen.as_ref().filter(|seen| seen.at.elapsed() < LOOK_EVERY) {
            return seen.running.clone();
        }
        let running = find();
        let before = seen.replace(Seen { at: Instant::now(), running: running.clone() });
        let ran = before.and_then(|before| before.running);
        if ran.is_some() != running.is_some() {
            match &running {
                Some(Running { sign, .. }) => {
                    tracing::info!(
                        "the NAS's own mover is running ({sign}): nothing is moved until it has ended"
                    );
                }
                None => tracing::info!("the NAS's own mover has ended: work goes on"),
            }
            // Within the lock: who is told in which order is the order of what was seen.
            self.publish([Event::MoverRuns(running.clone())]);
        }
        running
    }

    /// Whether to leave everything as it is for now.
    pub(super) fn steps_aside(&self) -> bool {
        self.mover().is_some()
    }

    /// Waits while the mover runs, showing that nothing moves.
    ///
    /// # Errors
    /// `Cancelled` when the job is called off meanwhile, or the process is ending.
    pub(super) fn await_mover(&self, control: &Control) -> Result<()> {
        if !self.steps_aside() {
            return Ok(());
        }
        self.publish([Event::JobProgress(control.rest())]);
        while self.steps_aside() {
            control.hold(LOOK_EVERY)?;
        }
        control.go_on();
        Ok(())
    }

    /// What a job waits for, if that is the mover; in the words of an error, as everything that keeps jobs waiting.
    #[must_use]
    pub fn mover_in_the_way_of(&self, job: &JobRow) -> Option<Failure> {
        // The librarian carries out plans: it only asks for jobs.
        if job.state.is_final() || matches!(job.kind, JobKind::Plan { .. }) {
            return None;
        }
        self.mover().map(|Running { sign, .. }| Failure::from(&Error::MoverRuns { sign }))
    }
}
