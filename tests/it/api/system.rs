//! What an instance says of itself, and starting anew.

use cacherr::Error;
use cacherr::api::Restart;
use reqwest::Method;
use serde_json::json;

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
