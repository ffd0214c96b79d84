//! What answers and refusals look like. (`send` checks the envelope of every answer in every test.)

use reqwest::Method;
use serde_json::json;

use crate::support::app::{Options, TestApp, send};

#[tokio::test]
async fn a_path_that_is_none_is_a_404_with_a_body() {
    let app = TestApp::start().await;
    for path in ["/api/none", "/api", "/api/cached/files/", "/", "/api/jobs/a/b/c"] {
        app.get(path).await.refuses(404, "not_found");
    }
}

#[tokio::test]
async fn a_method_that_a_path_has_not_is_a_405_that_names_those_it_has() {
    let app = TestApp::start().await;
    let answer = send(app.request(Method::PUT, "/api/cached/files")).await;
    assert_eq!(answer.headers["allow"], "GET, POST");
    answer.refuses(405, "method_not_allowed");
    app.delete("/api/version").await.refuses(405, "method_not_allowed");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_a_413() {
    let app = TestApp::start().await;
    let text = format!("{{\"file_path\":\"/{}\"}}", "x".repeat(1 << 20));
    let sized = app.request(Method::POST, "/api/cached/files").header("Content-Type", "application/json");
    send(sized.body(text)).await.refuses(413, "payload_too_large");
}

#[tokio::test]
async fn a_body_that_is_not_said_to_be_json_is_a_415() {
    let app = TestApp::start().await;
    let body = r#"{"file_path":"/a"}"#;
    let post = || app.request(Method::POST, "/api/cached/files").body(body);
    send(post()).await.refuses(415, "unsupported_media_type");
    send(post().header("Content-Type", "text/plain")).await.refuses(415, "unsupported_media_type");
    send(post().header("Content-Type", "application/json; charset=utf-8"))
        .await
        .refuses(400, "outside_libraries");
}

#[tokio::test]
async fn a_body_that_is_not_json_or_no_object_is_refused() {
    let app = TestApp::start().await;
    for body in ["{", "", "[]", "null", "\"x\"", "{} {}"] {
        let request =
            app.request(Method::POST, "/api/cached/files").header("Content-Type", "application/json");
        send(request.body(body)).await.refuses(400, "malformed_json");
    }
}

#[tokio::test]
async fn a_name_that_is_not_known_or_comes_twice_is_refused_and_not_repeated() {
    let app = TestApp::start().await;
    for path in [
        "/api/cached/files?colour=red",
        "/api/cached/statistics?colour=1",
        "/api/version?colour",
        "/healthz?colour=1",
        "/ws?colour=1",
        "/api/openapi.json?colour=1",
    ] {
        let sentence = app.get(path).await.refuses(400, "unknown_parameter");
        assert!(!sentence.contains("colour"), "{sentence}");
    }
    app.get("/api/cached/files?limit=1&limit=2").await.refuses(400, "unknown_parameter");
    let sentence = app
        .post("/api/cached/files", &json!({ "file_path": "/a", "colour": 1 }))
        .await
        .refuses(400, "unknown_parameter");
    assert!(sentence.contains("file_path, mode, operation, user_id"), "{sentence}");
}

#[tokio::test]
async fn a_value_that_is_not_allowed_is_refused_with_its_name_and_what_is() {
    let app = TestApp::start().await;
    for (query, says) in [
        ("limit=0", "limit must be a whole number from 1 to 500"),
        ("limit=501", "limit must be a whole number from 1 to 500"),
        ("limit=ten", "limit must be a whole number from 1 to 500"),
        ("limit=", "limit must be a whole number from 1 to 500"),
        ("offset=-1", "offset must be a whole number of at least 0"),
        ("size_min=-1", "size_min must be a whole number of at least 0"),
        ("size_max=1.5", "size_max must be a whole number of at least 0"),
        ("status=lost", "status must be one of active, orphaned, pending_removal, removed"),
        ("triggered_by_operation=whim", "triggered_by_operation must be one of active_watching, "),
        ("sort=colour", "sort must be one of cached_at, last_accessed, "),
        ("order=up", "order must be one of asc, desc"),
        ("cached_since=yesterday", "cached_since must be an RFC 3339 time"),
        ("cursor=zz", "cursor must be a next_cursor of an earlier page"),
        ("cursor=00&offset=1", "cursor and offset exclude each other"),
    ] {
        let sentence = app.get(&format!("/api/cached/files?{query}")).await.refuses(400, "invalid_parameter");
        assert!(sentence.starts_with(says), "{query}: {sentence}");
    }
    for (body, says) in [
        (json!({}), "file_path is missing"),
        (json!({ "file_path": 1 }), "file_path must be a text"),
        (json!({ "file_path": null }), "file_path must be a text"),
        (json!({ "file_path": "films/a.mkv" }), "file_path must be an absolute path"),
        (json!({ "file_path": "/a", "mode": "teleport" }), "mode must be one of copy, move, "),
        (json!({ "file_path": "/a", "operation": "whim" }), "operation must be one of active_watching, "),
        (json!({ "file_path": "/a", "user_id": 1 }), "user_id must be a text"),
        (json!({ "file_path": "/a", "user_id": " " }), "user_id must be a text of 1 to 255"),
    ] {
        let sentence = app.post("/api/cached/files", &body).await.refuses(400, "invalid_parameter");
        assert!(sentence.starts_with(says), "{body}: {sentence}");
    }
}

#[tokio::test]
async fn everything_lies_below_the_base_path_and_the_document_says_so() {
    let app = TestApp::start_with(Options { base_path: Some("/cacherr"), ..Options::default() }).await;
    app.get("/cacherr/api/version").await.is(200);
    app.get("/cacherr/api/none").await.refuses(404, "not_found");
    app.get("/api/version").await.refuses(404, "not_found");
    let document = app.request(Method::GET, "/cacherr/api/openapi.json").send().await.unwrap();
    let document: serde_json::Value = document.json().await.unwrap();
    assert_eq!(document["servers"][0]["url"], "/cacherr");
    let frame = {
        let mut socket = app.listen_below("/cacherr").await;
        socket.send(r#"{"type":"ping"}"#).await;
        socket.frame().await
    };
    assert_eq!(frame["type"], "pong");
}

#[tokio::test]
async fn a_head_has_the_status_of_its_get() {
    let app = TestApp::start().await;
    for (path, status) in [("/api/version", 200), ("/api/none", 404), ("/api/cached/files?limit=0", 400)] {
        let response = app.request(Method::HEAD, path).send().await.unwrap();
        assert_eq!(response.status(), status, "{path}");
    }
}
