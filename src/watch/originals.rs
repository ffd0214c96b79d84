//! Watches the folders of libraries in which cached files are at home: what others do to a link or an original there is a
//! reason to look at that one file, at once. No library is ever looked at because time has passed.
//!
//! A folder is touched when its watch is set: when a file was cached there (its disk is awake), when its volume was mounted
//! (so it is), and at a start, which looks at what happened meanwhile. What happens between then and the watch is not told,
//! so whatever lives in a folder is looked at once when it is watched from now on.
//!
//! **Invariant:** a watch decides nothing. What is found is what a deep scan would find
//! ([`crate::cacher::Engine::look_at_links`]). **Invariant:** while nothing is told and no row changes, no path of a library
//! is named, by no system call.

mod round;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use notify::Event;
use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind, RenameMode};

use super::facts::{Saw, Unrest};
use super::kernel::blind;
use super::{Blind, Rhythm, Sight};
use crate::cacher::Cacher;
use crate::cacher::homes::{Fate, Homes};
use crate::clock::Clock;
use crate::error::{IoContext, Result};

use round::Round;

/// What a watch of originals is made of.
pub struct OriginalsParts {
    /// The running engine.
    pub cacher: Cacher,
    /// Since when a link is missing is said by this clock.
    pub clock: Arc<dyn Clock>,
    /// How long is waited for what.
    pub rhythm: Rhythm,
    /// The kernel's list of what is mounted.
    pub mounts: PathBuf,
}

/// A running watch of originals. Ends when it is stopped or dropped.
pub struct Originals {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// What the thread, `notify`'s thread, and the owner have in common.
struct Shared {
    state: Mutex<State>,
    wake: Condvar,
}

struct State {
    homes: Arc<Homes>,
    unrest: Unrest,
    /// The same of names that nobody is known by, as long as rows may say otherwise: a file that was cached a moment ago.
    strangers: Unrest,
    /// Folders that went or came: whether they are watched has to be made sure of.
    anew: HashSet<PathBuf>,
    blind: Option<Blind>,
    sight: Sight,
    looked_at: u64,
    stopping: bool,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Originals {
    /// Starts to watch, on a thread of its own: setting the watches reads each of the folders.
    ///
    /// # Errors
    /// The system refuses a thread.
    pub fn start(parts: OriginalsParts) -> Result<Self> {
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                homes: Arc::default(),
                unrest: Unrest::default(),
                strangers: Unrest::default(),
                anew: HashSet::new(),
                blind: None,
                sight: Sight::Opening,
                looked_at: 0,
                stopping: false,
            }),
            wake: Condvar::new(),
        });
        let round = Round::new(parts, shared.clone());
        let thread = std::thread::Builder::new()
            .name("originals".to_owned())
            .spawn(move || round.run())
            .doing("start the thread", "originals")?;
        Ok(Self { shared, thread: Mutex::new(Some(thread)) })
    }

    /// How much is seen now.
    #[must_use]
    pub fn sight(&self) -> Sight {
        self.shared.state().sight.clone()
    }

    /// How often a file was looked at since the start.
    #[must_use]
    pub fn looked_at(&self) -> u64 {
        self.shared.state().looked_at
    }

    /// Ends. Returns when the thread has ended, which is soon once the engine stops.
    pub fn stop(&self) {
        self.shared.state().stopping = true;
        self.shared.wake.notify_all();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the watch of originals had panicked");
        }
    }
}

impl Drop for Originals {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Shared {
    /// Takes what the kernel tells. Nothing is looked at here.
    fn hear(&self, event: notify::Result<Event>, cacher: &Cacher) {
        let event = match event {
            Ok(event) if event.need_rescan() => {
                self.state().unrest.note(&Saw::Missed, Instant::now());
                return self.wake.notify_all();
            }
            Ok(event) => event,
            Err(error) => {
                self.state().blind = Some(blind(&error));
                return self.wake.notify_all();
            }
        };
        let fate = match event.kind {
            EventKind::Create(_) | EventKind::Modify(ModifyKind::Name(RenameMode::To)) => Fate::Came,
            EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(RenameMode::From)) => Fate::Gone,
            EventKind::Access(AccessKind::Close(AccessMode::Write)) => Fate::Written,
            _ => return,
        };
        let Some(path) = event.paths.into_iter().next() else { return };
        let is_own = fate != Fate::Written && cacher.engine().own_names().take(&path);
        let mut state = self.state();
        let is_home = |path: Option<&Path>| path.is_some_and(|path| state.homes.is_home(path));
        if is_own || !is_home(path.parent()) && !is_home(Some(&path)) {
            return;
        }
        if fate != Fate::Written && is_home(Some(&path)) {
            state.anew.insert(path.clone());
        }
        let is_known = state.homes.is_concerned(&path, fate);
        let saw = if fate == Fate::Gone { Saw::Gone(path) } else { Saw::Came(path) };
        let noted = if is_known { &mut state.unrest } else { &mut state.strangers };
        noted.note(&saw, Instant::now());
        drop(state);
        self.wake.notify_all();
    }
}
