//! The thread that keeps the eyes open and acts on what they saw.
//!
//! **Invariant:** what could not be written is tried again; what could not be watched is looked at instead. Nothing that
//! goes wrong here ends anything but the attempt.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use super::eyes::{Eyes, Listener};
use super::facts::{Changed, Saw};
use super::{Blind, Means, Parts, Shared, Sight, State};

/// What has to be told at once is told within this time.
const PROMPT: Duration = Duration::from_secs(3);
/// An open may fall out of a full queue: it is repeated this often.
const BLINKS: u32 = 5;
/// Looking takes at most one part in so many of the time.
const REST: u32 = 10;

pub(super) struct Round {
    parts: Parts,
    shared: Arc<Shared>,
    eyes: Option<Eyes>,
    /// When the eyes are to be seen to.
    check_at: Instant,
    /// When everything is to be watched anew, or tried again.
    renew_at: Instant,
    /// When the cache dir is to be looked at because not everything is told.
    poll_at: Option<Instant>,
    /// Not before this is the cache dir looked at again.
    rested_at: Instant,
    /// Not before this are opens written again.
    write_at: Instant,
    /// The first watch follows the look of the start.
    has_seen: bool,
    complained: bool,
}

impl Round {
    pub fn new(parts: Parts, shared: Arc<Shared>) -> Self {
        let now = Instant::now();
        Self {
            parts,
            shared,
            eyes: None,
            check_at: now,
            renew_at: now,
            poll_at: None,
            rested_at: now,
            write_at: now,
            has_seen: false,
            complained: false,
        }
    }

    /// Until it is told to stop.
    pub fn run(mut self) {
        while !self.shared.state().stopping {
            self.see_to_eyes();
            let (write, look) = {
                let state = self.shared.state();
                (self.write_due(&state), self.look_due(&state))
            };
            if write.is_some_and(is_over) {
                self.write();
            }
            if look.is_some_and(is_over) {
                self.look_at_changes();
            }
            if self.poll_at.is_some_and(is_over) {
                self.look();
                self.poll_at = Some(Instant::now() + self.parts.rhythm.poll);
            }
            self.wait();
        }
        // What was opened until now counts.
        if let Err(blind) = self.try_eyes() {
            tracing::debug!("the last opens may be missing: {blind}");
        }
        self.eyes = None;
        self.write();
    }

    /// Until something has to be done. What there is to do is asked under the lock under which it is noted.
    fn wait(&self) {
        let state = self.shared.state();
        if state.stopping || state.missed || state.blind.is_some() || !state.folders.is_empty() {
            return;
        }
        let dues = [self.write_due(&state), self.look_due(&state), self.poll_at];
        let until = dues.into_iter().flatten().min().map_or(self.check_at, |due| due.min(self.check_at));
        let left = until.saturating_duration_since(Instant::now());
        drop(self.shared.wake.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner));
    }

    fn write_due(&self, state: &State) -> Option<Instant> {
        state.opens_since.map(|since| (since + self.parts.rhythm.write).max(self.write_at))
    }

    fn look_due(&self, state: &State) -> Option<Instant> {
        let rhythm = &self.parts.rhythm;
        state.unrest.due(rhythm.quiet, rhythm.unrest).map(|due| due.max(self.rested_at))
    }

    /// Adds the opens to their rows.
    fn write(&mut self) {
        let opens = {
            let mut state = self.shared.state();
            state.opens_since = None;
            state.opens.take()
        };
        if opens.is_empty() {
            return;
        }
        match self.parts.cacher.engine().count_accesses(&opens) {
            Ok(count) => {
                tracing::debug!(count, "opens of copies were counted");
                self.complained = false;
            }
            Err(error) => {
                if !self.complained {
                    tracing::warn!(%error, "opens of copies cannot be written down; they are kept and tried again");
                    self.complained = true;
                }
                let now = Instant::now();
                self.write_at = now + self.parts.rhythm.write;
                let mut state = self.shared.state();
                state.opens.put_back(opens);
                state.opens_since = Some(now);
            }
        }
    }

    /// Looks at the cache dir, if what changed there concerns a row.
    fn look_at_changes(&mut self) {
        let changed = self.shared.state().unrest.take();
        let concerned = match &changed {
            None => return,
            Some(Changed::Everything) => true,
            Some(Changed::Names(changes)) => {
                self.parts.cacher.engine().are_concerned(changes).unwrap_or_else(|error| {
                    tracing::error!(%error, "what changed in the cache dir was not compared with the rows");
                    false
                })
            }
        };
        if concerned {
            self.look();
        }
    }

    fn look(&mut self) {
        let began = Instant::now();
        if let Err(error) = (self.parts.look)() {
            tracing::error!(%error, "the cache was not looked at");
        }
        self.rested_at = Instant::now() + began.elapsed() * (REST - 1);
    }

    /// Opens the eyes, keeps them on the right folder, and shows them what is new.
    fn see_to_eyes(&mut self) {
        let (blind, missed, folders) = {
            let mut state = self.shared.state();
            (state.blind.take(), std::mem::take(&mut state.missed), std::mem::take(&mut state.folders))
        };
        let checked = is_over(self.check_at);
        if checked {
            self.check_at = Instant::now() + self.parts.rhythm.check;
        }
        if let Some(eyes) = &self.eyes {
            // A volume that was unmounted took its watches along, also if it is the same one that is back.
            let gone = || checked && !(eyes.are_open(&self.parts.dir) && self.try_eyes().is_ok());
            if let Some(blind) = blind.or_else(|| gone().then_some(Blind::Replaced)) {
                self.close(blind);
            }
        }
        match &self.eyes {
            None => {
                let away = matches!(self.shared.state().sight, Sight::Blind(Blind::Away | Blind::Replaced));
                if is_over(self.renew_at) || away && checked {
                    self.open();
                }
            }
            Some(_) if missed || is_over(self.renew_at) => self.cover_all(),
            Some(_) => self.cover(&folders),
        }
    }

    fn open(&mut self) {
        self.renew_at = Instant::now() + self.parts.rhythm.renew;
        if self.parts.means == Means::Looking {
            return self.close(Blind::Unused);
        }
        let (shared, cacher, clock) =
            (self.shared.clone(), self.parts.cacher.clone(), self.parts.clock.clone());
        let listener: Listener = Box::new(move |saw| {
            if let Saw::Opened(copy) = &saw
                && cacher.engine().own_opens().take(copy)
            {
                return;
            }
            if shared.state().note(saw, &*clock) {
                shared.wake.notify_all();
            }
        });
        match Eyes::open(&self.parts.dir, listener) {
            Ok(eyes) => {
                self.eyes = Some(eyes);
                self.cover_all();
                if self.eyes.is_some() && self.has_seen {
                    // Whatever happened meanwhile was not told.
                    self.shared.state().unrest.note(&Saw::Missed, Instant::now());
                }
                self.has_seen |= self.eyes.is_some();
            }
            Err(blind) => self.close(blind),
        }
    }

    /// Watches every folder, and makes sure that what happens is told.
    fn cover_all(&mut self) {
        self.renew_at = Instant::now() + self.parts.rhythm.renew;
        let Some(eyes) = &mut self.eyes else { return };
        let root = eyes.root().to_path_buf();
        let shared = self.shared.clone();
        let covered = eyes.cover(&root, || !shared.state().stopping);
        let folders = match covered {
            Ok(folders) => folders,
            Err(blind) => return self.close(blind),
        };
        if let Err(blind) = self.try_eyes() {
            return self.close(blind);
        }
        let all = self.eyes.as_ref().is_some_and(|eyes| eyes.hears_all);
        let sight = Sight::Open { folders, all };
        let before = std::mem::replace(&mut self.shared.state().sight, sight);
        if matches!(before, Sight::Open { .. }) {
            return;
        }
        tracing::info!(folders, "watching the cache dir");
        self.poll_at = None;
        if !all {
            let every = self.parts.rhythm.poll;
            tracing::info!(
                "what other machines or a union do in the cache dir is not told here; it is looked at every {every:?} as well"
            );
            self.poll_at = Some(Instant::now() + every);
        }
    }

    /// Does something that is surely told, and waits until it is: all that was done before has been told then.
    fn try_eyes(&self) -> Result<(), Blind> {
        let Some(eyes) = &self.eyes else { return Ok(()) };
        for _ in 0..BLINKS {
            let before = self.shared.state().here;
            eyes.blink()?;
            let until = Instant::now() + PROMPT / BLINKS;
            let mut state = self.shared.state();
            while state.here == before && !is_over(until) {
                let left = until.saturating_duration_since(Instant::now());
                state = self.shared.wake.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
            }
            if state.here != before {
                return Ok(());
            }
        }
        Err(Blind::Silent)
    }

    fn cover(&mut self, folders: &[PathBuf]) {
        for folder in folders {
            let Some(eyes) = &mut self.eyes else { return };
            let shared = self.shared.clone();
            if let Err(blind) = eyes.cover(folder, || !shared.state().stopping) {
                self.close(blind);
            }
        }
    }

    /// Nothing is told any more: it is looked instead, unless there is nothing to look at.
    fn close(&mut self, blind: Blind) {
        self.eyes = None;
        let now = Instant::now();
        let every = self.parts.rhythm.poll;
        let mut state = self.shared.state();
        // What waits to be said of the eyes that are closed now is said.
        state.blind = None;
        state.folders.clear();
        let before = std::mem::replace(&mut state.sight, Sight::Blind(blind.clone()));
        drop(state);
        let is_new = before != Sight::Blind(blind.clone());
        match blind {
            Blind::Away | Blind::Replaced => {
                self.poll_at = None;
                if is_new {
                    // The volume may be mounted anew at this very moment.
                    self.check_at = self.check_at.min(now + PROMPT);
                    tracing::warn!(dir = %self.parts.dir.display(), "the cache dir is not watched: {blind}");
                }
            }
            _ => {
                self.poll_at.get_or_insert(now + every);
                if is_new {
                    tracing::warn!(
                        "the cache dir is not watched: {blind}. It is looked at every {every:?} instead, and opens are not counted"
                    );
                }
            }
        }
    }
}

fn is_over(at: Instant) -> bool {
    Instant::now() >= at
}
