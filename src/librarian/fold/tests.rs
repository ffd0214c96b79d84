use proptest::prelude::*;

use super::*;
use crate::domain::answer::ItemFile;
use crate::domain::file::{Metadata, Operation};
use crate::domain::wanted::Source;

const NOW: Time = Time::from_micros(1_790_000_000_000_000);

fn item(key: u8, first_said: Time) -> Item {
    Item {
        key: key.to_string(),
        guid: key.is_multiple_of(2).then(|| format!("plex://movie/{key}")),
        files: vec![ItemFile { path: format!("/media/{key}.mkv"), size: u64::from(key) }],
        operation: Operation::Ondeck,
        ahead: 0,
        minutes: 0,
        series: None,
        metadata: Metadata::default(),
        first_said,
    }
}

fn fault() -> Fault {
    Fault { code: "server_error", sentence: "it failed".to_owned() }
}

fn fresh() -> Answer {
    Answer::unheard(1, Source::OnDeck, "user1".to_owned(), NOW)
}

fn later(minutes: i64) -> Time {
    NOW.plus(SignedDuration::from_mins(minutes))
}

fn says(lists: &[(&str, Option<&[u8]>)], now: Time) -> Said {
    let mut said = Said::default();
    for (name, keys) in lists {
        let list = keys.map(|keys| keys.iter().map(|key| item(*key, now)).collect());
        said.put(*name, list.ok_or_else(fault));
    }
    said
}

fn keys(answer: &Answer) -> Vec<(&str, Vec<&str>)> {
    fn of(list: &List) -> (&str, Vec<&str>) {
        (&list.name, list.items.iter().map(|item| item.key.as_str()).collect())
    }
    answer.lists.iter().map(of).collect()
}

/// One list, full, and then what comes.
fn after(came: &[(i64, Result<&Said, &Fault>)]) -> Answer {
    let full = fold(&fresh(), Ok(&says(&[("1", Some(&[7]))], NOW)), NOW);
    came.iter().fold(full, |last, (minutes, came)| fold(&last, *came, later(*minutes)))
}

#[test]
fn what_comes_empty_is_believed_when_it_comes_empty_again_ten_minutes_later() {
    for empty in [says(&[("1", Some(&[]))], NOW), Said::default()] {
        let gone = after(&[(1, Ok(&empty)), (11, Ok(&empty))]);
        assert_eq!((gone.items().count(), gone.at), (0, Some(later(11))));
        assert!(!fold(&gone, Err(&fault()), later(12)).is_blind(), "it has said that there is nothing");
        for held in [
            after(&[(1, Ok(&empty))]),
            after(&[(1, Ok(&empty)), (2, Ok(&empty)), (10, Ok(&empty))]),
            after(&[(1, Ok(&empty)), (11, Err(&fault())), (12, Ok(&empty))]),
        ] {
            assert_eq!(keys(&held), [("1", vec!["7"])]);
            assert_eq!((held.lists[0].at, held.at.is_some()), (Some(NOW), true), "it is as old as it is");
        }
        let back = says(&[("1", Some(&[7]))], later(11));
        let back = after(&[(1, Ok(&empty)), (11, Ok(&back)), (12, Ok(&empty))]);
        assert_eq!((keys(&back), back.lists[0].doubt), (vec![("1", vec!["7"])], Some(later(12))));
    }
}

#[test]
fn a_clock_that_was_set_back_believes_nothing_sooner() {
    let empty = Said::default();
    let held = after(&[(60, Ok(&empty)), (1, Ok(&empty)), (5, Ok(&empty))]);
    assert_eq!(keys(&held), [("1", vec!["7"])]);
    assert_eq!(keys(&fold(&held, Ok(&empty), later(11))), []);
}

#[test]
fn one_list_that_fails_or_comes_empty_leaves_the_others() {
    let last =
        fold(&fresh(), Ok(&says(&[("1", Some(&[1])), ("2", Some(&[2])), ("3", Some(&[3]))], NOW)), NOW);
    let came = says(&[("1", Some(&[4])), ("2", None), ("3", Some(&[]))], later(1));
    let next = fold(&last, Ok(&came), later(1));
    assert_eq!(keys(&next), [("1", vec!["4"]), ("2", vec!["2"]), ("3", vec!["3"])]);
    assert_eq!(
        next.lists.iter().map(|list| list.at).collect::<Vec<_>>(),
        [Some(later(1)), Some(NOW), Some(NOW)]
    );
    let without = says(&[("1", Some(&[4]))], later(2));
    assert_eq!(keys(&fold(&next, Ok(&without), later(2))), [("1", vec!["4"])], "a list that is no more");
    let mut open = without;
    open.leave_open();
    let held = fold(&next, Ok(&open), later(2));
    assert_eq!(keys(&held), keys(&next), "nobody said that those are no more");
    assert_eq!(held.lists[2].doubt, None);
}

#[test]
fn who_never_answered_is_blind_and_a_list_that_never_did_makes_blind() {
    assert!(fresh().is_blind() && fold(&fresh(), Err(&fault()), NOW).is_blind());
    let empty = fold(&fresh(), Ok(&Said::default()), NOW);
    assert!(!empty.is_blind(), "nothing is an answer, too");
    let half = fold(&empty, Ok(&says(&[("1", Some(&[1])), ("2", None)], NOW)), NOW);
    assert!(half.is_blind());
    let whole = fold(&half, Ok(&says(&[("1", Some(&[1])), ("2", Some(&[]))], NOW)), NOW);
    assert!(!whole.is_blind() && !fold(&whole, Ok(&says(&[("1", None), ("2", None)], NOW)), NOW).is_blind());
}

#[test]
fn an_item_that_comes_under_another_number_or_in_another_list_is_the_same() {
    let mut said = says(&[("2", Some(&[8]))], later(60));
    let mut moved = item(8, later(60));
    moved.key = "900".to_owned();
    moved.files = vec![];
    said.put("2", Ok(vec![moved]));
    let last = fold(&fresh(), Ok(&says(&[("1", Some(&[8]))], NOW)), NOW);
    let next = fold(&last, Ok(&said), later(60));
    assert_eq!(next.lists[0].items[0].first_said, NOW);
    assert_eq!(next.lists[0].items[0].files, item(8, NOW).files, "a file that is not named is not gone");
}

#[test]
fn a_confirmation_is_written_down_once_an_hour_and_a_change_at_once() {
    let last = after(&[]);
    let same = |minutes| fold(&last, Ok(&says(&[("1", Some(&[7]))], later(minutes))), later(minutes));
    assert!(is_news(None, &last) && !is_news(Some(&last), &last));
    assert!(!is_news(Some(&last), &same(59)) && is_news(Some(&last), &same(60)));
    for other in [
        fold(&last, Ok(&says(&[("1", Some(&[7, 8]))], NOW)), NOW),
        fold(&last, Ok(&Said::default()), NOW),
        fold(&last, Ok(&says(&[("2", Some(&[7]))], NOW)), NOW),
    ] {
        assert!(is_news(Some(&last), &other));
    }
    let silent = |last: &Answer, minutes| fold(last, Err(&fault()), later(minutes));
    let failed = silent(&last, 500);
    assert!(is_news(Some(&last), &failed), "that it fell silent is news, once");
    assert!(!is_news(Some(&failed), &silent(&failed, 999)));
}

#[test]
fn what_was_said_holds_for_the_grace_from_the_first_failure_on_however_long_nobody_asked() {
    let grace = SignedDuration::from_hours(72);
    let week = 7 * 24 * 60;
    let holds = |answer: &Answer, minutes| answer.in_force(later(minutes), grace).next().is_some();
    let last = after(&[]);
    assert!(holds(&last, 10 * week), "who was not asked has not failed");
    let failed = fold(&last, Err(&fault()), later(week));
    let failed = fold(&failed, Err(&fault()), later(week + 60));
    assert_eq!(failed.lists[0].silence(later(week + 60)), SignedDuration::from_hours(1));
    assert!(holds(&failed, week + 72 * 60) && !holds(&failed, week + 72 * 60 + 1));
    let back = fold(&failed, Ok(&says(&[("1", Some(&[7]))], later(week + 61))), later(week + 61));
    assert_eq!(back.lists[0].silent, None, "one answer ends the silence");
    let set_back = fold(&failed, Err(&fault()), later(0));
    assert_eq!(set_back.lists[0].silent, Some(later(0)), "a clock that was set back ends nothing sooner");
}

/// Lists by name, with the keys of their items; none where a list could not be asked for.
type Lists = Vec<(u8, Option<Vec<u8>>)>;

/// A question and what came of it, so many minutes after the one before; and whether that was left open.
fn question() -> impl Strategy<Value = (i64, Option<Lists>, bool)> {
    let list = (0..4_u8, prop::option::weighted(0.8, prop::collection::vec(0..8_u8, 0..4)));
    let lists = prop::option::weighted(0.8, prop::collection::vec(list, 0..4));
    (0..40_i64, lists, prop::bool::weighted(0.2))
}

fn said(lists: &[(u8, Option<Vec<u8>>)], is_open: bool, now: Time) -> Said {
    let mut said = Said::default();
    if is_open {
        said.leave_open();
    }
    for (name, keys) in lists {
        let items = keys.as_ref().map(|keys| keys.iter().map(|key| item(*key, now)).collect());
        said.put(name.to_string(), items.ok_or_else(fault));
    }
    said
}

proptest! {
    #[test]
    fn no_failure_ever_removes_an_item_and_who_was_first_stays_first(
        questions in prop::collection::vec(question(), 1..12),
    ) {
        let (mut last, mut now) = (fresh(), NOW);
        for (minutes, came, is_open) in questions {
            now = now.plus(SignedDuration::from_mins(minutes));
            let came = came.map(|lists| said(&lists, is_open, now));
            let failed = fault();
            let next = fold(&last, came.as_ref().ok_or(&failed), now);
            for list in &last.lists {
                let kept = next.lists.iter().find(|one| one.name == list.name);
                let asked = came.as_ref().map(|said| (said.list(&list.name), said.is_empty(), is_open));
                match asked {
                    // The question failed, or this list of it, or nobody could say whether it is one: all as it was.
                    None | Some((Some(Err(_)), _, _) | (None, _, true)) => {
                        let kept = kept.unwrap();
                        prop_assert_eq!((&kept.items, kept.at), (&list.items, list.at));
                    }
                    // It came empty, or everything did: only what was doubted for long enough goes.
                    Some((Some(Ok([])), _, _) | (None, true, false)) if !list.items.is_empty() => {
                        let doubted = list.doubt.is_some_and(|since| now.since(since) >= DOUBT);
                        let items = kept.map(|kept| &*kept.items).unwrap_or_default();
                        prop_assert_eq!(items, if doubted { &[] } else { &*list.items });
                    }
                    _ => {}
                }
            }
            for item in next.items() {
                let before: Vec<Time> =
                    last.items().filter(|known| known.is(item)).map(|known| known.first_said).collect();
                if let Some(first) = before.iter().min() {
                    prop_assert!(item.first_said <= *first);
                }
                prop_assert!(!item.files.is_empty() && item.first_said <= now);
            }
            for list in &next.lists {
                let older = list.at.is_none_or(|at| at <= now);
                prop_assert!(older && next.first_asked == NOW);
            }
            if came.is_none() {
                prop_assert_eq!(next.at, last.at, "a failure is not an answer");
            }
            prop_assert_eq!(&fold(&next, Err(&failed), now).lists.len(), &next.lists.len());
            last = next;
        }
    }
}
