//! Names of ours, in the cache dir and in the libraries, that no row accounts for. Told, never touched: a person decides,
//! or `cacherr rescue` undoes them.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::domain::file::{Placement, Status};
use crate::domain::path::{is_ours, restore_name};
use crate::error::{IoContext, Result};
use crate::files::errno::present;
use crate::files::{Fd, Kind};
use crate::store::Rows;

use super::engine::{Engine, OURS};
use super::see::kept_of;

/// Everything that a row accounts for.
#[derive(Default)]
struct Accounted {
    copies: HashSet<PathBuf>,
    /// The same by file system and inode, for volumes that spell names their own way.
    copied: HashSet<(u64, u64)>,
    names: HashSet<PathBuf>,
    links: HashSet<PathBuf>,
}

impl Accounted {
    fn add_copy(&mut self, place: &Placement) {
        self.copies.insert(place.cached_path.clone());
        self.copied.extend(place.copy.map(|copy| (copy.fsid, copy.ino)));
    }
}

impl Engine {
    /// Walks over the cache dir and all libraries. Returns what is not accounted for, and why it matters.
    ///
    /// # Errors
    /// Anything that cannot be read: what was not looked at is not known to be in order.
    pub fn audit(&self) -> Result<Vec<(PathBuf, String)>> {
        let known = self.accounted()?;
        let mut found = Vec::new();
        self.audit_cache(&self.cache_dir()?, Path::new(""), &known, &mut found)?;
        for library in &self.libraries {
            let root = self.root(&library.name)?;
            self.walk(&root, &mut |spot| {
                for name in self.fs.list(&spot.folder).doing("list", &spot.path)? {
                    let at = spot.path.join(&name);
                    if is_ours(&name) {
                        if !known.names.contains(&at) {
                            found.push((at, "a hidden file of Cacherr that no row tells of".to_owned()));
                        }
                        continue;
                    }
                    let stat = present(self.fs.stat_at(&spot.folder, &name)).doing("look at", &at)?;
                    if stat.is_none_or(|stat| stat.kind != Kind::Link) || known.links.contains(&at) {
                        continue;
                    }
                    let text = present(self.fs.read_link(&spot.folder, &name)).doing("read the link", &at)?;
                    if text.is_some_and(|text| self.leads_to_cache(&spot.path, &text)) {
                        found.push((at, "a link into the cache that no row tells of".to_owned()));
                    }
                }
                Ok(false)
            })?;
        }
        Ok(found)
    }

    fn accounted(&self) -> Result<Accounted> {
        let mut known = Accounted::default();
        let rows = self.store.read()?;
        rows.for_each_file(&mut |row| {
            if matches!(row.status, Status::Active | Status::PendingRemoval) {
                known.names.insert(row.place.folder.join(kept_of(&row.place)));
                known.links.insert(row.place.folder.join(&row.place.name));
                known.add_copy(&row.place);
            }
            Ok(())
        })?;
        for intent in rows.intents()? {
            let folder = &intent.place.folder;
            known.names.insert(folder.join(kept_of(&intent.place)));
            known.names.insert(folder.join(restore_name(&intent.id.to_string())));
            known.links.insert(folder.join(&intent.place.name));
            known.add_copy(&intent.place);
        }
        known.names.extend(rows.trash()?.into_iter().map(|row| row.folder.join(row.name)));
        Ok(known)
    }

    fn audit_cache(
        &self,
        cache: &Fd,
        below: &Path,
        known: &Accounted,
        found: &mut Vec<(PathBuf, String)>,
    ) -> Result<()> {
        let path: PathBuf = self.cache.dir.components().chain(below.components()).collect();
        let folder = self.fs.open_below(cache, below).doing("open the folder", &path)?;
        for name in self.fs.list(&folder).doing("list", &path)? {
            let at = path.join(&name);
            let Some(stat) = present(self.fs.stat_at(&folder, &name)).doing("look at", &at)? else {
                continue;
            };
            match stat.kind {
                Kind::Folder if below.as_os_str().is_empty() && name == OURS => {}
                Kind::Folder => self.audit_cache(cache, &below.join(&name), known, found)?,
                _ if known.copies.contains(&at) => {}
                _ if known.copied.contains(&(stat.identity.fsid, stat.identity.ino)) => {}
                _ => found.push((at, "a file in the cache dir that no row tells of".to_owned())),
            }
        }
        Ok(())
    }
}
