//! The doctor over HTTP, and who else reads the libraries: asked and remembered.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::app::{Answer, TestApp, send};
use crate::support::house::names;

async fn put(app: &TestApp, name: &str, body: &Value) -> Answer {
    send(app.request(Method::PUT, &format!("/api/system/readers/{name}")).json(body)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_looked_at_until_somebody_asks_and_then_it_is_remembered() {
    let app = TestApp::start().await;
    let before = app.get("/api/system/doctor").await.is(200);
    assert_eq!(before, json!({ "ran_at": null, "failures": 0, "warnings": 0, "findings": [] }));
    let ran = app.get("/api/system/doctor?run=true").await.is(200);
    let findings = ran["findings"].as_array().unwrap();
    let swap = findings.iter().find(|finding| finding["check"] == "swap").unwrap();
    assert_eq!(
        (&swap["subject"], &swap["verdict"], &swap["fix"]),
        (&json!("Movies"), &json!("ok"), &Value::Null)
    );
    assert!(
        findings.iter().any(|finding| finding["check"] == "media_server" && finding["verdict"] == "unknown")
    );
    for finding in findings {
        assert_eq!(finding["fix"].is_null(), finding["verdict"] == "ok", "{finding}");
    }
    assert_eq!(app.get("/api/system/doctor").await.is(200), ran);
    assert_eq!(app.get("/api/system/doctor?run=false").await.is(200), ran);
    assert_eq!(names(&app.library), [] as [String; 0], "nothing is left of the trial");
    app.get("/api/system/doctor?run=maybe").await.refuses(400, "invalid_parameter");
    app.get("/api/system/doctor?anew=true").await.refuses(400, "unknown_parameter");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_else_reads_is_said_changed_listed_and_forgotten() {
    let app = TestApp::start().await;
    assert_eq!(app.get("/api/system/readers").await.is(200), json!({ "readers": [] }));
    let said = put(&app, "Sonarr", &json!({ "kind": "download_manager" })).await.is(200);
    assert_eq!((&said["name"], &said["sees_cache"]), (&json!("Sonarr"), &Value::Null));
    put(&app, "M%C3%A9dia%20share", &json!({ "kind": "file_share", "sees_cache": true })).await.is(200);
    put(&app, "Sonarr", &json!({ "kind": "download_manager", "sees_cache": false })).await.is(200);
    let list = app.get("/api/system/readers").await.is(200);
    let all: Vec<_> = list["readers"].as_array().unwrap().iter().collect();
    assert_eq!(all.len(), 2);
    assert_eq!((&all[0]["name"], &all[1]["name"]), (&json!("Média share"), &json!("Sonarr")));
    assert_eq!(all[1]["sees_cache"], false);
    let ran = app.get("/api/system/doctor?run=true").await.is(200);
    assert_eq!(ran["failures"], 1, "{ran:#}");

    let gone = app.delete("/api/system/readers/Sonarr").await.is(200);
    assert_eq!(gone["kind"], "download_manager");
    app.delete("/api/system/readers/Sonarr").await.refuses(404, "not_found");
    assert_eq!(app.get("/api/system/readers").await.is(200)["readers"].as_array().unwrap().len(), 1);
    put(&app, "Emby", &json!({ "kind": "toaster" })).await.refuses(400, "invalid_parameter");
    put(&app, "Emby", &json!({ "sees_cache": true })).await.refuses(400, "invalid_parameter");
    put(&app, "Emby", &json!({ "kind": "player", "hears": 1 })).await.refuses(400, "unknown_parameter");
    put(&app, "%20", &json!({ "kind": "player" })).await.refuses(400, "invalid_parameter");
    put(&app, "a%07b", &json!({ "kind": "player" })).await.refuses(400, "invalid_parameter");
}
