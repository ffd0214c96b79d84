//! What libraries and cache dir stand on, and what lies at a path: looks that change nothing there, for the doctor.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::error::{Error, IoContext, Result};
use crate::files::errno::{is_absent, present};
use crate::files::{Fd, Kind, Space};
use crate::store::Rows;

use super::engine::Engine;

/// A root.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ground {
    /// Its path, with symlinks resolved.
    pub path: PathBuf,
    /// Its device, comparable within one run.
    pub device: u64,
    /// Its owner and group.
    pub owner: (u32, u32),
    /// Room on its volume.
    pub space: Space,
}

/// What a path of a library leads to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum At {
    /// Nothing.
    Nothing,
    /// A file of this size: the library's own, or a copy of ours in its place.
    File(u64),
    /// Something that is never cached, in words.
    Other(&'static str),
}

/// As whom we act.
#[must_use]
pub fn user() -> u32 {
    crate::files::effective_user()
}

impl Engine {
    /// What a library stands on, if it is the one the store knows.
    ///
    /// # Errors
    /// `LibraryVolumeMissing`; the folder cannot be read.
    pub fn library_ground(&self, library: &str) -> Result<Ground> {
        let root = self.prove(library)?;
        self.ground(&root.fd, root.path)
    }

    /// What the cache dir stands on, if it carries our marker, or was never used.
    ///
    /// # Errors
    /// `CacheVolumeMissing`; the folder cannot be read.
    pub fn cache_ground(&self) -> Result<Ground> {
        let (fd, _) = self.look_at_cache_dir()?;
        let dir = &self.cache.dir;
        self.ground(&fd, self.fs.canonicalize(dir).doing("open the cache dir", dir)?)
    }

    pub(super) fn ground(&self, fd: &Fd, path: PathBuf) -> Result<Ground> {
        let stat = self.fs.stat(fd).doing("look at", &path)?;
        let space = self.fs.space(fd).doing("ask for the room on", &path)?;
        let owner = (stat.identity.uid, stat.identity.gid);
        Ok(Ground { device: stat.dev, owner, space, path })
    }

    /// What lies at a path of a library.
    ///
    /// # Errors
    /// The path is outside the libraries, or leads out of them; it cannot be looked at.
    pub fn look_at(&self, path: &Path) -> Result<At> {
        let at = match self.locate(path) {
            Err(Error::FileVanished { .. }) => return Ok(At::Nothing),
            Err(Error::NotRegularFile { kind, .. }) => return Ok(At::Other(kind)),
            located => located?,
        };
        self.at(&at.spot.folder, &at.name, &at.file_path)
    }

    /// What stands at a name; `path` is what the library calls it.
    pub(super) fn at(&self, folder: &Fd, name: &OsStr, path: &Path) -> Result<At> {
        let stat = match self.fs.stat_at(folder, name) {
            Err(error) if is_absent(&error) => return Ok(At::Nothing),
            found => found.doing("look at", path)?,
        };
        match stat.kind {
            Kind::File => Ok(At::File(stat.identity.size)),
            Kind::Link => {
                let text = present(self.fs.read_link(folder, name)).doing("read", path)?;
                let row = self.store.read()?.file_by_path(path)?;
                Ok(match (text, row) {
                    (Some(text), Some(row)) if text == row.place.link_text => At::File(row.size),
                    _ => At::Other(Kind::Link.words()),
                })
            }
            other => Ok(At::Other(other.words())),
        }
    }
}
