//! The threads around the engine: some run jobs, one sees to what has its time.
//!
//! **Invariant:** a thread's panic is a bug that ends the process in an orderly way elsewhere; here it ends only its
//! job, whose intent stays for the next start.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::domain::actor::Actor;
use crate::domain::id::{FileId, JobId};
use crate::domain::job::{JobRow, JobState, Planned, Progress};
use crate::error::{Error, IoContext, Result};
use crate::store::Rows;

use super::aside::LOOK_EVERY;
use super::batch::BatchRequest;
use super::caching::Ran;
use super::cleanup::{Cleanup, CleanupRequest};
use super::engine::Engine;
use super::reading::Verdict;
use super::recover::Pass;
use super::request::{Accepted, CacheRequest, RestoreRequest};

/// A job that could not run is tried again after this long.
const RETRY: Duration = Duration::from_secs(10);
/// A job that waits for others looks at them at most this often.
const LOOK_AGAIN: Duration = Duration::from_millis(250);
/// Parked intents are looked at again this often.
const SETTLE: Duration = Duration::from_secs(30);

/// The running engine. Cheap to clone; the threads end with [`Cacher::stop`].
#[derive(Clone)]
pub struct Cacher(Arc<Inner>);

struct Inner {
    engine: Arc<Engine>,
    state: Mutex<State>,
    wake: Condvar,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

#[derive(Default)]
struct State {
    running: Vec<JobId>,
    /// Jobs that are not to be tried before that instant.
    later: HashMap<JobId, Instant>,
    /// Those of them whose file was in use: tried again as soon as some work has ended.
    locked: HashSet<JobId>,
    /// Those of them that wait for other jobs: they look again a moment after some work has ended.
    waiting: HashSet<JobId>,
    /// Counts the ends of work.
    ends: u64,
    stopping: bool,
    /// Counts every change, so that nobody sleeps through one.
    generation: u64,
    /// The store failed: nothing is written any more until the next start.
    failed: Option<String>,
}

impl State {
    /// Some file may be free now. Only real ends count: a piece of work that is tried in vain again and again would
    /// otherwise make the jobs that wait for it try again and again, too.
    fn work_ended(&mut self) {
        self.ends += 1;
        for job in self.locked.drain() {
            self.later.remove(&job);
        }
        let soon = Instant::now() + LOOK_AGAIN;
        for job in self.waiting.drain() {
            self.later.insert(job, soon);
        }
    }

    /// The job waits for the ends of others. `ends`: as they were before it looked.
    fn wait_for_ends(&mut self, job: JobId, ends: u64) {
        if self.ends == ends {
            self.later.insert(job, Instant::now() + RETRY);
            self.waiting.insert(job);
        } else {
            self.later.insert(job, Instant::now() + LOOK_AGAIN);
        }
    }

    /// The job could not run. `ends`: as they were before it tried.
    fn put_off(&mut self, job: JobId, locked: bool, ends: u64) {
        if locked && self.ends != ends {
            return;
        }
        self.later.insert(job, Instant::now() + RETRY);
        if locked {
            self.locked.insert(job);
        }
    }
}

impl Cacher {
    /// Starts the threads. What kept jobs waiting in an earlier process is forgotten: they are tried now.
    ///
    /// # Errors
    /// The system refuses a thread; the store fails.
    pub fn start(engine: Arc<Engine>) -> Result<Self> {
        let workers = engine.cache.concurrency.max(1);
        for job in engine.store().read()?.jobs_in(JobState::Queued)? {
            engine.forget_error(job.id)?;
        }
        let cacher = Self::at_rest(engine);
        for number in 0..workers {
            cacher.spawn(&format!("copy-{number}"), Self::work)?;
        }
        cacher.spawn("settle", Self::settle)?;
        Ok(cacher)
    }

    /// The engine without threads: no job runs. For commands that look, and must not start what is queued.
    #[must_use]
    pub fn at_rest(engine: Arc<Engine>) -> Self {
        Self(Arc::new(Inner {
            engine,
            state: Mutex::default(),
            wake: Condvar::new(),
            threads: Mutex::default(),
        }))
    }

    fn spawn(&self, name: &str, body: fn(&Self)) -> Result<()> {
        let me = self.clone();
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || body(&me))
            .doing("start the thread", name)?;
        self.0.threads.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
        Ok(())
    }

    /// The engine, for what needs no thread.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.0.engine
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells every thread to look again.
    fn nudge(&self) {
        self.state().generation += 1;
        self.0.wake.notify_all();
    }

    /// See [`Engine::request_cache`].
    ///
    /// # Errors
    /// As there.
    pub fn request_cache(&self, request: &CacheRequest) -> Result<Accepted> {
        let accepted = self.engine().request_cache(request)?;
        match accepted {
            Accepted::UserAdded { job: Some(job), .. } => self.try_now(job)?,
            Accepted::Queued { .. } | Accepted::UserAdded { job: None, .. } => self.nudge(),
        }
        Ok(accepted)
    }

    /// See [`Engine::reader_says`].
    ///
    /// # Errors
    /// As there.
    pub fn reader_says(&self, file: FileId, verdict: &Verdict) -> Result<()> {
        self.engine().reader_says(file, verdict)?;
        self.nudge();
        Ok(())
    }

    /// See [`Engine::withdraw_playback`].
    ///
    /// # Errors
    /// As there.
    pub fn withdraw_playback(&self, user: Option<&str>, paths: &[PathBuf]) -> Result<Vec<JobId>> {
        let called_off = self.engine().withdraw_playback(user, paths)?;
        self.nudge();
        Ok(called_off)
    }

    /// See [`Engine::request_batch`].
    ///
    /// # Errors
    /// As there.
    pub fn request_batch(&self, request: &BatchRequest) -> Result<JobId> {
        let job = self.engine().request_batch(request)?;
        self.nudge();
        Ok(job)
    }

    /// See [`Engine::request_cleanup`].
    ///
    /// # Errors
    /// As there.
    pub fn request_cleanup(&self, request: &CleanupRequest) -> Result<Cleanup> {
        let cleanup = self.engine().request_cleanup(request)?;
        self.nudge();
        Ok(cleanup)
    }

    /// See [`Engine::request_restore`].
    ///
    /// # Errors
    /// As there.
    pub fn request_restore(&self, request: &RestoreRequest) -> Result<JobId> {
        let job = self.engine().request_restore(request)?;
        // One that waits since an earlier request is asked for anew.
        self.try_now(job)?;
        Ok(job)
    }

    /// Tries a job that waits again at once; whoever then waits for it hears how that went.
    ///
    /// # Errors
    /// The store fails.
    pub fn try_now(&self, job: JobId) -> Result<()> {
        self.engine().forget_error(job)?;
        self.state().later.remove(&job);
        self.nudge();
        Ok(())
    }

    /// See [`Engine::close_plan`].
    ///
    /// # Errors
    /// As there.
    pub fn close_plan(&self, job: JobId, came: Result<Planned, &Error>) -> Result<()> {
        let closed = self.engine().close_plan(job, came);
        // Whoever waits for it hears.
        self.nudge();
        closed
    }

    /// See [`Engine::cancel`].
    ///
    /// # Errors
    /// As there.
    pub fn cancel(&self, job: JobId, by: &Actor) -> Result<JobRow> {
        let row = self.engine().cancel(job, by);
        self.nudge();
        row
    }

    /// See [`Engine::pause`].
    ///
    /// # Errors
    /// As there.
    pub fn pause(&self, job: JobId, paused: bool, by: &Actor) -> Result<JobRow> {
        let row = self.engine().pause(job, paused, by)?;
        self.try_now(job)?;
        Ok(row)
    }

    /// A job as it is now, with its progress if it runs.
    ///
    /// # Errors
    /// `NotFound`; the store fails.
    pub fn job(&self, id: JobId) -> Result<(JobRow, Option<Progress>)> {
        let row = self.engine().store().read()?.job(id)?.ok_or(Error::NotFound { what: "job" })?;
        let progress = self.engine().controls.get(id).map(|control| control.progress());
        Ok((row, progress))
    }

    /// Progress of everything that runs.
    #[must_use]
    pub fn progress(&self) -> Vec<Progress> {
        self.engine().controls.progress()
    }

    /// Waits until a job has ended, or its last try has failed for the time being (its `error` then says why), or
    /// `patience` is over.
    ///
    /// # Errors
    /// `NotFound`; the store fails.
    pub fn wait(&self, id: JobId, patience: Duration) -> Result<JobRow> {
        let until = Instant::now() + patience;
        loop {
            let generation = self.state().generation;
            let (row, running) = self.job(id)?;
            // Between the two looks of `job` a try may have begun and ended.
            let unchanged = self.state().generation == generation;
            let stuck = row.error.is_some() && running.is_none() && unchanged;
            let now = Instant::now();
            if row.state.is_final() || stuck || now >= until {
                return Ok(row);
            }
            let state = self.state();
            if let Some(detail) = &state.failed {
                return Err(Error::Store { operation: "finish the job", detail: detail.clone() });
            }
            if state.generation == generation {
                drop(
                    self.0
                        .wake
                        .wait_timeout(state, until.duration_since(now))
                        .unwrap_or_else(PoisonError::into_inner),
                );
            }
        }
    }

    /// Waits until everything that is to be deleted has been looked at once after its grace. What is in use at that
    /// moment is not waited for: it goes later, or at a later start.
    ///
    /// # Errors
    /// The store fails.
    pub fn wait_out_graces(&self) -> Result<()> {
        let engine = self.engine();
        let due = engine.store().read()?.intents()?.into_iter().filter_map(|intent| intent.phase.delete_at());
        // What was in use before has been put off for longer than a grace.
        let latest = engine.clock.now().plus(engine.cache.release_grace);
        let until = due.max().unwrap_or_else(|| engine.clock.now()).min(latest);
        loop {
            let now = engine.clock.now();
            engine.settle_due()?;
            let state = self.state();
            if now >= until || state.stopping {
                return Ok(());
            }
            let left = Duration::try_from(until.since(now)).unwrap_or_default().min(Duration::from_secs(1));
            drop(self.0.wake.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// Ends the threads: a copy stops at its next chunk (its job stays queued), a swap is finished.
    pub fn stop(&self) {
        self.state().stopping = true;
        self.engine().controls.stop_all();
        self.nudge();
        let threads = std::mem::take(&mut *self.0.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("a worker thread had panicked");
            }
        }
    }

    /// Whether all its threads are there. Where the store failed they have ended, and [`Cacher::failure`] says so.
    #[must_use]
    pub fn is_at_work(&self) -> bool {
        let threads = self.0.threads.lock().unwrap_or_else(PoisonError::into_inner);
        let state = self.state();
        state.stopping || state.failed.is_some() || !threads.iter().any(JoinHandle::is_finished)
    }

    /// What the store failed with, if it did: the process should end, the next start recovers.
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        self.state().failed.clone()
    }

    fn work(&self) {
        while let Some(job) = self.next_job() {
            let ends = self.state().ends;
            let ran = self.engine().run_job(job);
            // What else keeps a job waiting is written down in it.
            let locked =
                matches!(ran, Ok(Ran::Later)) && self.job(job).is_ok_and(|(row, _)| row.error.is_none());
            let mut state = self.state();
            state.running.retain(|running| *running != job);
            match ran {
                Ok(Ran::Ended) => {
                    state.later.remove(&job);
                    state.work_ended();
                }
                Ok(Ran::Again) => drop(state.later.remove(&job)),
                Ok(Ran::Waits) => state.wait_for_ends(job, ends),
                Ok(Ran::Later) => state.put_off(job, locked, ends),
                Err(error) => {
                    tracing::error!(%job, %error, "the store failed; no more work until the next start");
                    state.failed.get_or_insert_with(|| error.to_string());
                }
            }
            drop(state);
            self.nudge();
        }
    }

    /// Waits for a job whose turn it is. `None` when the process is ending.
    fn next_job(&self) -> Option<JobId> {
        loop {
            let generation = {
                let state = self.state();
                if state.stopping || state.failed.is_some() {
                    return None;
                }
                state.generation
            };
            let now = Instant::now();
            let picked = self.engine().store().read().and_then(|rows| {
                rows.next_job(&mut |job| {
                    let state = self.state();
                    !state.running.contains(&job) && state.later.get(&job).is_none_or(|at| *at <= now)
                })
            });
            // Asked only where there is something to do, and without a lock.
            let is_aside = matches!(picked, Ok(Some(_))) && self.engine().steps_aside();
            let mut state = self.state();
            if state.stopping {
                return None;
            }
            match picked {
                // Another thread may have taken it since.
                Ok(Some(picked)) if state.running.contains(&picked) => continue,
                Ok(Some(_)) if is_aside => {
                    drop(self.0.wake.wait_timeout(state, LOOK_EVERY).unwrap_or_else(PoisonError::into_inner));
                    continue;
                }
                Ok(Some(picked)) => {
                    state.running.push(picked);
                    return Some(picked);
                }
                // What may be tried again and does not wait any more has ended otherwise: nobody waits for its time.
                Ok(None) => state.later.retain(|_, at| *at > now),
                Err(error) => {
                    tracing::error!(%error, "the queue cannot be read");
                    state.failed.get_or_insert_with(|| error.to_string());
                    return None;
                }
            }
            if state.generation != generation {
                continue;
            }
            let wait =
                state.later.values().map(|at| at.saturating_duration_since(now)).min().unwrap_or(RETRY);
            let wait = wait.clamp(Duration::from_millis(20), RETRY);
            drop(self.0.wake.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner));
        }
    }

    fn settle(&self) {
        loop {
            let Pass { next, settled } = match self.engine().settle_pass() {
                Ok(pass) => pass,
                Err(error) => {
                    tracing::error!(%error, "the store failed; no more work until the next start");
                    self.state().failed.get_or_insert_with(|| error.to_string());
                    self.nudge();
                    return;
                }
            };
            if settled {
                self.state().work_ended();
                self.nudge();
            }
            let due = next.map_or(SETTLE, |next| {
                Duration::try_from(next.since(self.engine().clock.now())).unwrap_or_default()
            });
            let wait = due.clamp(Duration::from_millis(100), SETTLE);
            let state = self.state();
            if state.stopping {
                return;
            }
            drop(self.0.wake.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner));
            if self.state().stopping {
                return;
            }
        }
    }
}
