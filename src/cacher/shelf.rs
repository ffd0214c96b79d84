//! For those who plan: how much room there is, how a library names a path, and what lies beside a video.
//!
//! **Invariant:** nothing here writes. What cannot be looked at is an error, never absence.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::domain::file::Status;
use crate::domain::intent::Phase;
use crate::domain::job::{JobKind, JobState};
use crate::domain::plan::companions::{is_subtitle, is_video, video_of};
use crate::domain::plan::{Companion, Room};
use crate::domain::settings::Limit;
use crate::error::{Error, IoContext, Result};
use crate::files::Kind;
use crate::files::errno::present;
use crate::store::Rows;

use super::engine::Engine;
use super::room::limit;

/// A path as its library names it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Named {
    /// The library path.
    pub path: PathBuf,
    /// What is there.
    pub there: There,
}

/// What is at a path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum There {
    /// A file of so many bytes.
    File(u64),
    /// A link, or something else that is no file.
    Other,
    /// Nothing.
    Nothing,
}

/// What is on its way into the cache.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Coming {
    /// The bytes of each, by library path.
    pub files: BTreeMap<PathBuf, u64>,
}

/// The cache volume, and what our copies take of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Volume {
    /// The volume in all, and what of it is free; none while it is away, or not ours.
    pub space: Option<(u64, u64)>,
    /// At most so many bytes may be copies.
    pub limit: Option<u64>,
    /// At least so many bytes stay free.
    pub min_free: u64,
    /// Bytes of copies, also of those on their way out.
    pub used: u64,
    /// Those of files that are pinned,
    pub pinned: u64,
    /// and of those that are not, but wanted by somebody.
    pub wanted: u64,
    /// Promised to copies that are made.
    pub reserved: u64,
}

impl Engine {
    /// How full the cache is. No row is read, and the volume is looked at once.
    ///
    /// # Errors
    /// The store fails.
    pub fn volume(&self) -> Result<Volume> {
        let space = match self.look_at_cache_dir() {
            Ok((folder, _)) => self.fs.space(&folder).ok(),
            Err(error @ Error::Store { .. }) => return Err(error),
            // Why it is away the doctor says.
            Err(_) => None,
        };
        let ((pinned, wanted), _) = self.store.look(|index| index.held())?;
        let (used, _) = self.room.now();
        Ok(Volume {
            space: space.map(|space| (space.total, space.available)),
            limit: match (self.cache.limit, space) {
                (Limit::Bytes(bytes), _) => Some(bytes),
                (_, Some(space)) => limit(space, &self.cache),
                (Limit::None | Limit::Percent(_), None) => None,
            },
            min_free: self.cache.min_free,
            // What is swapped in at this moment is counted in one of them first.
            used: used.max(pinned.saturating_add(wanted)),
            pinned,
            wanted,
            reserved: self.room.reserved(),
        })
    }

    /// Whether anything lies in the cache, or is about to.
    ///
    /// # Errors
    /// The store fails.
    pub fn keeps_anything(&self) -> Result<bool> {
        let (totals, rows) = self.store.look(|index| index.totals())?;
        // Orphans have no copy, and may get it back.
        Ok(totals.files > 0
            || !rows.intents()?.is_empty()
            || !rows.jobs_in(JobState::Queued)?.is_empty()
            || !rows.jobs_in(JobState::Swapping)?.is_empty())
    }

    /// Where copies lie.
    #[must_use]
    pub fn copies_dir(&self) -> &Path {
        &self.cache.dir
    }

    /// What is on its way into the cache: asked for, running, or about to be swapped in.
    ///
    /// # Errors
    /// The store fails.
    pub fn coming(&self) -> Result<Coming> {
        let rows = self.store.read()?;
        let mut coming = Coming::default();
        for state in [JobState::Queued, JobState::Swapping] {
            for job in rows.jobs_in(state)? {
                if matches!(job.kind, JobKind::Cache { .. }) {
                    coming.files.insert(job.path, job.bytes_total);
                }
            }
        }
        Ok(coming)
    }

    /// The room for copies, in which what is on its way out counts as gone: it only waits for its grace, or for its turn. And how
    /// many bytes of it can be begun with now, beside what is on its way in.
    ///
    /// # Errors
    /// `CacheVolumeMissing`; the store fails.
    pub fn room_for(&self, coming: &Coming) -> Result<(Room, u64)> {
        let space =
            self.fs.space(&self.look_at_cache_dir()?.0).doing("ask for the room on", &self.cache.dir)?;
        let (mut leaving, rows) = self.store.look(|index| index.size_in(Status::PendingRemoval))?;
        for intent in rows.intents()? {
            if matches!(intent.phase, Phase::Released { .. }) && intent.attention.is_none() {
                leaving += intent.place.original.size;
            }
        }
        let (used, written) = self.room.now();
        let leaving = leaving.min(used);
        let pending: u64 = coming.files.values().sum();
        let room = Room {
            limit: limit(space, &self.cache),
            min_free: self.cache.min_free,
            free: space.available.saturating_add(leaving),
            used: (used - leaving).saturating_add(written),
            pending: pending.saturating_sub(written),
        };
        // What waits for its turn has no reservation yet.
        let waiting = pending.saturating_sub(self.room.reserved());
        Ok((room, self.room.available(space, &self.cache).saturating_sub(waiting)))
    }

    /// How the library names a path, through whatever links its folders are, and what is there. None where it lies in no
    /// library.
    ///
    /// # Errors
    /// A volume is away; it cannot be looked at.
    pub fn name_of(&self, path: &Path) -> Result<Option<Named>> {
        let at = match self.locate(path) {
            Ok(at) => at,
            Err(Error::OutsideRoots { .. } | Error::LeadsOut { .. } | Error::NotRegularFile { .. }) => {
                return Ok(None);
            }
            Err(Error::FileVanished { path }) => return Ok(Some(Named { path, there: There::Nothing })),
            Err(error) => return Err(error),
        };
        let stat = present(self.fs.stat_at(&at.spot.folder, &at.name)).doing("look at", &at.file_path)?;
        let there = match stat {
            None => There::Nothing,
            Some(stat) if stat.kind == Kind::File => There::File(stat.identity.size),
            Some(_) => There::Other,
        };
        Ok(Some(Named { path: at.file_path, there }))
    }

    /// The files that travel with a video: its subtitles in the same folder, as far as they are files.
    ///
    /// # Errors
    /// As [`Engine::name_of`].
    pub fn beside(&self, video: &Path) -> Result<Vec<Companion>> {
        let at = self.locate(video)?;
        let names = self.fs.list(&at.spot.folder).doing("list", &at.spot.path)?;
        let videos: Vec<&OsStr> =
            names.iter().map(OsString::as_os_str).filter(|name| is_video(name) || *name == at.name).collect();
        let mut companions = Vec::new();
        for name in names.iter().filter(|name| is_subtitle(name)) {
            if video_of(name, &videos) != Some(at.name.as_os_str()) {
                continue;
            }
            let path = at.file_path.with_file_name(name);
            let stat = present(self.fs.stat_at(&at.spot.folder, name)).doing("look at", &path)?;
            if let Some(stat) = stat.filter(|stat| stat.kind == Kind::File) {
                companions.push(Companion { path, size: stat.identity.size });
            }
        }
        companions.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(companions)
    }
}
