//! Looks for a link that is not at its path any more. Download managers move a symlink by making the same text
//! elsewhere; people rename folders; recycle bins exist.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::domain::file::Placement;
use crate::domain::path::plain;
use crate::error::{IoContext, Result};
use crate::files::errno::{is_absent, is_detour};
use crate::files::{Fd, Kind};

use super::engine::{Engine, Root, Spot};

/// Where a link was found.
pub(super) struct Found {
    pub library: String,
    pub spot: Spot,
    pub name: OsString,
}

impl Engine {
    /// The same folder first, then all libraries in one slow pass. A library that cannot be read ends the search with
    /// its error: what was not looked at is not known to be without the link.
    pub(super) fn find_link(&self, library: &str, place: &Placement) -> Result<Option<Found>> {
        let home = self.root(library)?;
        if let Some(spot) = self.spot_below(&home, &place.folder)?
            && let Some(name) = self.link_in(&spot, place)?
        {
            return Ok(Some(Found { library: library.to_owned(), spot, name }));
        }
        for library in &self.libraries {
            let root = self.root(&library.name)?;
            let mut found = None;
            self.walk(&root, &mut |spot| {
                found = self.link_in(&spot, place)?.map(|name| (spot, name));
                Ok(found.is_some())
            })?;
            if let Some((spot, name)) = found {
                return Ok(Some(Found { library: library.name.clone(), spot, name }));
            }
        }
        Ok(None)
    }

    /// A name in this folder, other than the kept name, that is a link with this text or to this copy.
    fn link_in(&self, spot: &Spot, place: &Placement) -> Result<Option<OsString>> {
        let kept = super::see::kept_of(place);
        for name in self.fs.list(&spot.folder).doing("list", &spot.path)? {
            if name == kept || crate::domain::path::is_ours(&name) {
                continue;
            }
            let at = spot.path.join(&name);
            match self.fs.stat_at(&spot.folder, &name) {
                Ok(stat) if stat.kind == Kind::Link => {}
                Ok(_) => continue,
                Err(error) if is_absent(&error) => continue,
                Err(error) => return Err(crate::Error::io("look at", at, error)),
            }
            match self.fs.read_link(&spot.folder, &name) {
                Ok(text) if text == place.link_text || plain(&spot.path.join(&text)) == place.cached_path => {
                    return Ok(Some(name));
                }
                Ok(_) => {}
                Err(error) if is_absent(&error) => {}
                Err(error) => return Err(crate::Error::io("read the link", at, error)),
            }
        }
        Ok(None)
    }

    /// Visits every folder of a library until `visit` says true. Never follows a symlink.
    pub(super) fn walk(&self, root: &Root<'_>, visit: &mut dyn FnMut(Spot) -> Result<bool>) -> Result<()> {
        let mut stack = vec![PathBuf::new()];
        while let Some(below) = stack.pop() {
            // Joining an empty path would add a slash.
            let path: PathBuf = root.path.components().chain(below.components()).collect();
            let folder: Fd = match self.fs.open_below(&root.fd, &below) {
                Ok(folder) => folder,
                Err(error) if is_absent(&error) || is_detour(&error) => continue,
                Err(error) => return Err(crate::Error::io("open the folder", path, error)),
            };
            for name in self.fs.list(&folder).doing("list", &path)? {
                match self.fs.stat_at(&folder, &name) {
                    Ok(stat) if stat.kind == Kind::Folder => stack.push(below.join(&name)),
                    Ok(_) => {}
                    Err(error) if is_absent(&error) => {}
                    Err(error) => return Err(crate::Error::io("look at", path.join(&name), error)),
                }
            }
            if visit(Spot { path, folder })? {
                return Ok(());
            }
        }
        Ok(())
    }
}
