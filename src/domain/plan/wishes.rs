//! Which wishes are in force, and why others are not.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;

use crate::domain::file::Operation;
use crate::domain::time::Time;
use crate::domain::wanted::{Source, Wanted};

use super::{Blind, Refusal, Refused, Settings, Snapshot};

/// Which sources do not say what is wanted.
#[derive(Default)]
pub(super) struct Blindness<'a> {
    of_all: HashSet<Source>,
    of_some: HashSet<(Source, &'a str)>,
    of_any: HashSet<Source>,
}

impl<'a> Blindness<'a> {
    pub fn of(snapshot: &'a Snapshot, settings: &Settings, now: Time) -> Self {
        let mut blindness = Self::default();
        for Blind { source, user, answered_at } in &snapshot.blind {
            if answered_at.is_some_and(|at| now.since(at) >= settings.source_grace) {
                continue;
            }
            blindness.of_any.insert(*source);
            if let Some(user) = user {
                blindness.of_some.insert((*source, user.as_str()));
            } else {
                blindness.of_all.insert(*source);
            }
        }
        blindness
    }

    /// Whether this source says nothing of this user; of nobody in particular: whether it says nothing of somebody.
    pub fn covers(&self, source: Source, user: Option<&str>) -> bool {
        !self.of_any.is_empty()
            && match user {
                Some(user) => self.of_all.contains(&source) || self.of_some.contains(&(source, user)),
                None => self.of_any.contains(&source),
            }
    }

    /// The blind source that may be the one that wanted a file for this reason.
    pub fn behind(&self, reason: Operation, user: Option<&str>) -> Option<Source> {
        sources_of(reason).iter().copied().find(|source| self.covers(*source, user))
    }
}

/// Which sources can be behind a reason. What a playback asked for is next for whoever played.
const fn sources_of(reason: Operation) -> &'static [Source] {
    match reason {
        Operation::ActiveWatching
        | Operation::RealTimeWatch
        | Operation::ContinueWatching
        | Operation::Ondeck => &[Source::OnDeck, Source::ContinueWatching],
        Operation::Watchlist => &[Source::Watchlist, Source::Feed],
        Operation::Trakt | Operation::Manual => &[],
    }
}

/// The wishes that are in force, and those that are not.
pub(super) fn in_force<'a>(
    snapshot: &'a Snapshot,
    settings: &Settings,
    now: Time,
) -> (Vec<&'a Wanted>, Vec<Refused>) {
    let mut refused = Vec::new();
    let mut refuse = |wanted: &Wanted, refusal| {
        refused.push(Refused {
            path: wanted.path.clone(),
            user: wanted.user.clone(),
            refusal,
            score: None,
            why: Vec::new(),
        });
    };
    let mut wishes: Vec<&Wanted> = snapshot
        .wanted
        .iter()
        .filter(|wanted| match turned_down(wanted, snapshot, settings, now) {
            Some(refusal) => {
                refuse(wanted, refusal);
                false
            }
            None => true,
        })
        .collect();
    if settings.has_limits() {
        let allowed = within_limits(&wishes, snapshot, settings);
        let mut place = 0;
        wishes.retain(|wanted| {
            place += 1;
            if !allowed[place - 1] {
                refuse(wanted, Refusal::UserLimit);
            }
            allowed[place - 1]
        });
    }
    (wishes, refused)
}

/// Why a wish is not in force, whatever the others are.
fn turned_down(wanted: &Wanted, snapshot: &Snapshot, settings: &Settings, now: Time) -> Option<Refusal> {
    let rules = settings.rules(&wanted.user);
    let (ahead_of_it, stale) = match wanted.source {
        Source::OnDeck | Source::ContinueWatching => {
            (rules.ahead.covers(wanted.ahead, wanted.minutes), settings.on_deck_stale)
        }
        // On a watchlist nothing is current: the first episode is one of those that count.
        Source::Watchlist | Source::Feed => {
            (wanted.ahead < rules.watchlist_episodes.max(1), settings.watchlist_stale)
        }
        Source::Manual => (true, None),
    };
    if settings.exclude.iter().any(|pattern| pattern.excludes(&wanted.path)) {
        Some(Refusal::Excluded)
    } else if wanted.source != Source::Manual && snapshot.inactive.contains(&wanted.user) {
        Some(Refusal::Inactive)
    } else if wanted.source != Source::Manual && wanted.age >= settings.source_grace {
        Some(Refusal::Unconfirmed)
    } else if stale.is_some_and(|stale| now.since(wanted.since) >= stale) {
        Some(Refusal::Stale)
    } else if !ahead_of_it {
        Some(Refusal::TooFarAhead)
    } else {
        None
    }
}

/// What a user may want, from what they want most: a path counts once, and of a show nothing after what does not fit.
struct Allowance<'a> {
    left: u64,
    paths: HashMap<&'a OsStr, bool>,
    shows_full: Vec<&'a str>,
}

fn within_limits(wishes: &[&Wanted], snapshot: &Snapshot, settings: &Settings) -> Vec<bool> {
    let mut order: Vec<usize> = (0..wishes.len()).collect();
    order.sort_by(|&a, &b| {
        let key = |wanted: &Wanted| (wanted.operation, wanted.ahead, std::cmp::Reverse(wanted.since));
        let (a, b) = (wishes[a], wishes[b]);
        key(a).cmp(&key(b)).then_with(|| a.path.cmp(&b.path))
    });
    let mut allowed = vec![true; wishes.len()];
    let mut users: HashMap<&str, Allowance<'_>> = HashMap::new();
    for place in order {
        let wanted = wishes[place];
        let Some(limit) = settings.rules(&wanted.user).limit else { continue };
        let user = users.entry(&wanted.user).or_insert_with(|| Allowance {
            left: limit,
            paths: HashMap::new(),
            shows_full: Vec::new(),
        });
        let show = wanted.series.as_ref().map(|series| series.show.as_str());
        allowed[place] = *user.paths.entry(wanted.path.as_os_str()).or_insert_with(|| {
            let beside = snapshot.companions.get(&wanted.path);
            let size =
                beside.into_iter().flatten().map(|one| one.size).fold(wanted.size, u64::saturating_add);
            let fits = size <= user.left && !show.is_some_and(|show| user.shows_full.contains(&show));
            if fits {
                user.left -= size;
            } else {
                user.shows_full.extend(show);
            }
            fits
        });
    }
    allowed
}
