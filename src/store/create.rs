//! Making the store's file.
//!
//! redb cannot open a file whose making was cut short. So a store is made under another name, brought up to date,
//! and only then takes its own.
//!
//! **Invariant:** under the store's name there is nothing, or a whole store. Nothing that is there is replaced.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

use crate::error::IoContext;
use crate::{Error, Result};

/// A file that is being made, under its other name.
pub struct Making<'f> {
    file: &'f Path,
    new: PathBuf,
}

/// An empty, locked file, readable by its owner only, to make the store in.
pub fn begin(file: &Path) -> Result<(Making<'_>, File)> {
    let mut name = file.as_os_str().to_owned();
    name.push(".new");
    let new = PathBuf::from(name);
    let handle = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&new)
        .doing("create", &new)?;
    let in_use = || Error::DataDirInUse { dir: dir_of(file).to_path_buf() };
    match handle.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(in_use()),
        Err(TryLockError::Error(error)) => return Err(Error::io("lock", &new, error)),
    }
    // Between our opening and our lock somebody else may have finished: then this is their store.
    let (ours, there) = (handle.metadata().doing("look at", &new)?, std::fs::symlink_metadata(&new));
    if !there.is_ok_and(|there| (there.dev(), there.ino()) == (ours.dev(), ours.ino())) {
        return Err(in_use());
    }
    // What a making left that was cut short.
    handle.set_len(0).doing("empty", &new)?;
    Ok((Making { file, new }, handle))
}

impl Making<'_> {
    /// Gives the whole store its name, durably. It stays open, and locked, all the while.
    pub fn finish(self) -> Result<()> {
        match renameat_with(CWD, &self.new, CWD, self.file, RenameFlags::NOREPLACE) {
            // A file system that cannot promise it; the lock on the other name kept others out.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) if !exists(self.file)? => {
                std::fs::rename(&self.new, self.file)
            }
            // Somebody else made one meanwhile. Theirs holds; ours was never used.
            Err(Errno::EXIST) => {
                std::fs::remove_file(&self.new).doing("remove", &self.new)?;
                return Err(Error::DataDirInUse { dir: dir_of(self.file).to_path_buf() });
            }
            renamed => renamed.map_err(io::Error::from),
        }
        .doing("create", self.file)?;
        let dir = dir_of(self.file);
        File::open(dir).and_then(|dir| dir.sync_all()).doing("sync", dir)
    }
}

/// Whether something has this name; that it cannot be told is an error, not absence.
pub fn exists(file: &Path) -> Result<bool> {
    file.try_exists().doing("look at", file)
}

/// The folder of a file.
pub fn dir_of(file: &Path) -> &Path {
    file.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
