//! Who takes its time: with heads, with bodies, with taking what it asked for.

use cacherr::api::ConnectionLimits;
use cacherr::store::Store;
use reqwest::Method;
use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio::time::Instant;

use super::{PATIENCE, SHORT, Wire, app, endless, is_well, status};
use crate::support::app::TestApp;
use crate::support::stock;

const HEAD: &str = "HEAD /api/version HTTP/1.1\r\nHost: localhost\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_is_dribbled_is_cut_off() {
    let app = app(ConnectionLimits { head: SHORT, ..endless() }).await;
    for begun in ["", "G", HEAD, "PRI * HTTP/2.0\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0"] {
        let mut wire = Wire::to(&app).await;
        wire.say(begun).await;
        wire.dribble(b'x').await;
        // What is no HTTP any more may end sooner.
        assert!(wire.since.elapsed() >= SHORT || begun.starts_with("PRI"), "{begun:?}");
        // Nor does silence help.
        let mut wire = Wire::to(&app).await;
        wire.say(begun).await;
        wire.rest().await;
    }
    is_well(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_head_has_the_same_time_and_silence_before_it_its_own() {
    let app = app(ConnectionLimits { head: SHORT, idle: SHORT * 4, ..endless() }).await;
    let mut wire = Wire::to(&app).await;
    for _ in 0..3 {
        wire.say(format!("{HEAD}\r\n")).await;
        assert_eq!(status(&wire.head().await), Some(200));
        tokio::time::sleep(SHORT * 2).await;
    }
    let answered = Instant::now();
    wire.say("GET /api").await;
    wire.rest().await;
    assert!(answered.elapsed() >= SHORT);

    let mut wire = Wire::to(&app).await;
    wire.say(format!("{HEAD}\r\n")).await;
    wire.rest().await;
    assert!(wire.since.elapsed() >= SHORT * 4, "who may ask again is not cut off sooner");
    is_well(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_dribbled_or_stops_is_refused() {
    for limits in [
        ConnectionLimits { body_pace: SHORT, ..endless() },
        ConnectionLimits { body_pause: SHORT, ..endless() },
    ] {
        let crawls = limits.body_pace == SHORT;
        let app = app(limits).await;
        let mut wire = Wire::to(&app).await;
        wire.say("POST /api/cached/files HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n")
            .await;
        wire.say("Content-Length: 100000\r\n\r\n{").await;
        let answer = if crawls { wire.dribble(b' ').await } else { wire.rest().await };
        assert_eq!(status(&answer), Some(408), "{}", String::from_utf8_lossy(&answer));
        assert!(wire.since.elapsed() >= SHORT);
        is_well(&app).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_that_are_too_long_are_refused_before_they_are_whole() {
    let app = app(endless()).await;
    let long = "x".repeat(1 << 20);
    let many: String = (0..200).map(|number| format!("X-{number}: y\r\n")).collect();
    for (head, expected) in [
        (format!("{HEAD}X: {long}"), 431),
        (format!("{HEAD}{many}\r\n"), 431),
        (format!("GET /{long} HTTP/1.1\r\n"), 414),
        (format!("GET / HTTP/1.1\r\n{}", "X: y\r\n".repeat(100_000)), 431),
        ("\0\u{1}nonsense\r\n\r\n".to_owned(), 400),
    ] {
        let mut wire = Wire::to(&app).await;
        // It may hang up in the middle, which is the point; the refusal may be lost with the rest then.
        use tokio::io::AsyncWriteExt;
        let _ = wire.stream.write_all(head.as_bytes()).await;
        let answer = wire.rest().await;
        assert!(
            status(&answer).is_none_or(|status| status == expected || (status, expected) == (431, 414)),
            "{}",
            String::from_utf8_lossy(&answer)
        );
    }
    is_well(&app).await;
}

/// An instance whose export is larger than all that lies between it and a client.
async fn with_much_to_tell(limits: ConnectionLimits) -> TestApp {
    let app = app(limits).await;
    let store: Store = app.cacher().engine().store().clone();
    let fill = move || {
        store.write(|w| {
            (0..12_000).try_for_each(|number| {
                let row = stock::row(number);
                stock::write(w, &row, &["user1"], &stock::entry(&row, "stock"))
            })
        })
    };
    tokio::task::spawn_blocking(fill).await.unwrap().unwrap();
    app
}

/// Threads of this process that write an export.
fn writers() -> usize {
    let threads = std::fs::read_dir("/proc/self/task").unwrap().map(|thread| thread.unwrap().path());
    threads
        .filter(|thread| std::fs::read_to_string(thread.join("comm")).is_ok_and(|name| name == "export\n"))
        .count()
}

const EXPORT: &str =
    "GET /api/cached/export?format=json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn an_export_that_nobody_takes_is_broken_off_and_one_that_is_taken_slowly_is_not() {
    let app = with_much_to_tell(ConnectionLimits { stall: SHORT * 4, ..endless() }).await;
    let whole = app.request(Method::GET, "/api/cached/export?format=json").send().await.unwrap();
    let whole = whole.bytes().await.unwrap().len();

    let mut stalled = Wire::narrow(&app).await;
    stalled.say(EXPORT).await;
    stalled.stream.readable().await.unwrap();

    let mut slow = Wire::narrow(&app).await;
    slow.say(EXPORT).await;
    let (mut taken, mut buffer) = (Vec::new(), vec![0; 128 << 10]);
    loop {
        let length = tokio::time::timeout(PATIENCE, slow.stream.read(&mut buffer)).await.unwrap().unwrap();
        taken.extend_from_slice(&buffer[..length]);
        if length == 0 {
            break;
        }
        // Slower than any patience for the whole of it, and never still.
        if taken.len() < whole / 2 {
            tokio::time::sleep(SHORT / 100).await;
        }
    }
    assert!(taken.ends_with(b"0\r\n\r\n"), "it is not whole: {} of {whole}", taken.len());
    assert!(slow.since.elapsed() > SHORT * 4, "it was too fast to show anything: {:?}", slow.since.elapsed());

    let until = Instant::now() + PATIENCE;
    while writers() > 0 {
        assert!(Instant::now() < until, "an export is still being written for nobody");
        tokio::time::sleep(SHORT / 10).await;
    }
    let heard = stalled.rest().await;
    assert!(heard.len() < whole && !heard.ends_with(b"0\r\n\r\n"), "{} of {whole}", heard.len());
    is_well(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_websocket_outlives_every_patience_with_requests() {
    let brief = ConnectionLimits { head: SHORT, idle: SHORT, stall: SHORT, ..endless() };
    let mut app = app(ConnectionLimits { body_pause: SHORT, body_pace: SHORT, ..brief }).await;
    let mut socket = app.listen("").await;
    tokio::time::sleep(SHORT * 4).await;
    let film = app.film("a.mkv", 1000);
    app.cache(&film, json!({})).await;
    assert!(!socket.until("cache_file_added").await.is_empty());
    app.stop_server().await;
    assert_eq!(socket.closed().await, 1001);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_says_nothing_does_not_hold_up_the_end() {
    let mut app = app(endless()).await;
    let mut wires = Vec::new();
    for begun in ["", "GET /", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"] {
        let mut wire = Wire::to(&app).await;
        wire.say(begun).await;
        wires.push(wire);
    }
    let mut kept = Wire::to(&app).await;
    kept.say(format!("{HEAD}\r\n")).await;
    kept.head().await;
    let asked = Instant::now();
    app.stop_server().await;
    assert!(asked.elapsed() < std::time::Duration::from_secs(15), "{:?}", asked.elapsed());
    for mut wire in wires {
        wire.rest().await;
    }
}
