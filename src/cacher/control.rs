//! What people tell a running job, and what it tells them: cancel, pause, stop; progress.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::domain::id::JobId;
use crate::domain::job::{JobState, Progress};
use crate::error::{Error, Result};

/// The running jobs.
#[derive(Clone, Default)]
pub struct Controls(Arc<Mutex<All>>);

#[derive(Default)]
struct All {
    running: HashMap<JobId, Arc<Control>>,
    /// When jobs that just stepped back were last told of. One that is worked off in slices is not told of with each.
    told: HashMap<JobId, Instant>,
    /// The process is about to end.
    stopped: bool,
}

/// The least time between two tellings of a job.
const TELL_EVERY: Duration = Duration::from_millis(250);

/// What comes of cancelling a running job.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Called {
    /// It ends before its point of no return.
    Off,
    /// It is past that point.
    TooLate,
    /// It just stepped back, and waits for another turn.
    NobodyThere,
}

/// One running job.
pub struct Control {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    progress: Progress,
    cancelled: bool,
    paused: bool,
    stopped: bool,
    /// Past the point of no return: cancelling comes too late.
    committed: bool,
    /// It steps back and waits for another turn.
    over: bool,
    window: (Instant, u64),
    told: Option<Instant>,
}

impl Controls {
    fn all(&self) -> MutexGuard<'_, All> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Registers a job that starts, or goes on where it stepped back.
    pub(super) fn begin(&self, job: JobId, done: u64, total: u64) -> Running<'_> {
        let mut all = self.all();
        let told = all.told.remove(&job);
        let control = Arc::new(Control {
            state: Mutex::new(State {
                progress: Progress {
                    job,
                    state: JobState::Queued,
                    bytes_done: done,
                    bytes_total: total,
                    rate: 0,
                },
                cancelled: false,
                paused: false,
                stopped: false,
                committed: false,
                over: false,
                window: (Instant::now(), done),
                told,
            }),
            changed: Condvar::new(),
        });
        all.running.insert(job, control.clone());
        drop(all);
        Running { controls: self, job, control }
    }

    /// The job, if it is running.
    #[must_use]
    pub fn get(&self, job: JobId) -> Option<Arc<Control>> {
        self.all().running.get(&job).cloned()
    }

    /// Progress of all running jobs.
    #[must_use]
    pub fn progress(&self) -> Vec<Progress> {
        self.all().running.values().map(|control| control.progress()).collect()
    }

    /// The process is about to end: every copy stops at the next chunk, and its job stays queued.
    pub fn stop_all(&self) {
        let mut all = self.all();
        all.stopped = true;
        for control in all.running.values() {
            control.with(|state| state.stopped = true);
        }
    }

    /// Whether the process is about to end.
    #[must_use]
    pub fn are_stopped(&self) -> bool {
        self.all().stopped
    }
}

/// A registered job; leaves the list when dropped.
pub(super) struct Running<'a> {
    controls: &'a Controls,
    job: JobId,
    pub control: Arc<Control>,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let mut all = self.controls.all();
        all.running.remove(&self.job);
        all.told.retain(|_, at| at.elapsed() < TELL_EVERY);
        if let Some(at) = self.control.lock().told.filter(|at| at.elapsed() < TELL_EVERY) {
            all.told.insert(self.job, at);
        }
    }
}

impl Control {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with(&self, act: impl FnOnce(&mut State)) {
        act(&mut self.lock());
        self.changed.notify_all();
    }

    /// How far it is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.lock().progress
    }

    /// Asks it to end. Once it says that it will, it does.
    #[must_use]
    pub fn cancel(&self) -> Called {
        let mut state = self.lock();
        if state.committed {
            return Called::TooLate;
        }
        if state.over {
            return Called::NobodyThere;
        }
        state.cancelled = true;
        drop(state);
        self.changed.notify_all();
        Called::Off
    }

    /// Halts it, or lets it go on.
    pub fn pause(&self, paused: bool) {
        self.with(|state| state.paused = paused);
    }

    /// From here on it cannot be cancelled.
    ///
    /// # Errors
    /// `Cancelled` when somebody was quicker.
    pub(super) fn commit(&self) -> Result<()> {
        let mut state = self.lock();
        if state.cancelled || state.stopped {
            return Err(Error::Cancelled);
        }
        state.committed = true;
        state.progress.state = JobState::Swapping;
        Ok(())
    }

    /// It waits for another turn; who cancels from here on finds that it does not run.
    ///
    /// # Errors
    /// `Cancelled` when somebody was quicker.
    pub(super) fn step_back(&self) -> Result<()> {
        let mut state = self.lock();
        if state.cancelled {
            return Err(Error::Cancelled);
        }
        state.over = true;
        Ok(())
    }

    /// Somebody was told that it ends.
    #[must_use]
    pub(super) fn is_cancelled(&self) -> bool {
        self.lock().cancelled
    }

    /// Somebody wants it to step back: cancelled, halted, or the process is ending.
    #[must_use]
    pub(super) fn is_asked_to_rest(&self) -> bool {
        let state = self.lock();
        state.cancelled || state.paused || state.stopped
    }

    /// The process is ending.
    #[must_use]
    pub(super) fn is_stopped(&self) -> bool {
        self.lock().stopped
    }

    pub(super) fn enter(&self, next: JobState) {
        self.with(|state| {
            state.progress.state = next;
            state.window = (Instant::now(), 0);
        });
    }

    /// It moves nothing for now.
    pub(super) fn rest(&self) -> Progress {
        let mut state = self.lock();
        state.progress.rate = 0;
        state.progress
    }

    /// It moves again; the rate is that from here on.
    pub(super) fn go_on(&self) {
        let mut state = self.lock();
        state.window = (Instant::now(), state.progress.bytes_done);
    }

    /// Waits while paused, and at least `delay`; ends at once when cancelled or stopped.
    pub(super) fn hold(&self, delay: Duration) -> Result<()> {
        let until = Instant::now() + delay;
        let mut state = self.lock();
        loop {
            if state.cancelled || state.stopped {
                return Err(Error::Cancelled);
            }
            let left = until.saturating_duration_since(Instant::now());
            if state.paused {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            } else if left.is_zero() {
                return Ok(());
            } else {
                state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
            }
        }
    }

    /// Notes how far it is. Some progress when it is time to tell others (at most four times a second).
    pub(super) fn advance(&self, done: u64) -> Option<Progress> {
        let mut state = self.lock();
        let now = Instant::now();
        state.progress.bytes_done = done;
        let (since, from) = state.window;
        let elapsed = now.duration_since(since).as_secs_f64();
        if elapsed > 0.05 {
            state.progress.rate = (done.saturating_sub(from) as f64 / elapsed) as u64;
        }
        // The rate is that of the last few seconds.
        if elapsed > 3.0 {
            state.window = (now, done);
        }
        if state.told.is_some_and(|told| now.duration_since(told) < TELL_EVERY) {
            return None;
        }
        state.told = Some(now);
        Some(state.progress)
    }
}
