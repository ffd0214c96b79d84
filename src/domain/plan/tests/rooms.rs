//! Who gets the room, in cases that can be counted on fingers.

use super::*;

/// A wish that is worth 45, 55 or 65.
fn watchlisted(name: &str, days: i64) -> Wanted {
    Wanted { since: days_ago(days), ..wish(name, "user1", Source::Watchlist) }
}

fn file(name: &str) -> Cached {
    cached_for(name, "user1", Operation::Watchlist)
}

fn brim(snapshot: &Snapshot) -> Plan {
    plan(snapshot, &to_the_brim(), now())
}

#[test]
fn the_strongest_come_first_and_nothing_goes_over_the_limit() {
    let wanted = vec![watchlisted("old", 61), wish("deck", "user1", Source::OnDeck), watchlisted("new", 1)];
    let plan = brim(&limited(2, wanted, vec![]));
    assert_eq!(cache(&plan), ["deck", "new"]);
    assert_eq!(refusals(&plan), [Refusal::NoRoom { missing: GB }]);
}

#[test]
fn the_least_valuable_leave_first_and_only_as_many_as_must() {
    let wanted = vec![
        watchlisted("old", 61),
        watchlisted("older", 99),
        watchlisted("plain", 10),
        wish("deck", "user2", Source::OnDeck),
    ];
    let plan = brim(&limited(3, wanted, vec![file("old"), file("older"), file("plain")]));
    assert_eq!((cache(&plan), give_back(&plan)), (vec!["deck".to_owned()], vec!["older".to_owned()]));
    assert_eq!(plan.give_back[0].cause, Some(Cause::Room));
}

#[test]
fn nothing_leaves_for_something_that_is_worth_no_more() {
    let wanted = vec![watchlisted("here", 10), watchlisted("there", 10), watchlisted("old", 61)];
    let plan = brim(&limited(1, wanted, vec![file("here")]));
    assert!(plan.is_empty());
}

#[test]
fn what_reaches_the_threshold_leaves_for_nobody() {
    let wanted = vec![watchlisted("here", 1), wish("deck", "user1", Source::OnDeck)];
    let plan = brim(&limited(1, wanted, vec![file("here")]));
    assert!(plan.is_empty(), "65 stays, although 70 would come");
}

#[test]
fn a_large_file_leaves_only_where_smaller_ones_are_not_enough() {
    let wanted =
        vec![watchlisted("large", 10), watchlisted("small", 61), wish("deck", "user1", Source::OnDeck)];
    let large = Cached { size: 5 * GB, ..file("large") };
    let plan = brim(&limited(6, wanted, vec![large, file("small")]));
    assert_eq!((cache(&plan), give_back(&plan)), (vec!["deck".to_owned()], vec!["small".to_owned()]));
}

#[test]
fn eviction_starts_at_the_mark_once_something_better_comes() {
    let old: Vec<_> = (0..10).map(|n| format!("old{n}")).collect();
    let mut wanted: Vec<_> = old.iter().map(|name| watchlisted(name, 61)).collect();
    let files: Vec<_> = old[..9].iter().map(|name| file(name)).collect();
    let mut known = limited(10, wanted.clone(), files);
    assert!(made(&known).is_empty(), "the tenth would go beyond 90 %");
    wanted.push(wish("deck", "user1", Source::OnDeck));
    known.wanted = wanted;
    assert_eq!((cache(&made(&known)).len(), give_back(&made(&known)).len()), (1, 1));
    known.files.push(file("old9"));
    known.room.used += GB;
    known.wanted.pop();
    assert!(made(&known).is_empty(), "what is wanted stays while nothing better comes");
}

#[test]
fn a_limit_that_was_lowered_is_kept_to_by_what_is_worth_least() {
    let wanted = vec![
        wish("deck", "user1", Source::OnDeck),
        watchlisted("new", 1),
        wish("pinned", "user1", Source::Watchlist),
    ];
    let pinned = Cached { pinned: true, ..file("pinned") };
    let deck = cached_for("deck", "user1", Operation::Ondeck);
    let known = limited(2, wanted, vec![deck, file("new"), pinned]);
    assert_eq!(give_back(&brim(&known)), ["new"]);
    let known = limited(0, known.wanted, known.files);
    assert_eq!(give_back(&brim(&known)), ["new", "deck"], "what is pinned stays whatever the limit is");
}

#[test]
fn the_volume_keeps_its_free_bytes_and_those_that_are_promised() {
    let mut known =
        snapshot(vec![wish("a", "user1", Source::OnDeck), wish("b", "user1", Source::OnDeck)], vec![]);
    known.room = Room { limit: None, min_free: 5 * GB, free: 7 * GB, used: 0, pending: 0 };
    assert_eq!(cache(&made(&known)), ["a", "b"]);
    known.room.pending = GB;
    assert_eq!(cache(&made(&known)), ["a"]);
    known.room.free = 5 * GB;
    assert!(made(&known).is_empty());
}

#[test]
fn what_is_given_back_makes_room_for_what_comes() {
    let wanted = vec![watchlisted("there", 61)];
    let plan = brim(&limited(1, wanted, vec![file("unwanted")]));
    assert_eq!((cache(&plan), give_back(&plan)), (vec!["there".to_owned()], vec!["unwanted".to_owned()]));
}

#[test]
fn companions_come_stay_and_leave_with_their_video_and_count() {
    let mut known = limited(2, vec![wish("a", "user1", Source::OnDeck)], vec![]);
    let beside = Companion { path: path("a.srt"), size: 2 * GB };
    known.companions.insert(path("a"), vec![beside]);
    assert_eq!(refusals(&brim(&known)), [Refusal::NoRoom { missing: GB }]);
    known.room.limit = Some(3 * GB);
    let plan = brim(&known);
    assert_eq!(plan.cache[0].parts.len(), 2);
    assert_eq!(plan.cache[0].size(), 3 * GB);

    known.files = vec![cached_for("a", "user1", Operation::Ondeck)];
    known.room.used = GB;
    let plan = brim(&known);
    let parts: Vec<_> = plan.cache[0].parts.iter().map(|part| part.path.clone()).collect();
    assert_eq!(parts, [path("a.srt")], "one that was added later comes alone");

    let subtitle = Cached { size: 2 * GB, companion_of: Some(path("a")), ..cached("a.srt") };
    known.files.insert(0, subtitle);
    known.room.used = 3 * GB;
    assert!(brim(&known).is_empty());
    known.wanted.clear();
    let plan = brim(&known);
    let parts: Vec<_> = plan.give_back[0].parts.iter().map(|part| part.path.clone()).collect();
    assert_eq!((plan.give_back.len(), parts), (1, vec![path("a"), path("a.srt")]));
}

#[test]
fn of_a_show_a_beginning_is_kept_and_the_farthest_leave_first() {
    let wanted = episodes("user1", Source::Watchlist, 3);
    let plan = brim(&limited(2, wanted.clone(), vec![]));
    assert_eq!(cache(&plan), ["S01E01.mkv", "S01E02.mkv"]);

    let files: Vec<_> =
        wanted.iter().map(|one| file(one.path.file_name().unwrap().to_str().unwrap())).collect();
    let mut known = limited(3, wanted, files);
    // Used a moment ago, and cached lately: it leaves first all the same.
    known.files[2].last_accessed = Some(hours_ago(1));
    known.files[2].cached_at = hours_ago(1);
    known.wanted.push(wish("deck", "user2", Source::OnDeck));
    assert_eq!(give_back(&brim(&known)), ["S01E03.mkv"]);
}

#[test]
fn an_episode_does_not_come_where_the_one_before_it_has_no_room() {
    let mut wanted = episodes("user1", Source::OnDeck, 3);
    wanted[1].size = 3 * GB;
    let plan = brim(&limited(2, wanted, vec![]));
    assert_eq!(cache(&plan), ["S01E01.mkv"]);
    assert_eq!(refusals(&plan), [Refusal::NoRoom { missing: 2 * GB }, Refusal::Gap]);
}

#[test]
fn whoever_is_farther_in_a_show_is_not_held_up_by_whoever_begins_it() {
    let mut wanted = episodes("user1", Source::OnDeck, 3);
    wanted[1].size = 9 * GB;
    let mut current = wanted[2].clone();
    current.ahead = 0;
    current.user = "user2".to_owned();
    wanted.push(current);
    let plan = brim(&limited(2, wanted, vec![]));
    assert_eq!(cache(&plan), ["S01E03.mkv", "S01E01.mkv"]);
}

#[test]
fn what_a_person_removed_leaves_no_gap_that_holds_up_the_rest() {
    let mut known = snapshot(episodes("user1", Source::OnDeck, 3), vec![]);
    let until = now().plus(SignedDuration::from_hours(1));
    known.holds.push(Hold { path: path("S01E02.mkv"), user: "user1".to_owned(), until });
    assert_eq!(cache(&made(&known)), ["S01E01.mkv", "S01E03.mkv"]);
}
