//! The jobs by which people ask for a plan to be made and carried out. The librarian does it; what is written down of it is
//! written here.

use std::path::PathBuf;

use crate::domain::actor::Actor;
use crate::domain::event::Event;
use crate::domain::id::{FileId, JobId};
use crate::domain::job::{Asked, JobKind, JobRow, JobState, Planned};
use crate::error::{Error, Result};
use crate::store::Rows;

use super::engine::Engine;
use super::outcome::{entry_of, finish};

impl Engine {
    /// Writes down that a plan is to be made and carried out.
    ///
    /// # Errors
    /// The store fails.
    pub fn open_plan(&self, by: &Actor) -> Result<JobId> {
        let job = JobRow::new(
            Asked {
                kind: JobKind::Plan { done: None },
                file: FileId::NONE,
                path: PathBuf::new(),
                by: by.clone(),
                at: self.clock.now(),
                bytes: 0,
            },
            JobState::Queued,
        );
        self.store.write(|w| w.put_job(&job))?;
        Ok(job.id)
    }

    /// Plans that were asked for and not made yet, oldest first: what an earlier process left.
    ///
    /// # Errors
    /// The store fails.
    pub fn open_plans(&self) -> Result<Vec<JobId>> {
        let queued = self.store.read()?.jobs_in(JobState::Queued)?;
        let plans = queued.into_iter().filter(|job| matches!(job.kind, JobKind::Plan { .. }));
        Ok(plans.map(|job| job.id).collect())
    }

    /// Whether a plan that was asked for is still to be made: nobody called it off.
    ///
    /// # Errors
    /// The store fails.
    pub fn is_plan_open(&self, job: JobId) -> Result<bool> {
        Ok(self.store.read()?.job(job)?.is_some_and(|job| job.state == JobState::Queued))
    }

    /// Writes down what came of it. Nothing happens where it was called off meanwhile.
    ///
    /// # Errors
    /// The store fails.
    pub fn close_plan(&self, job: JobId, came: Result<Planned, &Error>) -> Result<()> {
        let planned = match came {
            Ok(planned) => planned,
            Err(error) => {
                let job = self.store.read()?.job(job)?.ok_or(Error::NotFound { what: "job" })?;
                return self.commit_failed(&job, error);
            }
        };
        let now = self.clock.now();
        let events = self.store.write(|w| {
            let Some(mut job) = w.job(job)?.filter(|job| !job.state.is_final()) else { return Ok(vec![]) };
            job.kind = JobKind::Plan { done: Some(planned) };
            finish(w, &mut job, JobState::Done, None, now)?;
            let mut entry = entry_of(&job, now);
            for (name, count) in [
                ("cached", planned.cached),
                ("given_back", planned.given_back),
                ("attributed", planned.attributed),
                ("waiting", planned.waiting),
                ("failed", planned.failed),
            ] {
                entry.metadata.push((name.to_owned(), count.to_string()));
            }
            w.put_log(&entry)?;
            Ok(vec![Event::JobFinished(Box::new(job))])
        })?;
        self.publish(events);
        Ok(())
    }
}
