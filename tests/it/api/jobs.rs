//! Jobs are seen, cancelled, halted and let go on.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::app::{Options, TestApp, send};

/// Slow enough that a copy of `LARGE` bytes is caught in the act.
fn slow() -> Options {
    Options { bandwidth: 2 << 20, ..Options::default() }
}

const LARGE: usize = 24 << 20;

async fn begin(app: &TestApp, name: &str) -> String {
    let film = app.film(name, LARGE);
    let mut socket = app.listen("").await;
    let accepted = app.post("/api/cached/files", &json!({ "file_path": film })).await.is(202);
    let job = accepted["job_id"].as_str().unwrap().to_owned();
    loop {
        let frame = socket.frame().await;
        if frame["type"] == "job_progress" && frame["data"]["job_id"] == job.as_str() {
            return job;
        }
    }
}

async fn act(app: &TestApp, job: &str, verb: &str) -> Value {
    send(app.request(Method::POST, &format!("/api/jobs/{job}/{verb}"))).await.is(200)
}

#[tokio::test]
async fn a_running_job_shows_its_progress_and_can_be_cancelled() {
    let app = TestApp::start_with(slow()).await;
    let job = begin(&app, "a.mkv").await;
    let seen = app.get(&format!("/api/jobs/{job}")).await.is(200);
    assert_eq!((&seen["state"], &seen["kind"]), (&json!("copying"), &json!("cache")));
    assert_eq!((&seen["bytes_total"], &seen["error"]), (&json!(LARGE), &Value::Null));
    let running = app.get("/api/jobs?state=copying").await.is(200);
    assert_eq!(running["jobs"][0]["id"], job.as_str());
    assert_eq!(app.get("/api/jobs?state=queued").await.is(200)["pagination"]["total_count"], 0);
    assert_eq!(app.get("/api/jobs?active=true").await.is(200)["jobs"][0]["id"], job.as_str());
    assert_eq!(app.get("/api/jobs?active=false").await.is(200)["pagination"]["total_count"], 0);

    act(&app, &job, "cancel").await;
    let ended = app.ended(&job).await;
    assert_eq!(ended["state"], "cancelled");
    assert!(ended["finished_at"].is_string() && !app.library.join("a.mkv").is_symlink());
    for verb in ["cancel", "pause", "resume"] {
        let answer = send(app.request(Method::POST, &format!("/api/jobs/{job}/{verb}"))).await;
        answer.refuses(409, "wrong_job_state");
    }
    for ended in ["state=cancelled", "active=false"] {
        assert_eq!(app.get(&format!("/api/jobs?{ended}")).await.is(200)["jobs"][0]["id"], job.as_str());
    }
    assert_eq!(app.get("/api/jobs?active=true").await.is(200)["pagination"]["total_count"], 0);
    app.get("/api/jobs?state=lost").await.refuses(400, "invalid_parameter");
}

#[tokio::test]
async fn a_halted_job_stays_halted_over_a_restart_and_goes_on_when_told() {
    let mut app = TestApp::start_with(slow()).await;
    let job = begin(&app, "a.mkv").await;
    assert_eq!(act(&app, &job, "pause").await["paused"], true);
    app.options.bandwidth = 0;
    app.restart().await;
    let seen = app.get(&format!("/api/jobs/{job}")).await.is(200);
    assert_eq!((&seen["state"], &seen["paused"]), (&json!("queued"), &json!(true)));
    assert_eq!(act(&app, &job, "resume").await["paused"], false);
    assert_eq!(app.ended(&job).await["state"], "done");
    assert!(app.library.join("a.mkv").is_symlink());
}

#[tokio::test]
async fn jobs_are_listed_newest_first_and_in_pages() {
    let app = TestApp::start().await;
    for name in ["a.mkv", "b.mkv", "c.mkv"] {
        let film = app.film(name, 10);
        app.cache(&film, json!({})).await;
    }
    let page = app.get("/api/jobs?state=done&limit=2").await.is(200);
    let paths: Vec<&str> =
        page["jobs"].as_array().unwrap().iter().map(|job| job["path"].as_str().unwrap()).collect();
    assert!(paths[0].ends_with("c.mkv") && paths[1].ends_with("b.mkv"), "{paths:?}");
    assert_eq!(page["pagination"], json!({ "limit": 2, "offset": 0, "total_count": 3, "has_more": true }));
    let rest = app.get("/api/jobs?limit=2&offset=2").await.is(200);
    assert!(rest["jobs"][0]["path"].as_str().unwrap().ends_with("a.mkv"));
}

#[tokio::test]
async fn first_copies_that_begin_together_all_come() {
    let app = TestApp::start().await;
    let films: Vec<_> = (0..8).map(|number| app.film(&format!("{number}.mkv"), 4096)).collect();
    let bodies: Vec<_> = films.iter().map(|film| json!({ "file_path": film })).collect();
    let asked = bodies.iter().map(|body| app.post("/api/cached/files", body));
    // All of them meet a cache dir that nobody has marked yet.
    for answer in futures_util::future::join_all(asked).await {
        let job = answer.is(202)["job_id"].as_str().unwrap().to_owned();
        let ended = app.ended(&job).await;
        assert_eq!(ended["state"], "done", "{ended:#}");
    }
}
