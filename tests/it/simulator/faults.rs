//! Each fault does what it says, so often as it was told, and then all is well again.

use cacherr::demo::plex::Fault;
use reqwest::{Method, Response};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::error::{Error, ProtocolError};

use super::notices::Ear;
use super::{ANNA, House, anna, tv};

const SECTIONS: &str = "/library/sections";
const SOCKET: &str = "/:/websockets/notifications";

async fn ask(house: &House, path: &str) -> reqwest::Result<Response> {
    let request = house.request(Method::GET, path).header("X-Plex-Token", anna().server_token);
    request.header("Accept", "application/json").send().await
}

async fn json_of(house: &House, path: &str) -> Value {
    ask(house, path).await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn refusals_come_as_often_as_told_and_nowhere_else() {
    let house = House::new().await;
    let faults = house.simulator.faults();
    faults.add(SECTIONS, 2, Fault::TooManyRequests { retry_after: Some(7) });
    for _ in 0..2 {
        let answer = ask(&house, SECTIONS).await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.headers()["retry-after"].to_str().unwrap()), (429, "7"));
        assert_eq!(ask(&house, "/accounts").await.unwrap().status(), 200);
    }
    assert_eq!(ask(&house, SECTIONS).await.unwrap().status(), 200);
    faults.add(SECTIONS, 1, Fault::TokenExpired);
    assert_eq!(ask(&house, SECTIONS).await.unwrap().status(), 498);
    faults.add(SECTIONS, 1, Fault::Page { status: 502 });
    let answer = ask(&house, SECTIONS).await.unwrap();
    assert_eq!(answer.status(), 502);
    assert!(answer.text().await.unwrap().contains("<h1>502 Bad Gateway</h1>"));
    assert!(faults.left().is_empty());
}

#[tokio::test]
async fn a_fault_of_one_host_spares_the_others() {
    let house = House::new().await;
    house.simulator.faults().add_at("plex.tv", "/", 1, Fault::Page { status: 503 });
    assert_eq!(ask(&house, SECTIONS).await.unwrap().status(), 200);
    let user = || house.cloud(Method::GET, "plex.tv", "/api/v2/user", &anna().account_token).send();
    assert_eq!(user().await.unwrap().status(), 503);
    assert_eq!(user().await.unwrap().status(), 200);
}

#[tokio::test]
async fn bodies_are_cut_slow_or_never_come() {
    let house = House::new().await;
    let faults = house.simulator.faults();
    faults.add(SECTIONS, 1, Fault::Truncated);
    let text = ask(&house, SECTIONS).await.unwrap().text().await.unwrap();
    assert!(serde_json::from_str::<Value>(&text).is_err_and(|error| error.is_eof()), "{text}");
    faults.add(SECTIONS, 1, Fault::Slow { millis: 300 });
    let mut answer = ask(&house, SECTIONS).await.unwrap();
    let first = answer.chunk().await.unwrap().unwrap();
    let begun = std::time::Instant::now();
    let mut rest = first.to_vec();
    while let Some(chunk) = answer.chunk().await.unwrap() {
        rest.extend_from_slice(&chunk);
    }
    assert!(begun.elapsed().as_millis() >= 200, "{:?}", begun.elapsed());
    serde_json::from_slice::<Value>(&rest).unwrap();
    faults.add(SECTIONS, 1, Fault::Dropped);
    // The client may try once more by itself where a connection was kept; then it is answered.
    let fresh = crate::support::http_client().get(format!("{}{SECTIONS}", house.simulator.url()));
    let error = fresh.header("X-Plex-Token", anna().server_token).send().await.unwrap_err();
    assert!(error.is_request(), "{error:?}");
    assert_eq!(ask(&house, SECTIONS).await.unwrap().status(), 200);
}

#[tokio::test]
async fn the_same_is_said_in_other_types() {
    let house = House::new().await;
    let path = format!("/library/metadata/{}?checkFiles=1", house.dune);
    let faults = house.simulator.faults();
    let drifts =
        [Fault::IdsAsNumbers, Fault::IdsAsText, Fault::TruthAsNumbers, Fault::MoreFields, Fault::NoMetadata];
    let mut told = vec![];
    for drift in drifts {
        faults.add("/library/metadata", 1, drift);
        told.push(json_of(&house, &path).await["MediaContainer"].clone());
    }
    let item = |at: usize| &told[at]["Metadata"][0];
    assert_eq!(item(0)["ratingKey"], house.dune);
    assert_eq!(item(1)["librarySectionID"], house.movies.to_string());
    assert!(item(1)["Media"][0]["id"].is_string());
    assert_eq!(item(2)["Media"][0]["Part"][0]["exists"], 1);
    assert!(item(3)["Media"][0]["unheardOf"].is_object());
    assert_eq!(told[4]["size"], 0);
    assert!(told[4].get("Metadata").is_none());
    assert!(json_of(&house, &path).await["MediaContainer"]["Metadata"][0]["ratingKey"].is_string());
}

#[tokio::test]
async fn a_page_may_come_whole() {
    let house = House::new().await;
    let path = format!("/library/sections/{}/all?type=4&X-Plex-Container-Size=1", house.series);
    house.simulator.faults().add("/library", 1, Fault::PagingIgnored);
    let all = json_of(&house, &path).await;
    assert_eq!(super::titles(&all).len(), 4);
    assert!(all["MediaContainer"].get("totalSize").is_none());
    assert_eq!(super::titles(&json_of(&house, &path).await).len(), 1);
}

#[tokio::test]
async fn frames_come_bare_bent_late_twice_or_not_at_all() {
    let house = House::new().await;
    let mut ear = Ear::new(&house, &anna(), &format!("{SOCKET}?filters=playing")).await;
    let (world, faults) = (house.world(), house.simulator.faults());
    faults.add(SOCKET, 1, Fault::Silent);
    let session = world.start(ANNA, house.dune, &tv()).unwrap();
    assert_eq!(ear.player().await.1, "playing", "the first was not told");
    faults.add(SOCKET, 1, Fault::Unwrapped);
    faults.add(SOCKET, 1, Fault::IdsAsNumbers);
    world.progress(session, 1).unwrap();
    let frame = ear.hear().await.unwrap();
    assert_eq!(frame["type"], "playing");
    assert_eq!(frame["PlaySessionStateNotification"][0]["ratingKey"], house.dune);
    faults.add(SOCKET, 1, Fault::Flood { frames: 1000 });
    world.progress(session, 2).unwrap();
    for _ in 0..1001 {
        assert_eq!(ear.player().await.1, "playing");
    }
    faults.add(SOCKET, 1, Fault::StoppedTwice);
    faults.add(SOCKET, 1, Fault::NewKeyAtStop);
    world.pause(session).unwrap();
    assert_eq!(ear.player().await, (session.to_string(), "paused".to_owned()), "these wait for the end");
    world.stop(session).unwrap();
    for _ in 0..2 {
        let (key, state) = ear.player().await;
        assert_eq!(state, "stopped");
        assert_ne!(key, session.to_string());
    }
    assert!(faults.left().is_empty());
}

#[tokio::test]
async fn a_socket_may_end_in_the_middle_of_a_frame() {
    let house = House::new().await;
    let mut ear = Ear::new(&house, &anna(), SOCKET).await;
    house.simulator.faults().add(SOCKET, 1, Fault::CutInFrame);
    house.world().start(ANNA, house.dune, &tv()).unwrap();
    let error = ear.hear().await.unwrap_err();
    let cut = matches!(error, Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) | Error::Io(_));
    assert!(cut, "{error:?}");
    let mut ear = Ear::new(&house, &anna(), SOCKET).await;
    house.world().start(ANNA, house.dune, &tv()).unwrap();
    assert!(ear.hear().await.is_ok());
}

#[tokio::test]
async fn tests_in_other_languages_order_faults_by_http() {
    let house = House::new().await;
    let rule = json!({ "path": SECTIONS, "times": 3, "fault": "too_many_requests", "retry_after": 2 });
    let left = house.request(Method::POST, "/_faults").json(&rule).send().await.unwrap();
    assert_eq!(left.json::<Value>().await.unwrap()[0]["fault"], "too_many_requests");
    assert_eq!(ask(&house, SECTIONS).await.unwrap().status(), 429);
    let wrong = house.request(Method::POST, "/_faults").json(&json!({ "fault": "weather" }));
    assert_eq!(wrong.send().await.unwrap().status(), 400);
    house.request(Method::DELETE, "/_faults").send().await.unwrap();
    assert_eq!(ask(&house, SECTIONS).await.unwrap().status(), 200);
}
