//! Searches the libraries for files by name, for people: a walk that ends by itself, soon, and says what it left out.
//!
//! **Invariant:** folders are opened below their proven roots and no symlink is followed. Names are read, and only what is
//! found is looked at. A library that cannot be read is told of, and the others are searched all the same.

use std::ffi::OsString;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::domain::fold::fold;
use crate::domain::natural::natural_key;
use crate::domain::path::is_ours;
use crate::domain::plan::companions::is_video;
use crate::domain::settings::Library;
use crate::error::{Error, IoContext, Result};
use crate::files::errno::{is_absent, is_detour};
use crate::files::{Fd, Kind};
use crate::store::Reader;

use super::admit::never_cached;
use super::browse::{Entry, Here, Mark, What};
use super::engine::{Engine, Root};

/// It is asked again after so many names whether to go on.
const BREATH: usize = 512;

/// What is looked for: videos in whose path below the root each of these words stands, whatever its case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Words(Vec<String>);

impl Words {
    /// The words of a text; none where it has none.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let words: Vec<String> = text.split_whitespace().map(fold).collect();
        (!words.is_empty()).then_some(Self(words))
    }

    /// Those that do not stand in this text, and so have to stand behind it.
    fn left_by(&self, text: &str) -> Vec<&str> {
        let text = fold(text);
        self.0.iter().map(String::as_str).filter(|word| !text.contains(word)).collect()
    }
}

/// How long it may go on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bounds {
    /// Files that are found.
    pub files: usize,
    /// Names that are read.
    pub names: usize,
    /// The time it takes.
    pub time: Duration,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Found {
    /// The files, in the order of their folders.
    pub files: Vec<Entry>,
    /// Whether everything was looked through.
    pub complete: bool,
    /// Why a library, or a folder of one, was left out; the first of them.
    pub problem: Option<Error>,
}

/// What is left of the bounds.
struct Walk<'a> {
    words: &'a Words,
    bounds: Bounds,
    begun: Instant,
    names: usize,
    go_on: &'a dyn Fn() -> bool,
    rows: &'a Reader,
    found: Found,
}

impl Walk<'_> {
    fn is_over(&self) -> bool {
        self.names >= self.bounds.names
            || self.found.files.len() >= self.bounds.files
            || self.begun.elapsed() >= self.bounds.time
            || !(self.go_on)()
    }

    fn leave_out(&mut self, error: Error) {
        self.found.problem.get_or_insert(error);
    }
}

impl Engine {
    /// Searches all libraries, within bounds, for as long as `go_on` says. Wakes their disks.
    ///
    /// # Errors
    /// The store fails.
    pub fn find_files(&self, words: &Words, bounds: Bounds, go_on: &dyn Fn() -> bool) -> Result<Found> {
        let rows = self.store.read()?;
        let go_on = || go_on() && self.go_on().is_ok();
        let found = Found::default();
        let mut walk =
            Walk { words, bounds, begun: Instant::now(), names: 0, go_on: &go_on, rows: &rows, found };
        let mut whole = true;
        for library in &self.libraries {
            match self.find_in(library, &mut walk) {
                Ok(ControlFlow::Continue(())) => {}
                Ok(ControlFlow::Break(())) => {
                    whole = false;
                    break;
                }
                Err(error @ Error::Store { .. }) => return Err(error),
                Err(error) => walk.leave_out(error),
            }
        }
        let complete = whole && walk.found.problem.is_none();
        Ok(Found { complete, ..walk.found })
    }

    /// Break: the bounds are reached.
    fn find_in(&self, library: &Library, walk: &mut Walk<'_>) -> Result<ControlFlow<()>> {
        let root = self.root(&library.name)?;
        // The last is looked into next: folders in their order, each before what lies beside it.
        let mut stack = vec![PathBuf::new()];
        while let Some(below) = stack.pop() {
            if walk.is_over() {
                return Ok(ControlFlow::Break(()));
            }
            match self.fs.open_below(&root.fd, &below) {
                Ok(folder) => match self.look_into(&root, &below, &folder, &mut stack, walk) {
                    Err(error @ Error::Store { .. }) => return Err(error),
                    Err(error) => walk.leave_out(error),
                    Ok(ControlFlow::Break(())) => return Ok(ControlFlow::Break(())),
                    Ok(ControlFlow::Continue(())) => {}
                },
                Err(error) if is_absent(&error) || is_detour(&error) => {}
                Err(error) => walk.leave_out(Error::io("open the folder", root.path.join(&below), error)),
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn look_into(
        &self,
        root: &Root<'_>,
        below: &Path,
        folder: &Fd,
        stack: &mut Vec<PathBuf>,
        walk: &mut Walk<'_>,
    ) -> Result<ControlFlow<()>> {
        let left = walk.words.left_by(&below.to_string_lossy());
        let (mut folders, mut files): (Vec<OsString>, Vec<OsString>) = (vec![], vec![]);
        let mut is_over = false;
        let listed = self.fs.each_name(folder, &mut |name, kind| {
            walk.names += 1;
            if walk.names.is_multiple_of(BREATH) && walk.is_over() {
                is_over = true;
                return ControlFlow::Break(());
            }
            // What went away while nobody looked is nothing to find.
            let kind = kind.or_else(|| self.fs.stat_at(folder, name).ok().map(|stat| stat.kind));
            match kind {
                _ if is_ours(name) => {}
                Some(Kind::Folder) if never_cached(&below.join(name)).is_none() => {
                    folders.push(name.to_owned())
                }
                // A link may be a cached file.
                Some(Kind::File | Kind::Link) if is_video(name) => {
                    let text = fold(&name.to_string_lossy());
                    if left.iter().all(|word| text.contains(word)) {
                        files.push(name.to_owned());
                    }
                }
                Some(Kind::File | Kind::Folder | Kind::Link | Kind::Special) | None => {}
            }
            ControlFlow::Continue(())
        });
        let at = root.path.join(below);
        listed.doing("list", &at)?;
        files.sort_by_cached_key(|name| (natural_key(name), name.clone()));
        folders.sort_by_cached_key(|name| (natural_key(name), name.clone()));
        let itself = self.fs.stat(folder).doing("look at", &at)?;
        let here = Here { root, below, folder, itself };
        for name in files {
            if walk.found.files.len() >= walk.bounds.files {
                return Ok(ControlFlow::Break(()));
            }
            let entry = self.entry(&here, &Mark { is_folder: false, name }, walk.rows)?;
            if matches!(entry.what, What::File(_)) {
                walk.found.files.push(entry);
            }
        }
        stack.extend(folders.iter().rev().map(|name| below.join(name)));
        Ok(if is_over { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }
}
