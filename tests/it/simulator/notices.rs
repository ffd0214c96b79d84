//! What listeners hear.

use std::time::Duration;

use cacherr::demo::plex::{Person, Video};
use futures_util::StreamExt;
use reqwest::Method;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::error::Error;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::{ANNA, BOB, House, MINUTE, anna, bob, tv};

const PATIENCE: Duration = Duration::from_secs(20);

pub struct Ear(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Ear {
    pub async fn new(house: &House, who: &Person, path: &str) -> Self {
        let mark = if path.contains('?') { '&' } else { '?' };
        let url = format!("ws://{}{path}{mark}X-Plex-Token={}", house.simulator.address(), who.server_token);
        Self(connect_async(url).await.unwrap().0)
    }

    /// The next frame, or why there is none.
    pub async fn hear(&mut self) -> Result<Value, Error> {
        loop {
            match timeout(PATIENCE, self.0.next()).await.unwrap() {
                Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(_))) | None => return Err(Error::ConnectionClosed),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error),
            }
        }
    }

    /// The next frame of a player: key and state.
    pub async fn player(&mut self) -> (String, String) {
        let frame = self.hear().await.unwrap();
        let entry = &frame["NotificationContainer"]["PlaySessionStateNotification"][0];
        let text = |name: &str| entry[name].as_str().unwrap().to_owned();
        (text("sessionKey"), text("state"))
    }
}

#[tokio::test]
async fn a_player_is_heard_at_both_doors_from_start_to_end() {
    let house = House::new().await;
    for path in ["/:/websockets/notifications", "/:/websocket/notifications"] {
        let mut ear = Ear::new(&house, &anna(), &format!("{path}?filters=playing")).await;
        let world = house.world();
        let session = world.start(BOB, house.episodes[0], &tv()).unwrap();
        world.progress(session, MINUTE).unwrap();
        world.pause(session).unwrap();
        world.resume(session).unwrap();
        world.stop(session).unwrap();
        for state in ["buffering", "playing", "playing", "paused", "playing", "stopped"] {
            assert_eq!(ear.player().await, (session.to_string(), state.to_owned()));
        }
    }
}

#[tokio::test]
async fn friends_hear_of_their_own_players_alone() {
    let house = House::new().await;
    let mut ear = Ear::new(&house, &bob(), "/:/websockets/notifications").await;
    house.world().start(ANNA, house.dune, &tv()).unwrap();
    house.world().scan(house.movies);
    let own = house.world().start(BOB, house.episodes[0], &tv()).unwrap();
    assert_eq!(ear.player().await.0, own.to_string());
}

#[tokio::test]
async fn what_arrives_and_what_goes_is_heard_and_so_is_a_scan() {
    let house = House::new().await;
    let mut ear = Ear::new(&house, &anna(), "/:/websockets/notifications").await;
    let world = house.world();
    let film = world.add(house.movies, Video::new("New").year(2026)).unwrap();
    world.remove(film);
    for (state, metadata) in [(0, Some("created")), (5, None), (9, Some("deleted"))] {
        let frame = ear.hear().await.unwrap();
        let entry = &frame["NotificationContainer"]["TimelineEntry"][0];
        assert_eq!((entry["state"].as_i64(), entry["metadataState"].as_str()), (Some(state), metadata));
        assert_eq!(entry["itemID"], film.to_string());
    }
    world.scan(house.movies);
    for event in ["started", "updated", "ended"] {
        let frame = ear.hear().await.unwrap();
        let entry = &frame["NotificationContainer"]["ActivityNotification"][0];
        assert_eq!(entry["event"], event);
        let named = entry["Activity"]["Context"]["librarySectionID"].is_string();
        assert_eq!(named, event != "started", "the first does not say which section");
    }
    assert_eq!(ear.hear().await.unwrap()["NotificationContainer"]["type"], "status");
}

#[tokio::test]
async fn strangers_hear_nothing_and_a_stop_is_heard_as_an_end() {
    let house = House::new().await;
    let url = format!("ws://{}/:/websockets/notifications", house.simulator.address());
    assert!(matches!(connect_async(url).await, Err(Error::Http(answer)) if answer.status() == 401));
    let mut ear = Ear::new(&house, &anna(), "/:/websockets/notifications").await;
    timeout(PATIENCE, house.simulator.stop()).await.unwrap();
    assert!(ear.hear().await.is_err());
}

#[tokio::test]
async fn who_cannot_speak_websocket_hears_the_same_as_events() {
    let house = House::new().await;
    let ask = |token: &str| {
        let path = "/:/eventsource/notifications?filters=playing";
        house.request(Method::GET, path).header("X-Plex-Token", token).send()
    };
    assert_eq!(ask("wrong").await.unwrap().status(), 401);
    let mut answer = ask(&anna().server_token).await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    house.world().scan(house.movies);
    let session = house.world().start(BOB, house.episodes[0], &tv()).unwrap();
    house.world().stop(session).unwrap();
    let mut text = String::new();
    while !text.contains("stopped") {
        let piece = timeout(PATIENCE, answer.chunk()).await.unwrap().unwrap().unwrap();
        text.push_str(std::str::from_utf8(&piece).unwrap());
    }
    let events: Vec<(&str, &str)> = text
        .split_terminator("\n\n")
        .map(|event| event.strip_prefix("event: ").unwrap().split_once("\ndata: ").unwrap())
        .collect();
    assert_eq!(events[0], ("ping", "{}"));
    assert_eq!(events.len(), 4, "no scan: {text}");
    for ((event, data), state) in events[1..].iter().zip(["buffering", "playing", "stopped"]) {
        let entry = &serde_json::from_str::<Value>(data).unwrap()["PlaySessionStateNotification"];
        assert_eq!((*event, entry["state"].as_str()), ("playing", Some(state)));
        assert_eq!(entry["sessionKey"], session.to_string());
    }
    timeout(PATIENCE, house.simulator.stop()).await.unwrap();
    assert_eq!(timeout(PATIENCE, answer.chunk()).await.unwrap().unwrap(), None);
}
