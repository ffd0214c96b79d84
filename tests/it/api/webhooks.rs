//! What is told to webhooks, and by whom it may be.

use std::sync::{Arc, Mutex};

use cacherr::api::Hooks;
use cacherr::domain::media::RatingKey;
use cacherr::domain::media::tip::{Tip, TipEvent};
use cacherr::domain::secret::Secret;
use reqwest::{Method, RequestBuilder};
use serde_json::json;

use crate::support::app::{Answer, Options, TestApp, send};
use crate::support::log::Log;

const KEY: &str = "0123456789abcdef";
const TOKEN: &str = "tok-SECRET-0815";
const PLAY: &str =
    r#"{"event":"media.play","Account":{"id":1,"title":"user2"},"Metadata":{"ratingKey":"42"}}"#;

type Heard = Arc<Mutex<Vec<Tip>>>;

async fn start(options: Options) -> (TestApp, Heard) {
    let heard = Heard::default();
    let tell = {
        let heard = heard.clone();
        Arc::new(move |tip| heard.lock().unwrap().push(tip))
    };
    let hooks = Some(Hooks { token: Secret::new(TOKEN), tell });
    let app = TestApp::start_with(Options { key: Some(KEY), hooks, ..options }).await;
    (app, heard)
}

/// Without a key.
fn to_path(app: &TestApp, method: Method, path: &str) -> RequestBuilder {
    crate::support::http_client().request(method, format!("http://{}{path}", app.origin()))
}

fn to(app: &TestApp, token: &str) -> RequestBuilder {
    to_path(app, Method::POST, &format!("/api/webhooks/plex/{token}"))
}

fn as_form(request: RequestBuilder, picture: &[u8]) -> RequestBuilder {
    let head = |name, kind| {
        format!("--xyz\r\nContent-Disposition: form-data; name=\"{name}\"\r\nContent-Type: {kind}\r\n\r\n")
    };
    let thumb = ["\r\n", &head("thumb", "image/jpeg")].concat();
    let payload = [&head("payload", "application/json"), PLAY, &thumb].concat();
    let body = [payload.as_bytes(), picture, b"\r\n--xyz--\r\n"];
    request.header("Content-Type", "multipart/form-data; boundary=xyz").body(body.concat())
}

fn played(event: TipEvent) -> Tip {
    Tip { event, video: Some(RatingKey("42".to_owned())), file: None, user: Some("user2".to_owned()) }
}

#[tokio::test]
async fn what_plex_and_others_tell_is_handed_over_without_a_key() {
    let (app, heard) = start(Options::default()).await;
    // Larger than any other body may be.
    let answer = send(as_form(to(&app, TOKEN), &vec![0xff; 3 << 20])).await.is(200);
    assert_eq!(answer, json!({ "event": "started" }));
    let stopped = json!({ "event": "stop", "rating_key": 42, "username": "user2", "anything": {} });
    let answer = send(to(&app, TOKEN).json(&stopped)).await.is(200);
    assert_eq!(answer, json!({ "event": "stopped" }));
    assert_eq!(*heard.lock().unwrap(), [played(TipEvent::Started), played(TipEvent::Stopped)]);
}

#[tokio::test]
async fn a_wrong_token_is_a_path_where_nothing_is_whatever_is_sent() {
    let (app, heard) = start(Options::default()).await;
    let nothing = app.post("/api/none", &json!({})).await.refuses(404, "not_found");
    let longer = format!("{TOKEN}x");
    for token in ["wrong", "%20", "tok-SECRET", longer.as_str(), "TOK-secret-0815"] {
        let broken = to(&app, token).header("Content-Type", "application/json").body("{");
        for request in [as_form(to(&app, token), b"x"), to(&app, token), broken] {
            assert_eq!(send(request).await.refuses(404, "not_found"), nothing, "{token}");
        }
    }
    send(to(&app, "%ff")).await.refuses(404, "not_found");
    for path in ["/api/webhooks/plex", "/api/webhooks/plex/", "/api/webhooks/plex/a/b"] {
        send(to_path(&app, Method::POST, path)).await.refuses(401, "unauthorized");
    }
    send(to_path(&app, Method::GET, &format!("/api/webhooks/plex/{TOKEN}")))
        .await
        .refuses(405, "method_not_allowed");
    assert_eq!(*heard.lock().unwrap(), []);
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_and_not_repeated() {
    let (app, heard) = start(Options::default()).await;
    let sent =
        |kind: &'static str, body: Vec<u8>| send(to(&app, TOKEN).header("Content-Type", kind).body(body));
    let says_nothing = |answer: &Answer| assert!(!answer.body.to_string().contains("SECRET"));
    for (kind, body, status, code) in [
        ("text/plain", b"SECRET".to_vec(), 415, "unsupported_media_type"),
        ("multipart/form-data", b"SECRET".to_vec(), 415, "unsupported_media_type"),
        ("application/json", b"SECRET".to_vec(), 400, "malformed_json"),
        ("application/json", vec![], 400, "malformed_json"),
        ("multipart/form-data; boundary=xyz", b"SECRET".to_vec(), 400, "malformed_json"),
        ("application/json", vec![b' '; 300 << 10], 413, "payload_too_large"),
    ] {
        let answer = sent(kind, body).await;
        says_nothing(&answer);
        answer.refuses(status, code);
    }
    let answer = send(to(&app, &format!("{TOKEN}?SECRET=1"))).await;
    says_nothing(&answer);
    answer.refuses(400, "unknown_parameter");
    assert_eq!(*heard.lock().unwrap(), []);
}

#[tokio::test]
async fn the_path_is_told_to_whoever_has_the_key() {
    let (app, heard) = start(Options { base_path: Some("/cacherr"), ..Options::default() }).await;
    send(to_path(&app, Method::GET, "/cacherr/api/webhooks")).await.refuses(401, "unauthorized");
    let path = app.get("/cacherr/api/webhooks").await.is(200)["plex"].as_str().unwrap().to_owned();
    assert_eq!(path, format!("/cacherr/api/webhooks/plex/{TOKEN}"));
    send(as_form(to_path(&app, Method::POST, &path), b"x")).await.is(200);
    assert_eq!(heard.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn without_a_media_server_there_is_no_webhook() {
    let app = TestApp::start().await;
    assert_eq!(app.get("/api/webhooks").await.is(200), json!({ "plex": null }));
    send(to(&app, TOKEN).json(&json!({}))).await.refuses(404, "not_found");
    send(to(&app, "").json(&json!({}))).await.refuses(401, "unauthorized");
}

#[tokio::test]
async fn the_token_stands_in_no_line_of_the_log() {
    let log = Log::overhear();
    let (app, _heard) = start(Options::default()).await;
    send(as_form(to(&app, TOKEN), b"x")).await.is(200);
    send(to(&app, TOKEN).body("{")).await.refuses(415, "unsupported_media_type");
    send(to(&app, &format!("{TOKEN}/more"))).await.refuses(401, "unauthorized");
    app.get("/api/webhooks").await.is(200);
    drop(app);
    tracing::info!("this is heard");
    let lines = log.text();
    assert!(lines.contains("this is heard"), "{lines}");
    assert!(!lines.contains("SECRET"), "{lines}");
}
