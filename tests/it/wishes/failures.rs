//! Whatever goes wrong, no wish is lost: it stays in force with its age.

use cacherr::demo::plex::Fault;

use super::*;
use crate::support::faults::of_answers;

/// Where sources ask, and at last everything at once.
const PATHS: [&str; 6] = [
    "/library/sections",
    "/hubs/continueWatching",
    "/library/sections/watchlist",
    "/library/all",
    "/library/metadata",
    "/",
];

#[tokio::test]
async fn no_failure_of_any_source_loses_an_item() {
    loses_nothing(&busy(true).await, &PATHS).await;
}

#[tokio::test]
async fn no_failure_of_the_history_loses_an_item() {
    let den = busy(false).await;
    // One of the two that Bob has played last.
    let played = format!("/library/metadata/{}", den.episodes[1]);
    loses_nothing(&den, &["/status/sessions/history", "/library/metadata", &played]).await;
}

/// Everybody wishes, and Bob goes on with two shows.
async fn busy(tells_share_tokens: bool) -> Den {
    let mut den = Den::without_share_tokens(tells_share_tokens).await;
    den.everybody_wishes();
    den.watch(BOB, den.episodes[1]);
    let other = den.world().add(den.series, Video::new("Andor").year(2022)).unwrap();
    for (index, file) in [(1, "/media/Series/a1.mkv"), (2, "/media/Series/a2.mkv")] {
        let episode = den.world().add_episode(other, 1, index, Video::new("A").file(file)).unwrap();
        if index == 1 {
            den.watch(BOB, episode);
        }
    }
    den.open().await;
    den
}

async fn loses_nothing(den: &Den, paths: &[&str]) {
    let before = den.ask().await;
    assert!(before.len() >= 12, "{before:?}");
    let first = den.clock.now();
    for path in paths {
        for fault in of_answers() {
            for times in [1, u32::MAX] {
                den.pass(20);
                den.simulator.faults().add(path, times, fault.clone());
                assert_eq!(den.ask().await, before, "{path} {fault:?} {times}");
                den.simulator.faults().clear();
                assert_eq!(den.ask().await, before, "{path} {fault:?}: it is over");
                let wanted = den.wanted();
                assert!(wanted.iter().all(|one| one.age.is_zero() && one.since == first), "{wanted:?}");
            }
        }
    }
    assert!(den.known().standings.iter().all(|one| one.trouble.is_none()));
}

#[tokio::test]
async fn what_was_said_is_there_after_a_restart_and_holds_for_the_grace() {
    let mut den = Den::new().await;
    den.everybody_wishes();
    let before = den.ask().await;
    den.simulator.faults().add("/", u32::MAX, Fault::Dropped);
    den.pass(60);
    den.restart().await;
    assert_eq!(den.lines(), before, "nobody was asked yet");
    assert_eq!(den.known().asked_at, None);
    // However long the machine was off: that is no failure.
    den.pass(30 * 24 * 60);
    den.ask().await;
    den.pass(71 * 60);
    assert_eq!(den.ask().await, before);
    assert!(den.wanted().iter().all(|one| one.age == SignedDuration::from_hours(71)));
    assert!(den.blind().is_empty(), "they have answered before");
    den.pass(61);
    assert_eq!(den.ask().await, [] as [&str; 0], "after the grace nobody believes it any more");
    den.simulator.faults().clear();
    den.household.as_ref().unwrap().people().refresh().await;
    assert_eq!(den.ask().await, before);
}

#[tokio::test]
async fn a_source_that_never_answered_is_blind_until_it_does_or_the_grace_ends() {
    let den = Den::new().await;
    den.everybody_wishes();
    den.simulator.faults().add("/hubs/continueWatching", u32::MAX, Fault::Page { status: 500 });
    let deck = format!("/library/sections/{}/onDeck", den.movies);
    den.simulator.faults().add(&deck, 1, Fault::Truncated);
    den.ask().await;
    let begun = ["Anna", "Ben", "Bob"].map(|user| format!("{user} continue_watching"));
    // One section of Anna's was not told either.
    assert_eq!(den.blind(), [&begun[..1], &["Anna on_deck".to_owned()], &begun[1..]].concat());
    den.pass(1);
    den.ask().await;
    assert_eq!(den.blind(), begun);
    den.pass(73 * 60);
    den.ask().await;
    assert!(den.blind().is_empty());
    den.simulator.faults().clear();
    let lines = den.ask().await;
    assert!(lines.contains(&"Bob continue_watching continue_watching 0 Movies/Dune.mkv".to_owned()));
}

#[tokio::test]
async fn nothing_is_written_where_nothing_changed() {
    let den = Den::new().await;
    den.everybody_wishes();
    den.ask().await;
    let before = std::fs::read(den.folder.path().join("store.redb")).unwrap();
    den.pass(15);
    den.ask().await;
    assert_eq!(std::fs::read(den.folder.path().join("store.redb")).unwrap(), before);
}
