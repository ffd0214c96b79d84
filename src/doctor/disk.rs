//! What libraries, cache and kernel are like, as they are found.

use std::collections::BTreeSet;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::mounts::{Mount, Mounts};
use super::{Places, TRIAL};
use crate::cacher::Engine;
use crate::cacher::ground::Ground;
use crate::cacher::probe::{Tried, Written};
use crate::domain::settings::{CacheSettings, Library};
use crate::error::Result;

/// Everything that was found.
pub struct Grounds {
    /// Each library.
    pub libraries: Vec<LibraryGround>,
    /// The cache dir.
    pub cache: Result<Ground>,
    /// What came of writing there.
    pub written: Option<Result<Written>>,
    /// The folders down to the cache dir, it included, from the root on; none where the way could not be looked at.
    pub way: Option<Vec<Step>>,
    /// How many folders are in the cache dir.
    pub folders: u64,
    /// How many folders of libraries are watched beside it; none where nobody asked for that.
    pub homes: Option<u64>,
    /// What the kernel lets us watch: folders, and listeners.
    pub watches: Option<u64>,
    /// See there.
    pub instances: Option<u64>,
}

impl Grounds {
    /// Of these libraries and this cache, with nothing else looked at.
    pub(super) fn of(libraries: Vec<LibraryGround>, cache: Result<Ground>) -> Self {
        Self {
            libraries,
            cache,
            written: None,
            way: None,
            folders: 0,
            homes: None,
            watches: None,
            instances: None,
        }
    }
}

/// What one library is like.
pub struct LibraryGround {
    /// As it is configured.
    pub library: Library,
    /// What it stands on.
    pub ground: Result<Ground>,
    /// What came of swapping there; none where the library is not there.
    pub tried: Option<Result<Tried>>,
    /// What it is mounted from, where that can be told.
    pub mount: Option<Mount>,
}

/// One folder on the way to the cache.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// The folder.
    pub path: PathBuf,
    /// Its permission bits.
    pub mode: u32,
    /// Its owner.
    pub uid: u32,
    /// Its group.
    pub gid: u32,
}

/// Looks at all of it; all libraries at once, since each takes its time.
pub(super) fn look(
    engine: &Engine,
    cache: &CacheSettings,
    libraries: &[Library],
    places: &Places,
) -> Grounds {
    let mounts = Mounts::read(&std::fs::read_to_string(&places.mounts).unwrap_or_default());
    let looked: Vec<LibraryGround> = std::thread::scope(|scope| {
        let look = |library| {
            let mounts = &mounts;
            scope.spawn(move || look_at_library(engine, library, mounts))
        };
        let looks: Vec<_> = libraries.iter().map(look).collect();
        looks.into_iter().filter_map(|look| look.join().ok()).collect()
    });
    let ground = engine.cache_ground();
    let owners: BTreeSet<(u32, u32)> =
        looked.iter().filter_map(|library| Some(library.ground.as_ref().ok()?.owner)).collect();
    let owners: Vec<(u32, u32)> = owners.into_iter().collect();
    let written = ground.is_ok().then(|| engine.try_cache(&owners));
    let limit = |name: &str| std::fs::read_to_string(places.inotify.join(name)).ok()?.trim().parse().ok();
    Grounds {
        libraries: looked,
        written,
        way: way_to(&cache.dir),
        folders: folders_in(&cache.dir),
        homes: None,
        watches: limit("max_user_watches"),
        instances: limit("max_user_instances"),
        cache: ground,
    }
}

fn look_at_library(engine: &Engine, library: &Library, mounts: &Mounts) -> LibraryGround {
    let ground = engine.library_ground(&library.name);
    let tried = ground.is_ok().then(|| engine.try_swaps(&library.name, TRIAL));
    let mount = ground.as_ref().ok().and_then(|ground| mounts.of(&ground.path)).cloned();
    LibraryGround { library: library.clone(), ground, tried, mount }
}

/// The cache dir is no media tree, so its way is looked at from here.
pub(super) fn way_to(dir: &Path) -> Option<Vec<Step>> {
    let dir = dir.canonicalize().ok()?;
    let step = |path: &Path| {
        let found = path.metadata().ok()?;
        Some(Step { path: path.to_path_buf(), mode: found.mode(), uid: found.uid(), gid: found.gid() })
    };
    let mut way: Vec<Step> = dir.ancestors().map(step).collect::<Option<_>>()?;
    way.reverse();
    Some(way)
}

/// Folders below one, it included. What cannot be read is not counted.
fn folders_in(dir: &Path) -> u64 {
    let mut count = 0;
    let mut stack = vec![dir.to_path_buf()];
    while let Some(here) = stack.pop() {
        count += 1;
        let Ok(entries) = std::fs::read_dir(&here) else { continue };
        let is_folder = |entry: &std::fs::DirEntry| entry.metadata().as_ref().is_ok_and(Metadata::is_dir);
        stack.extend(entries.flatten().filter(is_folder).map(|entry| entry.path()));
    }
    count
}
