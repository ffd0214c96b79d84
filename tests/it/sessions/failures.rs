//! Whatever goes wrong between the server and us: nothing hangs, nothing is forgotten, the status tells the truth.

use cacherr::demo::plex::Fault;

use super::{FRIEND, House, KID};
use crate::support::other::Other;

/// What may befall a question, as the facts of media servers list it.
fn of_answers() -> Vec<(&'static str, Fault)> {
    vec![
        ("429 with a time", Fault::TooManyRequests { retry_after: Some(1) }),
        ("429 without", Fault::TooManyRequests { retry_after: None }),
        ("498", Fault::TokenExpired),
        ("401", Fault::Page { status: 401 }),
        ("403", Fault::Page { status: 403 }),
        ("500", Fault::Page { status: 500 }),
        ("HTML 502", Fault::Page { status: 502 }),
        ("slow body", Fault::Slow { millis: 1500 }),
        ("truncated JSON", Fault::Truncated),
        ("no answer", Fault::Dropped),
        ("no list", Fault::NoMetadata),
        ("ids as numbers", Fault::IdsAsNumbers),
        ("ids as text", Fault::IdsAsText),
        ("truth as numbers", Fault::TruthAsNumbers),
        ("fields that nobody knows", Fault::MoreFields),
        ("paging ignored", Fault::PagingIgnored),
    ]
}

/// What may befall a frame of the line of notices.
fn of_frames() -> Vec<(&'static str, Fault)> {
    vec![
        ("no frame", Fault::Silent),
        ("no wrapper", Fault::Unwrapped),
        ("cut in mid-frame", Fault::CutInFrame),
        ("a flood", Fault::Flood { frames: 1000 }),
        ("stopped twice", Fault::StoppedTwice),
        ("a new key at the end", Fault::NewKeyAtStop),
        ("ids as numbers", Fault::IdsAsNumbers),
        ("fields that nobody knows", Fault::MoreFields),
    ]
}

#[tokio::test]
async fn whatever_the_answer_what_plays_is_cached_and_its_end_is_seen() {
    let house = House::new().await;
    for (n, (what, fault)) in of_answers().into_iter().enumerate() {
        let name = format!("{n}.mkv");
        let film = house.film(&name, 5000);
        house.simulator.faults().add("/status/sessions", 3, fault.clone());
        house.simulator.faults().add("/library/metadata", 1, fault);
        let session = house.play(KID, film);
        let file = house.cached(&name).await;
        assert!(
            file["users"] == serde_json::json!(["user2"]) || file["users"] == serde_json::json!([]),
            "{what}: {file}"
        );
        house.simulator.faults().clear();
        house.world().stop(session).unwrap();
        house.all_ended().await;
        house.until(what, || async { house.state() == "connected" }).await;
        assert_eq!(house.app.media().status().problem, None, "{what}: it is over");
    }
    house.stop().await;
}

#[tokio::test]
async fn whatever_the_frame_what_plays_is_cached_and_its_end_is_seen() {
    let house = House::new().await;
    for (n, (what, fault)) in of_frames().into_iter().enumerate() {
        let name = format!("{n}.mkv");
        let film = house.film(&name, 5000);
        house.simulator.faults().add("/:/websocket", 4, fault);
        let before = house.app.get("/api/cached/statistics").await.is(200)["cache_hit_ratio"].clone();
        let session = house.play(KID, film);
        let file = house.cached(&name).await;
        assert_eq!(file["users"], serde_json::json!(["user2"]), "{what}");
        assert_eq!(house.playing().await.len(), 1, "{what}: one playback");
        house.world().stop(session).unwrap();
        house.all_ended().await;
        house.simulator.faults().clear();
        assert_eq!(before, 0.0, "each was a miss, once");
    }
    house.stop().await;
}

#[tokio::test]
async fn while_the_server_does_not_answer_nobody_stops_playing_and_the_status_says_so() {
    let house = House::new().await;
    let dune = house.film("Dune.mkv", 5000);
    house.play(KID, dune);
    house.cached("Dune.mkv").await;
    for (fault, state, code) in [
        (Fault::Page { status: 503 }, "unreachable", "server_error"),
        (Fault::Dropped, "unreachable", "unreachable"),
        (Fault::Truncated, "unreachable", "bad_answer"),
        (Fault::Page { status: 401 }, "token_refused", "unauthorized"),
    ] {
        house.simulator.faults().add("/status/sessions", u32::MAX, fault);
        let status = || house.app.media().status();
        let is_told = || async { status().problem.is_some_and(|problem| problem.code == code) };
        house.until(code, is_told).await;
        assert_eq!(house.state(), state);
        assert_eq!(house.playing().await.len(), 1, "{code}: an unanswered question ends nothing");
        house.simulator.faults().clear();
        house
            .until("all is well", || async { status().problem.is_none() && house.state() == "connected" })
            .await;
    }
    house.stop().await;
}

#[tokio::test]
async fn a_film_that_is_away_when_it_begins_is_cached_when_it_is_back() {
    let house = House::new().await;
    let dune = house.film("Dune.mkv", 5000);
    let (library, away) = (house.app.library.clone(), house.app.library.with_extension("away"));
    std::fs::rename(&library, &away).unwrap();
    house.play(KID, dune);
    house.until("it is written down", || async { house.playing().await.len() == 1 }).await;
    std::fs::rename(&away, &library).unwrap();
    house.cached("Dune.mkv").await;
    house.stop().await;
}

#[tokio::test]
async fn a_line_that_was_cut_is_opened_again_and_what_was_missed_is_asked_for() {
    let house = House::new().await;
    let (dune, arrival) = (house.film("Dune.mkv", 5000), house.film("Arrival.mkv", 5000));
    let first = house.play(KID, dune);
    house.cached("Dune.mkv").await;
    house.simulator.faults().add("/:/websocket", 1, Fault::CutInFrame);
    // The first frame of this cuts the line; what it was about is found by asking.
    house.play(FRIEND, arrival);
    house.cached("Arrival.mkv").await;
    house.world().stop(first).unwrap();
    house.until("one is left", || async { house.playing().await.len() == 1 }).await;
    house.until("the line is open", || async { house.world().listeners() > 0 }).await;
    house.stop().await;
}

#[tokio::test]
async fn a_file_that_cannot_be_cached_just_now_holds_up_nothing_that_comes_next() {
    let house = House::new().await;
    let episodes = house.show();
    let path = house.app.library.join("Series/S01E01.mkv");
    let mut writer = Other::at(&path);
    writer.told("open_for_writing");
    house.play(KID, episodes[1]);
    house.cached("S01E02.mkv").await;
    house.cached("S02E01.mkv").await;
    assert!(house.file("S01E01.mkv").await.is_none(), "somebody writes it");
    drop(writer);
    house.cached("S01E01.mkv").await;
    house.stop().await;
}
