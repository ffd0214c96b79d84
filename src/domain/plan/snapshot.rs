//! What a plan is made of: everything that is known at one moment, and nothing that would have to be asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::domain::file::{Attribution, Operation};
use crate::domain::id::FileId;
#[cfg(doc)]
use crate::domain::rules::Rules;
use crate::domain::time::Time;
use crate::domain::wanted::{Source, Wanted};

/// What is known at one moment.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Snapshot {
    /// What every source said last for every user, however long ago.
    pub wanted: Vec<Wanted>,
    /// Files that are served from the cache.
    pub files: Vec<Cached>,
    /// What lies beside videos and travels with them, by the library path of the video; see
    /// [`super::companions`].
    pub companions: BTreeMap<PathBuf, Vec<Companion>>,
    /// Library paths that jobs bring now; what of them is not written yet is in [`Room::pending`].
    pub coming: BTreeSet<PathBuf>,
    /// What a person removed a while ago.
    pub holds: Vec<Hold>,
    /// Until when a library path that is not cached is not asked for again: it could not be cached a moment ago.
    pub put_off: BTreeMap<PathBuf, Time>,
    /// Users who have not played anything for longer than [`Rules::active_within`] lets pass.
    pub inactive: BTreeSet<String>,
    /// How much room there is.
    pub room: Room,
    /// Sources that do not say what is wanted.
    pub blind: Vec<Blind>,
}

/// A file that is served from the cache. A file that is on its way back is not one; its bytes are in [`Room::used`].
#[derive(Clone, PartialEq, Debug)]
pub struct Cached {
    /// Its id.
    pub id: FileId,
    /// The library path.
    pub path: PathBuf,
    /// Its bytes.
    pub size: u64,
    /// When it was cached.
    pub cached_at: Time,
    /// A person said that it stays.
    pub pinned: bool,
    /// Somebody plays it: any session, any version, any part.
    pub playing: bool,
    /// Who wanted it.
    pub attributions: Vec<Attribution>,
    /// What brought it here first.
    pub operation: Operation,
    /// When it was last opened or played.
    pub last_accessed: Option<Time>,
    /// Who watched it to the end, and when.
    pub watched_by: Vec<Watched>,
    /// The library path of the video that it accompanies, if it is no video.
    pub companion_of: Option<PathBuf>,
}

/// Somebody watched a file to the end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Watched {
    /// Who.
    pub user: String,
    /// When.
    pub at: Time,
}

/// A file that travels with a video.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Companion {
    /// The library path.
    pub path: PathBuf,
    /// Its bytes.
    pub size: u64,
}

/// A person removed this path; the wish that stood for it then does not bring it back for a while.
///
/// Whoever plays the path lifts its holds, so the caller leaves those out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hold {
    /// The library path.
    pub path: PathBuf,
    /// Whose wish stood then.
    pub user: String,
    /// Until when.
    pub until: Time,
}

/// The cache volume.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Room {
    /// At most so many bytes may be copies; none where only `min_free` bounds them.
    pub limit: Option<u64>,
    /// So many bytes stay free on the volume.
    pub min_free: u64,
    /// So many are.
    pub free: u64,
    /// Bytes of all copies, those on their way back and those that wait for the end of their grace included.
    pub used: u64,
    /// Bytes promised to jobs and not written yet.
    pub pending: u64,
}

impl Room {
    /// How many bytes may be copies, promised ones included.
    #[must_use]
    pub fn capacity(&self) -> u64 {
        let on_volume = self.used.saturating_add(self.free).saturating_sub(self.min_free);
        self.limit.map_or(on_volume, |limit| limit.min(on_volume))
    }
}

/// A source that does not say what is wanted: its last question failed, or it has never answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Blind {
    /// Which.
    pub source: Source,
    /// For whom; none where it says nothing for anybody.
    pub user: Option<String>,
    /// When it last gave a good answer; none if it never did.
    pub answered_at: Option<Time>,
}
