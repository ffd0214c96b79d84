//! What may be cached: the checks before anything is copied, and where the copy will lie.

use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use crate::domain::file::Method;
use crate::domain::path::{LINK_MAX, is_ours, kept_name, link_text, plain, with_suffix};
use crate::domain::settings::{LinkStyle, SwapMethod};
use crate::error::{Error, IoContext, Result};
use crate::files::errno::{is_absent, is_detour, present};
use crate::files::{Fd, Holders, Kind, Stat};

use super::engine::{Engine, Root, Spot};

/// Where a requested path really lies.
pub(super) struct Located<'e> {
    pub root: Root<'e>,
    pub spot: Spot,
    pub name: OsString,
    /// The path as the library names it.
    pub file_path: PathBuf,
    /// Below the root.
    pub below: PathBuf,
}

/// Folders whose contents are snapshots or rubbish: caching them would be pointless or would alter history.
const NOT_LIBRARY: [&str; 8] = [
    ".snapshots",
    ".zfs",
    "@eaDir",
    "#recycle",
    "@Recycle",
    "@Recently-Snapshot",
    "$RECYCLE.BIN",
    ".Recycle.Bin",
];

/// A file that changed less than this ago may still be changing, where we cannot see all processes.
const SETTLED: jiff::SignedDuration = jiff::SignedDuration::from_mins(2);

/// Why nothing of this name, below its root, is ever cached.
pub(super) fn never_cached(below: &Path) -> Option<&'static str> {
    if below.file_name().is_some_and(is_ours) {
        Some("its name is one that Cacherr gives to files it keeps or puts aside")
    } else if below.components().any(|part| NOT_LIBRARY.iter().any(|name| part.as_os_str() == *name)) {
        Some("it lies in a snapshot or recycle folder")
    } else {
        None
    }
}

/// Why this file of that folder must not be renamed.
pub(super) fn protected(stat: &Stat, folder: &Stat) -> Option<&'static str> {
    let me = crate::files::effective_user();
    let sticky = folder.identity.mode & 0o1000 != 0;
    if stat.frozen {
        Some("it is immutable or append-only (chattr)")
    } else if folder.frozen {
        Some("its folder is immutable or append-only (chattr)")
    } else if sticky && me != 0 && me != stat.identity.uid && me != folder.identity.uid {
        Some("it lies in a sticky folder and belongs to somebody else")
    } else {
        None
    }
}

impl Engine {
    /// Finds the library and the real folder of an absolute path.
    pub(super) fn locate(&self, path: &Path) -> Result<Located<'_>> {
        if !path.is_absolute() || path.components().any(|part| part == Component::ParentDir) {
            return Err(Error::OutsideRoots { path: path.to_path_buf() });
        }
        let outside = || Error::OutsideRoots { path: path.to_path_buf() };
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else { return Err(outside()) };
        // As text it must lie below a root before the file system is asked: nothing outside is ever looked at.
        let claims = |library: &&crate::domain::settings::Library| {
            path.starts_with(&library.path)
                || self.fs.canonicalize(&library.path).is_ok_and(|root| path.starts_with(root))
        };
        let library = self.libraries.iter().find(claims).ok_or_else(outside)?;
        let root = self.root(&library.name)?;
        if path == library.path || path == root.path {
            return Err(Error::NotRegularFile { path: path.to_path_buf(), kind: Kind::Folder.words() });
        }
        let real = match self.fs.canonicalize(parent) {
            Ok(real) => real,
            Err(error) if is_absent(&error) => return Err(Error::FileVanished { path: path.to_path_buf() }),
            Err(error) if is_detour(&error) => {
                return Err(Error::NotRegularFile { path: path.to_path_buf(), kind: "below a file" });
            }
            Err(error) => return Err(Error::io("open the folder", parent, error)),
        };
        let root = if real.starts_with(&root.path) { root } else { self.root_above(&real, path)? };
        let below = real.strip_prefix(&root.path).map_err(|_| outside())?.to_path_buf();
        let spot =
            self.spot_below(&root, &real)?.ok_or_else(|| Error::FileVanished { path: path.to_path_buf() })?;
        let file_path = root.library.path.join(&below).join(name);
        Ok(Located { root, spot, name: name.to_os_string(), file_path, below: below.join(name) })
    }

    /// The other library that a symlinked folder leads into.
    fn root_above(&self, real: &Path, asked: &Path) -> Result<Root<'_>> {
        for library in &self.libraries {
            let root = self.root(&library.name)?;
            if real.starts_with(&root.path) {
                return Ok(root);
            }
        }
        Err(Error::LeadsOut { path: asked.to_path_buf(), target: real.to_path_buf() })
    }

    /// Refuses what cannot be cached safely. Returns what is at the path.
    pub(super) fn admit(&self, at: &Located<'_>, method: Method) -> Result<(Stat, Method)> {
        let path = || at.file_path.clone();
        let excluded = |reason| Err(Error::Excluded { path: path(), reason });
        if let Some(reason) = never_cached(&at.below) {
            return excluded(reason);
        }
        let stat = match self.fs.stat_at(&at.spot.folder, &at.name) {
            Ok(stat) => stat,
            Err(error) if is_absent(&error) => return Err(Error::FileVanished { path: path() }),
            Err(error) => return Err(Error::io("look at", path(), error)),
        };
        if stat.kind == Kind::Link && self.is_link_of_ours(at)? {
            return Err(Error::AlreadyTracked { path: path() });
        }
        if stat.kind != Kind::File {
            return Err(Error::NotRegularFile { path: path(), kind: stat.kind.words() });
        }
        let folder = self.fs.stat(&at.spot.folder).doing("look at", &at.spot.path)?;
        if let Some(reason) = protected(&stat, &folder) {
            return Err(Error::Protected { path: path(), reason });
        }
        if at.root.library.swap == SwapMethod::LinkRename && method == Method::AtomicSymlink {
            return Err(Error::MethodNotSupported {
                method: "atomic_symlink",
                reason: "a library with swap = \"link_rename\" is never cached in move mode",
            });
        }
        let kept = kept_name(&at.name);
        if present(self.fs.stat_at(&at.spot.folder, &kept))
            .doing("look at", at.spot.path.join(&kept))?
            .is_some()
        {
            return excluded(
                "a file with the name of its kept original is there; `cacherr check --deep` tells more",
            );
        }
        self.refuse_busy(&stat, &at.file_path)?;
        // The original of a file with further names is never given up: its other names would stay on the slow disk.
        let method = if stat.nlink > 1 { Method::AtomicCopy } else { method };
        Ok((stat, method))
    }

    /// Whether a link leads to a copy of ours: the file is cached, perhaps under another name for its folder.
    fn is_link_of_ours(&self, at: &Located<'_>) -> Result<bool> {
        let text =
            present(self.fs.read_link(&at.spot.folder, &at.name)).doing("read the link", &at.file_path)?;
        let Some(text) = text else { return Ok(false) };
        Ok(self.leads_to_cache(&at.spot.path, &text))
    }

    /// Whether a link in `folder` with this text leads into our cache dir.
    pub(super) fn leads_to_cache(&self, folder: &Path, text: &Path) -> bool {
        let target = plain(&folder.join(text));
        let prefixes = [Some(self.cache.dir.as_path()), self.cache.link_target.as_deref()];
        prefixes.into_iter().flatten().any(|prefix| target.starts_with(prefix))
    }

    /// Refuses a file that somebody writes. Where not all processes can be seen, one that changed a moment ago.
    pub(super) fn refuse_busy(&self, stat: &Stat, path: &Path) -> Result<()> {
        let holders = self.fs.holders(stat).doing("see who has open", path)?;
        if holders.writers > 0 || self.may_be_written(stat, &holders) {
            return Err(Error::FileBusy { path: path.to_path_buf() });
        }
        Ok(())
    }

    /// Where not all processes can be seen: whether it changed so lately that somebody unseen may still write it.
    pub(super) fn may_be_written(&self, stat: &Stat, holders: &Holders) -> bool {
        let age = self.clock.now().since(stat.identity.mtime.instant());
        !holders.complete && age >= jiff::SignedDuration::ZERO && age < SETTLED
    }

    /// A cached path that nothing has: the regular one, or one with a suffix.
    pub(super) fn choose_cached_path(&self, cache: &Fd, at: &Located<'_>, id: &str) -> Result<PathBuf> {
        let regular = self.cache.dir.join(&at.root.library.name).join(&at.below);
        let folder = self.copy_spot(cache, &regular)?;
        let Some(folder) = folder else { return Ok(regular) };
        let name = regular.file_name().unwrap_or_default();
        if present(self.fs.stat_at(&folder, name)).doing("look at", &regular)?.is_none() {
            return Ok(regular);
        }
        Ok(with_suffix(&regular, &id[id.len().saturating_sub(12)..]))
    }

    /// The text of the link that will lead from `folder` to `cached_path`.
    pub(super) fn choose_link_text(&self, folder: &Path, cached_path: &Path) -> Result<PathBuf> {
        let relative = (self.cache.link == LinkStyle::Relative).then_some(folder);
        let text = link_text(&self.cache.dir, cached_path, self.cache.link_target.as_deref(), relative);
        if text.as_os_str().len() > LINK_MAX {
            return Err(Error::LinkTooLong {
                path: cached_path.to_path_buf(),
                length: text.as_os_str().len(),
            });
        }
        Ok(text)
    }
}
