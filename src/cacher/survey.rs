//! Folders that nobody configured yet, looked at and tried as those that are: for whoever is about to choose them.
//!
//! **Invariant:** nothing is remembered of such a folder, and nothing is concluded from it. What is written there is what a
//! trial writes (`probe`), and it is gone afterwards.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::domain::path::is_ours;
use crate::domain::settings::Library;
use crate::error::{Error, IoContext, Result};
use crate::files::Kind;
use crate::files::errno::{is_absent, is_detour};

use super::engine::{Engine, Root, harmless};
use super::ground::{At, Ground};
use super::probe::{Trial, Tried, Written};

/// Whose marker a folder carries that may become the cache dir.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Marker {
    /// None: nobody used it.
    None,
    /// That of this store.
    Ours,
    /// That of another one, or one that cannot be read.
    Foreign,
}

/// A folder that may become the cache dir.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CacheSurvey {
    /// What it stands on.
    pub ground: Ground,
    /// Whose it is.
    pub marker: Marker,
    /// Whether something is in it that is not ours.
    pub is_in_use: bool,
}

/// How many files there are, as far as was counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counted {
    /// Files, and links.
    pub files: u64,
    /// Whether these are all.
    pub complete: bool,
}

/// The root of a library that may be none yet. It is what stands there now, whatever the store knows.
pub struct Unproven<'e> {
    engine: &'e Engine,
    root: Root<'e>,
}

impl Engine {
    /// Opens the root of a library as it was given.
    ///
    /// # Errors
    /// `LibraryVolumeMissing` where there is no such folder; it cannot be opened.
    pub fn unproven<'e>(&'e self, library: &'e Library) -> Result<Unproven<'e>> {
        let missing = |reason| Error::LibraryVolumeMissing {
            library: library.name.clone(),
            path: library.path.clone(),
            reason,
        };
        let path = match self.fs.canonicalize(&library.path) {
            Ok(path) => path,
            Err(error) if is_absent(&error) => return Err(missing("does not exist")),
            Err(error) => return Err(Error::io("open the library", &library.path, error)),
        };
        let fd = match self.fs.open_folder(&path) {
            Err(error) if is_detour(&error) => return Err(missing("is no folder")),
            opened => opened.doing("open the library", &path)?,
        };
        Ok(Unproven { engine: self, root: Root { library, path, fd } })
    }

    /// What a folder is like that may become the cache dir.
    ///
    /// # Errors
    /// `CacheVolumeMissing` where there is no such folder; it cannot be read.
    pub fn survey_cache(&self, dir: &Path) -> Result<CacheSurvey> {
        let missing = |reason| Error::CacheVolumeMissing { dir: dir.to_path_buf(), reason };
        let path = match self.fs.canonicalize(dir) {
            Ok(path) => path,
            Err(error) if is_absent(&error) => return Err(missing("does not exist")),
            Err(error) => return Err(Error::io("open the cache dir", dir, error)),
        };
        let fd = match self.fs.open_folder(&path) {
            Err(error) if is_detour(&error) => return Err(missing("is no folder")),
            opened => opened.doing("open the cache dir", dir)?,
        };
        let marker = match self.marker(&fd, dir) {
            Ok(None) => Marker::None,
            Ok(Some(id)) if id == self.store.id() => Marker::Ours,
            Ok(Some(_)) | Err(Error::CacheVolumeMissing { .. }) => Marker::Foreign,
            Err(error) => return Err(error),
        };
        let is_in_use =
            !self.fs.list(&fd).doing("list the cache dir", dir)?.iter().all(|name| harmless(name));
        Ok(CacheSurvey { ground: self.ground(&fd, path)?, marker, is_in_use })
    }

    /// Writes a file of our own in a folder that may become the cache dir, tries to give it to these owners and groups, and
    /// removes it.
    ///
    /// # Errors
    /// There is no such folder; it cannot be written.
    pub fn try_cache_at(&self, dir: &Path, owners: &[(u32, u32)]) -> Result<Written> {
        let path = self.fs.canonicalize(dir).doing("open the cache dir", dir)?;
        let folder = self.fs.open_folder(&path).doing("open the cache dir", dir)?;
        self.try_writing(&folder, dir, owners)
    }
}

impl Unproven<'_> {
    /// What it stands on.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn ground(&self) -> Result<Ground> {
        self.engine.ground(&self.root.fd, self.root.path.clone())
    }

    /// As [`Engine::try_swaps`].
    ///
    /// # Errors
    /// As there.
    pub fn try_swaps(&self, trial: Trial) -> Result<Tried> {
        self.engine.try_swaps_in(&self.root, trial)
    }

    /// What lies at a path of this library.
    ///
    /// # Errors
    /// `OutsideRoots`, `LeadsOut`; it cannot be looked at.
    pub fn look_at(&self, path: &Path) -> Result<At> {
        let outside = || Error::OutsideRoots { path: path.to_path_buf() };
        let Root { library, path: root, fd } = &self.root;
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Err(outside()) };
        if !folder.starts_with(&library.path) {
            return Err(outside());
        }
        let real = match self.engine.fs.canonicalize(folder) {
            Ok(real) => real,
            Err(error) if is_absent(&error) || is_detour(&error) => return Ok(At::Nothing),
            Err(error) => return Err(Error::io("open the folder", folder, error)),
        };
        let Ok(below) = real.strip_prefix(root) else {
            return Err(Error::LeadsOut { path: path.to_path_buf(), target: real.clone() });
        };
        match self.engine.fs.open_below(fd, below) {
            Ok(folder) => self.engine.at(&folder, name, &library.path.join(below).join(name)),
            Err(error) if is_absent(&error) || is_detour(&error) => Ok(At::Nothing),
            Err(error) => Err(Error::io("open the folder", folder, error)),
        }
    }

    /// Counts the files below, at most so many, and for so long. What cannot be read is not counted.
    #[must_use]
    pub fn count_files(&self, most: u64, time: Duration) -> Counted {
        let begun = Instant::now();
        let mut counted = Counted { files: 0, complete: true };
        let mut stack = vec![PathBuf::new()];
        while let Some(below) = stack.pop() {
            if counted.files >= most || begun.elapsed() >= time {
                return Counted { complete: false, ..counted };
            }
            let Ok(folder) = self.engine.fs.open_below(&self.root.fd, &below) else {
                counted.complete = false;
                continue;
            };
            let mut folders: Vec<OsString> = vec![];
            let listed = self.engine.fs.each_name(&folder, &mut |name, kind| {
                let kind = kind.or_else(|| Some(self.engine.fs.stat_at(&folder, name).ok()?.kind));
                match kind {
                    _ if is_ours(name) => {}
                    Some(Kind::Folder) => folders.push(name.to_owned()),
                    Some(Kind::File | Kind::Link) => counted.files += 1,
                    Some(Kind::Special) | None => {}
                }
                if counted.files < most {
                    std::ops::ControlFlow::Continue(())
                } else {
                    std::ops::ControlFlow::Break(())
                }
            });
            counted.complete &= listed.is_ok();
            stack.extend(folders.into_iter().map(|name| below.join(name)));
        }
        Counted { complete: counted.complete && counted.files < most, ..counted }
    }
}
