//! What is told through the WebSocket, and when.

use serde_json::{Value, json};

use cacherr::domain::event::Event;
use cacherr::domain::id::FileId;

use crate::support::app::TestApp;

fn removal(number: usize) -> Event {
    let file_path = format!("/m/{number}").into();
    let (reason, by) = ("test".to_owned(), "test".into());
    Event::FileRemoved { file_id: FileId::new(), file_path, user: None, reason, by }
}

fn of_type<'a>(frames: &'a [Value], name: &str) -> Vec<&'a Value> {
    frames.iter().filter(|frame| frame["type"] == name).collect()
}

#[tokio::test]
async fn adding_and_removing_are_told_in_order_after_they_are_true() {
    let app = TestApp::start().await;
    let mut socket = app.listen("").await;
    let film = app.film("a.mkv", 100_000);
    let id = app.cache(&film, json!({ "user_id": "user1", "operation": "watchlist" })).await;
    let mut frames = socket.until("cache_statistics_updated").await;
    assert_eq!(frames.last().unwrap()["data"], app.get("/api/cached/statistics").await.is(200));
    app.delete(&format!("/api/cached/files/{id}?reason=tidy&user_id=user2")).await.is(200);
    frames.extend(socket.until("cache_statistics_updated").await);

    let seqs: Vec<u64> = frames.iter().map(|frame| frame["seq"].as_u64().unwrap()).collect();
    assert!(seqs.windows(2).all(|pair| pair[1] == pair[0] + 1), "{seqs:?}");
    for frame in &frames {
        assert!(frame["timestamp"].as_str().unwrap().ends_with('Z') && !frame["data"].is_null(), "{frame}");
    }
    let added = &of_type(&frames, "cache_file_added")[0]["data"];
    assert_eq!((&added["action"], &added["reason"]), (&json!("added"), &json!("watchlist")));
    assert_eq!((&added["user_id"], &added["file_path"]), (&json!("user1"), &json!(film)));
    assert_eq!((&added["file_info"]["id"], &added["file_info"]["status"]), (&json!(id), &json!("active")));
    let removed = of_type(&frames, "cache_file_removed")[0]["data"].clone();
    let expected = json!({ "file_id": id, "file_path": film, "action": "removed", "user_id": "user2", "reason": "tidy" });
    assert_eq!(removed, expected);
    let finished = of_type(&frames, "job_finished");
    assert_eq!(finished.len(), 2);
    assert_eq!(
        (&finished[0]["data"]["kind"], &finished[0]["data"]["state"]),
        (&json!("cache"), &json!("done"))
    );
    assert_eq!(frames.last().unwrap()["data"]["total_files"], 0);
}

#[tokio::test]
async fn who_comes_back_hears_what_was_missed_or_is_told_to_read_again() {
    let app = TestApp::start().await;
    let mut socket = app.listen("").await;
    (0..300).for_each(|number| app.hub.sink()(removal(number)));
    let first = socket.frame().await;
    drop(socket);
    let first = match first["type"].as_str() {
        // Three hundred at once are a flood.
        Some("resync") => first["seq"].as_u64().unwrap() - 299,
        _ => first["seq"].as_u64().unwrap(),
    };
    let mut back = app.listen(&format!("?since={}", first + 9)).await;
    for number in 10..300 {
        let frame = back.frame().await;
        assert_eq!(frame["seq"], first + number);
        assert_eq!(frame["data"]["file_path"], format!("/m/{number}"));
    }
    for lost in [1, first + 100_000] {
        let mut lost = app.listen(&format!("?since={lost}")).await;
        assert_eq!(lost.frame().await["type"], "resync");
    }
    let answer = app.get("/ws?since=-1").await;
    answer.refuses(400, "invalid_parameter");
}

#[tokio::test]
async fn a_flood_becomes_one_resync() {
    let app = TestApp::start().await;
    let mut socket = app.listen("").await;
    (0..500).for_each(|number| app.hub.sink()(removal(number)));
    let frames = socket.until("resync").await;
    assert!(frames.len() <= 101, "{}", frames.len());
    app.hub.sink()(removal(500));
    let next = socket.frame().await;
    assert_eq!(next["data"]["file_path"], "/m/500");
    assert_eq!(next["seq"], frames.last().unwrap()["seq"].as_u64().unwrap() + 1);
}

#[tokio::test]
async fn a_batch_packs_what_comes_together() {
    let app = TestApp::start().await;
    let mut socket = app.listen("?batch=1").await;
    (0..20).for_each(|number| app.hub.sink()(removal(number)));
    let mut events = vec![];
    let mut frames = 0;
    while events.len() < 20 {
        let frame = socket.frame().await;
        assert_eq!(frame["type"], "batch");
        events.extend(frame["events"].as_array().unwrap().clone());
        frames += 1;
    }
    assert!(frames < 20, "{frames}");
    let paths: Vec<&Value> = events.iter().map(|event| &event["data"]["file_path"]).collect();
    let expected: Vec<Value> = (0..20).map(|number| json!(format!("/m/{number}"))).collect();
    assert_eq!(paths, expected.iter().collect::<Vec<_>>());
}

#[tokio::test]
async fn a_ping_is_answered_and_anything_else_ignored() {
    let app = TestApp::start().await;
    let mut socket = app.listen("").await;
    for noise in ["", "hello", "[]", r#"{"type":"subscribe"}"#, r#"{"type":7}"#] {
        socket.send(noise).await;
    }
    socket.send(r#"{"type":"ping","data":{}}"#).await;
    assert_eq!(socket.frame().await["type"], "pong");
}

#[tokio::test]
async fn a_frame_over_64_kib_ends_the_connection_with_1009() {
    let app = TestApp::start().await;
    let mut socket = app.listen("").await;
    let ping = r#"{"type":"ping"}"#;
    let fits = ping.to_owned() + &" ".repeat((64 << 10) - ping.len());
    socket.send(fits.clone()).await;
    assert_eq!(socket.frame().await["type"], "pong");
    socket.send(fits + " ").await;
    assert_eq!(socket.closed().await, 1009);
}

#[tokio::test]
async fn when_the_server_stops_clients_are_told_so_with_1001() {
    let mut app = TestApp::start().await;
    let mut socket = app.listen("").await;
    let closed = tokio::spawn(async move { socket.closed().await });
    app.stop_server().await;
    assert_eq!(closed.await.unwrap(), 1001);
}

#[tokio::test]
async fn a_request_that_is_no_upgrade_is_told_what_this_is() {
    let app = TestApp::start().await;
    app.get("/ws").await.refuses(426, "upgrade_required");
}

#[tokio::test]
async fn a_client_that_does_not_read_holds_nobody_up() {
    let app = TestApp::start().await;
    let _deaf = app.listen("").await;
    let mut socket = app.listen("?batch=1").await;
    for round in 0..20 {
        (0..2_000).for_each(|number| app.hub.sink()(removal(round * 2_000 + number)));
    }
    let started = std::time::Instant::now();
    app.get("/api/version").await.is(200);
    socket.send(r#"{"type":"ping"}"#).await;
    socket.until("pong").await;
    assert!(started.elapsed().as_secs() < 5);
}
