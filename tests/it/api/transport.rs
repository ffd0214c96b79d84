//! How answers travel: tags, compression, request ids.

use reqwest::Method;
use serde_json::json;

use super::shelf;
use crate::support::app::{TestApp, send};

const TAGGED: [&str; 5] = [
    "/api/cached/files?limit=2",
    "/api/cached/files/search?q=mkv",
    "/api/cached/statistics",
    "/api/cached/users/user1/stats",
    "/api/cached/operations",
];

async fn tag(app: &TestApp, path: &str) -> String {
    let answer = app.get(path).await;
    assert_eq!(answer.headers["cache-control"], "private, no-cache", "{path}");
    answer.headers["etag"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_a_client_has_is_not_sent_again_until_it_changes() {
    let app = shelf().await;
    for path in TAGGED {
        let before = tag(&app, path).await;
        assert_eq!(tag(&app, path).await, before, "{path}");
        for method in [Method::GET, Method::HEAD] {
            let again = app.request(method, path).header("If-None-Match", &before).send().await.unwrap();
            assert_eq!((again.status().as_u16(), &again.headers()["etag"]), (304, &before.parse().unwrap()));
            assert!(again.headers().contains_key("x-request-id"));
            assert!(again.bytes().await.unwrap().is_empty());
        }
    }
    let mut before = Vec::new();
    for path in TAGGED {
        before.push(tag(&app, path).await);
    }
    let film = app.film("Zardoz.mkv", 77);
    app.cache(&film, json!({ "user_id": "user1" })).await;
    for (path, before) in TAGGED.iter().zip(before) {
        let now = send(app.request(Method::GET, path).header("If-None-Match", &before)).await;
        assert_eq!(now.status, 200, "{path}");
        assert_ne!(now.headers["etag"], *before, "{path}");
    }
}

#[tokio::test]
async fn another_score_is_another_page_and_the_same_scores_are_not() {
    let app = shelf().await;
    // Nobody else says what it is worth.
    app.librarian().stop().await;
    let path = "/api/cached/files?limit=2";
    let file = app.get(path).await.is(200)["files"][0]["id"].as_str().unwrap().parse().unwrap();
    let mut tags = vec![tag(&app, path).await];
    for score in [7, 7, 8] {
        app.cacher().engine().store().set_scores(&[(file, score)].into()).unwrap();
        tags.push(tag(&app, path).await);
    }
    assert!(tags[0] != tags[1] && tags[1] == tags[2] && tags[2] != tags[3], "{tags:?}");
}

#[tokio::test]
async fn other_answers_are_never_kept() {
    let app = shelf().await;
    for path in ["/api/jobs", "/api/version", "/api/cached/files/nothing"] {
        let answer = send(app.request(Method::GET, path).header("If-None-Match", "*")).await;
        assert_eq!(answer.headers["cache-control"], "no-store", "{path}");
        assert!(!answer.headers.contains_key("etag") && answer.status != 304);
    }
}

#[tokio::test]
async fn long_answers_are_compressed_for_those_who_take_it() {
    let app = shelf().await;
    let ask = async |path: &str, takes: &str| {
        let response = app.request(Method::GET, path).header("Accept-Encoding", takes).send().await.unwrap();
        let encoding =
            response.headers().get("content-encoding").map(|value| value.to_str().unwrap().to_owned());
        (encoding, response.headers()["vary"].to_str().unwrap().to_owned(), response.bytes().await.unwrap())
    };
    let (encoding, vary, plain) = ask("/api/cached/files", "identity").await;
    assert_eq!((encoding, &*vary), (None, "accept-encoding"));
    for takes in ["gzip", "br, gzip;q=0.5", "GZIP"] {
        let (encoding, vary, bytes) = ask("/api/cached/files", takes).await;
        assert_eq!((encoding.as_deref(), &*vary), (Some("gzip"), "accept-encoding"), "{takes}");
        assert!(bytes.len() < plain.len() / 2, "{} of {}", bytes.len(), plain.len());
        let text = std::io::read_to_string(flate2::read::GzDecoder::new(&bytes[..])).unwrap();
        let parsed: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(parsed["data"]["files"].as_array().unwrap().len(), 5);
    }
    for takes in ["", "br", "gzip;q=0", "gzip; q=0.000"] {
        assert_eq!(ask("/api/cached/files", takes).await.0, None, "{takes}");
    }
    assert_eq!(ask("/api/cached/statistics", "gzip").await.0, None, "short answers fit as they are");
}

#[tokio::test]
async fn every_answer_has_an_id_of_its_own() {
    let app = TestApp::start().await;
    let mut seen = std::collections::HashSet::new();
    for path in [
        "/api/version",
        "/api/version",
        "/api/nothing",
        "/healthz",
        "/api/cached/files?limit=0",
        "/elsewhere",
    ] {
        let answer = app.request(Method::GET, path).header("X-Request-Id", "theirs").send().await.unwrap();
        let id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
        assert!(uuid::Uuid::parse_str(&id).is_ok() && seen.insert(id), "{path}");
    }
}
