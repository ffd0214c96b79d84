//! Trying what caching will do, on files of our own, before a film is touched: the doctor asks for it.
//!
//! A trial of swaps makes a hidden folder in the root of a library, one for each store, with a film and a copy in it, and
//! swaps a link in and out again and again by the library's own method while somebody reads, through the same mount.
//!
//! **Invariant:** nothing is changed but that folder, and one file in the cache dir. However a trial ends, both are removed;
//! what an earlier trial left (the power went) is removed by the next. What is in the folder and is not ours stays.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::SignedDuration;

use crate::domain::path::{kept_name, link_name, trial_name};
use crate::domain::settings::SwapMethod;
use crate::error::{Error, IoContext, Result};
use crate::files::errno::{is_forbidden, is_not_empty, is_unsupported, present};
use crate::files::{Fd, Kind, Stat};

use super::engine::{Engine, Root, Spot};
use super::names::LINK_RENAME_SPACING;

/// What is swapped, and what the link leads to. No media server takes them for media.
const FILM: &str = "film.trial";
const COPY: &str = "copy.trial";
/// The bytes of both.
const BYTES: &[u8] = &[0xC5; 16 << 10];
/// An exchange is one act, which needs no pause; this one lets readers in between.
const BETWEEN_EXCHANGES: Duration = Duration::from_millis(5);

/// So often, so long apart, it is looked whether files that were open a moment ago are gone.
const CLOSING_TRIES: u32 = 20;
const CLOSING: Duration = Duration::from_millis(100);

/// How much is tried.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Trial {
    /// How often names change their meaning.
    pub swaps: u32,
    /// How many read meanwhile.
    pub readers: u32,
}

/// What came of a trial in a library.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tried {
    /// Swaps that were made.
    pub swaps: u32,
    /// How often the file was read meanwhile.
    pub reads: u64,
    /// How often that failed or brought other bytes.
    pub failed: u64,
    /// The first of these failures.
    pub first_failure: Option<String>,
    /// What the system says of the exchange of two names; none: it does it.
    pub exchange_refused: Option<String>,
    /// What a file that is written there is like.
    pub written: Written,
}

/// What became of a file that was written for a trial.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Written {
    /// By how much its time is ahead of our clock.
    pub ahead: SignedDuration,
    /// Those it could not be given to, of the owners and groups that were asked for.
    pub not_given_to: Vec<(u32, u32)>,
}

/// Sees to it that the folder of a trial goes, however the trial ends. Dropped before it went (a step failed, or panicked,
/// or an earlier try to remove it did) it tries once more.
struct Sweep<'e> {
    engine: &'e Engine,
    root: &'e Root<'e>,
    name: &'e OsStr,
    swept: bool,
}

impl Sweep<'_> {
    fn sweep(mut self) -> Result<()> {
        self.engine.clear_stage(self.root, self.name)?;
        self.swept = true;
        Ok(())
    }
}

impl Drop for Sweep<'_> {
    fn drop(&mut self) {
        if !self.swept
            && let Err(error) = self.engine.clear_stage(self.root, self.name)
        {
            tracing::warn!(%error, "the folder of a trial was left; the next doctor removes it");
        }
    }
}

/// The folder of a trial, open.
struct Stage<'e> {
    engine: &'e Engine,
    root: &'e Root<'e>,
    spot: Spot,
}

impl Engine {
    /// Swaps a file of our own in and out of its path in the root of a library, by the library's method, while readers
    /// read it. Takes a second for each swap where links are renamed.
    ///
    /// # Errors
    /// The library is not there or is not the one the store knows; it cannot be written; the process ends. A refused
    /// exchange is no error.
    pub fn try_swaps(&self, library: &str, trial: Trial) -> Result<Tried> {
        self.go_on()?;
        let root = self.prove(library)?;
        self.try_swaps_in(&root, trial)
    }

    /// The same in a root that is open.
    pub(super) fn try_swaps_in(&self, root: &Root<'_>, trial: Trial) -> Result<Tried> {
        self.go_on()?;
        let name = trial_name(&self.store.id().to_string());
        self.clear_stage(root, &name)?;
        let at = root.path.join(&name);
        let sweep = Sweep { engine: self, root, name: &name, swept: false };
        self.fs.make_folder(&root.fd, &name, 0o700).doing("make a folder in", &root.path)?;
        let folder = self.fs.open_below(&root.fd, Path::new(&name)).doing("open the folder", &at)?;
        let stage = Stage { engine: self, root, spot: Spot { path: at, folder } };
        let tried = stage.play(root.library.swap, trial)?;
        sweep.sweep()?;
        Ok(tried)
    }

    /// What takes its time ends with the process; a trial leaves no folder behind.
    pub(super) fn go_on(&self) -> Result<()> {
        if self.controls.are_stopped() { Err(Error::Cancelled) } else { Ok(()) }
    }

    /// Writes a file of our own in the cache dir, tries to give it to these owners and groups, and removes it.
    ///
    /// # Errors
    /// The cache dir is not there or carries another marker; it cannot be written.
    pub fn try_cache(&self, owners: &[(u32, u32)]) -> Result<Written> {
        let (folder, _) = self.look_at_cache_dir()?;
        self.try_writing(&folder, &self.cache.dir, owners)
    }

    /// The same in a folder that is open and may become the cache dir.
    pub(super) fn try_writing(&self, folder: &Fd, dir: &Path, owners: &[(u32, u32)]) -> Result<Written> {
        let name = trial_name(&self.store.id().to_string());
        let remove = || present(self.fs.unlink(folder, &name)).doing("remove the file of a trial in", dir);
        remove()?;
        let written = self.write_trial(folder, &name, owners).doing("write in the cache dir", dir);
        remove()?;
        written
    }

    /// Writes the bytes of a trial. What is told of it is told by the file system.
    fn write_trial(&self, folder: &Fd, name: &OsStr, owners: &[(u32, u32)]) -> io::Result<Written> {
        let before = self.clock.now();
        let file = self.fs.create_file(folder, name)?;
        self.fs.write_at(&file, BYTES, 0)?;
        self.fs.sync(&file)?;
        let stat = self.fs.stat(&file)?;
        let between = SignedDuration::ZERO..=self.clock.now().since(before);
        let ahead = stat.identity.mtime.instant().since(before);
        // Within the time that writing took, nothing can be told.
        let ahead = if between.contains(&ahead) { SignedDuration::ZERO } else { ahead };
        let mut not_given_to = Vec::new();
        for &(uid, gid) in owners {
            if (stat.identity.uid, stat.identity.gid) == (uid, gid) {
                continue;
            }
            match self.fs.set_owner(&file, uid, gid) {
                Err(error) if is_forbidden(&error) || is_unsupported(&error) => not_given_to.push((uid, gid)),
                given => given?,
            }
        }
        Ok(Written { ahead, not_given_to })
    }

    /// Removes the folder of a trial, and what a trial makes in it.
    fn clear_stage(&self, root: &Root<'_>, name: &OsStr) -> Result<()> {
        let at = root.path.join(name);
        let Some(found) = present(self.fs.stat_at(&root.fd, name)).doing("look at", &at)? else {
            return Ok(());
        };
        let foreign = |seen: String| Error::NeedsAttention { path: at.clone(), seen };
        if found.kind != Kind::Folder {
            return Err(foreign(format!("{} stands where swaps are tried", found.kind.words())));
        }
        let folder = self.fs.open_below(&root.fd, Path::new(name)).doing("open the folder", &at)?;
        let mut tries = CLOSING_TRIES;
        loop {
            let mut is_closing = false;
            for name in self.fs.list(&folder).doing("list", &at)? {
                if names().contains(&name) {
                    present(self.fs.unlink(&folder, &name)).doing("remove", at.join(&name))?;
                } else if is_stand_in(&name) {
                    is_closing = true;
                } else {
                    let seen = format!("{} is in the folder in which swaps are tried", name.display());
                    return Err(foreign(seen));
                }
            }
            match self.fs.remove_folder(&root.fd, name) {
                Err(error) if is_closing && tries > 0 && is_not_empty(&error) => {
                    tries -= 1;
                    self.clock.pass(CLOSING);
                }
                removed => return present(removed).doing("remove the folder", &at).map(drop),
            }
        }
    }
}

/// What NFS and FUSE put in the place of a file that was removed while somebody had it open. They remove it by themselves
/// when that is over.
fn is_stand_in(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    name.starts_with(b".nfs") || name.starts_with(b".fuse_hidden")
}

/// Everything that a trial makes.
fn names() -> [OsString; 4] {
    [FILM.into(), COPY.into(), kept_name(OsStr::new(FILM)), link_name("trial")]
}

impl Stage<'_> {
    fn play(&self, method: SwapMethod, trial: Trial) -> Result<Tried> {
        let Spot { path, folder } = &self.spot;
        let owner = self.stat_of_root()?.identity;
        let doing = |written: io::Result<Written>| written.doing("write in", path);
        let written = doing(self.engine.write_trial(folder, OsStr::new(FILM), &[(owner.uid, owner.gid)]))?;
        doing(self.engine.write_trial(folder, OsStr::new(COPY), &[]))?;
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let read = || self.read_until(&stop);
            let readers: Vec<_> = (0..trial.readers).map(|_| scope.spawn(read)).collect();
            let until = Until(&stop);
            let swapped = self.swap(method, trial.swaps);
            drop(until);
            let mut tried =
                Tried { swaps: 0, reads: 0, failed: 0, first_failure: None, exchange_refused: None, written };
            for reader in readers {
                let Ok(read) = reader.join() else { continue };
                tried.reads += read.reads;
                tried.failed += read.failed;
                tried.first_failure = tried.first_failure.or(read.first_failure);
            }
            (tried.swaps, tried.exchange_refused) = swapped?;
            Ok(tried)
        })
    }

    fn stat_of_root(&self) -> Result<Stat> {
        self.engine.fs.stat(&self.root.fd).doing("look at", &self.root.path)
    }

    /// Swaps there and back. Returns how often, and why names cannot be exchanged, if they cannot.
    fn swap(&self, method: SwapMethod, swaps: u32) -> Result<(u32, Option<String>)> {
        let Self { engine, spot: Spot { path, folder }, .. } = self;
        let (film, kept) = (OsStr::new(FILM), kept_name(OsStr::new(FILM)));
        let exchange = || engine.fs.exchange(folder, film, &kept);
        match method {
            SwapMethod::Exchange => {
                engine.fs.symlink(Path::new(COPY), folder, &kept).doing("make a link in", path)?;
                for swap in 0..swaps {
                    engine.go_on()?;
                    match exchange() {
                        Err(error) if swap == 0 && is_unsupported(&error) => {
                            return Ok((0, Some(error.to_string())));
                        }
                        exchanged => exchanged.doing("exchange names in", path)?,
                    }
                    engine.clock.pass(BETWEEN_EXCHANGES);
                }
                Ok((swaps, None))
            }
            SwapMethod::LinkRename => {
                for swap in 0..swaps {
                    engine.go_on()?;
                    engine.clock.pass(LINK_RENAME_SPACING.unsigned_abs());
                    self.link_or_back(film, &kept, swap % 2 == 0)
                        .doing("swap by link and rename in", path)?;
                }
                // Would the better way have been possible?
                present(engine.fs.unlink(folder, &kept)).doing("remove", path)?;
                engine.fs.symlink(Path::new(COPY), folder, &kept).doing("make a link in", path)?;
                engine.clock.pass(LINK_RENAME_SPACING.unsigned_abs());
                Ok((swaps, exchange().err().map(|error| error.to_string())))
            }
        }
    }

    /// One swap by link and rename: in, or back out.
    fn link_or_back(&self, film: &OsStr, kept: &OsStr, inwards: bool) -> io::Result<()> {
        let (fs, folder) = (&self.engine.fs, &self.spot.folder);
        if !inwards {
            return fs.rename_over(folder, kept, film);
        }
        let link = link_name("trial");
        fs.symlink(Path::new(COPY), folder, &link)?;
        fs.hard_link(folder, film, kept)?;
        fs.rename_over(folder, &link, film)
    }

    /// Reads again and again until told to stop, at least once.
    fn read_until(&self, stop: &AtomicBool) -> Read {
        let mut read = Read::default();
        while read.reads == 0 || !stop.load(Ordering::Relaxed) {
            read.reads += 1;
            let found = self.engine.fs.read_as_others(&self.spot.folder, OsStr::new(FILM), BYTES.len() + 1);
            let failure = match found {
                Ok(bytes) if bytes == BYTES => continue,
                Ok(_) => "other bytes were read".to_owned(),
                Err(error) => error.to_string(),
            };
            read.failed += 1;
            read.first_failure.get_or_insert(failure);
        }
        read
    }
}

/// For as long as this lives, it is read; also where what is read for panics, for else nobody would ever stop.
struct Until<'a>(&'a AtomicBool);

impl Drop for Until<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What one reader met.
#[derive(Default)]
struct Read {
    reads: u64,
    failed: u64,
    first_failure: Option<String>,
}
