//! Undoes everything from the disk alone, for the day when the store is lost.
//!
//! The names tell the truth by themselves: a regular file at a kept name is a complete original; a link at a kept name
//! was never swapped in. So a walk over the libraries is enough to put every original back. Where none is kept (move
//! mode), the bytes come back from the cache.
//!
//! **Invariant:** nothing that is not ours is changed: a link counts as ours only when it leads into the given cache
//! dir. A file at a path is never overwritten. A copy is deleted only after its bytes were compared with those at the
//! path, and nothing that was left aside is ever deleted. Run again after a crash, it goes on.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::clock::Clock;
use crate::domain::id::TrashId;
use crate::domain::path::{is_kept_name, kept_name, name_of_kept, plain, restore_name, trash_name};
use crate::domain::settings::CacheSettings;
use crate::error::{Error, IoContext, Result};
use crate::files::copy::{End, Unpaced, copy, hash};
use crate::files::errno::{is_absent, is_unsupported, present};
use crate::files::seal::seal;
use crate::files::{Fd, Fs, Kind, Stat, folder};

use super::engine::OURS;

/// Puts everything back, without a store.
pub struct Rescue {
    /// The file system.
    pub fs: Arc<dyn Fs>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The cache dir, and how links to it are written.
    pub cache: CacheSettings,
}

/// What a rescue did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rescued {
    /// Originals that are at their path again.
    pub restored: Vec<PathBuf>,
    /// Files whose bytes were copied back from the cache.
    pub copied_back: Vec<PathBuf>,
    /// Files put aside because their place was taken: hidden, in the same folder.
    pub put_aside: Vec<PathBuf>,
    /// Copies that were deleted, since the same bytes are at their path again.
    pub copies_deleted: u64,
    /// What was left as it was, and why.
    pub left: Vec<(PathBuf, String)>,
}

impl Rescued {
    /// Whether a link of these libraries led into the cache dir.
    fn undid_something(&self) -> bool {
        !self.restored.is_empty() || !self.copied_back.is_empty()
    }
}

/// One folder of a library.
struct Folder<'p> {
    fd: Fd,
    path: &'p Path,
}

impl Rescue {
    /// Walks over `roots` and undoes what it finds, telling of each path. Then waits out the grace and deletes the
    /// copies that nobody needs. On such a day a broken disk must not keep the others away: trouble of any kind is
    /// reported in [`Rescued::left`], and the rest goes on.
    pub fn run(&self, roots: &[PathBuf], tell: &mut dyn FnMut(&Path, &str)) -> Rescued {
        let mut report = Rescued::default();
        let mut copies = BTreeMap::new();
        for root in roots {
            match self.open_root(root) {
                Ok((fd, path)) => self.walk(&fd, &path, &mut report, &mut copies, tell),
                Err(error) => report.left.push((root.clone(), error.to_string())),
            }
        }
        if !copies.is_empty() {
            let grace = self.cache.release_grace;
            tell(&self.cache.dir, &format!("copies are deleted in {grace:#}, when no reader can miss them"));
            self.clock.pass(grace.unsigned_abs());
            self.delete_copies(&copies, &mut report);
        }
        self.report_cache(&mut report);
        report
    }

    fn open_root(&self, root: &Path) -> Result<(Fd, PathBuf)> {
        let path = self.fs.canonicalize(root).doing("open the library", root)?;
        let fd = self.fs.open_folder(&path).doing("open the library", &path)?;
        Ok((fd, path))
    }

    fn walk(
        &self,
        root: &Fd,
        root_path: &Path,
        report: &mut Rescued,
        copies: &mut BTreeMap<PathBuf, PathBuf>,
        tell: &mut dyn FnMut(&Path, &str),
    ) {
        let mut stack = vec![PathBuf::new()];
        while let Some(below) = stack.pop() {
            // Joining an empty path would add a slash.
            let path: PathBuf = root_path.components().chain(below.components()).collect();
            let listed = self.fs.open_below(root, &below).and_then(|fd| Ok((self.fs.list(&fd)?, fd)));
            let (names, fd) = match listed {
                Ok(listed) => listed,
                Err(error) => {
                    report.left.push((path, format!("the folder cannot be read: {error}")));
                    continue;
                }
            };
            let folder = Folder { fd, path: &path };
            let mut concerned: Vec<OsString> = Vec::new();
            for name in &names {
                match self.fs.stat_at(&folder.fd, name) {
                    Ok(stat) if stat.kind == Kind::Folder => stack.push(below.join(name)),
                    Ok(stat) => {
                        let collected =
                            self.collect(&folder, name, &names, stat.kind, &mut concerned, report);
                        if let Err(error) = collected {
                            report.left.push((path.join(name), error.to_string()));
                        }
                    }
                    Err(error) if is_absent(&error) => {}
                    Err(error) => {
                        report.left.push((path.join(name), format!("cannot be looked at: {error}")))
                    }
                }
            }
            concerned.sort();
            concerned.dedup();
            for name in concerned {
                if let Err(error) = self.undo(&folder, &name, report, copies, tell) {
                    report.left.push((path.join(&name), error.to_string()));
                }
            }
        }
    }

    /// Which library names of this folder have something of ours about them.
    fn collect(
        &self,
        folder: &Folder<'_>,
        name: &OsStr,
        names: &[OsString],
        kind: Kind,
        concerned: &mut Vec<OsString>,
        report: &mut Rescued,
    ) -> Result<()> {
        let at = folder.path.join(name);
        if is_kept_name(name) {
            let of =
                name_of_kept(name).or_else(|| names.iter().find(|other| kept_name(other) == name).cloned());
            match of {
                Some(of) => concerned.push(of),
                None => {
                    report.left.push((at, "an original whose name is not known: its link is gone".to_owned()))
                }
            }
        } else if kind == Kind::Link && self.copy_of(folder, name)?.is_some() {
            if is_link_of_ours(name) {
                self.fs.unlink(&folder.fd, name).doing("remove our link", &at)?;
                self.sync(folder)?;
            } else {
                concerned.push(name.to_owned());
            }
        } else if crate::domain::path::is_ours(name) {
            report
                .left
                .push((at, "put aside earlier, or not finished; delete it when you miss nothing".to_owned()));
        }
        Ok(())
    }

    /// Where a link of ours leads, as a path in the cache dir. `None` for any other link.
    fn copy_of(&self, folder: &Folder<'_>, name: &OsStr) -> Result<Option<PathBuf>> {
        let at = folder.path.join(name);
        let Some(text) = present(self.fs.read_link(&folder.fd, name)).doing("read the link", &at)? else {
            return Ok(None);
        };
        let target = plain(&folder.path.join(text));
        let seen_by_server = self.cache.link_target.as_deref();
        for prefix in seen_by_server.into_iter().chain([self.cache.dir.as_path()]) {
            if let Ok(below) = target.strip_prefix(prefix) {
                return Ok(Some(self.cache.dir.join(below)));
            }
        }
        Ok(None)
    }

    fn undo(
        &self,
        folder: &Folder<'_>,
        name: &OsStr,
        report: &mut Rescued,
        copies: &mut BTreeMap<PathBuf, PathBuf>,
        tell: &mut dyn FnMut(&Path, &str),
    ) -> Result<()> {
        let path = folder.path.join(name);
        let kept = kept_name(name);
        let look = |name: &OsStr| present(self.fs.stat_at(&folder.fd, name)).doing("look at", &path);
        let (at_path, at_kept) = (look(name)?, look(&kept)?);
        let our_link = match at_path {
            Some(stat) if stat.kind == Kind::Link => self.copy_of(folder, name)?,
            _ => None,
        };
        match (at_path, our_link, at_kept) {
            (Some(_), Some(copy), Some(original)) if original.kind == Kind::File => {
                self.put_back(folder, name, &copy, &original, report)?;
                copies.insert(copy, path.clone());
                tell(&path, "put back");
            }
            (Some(_), Some(copy), None) => {
                self.copy_back(folder, name, &copy)?;
                report.copied_back.push(path.clone());
                copies.insert(copy, path.clone());
                tell(&path, "copied back from the cache");
            }
            (_, _, Some(link)) if link.kind == Kind::Link && self.copy_of(folder, &kept)?.is_some() => {
                self.fs.unlink(&folder.fd, &kept).doing("remove our link beside", &path)?;
                self.sync(folder)?;
                tell(&path, "our unused link was removed");
            }
            (Some(file), None, Some(second)) if file.kind == Kind::File && file.same_inode(&second) => {
                if second.nlink >= 2 {
                    self.fs.unlink(&folder.fd, &kept).doing("remove the second name of", &path)?;
                    self.sync(folder)?;
                    tell(&path, "its second name was removed");
                }
            }
            // Somebody's link; or ours, if the cache dir was given wrongly. Both stay as they are.
            (Some(link), None, Some(_)) if link.kind == Kind::Link => {
                let why = format!(
                    "an original is kept beside a link that does not lead into {}; is that the right cache dir?",
                    self.cache.dir.display()
                );
                report.left.push((path, why));
            }
            (Some(_), None, Some(_)) => {
                let aside = self.put_aside(folder, &kept, name)?;
                tell(&path, "another file has the path; the old original was put aside");
                report.put_aside.push(aside);
            }
            (None, _, Some(_)) => report.left.push((
                folder.path.join(&kept),
                "its link is gone: somebody deleted or moved the film. Rename it if you want it back"
                    .to_owned(),
            )),
            _ => report.left.push((path, "in a state that is not resolved without a person".to_owned())),
        }
        Ok(())
    }

    /// An original is kept. Which bytes are newer decides: those written through the link win over the original, those
    /// written by an old handle win over the copy. What loses is put aside, never deleted.
    fn put_back(
        &self,
        folder: &Folder<'_>,
        name: &OsStr,
        copy: &Path,
        original: &Stat,
        report: &mut Rescued,
    ) -> Result<()> {
        let kept = kept_name(name);
        let written_through = match self.stat_copy(copy)? {
            Some(copy) => {
                !copy.identity.same_bytes(&original.identity) && copy.identity.mtime > original.identity.mtime
            }
            None => false,
        };
        if written_through {
            let aside = self.put_aside(folder, &kept, name)?;
            report.put_aside.push(aside);
            self.copy_back(folder, name, copy)?;
            report.copied_back.push(folder.path.join(name));
            return Ok(());
        }
        self.exchange(folder, name, &kept)?;
        report.restored.push(folder.path.join(name));
        Ok(())
    }

    /// Gives `name` what `other` is, and removes our link, which then has that name.
    fn exchange(&self, folder: &Folder<'_>, name: &OsStr, other: &OsStr) -> Result<()> {
        let path = folder.path.join(name);
        match self.fs.exchange(&folder.fd, name, other) {
            Err(error) if is_unsupported(&error) => {
                // Looked at a moment ago, and again: a file that somebody put there meanwhile is not overwritten.
                if self.copy_of(folder, name)?.is_some() {
                    self.fs.rename_over(&folder.fd, other, name).doing("put back", &path)?;
                }
                return self.sync(folder);
            }
            result => result.doing("put back", &path)?,
        }
        self.sync(folder)?;
        let out = self.fs.stat_at(&folder.fd, other).doing("look at", &path)?;
        if out.kind == Kind::Link && self.copy_of(folder, other)?.is_some() {
            self.fs.unlink(&folder.fd, other).doing("remove our link beside", &path)?;
            return self.sync(folder);
        }
        // Somebody was quicker: what they put there goes back to where they put it.
        self.fs.exchange(&folder.fd, name, other).doing("put back", &path)?;
        self.sync(folder)?;
        Err(Error::NeedsAttention { path, seen: "another file was put there at this very moment".to_owned() })
    }

    fn copy_back(&self, folder: &Folder<'_>, name: &OsStr, copy_path: &Path) -> Result<()> {
        let path = folder.path.join(name);
        let Some((copy_folder, copy_name)) = self.open_copy(copy_path)? else {
            return Err(Error::Unrecoverable {
                path,
                detail: format!("{} is not there", copy_path.display()),
            });
        };
        let source = match self.fs.open_file(&copy_folder, copy_name) {
            Err(error) if is_absent(&error) => {
                return Err(Error::Unrecoverable {
                    path,
                    detail: format!("{} is not there", copy_path.display()),
                });
            }
            other => other.doing("open", copy_path)?,
        };
        let like = self.fs.stat(&source).doing("look at", copy_path)?.identity;
        let back = restore_name(&TrashId::new().to_string());
        let at = folder.path.join(&back);
        let target = self.fs.create_file(&folder.fd, &back).doing("create", &at)?;
        let filled = self.fill(&source, copy_path, &target, &at, folder, &back, like);
        if let Err(error) = filled {
            present(self.fs.unlink(&folder.fd, &back)).doing("remove the unfinished", &at)?;
            return Err(error);
        }
        self.exchange(folder, name, &back)
    }

    #[expect(clippy::too_many_arguments, reason = "two ends of a copy, each with its folder, name and path")]
    fn fill(
        &self,
        source: &Fd,
        from: &Path,
        target: &Fd,
        at: &Path,
        folder: &Folder<'_>,
        back: &OsStr,
        like: crate::domain::identity::Identity,
    ) -> Result<()> {
        let ends = (End { fd: source, path: from }, End { fd: target, path: at });
        let written = copy(&*self.fs, &ends.0, &ends.1, like.size, &Unpaced)?;
        seal(&*self.fs, source, &like, target).doing("seal", at)?;
        self.fs.sync(target).doing("make durable", at)?;
        let again = self.fs.open_uncached(&folder.fd, back).doing("open", at)?;
        if hash(&*self.fs, &End { fd: &again, path: at }, &Unpaced)? != written {
            return Err(Error::VerifyFailed { path: at.to_path_buf() });
        }
        self.sync(folder)
    }

    fn put_aside(&self, folder: &Folder<'_>, name: &OsStr, was: &OsStr) -> Result<PathBuf> {
        let date = self.clock.now().to_jiff().strftime("%Y%m%d").to_string();
        let aside = trash_name(was, &date, &TrashId::new().0.simple().to_string());
        let at = folder.path.join(&aside);
        match self.fs.rename_new(&folder.fd, name, &folder.fd, &aside) {
            Err(error) if is_unsupported(&error) => {
                self.fs.hard_link(&folder.fd, name, &aside).doing("put aside", &at)?;
                self.fs.unlink(&folder.fd, name).doing("put aside", &at)?;
            }
            other => other.doing("put aside", &at)?,
        }
        self.sync(folder)?;
        Ok(at)
    }

    fn sync(&self, folder: &Folder<'_>) -> Result<()> {
        folder::sync(&*self.fs, &folder.fd, folder.path)
    }

    fn open_cache(&self) -> Result<Option<Fd>> {
        let dir = &self.cache.dir;
        let Some(path) = present(self.fs.canonicalize(dir)).doing("open the cache dir", dir)? else {
            return Ok(None);
        };
        self.fs.open_folder(&path).doing("open the cache dir", dir).map(Some)
    }

    fn open_copy<'p>(&self, copy: &'p Path) -> Result<Option<(Fd, &'p OsStr)>> {
        let Some(cache) = self.open_cache()? else { return Ok(None) };
        let below = copy.strip_prefix(&self.cache.dir).unwrap_or(copy);
        let folder = self.fs.open_below(&cache, below.parent().unwrap_or(Path::new("")));
        let folder = present(folder).doing("open the folder of", copy)?;
        Ok(folder.zip(below.file_name()))
    }

    fn stat_copy(&self, copy: &Path) -> Result<Option<Stat>> {
        let Some((folder, name)) = self.open_copy(copy)? else { return Ok(None) };
        present(self.fs.stat_at(&folder, name)).doing("look at", copy)
    }

    fn delete_copies(&self, copies: &BTreeMap<PathBuf, PathBuf>, report: &mut Rescued) {
        for (copy, path) in copies {
            match self.delete_copy(copy, path) {
                Ok(true) => {
                    report.copies_deleted += 1;
                    if let Err(error) = self.prune(copy) {
                        let folder = copy.parent().unwrap_or(copy).to_path_buf();
                        report.left.push((folder, error.to_string()));
                    }
                }
                Ok(false) => {}
                Err(error) => report.left.push((copy.clone(), error.to_string())),
            }
        }
    }

    /// Deletes a copy whose bytes are those at the path. Both are read in full: this is the last look at it.
    fn delete_copy(&self, copy: &Path, path: &Path) -> Result<bool> {
        let Some((folder, name)) = self.open_copy(copy)? else { return Ok(false) };
        let Some(stat) = present(self.fs.stat_at(&folder, name)).doing("look at", copy)? else {
            return Ok(false);
        };
        let keep = |seen: &str| Error::NeedsAttention { path: copy.to_path_buf(), seen: seen.to_owned() };
        let (Some(parent), Some(film)) = (path.parent(), path.file_name()) else { return Ok(false) };
        let parent = self.fs.open_folder(parent).doing("open the folder of", path)?;
        let restored = self.fs.open_file(&parent, film).doing("open", path)?;
        let again = self.fs.stat(&restored).doing("look at", path)?;
        let equal = again.kind == Kind::File && again.identity.size == stat.identity.size && {
            let copied = self.fs.open_file(&folder, name).doing("open", copy)?;
            hash(&*self.fs, &End { fd: &copied, path: copy }, &Unpaced)?
                == hash(&*self.fs, &End { fd: &restored, path }, &Unpaced)?
        };
        if !equal {
            return Err(keep("its bytes differ from those at the path; both are kept"));
        }
        let holders = self.fs.holders(&stat).doing("see who has open", copy)?;
        if holders.readers + holders.writers > 0 {
            return Err(keep("somebody has it open; run the rescue again later"));
        }
        self.fs.sync(&parent).doing("make durable the folder of", path)?;
        self.fs.unlink(&folder, name).doing("delete the copy", copy)?;
        self.fs.sync(&folder).doing("make durable the folder of", copy)?;
        Ok(true)
    }

    fn prune(&self, copy: &Path) -> Result<()> {
        let Some(cache) = self.open_cache()? else { return Ok(()) };
        let below = copy.strip_prefix(&self.cache.dir).unwrap_or(copy);
        folder::prune(&*self.fs, &cache, &self.cache.dir, below)
    }

    /// What is left in the cache dir: unfinished copies go if links of these libraries led into it, so that it is
    /// theirs; the rest is reported.
    fn report_cache(&self, report: &mut Rescued) {
        let left = match self.open_cache() {
            Ok(Some(cache)) => self.list_cache(&cache, Path::new(""), report),
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = left {
            report.left.push((self.cache.dir.clone(), error.to_string()));
        }
    }

    fn list_cache(&self, cache: &Fd, below: &Path, report: &mut Rescued) -> Result<()> {
        let at = self.cache.dir.join(below);
        let folder = self.fs.open_below(cache, below).doing("open", &at)?;
        let unfinished = below == Path::new(OURS).join("tmp");
        for name in self.fs.list(&folder).doing("list", &at)? {
            let stat = self.fs.stat_at(&folder, &name).doing("look at", at.join(&name))?;
            if stat.kind == Kind::Folder {
                self.list_cache(cache, &below.join(&name), report)?;
            } else if unfinished && report.undid_something() {
                self.fs.unlink(&folder, &name).doing("remove an unfinished copy", at.join(&name))?;
            } else if unfinished {
                let why = "an unfinished copy; no link of these folders led into this cache dir".to_owned();
                report.left.push((at.join(&name), why));
            } else if !below.starts_with(OURS) {
                let known = report.left.iter().any(|(path, _)| *path == at.join(&name));
                if !known {
                    let why = "a copy that no link in these folders leads to".to_owned();
                    report.left.push((at.join(&name), why));
                }
            }
        }
        Ok(())
    }
}

/// A link under a temporary name of the link-and-rename protocol.
fn is_link_of_ours(name: &OsStr) -> bool {
    crate::domain::path::is_ours(name) && !is_kept_name(name)
}
