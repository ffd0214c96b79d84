//! The thread that keeps the watches where cached files are at home, and looks at whom something was told of.
//!
//! **Invariant:** a folder is touched once for each reason there is: it is new, it came back, its volume was mounted. What could
//! not be watched is not tried again because time has passed.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use jiff::SignedDuration;

use super::{OriginalsParts, Shared};
use crate::cacher::homes::Homes;
use crate::domain::id::FileId;
use crate::domain::time::Time;
use crate::error::Error;
use crate::watch::facts::{Changed, Unrest};
use crate::watch::kernel::{Kernel, hears_all};
use crate::watch::mounts::{Change, Mounts};
use crate::watch::{Blind, Sight};

/// Whether rows have changed is asked this often, which touches nothing.
const TICK: Duration = Duration::from_secs(2);
/// Reading all rows takes at most one part in so many of the time.
const REST: u32 = 10;
/// A link that was not at its path is looked for after so long, then, where that came to nothing, after twice as long,
const AGAIN: SignedDuration = SignedDuration::from_mins(10);
/// up to so many times as long.
const LONGEST: i32 = 128;
/// So many findings of one look are told one by one.
const TOLD: usize = 8;

pub(super) struct Round {
    parts: OriginalsParts,
    shared: Arc<Shared>,
    kernel: Option<Kernel>,
    homes: Arc<Homes>,
    /// The number of changes of the store that the homes are of.
    changes: Option<u64>,
    /// Not before this are all rows read again.
    rested_at: Instant,
    watched: HashSet<PathBuf>,
    /// Libraries of which not everything is told.
    shared_with_others: HashSet<PathBuf>,
    /// What is not there, or closed to us, and is not tried again until it is told to have come.
    absent: HashSet<PathBuf>,
    /// The kernel gives no more watches.
    is_full: bool,
    /// When no folder at all could be watched and that is tried again.
    renew_at: Instant,
    mounts: Mounts,
    /// When it is asked next what is mounted.
    check_at: Instant,
    /// To be looked at, whatever is told.
    due: HashSet<FileId>,
    /// When missing links were looked at, and how often.
    looks: HashMap<FileId, (Time, u32)>,
}

impl Round {
    pub fn new(parts: OriginalsParts, shared: Arc<Shared>) -> Self {
        let now = Instant::now();
        Self {
            parts,
            shared,
            kernel: None,
            homes: Arc::default(),
            changes: None,
            rested_at: now,
            watched: HashSet::new(),
            shared_with_others: HashSet::new(),
            absent: HashSet::new(),
            is_full: false,
            renew_at: now,
            mounts: Mounts::default(),
            check_at: now,
            due: HashSet::new(),
            looks: HashMap::new(),
        }
    }

    /// Until it is told to stop.
    pub fn run(mut self) {
        while !self.is_stopping() {
            self.read_rows();
            self.heed_kernel();
            self.follow_mounts();
            self.cover();
            self.look();
            self.wait();
        }
    }

    fn is_stopping(&self) -> bool {
        self.shared.state().stopping
    }

    fn wait(&self) {
        let state = self.shared.state();
        if state.stopping || state.blind.is_some() || !state.anew.is_empty() {
            return;
        }
        let rhythm = &self.parts.rhythm;
        let due = |unrest: &Unrest| unrest.due(rhythm.quiet, rhythm.unrest);
        let told = due(&state.unrest).into_iter().chain(due(&state.strangers)).min();
        let tick = Instant::now() + TICK.min(rhythm.check);
        let left = told.map_or(tick, |due| due.min(tick)).saturating_duration_since(Instant::now());
        drop(self.shared.wake.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner));
    }

    /// Where cached files are at home, if that may have changed.
    fn read_rows(&mut self) {
        let engine = self.parts.cacher.engine();
        let changes = engine.store().changes();
        if self.changes == Some(changes) || !is_over(self.rested_at) {
            return;
        }
        let began = Instant::now();
        match engine.homes() {
            Ok(homes) => {
                self.homes = Arc::new(homes);
                self.shared.state().homes = self.homes.clone();
                self.changes = Some(changes);
            }
            Err(error) => tracing::error!(%error, "where cached files lie could not be read"),
        }
        self.rested_at = Instant::now() + began.elapsed() * (REST - 1);
        let homes = self.homes.clone();
        let dropped = self.drop_watches(|folder| !homes.is_home(folder));
        self.is_full &= dropped == 0;
        self.absent.retain(|folder| homes.is_home(folder));
        self.looks.retain(|file, _| homes.missing.iter().any(|(missing, _)| missing == file));
    }

    /// Folders that went or came; that nothing is told any more.
    fn heed_kernel(&mut self) {
        let (blind, anew) = {
            let mut state = self.shared.state();
            (state.blind.take(), std::mem::take(&mut state.anew))
        };
        if let Some(blind) = blind {
            self.close(blind);
        }
        for folder in anew {
            self.start_over(&folder);
        }
    }

    /// What is there is another folder than before, or none.
    fn start_over(&mut self, folder: &Path) {
        self.drop_watches(|watched| watched.starts_with(folder));
        self.absent.retain(|absent| !absent.starts_with(folder));
    }

    /// How many there were.
    fn drop_watches(&mut self, is: impl Fn(&Path) -> bool) -> usize {
        let Self { watched, kernel, .. } = self;
        let before = watched.len();
        watched.retain(|folder| {
            let goes = is(folder);
            if goes && let Some(kernel) = kernel {
                kernel.unwatch(folder);
            }
            !goes
        });
        before - watched.len()
    }

    /// Whether volumes came or went. What lies on one that went is left alone until it is mounted again.
    fn follow_mounts(&mut self) {
        if !is_over(self.check_at) {
            return;
        }
        self.check_at = Instant::now() + self.parts.rhythm.check;
        let libraries = self.parts.cacher.engine().libraries();
        // A list that cannot be read says nothing of volumes.
        let Ok(list) = std::fs::read(&self.parts.mounts) else { return };
        let roots = self.homes.roots().chain(libraries.iter().map(|library| library.path.as_path()));
        let now = Mounts::around(&list, roots);
        let Change { gone, came } = std::mem::replace(&mut self.mounts, now.clone()).until(&now);
        for at in came {
            self.start_over(&at);
        }
        for at in gone {
            tracing::info!(at = %at.display(), "a volume was unmounted; originals on it are watched again when it is back");
            self.drop_watches(|folder| folder.starts_with(&at));
            let homes = self.homes.clone();
            self.absent.extend(
                homes.folders().into_iter().filter(|folder| folder.starts_with(&at)).map(Path::to_path_buf),
            );
        }
    }

    /// Sets the watches that are missing. Who lives there is looked at then.
    fn cover(&mut self) {
        let homes = self.homes.clone();
        if self.is_full || self.kernel.is_none() && !is_over(self.renew_at) {
            return;
        }
        let is_new = |folder: &&Path| !self.watched.contains(*folder) && !self.absent.contains(*folder);
        let new: Vec<&Path> = homes.folders().into_iter().filter(is_new).collect();
        if new.is_empty() {
            return self.tell_sight();
        }
        if let Err(blind) = self.open() {
            return self.close(blind);
        }
        for folder in new {
            let Some(kernel) = &mut self.kernel else { return };
            if self.shared.state().stopping {
                return;
            }
            match kernel.watch(folder) {
                Ok(()) => {
                    self.parts.cacher.engine().own_names().forget_in(folder);
                    self.watched.insert(folder.to_path_buf());
                    if homes.roots().any(|root| root == folder) && !hears_all(folder) {
                        self.shared_with_others.insert(folder.to_path_buf());
                    }
                }
                Err(Blind::Watches) => {
                    self.is_full = true;
                    break;
                }
                // It may be there again when it is told to have come; what lived there is looked at.
                Err(why) => {
                    tracing::debug!(folder = %folder.display(), %why, "it cannot be watched");
                    self.absent.insert(folder.to_path_buf());
                }
            }
            self.due.extend(homes.at_home(folder));
        }
        self.tell_sight();
    }

    fn open(&mut self) -> Result<(), Blind> {
        if self.kernel.is_none() {
            let (shared, cacher) = (self.shared.clone(), self.parts.cacher.clone());
            self.kernel = Some(Kernel::open(move |event| shared.hear(event, &cacher))?);
        }
        Ok(())
    }

    /// Nothing is told any more. It is tried again, but not soon.
    fn close(&mut self, blind: Blind) {
        self.kernel = None;
        self.watched.clear();
        self.renew_at = Instant::now() + self.parts.rhythm.renew;
        self.say(Sight::Blind(blind));
    }

    fn tell_sight(&self) {
        if self.is_full {
            return self.say(Sight::Blind(Blind::Watches));
        }
        let all = self.shared_with_others.is_disjoint(&self.watched);
        self.say(Sight::Open { folders: self.watched.len() as u64, all });
    }

    fn say(&self, sight: Sight) {
        let before = std::mem::replace(&mut self.shared.state().sight, sight.clone());
        match (&before, &sight) {
            (Sight::Blind(a), Sight::Blind(b)) if a == b => {}
            (_, Sight::Blind(blind)) => tracing::warn!(
                "not everything that others do to originals is noticed at once: {blind}. `cacherr check --deep` looks at all"
            ),
            (Sight::Opening | Sight::Blind(_), Sight::Open { folders, all }) => {
                tracing::info!(folders, all, "watching the folders of originals");
            }
            _ => {}
        }
    }

    /// Looks at whom something was told of, who lives where it is watched from now on, and whose link is missing for a while.
    fn look(&mut self) {
        let is_fresh = self.changes == Some(self.parts.cacher.engine().store().changes());
        let rhythm = self.parts.rhythm;
        let take = |unrest: &mut Unrest| {
            let is_due = unrest.due(rhythm.quiet, rhythm.unrest).is_some_and(is_over);
            if is_due { unrest.take() } else { None }
        };
        let (told, strangers) = {
            let mut state = self.shared.state();
            (take(&mut state.unrest), if is_fresh { take(&mut state.strangers) } else { None })
        };
        for (told, is_known) in [(told, true), (strangers, false)] {
            match told {
                Some(Changed::Names(changes)) => {
                    let paths = changes.gone.iter().chain(&changes.came).map(PathBuf::as_path);
                    self.due.extend(self.homes.concerned(paths));
                }
                Some(Changed::Everything) if is_known => self.due.extend(self.homes.all()),
                // So many strangers are no files of ours.
                Some(Changed::Everything) | None => {}
            }
        }
        self.due_again();
        if self.due.is_empty() {
            return;
        }
        let mut files: Vec<FileId> = self.due.drain().collect();
        files.sort_unstable();
        let scanned = match self.parts.cacher.engine().look_at_links(&files) {
            Ok(scanned) => scanned,
            Err(Error::Cancelled) => return,
            Err(error) => {
                let count = files.len();
                return tracing::warn!(%error, count, "something happened to cached files, and nothing was concluded; `cacherr check --deep` looks at all");
            }
        };
        self.shared.state().looked_at += scanned.looked_at;
        let (healed, settled) = (scanned.healed.len(), scanned.settled.len());
        tracing::debug!(files = scanned.looked_at, healed, settled, "looked at originals");
        if healed + settled > 0 {
            tracing::info!(healed, settled, "others changed files that are cached");
        }
        for (file, text) in scanned.findings.iter().take(TOLD) {
            tracing::warn!(%file, "{text}");
        }
        if let Some(more) = scanned.findings.len().checked_sub(TOLD).filter(|more| *more > 0) {
            tracing::warn!(more, "and further files of which the like was found");
        }
    }

    /// Once is no proof that a link is gone: it is looked at again when it has been missing for long enough.
    fn due_again(&mut self) {
        let now = self.parts.clock.now();
        for (file, since) in &self.homes.missing {
            let (last, count) = self.looks.get(file).copied().unwrap_or((*since, 1));
            let wait = AGAIN.saturating_mul(2_i32.saturating_pow(count - 1).min(LONGEST));
            // A clock that was set back puts nothing off.
            if now.since(last) >= wait || last > now {
                self.looks.insert(*file, (now, count + 1));
                self.due.insert(*file);
            }
        }
    }
}

fn is_over(at: Instant) -> bool {
    Instant::now() >= at
}
