//! Orphans are found, healed, removed, and never dropped silently.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use cacherr::domain::file::{FileRow, Status};
use cacherr::domain::id::FileId;
use cacherr::store::Rows;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::app::{Answer, TestApp, send};

const CLEANUP: &str = "/api/cached/cleanup";

async fn clean(app: &TestApp, body: Value) -> Answer {
    app.post(CLEANUP, &body).await
}

async fn detail(app: &TestApp, id: &str) -> Value {
    app.get(&format!("/api/cached/files/{id}")).await.is(200)
}

/// Caches so many films. Their ids, paths and copies.
async fn cached(app: &TestApp, count: usize) -> Vec<(String, PathBuf, PathBuf)> {
    let mut all = Vec::new();
    for n in 0..count {
        let film = app.film(&format!("{n}.mkv"), 1000 + n);
        let id = app.cache(&film, json!({ "user_id": "user1" })).await;
        let copy = PathBuf::from(detail(app, &id).await["cached_path"].as_str().unwrap());
        all.push((id, film, copy));
    }
    all
}

async fn log(app: &TestApp, kind: &str) -> Vec<Value> {
    let page = app.get(&format!("/api/cached/operations?operation_type={kind}")).await.is(200);
    page["operations"].as_array().unwrap().clone()
}

/// Nothing may be concluded: everything is as it was.
fn store(app: &TestApp) -> String {
    app.cacher().engine().store().dump().unwrap()
}

#[tokio::test]
async fn a_missing_copy_is_healed_found_again_and_removed_when_that_is_asked_for() {
    let app = TestApp::start().await;
    let films = cached(&app, 3).await;
    let (id, film, copy) = &films[0];
    let kept = film.with_file_name(".0.mkv.cacherr-original");
    let inode = kept.metadata().unwrap().ino();
    fs::remove_file(copy).unwrap();
    assert!(fs::read(film).is_err(), "its link leads nowhere");

    let answer = clean(&app, json!({ "remove_orphaned": false, "user_id": "admin" })).await;
    assert_eq!(answer.body["message"], "Cache cleanup completed. 1 files marked as orphaned.");
    let found = json!({
        "orphaned_count": 1, "removed_count": 0, "remove_orphaned": false,
        "unrecoverable_count": 0, "unrecoverable": [], "job_id": null,
    });
    assert_eq!(answer.is(200), found);
    assert_eq!((film.is_symlink(), film.metadata().unwrap().ino()), (false, inode), "the original is back");
    assert!(!kept.exists());
    assert_eq!(detail(&app, id).await["status"], "orphaned");
    assert_eq!(app.get("/api/cached/statistics").await.is(200)["orphaned_files"], 1);

    // Known ones count again; an empty body means the same as none.
    for body in [Some("{}"), None] {
        let request = app.request(Method::POST, CLEANUP);
        let request = match body {
            Some(body) => request.header("content-type", "application/json").body(body),
            None => request,
        };
        assert_eq!(send(request).await.is(200), found);
    }

    let answer = clean(&app, json!({ "remove_orphaned": true, "user_id": "admin", "confirm": true })).await;
    assert_eq!(answer.body["message"], "Cache cleanup completed. 1 files marked as orphaned, 1 removed.");
    let data = answer.is(200);
    assert_eq!(
        (&data["orphaned_count"], &data["removed_count"], &data["remove_orphaned"]),
        (&json!(1), &json!(1), &json!(true))
    );
    assert_eq!(detail(&app, id).await["status"], "removed");
    assert!(film.exists() && !film.is_symlink());
    let answer = clean(&app, json!({ "remove_orphaned": true })).await;
    assert_eq!(answer.body["message"], "Cache cleanup completed. 0 files marked as orphaned, 0 removed.");

    // The others were not touched.
    for (_, film, _) in &films[1..] {
        assert!(film.is_symlink() && film.exists());
    }
    let entries = log(&app, "cleanup").await;
    assert_eq!(entries.len(), 5, "every cleanup is an entry");
    let entry = &entries[1];
    assert_eq!(
        (&entry["triggered_by"], &entry["triggered_by_user"], &entry["success"], &entry["file_id"]),
        (&json!("api_key"), &json!("admin"), &json!(true), &Value::Null)
    );
    let counts = &entry["metadata"];
    assert_eq!((&counts["orphaned_count"], &counts["removed_count"]), (&json!("1"), &json!("1")));
    assert_eq!(log(&app, "heal").await.len(), 1);
    assert_eq!(log(&app, "remove").await[0]["reason"], "cleanup");
}

#[tokio::test]
async fn what_is_healed_and_removed_in_one_go_is_told_to_listeners() {
    let app = TestApp::start().await;
    let films = cached(&app, 1).await;
    fs::remove_file(&films[0].2).unwrap();
    let mut socket = app.listen("").await;
    let data = clean(&app, json!({ "remove_orphaned": true })).await.is(200);
    assert_eq!((&data["orphaned_count"], &data["removed_count"]), (&json!(1), &json!(1)));
    let removed = socket.until("cache_file_removed").await.pop().unwrap();
    assert_eq!(removed["data"]["file_id"], films[0].0.as_str());
    loop {
        let told = socket.until("cache_statistics_updated").await.pop().unwrap();
        if told["data"]["total_files"] == 0 {
            break;
        }
    }
}

#[tokio::test]
async fn an_orphan_whose_original_is_gone_too_is_named_and_stays() {
    let app = TestApp::start().await;
    let films = cached(&app, 2).await;
    let (id, film, copy) = &films[0];
    let hash = detail(&app, id).await["hash"].clone();
    fs::remove_file(copy).unwrap();
    fs::remove_file(film.with_file_name(".0.mkv.cacherr-original")).unwrap();
    for _ in 0..2 {
        let data = clean(&app, json!({ "remove_orphaned": true })).await.is(200);
        assert_eq!(
            (&data["orphaned_count"], &data["removed_count"], &data["unrecoverable_count"]),
            (&json!(1), &json!(0), &json!(1))
        );
        let lost = json!([{ "file_id": id, "file_path": film, "file_size_bytes": 1000, "hash": hash }]);
        assert_eq!(data["unrecoverable"], lost);
        assert_eq!(detail(&app, id).await["status"], "orphaned");
    }
    // From a backup: then it is not lost any more.
    fs::remove_file(film).unwrap();
    app.film("0.mkv", 1000);
    let data = clean(&app, json!({ "remove_orphaned": true })).await.is(200);
    assert_eq!((&data["removed_count"], &data["unrecoverable"]), (&json!(1), &json!([])));
}

#[tokio::test]
async fn an_original_that_cannot_be_looked_at_is_neither_removed_nor_lost() {
    let app = TestApp::start().await;
    let films = cached(&app, 2).await;
    fs::remove_file(&films[0].2).unwrap();
    clean(&app, json!({})).await.is(200);
    let away = app.library.with_extension("away");
    fs::rename(&app.library, &away).unwrap();
    // Also where an empty folder stands in its place, as a mount point does.
    for mounted in [false, true] {
        if mounted {
            fs::create_dir(&app.library).unwrap();
        }
        let data = clean(&app, json!({ "remove_orphaned": true })).await.is(200);
        assert_eq!(
            (&data["orphaned_count"], &data["removed_count"], &data["unrecoverable"]),
            (&json!(1), &json!(0), &json!([]))
        );
        assert_eq!(detail(&app, &films[0].0).await["status"], "orphaned");
    }
    fs::remove_dir(&app.library).unwrap();
    fs::rename(&away, &app.library).unwrap();
    assert_eq!(clean(&app, json!({ "remove_orphaned": true })).await.is(200)["removed_count"], 1);
}

#[tokio::test]
async fn when_too_much_is_gone_at_once_nothing_is_concluded_unless_a_person_says_so() {
    let app = TestApp::start().await;
    let films = cached(&app, 10).await;
    for (_, _, copy) in &films[..3] {
        fs::remove_file(copy).unwrap();
    }
    let before = store(&app);
    let sentence = clean(&app, json!({ "remove_orphaned": true })).await.refuses(409, "mass_orphan_brake");
    assert!(sentence.contains("3 of 10"), "{sentence}");
    assert_eq!(store(&app), before, "nothing was marked, nothing written");
    clean(&app, json!({ "confirm": false })).await.refuses(409, "mass_orphan_brake");
    assert!(films[0].1.is_symlink());
    let data = clean(&app, json!({ "confirm": true })).await.is(200);
    assert_eq!(data["orphaned_count"], 3);
    assert!(films.iter().all(|(_, film, _)| film.exists()));
}

#[tokio::test]
async fn a_fifth_of_ten_and_anything_of_nine_does_not_brake() {
    for (count, gone) in [(10, 2), (9, 3)] {
        let app = TestApp::start().await;
        let films = cached(&app, count).await;
        for (_, _, copy) in &films[..gone] {
            fs::remove_file(copy).unwrap();
        }
        assert_eq!(clean(&app, json!({})).await.is(200)["orphaned_count"], gone);
    }
}

#[tokio::test]
async fn without_the_cache_volume_nothing_is_marked_and_nothing_written() {
    let app = TestApp::start().await;
    let films = cached(&app, 2).await;
    let cache = films[0].2.parent().unwrap().parent().unwrap().to_path_buf();
    let before = store(&app);
    let away = cache.with_extension("away");
    fs::rename(&cache, &away).unwrap();
    for mounted in [false, true] {
        if mounted {
            fs::create_dir(&cache).unwrap();
        }
        for confirm in [false, true] {
            let body = json!({ "confirm": confirm, "remove_orphaned": true });
            clean(&app, body).await.refuses(503, "cache_volume_missing");
        }
        assert_eq!(store(&app), before);
    }
    assert_eq!(fs::read_dir(&cache).unwrap().count(), 0, "an empty mount point stays empty");
    fs::remove_dir(&cache).unwrap();
    fs::rename(&away, &cache).unwrap();
    assert_eq!(clean(&app, json!({})).await.is(200)["orphaned_count"], 0);
}

#[tokio::test]
async fn what_is_not_understood_is_refused_and_does_nothing() {
    let app = TestApp::start().await;
    let before = store(&app);
    for (body, code) in [
        (json!({ "remove_orphaned": "true" }), "invalid_parameter"),
        (json!({ "remove_orphaned": 1 }), "invalid_parameter"),
        (json!({ "remove_orphaned": null }), "invalid_parameter"),
        (json!({ "confirm": "yes" }), "invalid_parameter"),
        (json!({ "user_id": 7 }), "invalid_parameter"),
        (json!({ "user_id": " " }), "invalid_parameter"),
        (json!({ "user_id": "x".repeat(256) }), "invalid_parameter"),
        (json!({ "orphans": true }), "unknown_parameter"),
        (json!([]), "malformed_json"),
    ] {
        clean(&app, body).await.refuses(400, code);
    }
    send(app.request(Method::POST, &format!("{CLEANUP}?confirm=true")))
        .await
        .refuses(400, "unknown_parameter");
    app.get(CLEANUP).await.refuses(405, "method_not_allowed");
    assert_eq!(store(&app), before);
}

/// Rows of files that were removed long ago, made of one that is there.
fn fill(app: &TestApp, like: &str, numbers: std::ops::Range<u32>) {
    let store = app.cacher().engine().store();
    let like = store.read().unwrap().file(like.parse().unwrap()).unwrap().unwrap();
    let old = |n: u32| [[0; 12].as_slice(), &n.to_be_bytes()].concat().try_into().unwrap();
    let rows = numbers.map(|n| FileRow {
        id: FileId::from_bytes(old(n)),
        file_path: Path::new("/gone").join(n.to_string()),
        status: Status::Removed,
        ..like.clone()
    });
    store.write(|w| rows.into_iter().try_for_each(|row| w.put_file(&row))).unwrap();
}

#[tokio::test]
async fn with_more_than_10000_files_a_job_does_it() {
    let app = TestApp::start().await;
    let films = cached(&app, 12).await;
    fill(&app, &films[0].0, 0..9_988);
    assert_eq!(clean(&app, json!({})).await.is(200)["job_id"], Value::Null, "10000 are not more");
    fill(&app, &films[0].0, 9_988..9_989);
    fs::remove_file(&films[0].2).unwrap();
    let answer = clean(&app, json!({ "remove_orphaned": true, "user_id": "admin" })).await;
    assert_eq!(answer.body["message"], "Cache cleanup started.");
    let data = answer.is(202);
    assert_eq!(
        (
            &data["orphaned_count"],
            &data["removed_count"],
            &data["unrecoverable_count"],
            &data["unrecoverable"]
        ),
        (&Value::Null, &Value::Null, &Value::Null, &json!([]))
    );
    let id = data["job_id"].as_str().unwrap();
    let job = app.ended(id).await;
    assert_eq!(
        (&job["state"], &job["kind"], &job["file_id"], &job["path"], &job["batch"]),
        (&json!("done"), &json!("cleanup"), &Value::Null, &json!(""), &Value::Null)
    );
    let cleaned = &job["cleanup"];
    assert_eq!(
        (&cleaned["orphaned_count"], &cleaned["removed_count"], &cleaned["job_id"]),
        (&json!(1), &json!(1), &json!(id))
    );
    assert!(films[0].1.exists() && !films[0].1.is_symlink());
    let entry = &log(&app, "cleanup").await[0];
    assert_eq!((&entry["metadata"]["job_id"], &entry["triggered_by_user"]), (&json!(id), &json!("admin")));

    // The brake holds in the job, which then failed; another one may be told that it is true.
    for (_, _, copy) in &films[1..5] {
        fs::remove_file(copy).unwrap();
    }
    let data = clean(&app, json!({})).await.is(202);
    let job = app.ended(data["job_id"].as_str().unwrap()).await;
    assert_eq!((&job["state"], &job["error"]["code"]), (&json!("failed"), &json!("mass_orphan_brake")));
    assert_eq!(job["cleanup"]["orphaned_count"], Value::Null);
    assert!(films[1].1.is_symlink());
    let data = clean(&app, json!({ "confirm": true })).await.is(202);
    let job = app.ended(data["job_id"].as_str().unwrap()).await;
    assert_eq!(job["cleanup"]["orphaned_count"], 4);
    let entries = log(&app, "cleanup").await;
    assert_eq!((&entries[0]["success"], &entries[1]["success"]), (&json!(true), &json!(false)));
}
