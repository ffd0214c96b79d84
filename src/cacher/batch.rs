//! One act on many files: written down as a job with a list, worked off in slices.
//!
//! A slice acts on a few files and steps back, so that what it asked for, and what others ask for, runs in between: the
//! queue stays short, and who calls a batch off calls off nearly all that is left of it. A removal has ended when the
//! file's own job has; the batch looks for that when some work has ended, and no thread waits.
//!
//! **Invariant:** each file's act is what it would be singly, with its own transaction and log entry. The list says what
//! is not settled, so a batch goes on after a crash where it was; a file that was acted on and not yet noted is acted on
//! again, which changes nothing.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::domain::actor::Actor;
use crate::domain::batch::{
    BatchAction, BatchFailure, BatchFile, BatchScope, BatchWork, FAILURES_KEPT, MOST_NAMED,
};
use crate::domain::event::Event;
use crate::domain::id::{FileId, JobId};
use crate::domain::job::{Asked, Failure, JobKind, JobRow, JobState, RestoreAction};
use crate::domain::query::Filter;
use crate::error::{Error, Result};
use crate::store::Rows;

use super::caching::Ran;
use super::control::Control;
use super::engine::Engine;
use super::outcome::finish;
use super::request::{PinRequest, RestoreRequest};

/// Files of a slice.
const SLICE: usize = 64;
/// Files whose jobs are looked at in one go.
const LOOK: usize = 1000;
/// Files that are listed in one transaction.
const LISTED: usize = 5000;

/// Do this with these files.
#[derive(Clone, Debug)]
pub struct BatchRequest {
    /// What.
    pub action: BatchAction,
    /// With which.
    pub files: BatchFiles,
    /// Why.
    pub reason: String,
    /// The media user concerned.
    pub user: Option<String>,
    /// The authenticated principal.
    pub by: Actor,
}

/// Which files are meant.
#[derive(Clone, Debug)]
pub enum BatchFiles {
    /// These: 1 to [`MOST_NAMED`]. One that does not exist is a failure of its own, not of the whole.
    Named(Vec<FileId>),
    /// Those that it lets through.
    Filter(Filter),
}

/// What a slice came to.
#[derive(Default)]
struct Step {
    acted: Option<FileId>,
    waiting: Vec<(FileId, JobId)>,
    done: Vec<FileId>,
    failed: Vec<BatchFailure>,
}

impl Step {
    fn is_empty(&self) -> bool {
        let Self { acted, waiting, done, failed } = self;
        acted.is_none() && waiting.is_empty() && done.is_empty() && failed.is_empty()
    }

    fn fail(&mut self, file: FileId, path: PathBuf, error: Failure) {
        self.failed.push(BatchFailure { file, path, error });
    }
}

impl Engine {
    /// Accepts a batch.
    ///
    /// # Errors
    /// `Invalid` where none or too many files are named; the store fails.
    pub fn request_batch(&self, request: &BatchRequest) -> Result<JobId> {
        let BatchRequest { action, files, reason, user, by } = request;
        let (scope, named) = match files {
            BatchFiles::Named(ids) if ids.is_empty() || ids.len() > MOST_NAMED => {
                return Err(Error::Invalid(format!("1 to {MOST_NAMED} ids may be given")));
            }
            BatchFiles::Named(ids) => (BatchScope::Named, ids.iter().copied().collect()),
            BatchFiles::Filter(filter) => (BatchScope::Filter(Box::new(filter.clone())), BTreeSet::new()),
        };
        let work = BatchWork { listed: scope == BatchScope::Named, ..BatchWork::default() };
        let asked = Asked {
            kind: JobKind::Batch { action: *action, scope, reason: reason.clone(), user: user.clone(), work },
            file: FileId::NONE,
            path: PathBuf::new(),
            by: by.clone(),
            at: self.clock.now(),
            bytes: named.len() as u64,
        };
        let job = JobRow::new(asked, JobState::Queued);
        self.store.write(|w| {
            w.put_job(&job)?;
            named.iter().try_for_each(|file| w.put_batch_file(job.id, *file, &BatchFile::default()))
        })?;
        Ok(job.id)
    }

    /// The files that a filter lets through, in the order of caching.
    ///
    /// # Errors
    /// The store fails.
    pub fn matching(&self, filter: &Filter) -> Result<Vec<FileId>> {
        self.store.look(|index| index.ids(&index.find(filter))).map(|(ids, _)| ids)
    }

    /// Runs one slice of a batch.
    pub(super) fn batch_once(&self, job: &JobRow, control: &Control) -> Result<Ran> {
        let JobKind::Batch { action, scope, reason, user, work } = &job.kind else { return Ok(Ran::Ended) };
        if !work.listed {
            return match scope {
                BatchScope::Filter(filter) => self.list_files(job, filter),
                // Listed together with the job.
                BatchScope::Named => self.note_listed(job.id, job.bytes_total),
            };
        }
        let mut step = self.look_at_ends(job.id)?;
        for (file, _) in self.store.read()?.batch_files(job.id, work.acted, SLICE)? {
            if control.is_asked_to_rest() {
                break;
            }
            step.acted = Some(file);
            let (reason, user, by) = (reason.clone(), user.clone(), job.by.clone());
            let acted = match action {
                BatchAction::Remove => {
                    let action = RestoreAction::Remove;
                    self.request_restore(&RestoreRequest { file, action, reason, user, by }).map(Some)
                }
                BatchAction::Pin | BatchAction::Unpin => {
                    let pinned = *action == BatchAction::Pin;
                    self.pin(&PinRequest { file, pinned, reason, user, by }).map(|_| None)
                }
            };
            match acted {
                // An orphan is forgotten at once, and no end of a job will tell.
                Ok(Some(job)) if self.is_done(job)? => step.done.push(file),
                Ok(Some(job)) => step.waiting.push((file, job)),
                Ok(None) => step.done.push(file),
                Err(Error::AlreadyRemoved) if *action == BatchAction::Remove => step.done.push(file),
                Err(error @ Error::Store { .. }) => return Err(error),
                Err(error) => step.fail(file, self.path_of_file(file)?, Failure::from(&error)),
            }
        }
        if step.is_empty() {
            return Ok(if control.is_asked_to_rest() { Ran::Later } else { Ran::Waits });
        }
        self.note_step(job.id, step, control)
    }

    /// Writes down which files are meant: those that match now and were there when it was asked for.
    fn list_files(&self, job: &JobRow, filter: &Filter) -> Result<Ran> {
        let ids = self.matching(filter)?;
        let mut total = 0;
        // What an earlier try listed before it was cut short.
        self.store.write(|w| w.clear_batch(job.id))?;
        for some in ids.chunks(LISTED) {
            total += self.store.write(|w| {
                // Called off: its end has emptied the list already, and it stays empty.
                if w.job(job.id)?.is_none_or(|job| job.state.is_final()) {
                    return Ok(0);
                }
                let mut count = 0;
                for id in some {
                    if w.file(*id)?.is_some_and(|row| row.cached_at <= job.created_at) {
                        w.put_batch_file(job.id, *id, &BatchFile::default())?;
                        count += 1;
                    }
                }
                Ok(count)
            })?;
        }
        self.note_listed(job.id, total)
    }

    fn note_listed(&self, id: JobId, total: u64) -> Result<Ran> {
        let now = self.clock.now();
        let ended = self.store.write(|w| {
            let Some(mut job) = w.job(id)?.filter(|job| !job.state.is_final()) else { return Ok(None) };
            let JobKind::Batch { work, .. } = &mut job.kind else { return Ok(None) };
            work.listed = true;
            job.bytes_total = total;
            if total == 0 {
                finish(w, &mut job, JobState::Done, None, now)?;
                return Ok(Some(job));
            }
            w.put_job(&job)?;
            Ok(None)
        })?;
        let ran = if ended.is_some() { Ran::Ended } else { Ran::Again };
        self.publish(ended.map(|job| Event::JobFinished(Box::new(job))));
        Ok(ran)
    }

    fn is_done(&self, job: JobId) -> Result<bool> {
        Ok(self.store.read()?.job(job)?.is_some_and(|job| job.state == JobState::Done))
    }

    fn path_of_file(&self, file: FileId) -> Result<PathBuf> {
        Ok(self.store.read()?.file(file)?.map(|row| row.file_path).unwrap_or_default())
    }

    /// Which of the jobs that were asked for have ended, and how.
    fn look_at_ends(&self, batch: JobId) -> Result<Step> {
        let rows = self.store.read()?;
        let mut step = Step::default();
        for (file, listed) in rows.batch_files(batch, None, LOOK)? {
            let Some(id) = listed.job else { continue };
            // A job that is not there any more ended longer ago than history is kept.
            let Some(job) = rows.job(id)? else {
                step.done.push(file);
                continue;
            };
            match job.state {
                JobState::Done => step.done.push(file),
                JobState::Failed | JobState::Cancelled => {
                    let error = job.error.unwrap_or_else(|| Failure::from(&Error::Cancelled));
                    step.fail(file, job.path, error);
                }
                JobState::Queued | JobState::Copying | JobState::Verifying | JobState::Swapping => {}
            }
        }
        Ok(step)
    }

    /// Writes down what a slice came to, and says what is next.
    fn note_step(&self, id: JobId, step: Step, control: &Control) -> Result<Ran> {
        let now = self.clock.now();
        let Step { acted, waiting, done, failed } = step;
        let (ran, settled, ended) = self.store.write(|w| {
            let Some(mut job) = w.job(id)? else { return Ok((Ran::Ended, 0, None)) };
            let JobKind::Batch { work, .. } = &mut job.kind else { return Ok((Ran::Ended, 0, None)) };
            work.acted = acted.or(work.acted);
            work.done += done.len() as u64;
            failed.iter().for_each(|failure| work.fail(failure.clone()));
            debug_assert!(work.failures.len() <= FAILURES_KEPT);
            let (acted, settled) = (work.acted, work.settled());
            job.bytes_done = settled;
            if job.state.is_final() {
                // Called off during this slice: its list is empty, and what was done counts.
                w.put_job(&job)?;
                return Ok((Ran::Ended, settled, None));
            }
            for (file, job) in &waiting {
                w.put_batch_file(id, *file, &BatchFile { job: Some(*job) })?;
            }
            for file in done.iter().chain(failed.iter().map(|failure| &failure.file)) {
                w.remove_batch_file(id, *file)?;
            }
            let is_due = !w.batch_files(id, acted, 1)?.is_empty();
            if !is_due && w.batch_files(id, None, 1)?.is_empty() {
                finish(w, &mut job, JobState::Done, None, now)?;
                return Ok((Ran::Ended, settled, Some(job)));
            }
            w.put_job(&job)?;
            let next = match (job.paused, is_due) {
                (true, _) => Ran::Later,
                (false, true) => Ran::Again,
                (false, false) => Ran::Waits,
            };
            Ok((next, settled, None))
        })?;
        if let Some(progress) = control.advance(settled) {
            self.publish([Event::JobProgress(progress)]);
        }
        self.publish(ended.map(|job| Event::JobFinished(Box::new(job))));
        Ok(ran)
    }
}
