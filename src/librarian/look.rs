//! What a plan is made of: what is wished for, what is here, how much room there is.
//!
//! **Invariant:** a cycle in which nothing changed reads the store and touches no library. **Invariant:** where something
//! could not be looked at, every source counts as blind: nothing is given back for want of wishes.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ffi::OsStr;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::SignedDuration;

use super::known::Known;
use super::names::{Look, Missed, Names, Resolved};
use super::setbacks::Setbacks;
use super::upgrades::{Followed, Tracked, Upgrades};
use crate::cacher::{Cacher, Engine};
use crate::domain::file::Status;
use crate::domain::mapping::Mapping;
use crate::domain::media::ServerPath;
use crate::domain::plan::companions::{is_subtitle, is_video, video_of};
use crate::domain::plan::{self};
use crate::domain::plan::{Blind, Cached, Companion, Hold, Snapshot, Watched};
use crate::domain::playback::PlaybackRow;
use crate::domain::rules::Rules;
use crate::domain::settings::LibrarianSettings;
use crate::domain::time::Time;
use crate::domain::wanted::{Source, Wanted};
use crate::error::Result;
use crate::media::people;
use crate::store::{Order, Reader, Rows};

/// So far back goes what people have played.
const PLAYED: SignedDuration = SignedDuration::from_hours(90 * 24);

/// What is remembered between looks. **Invariant:** it never holds more than what is wished for and what is here.
#[derive(Default)]
pub(super) struct Desk {
    pub names: Names,
    pub setbacks: Setbacks,
    /// What lies beside videos that are wished for and not here,
    beside: HashMap<PathBuf, Vec<Companion>>,
    /// and where that could not be looked at.
    closed: HashMap<PathBuf, Missed>,
    /// Files that others replaced.
    upgrades: Upgrades,
    /// What is here, as of a number of changes of the store.
    files: Option<(u64, Shelf)>,
}

/// What is here.
struct Shelf {
    files: Vec<Cached>,
    /// When each user last began to play something.
    active: BTreeMap<String, Time>,
    /// Playbacks that have ended.
    played: Vec<(PathBuf, String, Time)>,
    /// Of what a person said something, as long as it is not known to be where it was.
    tracked: Vec<Tracked>,
}

/// What there is to look at.
pub(super) struct Around<'a> {
    pub engine: &'a Engine,
    pub mapping: &'a Mapping,
    pub settings: &'a LibrarianSettings,
    /// Who there is.
    pub people: &'a people::Snapshot,
    pub known: &'a Arc<Known>,
    pub now: Time,
    /// How often the media server said that its library has changed.
    pub heard: u64,
    /// A person asked: what is missing, and what lies beside videos, is looked at anew.
    pub thorough: bool,
}

impl Around<'_> {
    fn rules(&self, user: &str) -> Rules {
        self.settings.house.of(user, self.people.kind_of(user))
    }
}

/// What was seen.
pub(super) struct Seen {
    pub snapshot: Snapshot,
    pub settings: plan::Settings,
    /// What is wished for, lies in a library, and is not there.
    pub missing: BTreeMap<PathBuf, ServerPath>,
    /// What is wished for and lies in no library.
    pub unmapped: Vec<ServerPath>,
    /// Something could not be looked at.
    pub unsure: bool,
    /// How much may be begun now.
    pub room_left: u64,
    /// The number of changes of the store that this is of.
    pub changes: u64,
    /// When that was.
    pub now: Time,
    /// What else is known of what is here; the files themselves are in the snapshot.
    shelf: Shelf,
}

impl Desk {
    /// Looks around.
    pub fn look(&mut self, around: &Around<'_>) -> Result<Seen> {
        let Around { engine, settings, known, now, .. } = *around;
        let changes = engine.store().changes();
        let rows = engine.store().read()?;
        let coming = engine.coming()?;
        let Resolved { missing, unmapped, unsure } = self.resolve(around, &rows)?;
        let wanted = self.wanted(known, now);
        let mut shelf = match self.files.take() {
            Some((at, shelf)) if at == changes && !is_stale(&shelf, now) => shelf,
            _ => shelf(&rows, now)?,
        };
        for path in self.setbacks.look(&rows, now)? {
            self.names.forget(&path);
        }
        // As bytes, here and below: hashing and comparing paths by their parts takes longer than all the rest.
        let is_wanted: HashSet<&OsStr> = wanted.iter().map(|one| one.path.as_os_str()).collect();
        let put_off = self.setbacks.in_force(now, |path| is_wanted.contains(path.as_os_str()));
        let is_here: HashSet<&OsStr> = shelf.files.iter().map(|file| file.path.as_os_str()).collect();
        let absent = |path: &Path| !is_here.contains(path.as_os_str()) && !coming.files.contains_key(path);
        self.look_beside(around, wanted.iter().map(|one| one.path.as_path()).filter(|path| absent(path)));
        let mut files = std::mem::take(&mut shelf.files);
        accompany(&mut files, &wanted);
        note_watched(&mut files, &shelf.played, known);
        let (room, room_left) = engine.room_for(&coming)?;
        let snapshot = Snapshot {
            files,
            companions: self.beside.clone().into_iter().filter(|(_, beside)| !beside.is_empty()).collect(),
            holds: holds(&rows, settings.hold)?,
            room,
            blind: blind(known, now, unsure),
            inactive: inactive(around, &shelf.active, &wanted),
            put_off,
            coming: coming.files.keys().cloned().collect(),
            wanted,
        };
        let settings = settings_for(around, &snapshot);
        Ok(Seen { snapshot, settings, missing, unmapped, unsure, room_left, changes, now, shelf })
    }

    /// Follows what others did to files that are cached. Whether it is to be looked around anew.
    ///
    /// # Errors
    /// The store fails.
    pub fn follow(&mut self, cacher: &Cacher, seen: &Seen) -> Result<bool> {
        let Seen { snapshot, shelf, now, .. } = seen;
        let Followed { looked_at, settled, asked, handed_over } =
            self.upgrades.follow(cacher, &snapshot.wanted, &snapshot.files, &shelf.tracked, *now)?;
        if looked_at > 0 {
            tracing::info!(
                looked_at,
                settled = settled.len(),
                asked,
                handed_over,
                "followed what was replaced"
            );
        }
        Ok(!settled.is_empty() || asked + handed_over > 0)
    }

    /// Remembers what is here, which is so as of this number of changes of the store. What is not kept is read anew.
    pub fn keep(&mut self, seen: Seen, changes: u64) {
        self.files = Some((changes, Shelf { files: seen.snapshot.files, ..seen.shelf }));
    }

    fn wanted(&self, known: &Known, now: Time) -> Vec<Wanted> {
        let mut wanted = known.wanted(now, |file| Some(self.names.find(file)?.0.to_path_buf()));
        if wanted.iter().any(|one| one.size == 0) {
            let sizes = self.names.sizes();
            for one in wanted.iter_mut().filter(|one| one.size == 0) {
                one.size = sizes.get(one.path.as_path()).copied().unwrap_or(0);
            }
        }
        wanted
    }

    fn resolve(&mut self, around: &Around<'_>, rows: &Reader) -> Result<Resolved> {
        let Around { engine, mapping, known, now, heard, thorough, .. } = *around;
        let items = known.standings.iter().flat_map(|standing| standing.answer.items());
        let files = items.flat_map(|item| &item.files).map(|file| file.path.as_str());
        self.names.resolve(files, &Look { engine, rows, mapping, now, heard }, thorough)
    }

    /// Looks beside videos that would come, once.
    fn look_beside<'p>(&mut self, around: &Around<'_>, absent: impl Iterator<Item = &'p Path>) {
        if !around.settings.companions {
            return;
        }
        let (mut beside, mut closed) = (HashMap::new(), HashMap::new());
        for path in absent {
            // Several people may wish for it.
            if beside.contains_key(path) || closed.contains_key(path) {
                continue;
            }
            let before = self.closed.remove(path);
            let is_new = |missed: &Missed| !around.thorough && !missed.is_old(around.now, around.heard);
            if let Some(missed) = before.filter(is_new) {
                closed.insert(path.to_path_buf(), missed);
                continue;
            }
            let found = match self.beside.remove(path).filter(|_| !around.thorough) {
                Some(known) => Ok(known),
                None => around.engine.beside(path),
            };
            match found {
                Ok(found) => drop(beside.insert(path.to_path_buf(), found)),
                Err(error) => {
                    tracing::debug!(path = %path.display(), %error, "what lies beside it cannot be looked at");
                    let missed = Missed::now(around.now, around.heard, before.as_ref());
                    closed.insert(path.to_path_buf(), missed);
                }
            }
        }
        (self.beside, self.closed) = (beside, closed);
    }
}

/// Playbacks leave the window without a change of the store.
fn is_stale(shelf: &Shelf, now: Time) -> bool {
    shelf.played.iter().any(|(_, _, at)| now.since(*at) > PLAYED)
}

fn shelf(rows: &Reader, now: Time) -> Result<Shelf> {
    let open = rows.open_playbacks()?;
    let playing: HashSet<&OsStr> = open.iter().flat_map(PlaybackRow::files).map(Path::as_os_str).collect();
    let mut files = Vec::new();
    let mut tracked = Vec::new();
    rows.walk_files(Order::Ascending, &mut |row, attributions| {
        tracked.extend(Tracked::of(&row, &attributions));
        if row.status == Status::Active {
            files.push(Cached {
                id: row.id,
                playing: playing.contains(row.file_path.as_os_str()),
                path: row.file_path,
                size: row.size,
                cached_at: row.cached_at,
                pinned: row.pinned,
                attributions,
                operation: row.operation,
                last_accessed: row.last_accessed,
                watched_by: Vec::new(),
                companion_of: None,
            });
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let (mut active, mut played) = (BTreeMap::new(), Vec::new());
    rows.walk_playbacks(now.plus(-PLAYED), &mut |row| {
        if let Some(user) = &row.user {
            active.insert(user.clone(), row.started_at);
            let ended = row.ended_at.into_iter();
            played.extend(
                ended.flat_map(|at| row.files().map(move |file| (file.to_path_buf(), user.clone(), at))),
            );
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(Shelf { files, active, played, tracked })
}

/// Says of subtitles which video they accompany. Only videos that are here, or wished for, are known: no folder is listed.
fn accompany(files: &mut [Cached], wanted: &[Wanted]) {
    let is_companion = |path: &Path| path.file_name().is_some_and(is_subtitle);
    let mut folders: HashMap<PathBuf, BTreeSet<PathBuf>> = HashMap::new();
    for file in files.iter().filter(|file| is_companion(&file.path)) {
        folders.entry(file.path.parent().unwrap_or(Path::new("")).to_path_buf()).or_default();
    }
    if folders.is_empty() {
        return;
    }
    for path in files.iter().map(|file| &file.path).chain(wanted.iter().map(|one| &one.path)) {
        let videos = path.parent().and_then(|folder| folders.get_mut(folder));
        if let Some(videos) = videos.filter(|_| path.file_name().is_some_and(is_video)) {
            videos.insert(path.clone());
        }
    }
    for file in files.iter_mut().filter(|file| is_companion(&file.path)) {
        let Some(videos) = file.path.parent().and_then(|folder| folders.get(folder)) else { continue };
        let names: Vec<_> = videos.iter().filter_map(|path| path.file_name()).collect();
        let video = file.path.file_name().and_then(|name| video_of(name, &names));
        file.companion_of = video.map(|name| file.path.with_file_name(name));
    }
}

/// Somebody has watched a file to the end when they played it, and were asked for since without naming it: what they name
/// is a wish, which counts before this does.
fn note_watched(files: &mut [Cached], played: &[(PathBuf, String, Time)], known: &Known) {
    if played.is_empty() {
        return;
    }
    let mut heard: HashMap<&str, Time> = HashMap::new();
    for standing in &known.standings {
        let answer = &standing.answer;
        if matches!(answer.source, Source::OnDeck | Source::ContinueWatching)
            && let (Some(at), None) = (answer.at, &standing.trouble)
        {
            let latest = heard.entry(answer.user.as_str()).or_insert(at);
            // Both have to have been asked since.
            *latest = (*latest).min(at);
        }
    }
    let mut watched: HashMap<&OsStr, Vec<Watched>> = HashMap::new();
    for (path, user, at) in played {
        if heard.get(user.as_str()).is_some_and(|heard| heard > at) {
            watched.entry(path.as_os_str()).or_default().push(Watched { user: user.clone(), at: *at });
        }
    }
    for file in files {
        file.watched_by = watched.get(file.path.as_os_str()).cloned().unwrap_or_default();
    }
}

fn holds(rows: &Reader, hold: SignedDuration) -> Result<Vec<Hold>> {
    let mut holds = Vec::new();
    for (path, row) in rows.holds()? {
        let until = row.at.plus(hold);
        holds.extend(row.users.into_iter().map(|user| Hold { path: path.clone(), user, until }));
    }
    Ok(holds)
}

/// Who cannot say what they wish for. Before the first round, and where we cannot tell which files are meant, that is so of
/// everybody.
fn blind(known: &Known, now: Time, unsure: bool) -> Vec<Blind> {
    if unsure || known.asked_at.is_none() {
        let all = [Source::OnDeck, Source::ContinueWatching, Source::Watchlist, Source::Feed];
        return all.map(|source| Blind { source, user: None, answered_at: None }).to_vec();
    }
    let blind = known.blind(now);
    blind.map(|(user, source)| Blind { source, user: Some(user.to_owned()), answered_at: None }).collect()
}

/// Who has not played anything for as long as counts for them. Who was never seen playing is not known to be inactive before
/// they were asked for that long.
fn inactive(around: &Around<'_>, active: &BTreeMap<String, Time>, wanted: &[Wanted]) -> BTreeSet<String> {
    let users: BTreeSet<&str> = wanted.iter().map(|one| one.user.as_str()).collect();
    let asked_since = |user: &str| {
        let standings = around.known.standings.iter().map(|standing| &standing.answer);
        standings.filter(|answer| answer.user == user).map(|answer| answer.first_asked).min()
    };
    let is_inactive = |user: &&str| {
        let Some(within) = around.rules(user).active_within else { return false };
        let last = active.get(*user).copied().max(asked_since(user));
        last.is_some_and(|last| around.now.since(last) > within)
    };
    users.into_iter().filter(is_inactive).map(str::to_owned).collect()
}

/// The settings of the plan, with the rules of everybody who has a say in it.
fn settings_for(around: &Around<'_>, snapshot: &Snapshot) -> plan::Settings {
    let attributed = snapshot.files.iter().flat_map(|file| &file.attributions).map(|one| one.user.as_str());
    let users: BTreeSet<&str> =
        snapshot.wanted.iter().map(|one| one.user.as_str()).chain(attributed).collect();
    let rules = |user: &str| (user.to_owned(), around.rules(user));
    plan::Settings {
        everybody: *around.settings.house.everybody(),
        users: users.into_iter().map(rules).collect(),
        ..around.settings.plan.clone()
    }
}
