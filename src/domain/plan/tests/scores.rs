//! Scores, added up by hand from the table of defaults.

use super::*;

/// The score of the one file in question, and its reasons in short.
fn score_of(snapshot: &Snapshot) -> (u8, Vec<(i32, &'static str)>) {
    let plan = made(snapshot);
    let (score, why) = match (plan.cache.first(), plan.keep.first()) {
        (Some(step), None) => (step.score, step.why.clone()),
        (None, Some(kept)) => (kept.score, kept.why.clone()),
        other => panic!("not one file: {other:?}"),
    };
    assert_eq!(i32::from(score), why.iter().map(|reason| reason.points).sum::<i32>(), "{why:?}");
    (score, why.iter().map(|reason| (reason.points, reason.text)).collect())
}

fn points(wanted: Vec<Wanted>) -> u8 {
    score_of(&snapshot(wanted, vec![])).0
}

fn since(days: i64, wanted: Wanted) -> Wanted {
    Wanted { since: days_ago(days), ..wanted }
}

#[test]
fn a_film_on_deck_is_worth_fifty_fifteen_and_five() {
    let (score, why) = score_of(&snapshot(vec![wish("a", "user1", Source::OnDeck)], vec![]));
    assert_eq!(score, 70);
    assert_eq!(why, [(50, "every file"), (15, "On Deck"), (5, "wanted")]);
}

#[test]
fn what_has_been_on_deck_for_long_is_worth_less() {
    for (days, score) in [(0, 75), (6, 75), (7, 70), (13, 70), (14, 65), (29, 65), (30, 60), (100, 60)] {
        assert_eq!(points(vec![since(days, wish("a", "user1", Source::OnDeck))]), score, "{days} days");
    }
}

#[test]
fn what_is_new_on_a_watchlist_is_worth_more_and_what_is_old_less() {
    for (days, score) in [(0, 65), (6, 65), (7, 55), (60, 55), (61, 45)] {
        assert_eq!(points(vec![since(days, wish("a", "user1", Source::Watchlist))]), score, "{days} days");
    }
}

#[test]
fn users_count_five_each_and_fifteen_at_most() {
    for (users, score) in [(1, 55), (2, 60), (3, 65), (4, 65), (9, 65)] {
        let wanted: Vec<_> =
            (0..users).map(|user| wish("a", &format!("user{user}"), Source::Watchlist)).collect();
        assert_eq!(points(wanted), score, "{users} users");
    }
    let twice = vec![wish("a", "user1", Source::Watchlist), wish("a", "user1", Source::Feed)];
    assert_eq!(points(twice), 55);
}

#[test]
fn the_current_episode_counts_fifteen_and_the_first_half_of_the_next_ten() {
    let plan = made(&snapshot(episodes("user1", Source::OnDeck, 6), vec![]));
    let scores: Vec<_> = plan.cache.iter().map(|step| step.score).collect();
    assert_eq!(scores, [85, 80, 80, 70, 70, 70]);
    assert_eq!(cache(&plan)[..2], ["S01E01.mkv", "S01E02.mkv"]);
    let watchlist = made(&snapshot(episodes("user1", Source::Watchlist, 3), vec![]));
    assert!(watchlist.cache.iter().all(|step| step.score == 55), "on a watchlist nothing is current");
}

#[test]
fn half_of_what_is_ahead_is_half_of_what_its_user_looks_ahead() {
    let ahead = Ahead { episodes: 2, minutes: None };
    let settings = ruled("user1", Rules { ahead, ..Rules::default() });
    let plan = plan(&snapshot(episodes("user1", Source::OnDeck, 6), vec![]), &settings, now());
    assert_eq!(plan.cache.iter().map(|step| step.score).collect::<Vec<_>>(), [85, 80, 70]);
}

#[test]
fn what_was_cached_lately_is_worth_more() {
    for (hours, score) in [(0, 75), (23, 75), (24, 73), (71, 73), (72, 70)] {
        let file = Cached { cached_at: hours_ago(hours), ..cached_for("a", "user1", Operation::Ondeck) };
        let known = snapshot(vec![wish("a", "user1", Source::OnDeck)], vec![file]);
        assert_eq!(score_of(&known).0, score, "{hours} hours");
    }
}

#[test]
fn a_subtitle_that_comes_later_makes_its_film_no_younger() {
    let film = Cached { cached_at: hours_ago(30), ..cached_for("a", "user1", Operation::Ondeck) };
    let subtitle = Cached {
        cached_at: hours_ago(1),
        companion_of: Some(path("a")),
        ..cached_for("a.srt", "user1", Operation::Ondeck)
    };
    let known = snapshot(vec![wish("a", "user1", Source::OnDeck)], vec![film, subtitle]);
    assert!(made(&known).keep.iter().any(|kept| kept.score == 73), "{:#?}", made(&known).keep);
}

#[test]
fn what_is_pinned_or_played_is_worth_a_hundred() {
    let pinned = Cached { pinned: true, ..cached("a") };
    assert_eq!(score_of(&snapshot(vec![], vec![pinned])), (100, vec![(100, "pinned")]));
    let playing = Cached { playing: true, pinned: true, ..cached("a") };
    assert_eq!(score_of(&snapshot(vec![], vec![playing])), (100, vec![(100, "somebody plays it")]));
}

#[test]
fn no_score_is_above_a_hundred_and_the_reasons_still_add_up() {
    let mut wanted: Vec<_> =
        ["user1", "user2", "user3"].iter().map(|user| since(1, wish("a", user, Source::OnDeck))).collect();
    wanted[0].series = Some(Series { show: "show".to_owned(), season: 1, episode: 1 });
    wanted.push(since(1, wish("a", "user1", Source::Watchlist)));
    // 50 + 15 + 3 · 5 + 10 + 5 + 15 = 110
    let (score, why) = score_of(&snapshot(wanted, vec![]));
    assert_eq!((score, why.last().copied()), (100, Some((-10, "never more than 100"))));
}

#[test]
fn every_reason_names_whose_wish_it_is() {
    let plan = made(&snapshot(vec![since(1, wish("a", "user7", Source::OnDeck))], vec![]));
    let users: Vec<_> = plan.cache[0].why.iter().map(|reason| reason.user.as_deref()).collect();
    assert_eq!(users, [None, Some("user7"), Some("user7"), Some("user7")]);
}

#[test]
fn weights_are_settings() {
    let weights = Weights { base: 10, on_deck: 40, per_user: 0, ..Weights::default() };
    let settings = Settings { weights, ..Settings::default() };
    let plan = plan(&snapshot(vec![wish("a", "user1", Source::OnDeck)], vec![]), &settings, now());
    assert_eq!(plan.cache[0].score, 50);
}
