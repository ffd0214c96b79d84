//! The parts the engine works with, and the ways it reaches a file: proven root → folder → name.
//!
//! **Invariant:** every handle to a library folder comes from `Engine::spot` or `Engine::root`, which check that
//! the root is the one the store knows; every handle to the cache from `Engine::cache_dir`, which checks the marker.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::clock::Clock;
use crate::domain::actor::Actor;
use crate::domain::event::Event;
use crate::domain::file::Placement;
use crate::domain::id::{JobId, StoreId};
use crate::domain::intent::{Reading, RootRow};
use crate::domain::path::is_ours;
use crate::domain::settings::{CacheSettings, Library};
use crate::error::{Error, IoContext, Result};
use crate::files::errno::{is_absent, is_detour, is_taken, present};
use crate::files::{Fd, Fs};
use crate::store::{Rows, Store};

use super::aliases::Compared;
use super::aside::Aside;
use super::control::Controls;
use super::locks::Locks;
use super::opens::OwnActs;
use super::pacing::Pacing;
use super::playing::Devices;
use super::reading::Readers;
use super::room::Room;

/// Name of our own folder in the cache dir.
pub const OURS: &str = ".cacherr";
/// Name of the file in it that says whose cache dir this is.
pub const MARKER: &str = "store-id";
const TMP: &str = "tmp";

/// Where events go. Called after the commit they tell of.
pub type Sink = Arc<dyn Fn(Event) + Send + Sync>;

/// What the engine is made of.
pub struct Parts {
    /// The file system.
    pub fs: Arc<dyn Fs>,
    /// The store.
    pub store: Store,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The cache.
    pub cache: CacheSettings,
    /// The libraries.
    pub libraries: Vec<Library>,
    /// Listeners.
    pub events: Sink,
}

/// The caching engine: synchronous, without threads of its own. [`super::Cacher`] runs it.
pub struct Engine {
    pub(super) fs: Arc<dyn Fs>,
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) cache: CacheSettings,
    pub(super) libraries: Vec<Library>,
    pub(super) events: Sink,
    pub(super) locks: Locks,
    pub(super) room: Room,
    pub(super) controls: Controls,
    pub(super) pacing: Pacing,
    /// The same, while somebody plays from the device.
    pub(super) gentle: Pacing,
    pub(super) devices: Devices,
    /// A media server tells of playbacks: they are what counts as access, and not opens.
    pub(super) is_told: AtomicBool,
    /// A media server is expected to read what is swapped in.
    pub(super) is_read: AtomicBool,
    pub(super) readers: Readers,
    /// Whether the NAS's own mover runs.
    pub(super) aside: Aside,
    /// Held by the one cleanup that runs.
    pub(super) cleaning: Mutex<()>,
    /// One at a time writes the marker: first copies come in crowds.
    marking: Mutex<()>,
    pub(super) compared: Compared,
    pub(super) own_opens: OwnActs,
    /// Names of libraries that we change ourselves.
    pub(super) own_names: OwnActs,
    /// The owner said that the cached copies are gone for good (`restore --all --cache-lost`).
    pub(super) cache_lost: AtomicBool,
}

/// A library whose root is open and is the one the store knows.
pub(super) struct Root<'a> {
    pub library: &'a Library,
    pub path: PathBuf,
    pub fd: Fd,
}

/// A name in an open folder of a library.
pub(super) struct Spot {
    /// The folder, by its canonical path.
    pub path: PathBuf,
    pub folder: Fd,
}

impl Engine {
    /// Puts the parts together. Touches neither library nor cache.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn new(parts: Parts) -> Result<Self> {
        let Parts { fs, store, clock, cache, libraries, events } = parts;
        let room = Room::counted(&store)?;
        let pacing = Pacing::new(cache.bandwidth);
        let gentle = Pacing::new(cache.bandwidth_while_playing);
        Ok(Self {
            fs,
            store,
            clock,
            cache,
            libraries,
            events,
            locks: Locks::default(),
            room,
            controls: Controls::default(),
            compared: Compared::default(),
            own_opens: OwnActs::default(),
            own_names: OwnActs::default(),
            pacing,
            gentle,
            devices: Devices::default(),
            is_told: AtomicBool::new(false),
            is_read: AtomicBool::new(false),
            readers: Readers::default(),
            aside: Aside::default(),
            cleaning: Mutex::default(),
            marking: Mutex::default(),
            cache_lost: AtomicBool::new(false),
        })
    }

    /// From now on every cached copy counts as missing, whatever the volume says.
    pub fn declare_cache_lost(&self) {
        self.cache_lost.store(true, Ordering::SeqCst);
    }

    /// Whether [`Engine::declare_cache_lost`] was called.
    #[must_use]
    pub fn is_cache_lost(&self) -> bool {
        self.cache_lost.load(Ordering::SeqCst)
    }

    /// The store, for reading.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The libraries, as they are configured.
    #[must_use]
    pub fn libraries(&self) -> &[Library] {
        &self.libraries
    }

    pub(super) fn library(&self, name: &str) -> Result<&Library> {
        self.libraries.iter().find(|library| library.name == name).ok_or_else(|| Error::LibraryVolumeMissing {
            library: name.to_owned(),
            path: PathBuf::new(),
            reason: "is not configured any more, though files of it are cached; add it again, or give them back first",
        })
    }

    /// Opens a library's root and checks that it is the one recorded; records it when the store knows none.
    pub(super) fn root(&self, name: &str) -> Result<Root<'_>> {
        let library = self.library(name)?;
        let missing = |reason| Error::LibraryVolumeMissing {
            library: name.to_owned(),
            path: library.path.clone(),
            reason,
        };
        let path = match self.fs.canonicalize(&library.path) {
            Ok(path) => path,
            Err(error) if is_absent(&error) => return Err(missing("does not exist")),
            Err(error) => return Err(Error::io("open the library", &library.path, error)),
        };
        let fd = self.fs.open_folder(&path).doing("open the library", &path)?;
        let seen = self.fs.stat(&fd).doing("look at the library", &path)?.identity;
        let now = RootRow { path: path.clone(), fsid: seen.fsid, ino: seen.ino, reading: Reading::Unknown };
        match self.store.read()?.root(name)? {
            Some(known) if (known.fsid, known.ino) == (now.fsid, now.ino) => {}
            known => {
                let root = Root { library, path: path.clone(), fd: fd.clone() };
                // Nothing is cached there: nothing can be concluded wrongly. Otherwise only the kept originals
                // themselves can say that this is the same tree (device numbers change, disks get replaced).
                if self.has_rows(name)? && !self.witnessed(&root, known.is_some())? {
                    return Err(missing(
                        "is not the folder that the store knows (another or no volume is mounted there)",
                    ));
                }
                self.store.write(|w| w.put_root(name, &now))?;
            }
        }
        Ok(Root { library, path, fd })
    }

    /// Opens the folder of a cached file, below its proven root.
    pub(super) fn spot(&self, library: &str, folder: &Path) -> Result<Option<Spot>> {
        let root = self.root(library)?;
        self.spot_below(&root, folder)
    }

    /// The same below a root that is open already. `None` when the folder is not there.
    pub(super) fn spot_below(&self, root: &Root<'_>, folder: &Path) -> Result<Option<Spot>> {
        let below = folder.strip_prefix(&root.path).map_err(|_| Error::LibraryVolumeMissing {
            library: root.library.name.clone(),
            path: root.library.path.clone(),
            reason: "does not contain the folders it had when files were cached (was it renamed?)",
        })?;
        match self.fs.open_below(&root.fd, below) {
            Ok(fd) => Ok(Some(Spot { path: folder.to_path_buf(), folder: fd })),
            Err(error) if is_absent(&error) || is_detour(&error) => Ok(None),
            Err(error) => Err(Error::io("open the folder", folder, error)),
        }
    }

    /// Opens the cache dir and checks that it carries our marker. Writes the marker once, into an empty dir.
    pub(super) fn cache_dir(&self) -> Result<Fd> {
        let (fd, marked) = self.look_at_cache_dir()?;
        if marked {
            return Ok(fd);
        }
        let _turn = self.marking.lock().unwrap_or_else(PoisonError::into_inner);
        let (fd, marked) = self.look_at_cache_dir()?;
        if !marked {
            self.write_marker(&fd)?;
        }
        Ok(fd)
    }

    /// The same, without writing anything. Whether it carries our marker; it may go without as long as it was never used.
    pub(super) fn look_at_cache_dir(&self) -> Result<(Fd, bool)> {
        let dir = &self.cache.dir;
        let missing = |reason| Error::CacheVolumeMissing { dir: dir.clone(), reason };
        let canonical = match self.fs.canonicalize(dir) {
            Ok(path) => path,
            Err(error) if is_absent(&error) => return Err(missing("does not exist")),
            Err(error) => return Err(Error::io("open the cache dir", dir, error)),
        };
        let fd = self.fs.open_folder(&canonical).doing("open the cache dir", dir)?;
        match self.marker(&fd, dir)? {
            Some(id) if id == self.store.id() => Ok((fd, true)),
            Some(_) => Err(missing("belongs to another Cacherr (its marker carries another store's id)")),
            None if self.store.read()?.cache_marked()? => Err(missing(
                "carries no marker, though this store has used one: its volume seems not to be mounted",
            )),
            None => {
                if !self.fs.list(&fd).doing("list the cache dir", dir)?.iter().all(|name| harmless(name)) {
                    return Err(missing("is not empty and carries no marker of this store"));
                }
                Ok((fd, false))
            }
        }
    }

    /// Whose marker a cache dir carries.
    pub(super) fn marker(&self, cache: &Fd, dir: &Path) -> Result<Option<StoreId>> {
        let ours =
            present(self.fs.open_below(cache, Path::new(OURS))).doing("open the cache dir's marker", dir)?;
        let Some(ours) = ours else { return Ok(None) };
        let file = present(self.fs.open_file(&ours, OsStr::new(MARKER)))
            .doing("open the cache dir's marker", dir)?;
        let Some(file) = file else { return Ok(None) };
        let mut text = [0; 64];
        let length = self.fs.read_at(&file, &mut text, 0).doing("read the cache dir's marker", dir)?;
        let id = std::str::from_utf8(&text[..length]).ok().and_then(|text| text.trim().parse().ok());
        // A marker that cannot be read is somebody's: treating it as absent could adopt a foreign dir.
        id.map(Some).ok_or_else(|| Error::CacheVolumeMissing {
            dir: dir.to_path_buf(),
            reason: "has an unreadable marker",
        })
    }

    fn write_marker(&self, cache: &Fd) -> Result<()> {
        let dir = &self.cache.dir;
        let ours = self.private(cache, OURS)?;
        let name = OsStr::new(MARKER);
        let staged = OsStr::new("store-id.new");
        present(self.fs.unlink(&ours, staged)).doing("prepare the cache dir's marker", dir)?;
        let file = self.fs.create_file(&ours, staged).doing("write the cache dir's marker", dir)?;
        let text = format!("{}\n", self.store.id());
        self.fs.write_at(&file, text.as_bytes(), 0).doing("write the cache dir's marker", dir)?;
        self.fs.sync(&file).doing("write the cache dir's marker", dir)?;
        match self.fs.rename_new(&ours, staged, &ours, name) {
            Err(error) if !is_taken(&error) => {
                return Err(Error::io("write the cache dir's marker", dir, error));
            }
            _ => {}
        }
        self.sync_folder(&ours, dir)?;
        self.sync_folder(cache, dir)?;
        self.store.write(|w| w.set_cache_marked(true))
    }

    /// Makes this cache dir ours, whatever marker it carries: the one way to say "this is my volume now".
    ///
    /// # Errors
    /// The dir cannot be written.
    pub fn adopt_cache_dir(&self, by: &Actor) -> Result<()> {
        let dir = &self.cache.dir;
        let canonical = self.fs.canonicalize(dir).doing("open the cache dir", dir)?;
        let fd = self.fs.open_folder(&canonical).doing("open the cache dir", dir)?;
        let ours = self.private(&fd, OURS)?;
        present(self.fs.unlink(&ours, OsStr::new(MARKER))).doing("replace the cache dir's marker", dir)?;
        self.write_marker(&fd)?;
        self.note_adoption(by)
    }

    /// The folder for unfinished copies.
    pub(super) fn tmp_dir(&self, cache: &Fd) -> Result<Fd> {
        let ours = self.private(cache, OURS)?;
        self.private(&ours, TMP)
    }

    /// A folder of ours that only we enter.
    fn private(&self, parent: &Fd, name: &str) -> Result<Fd> {
        match self.fs.make_folder(parent, OsStr::new(name), 0o700) {
            Err(error) if !is_taken(&error) => {
                return Err(Error::io("make a folder in", &self.cache.dir, error));
            }
            Err(_) => {}
            Ok(()) => self.sync_folder(parent, &self.cache.dir)?,
        }
        self.fs.open_below(parent, Path::new(name)).doing("open a folder in", &self.cache.dir)
    }

    /// Makes the names in a folder durable.
    pub(super) fn sync_folder(&self, folder: &Fd, path: &Path) -> Result<()> {
        crate::files::folder::sync(&*self.fs, folder, path)
    }

    /// The name of a job's unfinished copy.
    pub(super) fn tmp_name(job: JobId) -> std::ffi::OsString {
        job.to_string().into()
    }

    pub(super) fn publish(&self, events: impl IntoIterator<Item = Event>) {
        events.into_iter().for_each(|event| (self.events)(event));
    }

    /// The folder of a cached path, open, with the name in it. `None` when it is not there.
    pub(super) fn copy_spot(&self, cache: &Fd, cached_path: &Path) -> Result<Option<Fd>> {
        let below = self.below_cache(cached_path)?;
        let folder = below.parent().unwrap_or(Path::new(""));
        match self.fs.open_below(cache, folder) {
            Ok(fd) => Ok(Some(fd)),
            Err(error) if is_absent(&error) || is_detour(&error) => Ok(None),
            Err(error) => Err(Error::io("open the cached copy's folder", cached_path, error)),
        }
    }

    /// The part of a cached path below the cache dir.
    pub(super) fn below_cache<'p>(&self, cached_path: &'p Path) -> Result<&'p Path> {
        cached_path.strip_prefix(&self.cache.dir).map_err(|_| Error::CacheVolumeMissing {
            dir: self.cache.dir.clone(),
            reason: "is not where the copies of this store are; set cache.dir back, or give them back first",
        })
    }

    /// The library path of a place, for messages.
    pub(super) fn path_of(place: &Placement) -> PathBuf {
        place.folder.join(&place.name)
    }
}

/// What new volumes carry by themselves, and what a trial leaves that did not come to its end.
pub(super) fn harmless(name: &OsStr) -> bool {
    name == "lost+found" || name == OURS || is_ours(name)
}
