//! What holds of every plan, whatever is wanted, cached, blind or held, and however small the room is.
//!
//! [`execute`] is the model: it does to a snapshot what an engine that never fails does to the world.

use std::collections::BTreeSet;

use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;

use super::*;

const SOURCES: &[Source] =
    &[Source::OnDeck, Source::ContinueWatching, Source::Watchlist, Source::Feed, Source::Manual];
/// Of the paths, the first are films, the others episodes of two shows.
const FILMS: usize = 6;
const EPISODES: usize = 6;
const PATHS: usize = FILMS + 2 * EPISODES;

/// A wish as it is drawn: path, user, source, since so many days, confirmed so many hours ago.
type DrawnWish = (usize, usize, usize, i64, i64);
/// A file as it is drawn: path, cached and begun so many hours ago, pinned, playing, attributed to (user, reason),
/// watched by.
type DrawnFile = (usize, (i64, Option<i64>), bool, bool, Vec<(usize, usize)>, BTreeSet<usize>);

fn user(number: usize) -> String {
    format!("user{number}")
}

fn path_of(place: usize) -> PathBuf {
    path(&match place {
        0..FILMS => format!("film{place}.mkv"),
        _ => format!("show{}/E{}.mkv", (place - FILMS) / EPISODES, (place - FILMS) % EPISODES),
    })
}

fn size_of(place: usize) -> u64 {
    [1, 2, 3, 5, 8, 1, 2][place % 7]
}

/// Where a user stands in a show. Not everybody at the same place.
fn current(user: usize, show: usize) -> usize {
    (user + 2 * show) % 3
}

fn wanted((place, number, source, days, hours): DrawnWish) -> Option<Wanted> {
    let mut wanted = Wanted {
        size: size_of(place),
        since: days_ago(days),
        age: SignedDuration::from_hours(hours),
        path: path_of(place),
        ..wish("", &user(number), SOURCES[source])
    };
    if let Some(episode) = place.checked_sub(FILMS) {
        let (show, episode) = (episode / EPISODES, episode % EPISODES);
        wanted.ahead = u32::try_from(episode.checked_sub(current(number, show))?).unwrap();
        let episode = u32::try_from(episode).unwrap();
        wanted.series = Some(Series { show: show.to_string(), season: 1, episode });
    }
    Some(wanted)
}

fn drawn_file((place, (hours, begun), pinned, playing, attributed, watched): DrawnFile) -> Cached {
    let mut attributions: Vec<Attribution> = Vec::new();
    for (number, reason) in attributed {
        if attributions.iter().all(|known| known.user != user(number)) {
            attributions.push(Attribution {
                user: user(number),
                reason: Operation::ALL[reason],
                added_at: hours_ago(hours),
                ordinal: u32::try_from(attributions.len()).unwrap(),
            });
        }
    }
    Cached {
        id: FileId::from_bytes([u8::try_from(place).unwrap() + 1; 16]),
        path: path_of(place),
        size: size_of(place),
        cached_at: hours_ago(hours),
        pinned,
        playing,
        operation: attributions.first().map_or(Operation::Ondeck, |first| first.reason),
        attributions,
        last_accessed: begun.map(hours_ago),
        watched_by: watched
            .into_iter()
            .map(|number| Watched { user: user(number), at: hours_ago(1) })
            .collect(),
        companion_of: None,
    }
}

prop_compose! {
    fn worlds()(
        wishes in vec((0..PATHS, 0..4_usize, 0..SOURCES.len(), 0..80_i64, 0..80_i64), 0..40),
        files in vec(
            (
                0..PATHS,
                (0..100_i64, option::of(0..100_i64)),
                prop::bool::weighted(0.1),
                prop::bool::weighted(0.1),
                vec((0..4_usize, 0..Operation::ALL.len()), 0..3),
                btree_set(0..4_usize, 0..3),
            ),
            0..14,
        ),
        beside in btree_set(0..PATHS, 0..5),
        // A person is never blind.
        blind in vec((0..SOURCES.len() - 1, option::of(0..4_usize), option::of(0..80_i64)), 0..3),
        holds in vec((0..PATHS, 0..4_usize, -2..3_i64), 0..4),
        coming in btree_set(0..PATHS, 0..2),
        inactive in option::weighted(0.3, 0..4_usize),
        put_off in vec((0..PATHS, -2..3_i64), 0..4),
        limit in option::of(0..60_u64),
        (min_free, free, others, pending) in (0..10_u64, 0..60_u64, 0..5_u64, 0..5_u64),
    ) -> Snapshot {
        let mut seen = BTreeSet::new();
        let files: Vec<_> = files.into_iter().filter(|file| seen.insert(file.0)).map(drawn_file).collect();
        let used = files.iter().map(|file| file.size).sum::<u64>() + others;
        Snapshot {
            wanted: wishes.into_iter().filter_map(wanted).collect(),
            companions: beside
                .into_iter()
                .map(|place| {
                    (path_of(place), vec![Companion { path: path_of(place).with_extension("srt"), size: 1 }])
                })
                .collect(),
            // A job brings only what is not here.
            coming: coming.difference(&seen).map(|&place| path_of(place)).collect(),
            holds: holds
                .into_iter()
                .map(|(place, number, hours)| Hold {
                    path: path_of(place),
                    user: user(number),
                    until: hours_ago(-hours),
                })
                .collect(),
            blind: blind
                .into_iter()
                .map(|(source, number, hours)| Blind {
                    source: SOURCES[source],
                    user: number.map(user),
                    answered_at: hours.map(hours_ago),
                })
                .collect(),
            inactive: inactive.map(user).into_iter().collect(),
            put_off: put_off.into_iter().map(|(place, hours)| (path_of(place), hours_ago(-hours))).collect(),
            room: Room { limit, min_free, free, used, pending },
            files,
        }
    }
}

fn some_settings() -> impl Strategy<Value = Settings> {
    let rules = (option::weighted(0.2, 3..20_u64), 0..6_u32, 1..4_u32).prop_map(
        |(limit, episodes, watchlist_episodes)| Rules {
            limit,
            ahead: Ahead { episodes, minutes: None },
            watchlist_episodes,
            ..Rules::default()
        },
    );
    let users = prop::collection::btree_map((0..4_usize).prop_map(user), rules.clone(), 0..3);
    let usual = (option::weighted(0.2, 3..20_u64)).prop_map(|limit| Rules { limit, ..Rules::default() });
    let everybody = prop_oneof![usual, rules];
    let weights = prop_oneof![Just(Weights::default()), some_weights()];
    (50..=100_u8, prop::bool::weighted(0.8), everybody, users, weights).prop_map(
        |(evict_at, give_back, everybody, users, weights)| Settings {
            evict_at,
            give_back,
            everybody,
            users,
            weights,
            ..Settings::default()
        },
    )
}

/// As far as the configuration lets them be set.
fn some_weights() -> impl Strategy<Value = Weights> {
    (prop::array::uniform7(0..=100), prop::array::uniform6(-100..=100)).prop_map(
        |([base, on_deck, per_user, users_most, cached_day, cached_three_days, current], below)| {
            let [watchlist_new, watchlist_old, on_deck_new, on_deck_old, on_deck_older, next] = below;
            Weights {
                base,
                on_deck,
                per_user,
                users_most,
                cached_day,
                cached_three_days,
                watchlist_new,
                watchlist_old,
                on_deck_new,
                on_deck_old,
                on_deck_older,
                current,
                next: next.max(0),
            }
        },
    )
}

fn without_limit(settings: Settings) -> Settings {
    let free = |rules: Rules| Rules { limit: None, ..rules };
    let users = settings.users.into_iter().map(|(user, rules)| (user, free(rules))).collect();
    Settings { everybody: free(settings.everybody), users, ..settings }
}

/// The world after the plan.
fn execute(before: &Snapshot, plan: &Plan) -> Snapshot {
    let mut world = before.clone();
    for part in plan.give_back.iter().flat_map(|step| &step.parts) {
        let place = world.files.iter().position(|file| Some(file.id) == part.file).unwrap();
        assert_eq!(world.files.swap_remove(place).size, part.size);
        world.room.used -= part.size;
        world.room.free += part.size;
    }
    for step in &plan.cache {
        for part in &step.parts {
            assert!(
                world.files.iter().all(|file| file.path != part.path),
                "{} is there",
                part.path.display()
            );
            let attributions = step.wishes.iter().zip(0..).map(|(wisher, ordinal)| Attribution {
                user: wisher.user.clone(),
                reason: wisher.operation,
                added_at: now(),
                ordinal,
            });
            world.files.push(Cached {
                path: part.path.clone(),
                size: part.size,
                cached_at: now(),
                attributions: attributions.collect(),
                operation: step.wishes[0].operation,
                companion_of: (part.path != step.path).then(|| step.path.clone()),
                ..cached(part.path.to_str().unwrap())
            });
            world.room.used += part.size;
            world.room.free = world.room.free.checked_sub(part.size).unwrap();
        }
    }
    for Attribute { file, wisher } in &plan.attribute {
        let file = world.files.iter_mut().find(|one| one.id == *file).unwrap();
        file.attributions.retain(|one| one.user != wisher.user);
        file.attributions.push(Attribution {
            user: wisher.user.clone(),
            reason: wisher.operation,
            added_at: now(),
            ordinal: u32::try_from(file.attributions.len()).unwrap(),
        });
    }
    world
}

/// Bytes of all copies, promised ones included.
fn taken(world: &Snapshot) -> u64 {
    world.room.used + world.room.pending
}

fn is_blind(world: &Snapshot, source: Source, user: Option<&str>) -> bool {
    world.blind.iter().any(|blind| {
        let silent = blind.answered_at.is_none_or(|at| now().since(at) < SignedDuration::from_hours(72));
        let concerns = match (&blind.user, user) {
            (Some(one), Some(other)) => one == other,
            _ => true,
        };
        silent && blind.source == source && concerns
    })
}

/// Whether a file must not leave at all. What is written down says nothing where a wish that is as strong is in force.
fn must_stay(world: &Snapshot, settings: &Settings, file: &Cached) -> bool {
    let wishes =
        || world.wanted.iter().filter(|wanted| wanted.path == file.path && in_force(world, settings, wanted));
    let known = |user: &str, reason| wishes().any(|one| one.user == user && one.operation <= reason);
    let asked = |reason: Operation, user: Option<&str>| {
        let sources: &[Source] = match reason {
            Operation::Watchlist => &[Source::Watchlist, Source::Feed],
            Operation::Manual | Operation::Trakt => &[],
            _ => &[Source::OnDeck, Source::ContinueWatching],
        };
        sources.iter().any(|source| is_blind(world, *source, user))
    };
    file.pinned
        || file.playing
        || wishes().any(|one| is_blind(world, one.source, Some(&one.user)))
        || file
            .attributions
            .iter()
            .any(|one| !known(&one.user, one.reason) && asked(one.reason, Some(&one.user)))
        || (file.attributions.is_empty() && wishes().next().is_none() && asked(file.operation, None))
}

/// Whether a wish is in force, as far as that does not depend on other wishes.
fn in_force(world: &Snapshot, settings: &Settings, wanted: &Wanted) -> bool {
    let rules = settings.rules(&wanted.user);
    let ahead = match wanted.source {
        Source::OnDeck | Source::ContinueWatching => wanted.ahead <= rules.ahead.episodes,
        Source::Watchlist | Source::Feed => wanted.ahead < rules.watchlist_episodes,
        Source::Manual => return true,
    };
    ahead && wanted.age < SignedDuration::from_hours(72) && !world.inactive.contains(&wanted.user)
}

fn is_wanted(world: &Snapshot, settings: &Settings, file: &Cached) -> bool {
    world.wanted.iter().any(|wanted| wanted.path == file.path && in_force(world, settings, wanted))
        || file.attributions.iter().any(|one| one.reason == Operation::Manual)
        || file.operation == Operation::Manual
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_is_a_function_of_what_is_known_and_of_no_order(world in worlds(), settings in some_settings()) {
        let made = plan(&world, &settings, now());
        let mut turned = world.clone();
        turned.wanted.reverse();
        turned.files.reverse();
        turned.blind.reverse();
        turned.holds.reverse();
        prop_assert_eq!(&made, &plan(&world, &settings, now()));
        prop_assert_eq!(&made, &plan(&turned, &settings, now()));
    }

    #[test]
    fn what_was_planned_and_done_is_not_planned_again(world in worlds(), settings in some_settings()) {
        let done = execute(&world, &plan(&world, &settings, now()));
        let again = plan(&done, &settings, now());
        prop_assert!(again.is_empty(), "{again:#?}\nafter {:#?}", plan(&world, &settings, now()));
    }

    #[test]
    fn nothing_comes_beyond_the_room_and_what_may_leave_does_where_it_shrank(
        world in worlds(),
        settings in some_settings(),
    ) {
        let settings = without_limit(settings);
        let made = plan(&world, &settings, now());
        let done = execute(&world, &made);
        prop_assert_eq!(world.room.capacity(), done.room.capacity());
        let within = taken(&done) <= done.room.capacity();
        prop_assert!(within || made.cache.is_empty());
        prop_assert!(within || done.files.iter().all(|file| must_stay(&world, &settings, file)), "{made:#?}");
    }

    #[test]
    fn what_is_pinned_played_or_blindly_wanted_is_never_given_back(world in worlds(), settings in some_settings()) {
        let settings = without_limit(settings);
        let made = plan(&world, &settings, now());
        for part in made.give_back.iter().flat_map(|step| &step.parts) {
            let file = world.files.iter().find(|file| Some(file.id) == part.file).unwrap();
            prop_assert!(!must_stay(&world, &settings, file), "{file:#?}");
        }
    }

    #[test]
    fn what_is_wanted_leaves_only_for_something_better_or_because_the_room_shrank(
        world in worlds(),
        settings in some_settings(),
    ) {
        let made = plan(&world, &settings, now());
        let done = execute(&world, &made);
        let mark = world.room.limit.map_or(u64::MAX, |limit| limit * u64::from(settings.evict_at) / 100);
        let mark = mark.min(world.room.capacity());
        for step in &made.give_back {
            let file = world.files.iter().find(|file| Some(file.id) == step.parts[0].file).unwrap();
            if step.cause == Some(Cause::Unwanted) {
                prop_assert!(settings.give_back);
                prop_assert!(settings.has_limits() || !is_wanted(&world, &settings, file), "{file:#?}");
                continue;
            }
            // It would not have fitted, even without all that came and is worth no more.
            let no_better = made.cache.iter().filter(|come| come.score <= step.score).map(Step::size).sum::<u64>();
            prop_assert!(taken(&done) - no_better + step.size() > mark, "{made:#?}");
            let was_full = taken(&world) > world.room.capacity();
            if !was_full && is_wanted(&world, &settings, file) && !settings.has_limits() {
                prop_assert!(step.score < settings.evict_below);
                prop_assert!(made.cache.iter().any(|come| come.score > step.score), "{made:#?}");
            }
        }
    }

    #[test]
    fn of_a_show_nothing_comes_where_what_is_before_it_has_no_room(world in worlds(), settings in some_settings()) {
        let settings = without_limit(settings);
        let made = plan(&world, &settings, now());
        let no_room: Vec<&Path> = made
            .refused
            .iter()
            .filter(|one| matches!(one.refusal, Refusal::NoRoom { .. } | Refusal::Gap))
            .map(|one| one.path.as_path())
            .collect();
        let wishes: Vec<&Wanted> = world.wanted.iter().filter(|one| in_force(&world, &settings, one)).collect();
        for step in made.cache.iter().filter(|step| step.parts[0].path == step.path) {
            let own = || wishes.iter().filter(|one| one.path == step.path);
            let Some(nearest) = own().map(|one| one.ahead).min() else { continue };
            let before = |one: &Wanted| {
                let show = &one.series.as_ref()?.show;
                wishes
                    .iter()
                    .filter(|other| other.user == one.user && other.ahead < one.ahead)
                    .filter(|other| other.series.as_ref().is_some_and(|series| series.show == *show))
                    .max_by_key(|other| other.ahead)
                    .map(|other| other.path.as_path())
            };
            let ways: Vec<_> =
                own().filter(|one| one.ahead == nearest).map(|one| before(one)).collect();
            prop_assert!(
                ways.iter().any(|before| before.is_none_or(|before| !no_room.contains(&before))),
                "{} comes: {made:#?}", step.path.display()
            );
        }
    }

    #[test]
    fn who_is_inactive_brings_nothing_and_takes_nothing_from_others(world in worlds(), settings in some_settings()) {
        let mut made = plan(&world, &settings, now());
        let mut without = world.clone();
        without.inactive.clear();
        without.wanted.retain(|one| one.source == Source::Manual || !world.inactive.contains(&one.user));
        made.refused.retain(|one| one.refusal != Refusal::Inactive);
        prop_assert_eq!(made, plan(&without, &settings, now()));
    }

    #[test]
    fn what_is_put_off_does_not_come_and_nothing_leaves_for_it(world in worlds(), settings in some_settings()) {
        let made = plan(&world, &settings, now());
        let waits = |path: &Path| world.put_off.get(path).is_some_and(|until| now() < *until);
        prop_assert!(made.cache.iter().flat_map(|step| &step.parts).all(|part| !waits(&part.path)));
        // Of what is here nothing is put off.
        let mut here = world.clone();
        here.put_off.retain(|path, _| world.files.iter().any(|file| file.path == *path));
        let mut none = world.clone();
        none.put_off.clear();
        let free = plan(&none, &settings, now());
        // What leaves for room does not come back at once, and so leaves no gap.
        if free.give_back.iter().all(|step| !waits(&step.path)) {
            prop_assert_eq!(&plan(&here, &settings, now()), &free);
        }
        // What is wanted stays wanted.
        let unwanted = |made: &Plan| -> BTreeSet<PathBuf> {
            let steps = made.give_back.iter().filter(|step| step.cause == Some(Cause::Unwanted));
            steps.map(|step| step.path.clone()).collect()
        };
        prop_assert_eq!(unwanted(&made), unwanted(&free));
    }

    #[test]
    fn every_score_is_the_sum_of_its_reasons(world in worlds(), settings in some_settings()) {
        let made = plan(&world, &settings, now());
        let steps = made.cache.iter().chain(&made.give_back).map(|step| (step.score, &step.why));
        let kept = made.keep.iter().map(|kept| (kept.score, &kept.why));
        for (score, why) in steps.chain(kept) {
            prop_assert_eq!(i32::from(score), why.iter().map(|reason| reason.points).sum::<i32>());
        }
        let files = made.keep.len() + made.give_back.iter().map(|step| step.parts.len()).sum::<usize>();
        prop_assert_eq!(files, world.files.len(), "every file stays or leaves, once");
    }
}
