//! What files of the server are called in our libraries.
//!
//! A library names a path through whatever links its folders are, and the server may write `é` otherwise than the disk
//! does; only looking tells. So it is looked at once, and remembered as long as somebody wishes for the file.
//!
//! **Invariant:** for what is remembered, and for what is cached under the name that the mapping gives it, no library is
//! touched. That time passes is no reason to look again: what was not there is looked for when the media server says that its
//! library has changed, or a person asks. **Invariant:** what could not be looked at is remembered as nothing, and told.

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

/// However often the server says that something changed, what was not there is looked for again after so long.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_mins(10);

/// The names that are remembered.
#[derive(Default)]
pub(super) struct Names(HashMap<String, Name>);

#[derive(Clone)]
struct Name {
    /// None where it lies in no library.
    path: Option<PathBuf>,
    /// Its bytes, where that was looked at.
    size: Option<u64>,
    /// That it was not there; none where it was.
    missed: Option<Missed>,
}

/// Something was looked for in vain.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Missed {
    /// When.
    pub at: Time,
    /// How often the server had said by then that its library has changed.
    pub heard: u64,
    /// It was looked for because the server has just said so. Where both see the disks over a network, it may know earlier.
    pub early: bool,
}

impl Missed {
    /// It was looked for in vain, as it was the time before if it was.
    pub fn now(at: Time, heard: u64, before: Option<&Self>) -> Self {
        Self { at, heard, early: before.map_or(0, |before| before.heard) != heard }
    }

    /// Whether it may be otherwise by now.
    pub fn is_old(&self, now: Time, heard: u64) -> bool {
        // A clock that was set back puts nothing off.
        (self.early || self.heard != heard) && (now.since(self.at) >= LOOK_AGAIN || self.at > now)
    }
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
                name.missed.is_some_and(|missed| thorough || missed.is_old(look.now, look.heard))
            };
            let known = self.0.remove_entry(file);
            let before = known.as_ref().and_then(|(_, name)| name.missed);
            let (file, name) = match known.filter(|(_, name)| !is_old(name)) {
                Some(known) => known,
                None => match look.name(&ServerPath(file.to_owned()), before.as_ref())? {
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
    /// How often the media server said that its library has changed.
    pub heard: u64,
}

impl Look<'_> {
    /// Looks one up. None where that cannot be done now.
    fn name(&self, file: &ServerPath, before: Option<&Missed>) -> Result<Option<Name>> {
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
                            let missed = Missed::now(self.now, self.heard, before);
                            absent.get_or_insert(Name { missed: Some(missed), ..name(None) });
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

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_micros(1_790_000_000_000_000);

    #[test]
    fn what_was_not_there_is_looked_for_again_when_the_server_has_news_and_never_because_time_has_passed() {
        let later = |hours| NOW.plus(SignedDuration::from_hours(hours));
        let at_first = Missed::now(NOW, 0, None);
        assert!(!at_first.is_old(later(1000), 0), "nobody said anything");
        assert!(!at_first.is_old(NOW, 1), "it was looked for a moment ago");
        assert!(at_first.is_old(later(1), 1));
        let told = Missed::now(later(1), 1, Some(&at_first));
        assert!(told.is_old(later(2), 1), "the server may have seen it earlier than we do");
        let twice = Missed::now(later(2), 1, Some(&told));
        assert!(!twice.is_old(later(1000), 1));
        assert!(twice.is_old(later(3), 2));
        assert!(twice.is_old(NOW, 2), "a clock that was set back puts nothing off");
    }
}
