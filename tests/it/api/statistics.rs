//! Statistics, of the cache and of one user.

use serde_json::{Value, json};

use super::shelf;
use crate::support::app::TestApp;

#[tokio::test]
async fn the_cache_is_counted_without_what_was_removed() {
    let app = TestApp::start().await;
    let empty = app.get("/api/cached/statistics").await.is(200);
    let nothing = json!({
        "total_files": 0, "total_size_bytes": 0, "total_size_readable": "0 B", "active_files": 0, "orphaned_files": 0,
        "pending_files": 0, "users_count": 0, "oldest_cached_at": null, "most_accessed_file": null,
        "cache_hit_ratio": 0.0,
    });
    assert_eq!(empty, nothing);
    let film = app.film("Alien.mkv", 1536);
    let id = app.cache(&film, json!({ "user_id": "user1" })).await;
    let one = app.get("/api/cached/statistics").await.is(200);
    let file = app.get(&format!("/api/cached/files/{id}")).await.is(200);
    assert_eq!(one["total_size_readable"], "1.5 KB");
    assert_eq!((&one["users_count"], &one["oldest_cached_at"]), (&json!(1), &file["cached_at"]));
    app.delete(&format!("/api/cached/files/{id}")).await.is(200);
    assert_eq!(app.get("/api/cached/statistics").await.is(200), nothing);
}

#[tokio::test]
async fn a_user_is_told_what_they_came_to_want() {
    let app = shelf().await;
    let mine = app.get("/api/cached/users/user1/stats").await.is(200);
    let recent: Vec<&str> = mine["recent_files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["filename"].as_str().unwrap())
        .collect();
    assert_eq!(recent, ["50%_off.mkv", "Contact.mkv", "Alien.mkv"]);
    let listed = app.get("/api/cached/files?user_id=user1").await.is(200);
    let newest = &listed["files"][0];
    let expected = json!({ "filename": newest["filename"], "cached_at": newest["cached_at"],
        "file_size_readable": newest["file_size_readable"], "operation": "manual" });
    assert_eq!(mine["recent_files"][0], expected);
    for (field, value) in [
        ("user_id", json!("user1")),
        ("period_days", json!(30)),
        ("total_files", json!(3)),
        ("active_files", json!(3)),
        ("total_size_bytes", json!(9 * 1024)),
        ("total_size_readable", json!("9.0 KB")),
        ("most_common_operation", json!("watchlist")),
    ] {
        assert_eq!(mine[field], value, "{field}");
    }
}

#[tokio::test]
async fn what_was_removed_counts_as_a_file_and_as_nothing_else() {
    let app = shelf().await;
    let listed = app.get("/api/cached/files?user_id=user2").await.is(200);
    for file in listed["files"].as_array().unwrap() {
        app.delete(&format!("/api/cached/files/{}", file["id"].as_str().unwrap())).await.is(200);
    }
    let theirs = app.get("/api/cached/users/user2/stats?days=1").await.is(200);
    let expected = json!({ "user_id": "user2", "period_days": 1, "total_files": 2, "active_files": 0,
        "total_size_bytes": 0, "total_size_readable": "0 B", "most_common_operation": null, "recent_files": [] });
    assert_eq!(theirs, expected);
}

#[tokio::test]
async fn of_two_reasons_alike_the_newest_counts_and_the_later_wish_of_another_too() {
    let app = TestApp::start().await;
    let add = async |name: &str, operation: &str, user: &str| {
        let film = app.library.join(name);
        let film = if film.exists() { film } else { app.film(name, 100) };
        let body = json!({ "file_path": film, "operation": operation, "user_id": user });
        let accepted = app.post("/api/cached/files", &body).await;
        if accepted.status == 202 {
            app.ended(accepted.body["data"]["job_id"].as_str().unwrap()).await;
        }
    };
    add("a.mkv", "watchlist", "user1").await;
    add("b.mkv", "ondeck", "user2").await;
    add("b.mkv", "trakt", "user1").await;
    let mine = app.get("/api/cached/users/user1/stats").await.is(200);
    assert_eq!((&mine["total_files"], &mine["most_common_operation"]), (&json!(2), &json!("trakt")));
    assert_eq!(mine["recent_files"][0]["operation"], "trakt");
}

#[tokio::test]
async fn nobody_wants_nothing_and_days_have_bounds() {
    let app = TestApp::start().await;
    for user in ["nobody", "%20", "a%2Fb", "%F0%9F%8E%AC"] {
        let answer = app.get(&format!("/api/cached/users/{user}/stats")).await.is(200);
        assert_eq!((&answer["total_files"], &answer["recent_files"]), (&json!(0), &Value::Array(vec![])));
    }
    for days in [1, 3650] {
        let answer = app.get(&format!("/api/cached/users/user1/stats?days={days}")).await.is(200);
        assert_eq!(answer["period_days"], days);
    }
    for days in ["0", "3651", "-1", "x", ""] {
        let sentence = app
            .get(&format!("/api/cached/users/user1/stats?days={days}"))
            .await
            .refuses(400, "invalid_parameter");
        assert!(sentence.contains("days"), "{sentence}");
    }
}
