//! Watches the cache dir: who opens a copy, and what others change there. And, with [`Originals`], the folders of libraries
//! that hold links and originals of cached files.
//!
//! Start with [`Watch`]. `kernel` is inotify, for both. `eyes` is what the kernel tells, `facts` what was seen and waits (the window of an open, the
//! quiet after a change), `round` the thread that acts on it: opens are added to their rows every few seconds
//! ([`crate::cacher::Engine::count_accesses`]), and a change that concerns a row is a reason to look at the cache dir at
//! once instead of within the hour.
//!
//! Where the kernel tells nothing (no watches left, no inotify), the cache dir is looked at every few minutes instead,
//! and opens are not counted. Where it cannot tell everything (NFS, SMB, FUSE: others act behind its back), both.
//!
//! **Invariant:** a watch decides nothing about a file; it is a reason to look. Losing it costs time and counts, never a
//! copy. What of it is repeated because time has passed concerns the cache dir alone: no disk of a library is woken.

mod eyes;
mod facts;
mod kernel;
mod mounts;
mod originals;
mod round;

use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::cacher::Cacher;
use crate::clock::Clock;
use crate::error::{IoContext, Result};

use facts::{Opens, Saw, Unrest};
pub use originals::{Originals, OriginalsParts};
use round::Round;

/// What a watch is made of.
pub struct Parts {
    /// The running engine.
    pub cacher: Cacher,
    /// The time of an open.
    pub clock: Arc<dyn Clock>,
    /// The cache dir, as it is configured.
    pub dir: PathBuf,
    /// Looks at the cache dir and puts in order what is not.
    pub look: Box<dyn Fn() -> Result<()> + Send>,
    /// How it is learnt what happens.
    pub means: Means,
    /// How long is waited for what.
    pub rhythm: Rhythm,
}

/// How it is learnt what happens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Means {
    /// The kernel tells, if it does.
    Kernel,
    /// By looking again and again.
    Looking,
}

/// How long is waited for what.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rhythm {
    /// Opens are written after this long, together.
    pub write: Duration,
    /// After a change it has to be quiet for this long,
    pub quiet: Duration,
    /// but no longer than this is waited.
    pub unrest: Duration,
    /// Where nothing is told, the cache dir is looked at this often.
    pub poll: Duration,
    /// Whether the watched folder is still the cache dir is asked this often,
    pub check: Duration,
    /// and this often every folder is made sure to be watched, or what failed is tried again.
    pub renew: Duration,
}

impl Default for Rhythm {
    fn default() -> Self {
        Self {
            write: Duration::from_secs(5),
            quiet: Duration::from_secs(2),
            unrest: Duration::from_secs(30),
            poll: Duration::from_secs(5 * 60),
            check: Duration::from_secs(60),
            renew: Duration::from_secs(60 * 60),
        }
    }
}

/// How much is seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Sight {
    /// The first watches are being set.
    Opening,
    /// Every folder is watched.
    Open {
        /// How many there were when last counted.
        folders: u64,
        /// Nobody can act there without the kernel's knowledge.
        all: bool,
    },
    /// The kernel tells nothing, and why.
    Blind(Blind),
}

/// Why nothing is seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Blind {
    /// The cache dir is not there.
    Away,
    /// Another folder is at its path: a volume was mounted or unmounted.
    Replaced,
    /// It must not be read.
    Forbidden,
    /// The limit for inotify's watches is reached.
    Watches,
    /// The limit for inotify's instances, or for open files, is reached.
    Instances,
    /// Watches can be set, and then nothing is told.
    Silent,
    /// It was said not to use it.
    Unused,
    /// What the system said.
    Other(String),
}

impl std::fmt::Display for Blind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Away => "it is not there",
            Self::Replaced => "another folder is at its path now",
            Self::Forbidden => "reading it is not permitted",
            Self::Watches => {
                "no inotify watches are left, and each folder needs one: raise fs.inotify.max_user_watches (sysctl)"
            }
            Self::Instances => {
                "no inotify instances are left: raise fs.inotify.max_user_instances (sysctl) or the limit of open files"
            }
            Self::Silent => "inotify tells nothing there",
            Self::Unused => "inotify is not used",
            Self::Other(text) => text,
        })
    }
}

/// A running watch. Ends when it is stopped or dropped.
pub struct Watch {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// What the thread, `notify`'s thread, and the owner have in common.
struct Shared {
    state: Mutex<State>,
    wake: Condvar,
}

struct State {
    opens: Opens,
    /// Since when opens wait to be written.
    opens_since: Option<std::time::Instant>,
    unrest: Unrest,
    /// Folders to be watched as well.
    folders: Vec<PathBuf>,
    /// Something was missed: every folder has to be made sure of.
    missed: bool,
    /// How often the cache dir itself was seen being opened.
    here: u64,
    blind: Option<Blind>,
    sight: Sight,
    stopping: bool,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watch {
    /// Starts to watch, on a thread of its own: setting the watches may take a while.
    ///
    /// # Errors
    /// The system refuses a thread.
    pub fn start(parts: Parts) -> Result<Self> {
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                opens: Opens::default(),
                opens_since: None,
                unrest: Unrest::default(),
                folders: Vec::new(),
                missed: false,
                here: 0,
                blind: None,
                sight: Sight::Opening,
                stopping: false,
            }),
            wake: Condvar::new(),
        });
        let round = Round::new(parts, shared.clone());
        let thread = std::thread::Builder::new()
            .name("watch".to_owned())
            .spawn(move || round.run())
            .doing("start the thread", "watch")?;
        Ok(Self { shared, thread: Mutex::new(Some(thread)) })
    }

    /// How much is seen now.
    #[must_use]
    pub fn sight(&self) -> Sight {
        self.shared.state().sight.clone()
    }

    /// Writes what waits, and ends. Returns when the thread has ended.
    pub fn stop(&self) {
        self.shared.state().stopping = true;
        self.shared.wake.notify_all();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the watch of the cache dir had panicked");
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stop();
    }
}

impl State {
    /// Notes what was seen. True when the thread should know at once.
    fn note(&mut self, saw: Saw, clock: &dyn Clock) -> bool {
        let now = std::time::Instant::now();
        let was_quiet = self.unrest.is_quiet();
        self.unrest.note(&saw, now);
        match saw {
            Saw::Opened(copy) => {
                let first = self.opens.note(copy, clock.now());
                if first {
                    self.opens_since = Some(now);
                }
                first
            }
            Saw::Gone(_) | Saw::Came(_) => was_quiet,
            Saw::Missed => {
                self.missed = true;
                was_quiet
            }
            Saw::Folder(folder) => {
                self.folders.push(folder);
                true
            }
            Saw::Here => {
                self.here += 1;
                true
            }
            Saw::Blind(blind) => {
                self.blind = Some(blind);
                true
            }
        }
    }
}
