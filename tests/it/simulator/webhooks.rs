//! What the simulated server sends by itself, and that we can read it.

use std::sync::Arc;
use std::time::Duration;

use cacherr::api::Hooks;
use cacherr::demo::plex::Video;
use cacherr::domain::media::RatingKey;
use cacherr::domain::media::tip::{Tip, TipEvent};
use cacherr::domain::secret::Secret;
use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::{BOB, House, MINUTE, tv};
use crate::support::app::{Options, TestApp};

const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::test]
async fn what_people_do_is_sent_and_is_what_our_own_webhook_reads() {
    let (tell, mut told) = mpsc::unbounded_channel();
    let tell = Arc::new(move |tip| tell.send(tip).unwrap());
    let hooks = Some(Hooks { token: Secret::new("tok-0815"), tell });
    let app = TestApp::start_with(Options { hooks, ..Options::default() }).await;
    let house = House::new().await;
    let world = house.world();
    world.send_webhooks_to(&format!("http://{}/api/webhooks/plex/tok-0815", app.origin())).unwrap();
    let session = world.start(BOB, house.episodes[0], &tv()).unwrap();
    world.progress(session, MINUTE).unwrap();
    world.pause(session).unwrap();
    world.pause(session).unwrap();
    world.resume(session).unwrap();
    world.progress(session, 9 * MINUTE).unwrap();
    world.stop(session).unwrap();
    let film = world.add(house.movies, Video::new("New")).unwrap();
    use TipEvent::{LibraryChanged, Paused, Resumed, Scrobbled, Started, Stopped};
    let tip = |event, video: u64, user: &str| Tip {
        event,
        video: Some(RatingKey(video.to_string())),
        file: None,
        user: Some(user.to_owned()),
    };
    for event in [Started, Paused, Resumed, Scrobbled, Stopped] {
        assert_eq!(next(&mut told).await, tip(event, house.episodes[0], "Bob"));
    }
    assert_eq!(next(&mut told).await, tip(LibraryChanged, film, "Anna"));
    world.forget_webhooks();
    world.add(house.movies, Video::new("Newer")).unwrap();
    house.simulator.stop().await;
    assert_eq!(told.try_recv().ok(), None);
}

async fn next<T>(told: &mut mpsc::UnboundedReceiver<T>) -> T {
    timeout(PATIENCE, told.recv()).await.expect("nothing was sent").unwrap()
}

/// Takes whatever is sent, whole, and says so.
async fn bin() -> (String, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook?a=b", listener.local_addr().unwrap());
    let (tell, told) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut line, _)) = listener.accept().await {
            let mut text = vec![];
            while !text.ends_with(b"--\r\n") {
                if line.read_buf(&mut text).await.unwrap() == 0 {
                    break;
                }
            }
            line.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await.unwrap();
            if tell.send(String::from_utf8_lossy(&text).into_owned()).is_err() {
                return;
            }
        }
    });
    (url, told)
}

#[tokio::test]
async fn a_picture_comes_with_what_begins_and_the_address_can_be_set_over_the_network() {
    let house = House::new().await;
    let (url, mut told) = bin().await;
    for (said, status) in
        [(json!({ "url": url }), 200), (json!({ "url": "https://x" }), 400), (json!({}), 400)]
    {
        let answer = house.request(Method::POST, "/_webhook").json(&said).send().await.unwrap();
        assert_eq!(answer.status(), status, "{said}");
    }
    let session = house.world().start(BOB, house.episodes[0], &tv()).unwrap();
    house.world().stop(session).unwrap();
    let (play, stop) = (next(&mut told).await, next(&mut told).await);
    assert!(play.starts_with("POST /hook?a=b HTTP/1.1\r\n"), "{play}");
    assert!(play.contains(r#""event":"media.play""#) && play.contains("image/jpeg"), "{play}");
    assert!(play.contains(r#""librarySectionType":"show""#) && play.contains(r#""parentIndex":1"#), "{play}");
    assert!(!play.contains(".mkv"), "who wants to know the file has to ask: {play}");
    assert!(stop.contains(r#""event":"media.stop""#) && !stop.contains("image/jpeg"), "{stop}");
    let answer = house.request(Method::DELETE, "/_webhook").send().await.unwrap();
    assert_eq!(answer.text().await.unwrap(), r#"{"webhooks":0}"#);
}

#[tokio::test]
async fn who_does_not_take_it_holds_up_nobody() {
    let house = House::new().await;
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone = nobody.local_addr().unwrap();
    drop(nobody);
    let (url, mut told) = bin().await;
    let world = house.world();
    world.send_webhooks_to(&format!("http://{gone}/")).unwrap();
    world.send_webhooks_to(&url).unwrap();
    world.send_webhooks_to(&format!("http://{}/", silent.local_addr().unwrap())).unwrap();
    let session = world.start(BOB, house.episodes[0], &tv()).unwrap();
    assert!(next(&mut told).await.contains("media.play"));
    world.stop(session).unwrap();
    timeout(Duration::from_secs(4), house.simulator.stop()).await.expect("it waits for who does not answer");
}
