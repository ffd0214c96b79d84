//! What an instance says of itself, and starting anew.

use cacherr::Error;
use cacherr::api::Restart;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn an_instance_says_what_it_is_and_where_it_works() {
    let app = TestApp::start_with(Options { base_path: None, ..Options::default() }).await;
    let (_, viewer) = app.add_key("looks", "viewer").await;
    send(app.with_key(&viewer, Method::GET, "/api/system/info")).await.refuses(403, "forbidden");
    let info = app.get("/api/system/info").await.is(200);
    assert_eq!(info["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(info["pid"], std::process::id());
    assert_eq!(info["libraries"][0]["name"], "Movies");
    assert_eq!(info["libraries"][0]["path"], app.library.to_str().unwrap());
    assert_eq!(info["libraries"][0]["server_path"], serde_json::Value::Null);
    assert_eq!(info["libraries"][0]["swap"], "exchange");
    assert!(info["store_bytes"].as_u64().unwrap() > 0 && info["runs_as"]["uid"].is_u64(), "{info}");
    assert!(info["cache_dir"].as_str().unwrap().ends_with("/cache") && info["demo"] == false, "{info}");
    assert!(info["target"].as_str().unwrap().contains("linux") && info["config_file"].is_null(), "{info}");
    let version = app.get("/api/version").await.is(200);
    assert_eq!(version["started_at"], info["started_at"]);
}

use crate::support::app::{Options, TestApp, send};

#[tokio::test]
async fn a_restart_is_for_admins_and_refused_where_the_configuration_cannot_be_used() {
    let app = TestApp::start().await;
    let (_, operator) = app.add_key("op", "operator").await;
    send(app.with_key(&operator, Method::POST, "/api/system/restart")).await.refuses(403, "forbidden");
    assert_eq!(app.post("/api/system/restart?now=1", &json!({})).await.status, 400);
    let asked = send(app.request(Method::POST, "/api/system/restart")).await.is(202);
    assert_eq!(asked, json!({ "restarting": true }));

    let restart = Restart::by(|| Err(Error::Config("cacherr.toml:3:1: cache.limt is not known".to_owned())));
    let app = TestApp::start_with(Options { restart: restart.clone(), ..Options::default() }).await;
    assert_eq!(restart.trouble(), None);
    let refused = send(app.request(Method::POST, "/api/system/restart")).await;
    let sentence = refused.refuses(400, "invalid_settings");
    assert!(sentence.contains("cache.limt is not known"), "{sentence}");
    assert!(restart.trouble().unwrap().contains("cache.limt"), "{:?}", restart.trouble());
}
