//! What the kernel tells of the cache dir.
//!
//! Each folder has a watch of its own, set before the folder is listed: what is made in it before is listed, what is
//! made later is told. Our own folder, `.cacherr`, has none: what happens there concerns nobody.
//!
//! **Invariant:** no symlink is followed, so no library is ever watched; nothing is changed; and nothing here is done
//! with what is seen: whoever listens is told on a thread of `notify`, which must not be kept waiting.

use std::fs;
use std::io::ErrorKind as Io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use notify::Event;
use notify::event::{AccessKind, AccessMode, CreateKind, EventKind, ModifyKind, RemoveKind, RenameMode};

use super::Blind;
use super::facts::Saw;
use super::kernel::{Kernel, blind, hears_all};
use crate::cacher::engine::OURS;

/// Whoever is told.
pub(super) type Listener = Box<dyn Fn(Saw) + Send>;

/// A cache dir that is watched. Ends when dropped.
pub(super) struct Eyes {
    kernel: Kernel,
    root: PathBuf,
    /// Device and inode: another volume at this path is another cache dir.
    inode: (u64, u64),
    /// Whether everything is told, also what other machines and processes behind the file system do.
    pub hears_all: bool,
}

impl Eyes {
    /// Opens them on a folder, and on nothing below it yet: see [`Eyes::cover`].
    pub fn open(dir: &Path, listener: Listener) -> Result<Self, Blind> {
        let away = |error: std::io::Error| match error.kind() {
            Io::NotFound | Io::NotADirectory => Blind::Away,
            _ => Blind::Other(error.to_string()),
        };
        let root = dir.canonicalize().map_err(away)?;
        let inode = inode(&root).map_err(away)?;
        let hears_all = hears_all(&root);
        let place = Place { ours: root.join(OURS), root: root.clone(), dir: dir.to_path_buf() };
        let kernel = Kernel::open(move |event| place.interpret(event, &listener))?;
        Ok(Self { kernel, root, inode, hears_all })
    }

    /// The folder that they are on, canonical.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Watches a folder and every folder below it, those that are watched already too. Stops when `go_on` says so.
    /// Returns how many there are.
    pub fn cover(&mut self, folder: &Path, go_on: impl Fn() -> bool) -> Result<u64, Blind> {
        let (mut count, mut folders) = (0, vec![folder.to_path_buf()]);
        while let Some(folder) = folders.pop() {
            if !go_on() {
                break;
            }
            match self.kernel.watch(&folder) {
                Ok(()) => count += 1,
                // It went away, or is closed to us: whatever is in it, no copy of ours is.
                Err(Blind::Away | Blind::Forbidden) if folder != self.root => continue,
                Err(other) => return Err(other),
            }
            let Ok(entries) = fs::read_dir(&folder) else { continue };
            for entry in entries.flatten() {
                let is_ours = folder == self.root && entry.file_name() == OURS;
                if !is_ours && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    folders.push(entry.path());
                }
            }
        }
        Ok(count)
    }

    /// Does what has to be told as [`Saw::Here`] if anything is told at all.
    pub fn blink(&self) -> Result<(), Blind> {
        fs::File::open(&self.root).map(drop).map_err(|error| Blind::Other(error.to_string()))
    }

    /// Whether the folder at its path is still the one that is watched. A volume that is mounted or unmounted there
    /// says nothing.
    pub fn are_open(&self, dir: &Path) -> bool {
        dir.canonicalize().is_ok_and(|root| root == self.root)
            && inode(&self.root).is_ok_and(|inode| inode == self.inode)
    }
}

fn inode(path: &Path) -> std::io::Result<(u64, u64)> {
    path.symlink_metadata().map(|found| (found.dev(), found.ino()))
}

/// What paths mean.
struct Place {
    /// The folder that is watched, canonical.
    root: PathBuf,
    /// The same as it is configured; what rows begin with.
    dir: PathBuf,
    ours: PathBuf,
}

impl Place {
    fn interpret(&self, event: notify::Result<Event>, tell: &Listener) {
        let event = match event {
            Ok(event) => event,
            Err(error) => return tell(Saw::Blind(blind(&error))),
        };
        if event.need_rescan() {
            return tell(Saw::Missed);
        }
        let Some(path) = event.paths.into_iter().next() else { return };
        if path == self.root {
            return match event.kind {
                EventKind::Access(AccessKind::Open(_)) => tell(Saw::Here),
                EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)) => {
                    tell(Saw::Blind(Blind::Away))
                }
                _ => {}
            };
        }
        if path.starts_with(&self.ours) {
            return;
        }
        let Ok(below) = path.strip_prefix(&self.root) else { return };
        let named = || self.dir.join(below);
        match event.kind {
            // It is not told what was opened; folders are, all the time.
            EventKind::Access(AccessKind::Open(_))
                if path.symlink_metadata().is_ok_and(|found| found.is_file()) =>
            {
                tell(Saw::Opened(named()));
            }
            EventKind::Access(AccessKind::Close(AccessMode::Write)) => tell(Saw::Came(named())),
            EventKind::Create(CreateKind::Folder) => tell(Saw::Folder(path)),
            EventKind::Create(_) => tell(Saw::Came(named())),
            // A folder that is removed is empty: what was in it has been told of.
            EventKind::Remove(RemoveKind::Folder) => {}
            EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(RenameMode::From)) => {
                tell(Saw::Gone(named()));
            }
            EventKind::Modify(ModifyKind::Name(RenameMode::To)) => {
                tell(Saw::Came(named()));
                if path.symlink_metadata().is_ok_and(|found| found.is_dir()) {
                    tell(Saw::Folder(path));
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use notify::event::{DataChange, Flag, MetadataKind};
    use std::sync::{Arc, Mutex};

    /// What is told of events of a folder that is configured by another name.
    fn told(root: &Path, events: impl IntoIterator<Item = notify::Result<Event>>) -> Vec<Saw> {
        let told = Arc::new(Mutex::new(Vec::new()));
        let heard = told.clone();
        let tell: Listener = Box::new(move |saw| heard.lock().unwrap().push(saw));
        let place = Place { root: root.to_path_buf(), dir: PathBuf::from("/cache"), ours: root.join(OURS) };
        events.into_iter().for_each(|event| place.interpret(event, &tell));
        told.lock().unwrap().clone()
    }

    const OPEN: EventKind = EventKind::Access(AccessKind::Open(AccessMode::Any));
    const FROM: EventKind = EventKind::Modify(ModifyKind::Name(RenameMode::From));
    const TO: EventKind = EventKind::Modify(ModifyKind::Name(RenameMode::To));

    fn event(kind: EventKind, path: &Path) -> notify::Result<Event> {
        Ok(Event::new(kind).add_path(path.to_path_buf()))
    }

    #[test]
    fn names_are_told_as_rows_have_them_and_folders_as_they_are() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        let (film, folder) = (root.join("film"), root.join("folder"));
        fs::write(&film, "").unwrap();
        fs::create_dir(&folder).unwrap();
        let named = |name: &str| Path::new("/cache").join(name);
        let events = [
            event(OPEN, &film),
            event(OPEN, &folder),
            event(FROM, &film),
            event(EventKind::Remove(RemoveKind::File), &film),
            event(TO, &film),
            event(TO, &folder),
            event(EventKind::Access(AccessKind::Close(AccessMode::Write)), &film),
            event(EventKind::Create(CreateKind::Folder), &folder),
            event(OPEN, root),
        ];
        let expected = [
            Saw::Opened(named("film")),
            Saw::Gone(named("film")),
            Saw::Gone(named("film")),
            Saw::Came(named("film")),
            Saw::Came(named("folder")),
            Saw::Folder(folder.clone()),
            Saw::Came(named("film")),
            Saw::Folder(folder),
            Saw::Here,
        ];
        assert_eq!(told(root, events), expected);
    }

    #[test]
    fn what_concerns_nobody_is_not_told() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        let (film, ours) = (root.join("film"), root.join(OURS).join("tmp/job"));
        fs::write(&film, "").unwrap();
        let events = [
            event(EventKind::Modify(ModifyKind::Data(DataChange::Any)), &film),
            event(EventKind::Modify(ModifyKind::Metadata(MetadataKind::Any)), &film),
            event(EventKind::Remove(RemoveKind::Folder), &root.join("folder")),
            event(EventKind::Create(CreateKind::File), &ours),
            event(FROM, &ours),
            event(OPEN, &root.join("gone already")),
            event(OPEN, Path::new("/elsewhere")),
        ];
        assert_eq!(told(root, events), []);
    }

    #[test]
    fn what_ends_the_sight_is_told_as_that() {
        let root = Path::new("/volume/cache");
        let events = [
            Ok(Event::new(EventKind::Other).set_flag(Flag::Rescan)),
            event(FROM, root),
            event(EventKind::Remove(RemoveKind::Folder), root),
            Err(notify::Error::new(notify::ErrorKind::MaxFilesWatch)),
            Err(notify::Error::io(std::io::Error::from_raw_os_error(24))),
        ];
        let blind = [Blind::Away, Blind::Away, Blind::Watches, Blind::Instances].map(Saw::Blind);
        assert_eq!(told(root, events), [&[Saw::Missed], &blind[..]].concat());
    }

    #[test]
    fn neither_a_link_nor_our_own_folder_is_followed() {
        let (dir, library) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::create_dir_all(dir.path().join("Movies/Dune")).unwrap();
        fs::create_dir_all(dir.path().join(OURS).join("tmp")).unwrap();
        fs::create_dir(library.path().join("Alien")).unwrap();
        std::os::unix::fs::symlink(library.path(), dir.path().join("Movies/link")).unwrap();
        let Ok(mut eyes) = Eyes::open(dir.path(), Box::new(|_| {})) else { panic!("no inotify here") };
        let root = eyes.root().to_path_buf();
        assert_eq!(eyes.cover(&root, || true), Ok(3), "the cache dir, Movies, Dune");
        assert_eq!(eyes.cover(&root, || false), Ok(0), "it was told to stop");
        assert_eq!(Eyes::open(&root.join("none"), Box::new(|_| {})).err(), Some(Blind::Away));
    }
}
