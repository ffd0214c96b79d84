//! `[sources]`, `[plan]`, `[weights]` and every `[[user]]`.

use std::collections::BTreeMap;

use crate::config::complaint::Complaint;
use crate::config::key::{self, Key};
use crate::config::keys;
use crate::config::values::Values;
use crate::domain::plan::{Settings, Weights};
use crate::domain::rules::{Ahead, Exception, House, Rules, UserKind};
use crate::domain::settings::LibrarianSettings;

/// All of it. How many episodes ahead stands elsewhere, and is a problem there.
pub(in crate::config) fn librarian(
    values: &mut Values,
    episodes_ahead: Option<u32>,
) -> Option<LibrarianSettings> {
    let everybody = everybody(values, episodes_ahead);
    let house = house(values, everybody.unwrap_or_default());
    let plan = plan(values, everybody.unwrap_or_default());
    let (schedule, quiet) = (values.get(&keys::SCHEDULE), values.get(&keys::QUIET_HOURS));
    let (hold, companions) = (values.get(&keys::HOLD_HOURS), values.get(&keys::COMPANIONS));
    let (versions, viewers) = (values.get(&keys::VERSIONS), values.get(&keys::VIEWERS));
    everybody?;
    Some(LibrarianSettings {
        plan: plan?,
        house: house?,
        schedule: schedule?,
        quiet: quiet?,
        hold: hold?,
        companions: companions?,
        versions: versions?,
        viewers: viewers?,
    })
}

fn everybody(values: &mut Values, episodes_ahead: Option<u32>) -> Option<Rules> {
    let (on_deck, continue_watching) = (values.get(&keys::ON_DECK), values.get(&keys::CONTINUE_WATCHING));
    let (watchlist, playback) = (values.get(&keys::WATCHLIST), values.get(&keys::PLAYBACK));
    let (minutes, watchlist_episodes) =
        (values.get(&keys::MINUTES_AHEAD), values.get(&keys::WATCHLIST_EPISODES));
    let (limit, active_within) = (values.get(&keys::PLAN_USER_LIMIT), values.get(&keys::ACTIVE_DAYS));
    Some(Rules {
        on_deck: on_deck?,
        continue_watching: continue_watching?,
        watchlist: watchlist?,
        playback: playback?,
        ahead: Ahead { episodes: episodes_ahead?, minutes: minutes? },
        watchlist_episodes: watchlist_episodes?,
        limit: limit?,
        active_within: active_within?,
    })
}

fn plan(values: &mut Values, everybody: Rules) -> Option<Settings> {
    let weights = weights(values);
    let (evict_at, evict_below) = (values.get(&keys::EVICT_AT), values.get(&keys::EVICT_BELOW));
    let (retention, give_back) = (values.get(&keys::RETENTION_HOURS), values.get(&keys::GIVE_BACK));
    let (on_deck_stale, watchlist_stale) =
        (values.get(&keys::ON_DECK_DAYS), values.get(&keys::WATCHLIST_DAYS));
    let (source_grace, exclude) = (values.get(&keys::SOURCE_GRACE_HOURS), values.get(&keys::EXCLUDE));
    Some(Settings {
        weights: weights?,
        evict_at: evict_at?,
        evict_below: evict_below?,
        retention: retention?,
        give_back: give_back?,
        on_deck_stale: on_deck_stale?,
        watchlist_stale: watchlist_stale?,
        source_grace: source_grace?,
        everybody,
        users: BTreeMap::new(),
        exclude: exclude?,
    })
}

fn weights(values: &mut Values) -> Option<Weights> {
    let mut read = |key: &Key<i32>| values.get(key);
    let (base, on_deck) = (read(&keys::WEIGHT_BASE), read(&keys::WEIGHT_ON_DECK));
    let (per_user, users_most) = (read(&keys::WEIGHT_PER_USER), read(&keys::WEIGHT_USERS_MOST));
    let cached_day = read(&keys::WEIGHT_CACHED_DAY);
    let cached_three_days = read(&keys::WEIGHT_CACHED_THREE_DAYS);
    let (watchlist_new, watchlist_old) =
        (read(&keys::WEIGHT_WATCHLIST_NEW), read(&keys::WEIGHT_WATCHLIST_OLD));
    let (on_deck_new, on_deck_old) = (read(&keys::WEIGHT_ON_DECK_NEW), read(&keys::WEIGHT_ON_DECK_OLD));
    let on_deck_older = read(&keys::WEIGHT_ON_DECK_OLDER);
    let (current, next) = (read(&keys::WEIGHT_CURRENT), read(&keys::WEIGHT_NEXT));
    Some(Weights {
        base: base?,
        on_deck: on_deck?,
        per_user: per_user?,
        users_most: users_most?,
        cached_day: cached_day?,
        cached_three_days: cached_three_days?,
        watchlist_new: watchlist_new?,
        watchlist_old: watchlist_old?,
        on_deck_new: on_deck_new?,
        on_deck_old: on_deck_old?,
        on_deck_older: on_deck_older?,
        current: current?,
        next: next?,
    })
}

/// Of whom a `[[user]]` speaks.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Whom {
    Person(String),
    Kind(UserKind),
}

/// Each of them is read, whatever is wrong with those before it.
fn house(values: &mut Values, everybody: Rules) -> Option<House> {
    let mut said = BTreeMap::new();
    let mut house = Some(House::for_all(everybody));
    for index in values.numbers(&key::USER) {
        let (whom, exception) = (whom(values, index), exception(values, index));
        let first = whom.as_ref().and_then(|whom| said.insert(whom.clone(), index));
        if let Some(first) = first {
            let blame = values.blame(about(whom.as_ref()), Some(index));
            let there = values.begins(key::USER.table, first);
            values.problems.push(blame.says(format!("has a [[user]] already ({there}); say it there")));
        }
        house = match (house, whom) {
            (Some(house), Some(Whom::Person(name))) => Some(house.with_person(name, exception)),
            (Some(house), Some(Whom::Kind(kind))) => Some(house.with_kind(kind, exception)),
            _ => None,
        };
    }
    house
}

fn about(whom: Option<&Whom>) -> &'static key::About {
    match whom {
        Some(Whom::Kind(_)) => &keys::USER_TYPE.about,
        Some(Whom::Person(_)) | None => &keys::USER_NAME.about,
    }
}

fn whom(values: &mut Values, index: usize) -> Option<Whom> {
    let is_set = |about: &key::About| values.given.contains_key(&about.at(Some(index)));
    let (name, kind) = (is_set(&keys::USER_NAME.about), is_set(&keys::USER_TYPE.about));
    match (name, kind) {
        (true, false) => values.get_at(&keys::USER_NAME, Some(index)).map(Whom::Person),
        (false, true) => values.get_at(&keys::USER_TYPE, Some(index)).map(Whom::Kind),
        (true, true) => {
            let blame = values.blame(&keys::USER_TYPE.about, Some(index));
            let name = keys::USER_NAME.about.at(Some(index));
            values.problems.push(blame.says(format!("and {name} are both set; make two of it")));
            None
        }
        (false, false) => {
            let at = values.begins(key::USER.table, index);
            let complaint = Complaint::at(&at, "this user has neither name nor type");
            values.problems.push(complaint.about(keys::USER_NAME.about.at(Some(index))));
            None
        }
    }
}

/// What is not set names nothing; what is wrong is a problem already.
fn exception(values: &mut Values, index: usize) -> Exception {
    let at = Some(index);
    Exception {
        on_deck: values.get_at(&keys::USER_ON_DECK, at),
        continue_watching: values.get_at(&keys::USER_CONTINUE_WATCHING, at),
        watchlist: values.get_at(&keys::USER_WATCHLIST, at),
        playback: values.get_at(&keys::USER_PLAYBACK, at),
        episodes_ahead: values.get_at(&keys::USER_EPISODES_AHEAD, at),
        minutes_ahead: values.get_at(&keys::USER_MINUTES_AHEAD, at),
        watchlist_episodes: values.get_at(&keys::USER_WATCHLIST_EPISODES, at),
        limit: values.get_at(&keys::USER_LIMIT, at),
        active_within: values.get_at(&keys::USER_ACTIVE_DAYS, at),
    }
}
