//! Files come and go.

use std::fs;
use std::os::unix::fs::MetadataExt;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::app::{TestApp, send};

#[tokio::test]
async fn a_file_is_cached_read_and_given_back() {
    let app = TestApp::start().await;
    // Nobody else says what it is worth.
    app.librarian().stop().await;
    let film = app.film("Dune (2021)/Dune.mkv", 300_000);
    let (bytes, inode) = (fs::read(&film).unwrap(), film.metadata().unwrap().ino());
    let asked = json!({ "file_path": film, "user_id": "user1", "operation": "watchlist" });
    let answer = app.post("/api/cached/files", &asked).await;
    assert!(answer.body["message"].is_string());
    let accepted = answer.is(202);
    assert_eq!(accepted["method"], "atomic_copy");
    assert_eq!(app.ended(accepted["job_id"].as_str().unwrap()).await["state"], "done");
    assert!(film.is_symlink() && fs::read(&film).unwrap() == bytes);

    let id = accepted["file_id"].as_str().unwrap();
    let detail = app.get(&format!("/api/cached/files/{id}")).await.is(200);
    for (field, value) in [
        ("file_path", json!(film)),
        ("original_path", json!(film)),
        ("filename", json!("Dune.mkv")),
        ("cache_method", json!("atomic_copy")),
        ("file_size_bytes", json!(300_000)),
        ("file_size_readable", json!("293.0 KB")),
        ("triggered_by_user", json!("user1")),
        ("triggered_by_operation", json!("watchlist")),
        ("status", json!("active")),
        ("users", json!(["user1"])),
        ("library", json!("Movies")),
        ("pinned", json!(false)),
        ("priority", Value::Null),
        ("playing", json!(false)),
        ("last_accessed", Value::Null),
        ("why", json!([])),
        ("hash", json!(blake3::hash(&bytes).to_hex().as_str())),
    ] {
        assert_eq!(detail[field], value, "{field}");
    }
    assert_eq!(detail["attributions"][0]["reason"], "watchlist");
    assert_eq!(detail["history"][0]["operation_type"], "cache");

    let path = format!("/api/cached/files/{id}?reason=manual_cleanup&user_id=user1");
    let answer = app.delete(&path).await;
    assert_eq!(answer.body["message"], "Cached file removed successfully: Dune.mkv");
    let removed = answer.is(200);
    assert_eq!((&removed["status"], &removed["reason"]), (&json!("removed"), &json!("manual_cleanup")));
    assert_eq!((&removed["file_id"], &removed["file_path"]), (&json!(id), &json!(film)));
    assert!(!film.is_symlink() && film.metadata().unwrap().ino() == inode);

    let log = app.get("/api/cached/operations?operation_type=remove").await.is(200);
    let entry = &log["operations"][0];
    assert_eq!((&entry["reason"], &entry["triggered_by_user"]), (&json!("manual_cleanup"), &json!("user1")));
    app.delete(&format!("/api/cached/files/{id}")).await.refuses(409, "already_removed");
    assert_eq!(app.get(&format!("/api/cached/files/{id}")).await.is(200)["status"], "removed");
}

#[tokio::test]
async fn what_is_not_there_is_a_404_whether_or_not_it_could_be_an_id() {
    let app = TestApp::start().await;
    for id in ["0190a6b8-9c1e-7cc3-98c4-dc0c0c07398f", "none", "%2e%2e", "x%20y"] {
        app.get(&format!("/api/cached/files/{id}")).await.refuses(404, "not_found");
        app.delete(&format!("/api/cached/files/{id}")).await.refuses(404, "not_found");
        app.get(&format!("/api/jobs/{id}")).await.refuses(404, "not_found");
        send(app.request(Method::POST, &format!("/api/jobs/{id}/cancel"))).await.refuses(404, "not_found");
    }
}

#[tokio::test]
async fn a_second_user_is_added_and_a_repetition_is_a_conflict() {
    let app = TestApp::start().await;
    let film = app.film("a.mkv", 1000);
    let id = app.cache(&film, json!({ "user_id": "user1" })).await;
    let again = json!({ "file_path": film, "user_id": "user1" });
    app.post("/api/cached/files", &again).await.refuses(409, "already_tracked");
    let user2 = json!({ "file_path": film, "user_id": "user2", "operation": "ondeck" });
    let accepted = app.post("/api/cached/files", &user2).await.is(200);
    assert_eq!((&accepted["file_id"], &accepted["job_id"]), (&json!(id), &Value::Null));
    let detail = app.get(&format!("/api/cached/files/{id}")).await.is(200);
    assert_eq!(
        (&detail["users"], &detail["triggered_by_user"]),
        (&json!(["user1", "user2"]), &json!("user1"))
    );
    let statistics = app.get("/api/cached/statistics").await.is(200);
    assert_eq!((&statistics["users_count"], &statistics["total_files"]), (&json!(2), &json!(1)));
}

#[tokio::test]
async fn what_cannot_be_cached_is_refused_with_the_reason() {
    let app = TestApp::start().await;
    let film = app.film("a.mkv", 10);
    fs::create_dir(app.library.join("folder")).unwrap();
    for (path, status, code) in [
        ("/etc/hosts".into(), 400, "outside_libraries"),
        (app.library.join("none.mkv"), 400, "file_vanished"),
        (app.library.join("folder"), 400, "not_regular_file"),
    ] {
        app.post("/api/cached/files", &json!({ "file_path": path })).await.refuses(status, code);
    }
    let linked = json!({ "file_path": film, "mode": "hardlink" });
    app.post("/api/cached/files", &linked).await.refuses(400, "method_not_supported");
    assert_eq!(app.get("/api/jobs").await.is(200)["jobs"], json!([]));
}

#[tokio::test]
async fn the_reason_may_stand_in_the_body_which_wins_over_the_query() {
    let app = TestApp::start().await;
    let (a, b) = (app.film("a.mkv", 10), app.film("b.mkv", 10));
    let id = app.cache(&a, json!({})).await;
    let path = format!("/api/cached/files/{id}?reason=query");
    for (body, code) in [
        (json!({ "reason": 7 }), "invalid_parameter"),
        (json!({ "reason": "" }), "invalid_parameter"),
        (json!({ "why": "x" }), "unknown_parameter"),
    ] {
        send(app.request(Method::DELETE, &path).json(&body)).await.refuses(400, code);
    }
    let body = json!({ "reason": "body", "user_id": "user1" });
    assert_eq!(send(app.request(Method::DELETE, &path).json(&body)).await.is(200)["reason"], "body");
    let id = app.cache(&b, json!({})).await;
    assert_eq!(app.delete(&format!("/api/cached/files/{id}")).await.is(200)["reason"], "manual");
}

#[tokio::test]
async fn in_move_mode_the_answer_is_either_done_or_on_its_way() {
    let app = TestApp::start().await;
    let film = app.film("a.mkv", 100_000);
    let bytes = fs::read(&film).unwrap();
    let id = app.cache(&film, json!({ "mode": "move" })).await;
    assert_eq!(app.get(&format!("/api/cached/files/{id}")).await.is(200)["cache_method"], "atomic_symlink");
    let answer = app.delete(&format!("/api/cached/files/{id}")).await;
    let (status, data) = (answer.status, &answer.body["data"]);
    assert!(
        (status, &data["status"]) == (200, &json!("removed"))
            || (status, &data["status"]) == (202, &json!("pending_removal")),
        "{answer:?}"
    );
    app.ended(data["job_id"].as_str().unwrap()).await;
    assert!(!film.is_symlink() && fs::read(&film).unwrap() == bytes);
}

#[tokio::test]
async fn what_cannot_be_given_back_yet_is_pending_until_it_is_back() {
    let app = TestApp::start().await;
    let film = app.film("a.mkv", 1000);
    let id = app.cache(&film, json!({})).await;
    let away = app.library.with_extension("away");
    fs::rename(&app.library, &away).unwrap();
    let answer = app.delete(&format!("/api/cached/files/{id}")).await;
    assert_eq!(answer.body["message"], "Cached file will be removed: a.mkv");
    let data = answer.is(202);
    assert_eq!(data["status"], "pending_removal");
    assert_eq!(app.get("/api/cached/statistics").await.is(200)["pending_files"], 1);
    let job = data["job_id"].as_str().unwrap();
    let waits = app.get(&format!("/api/jobs/{job}")).await.is(200);
    assert_eq!(
        (&waits["kind"], &waits["error"]["code"]),
        (&json!("remove"), &json!("library_volume_missing"))
    );
    fs::rename(&away, &app.library).unwrap();
    send(app.request(Method::POST, &format!("/api/jobs/{job}/resume"))).await.is(200);
    assert_eq!(app.ended(job).await["state"], "done");
    assert!(film.exists() && !film.is_symlink());
}

#[tokio::test]
async fn a_name_that_is_not_utf8_is_shown_and_found_by_its_id() {
    use std::os::unix::ffi::OsStrExt;
    let app = TestApp::start().await;
    let plain = app.film("plain.mkv", 10);
    let odd = app.library.join(std::ffi::OsStr::from_bytes(b"caf\xe9.mkv"));
    fs::rename(&plain, &odd).unwrap();
    let request = cacherr::cacher::CacheRequest {
        path: odd.clone(),
        operation: cacherr::domain::file::Operation::Manual,
        user: None,
        metadata: Default::default(),
        method: None,
        by: "test".into(),
    };
    let accepted = app.cacher().request_cache(&request).unwrap();
    let cacherr::cacher::Accepted::Queued { job, file, .. } = accepted else { panic!("{accepted:?}") };
    app.ended(&job.to_string()).await;
    assert_eq!(app.get(&format!("/api/cached/files/{file}")).await.is(200)["filename"], "caf\u{fffd}.mkv");
    app.delete(&format!("/api/cached/files/{file}")).await.is(200);
    assert!(odd.exists() && !odd.is_symlink());
}
