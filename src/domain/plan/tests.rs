//! What the pages of the house say of scores and of the room, recomputed by hand; `properties` says it of everything.

use std::path::{Path, PathBuf};

use jiff::SignedDuration;

use super::exclude::Pattern;
use super::*;
use crate::domain::file::Attribution;
use crate::domain::rules::{Ahead, Rules};
use crate::domain::wanted::{Series, Source, Wanted};

mod properties;
mod rooms;
mod scores;

const GB: u64 = 1 << 30;

/// The instant of every test.
fn now() -> Time {
    Time::from_micros(1_800_000_000_000_000)
}

fn days_ago(days: i64) -> Time {
    hours_ago(24 * days)
}

fn hours_ago(hours: i64) -> Time {
    now().plus(SignedDuration::from_hours(-hours))
}

fn path(name: &str) -> PathBuf {
    Path::new("/films").join(name)
}

/// A wish that was confirmed a moment ago, and is ten days old.
fn wish(name: &str, user: &str, source: Source) -> Wanted {
    Wanted {
        path: path(name),
        size: GB,
        user: user.to_owned(),
        operation: operation_of(source),
        source,
        since: days_ago(10),
        ahead: 0,
        minutes: 0,
        series: None,
        metadata: Metadata::default(),
        age: SignedDuration::ZERO,
    }
}

fn operation_of(source: Source) -> Operation {
    match source {
        Source::OnDeck => Operation::Ondeck,
        Source::ContinueWatching => Operation::ContinueWatching,
        Source::Watchlist | Source::Feed => Operation::Watchlist,
        Source::Manual => Operation::Manual,
    }
}

/// Episodes from the one that is current on.
fn episodes(user: &str, source: Source, count: u32) -> Vec<Wanted> {
    (0..count)
        .map(|ahead| Wanted {
            ahead,
            series: Some(Series { show: "show".to_owned(), season: 1, episode: ahead + 1 }),
            ..wish(&format!("S01E0{}.mkv", ahead + 1), user, source)
        })
        .collect()
}

/// A file of one gigabyte that was cached ten days ago for nobody in particular.
fn cached(name: &str) -> Cached {
    let mut id = [0; 16];
    id.copy_from_slice(&blake3::hash(name.as_bytes()).as_bytes()[..16]);
    Cached {
        id: FileId::from_bytes(id),
        path: path(name),
        size: GB,
        cached_at: days_ago(10),
        pinned: false,
        playing: false,
        attributions: Vec::new(),
        operation: Operation::Ondeck,
        last_accessed: None,
        watched_by: Vec::new(),
        companion_of: None,
    }
}

/// The same, for a user.
fn cached_for(name: &str, user: &str, reason: Operation) -> Cached {
    Cached {
        attributions: vec![Attribution { user: user.to_owned(), reason, added_at: days_ago(10), ordinal: 0 }],
        operation: reason,
        ..cached(name)
    }
}

/// What is known, on a volume without bounds.
fn snapshot(wanted: Vec<Wanted>, files: Vec<Cached>) -> Snapshot {
    let used = files.iter().map(|file| file.size).sum();
    Snapshot {
        wanted,
        files,
        room: Room { limit: None, min_free: 0, free: 1000 * GB, used, pending: 0 },
        ..Snapshot::default()
    }
}

/// The same, where at most so many gigabytes may be copies.
fn limited(limit: u64, wanted: Vec<Wanted>, files: Vec<Cached>) -> Snapshot {
    let mut snapshot = snapshot(wanted, files);
    snapshot.room.limit = Some(limit * GB);
    snapshot
}

/// Settings under which eviction starts at the limit, so that rooms can be counted in files.
fn to_the_brim() -> Settings {
    Settings { evict_at: 100, ..Settings::default() }
}

/// Settings under which this holds for one user.
fn ruled(user: &str, rules: Rules) -> Settings {
    Settings { users: [(user.to_owned(), rules)].into_iter().collect(), ..Settings::default() }
}

fn made(snapshot: &Snapshot) -> Plan {
    plan(snapshot, &Settings::default(), now())
}

fn names<'p>(steps: impl IntoIterator<Item = &'p Step>) -> Vec<String> {
    steps.into_iter().map(|step| step.path.file_name().unwrap().to_str().unwrap().to_owned()).collect()
}

fn cache(plan: &Plan) -> Vec<String> {
    names(&plan.cache)
}

fn give_back(plan: &Plan) -> Vec<String> {
    names(&plan.give_back)
}

fn refusals(plan: &Plan) -> Vec<Refusal> {
    plan.refused.iter().map(|refused| refused.refusal).collect()
}

#[test]
fn two_users_who_want_one_film_get_one_copy_with_both_their_names() {
    let plan = made(&snapshot(
        vec![wish("a", "user2", Source::Watchlist), wish("a", "user1", Source::OnDeck)],
        vec![],
    ));
    assert_eq!(cache(&plan), ["a"]);
    let wishers: Vec<_> = plan.cache[0].wishes.iter().map(|one| (one.user.as_str(), one.operation)).collect();
    assert_eq!(wishers, [("user1", Operation::Ondeck), ("user2", Operation::Watchlist)]);
    assert_eq!(plan.cache[0].size(), GB);
}

#[test]
fn who_wants_what_is_here_is_added_once_and_for_the_strongest_reason() {
    let file = cached_for("a", "user1", Operation::Watchlist);
    let wanted = vec![
        wish("a", "user1", Source::OnDeck),
        wish("a", "user1", Source::Watchlist),
        wish("a", "user2", Source::Watchlist),
    ];
    let mut snapshot = snapshot(wanted, vec![file.clone()]);
    let plan = made(&snapshot);
    assert!(plan.cache.is_empty() && plan.give_back.is_empty());
    let added: Vec<_> =
        plan.attribute.iter().map(|one| (one.file, one.wisher.user.as_str(), one.wisher.operation)).collect();
    assert_eq!(added, [(file.id, "user1", Operation::Ondeck), (file.id, "user2", Operation::Watchlist)]);
    snapshot.files[0].attributions = vec![
        Attribution { reason: Operation::Ondeck, ..file.attributions[0].clone() },
        Attribution { user: "user2".to_owned(), ordinal: 1, ..file.attributions[0].clone() },
    ];
    assert!(made(&snapshot).is_empty());
}

#[test]
fn what_nobody_wants_is_given_back_when_its_retention_is_over() {
    let mut snapshot = snapshot(vec![], vec![cached_for("a", "user1", Operation::Ondeck)]);
    assert_eq!(give_back(&made(&snapshot)), ["a"]);
    assert_eq!(made(&snapshot).give_back[0].cause, Some(Cause::Unwanted));
    snapshot.files[0].cached_at = hours_ago(11);
    assert!(made(&snapshot).is_empty());
    snapshot.files[0].cached_at = hours_ago(12);
    assert_eq!(give_back(&made(&snapshot)), ["a"]);
}

#[test]
fn what_was_watched_by_all_who_wanted_it_is_given_back_at_once() {
    let mut file = cached_for("a", "user1", Operation::Ondeck);
    file.cached_at = hours_ago(3);
    file.attributions[0].added_at = hours_ago(3);
    file.attributions.push(Attribution { user: "user2".to_owned(), ..file.attributions[0].clone() });
    file.watched_by.push(Watched { user: "user1".to_owned(), at: hours_ago(1) });
    let mut snapshot = snapshot(vec![], vec![file]);
    assert!(made(&snapshot).is_empty(), "user2 has not watched it");
    snapshot.files[0].watched_by.push(Watched { user: "user2".to_owned(), at: hours_ago(4) });
    assert!(made(&snapshot).is_empty(), "that was before it was wanted");
    snapshot.files[0].watched_by[1].at = hours_ago(1);
    assert_eq!(give_back(&made(&snapshot)), ["a"]);
}

#[test]
fn what_is_pinned_played_or_asked_for_by_a_person_stays() {
    let changes: [fn(&mut Cached); 4] = [
        |file| file.pinned = true,
        |file| file.playing = true,
        |file| file.attributions[0].reason = Operation::Manual,
        |file| {
            file.attributions.clear();
            file.operation = Operation::Manual;
        },
    ];
    for change in changes {
        let mut snapshot = snapshot(vec![], vec![cached_for("a", "user1", Operation::Ondeck)]);
        change(&mut snapshot.files[0]);
        assert!(made(&snapshot).is_empty());
    }
}

#[test]
fn nothing_is_given_back_while_a_source_that_wanted_it_is_blind() {
    let give_back = |blind: Blind| {
        let mut snapshot = snapshot(vec![], vec![cached_for("a", "user1", Operation::Watchlist)]);
        snapshot.blind.push(blind);
        !made(&snapshot).give_back.is_empty()
    };
    let blind = |source, user: Option<&str>, answered_at| Blind {
        source,
        user: user.map(str::to_owned),
        answered_at,
    };
    assert!(!give_back(blind(Source::Watchlist, None, None)), "it has never answered");
    assert!(!give_back(blind(Source::Watchlist, Some("user1"), None)));
    assert!(!give_back(blind(Source::Feed, Some("user1"), Some(hours_ago(71)))), "within its grace");
    assert!(give_back(blind(Source::Feed, Some("user1"), Some(hours_ago(72)))), "its grace is over");
    assert!(give_back(blind(Source::Watchlist, Some("user2"), None)), "it is somebody else's");
    assert!(give_back(blind(Source::OnDeck, None, None)), "it is another source");
}

#[test]
fn what_a_person_removed_stays_away_until_its_time_or_somebody_else_wants_it() {
    let mut snapshot = snapshot(vec![wish("a", "user1", Source::OnDeck)], vec![]);
    let until = now().plus(SignedDuration::from_hours(1));
    snapshot.holds.push(Hold { path: path("a"), user: "user1".to_owned(), until });
    assert_eq!(refusals(&made(&snapshot)), [Refusal::Held { until }]);
    assert!(made(&snapshot).is_empty());
    snapshot.wanted.push(wish("a", "user2", Source::Watchlist));
    assert_eq!(cache(&made(&snapshot)), ["a"]);
    snapshot.wanted.pop();
    snapshot.holds[0].until = now();
    assert_eq!(cache(&made(&snapshot)), ["a"]);
}

#[test]
fn a_wish_is_in_force_within_the_bounds_that_are_set() {
    let mut excluded = wish("Extras.mkv", "user1", Source::OnDeck);
    let settings = Settings { exclude: Pattern::new("extras*").into_iter().collect(), ..Settings::default() };
    let refusal = |wanted: &Wanted| {
        refusals(&plan(&snapshot(vec![wanted.clone()], vec![]), &settings, now())).first().copied()
    };
    assert_eq!(refusal(&excluded), Some(Refusal::Excluded));
    excluded.path = path("a");
    assert_eq!(refusal(&excluded), None);
    let ahead = |source, ahead| Wanted { ahead, ..wish("a", "user1", source) };
    assert_eq!(refusal(&ahead(Source::OnDeck, 5)), None);
    assert_eq!(refusal(&ahead(Source::OnDeck, 6)), Some(Refusal::TooFarAhead));
    assert_eq!(refusal(&ahead(Source::Watchlist, 2)), None);
    assert_eq!(refusal(&ahead(Source::Watchlist, 3)), Some(Refusal::TooFarAhead));
    let old = |source| Wanted { since: days_ago(183), ..wish("a", "user1", source) };
    assert_eq!(refusal(&old(Source::OnDeck)), Some(Refusal::Stale));
    assert_eq!(refusal(&old(Source::Watchlist)), None);
    let silent = |source| Wanted { age: SignedDuration::from_hours(72), ..wish("a", "user1", source) };
    assert_eq!(refusal(&silent(Source::OnDeck)), Some(Refusal::Unconfirmed));
    assert_eq!(refusal(&silent(Source::Manual)), None);
}

#[test]
fn the_wishes_of_one_user_take_no_more_than_is_theirs() {
    let wanted = vec![
        wish("a", "user1", Source::Watchlist),
        wish("b", "user1", Source::OnDeck),
        wish("c", "user1", Source::OnDeck),
        wish("c", "user2", Source::Watchlist),
        wish("d", "user2", Source::Watchlist),
    ];
    let settings = ruled("user1", Rules { limit: Some(2 * GB), ..Rules::default() });
    let plan = plan(&snapshot(wanted, vec![]), &settings, now());
    assert_eq!(cache(&plan), ["c", "b", "d"]);
    assert_eq!(refusals(&plan), [Refusal::UserLimit]);
}

#[test]
fn how_far_ahead_is_looked_is_said_for_each_user() {
    let ahead = Ahead { episodes: 1, minutes: None };
    let settings = ruled("user1", Rules { ahead, watchlist_episodes: 1, ..Rules::default() });
    let cached =
        |user, source| cache(&plan(&snapshot(episodes(user, source, 6), vec![]), &settings, now())).len();
    assert_eq!((cached("user1", Source::OnDeck), cached("user2", Source::OnDeck)), (2, 6));
    assert_eq!((cached("user1", Source::Watchlist), cached("user2", Source::Watchlist)), (1, 3));
}

#[test]
fn episodes_that_begin_within_the_minutes_of_a_user_are_enough() {
    let ahead = Ahead { episodes: 1, minutes: Some(90) };
    let settings = ruled("user1", Rules { ahead, ..Rules::default() });
    let mut known = snapshot(episodes("user1", Source::OnDeck, 6), vec![]);
    for wanted in &mut known.wanted {
        wanted.minutes = wanted.ahead.saturating_sub(1) * 45;
    }
    let plan = plan(&known, &settings, now());
    assert_eq!(cache(&plan).len(), 4, "the current one, and those after 0, 45 and 90 minutes");
    assert_eq!(refusals(&plan), [Refusal::TooFarAhead; 2]);
    let nearer = |path: &str| {
        let one = plan.cache.iter().find(|one| one.path.ends_with(path)).unwrap();
        one.why.iter().any(|reason| reason.text == "one of the next episodes")
    };
    assert_eq!([nearer("S01E03.mkv"), nearer("S01E04.mkv")], [true, false], "within the first half");
}

#[test]
fn who_has_not_played_for_long_gets_nothing_but_what_they_asked_for() {
    let mut known = snapshot(
        vec![wish("a", "user1", Source::OnDeck), wish("b", "user1", Source::Manual)],
        vec![cached_for("c", "user1", Operation::Ondeck)],
    );
    known.wanted.push(wish("c", "user1", Source::OnDeck));
    known.inactive.insert("user1".to_owned());
    let plan = made(&known);
    assert_eq!((cache(&plan), give_back(&plan)), (vec!["b".to_owned()], vec!["c".to_owned()]));
    assert_eq!(refusals(&plan), [Refusal::Inactive, Refusal::Inactive]);
}

#[test]
fn what_could_not_be_cached_is_not_asked_for_until_its_time_and_what_is_here_stays() {
    let mut known = snapshot(vec![wish("a", "user1", Source::OnDeck)], vec![]);
    known.companions.insert(path("a"), vec![Companion { path: path("a.srt"), size: GB }]);
    let until = now().plus(SignedDuration::from_mins(1));
    known.put_off.insert(path("a"), until);
    assert!(made(&known).is_empty());
    assert_eq!(refusals(&made(&known)), [Refusal::PutOff { until }]);

    known.files.push(Cached { companion_of: Some(path("a")), ..cached("a.srt") });
    assert!(made(&known).is_empty(), "its subtitle came before it, and waits for it");
    known.put_off.insert(path("a"), now());
    assert_eq!(cache(&made(&known)), ["a"]);

    known.files = vec![cached_for("a", "user1", Operation::Ondeck)];
    known.put_off = [(path("a"), until), (path("a.srt"), until)].into_iter().collect();
    assert!(made(&known).is_empty(), "only what is not here is put off");
    known.put_off.clear();
    assert_eq!(cache(&made(&known)), ["a"], "the subtitle");
}

#[test]
fn an_episode_that_could_not_be_cached_holds_up_none_after_it() {
    let mut known = snapshot(episodes("user1", Source::OnDeck, 3), vec![]);
    known.put_off.insert(path("S01E02.mkv"), now().plus(SignedDuration::from_mins(1)));
    assert_eq!(cache(&made(&known)), ["S01E01.mkv", "S01E03.mkv"]);
}

#[test]
fn what_was_begun_lately_stays_for_whoever_is_in_the_middle_of_it() {
    let mut known = snapshot(vec![], vec![cached_for("a", "user1", Operation::Ondeck)]);
    known.files[0].last_accessed = Some(hours_ago(11));
    assert!(made(&known).is_empty());
    known.files[0].last_accessed = Some(hours_ago(12));
    assert_eq!(give_back(&made(&known)), ["a"]);
    known.files[0].last_accessed = Some(hours_ago(3));
    known.files[0].watched_by.push(Watched { user: "user1".to_owned(), at: hours_ago(1) });
    assert_eq!(give_back(&made(&known)), ["a"], "it was watched since");
    known.files[0].watched_by[0].at = hours_ago(4);
    assert!(made(&known).is_empty(), "it was begun again since");
}

#[test]
fn what_a_job_brings_already_is_not_asked_for_again() {
    let mut snapshot = snapshot(vec![wish("a", "user1", Source::OnDeck)], vec![]);
    snapshot.coming.insert(path("a"));
    assert!(made(&snapshot).is_empty());
}
