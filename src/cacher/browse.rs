//! For people who look around in a library: one folder at a time, page by page, and what is known of each file.
//!
//! **Invariant:** a folder is opened below its proven root, and no symlink is followed on the way. What is held in memory is
//! one page, however many names a folder has. Nothing here changes a file, a row or a job.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::io;
use std::ops::ControlFlow;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use crate::domain::file::Status;
use crate::domain::id::FileId;
use crate::domain::job::{JobKind, JobState};
use crate::domain::natural::natural_key;
use crate::domain::path::{NAME_MAX, is_ours};
use crate::domain::settings::Library;
use crate::domain::time::Time;
use crate::error::{Error, IoContext, Result};
use crate::files::errno::{is_absent, is_detour, present};
use crate::files::{Fd, Kind, Space, Stat};
use crate::store::{Reader, Rows};

use super::admit::{never_cached, protected};
use super::engine::{Engine, Root};

/// No system call takes a longer path, in bytes.
const PATH_MAX: usize = 4096;

/// A library, as far as it can be seen now.
#[derive(Debug)]
pub struct LibraryNow<'e> {
    /// As it is configured.
    pub library: &'e Library,
    /// The room on its volume; why it is not to be had, where it is away or not the one the store knows.
    pub space: Result<Space>,
}

/// A name in a folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The path, as the library names it.
    pub path: PathBuf,
    /// The same below its root.
    pub below: PathBuf,
    /// What it is.
    pub what: What,
    /// When it was last changed; none where nobody looked.
    pub modified: Option<Time>,
    /// What is known of it.
    pub standing: Standing,
}

/// What a name stands for, to whoever looks for something to cache.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum What {
    /// A folder.
    Folder,
    /// A file of so many bytes: the library's own, or a copy of ours in its place.
    File(u64),
    /// A link of somebody else's, a device; gone meanwhile.
    Other,
}

/// How a file stands with the cache.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Standing {
    /// Its row, unless it was removed.
    pub file: Option<(FileId, Status)>,
    /// Its job, if it is on its way into the cache.
    pub coming: Option<JobState>,
    /// The code of what would be said if somebody asked for it now, as far as that is known without looking further.
    pub refused: Option<&'static str>,
}

impl Standing {
    /// Only why it cannot be asked for.
    const fn refused(code: &'static str) -> Self {
        Self { file: None, coming: None, refused: Some(code) }
    }
}

/// A part of a folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Leaf {
    /// The folder below its root, as it was asked for.
    pub below: PathBuf,
    /// What is in it.
    pub entries: Vec<Entry>,
    /// Where it goes on; none at the end.
    pub next: Option<Mark>,
}

/// A place in the order of a folder. It holds whatever comes and goes: what follows it follows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mark {
    /// Whether it lies among the folders, which come first.
    pub is_folder: bool,
    /// The name that stands there.
    pub name: OsString,
}

/// A name in its order: folders, then everything else, each as people expect names; the bytes decide between those that are
/// the same to people.
#[derive(PartialEq, Eq)]
struct Placed {
    key: Vec<u8>,
    mark: Mark,
}

impl Placed {
    fn of(mark: Mark) -> Self {
        Self { key: natural_key(&mark.name), mark }
    }
}

impl Ord for Placed {
    fn cmp(&self, other: &Self) -> Ordering {
        let place = |one: &Self| !one.mark.is_folder;
        let order = place(self).cmp(&place(other));
        order.then_with(|| self.key.cmp(&other.key)).then_with(|| self.mark.name.cmp(&other.mark.name))
    }
}

impl PartialOrd for Placed {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Engine {
    /// Every library, in the order of the configuration.
    #[must_use]
    pub fn see_libraries(&self) -> Vec<LibraryNow<'_>> {
        self.libraries.iter().map(|library| self.library_now(library)).collect()
    }

    /// One library.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn see_library(&self, name: &str) -> Result<LibraryNow<'_>> {
        Ok(self.library_now(self.known_library(name)?))
    }

    fn library_now<'e>(&'e self, library: &'e Library) -> LibraryNow<'e> {
        let space = self
            .root(&library.name)
            .and_then(|root| self.fs.space(&root.fd).doing("ask for the room on", &root.path));
        LibraryNow { library, space }
    }

    fn known_library(&self, name: &str) -> Result<&Library> {
        self.libraries.iter().find(|library| library.name == name).ok_or(Error::NotFound { what: "library" })
    }

    /// What is in a folder of a library, from a place on: at most so many entries. Names of ours are left out.
    ///
    /// # Errors
    /// `NotFound` where there is no such library, or no folder without a symlink on the way to it; `LibraryVolumeMissing`; it
    /// cannot be read.
    pub fn browse(&self, library: &str, below: &Path, after: Option<Mark>, limit: usize) -> Result<Leaf> {
        let no_folder = || Error::NotFound { what: "folder" };
        self.known_library(library)?;
        if !may_be_there(below) {
            return Err(no_folder());
        }
        let below: PathBuf = below.components().collect();
        let root = self.root(library)?;
        let path = within(&root.library.path, &below);
        let folder = match self.fs.open_below(&root.fd, &below) {
            Ok(folder) => folder,
            Err(error) if is_absent(&error) || is_detour(&error) => return Err(no_folder()),
            Err(error) => return Err(Error::io("open the folder", path, error)),
        };
        let (marks, next) = self.marks(&folder, after, limit).doing("list", &path)?;
        let itself = self.fs.stat(&folder).doing("look at", &path)?;
        let here = Here { root: &root, below: &below, folder: &folder, itself };
        let rows = self.store.read()?;
        let entries = marks.iter().map(|mark| self.entry(&here, mark, &rows)).collect::<Result<_>>()?;
        Ok(Leaf { below, entries, next })
    }

    /// The first names after a place, in order, and the last of them where more follow. The whole folder is read, and of it
    /// only these are kept.
    fn marks(&self, folder: &Fd, after: Option<Mark>, limit: usize) -> io::Result<(Vec<Mark>, Option<Mark>)> {
        let after = after.map(Placed::of);
        let mut kept: BTreeSet<Placed> = BTreeSet::new();
        let mut more = false;
        let mut failure = None;
        self.fs.each_name(folder, &mut |name, kind| {
            if is_ours(name) {
                return ControlFlow::Continue(());
            }
            let is_folder = match kind.map_or_else(|| self.kind_of(folder, name), Ok) {
                Ok(kind) => kind == Kind::Folder,
                Err(error) if is_absent(&error) => return ControlFlow::Continue(()),
                Err(error) => {
                    failure = Some(error);
                    return ControlFlow::Break(());
                }
            };
            let placed = Placed::of(Mark { is_folder, name: name.to_owned() });
            let follows = after.as_ref().is_none_or(|after| placed > *after);
            if follows {
                kept.insert(placed);
                if kept.len() > limit {
                    kept.pop_last();
                    more = true;
                }
            }
            ControlFlow::Continue(())
        })?;
        if let Some(error) = failure {
            return Err(error);
        }
        let marks: Vec<Mark> = kept.into_iter().map(|placed| placed.mark).collect();
        let next = if more { marks.last().cloned() } else { None };
        Ok((marks, next))
    }

    fn kind_of(&self, folder: &Fd, name: &OsStr) -> io::Result<Kind> {
        self.fs.stat_at(folder, name).map(|stat| stat.kind)
    }

    /// One name of it.
    pub(super) fn entry(&self, here: &Here<'_>, mark: &Mark, rows: &Reader) -> Result<Entry> {
        let below = here.below.join(&mark.name);
        let path = within(&here.root.library.path, &below);
        // What went away meanwhile is told as something that is not cached.
        let stat = present(self.fs.stat_at(here.folder, &mark.name)).doing("look at", &path)?;
        let (what, standing) = match stat {
            Some(stat) => self.weigh(here, &path, &below, &stat, rows)?,
            None => (What::Other, Standing::refused("file_vanished")),
        };
        let modified = stat.map(|stat| stat.identity.mtime.instant());
        Ok(Entry { path, below, what, modified, standing })
    }

    fn weigh(
        &self,
        here: &Here<'_>,
        path: &Path,
        below: &Path,
        stat: &Stat,
        rows: &Reader,
    ) -> Result<(What, Standing)> {
        let excluded = never_cached(below).map(|_| "excluded");
        if stat.kind == Kind::Folder {
            return Ok((What::Folder, Standing { refused: excluded, ..Standing::default() }));
        }
        let row = rows.file_by_path(path)?.filter(|row| row.status != Status::Removed);
        let mut standing = Standing {
            file: row.as_ref().map(|row| (row.id, row.status)),
            coming: self.coming_at(path, rows)?,
            refused: excluded,
        };
        let tracked = standing.file.is_some() || standing.coming.is_some();
        let what = match (stat.kind, &row) {
            (Kind::File, _) => What::File(stat.identity.size),
            (Kind::Link, row) => {
                let name = path.file_name().unwrap_or_default();
                let text = present(self.fs.read_link(here.folder, name)).doing("read the link", path)?;
                match (row, text) {
                    (Some(row), Some(text)) if text == row.place.link_text => What::File(row.size),
                    (_, Some(text)) if self.leads_to_cache(&within(&here.root.path, here.below), &text) => {
                        standing.refused.get_or_insert("already_tracked");
                        What::Other
                    }
                    _ => What::Other,
                }
            }
            (Kind::Folder | Kind::Special, _) => What::Other,
        };
        let next = if tracked {
            Some("already_tracked")
        } else if what == What::Other {
            Some("not_regular_file")
        } else {
            protected(stat, &here.itself).map(|_| "file_protected")
        };
        standing.refused = standing.refused.or(next);
        Ok((what, standing))
    }

    /// The state of what brings it, if something does.
    fn coming_at(&self, path: &Path, rows: &Reader) -> Result<Option<JobState>> {
        let jobs = rows.open_jobs_at(path)?;
        let bringing = jobs.iter().find(|job| matches!(job.kind, JobKind::Cache { .. }) && job.path == path);
        Ok(bringing.map(|job| match self.controls.get(job.id) {
            // The running worker knows better than the row.
            Some(control) if job.state == JobState::Queued => control.progress().state,
            _ => job.state,
        }))
    }

    /// What is known of a path of a library, whatever links lead there. None where it lies in no library.
    ///
    /// # Errors
    /// A volume is away; it cannot be looked at.
    pub fn standing_of(&self, path: &Path) -> Result<Option<Entry>> {
        let rows = self.store.read()?;
        let at = match self.locate(path) {
            Ok(at) => at,
            Err(Error::OutsideRoots { .. } | Error::LeadsOut { .. } | Error::NotRegularFile { .. }) => {
                return Ok(None);
            }
            Err(Error::FileVanished { path }) => {
                let (what, standing) = (What::Other, Standing::refused("file_vanished"));
                return Ok(Some(Entry { below: PathBuf::new(), path, what, modified: None, standing }));
            }
            Err(error) => return Err(error),
        };
        let itself = self.fs.stat(&at.spot.folder).doing("look at", &at.spot.path)?;
        let folder = at.below.parent().unwrap_or(Path::new(""));
        let here = Here { root: &at.root, below: folder, folder: &at.spot.folder, itself };
        let mark = Mark { is_folder: false, name: at.name.clone() };
        self.entry(&here, &mark, &rows).map(Some)
    }
}

/// A folder that is open.
pub(super) struct Here<'a> {
    pub root: &'a Root<'a>,
    pub below: &'a Path,
    pub folder: &'a Fd,
    pub itself: Stat,
}

/// Whether a folder of a library can have this path at all. Opening refuses the others, too, in words of the system.
fn may_be_there(below: &Path) -> bool {
    let is_name = |part: Component<'_>| match part {
        Component::Normal(name) => name.len() <= NAME_MAX && !is_ours(name) && !name.as_bytes().contains(&0),
        _ => false,
    };
    below.as_os_str().len() < PATH_MAX && below.components().all(is_name)
}

/// A path below a root; the root itself without a slash behind it.
fn within(root: &Path, below: &Path) -> PathBuf {
    if below.as_os_str().is_empty() { root.to_path_buf() } else { root.join(below) }
}
