//! Whatever goes wrong with a source, no file is given back for it; and when all is well again, what really has ended is.

use cacherr::demo::plex::Fault;

use super::*;
use crate::support::faults::of_answers;

/// Whether nobody can tell from it what is wished for.
fn is_silence(fault: &Fault) -> bool {
    matches!(
        fault,
        Fault::TooManyRequests { .. }
            | Fault::TokenExpired
            | Fault::Page { .. }
            | Fault::Truncated
            | Fault::Dropped
    )
}

#[derive(Clone, Copy, Debug)]
enum From {
    Deck,
    Begun,
    Watchlist,
}

impl From {
    /// Where it asks, and whatever it asks of the library.
    fn paths(self) -> &'static [&'static str] {
        match self {
            Self::Deck => &["/library/sections", "/library/metadata"],
            Self::Begun => &["/hubs/continueWatching", "/library/metadata"],
            Self::Watchlist => &["/library/sections/watchlist", "/library/all", "/"],
        }
    }
}

/// A wish of each source, which can be ended.
struct Scene {
    house: House,
    films: [RatingKey; 3],
    episodes: Vec<RatingKey>,
}

const CACHED: [&str; 5] = ["Begun.mkv", "Listed.mkv", "S01E02.mkv", "S02E01.mkv", "Shared.mkv"];

impl Scene {
    async fn new() -> Self {
        let house = House::new().await;
        let (_, episodes) = house.show();
        let films = ["Begun.mkv", "Listed.mkv", "Shared.mkv"].map(|name| house.film(name));
        let scene = Self { house, films, episodes };
        scene.wish();
        scene.house.cycle().await;
        scene.nothing_is_missing("at the beginning").await;
        scene
    }

    fn wish(&self) {
        let Self { house, films: [begun, listed, shared], episodes } = self;
        house.world().mark_seen(KID, episodes[1]);
        house.begin(KID, *begun);
        house.wish(KID, *listed);
        house.begin(FRIEND, *shared);
    }

    fn end(&self, from: From) {
        let Self { house, films: [begun, ..], episodes } = self;
        match from {
            From::Deck => house.world().mark_unseen(KID, episodes[1]),
            From::Begun => house.world().mark_unseen(KID, *begun),
            From::Watchlist => house.wish_no_more(KID, "Listed.mkv"),
        }
    }

    /// What is left when all is well again, and only this has ended.
    fn left(from: From) -> Vec<&'static str> {
        let ended: &[&str] = match from {
            From::Deck => &["S01E02.mkv", "S02E01.mkv"],
            From::Begun => &["Begun.mkv"],
            From::Watchlist => &["Listed.mkv"],
        };
        CACHED.into_iter().filter(|name| !ended.contains(name)).collect()
    }

    async fn nothing_is_missing(&self, when: &str) {
        assert_eq!(self.house.names().await, CACHED, "{when}");
    }

    /// Cycles through an hour.
    async fn an_hour(&self, when: &str) {
        for minutes in [0, 12, 20, 20] {
            self.house.app.pass(MINUTE * minutes).await;
            self.house.cycle().await;
            self.nothing_is_missing(when).await;
        }
    }
}

async fn gives_nothing_back_for_failures_of(from: From) {
    let scene = Scene::new().await;
    let Scene { house, .. } = &scene;
    for fault in of_answers() {
        for path in from.paths() {
            let what = format!("{from:?} {path} {fault:?}");
            house.simulator.faults().add(path, u32::MAX, fault.clone());
            // An empty list is believed when it comes twice, ten minutes apart.
            house.cycle().await;
            scene.nothing_is_missing(&what).await;
            if is_silence(&fault) {
                house.app.pass(DOUBT).await;
                scene.end(from);
                house.cycle().await;
                scene.nothing_is_missing(&format!("{what}, and it has ended")).await;
            }
            house.simulator.faults().clear();
            if is_silence(&fault) {
                house.cycles().await;
                assert_eq!(house.names().await, Scene::left(from), "{what}: all is well, it has ended");
                scene.wish();
            }
            house.cycle().await;
            scene.nothing_is_missing(&format!("{what}: all is well")).await;
        }
    }
    scene.house.stop().await;
}

#[tokio::test]
async fn no_failure_of_a_deck_gives_anything_back_and_its_real_end_does() {
    gives_nothing_back_for_failures_of(From::Deck).await;
}

#[tokio::test]
async fn no_failure_of_what_was_begun_gives_anything_back_and_its_real_end_does() {
    gives_nothing_back_for_failures_of(From::Begun).await;
}

#[tokio::test]
async fn no_failure_of_a_watchlist_gives_anything_back_and_its_real_end_does() {
    gives_nothing_back_for_failures_of(From::Watchlist).await;
}

#[tokio::test]
async fn plex_tv_away_for_an_hour_gives_nothing_back() {
    let scene = Scene::new().await;
    for host in ["plex.tv", "clients.plex.tv", "discover.provider.plex.tv", "community.plex.tv"] {
        scene.house.simulator.faults().add_at(host, "/", u32::MAX, Fault::Dropped);
    }
    scene.house.meet().await;
    scene.an_hour("plex.tv is away").await;
    scene.house.simulator.faults().clear();
    scene.house.meet().await;
    scene.an_hour("it is back").await;
    scene.end(From::Watchlist);
    scene.house.cycles().await;
    assert_eq!(scene.house.names().await, Scene::left(From::Watchlist));
    scene.house.stop().await;
}

#[tokio::test]
async fn a_token_that_was_revoked_gives_nothing_back_and_concerns_nobody_else() {
    let scene = Scene::new().await;
    for token in [person(FRIEND).server_token, person(FRIEND).account_token] {
        scene.house.world().revoke(&token);
    }
    scene.house.meet().await;
    scene.an_hour("what user3 wishes for").await;
    // What user2 is through with leaves meanwhile.
    scene.end(From::Begun);
    scene.house.cycles().await;
    assert_eq!(scene.house.names().await, Scene::left(From::Begun));
    scene.house.stop().await;
}

#[tokio::test]
async fn the_owners_token_revoked_gives_nothing_back() {
    let scene = Scene::new().await;
    scene.house.world().revoke(&person(OWNER).account_token);
    scene.house.meet().await;
    scene.an_hour("without the owner").await;
    scene.house.stop().await;
}

#[tokio::test]
async fn a_server_that_starts_anew_gives_nothing_back() {
    let scene = Scene::new().await;
    for fault in [Fault::Dropped, Fault::Page { status: 503 }, Fault::Page { status: 404 }] {
        scene.house.simulator.faults().add("/", u32::MAX, fault);
        scene.house.meet().await;
        scene.an_hour("nobody answers").await;
        scene.house.simulator.faults().clear();
        // It answers, and has not read its lists yet.
        scene.house.simulator.faults().add("/", u32::MAX, Fault::NoMetadata);
        scene.house.cycle().await;
        scene.nothing_is_missing("its lists are empty").await;
        scene.house.simulator.faults().clear();
        scene.house.meet().await;
        scene.an_hour("it is there again").await;
    }
    scene.house.stop().await;
}

#[tokio::test]
async fn what_never_answered_since_a_start_gives_nothing_back() {
    let mut scene = Scene::new().await;
    scene.house.simulator.faults().add("/", u32::MAX, Fault::Dropped);
    scene.house.app.restart().await;
    scene.house.meet().await;
    scene.an_hour("after a start that nobody answers").await;
    scene.house.simulator.faults().clear();
    scene.house.meet().await;
    scene.an_hour("it answers").await;
    scene.house.stop().await;
}

#[tokio::test]
async fn a_library_that_was_emptied_on_disk_gives_nothing_back_and_loses_nothing() {
    let scene = Scene::new().await;
    let (library, away) = (scene.house.app.library.clone(), scene.house.app.library.with_extension("away"));
    std::fs::rename(&library, &away).unwrap();
    for _ in 0..4 {
        scene.house.app.pass(DOUBT).await;
        // It may fail; it may not conclude.
        if let Ok(job) = scene.house.app.librarian().run(&"test".into()).await {
            scene.house.app.ended(&job.to_string()).await;
        }
        scene.nothing_is_missing("while the library is away").await;
    }
    std::fs::rename(&away, &library).unwrap();
    scene.an_hour("it is back").await;
    scene.house.stop().await;
}

#[tokio::test]
async fn what_was_silent_for_longer_than_its_grace_is_wanted_no_more_and_nothing_is_lost_by_that() {
    let scene = Scene::new().await;
    scene.house.simulator.faults().add("/", u32::MAX, Fault::Dropped);
    // As if the machine had been off for a month: the grace begins with the first question in vain.
    for hours in [30 * 24, 70] {
        scene.house.app.pass(SignedDuration::from_hours(hours)).await;
        scene.house.cycle().await;
        scene.nothing_is_missing("within the grace").await;
    }
    scene.house.app.pass(SignedDuration::from_hours(3)).await;
    scene.house.cycles().await;
    assert_eq!(scene.house.names().await, [] as [&str; 0]);
    for name in ["Begun.mkv", "Listed.mkv", "Shared.mkv"] {
        assert!(scene.house.app.library.join(name).symlink_metadata().unwrap().is_file(), "{name} is back");
    }
    scene.house.simulator.faults().clear();
    scene.house.meet().await;
    scene.house.cycle().await;
    scene.nothing_is_missing("all is well again").await;
    scene.house.stop().await;
}
