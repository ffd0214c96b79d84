//! Whether anything happens by itself: a person may say that it shall not. What people ask for is done all the same.
//!
//! **Invariant:** it holds until a person says otherwise, over every start.

use crate::domain::actor::Actor;
use crate::domain::event::Event;
use crate::domain::file::Operation;
use crate::domain::job::{JobKind, JobRow, JobState};
use crate::domain::log::{LogKind, LogRow};
use crate::domain::pause::Pause;
use crate::error::{Error, Result};
use crate::store::Rows;

use super::engine::Engine;

impl Engine {
    /// Since when, and because of whom, nothing happens by itself; none where it does.
    ///
    /// # Errors
    /// The store fails.
    pub fn pause_of_plans(&self) -> Result<Option<Pause>> {
        self.store.read()?.pause()
    }

    /// Nothing is cached or given back by itself from now on, and what was asked for and is not there yet is called off;
    /// what people asked for stays. Who says it again changes nothing.
    ///
    /// # Errors
    /// The store fails.
    pub fn pause_plans(&self, by: &Actor, reason: Option<String>) -> Result<Pause> {
        let pause = Pause { since: self.clock.now(), by: by.name.clone(), reason };
        let (pause, is_new) = self.store.write(|w| match w.pause()? {
            Some(before) => Ok((before, false)),
            None => {
                w.set_pause(Some(&pause))?;
                let said = pause.reason.iter().map(|reason| ("reason".to_owned(), reason.clone()));
                w.put_log(&LogRow { metadata: said.collect(), ..self.word(by, "paused") })?;
                Ok((pause.clone(), true))
            }
        })?;
        if is_new {
            self.publish([Event::PlansPaused(Some(Box::new(pause.clone())))]);
        }
        for job in self.store.read()?.jobs_in(JobState::Queued)?.iter().filter(|job| is_ours(job)) {
            match self.cancel(job.id, by) {
                // It ended meanwhile, or cannot be taken back any more: then it is cached, and can be removed.
                Ok(_) | Err(Error::NotFound { .. } | Error::WrongJobState { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(pause)
    }

    /// Things happen by themselves again. Whether that is new.
    ///
    /// # Errors
    /// The store fails.
    pub fn resume_plans(&self, by: &Actor) -> Result<bool> {
        let is_new = self.store.write(|w| {
            let is_paused = w.pause()?.is_some();
            if is_paused {
                w.set_pause(None)?;
                w.put_log(&self.word(by, "resumed"))?;
            }
            Ok(is_paused)
        })?;
        if is_new {
            self.publish([Event::PlansPaused(None)]);
        }
        Ok(is_new)
    }

    fn word(&self, by: &Actor, word: &str) -> LogRow {
        LogRow { reason: word.to_owned(), ..LogRow::of(LogKind::Plan, by.clone(), self.clock.now()) }
    }
}

/// Whether it brings a file that no person asked for.
fn is_ours(job: &JobRow) -> bool {
    match &job.kind {
        JobKind::Cache { wishes, .. } => {
            job.by.is_system() && wishes.iter().all(|wish| wish.operation != Operation::Manual)
        }
        _ => false,
    }
}
