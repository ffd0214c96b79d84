//! Where cached files are at home: the folders of libraries that hold their links and originals. For whoever watches them.
//!
//! **Invariant:** made of rows alone; no library is touched. Whoever watches decides nothing: what it learns is where to look
//! ([`Engine::look_at_links`]).

use std::collections::HashMap;
use std::ffi::OsStr;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::domain::file::Status;
use crate::domain::id::FileId;
use crate::domain::time::Time;
use crate::error::Result;
use crate::store::Rows;

use super::engine::{Engine, Spot};
use super::opens::OwnActs;
use super::see::kept_of;

/// The folders, with what is at home there.
#[derive(Default, Debug)]
pub struct Homes {
    /// Canonical; those above them too, up to the root of the library: a folder that is renamed is told of to those who watch
    /// it or the one above.
    folders: HashMap<PathBuf, Vec<Resident>>,
    /// The roots of the libraries, as far as they were ever seen.
    roots: Vec<PathBuf>,
    /// Links that were not at their path when they were last looked at, and since when.
    pub missing: Vec<(FileId, Time)>,
}

/// One cached file. Its names stand there as numbers, which take a tenth of the room: two that are the same cause a look
/// that would not have been needed.
#[derive(Debug)]
struct Resident {
    file: FileId,
    path: u64,
    kept: u64,
}

/// What became of a name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// It is not there any more.
    Gone,
    /// It is there, where nothing was, or something else.
    Came,
    /// What it stands for was written to.
    Written,
}

impl Homes {
    /// Every folder, each behind those that it lies in.
    #[must_use]
    pub fn folders(&self) -> Vec<&Path> {
        let mut folders: Vec<&Path> = self.folders.keys().map(PathBuf::as_path).collect();
        folders.sort_unstable();
        folders
    }

    /// The roots of the libraries, canonical.
    pub fn roots(&self) -> impl Iterator<Item = &Path> + Clone {
        self.roots.iter().map(PathBuf::as_path)
    }

    /// Whether it is one of them.
    #[must_use]
    pub fn is_home(&self, folder: &Path) -> bool {
        self.folders.contains_key(folder)
    }

    /// Those who are at home in this very folder.
    pub fn at_home(&self, folder: &Path) -> impl Iterator<Item = FileId> {
        self.folders.get(folder).into_iter().flatten().map(|resident| resident.file)
    }

    /// Whether what became of this path is a reason to look at somebody.
    #[must_use]
    pub fn is_concerned(&self, path: &Path, fate: Fate) -> bool {
        fate != Fate::Written && self.is_home(path) || self.named(path, fate).next().is_some()
    }

    /// Whom to look at, of whom one of these names was told: it is theirs, or that of a folder above.
    #[must_use]
    pub fn concerned<'p>(&self, paths: impl Iterator<Item = &'p Path>) -> Vec<FileId> {
        let mut files = Vec::new();
        let mut homes = Vec::new();
        for path in paths {
            files.extend(self.named(path, Fate::Gone));
            if self.is_home(path) {
                homes.push(path);
            }
        }
        if !homes.is_empty() {
            let below = |folder: &Path| homes.iter().any(|home| folder.starts_with(home));
            let residents = self.folders.iter().filter(|(folder, _)| below(folder));
            files.extend(residents.flat_map(|(_, residents)| residents).map(|resident| resident.file));
        }
        files.sort_unstable();
        files.dedup();
        files
    }

    /// Everybody.
    #[must_use]
    pub fn all(&self) -> Vec<FileId> {
        self.folders.values().flatten().map(|resident| resident.file).collect()
    }

    /// Whose name it is. That something came to where an original is kept is ours to know: nobody else does that.
    fn named(&self, path: &Path, fate: Fate) -> impl Iterator<Item = FileId> {
        let residents = path.parent().and_then(|folder| self.folders.get(folder));
        let name = number(path.file_name().unwrap_or_default());
        let is_named = move |one: &&Resident| one.path == name || one.kept == name && fate != Fate::Came;
        residents.into_iter().flatten().filter(is_named).map(|resident| resident.file)
    }
}

fn number(name: &OsStr) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}

impl Engine {
    /// Where the files that are cached now are at home.
    ///
    /// # Errors
    /// The store fails.
    pub fn homes(&self) -> Result<Homes> {
        let rows = self.store.read()?;
        let mut roots = Vec::new();
        for library in &self.libraries {
            roots.extend(rows.root(&library.name)?.map(|root| root.path));
        }
        let mut homes = Homes { roots, ..Homes::default() };
        rows.for_each_file(&mut |row| {
            if row.status != Status::Active {
                return Ok(());
            }
            let place = &row.place;
            let resident =
                Resident { file: row.id, path: number(&place.name), kept: number(&kept_of(place)) };
            homes.missing.extend(row.link_missing_since.map(|since| (row.id, since)));
            match homes.folders.get_mut(&place.folder) {
                Some(residents) => residents.push(resident),
                None => {
                    let root = homes.roots.iter().find(|root| place.folder.starts_with(root)).cloned();
                    let above = place.folder.ancestors().skip(1);
                    for folder in
                        above.take_while(|folder| root.as_ref().is_some_and(|root| folder.starts_with(root)))
                    {
                        if homes.is_home(folder) {
                            break;
                        }
                        homes.folders.insert(folder.to_path_buf(), Vec::new());
                    }
                    homes.folders.insert(place.folder.clone(), vec![resident]);
                }
            }
            Ok(())
        })?;
        Ok(homes)
    }

    /// Names of libraries that the engine changes itself.
    #[must_use]
    pub fn own_names(&self) -> &OwnActs {
        &self.own_names
    }

    /// To be called before names in a folder of a library are changed; with each of them as often as it comes or goes.
    pub(super) fn announce_names(&self, spot: &Spot, names: &[&OsStr]) {
        names.iter().for_each(|name| self.own_names.announce(&spot.path.join(name)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn homes(folders: &[(&str, &[FileId])]) -> Homes {
        let resident = |file: &FileId| Resident {
            file: *file,
            path: number(OsStr::new("Dune.mkv")),
            kept: number(OsStr::new(".Dune.mkv.cacherr-original")),
        };
        let of = |(folder, files): &(&str, &[FileId])| {
            (PathBuf::from(folder), files.iter().map(resident).collect())
        };
        Homes { folders: folders.iter().map(of).collect(), ..Homes::default() }
    }

    #[test]
    fn names_concern_whose_they_are_and_folders_whoever_lives_below() {
        let (dune, other) = (FileId::new(), FileId::new());
        let homes = homes(&[("/lib", &[]), ("/lib/Dune", &[dune]), ("/lib/Dune/Extras", &[other])]);
        assert_eq!(homes.folders(), ["/lib", "/lib/Dune", "/lib/Dune/Extras"].map(Path::new));
        let path = Path::new("/lib/Dune/Dune.mkv");
        let kept = Path::new("/lib/Dune/.Dune.mkv.cacherr-original");
        for fate in [Fate::Gone, Fate::Came, Fate::Written] {
            assert!(homes.is_concerned(path, fate));
            assert_eq!(homes.is_concerned(kept, fate), fate != Fate::Came);
            assert_eq!(homes.is_concerned(Path::new("/lib/Dune"), fate), fate != Fate::Written);
            assert!(!homes.is_concerned(Path::new("/lib/Dune/Dune.nfo"), fate));
            assert!(!homes.is_concerned(Path::new("/lib/Dune.mkv"), fate));
        }
        assert_eq!(homes.concerned([path, kept].into_iter()), [dune]);
        assert_eq!(homes.concerned([Path::new("/lib/Dune/Extras")].into_iter()), [other]);
        let mut both = vec![dune, other];
        both.sort_unstable();
        assert_eq!(homes.concerned([Path::new("/lib")].into_iter()), both);
    }
}
