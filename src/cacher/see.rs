//! Looks at the path, the kept name and the copy, and says what each of them is.
//!
//! **Invariant:** changes nothing. An error is never taken for absence: it ends the look.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use crate::domain::file::Placement;
use crate::domain::identity::Hash;
use crate::domain::path::kept_name;
use crate::error::{IoContext, Result};
use crate::files::copy::{End, Unpaced, hash};
use crate::files::errno::present;
use crate::files::{Fd, Kind, Stat};

use super::engine::{Engine, OURS, Spot};
use super::table::{CopyIs, KeptIs, PathIs};

/// What is where.
pub(super) struct Seen {
    pub path: PathIs,
    pub kept: KeptIs,
    pub copy: CopyIs,
    pub kept_stat: Option<Stat>,
    pub copy_stat: Option<Stat>,
}

/// What one name of the library folder is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Name {
    Nothing,
    Original,
    Changed,
    Link,
    OtherCache,
    Other,
}

impl Engine {
    /// Looks at everything. Where an inode number changed but size, time and hash agree (a mover, a renumbered
    /// device), the new identity is taken over into `place`.
    pub(super) fn see(&self, place: &mut Placement, spot: Option<&Spot>) -> Result<Seen> {
        let (copy, copy_stat) = self.see_copy(place)?;
        let Some(spot) = spot else {
            return Ok(Seen {
                path: PathIs::Nothing,
                kept: KeptIs::Nothing,
                copy,
                kept_stat: None,
                copy_stat,
            });
        };
        let kept = kept_of(place);
        let name = place.name.clone();
        let (kept_name, kept_stat) = self.see_name(place, spot, &kept, true)?;
        // A file at the path is taken for a moved original only when the original is not known to be elsewhere.
        let adopt = !matches!(kept_name, Name::Original | Name::Changed);
        let (path_name, path_stat) = self.see_name(place, spot, &name, adopt)?;
        let path = match path_name {
            Name::Nothing => PathIs::Nothing,
            Name::Original => PathIs::Original,
            Name::Changed => PathIs::Changed,
            Name::Link => PathIs::Link,
            Name::OtherCache => PathIs::OtherCache,
            Name::Other => PathIs::Other,
        };
        let same =
            matches!((&path_stat, &kept_stat), (Some(a), Some(b)) if a.kind == Kind::File && a.same_inode(b));
        let kept = match kept_name {
            _ if same => KeptIs::SameInode,
            Name::Nothing => KeptIs::Nothing,
            Name::Original => KeptIs::Original,
            Name::Changed => KeptIs::Changed,
            Name::Link => KeptIs::Link,
            Name::OtherCache | Name::Other => KeptIs::Other,
        };
        Ok(Seen { path, kept, copy, kept_stat, copy_stat })
    }

    fn see_name(
        &self,
        place: &mut Placement,
        spot: &Spot,
        name: &OsStr,
        adopt: bool,
    ) -> Result<(Name, Option<Stat>)> {
        let at = spot.path.join(name);
        let Some(stat) = present(self.fs.stat_at(&spot.folder, name)).doing("look at", &at)? else {
            return Ok((Name::Nothing, None));
        };
        let what = match stat.kind {
            Kind::Link => match present(self.fs.read_link(&spot.folder, name)).doing("read the link", &at)? {
                None => return Ok((Name::Nothing, None)),
                Some(text) if text == place.link_text => Name::Link,
                Some(text) if self.leads_to_other_cache(&spot.path, &text) => Name::OtherCache,
                Some(_) => Name::Other,
            },
            Kind::File if stat.identity.same_file(&place.original) => {
                if stat.identity.same_bytes(&place.original) { Name::Original } else { Name::Changed }
            }
            Kind::File if adopt && stat.identity.same_bytes(&place.original) => {
                if self.hash_of(&spot.folder, name, &at)? == Some(place.hash) {
                    place.original = stat.identity;
                    Name::Original
                } else {
                    Name::Other
                }
            }
            Kind::File | Kind::Folder | Kind::Special => Name::Other,
        };
        Ok((what, Some(stat)))
    }

    fn see_copy(&self, place: &mut Placement) -> Result<(CopyIs, Option<Stat>)> {
        if self.cache_lost.load(Ordering::SeqCst) {
            return Ok((CopyIs::Missing, None));
        }
        let cache = self.cache_dir()?;
        let Some(folder) = self.copy_spot(&cache, &place.cached_path)? else {
            return Ok((CopyIs::Missing, None));
        };
        let name = place.cached_path.file_name().unwrap_or_default();
        let stat = present(self.fs.stat_at(&folder, name)).doing("look at", &place.cached_path)?;
        let Some(stat) = stat.filter(|stat| stat.kind == Kind::File) else {
            return Ok((CopyIs::Missing, None));
        };
        let Some(known) = place.copy else {
            let whole = stat.identity.size == place.original.size;
            return Ok((if whole { CopyIs::Intact } else { CopyIs::Modified }, Some(stat)));
        };
        let now = stat.identity;
        let copy = if now.unchanged(&known) {
            if now.same_owner_and_mode(&known) { CopyIs::Intact } else { CopyIs::Touched }
        } else if now.size != known.size
            || self.hash_of(&folder, name, &place.cached_path)? != Some(place.hash)
        {
            CopyIs::Modified
        } else if now.same_bytes(&known) {
            // Another inode with the same everything: the cache volume was moved or renumbered.
            place.copy = Some(now);
            CopyIs::Intact
        } else {
            CopyIs::Touched
        };
        Ok((copy, Some(stat)))
    }

    /// The hash of a file, or `None` when it went away.
    pub(super) fn hash_of(&self, folder: &Fd, name: &OsStr, at: &Path) -> Result<Option<Hash>> {
        self.announce_open(at);
        match present(self.fs.open_uncached(folder, name)).doing("open", at)? {
            None => Ok(None),
            Some(fd) => hash(&*self.fs, &End { fd: &fd, path: at }, &Unpaced).map(Some),
        }
    }

    /// Whether a link's target lies in a cache dir that carries a marker which is not ours.
    pub(super) fn leads_to_other_cache(&self, folder: &Path, text: &Path) -> bool {
        let target = folder.join(text);
        target.ancestors().skip(1).filter(|dir| *dir != self.cache.dir).any(|dir| {
            let Ok(dir) = self.fs.canonicalize(dir) else { return false };
            let Ok(fd) = self.fs.open_folder(&dir) else { return false };
            self.fs.open_below(&fd, Path::new(OURS)).is_ok()
        })
    }
}

/// The kept name of a place: the stored one, or the one it would get.
pub(super) fn kept_of(place: &Placement) -> std::ffi::OsString {
    place.kept.clone().unwrap_or_else(|| kept_name(&place.name))
}

/// In a sentence.
pub(super) fn in_words(seen: &Seen, place: &Placement) -> String {
    let kept: PathBuf = place.folder.join(kept_of(place));
    format!(
        "at the path: {:?}; at {}: {:?}; the copy {}: {:?}",
        seen.path,
        kept.display(),
        seen.kept,
        place.cached_path.display(),
        seen.copy
    )
}
