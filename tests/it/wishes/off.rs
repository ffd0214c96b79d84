//! A source that is off is not asked, and nothing of it holds; turned on again it begins anew.

use cacherr::demo::plex::Fault;
use cacherr::domain::rules::{Exception, Rules, UserKind};

use super::*;

/// Which lines are of this source.
fn of(lines: &[String], user: &str, source: &str) -> usize {
    lines.iter().filter(|line| line.starts_with(&format!("{user} {source} "))).count()
}

fn no_watchlist() -> Exception {
    Exception { watchlist: Some(false), ..Exception::default() }
}

#[tokio::test]
async fn what_is_off_for_everybody_is_asked_for_nobody() {
    let mut den = Den::without_share_tokens(true).await;
    den.everybody_wishes();
    den.house = House::for_all(Rules { watchlist: false, continue_watching: false, ..Rules::default() });
    den.open().await;
    for path in ["/hubs/continueWatching", "/library/sections/watchlist"] {
        den.simulator.faults().add(path, 9, Fault::Dropped);
    }
    let lines = den.ask().await;
    assert!(!lines.is_empty() && lines.iter().all(|line| line.contains(" on_deck ")), "{lines:?}");
    assert!(den.known().standings.iter().all(|one| one.answer.source == Source::OnDeck));
    assert!(den.blind().is_empty(), "who is not asked is not blind");
    let left: Vec<_> = den.simulator.faults().left().iter().map(|rule| rule.times).collect();
    assert_eq!(left, [9, 9], "nobody went there");
}

#[tokio::test]
async fn what_is_off_for_one_of_them_is_asked_for_the_others() {
    let mut den = Den::without_share_tokens(true).await;
    den.everybody_wishes();
    den.house = House::default()
        .with_kind(UserKind::Home, no_watchlist())
        .with_kind(UserKind::Shared, Exception { continue_watching: Some(false), ..Exception::default() });
    den.open().await;
    let lines = den.ask().await;
    assert_eq!((of(&lines, "Anna", "watchlist"), of(&lines, "Ben", "watchlist")), (1, 0), "{lines:?}");
    assert_eq!(of(&lines, "Anna", "continue_watching"), 1, "{lines:?}");
    assert_eq!(of(&lines, "Bob", "continue_watching"), 0, "{lines:?}");
    assert!(of(&lines, "Bob", "on_deck") > 0, "{lines:?}");
}

#[tokio::test]
async fn what_was_said_before_it_was_off_holds_no_more_and_on_again_it_begins_anew() {
    let mut den = Den::new().await;
    den.everybody_wishes();
    den.ask().await;
    assert!(of(&den.lines(), "Ben", "watchlist") > 0);
    let first = den.standing("Ben", Source::Watchlist).answer.first_asked;

    den.house = House::default().with_person("Ben", no_watchlist());
    den.pass(60);
    den.restart().await;
    assert_eq!(of(&den.lines(), "Ben", "watchlist"), 0, "before anybody is asked");
    let lines = den.ask().await;
    assert_eq!((of(&lines, "Ben", "watchlist"), of(&lines, "Anna", "watchlist")), (0, 1));
    assert!(den.blind().is_empty());

    den.house = House::default();
    den.pass(60);
    den.restart().await;
    assert_eq!(of(&den.lines(), "Ben", "watchlist"), 0, "nobody has said it since");
    assert!(of(&den.ask().await, "Ben", "watchlist") > 0);
    let standing = den.standing("Ben", Source::Watchlist);
    assert!(standing.answer.first_asked > first);
    let item = standing.answer.items().next().unwrap().first_said;
    assert!(item > first, "it is wanted since then");
}

#[tokio::test]
async fn what_is_off_for_a_kind_holds_until_it_is_known_who_is_of_it() {
    let mut den = Den::new().await;
    den.everybody_wishes();
    den.ask().await;
    den.house = House::default().with_kind(UserKind::Home, no_watchlist());
    den.pass(60);
    den.restart().await;
    assert!(of(&den.lines(), "Ben", "watchlist") > 0, "Ben may be anybody");
    assert_eq!(of(&den.ask().await, "Ben", "watchlist"), 0);
    assert!(of(&den.lines(), "Anna", "watchlist") > 0);
}
