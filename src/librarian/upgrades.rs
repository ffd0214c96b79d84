//! Files that were replaced while they are cached: another file at the same path, or another path of the same item.
//!
//! Wishes of sources move on by themselves, for a source names what is there now. What a person said of the old file (keep
//! it, I want it) moves on here. Whoever plans calls [`Upgrades::follow`] in each cycle; [`replaced`] and [`moved`] say
//! what there is to do, purely.
//!
//! **Invariant:** an item is known by the identifier that is the same on every server, never by its name. **Invariant:** that
//! a server names another file is a reason to look, not a proof: only what the engine saw to be gone is followed.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use jiff::SignedDuration;

use crate::cacher::{CacheRequest, Cacher};
use crate::domain::actor::Actor;
use crate::domain::file::{Attribution, FileRow, Metadata, Operation, Removed, Status};
use crate::domain::id::FileId;
use crate::domain::plan::Cached;
use crate::domain::plan::companions::is_subtitle;
use crate::domain::time::Time;
use crate::domain::wanted::Wanted;
use crate::error::{Error, Result};
use crate::store::Rows;

/// The name under which metadata has the identifier that is the same on every server.
const COMMON: &str = "plex";
/// The reasons of rows that end because of what others did to the files: another file is at the path, or nothing is.
const SUPERSEDED: &str = "superseded";
const UNCLAIMED: &str = "unclaimed";
/// A file that was looked at is looked at again after so long, then after twice as long, and so on,
const AGAIN: SignedDuration = SignedDuration::from_mins(10);
/// up to so many times as long.
const LONGEST: i32 = 128;
/// In so many entries of the log of a file stands why its row ended.
const LOOK_BACK: usize = 8;

/// A file of which a person said something.
#[derive(Clone, PartialEq, Debug)]
pub struct Tracked {
    /// Its id.
    pub id: FileId,
    /// The library path.
    pub path: PathBuf,
    /// It stays, whatever else there is.
    pub pinned: bool,
    /// Who asked for it.
    pub users: Vec<String>,
    /// What is known of it.
    pub metadata: Metadata,
    /// When it was cached.
    pub cached_at: Time,
    /// Since when it is not what lies at its path; none while it seems to be.
    pub gone: Option<Time>,
    /// Another file lies there.
    pub superseded: bool,
}

impl Tracked {
    /// None where nobody said anything of it, or a person gave it back.
    #[must_use]
    pub fn of(row: &FileRow, attributions: &[Attribution]) -> Option<Self> {
        let (gone, superseded) = match (row.status, &row.removed) {
            (Status::Active, _) => (row.link_missing_since, false),
            (Status::Removed, Some(Removed { at, reason })) if is_by_others(reason) => {
                (Some(*at), reason == SUPERSEDED)
            }
            _ => return None,
        };
        let asked = attributions.iter().filter(|one| one.reason == Operation::Manual);
        let users: Vec<String> = asked.map(|one| one.user.clone()).collect();
        // What travels along is not what the identifier stands for.
        let is_film = !row.file_path.file_name().is_some_and(is_subtitle);
        (is_film && (row.pinned || !users.is_empty())).then(|| Self {
            id: row.id,
            path: row.file_path.clone(),
            pinned: row.pinned,
            users,
            metadata: row.metadata.clone(),
            cached_at: row.cached_at,
            gone,
            superseded,
        })
    }

    fn item(&self) -> Option<&str> {
        self.metadata.media_ids.get(COMMON).map(String::as_str)
    }
}

fn is_by_others(reason: &str) -> bool {
    [SUPERSEDED, UNCLAIMED].contains(&reason)
}

/// What a person said of a file is to hold for those that stand for it now.
#[derive(Clone, PartialEq, Debug)]
pub struct Move {
    /// The file of which it was said.
    pub old: FileId,
    /// The library paths of those that stand for it: its own, where another file lies there now.
    pub to: Vec<PathBuf>,
    /// It stays, whatever else there is.
    pub pinned: bool,
    /// Who asked for it.
    pub users: Vec<String>,
    /// What is known of the item.
    pub metadata: Metadata,
    /// Whether the old file was seen to be gone. If not, it is to be looked at.
    pub gone: bool,
}

/// The cached files of which the server tells another size, with that size. A size of 0 says nothing.
#[must_use]
pub fn replaced(wanted: &[Wanted], files: &[Cached]) -> Vec<(FileId, u64)> {
    // As bytes: hashing paths by their parts takes longer.
    let told: HashMap<&OsStr, u64> =
        wanted.iter().filter(|one| one.size > 0).map(|one| (one.path.as_os_str(), one.size)).collect();
    let told = |file: &Cached| told.get(file.path.as_os_str()).copied().filter(|size| *size != file.size);
    files.iter().filter_map(|file| Some((file.id, told(file)?))).collect()
}

/// What has to move on, where sources name an item with other files than it had.
#[must_use]
pub fn moved(wanted: &[Wanted], tracked: &[Tracked]) -> Vec<Move> {
    let mut items: BTreeMap<&str, BTreeMap<&Path, &Metadata>> = BTreeMap::new();
    if !tracked.is_empty() {
        for one in wanted {
            let Some(item) = one.metadata.media_ids.get(COMMON) else { continue };
            items.entry(item).or_default().insert(&one.path, &one.metadata);
        }
    }
    let step = |file: &Tracked| {
        let named = file.item().and_then(|item| items.get(item));
        let (to, metadata) = match (named, file.gone) {
            // Whoever asked for it asked for this path, and so it is asked for the file that lies there now.
            (Some(files), Some(_)) if files.contains_key(file.path.as_path()) && file.superseded => {
                (vec![file.path.clone()], file.metadata.clone())
            }
            (None, Some(_)) if file.superseded => (vec![file.path.clone()], file.metadata.clone()),
            (Some(files), _) if files.contains_key(file.path.as_path()) => return None,
            (Some(files), gone) => {
                let metadata = files.values().next().map(|metadata| (*metadata).clone())?;
                // What was cached while the old file still stood is beside it, and does not stand for it.
                let is_beside = |path: &Path| {
                    let same = |one: &&Tracked| one.path == path && one.gone.is_none();
                    tracked.iter().find(same).is_some_and(|one| gone.is_some_and(|gone| one.cached_at < gone))
                };
                let after: Vec<&Path> = files.keys().copied().filter(|path| !is_beside(path)).collect();
                let all = || files.keys().copied().collect();
                let to: Vec<&Path> = if after.is_empty() { all() } else { after };
                (to.into_iter().map(Path::to_path_buf).collect(), metadata)
            }
            (None, _) => return None,
        };
        let (pinned, users) = (file.pinned, file.users.clone());
        Some(Move { old: file.id, to, pinned, users, metadata, gone: file.gone.is_some() })
    };
    tracked.iter().filter_map(step).collect()
}

/// What was looked at. It lives as long as the process.
#[derive(Default, Debug)]
pub struct Upgrades {
    /// Of which the server told such a size, and which turned out to be what they were.
    judged: HashSet<(FileId, u64)>,
    /// When the others were last looked at, and how often.
    looks: HashMap<FileId, (Time, u32)>,
}

/// What came of following.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Followed {
    /// Files that were looked at.
    pub looked_at: u64,
    /// Rows that changed because of what others did: what is known of files and wishes is to be read anew.
    pub settled: Vec<FileId>,
    /// What was asked for in the name of those who had asked for the old file.
    pub asked: u64,
    /// Files whose pin and wishes hold for their successors now.
    pub handed_over: u64,
}

impl Upgrades {
    /// Looks at what the server tells otherwise than the rows, and lets what a person said move on. Blocks.
    ///
    /// # Errors
    /// The store fails. Whatever else goes wrong is tried again in a later cycle.
    pub fn follow(
        &mut self,
        cacher: &Cacher,
        wanted: &[Wanted],
        files: &[Cached],
        tracked: &[Tracked],
        now: Time,
    ) -> Result<Followed> {
        let (replaced, moves) = (replaced(wanted, files), moved(wanted, tracked));
        let concerned: HashSet<FileId> =
            replaced.iter().map(|(id, _)| *id).chain(moves.iter().map(|one| one.old)).collect();
        self.judged.retain(|judged| replaced.contains(judged));
        self.looks.retain(|id, _| concerned.contains(id));
        let mut followed = Followed::default();
        // A row that ended already has nothing left to look at.
        let is_there = |id: &FileId| files.iter().any(|file| file.id == *id);
        let resized = replaced.iter().filter(|one| !self.judged.contains(one)).map(|(id, _)| *id);
        let due: BTreeSet<FileId> = resized
            .chain(moves.iter().map(|one| one.old).filter(is_there))
            .filter(|id| self.is_due(*id, now))
            .collect();
        let due: Vec<FileId> = due.into_iter().collect();
        if !due.is_empty() {
            self.look(cacher, &due, &replaced, now, &mut followed)?;
        }
        // What turned out just now is asked for before anybody else asks: whoever brings the file back names those for whom.
        let moves = match followed.settled.as_slice() {
            [] => moves,
            settled => moved(wanted, &anew(cacher, tracked, settled)?),
        };
        for one in &moves {
            carry(cacher, one, &mut followed)?;
        }
        Ok(followed)
    }

    fn is_due(&self, id: FileId, now: Time) -> bool {
        let Some((at, count)) = self.looks.get(&id) else { return true };
        let times = 2_i32.saturating_pow(count.saturating_sub(1)).min(LONGEST);
        // A clock that was set back puts nothing off.
        now.since(*at) >= AGAIN * times || *at > now
    }

    fn look(
        &mut self,
        cacher: &Cacher,
        due: &[FileId],
        replaced: &[(FileId, u64)],
        now: Time,
        followed: &mut Followed,
    ) -> Result<()> {
        for id in due {
            let look = self.looks.entry(*id).or_insert((now, 0));
            *look = (now, look.1.saturating_add(1));
        }
        let scanned = match cacher.engine().look_at_links(due) {
            Ok(scanned) => scanned,
            Err(error @ Error::Store { .. }) => return Err(error),
            Err(error) => {
                tracing::warn!(%error, files = due.len(), "files that seem to be replaced cannot be looked at now");
                return Ok(());
            }
        };
        followed.looked_at += scanned.looked_at;
        for (file, text) in &scanned.findings {
            tracing::warn!(%file, "{text}");
        }
        let failed = |id: &FileId| scanned.findings.iter().any(|(file, _)| file == id);
        let judged = replaced.iter().filter(|(id, _)| due.contains(id) && !failed(id));
        self.judged.extend(judged);
        followed.settled.extend(scanned.settled);
        Ok(())
    }
}

/// What is tracked, where some of it has changed.
fn anew(cacher: &Cacher, tracked: &[Tracked], settled: &[FileId]) -> Result<Vec<Tracked>> {
    let rows = cacher.engine().store().read()?;
    let mut found = Vec::with_capacity(tracked.len());
    for one in tracked {
        if settled.contains(&one.id) {
            found.extend(rows.wanted_file(one.id)?.and_then(|(row, wishes)| Tracked::of(&row, &wishes)));
        } else {
            found.push(one.clone());
        }
    }
    Ok(found)
}

/// Carries out what concerns one file, as far as that goes now.
fn carry(cacher: &Cacher, one: &Move, followed: &mut Followed) -> Result<()> {
    let engine = cacher.engine();
    let rows = engine.store().read()?;
    // It may have turned out only a moment ago.
    let Some((row, attributions)) = rows.wanted_file(one.old)? else { return Ok(()) };
    if Tracked::of(&row, &attributions).is_none_or(|now| now.gone.is_none()) {
        return Ok(());
    }
    // It may have turned out when a person gave it back.
    let log = rows.log_of(one.old, LOOK_BACK)?;
    if log.iter().find(|entry| is_by_others(&entry.reason)).is_some_and(|entry| !entry.by.is_system()) {
        return Ok(());
    }
    let mut here = Vec::new();
    for path in &one.to {
        match rows.file_by_path(path)?.filter(|row| row.status == Status::Active) {
            Some(successor) if successor.id != one.old => here.push(successor.id),
            // A person removed it: that holds.
            _ if rows.hold(path)?.is_some() => return Ok(()),
            // Its link is not there, and nothing else is.
            Some(_) => return Ok(()),
            None => ask(cacher, one, path, followed)?,
        }
    }
    if here.len() == one.to.len() && engine.hand_over(one.old, &here)? {
        followed.handed_over += 1;
    }
    Ok(())
}

/// Asks for a successor in the name of those who asked for the old file; for nobody in particular, where it was pinned.
fn ask(cacher: &Cacher, one: &Move, path: &Path, followed: &mut Followed) -> Result<()> {
    let nobody = [None];
    let users: Vec<Option<String>> = one.users.iter().cloned().map(Some).collect();
    for user in if users.is_empty() { nobody.to_vec() } else { users } {
        let request = CacheRequest {
            path: path.to_path_buf(),
            operation: Operation::Manual,
            user,
            method: None,
            metadata: one.metadata.clone(),
            by: Actor::system(),
        };
        match cacher.request_cache(&request) {
            Ok(_) => {
                tracing::info!(path = %path.display(), "asked for: it stands for a file that was kept for somebody");
                followed.asked += 1;
            }
            Err(Error::AlreadyTracked { .. }) => {}
            Err(error @ Error::Store { .. }) => return Err(error),
            Err(error) => {
                tracing::debug!(path = %path.display(), %error, "what stands for a replaced file is not cached yet");
                return Ok(());
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
