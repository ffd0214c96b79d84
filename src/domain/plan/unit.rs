//! A video with its companions and all wishes for it: what comes, stays and leaves as one.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::path::Path;

use jiff::SignedDuration;

use crate::domain::file::{Metadata, Operation};
use crate::domain::time::Time;
use crate::domain::wanted::{Source, Wanted};

use super::holds::Holds;
use super::score::{Score, score};
use super::wishes::Blindness;
use super::{Cached, Settings, Snapshot};

/// A wish that is in force, for one path.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wish<'a> {
    pub user: &'a str,
    pub operation: Operation,
    pub source: Source,
    pub since: Time,
    pub ahead: u32,
    pub minutes: u32,
    pub show: Option<&'a str>,
    pub metadata: Option<&'a Metadata>,
    /// No source says it: it stands because what is here was cached for it, and leaves with that.
    pub stands: bool,
}

/// Why something does not come that is wanted; and until when.
#[derive(Clone, Copy, Debug)]
pub(super) enum Barred {
    /// A person removed it.
    Held(Time),
    /// It could not be cached a moment ago. What is here of it may stay.
    PutOff(Time),
}

/// A video with its companions and all wishes for it.
#[derive(Debug)]
pub(super) struct Unit<'a> {
    pub path: &'a Path,
    /// What of it is cached: the video, if it is, and then its companions.
    pub here: Vec<&'a Cached>,
    /// What of it would have to be cached; as `here`.
    pub missing: Vec<(&'a Path, u64)>,
    pub wishes: Vec<Wish<'a>>,
    /// It is pinned or plays, or who wanted it is blind.
    pub fixed: bool,
    /// It was cached or begun lately, and not watched since.
    pub young: bool,
    /// A job brings it now.
    pub coming: bool,
    /// It does not come, whatever room there is.
    pub barred: Option<Barred>,
    pub score: Score,
    /// For users for whom it is next, the unit before it.
    pub before: Vec<usize>,
}

impl<'a> Unit<'a> {
    fn new(path: &'a Path) -> Self {
        Self {
            path,
            here: Vec::new(),
            missing: Vec::new(),
            wishes: Vec::new(),
            fixed: false,
            young: false,
            coming: false,
            barred: None,
            score: Score::default(),
            before: Vec::new(),
        }
    }

    /// Whether it stays whatever else there is, because a person said so or plays it.
    pub fn is_pinned_or_playing(&self) -> bool {
        self.here.iter().any(|file| file.pinned || file.playing)
    }

    /// The video itself, if it is cached.
    pub fn video(&self) -> Option<&'a Cached> {
        self.here.first().copied().filter(|file| file.companion_of.is_none())
    }

    pub fn here_bytes(&self) -> u64 {
        self.here.iter().map(|file| file.size).fold(0, u64::saturating_add)
    }

    pub fn missing_bytes(&self) -> u64 {
        self.missing.iter().map(|(_, size)| *size).fold(0, u64::saturating_add)
    }

    /// The wishes that would be there if nothing of it were.
    pub fn said(&self) -> impl Iterator<Item = &Wish<'a>> {
        self.wishes.iter().filter(|wish| !wish.stands)
    }

    /// Whether the video comes if there is room: it is wanted and not here.
    pub fn would_come(&self) -> bool {
        self.video().is_none() && !self.coming && self.said().next().is_some()
    }

    /// How far ahead it is for whom it is nearest.
    pub fn ahead(&self) -> u32 {
        self.said().map(|wish| wish.ahead).min().unwrap_or(0)
    }

    pub fn last_accessed(&self) -> Option<Time> {
        self.here.iter().filter_map(|file| file.last_accessed).max()
    }
}

/// All units: of what is wanted, and of what is here.
pub(super) fn gather<'a>(
    snapshot: &'a Snapshot,
    settings: &Settings,
    now: Time,
    wanted: Vec<&'a Wanted>,
) -> Vec<Unit<'a>> {
    let mut units: Vec<Unit<'a>> = Vec::with_capacity(snapshot.files.len() + wanted.len());
    let mut places: HashMap<&OsStr, usize> = HashMap::with_capacity(snapshot.files.len() + wanted.len());
    let mut place_of = |units: &mut Vec<Unit<'a>>, path: &'a Path| {
        *places.entry(path.as_os_str()).or_insert_with(|| {
            units.push(Unit::new(path));
            units.len() - 1
        })
    };
    for file in &snapshot.files {
        let place = place_of(&mut units, file.companion_of.as_ref().unwrap_or(&file.path));
        units[place].here.push(file);
    }
    for unit in &mut units {
        unit.here.sort_by(|a, b| (&a.companion_of, &a.path).cmp(&(&b.companion_of, &b.path)));
    }
    let cached = units.len();
    for wanted in wanted {
        let place = place_of(&mut units, &wanted.path);
        let unit = &mut units[place];
        if unit.video().is_none() && unit.missing.is_empty() {
            unit.missing.push((&wanted.path, wanted.size));
        }
        unit.wishes.push(Wish {
            user: &wanted.user,
            operation: wanted.operation,
            source: wanted.source,
            since: wanted.since,
            ahead: wanted.ahead,
            minutes: wanted.minutes,
            show: wanted.series.as_ref().map(|series| series.show.as_str()),
            metadata: Some(&wanted.metadata),
            stands: false,
        });
    }
    let blindness = Blindness::of(snapshot, settings, now);
    let holds = Holds::of(snapshot, now);
    let coming: HashSet<&OsStr> = snapshot.coming.iter().map(|path| path.as_os_str()).collect();
    for (place, unit) in units.iter_mut().enumerate() {
        if place < cached {
            unit.look_at_what_is_here(&blindness, settings.retention, now);
        }
        unit.coming = coming.contains(unit.path.as_os_str());
        if unit.would_come() || (unit.video().is_some() && !unit.wishes.is_empty()) {
            if let Some(beside) = snapshot.companions.get(unit.path) {
                let waits = |path: &Path| snapshot.put_off.get(path).is_some_and(|until| now < *until);
                let lacks = |path: &Path| unit.here.iter().all(|file| file.path != path) && !waits(path);
                unit.missing.extend(
                    beside.iter().filter(|one| lacks(&one.path)).map(|one| (one.path.as_path(), one.size)),
                );
            }
            unit.missing.retain(|(path, _)| !coming.contains(path.as_os_str()));
        }
        // Whoever asks for the order of wishes gets the same one, however the sources were asked.
        unit.wishes.sort_by_key(|wish| (wish.operation, wish.user, wish.source, wish.ahead, wish.since));
        let held = holds.until(unit.path.as_os_str(), unit.said()).map(Barred::Held);
        let put_off = snapshot.put_off.get(unit.path).copied().filter(|until| now < *until);
        unit.barred = put_off.map(Barred::PutOff).or(held);
        unit.score = score(unit, settings, now);
    }
    units
}

impl<'a> Unit<'a> {
    /// What is attributed to somebody for a reason that nobody can confirm now is a wish as well: what a person asked for
    /// stands until they take it back, and a source that is blind has not said that its wish ended.
    fn look_at_what_is_here(&mut self, blindness: &Blindness<'_>, retention: SignedDuration, now: Time) {
        self.fixed = self.is_pinned_or_playing();
        let mut all_watched = true;
        for file in &self.here {
            let begun = file.last_accessed.filter(|at| *at > file.cached_at);
            self.young |= now.since(begun.unwrap_or(file.cached_at)) < retention;
            for attribution in &file.attributions {
                let watched = |one: &super::Watched| {
                    one.user == attribution.user && one.at >= attribution.added_at.max(file.cached_at)
                };
                // Who has begun it after that may be anybody, and is in the middle of it.
                let begun_again = begun.is_some_and(|at| file.watched_by.iter().all(|one| one.at < at));
                // A companion is watched with its video.
                all_watched &=
                    file.companion_of.is_some() || (!begun_again && file.watched_by.iter().any(watched));
                // A wish that is as strong and in force replaces what was written down.
                let known = self
                    .wishes
                    .iter()
                    .any(|wish| wish.user == attribution.user && wish.operation <= attribution.reason);
                if known {
                    continue;
                }
                let blind = blindness.behind(attribution.reason, Some(&attribution.user));
                self.fixed |= blind.is_some();
                let stands = attribution.reason == Operation::Manual;
                if let Some(source) = blind.or(stands.then_some(Source::Manual)) {
                    self.wishes.push(Wish {
                        user: &attribution.user,
                        operation: attribution.reason,
                        source,
                        since: attribution.added_at,
                        ahead: 0,
                        minutes: 0,
                        show: None,
                        metadata: None,
                        stands: true,
                    });
                }
            }
            if file.attributions.is_empty() && file.companion_of.is_none() {
                all_watched = false;
                self.fixed |= self.wishes.is_empty() && blindness.behind(file.operation, None).is_some();
            }
        }
        for wish in &self.wishes {
            self.fixed |= blindness.covers(wish.source, Some(wish.user));
        }
        self.young &= !all_watched;
    }

    /// Whether somebody wants it. What a person cached stands, also where they did not say for whom, or where their
    /// attribution got a stronger reason since.
    pub fn is_wanted(&self) -> bool {
        !self.wishes.is_empty() || self.video().is_some_and(|file| file.operation == Operation::Manual)
    }
}
