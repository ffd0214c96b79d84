//! What files of the server are called in our libraries.
//!
//! A library names a path through whatever links its folders are, and the server may write `é` otherwise than the disk
//! does; only looking tells. So it is looked at once, and remembered as long as somebody wishes for the file.
//!
//! **Invariant:** for what is remembered, and for what is cached under the name that the mapping gives it, no library is
//! touched. **Invariant:** what could not be looked at is remembered as nothing, and told.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use jiff::SignedDuration;

use crate::cacher::Engine;
use crate::cacher::shelf::There;
use crate::domain::file::Status;
use crate::domain::mapping::Mapping;
use crate::domain::media::ServerPath;
use crate::domain::time::Time;
use crate::error::Result;
use crate::store::{Reader, Rows};

/// What was not there is looked for again after so long.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_hours(1);

/// The names that are remembered.
#[derive(Default)]
pub(super) struct Names(HashMap<String, Name>);

#[derive(Clone)]
struct Name {
    /// None where it lies in no library.
    path: Option<PathBuf>,
    /// Its bytes, where that was looked at.
    size: Option<u64>,
    /// When it was not there; none where it was.
    missed: Option<Time>,
}

/// What one round of naming came to.
#[derive(Default)]
pub(super) struct Resolved {
    /// What lies in a library, and is not there.
    pub missing: BTreeMap<PathBuf, ServerPath>,
    /// What no library covers.
    pub unmapped: Vec<ServerPath>,
    /// Something could not be looked at: nobody knows which files are meant.
    pub unsure: bool,
}

impl Names {
    /// Names everything that is wished for, and forgets everything else. Whoever is `thorough` looks for what is missing.
    pub fn resolve<'s>(
        &mut self,
        files: impl Iterator<Item = &'s str>,
        look: &Look<'_>,
        thorough: bool,
    ) -> Result<Resolved> {
        let mut kept = HashMap::with_capacity(self.0.len());
        let mut resolved = Resolved::default();
        for file in files {
            if kept.contains_key(file) {
                continue;
            }
            let is_old = |name: &Name| {
                name.missed.is_some_and(|at| thorough || look.now.since(at) >= LOOK_AGAIN || at > look.now)
            };
            let known = self.0.remove_entry(file).filter(|(_, name)| !is_old(name));
            let (file, name) = match known {
                Some(known) => known,
                None => match look.name(&ServerPath(file.to_owned()))? {
                    Some(name) => (file.to_owned(), name),
                    None => {
                        resolved.unsure = true;
                        continue;
                    }
                },
            };
            match &name {
                Name { path: None, .. } => resolved.unmapped.push(ServerPath(file.clone())),
                Name { path: Some(path), missed: Some(_), .. } => {
                    resolved.missing.insert(path.clone(), ServerPath(file.clone()));
                }
                Name { path: Some(_), missed: None, .. } => {}
            }
            kept.insert(file, name);
        }
        self.0 = kept;
        Ok(resolved)
    }

    /// The library path of a file that is there, and its bytes where they were looked at.
    pub fn find(&self, file: &ServerPath) -> Option<(&Path, Option<u64>)> {
        let Name { path, size, missed } = self.0.get(&file.0)?;
        Some((path.as_deref().filter(|_| missed.is_none())?, *size))
    }

    /// The bytes of all files that were looked at, by library path.
    pub fn sizes(&self) -> HashMap<&Path, u64> {
        self.0.values().filter_map(|name| Some((name.path.as_deref()?, name.size?))).collect()
    }

    /// It is looked at again: what was remembered turned out otherwise.
    pub fn forget(&mut self, path: &Path) {
        self.0.retain(|_, name| name.path.as_deref() != Some(path));
    }
}

/// Where names are looked up.
pub(super) struct Look<'a> {
    pub engine: &'a Engine,
    pub rows: &'a Reader,
    pub mapping: &'a Mapping,
    pub now: Time,
}

impl Look<'_> {
    /// Looks one up. None where that cannot be done now.
    fn name(&self, file: &ServerPath) -> Result<Option<Name>> {
        let Some(ours) = self.mapping.to_ours(file) else {
            return Ok(Some(Name { path: None, size: None, missed: None }));
        };
        for path in &ours.candidates {
            let row = self.rows.file_by_path(path)?;
            if row.is_some_and(|row| row.status != Status::Removed) {
                return Ok(Some(Name { path: Some(path.clone()), size: None, missed: None }));
            }
        }
        let mut absent = None;
        for path in &ours.candidates {
            match self.engine.name_of(path) {
                Ok(None) => {}
                Ok(Some(named)) => {
                    let name = |size| Name { path: Some(named.path.clone()), size, missed: None };
                    match named.there {
                        There::File(size) => return Ok(Some(name(Some(size)))),
                        There::Other => return Ok(Some(name(None))),
                        There::Nothing => {
                            absent.get_or_insert(Name { missed: Some(self.now), ..name(None) });
                        }
                    }
                }
                Err(error) => {
                    tracing::debug!(file = %file.0, %error, "what is wished for cannot be looked at");
                    return Ok(None);
                }
            }
        }
        Ok(Some(absent.unwrap_or(Name { path: None, size: None, missed: None })))
    }
}
