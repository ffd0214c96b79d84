//! One act on many files: accepted as a job, worked off, seen, called off, resumed.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::app::{Answer, TestApp, send};

const NOBODY: &str = "0190a6b8-9c1e-7cc3-98c4-dc0c0c07398f";

async fn ask(app: &TestApp, body: Value) -> Answer {
    app.post("/api/cached/files/batch", &body).await
}

/// Asks for a batch and waits for its end.
async fn batch(app: &TestApp, body: Value) -> Value {
    let data = ask(app, body).await.is(202);
    app.ended(data["job_id"].as_str().unwrap()).await
}

async fn cached(app: &TestApp, count: usize) -> Vec<(String, PathBuf)> {
    let mut all = Vec::new();
    for n in 0..count {
        let film = app.film(&format!("film {n}.mkv"), 100 + n);
        let user = if n % 2 == 0 { "user1" } else { "user2" };
        all.push((app.cache(&film, json!({ "user_id": user })).await, film));
    }
    all
}

async fn pinned(app: &TestApp) -> usize {
    let page = app.get("/api/cached/files?limit=500").await.is(200);
    page["files"].as_array().unwrap().iter().filter(|file| file["pinned"] == true).count()
}

async fn act(app: &TestApp, job: &str, verb: &str) -> Answer {
    send(app.request(Method::POST, &format!("/api/jobs/{job}/{verb}"))).await
}

#[tokio::test]
async fn files_are_pinned_by_id_and_unpinned_by_filter() {
    let app = TestApp::start().await;
    let films = cached(&app, 4).await;
    let ids = [&films[0].0, &films[1].0, &films[1].0];
    let body = json!({ "action": "pin", "ids": ids, "reason": "keep", "user_id": "user1" });
    let answer = ask(&app, body).await;
    assert_eq!(answer.body["message"], "The files will be pinned.");
    let job = app.ended(answer.is(202)["job_id"].as_str().unwrap()).await;
    for (field, value) in [
        ("kind", json!("batch")),
        ("state", json!("done")),
        ("file_id", Value::Null),
        ("path", json!("")),
        ("bytes_done", json!(2)),
        ("bytes_total", json!(2)),
        ("error", Value::Null),
        ("cleanup", Value::Null),
        ("batch", json!({ "action": "pin", "done_count": 2, "failed_count": 0, "failures": [] })),
    ] {
        assert_eq!(job[field], value, "{field}");
    }
    assert_eq!(pinned(&app).await, 2);
    let log = app.get("/api/cached/operations?operation_type=pin").await.is(200);
    let entries = log["operations"].as_array().unwrap();
    assert_eq!(entries.len(), 2, "one entry for each file");
    assert_eq!(
        (&entries[0]["reason"], &entries[0]["triggered_by_user"], &entries[0]["triggered_by"]),
        (&json!("keep"), &json!("user1"), &json!("api_key"))
    );
    let job = batch(&app, json!({ "action": "unpin", "filter": { "user_id": "user1" } })).await;
    assert_eq!((&job["bytes_total"], &job["batch"]["done_count"]), (&json!(2), &json!(2)));
    assert_eq!(pinned(&app).await, 1);
}

#[tokio::test]
async fn every_field_of_the_filter_counts() {
    let app = TestApp::start().await;
    let films = cached(&app, 4).await;
    for (filter, count) in [
        (json!({ "search": "FILM 3" }), 1),
        (json!({ "user_id": "user2" }), 2),
        (json!({ "status": "active" }), 4),
        (json!({ "status": "orphaned" }), 0),
        (json!({ "triggered_by_operation": "manual" }), 4),
        (json!({ "triggered_by_operation": "trakt" }), 0),
        (json!({ "size_min": 101, "size_max": 102 }), 2),
        (json!({ "size_max": 0 }), 0),
        (json!({ "cached_since": "2020-01-01", "library": "Movies" }), 4),
        (json!({ "cached_since": "2200-01-01T00:00:00+02:00" }), 0),
        (json!({ "library": "Series" }), 0),
        (json!({ "search": "film", "user_id": "user1", "size_min": 102 }), 1),
        (json!({ "search": null, "user_id": "user1" }), 2),
    ] {
        let job = batch(&app, json!({ "action": "pin", "filter": filter })).await;
        let found = (&job["state"], &job["bytes_total"], &job["batch"]["done_count"]);
        assert_eq!(found, (&json!("done"), &json!(count), &json!(count)), "{filter}");
    }
    let everything = json!({ "action": "remove", "filter": {}, "all": true });
    assert_eq!(batch(&app, everything).await["batch"]["done_count"], 4);
    for (id, film) in &films {
        assert!(film.exists() && !film.is_symlink());
        assert_eq!(app.get(&format!("/api/cached/files/{id}")).await.is(200)["status"], "removed");
    }
    let log = app.get("/api/cached/operations?operation_type=remove").await.is(200);
    assert_eq!(log["operations"].as_array().unwrap().len(), 4);
    assert_eq!(log["operations"][0]["reason"], "manual");
}

#[tokio::test]
async fn what_is_not_clear_is_refused() {
    let app = TestApp::start().await;
    let films = cached(&app, 1).await;
    let id = &films[0].0;
    for (body, code) in [
        (json!({ "action": "pin" }), "invalid_parameter"),
        (json!({ "action": "pin", "all": true }), "invalid_parameter"),
        (json!({ "action": "pin", "ids": [id], "filter": { "library": "Movies" } }), "invalid_parameter"),
        (json!({ "action": "pin", "ids": [id], "all": true }), "invalid_parameter"),
        (json!({ "action": "pin", "filter": {} }), "invalid_parameter"),
        (json!({ "action": "pin", "filter": {}, "all": false }), "invalid_parameter"),
        (json!({ "action": "pin", "filter": { "search": "  " } }), "invalid_parameter"),
        (json!({ "action": "pin", "ids": [] }), "invalid_parameter"),
        (json!({ "action": "pin", "ids": vec![NOBODY; 10_001] }), "invalid_parameter"),
        (json!({ "action": "pin", "ids": ["one"] }), "invalid_parameter"),
        (json!({ "action": "pin", "ids": [7] }), "invalid_parameter"),
        (json!({ "action": "pin", "ids": NOBODY }), "invalid_parameter"),
        (json!({ "action": "evict", "ids": [id] }), "invalid_parameter"),
        (json!({ "ids": [id] }), "invalid_parameter"),
        (json!({ "action": "pin", "ids": [id], "reason": "" }), "invalid_parameter"),
        (json!({ "action": "pin", "ids": [id], "user_id": "\n" }), "invalid_parameter"),
        (json!({ "action": "pin", "ids": [id], "all": "yes" }), "invalid_parameter"),
        (json!({ "action": "pin", "ids": [id], "why": "x" }), "unknown_parameter"),
        (json!({ "action": "pin", "filter": "all" }), "invalid_parameter"),
        (json!({ "action": "pin", "filter": { "size_min": -1 } }), "invalid_parameter"),
        (json!({ "action": "pin", "filter": { "size_min": "1" } }), "invalid_parameter"),
        (json!({ "action": "pin", "filter": { "status": "lost" } }), "invalid_parameter"),
        (json!({ "action": "pin", "filter": { "cached_since": "yesterday" } }), "invalid_parameter"),
        (json!({ "action": "pin", "filter": { "limit": 5 } }), "unknown_parameter"),
        (json!([]), "malformed_json"),
    ] {
        let sentence = ask(&app, body).await.refuses(400, code);
        assert!(sentence.len() < 300, "{sentence}");
    }
    send(app.request(Method::POST, "/api/cached/files/batch")).await.refuses(400, "malformed_json");
    app.get("/api/cached/files/batch").await.refuses(405, "method_not_allowed");
    assert_eq!(pinned(&app).await, 0);
    assert_eq!(app.get("/api/jobs?state=queued").await.is(200)["pagination"]["total_count"], 0);
}

#[tokio::test]
async fn a_file_that_is_not_there_fails_by_itself_and_one_that_is_removed_already_is_as_was_asked() {
    let app = TestApp::start().await;
    let films = cached(&app, 3).await;
    app.delete(&format!("/api/cached/files/{}", films[0].0)).await.is(200);
    let ids = [NOBODY, &films[0].0, &films[1].0];
    let job = batch(&app, json!({ "action": "remove", "ids": ids })).await;
    assert_eq!(job["state"], "done");
    let result = &job["batch"];
    assert_eq!((&result["done_count"], &result["failed_count"]), (&json!(2), &json!(1)));
    let failure = &result["failures"][0];
    assert_eq!(
        (&failure["file_id"], &failure["code"], &failure["file_path"]),
        (&json!(NOBODY), &json!("not_found"), &json!(""))
    );
    assert!(failure["message"].is_string() && !films[1].1.is_symlink() && films[2].1.is_symlink());

    let job = batch(&app, json!({ "action": "pin", "ids": [&films[0].0, &films[2].0] })).await;
    let failure = &job["batch"]["failures"][0];
    assert_eq!(
        (&failure["file_id"], &failure["code"], &failure["file_path"]),
        (&json!(films[0].0), &json!("already_removed"), &json!(films[0].1))
    );
    assert_eq!(pinned(&app).await, 1);
}

#[tokio::test]
async fn only_the_first_failures_are_named_and_all_are_counted() {
    let app = TestApp::start().await;
    let ids: Vec<String> = (0..30).map(|n| format!("0190a6b8-9c1e-7cc3-98c4-dc0c0c0739{n:02}")).collect();
    let job = batch(&app, json!({ "action": "unpin", "ids": ids })).await;
    assert_eq!((&job["state"], &job["batch"]["failed_count"]), (&json!("done"), &json!(30)));
    assert_eq!(job["batch"]["failures"].as_array().unwrap().len(), 20);
}

#[tokio::test]
async fn a_hundred_files_are_given_back_while_listeners_are_told() {
    let app = TestApp::start().await;
    let films = cached(&app, 100).await;
    let mut socket = app.listen("").await;
    let data = ask(&app, json!({ "action": "remove", "filter": { "library": "Movies" } })).await.is(202);
    let id = data["job_id"].as_str().unwrap();
    let job = app.ended(id).await;
    assert_eq!((&job["bytes_done"], &job["batch"]["done_count"]), (&json!(100), &json!(100)));
    assert!(films.iter().all(|(_, film)| film.exists() && !film.is_symlink()));
    let (mut last, mut told) = (0, 0);
    loop {
        let frame = socket.frame().await;
        match frame["type"].as_str().unwrap() {
            "job_progress" if frame["data"]["job_id"] == id => {
                let done = frame["data"]["bytes_done"].as_u64().unwrap();
                assert!(done >= last && frame["data"]["bytes_total"].as_u64().unwrap() <= 100, "{frame}");
                (last, told) = (done, told + 1);
            }
            "job_finished" if frame["data"]["id"] == id || frame["data"]["job_id"] == id => break,
            // More than a hundred in a second are one: read again.
            "resync" => return,
            _ => {}
        }
    }
    assert!(told > 0);
}

/// A batch whose removals cannot go on: their library is away.
async fn stuck(app: &TestApp, films: &[(String, PathBuf)]) -> (String, PathBuf) {
    let away = app.library.with_extension("away");
    fs::rename(&app.library, &away).unwrap();
    let ids: Vec<&str> = films.iter().map(|(id, _)| &**id).collect();
    let data = ask(app, json!({ "action": "remove", "ids": ids })).await.is(202);
    let all_asked = async {
        while app.get("/api/cached/statistics").await.is(200)["pending_files"] != films.len() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), all_asked).await.unwrap();
    (data["job_id"].as_str().unwrap().to_owned(), away)
}

/// Brings the library back and lets everything that waits for it be tried again.
async fn unstuck(app: &TestApp, away: &PathBuf) {
    fs::rename(away, &app.library).unwrap();
    let jobs = app.get("/api/jobs?limit=500").await.is(200);
    for job in jobs["jobs"].as_array().unwrap() {
        if job["kind"] == "remove" && job["finished_at"].is_null() {
            // It may have ended since.
            act(app, job["id"].as_str().unwrap(), "resume").await;
        }
    }
}

#[tokio::test]
async fn a_batch_has_ended_when_its_last_removal_has() {
    let app = TestApp::start().await;
    let films = cached(&app, 3).await;
    let (job, away) = stuck(&app, &films).await;
    let seen = app.get(&format!("/api/jobs/{job}")).await.is(200);
    assert_eq!((&seen["state"], &seen["bytes_done"]), (&json!("queued"), &json!(0)));
    // One of the three is called off: it stays, and the batch says so.
    let jobs = app.get("/api/jobs?state=queued").await.is(200);
    let removal =
        jobs["jobs"].as_array().unwrap().iter().find(|job| job["kind"] == "remove").unwrap().clone();
    act(&app, removal["id"].as_str().unwrap(), "cancel").await.is(200);
    unstuck(&app, &away).await;
    let ended = app.ended(&job).await;
    let result = &ended["batch"];
    assert_eq!((&result["done_count"], &result["failed_count"]), (&json!(2), &json!(1)));
    assert_eq!(
        (&result["failures"][0]["file_id"], &result["failures"][0]["code"]),
        (&removal["file_id"], &json!("cancelled"))
    );
    assert_eq!(films.iter().filter(|(_, film)| film.is_symlink()).count(), 1);
}

#[tokio::test]
async fn a_batch_that_is_called_off_ends_at_once_and_what_it_began_goes_on() {
    let app = TestApp::start().await;
    let films = cached(&app, 3).await;
    let (job, away) = stuck(&app, &films).await;
    assert_eq!(act(&app, &job, "cancel").await.is(200)["state"], "cancelled");
    act(&app, &job, "cancel").await.refuses(409, "wrong_job_state");
    unstuck(&app, &away).await;
    let jobs = app.get("/api/jobs").await.is(200);
    for job in jobs["jobs"].as_array().unwrap().iter().filter(|job| job["kind"] == "remove") {
        assert_eq!(app.ended(job["id"].as_str().unwrap()).await["state"], "done");
    }
    assert_eq!(app.get(&format!("/api/jobs/{job}")).await.is(200)["state"], "cancelled");
}

#[tokio::test]
async fn a_halted_batch_stays_halted_over_a_restart_and_goes_on_when_told() {
    let mut app = TestApp::start().await;
    let films = cached(&app, 3).await;
    let (job, away) = stuck(&app, &films).await;
    assert_eq!(act(&app, &job, "pause").await.is(200)["paused"], true);
    app.restart().await;
    unstuck(&app, &away).await;
    let jobs = app.get("/api/jobs").await.is(200);
    for job in jobs["jobs"].as_array().unwrap().iter().filter(|job| job["kind"] == "remove") {
        assert_eq!(app.ended(job["id"].as_str().unwrap()).await["state"], "done");
    }
    let seen = app.get(&format!("/api/jobs/{job}")).await.is(200);
    assert_eq!((&seen["state"], &seen["paused"]), (&json!("queued"), &json!(true)));
    act(&app, &job, "resume").await.is(200);
    let ended = app.ended(&job).await;
    assert_eq!((&ended["state"], &ended["batch"]["done_count"]), (&json!("done"), &json!(3)));
}

#[tokio::test]
async fn a_restart_in_the_middle_loses_nothing() {
    let mut app = TestApp::start().await;
    let films = cached(&app, 70).await;
    let pins = ask(&app, json!({ "action": "pin", "filter": {}, "all": true })).await.is(202);
    app.restart().await;
    let ids: Vec<&str> = films.iter().take(50).map(|(id, _)| &**id).collect();
    let removes = ask(&app, json!({ "action": "remove", "ids": ids })).await.is(202);
    app.restart().await;
    for (job, count) in [(pins, 70), (removes, 50)] {
        let ended = app.ended(job["job_id"].as_str().unwrap()).await;
        let result = &ended["batch"];
        assert_eq!((&result["done_count"], &result["failed_count"]), (&json!(count), &json!(0)));
    }
    assert_eq!(pinned(&app).await, 20);
    for (n, (_, film)) in films.iter().enumerate() {
        assert_eq!((film.exists(), film.is_symlink()), (true, n >= 50));
    }
}
