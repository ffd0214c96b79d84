//! Lists: which files, in which order, page by page.

use serde_json::{Value, json};

use super::shelf;
use crate::support::app::TestApp;

fn names(page: &Value) -> Vec<String> {
    let files = page["files"].as_array().unwrap().iter();
    files.map(|file| file["filename"].as_str().unwrap().trim_end_matches(".mkv").to_owned()).collect()
}

async fn listed(app: &TestApp, query: &str) -> Vec<String> {
    names(&app.get(&format!("/api/cached/files?{query}")).await.is(200))
}

#[tokio::test]
async fn a_list_is_newest_first_and_every_filter_narrows_it() {
    let app = shelf().await;
    assert_eq!(listed(&app, "").await, ["50%_off", "DÜNE", "Contact", "brazil", "Alien"]);
    for (query, expected) in [
        ("search=BRAZIL", &["brazil"][..]),
        ("search=d%C3%BCne", &["DÜNE"]),
        ("search=%25_", &["50%_off"]),
        ("search=n_e", &[]),
        ("search=%20", &["50%_off", "DÜNE", "Contact", "brazil", "Alien"]),
        ("user_id=user2", &["DÜNE", "brazil"]),
        ("user_id=nobody", &[]),
        ("status=active&limit=1", &["50%_off"]),
        ("status=removed", &[]),
        ("triggered_by_operation=manual", &["50%_off", "DÜNE"]),
        ("size_min=4096", &["50%_off", "DÜNE"]),
        ("size_max=1024", &["Alien"]),
        ("size_max=0", &[]),
        ("size_min=2048&size_max=2048", &["brazil"]),
        ("cached_since=2020-01-01&limit=1", &["50%_off"]),
        ("cached_since=2999-01-01T00:00:00%2B02:00", &[]),
        ("library=Movies&limit=1", &["50%_off"]),
        ("library=Series", &[]),
        ("user_id=user1&triggered_by_operation=watchlist&search=mkv", &["Contact", "Alien"]),
        ("sort=filename&order=asc", &["50%_off", "Alien", "brazil", "Contact", "DÜNE"]),
        ("sort=file_size_bytes&order=asc&limit=2", &["Alien", "brazil"]),
        ("sort=file_size_bytes&limit=2", &["50%_off", "DÜNE"]),
    ] {
        assert_eq!(listed(&app, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn removed_files_are_listed_only_when_asked_for() {
    let app = shelf().await;
    let page = app.get("/api/cached/files?search=alien").await.is(200);
    let id = page["files"][0]["id"].as_str().unwrap();
    app.delete(&format!("/api/cached/files/{id}")).await.is(200);
    assert_eq!(listed(&app, "").await.len(), 4);
    assert_eq!(listed(&app, "status=removed").await, ["Alien"]);
    let statistics = app.get("/api/cached/statistics").await.is(200);
    for (field, value) in [
        ("total_files", json!(4)),
        ("active_files", json!(4)),
        ("orphaned_files", json!(0)),
        ("pending_files", json!(0)),
        ("users_count", json!(2)),
        ("total_size_bytes", json!(14 * 1024)),
        ("total_size_readable", json!("14.0 KB")),
        ("most_accessed_file", Value::Null),
        ("cache_hit_ratio", json!(0.0)),
    ] {
        assert_eq!(statistics[field], value, "{field}");
    }
}

#[tokio::test]
async fn what_was_given_is_said_and_nothing_else() {
    let app = shelf().await;
    let page = app.get("/api/cached/files").await.is(200);
    assert_eq!(page["filter_applied"], json!({}));
    let page = app.get("/api/cached/files?user_id=user2&limit=50&offset=0&size_max=0").await.is(200);
    let given = json!({ "user_id": "user2", "limit": 50, "offset": 0, "size_max": 0 });
    assert_eq!(page["filter_applied"], given);
    let page = app.get("/api/cached/files?cached_since=2023-12-01T12:00:00%2B02:00").await.is(200);
    assert_eq!(page["filter_applied"], json!({ "cached_since": "2023-12-01T10:00:00Z" }));
}

#[tokio::test]
async fn pages_by_offset_and_by_cursor_hold_every_file_once() {
    let app = shelf().await;
    for sort in ["cached_at", "last_accessed", "filename", "file_size_bytes", "access_count", "priority"] {
        for order in ["asc", "desc"] {
            let all = listed(&app, &format!("sort={sort}&order={order}")).await;
            let (mut by_offset, mut by_cursor, mut cursor) = (vec![], vec![], String::new());
            for offset in [0, 2, 4] {
                let query = format!("sort={sort}&order={order}&limit=2&offset={offset}");
                let page = app.get(&format!("/api/cached/files?{query}")).await.is(200);
                let expected = json!({ "limit": 2, "offset": offset, "total_count": 5, "has_more": offset < 4,
                    "next_cursor": page["pagination"]["next_cursor"] });
                assert_eq!(page["pagination"], expected);
                assert_eq!(page["pagination"]["next_cursor"].is_string(), offset < 4);
                by_offset.extend(names(&page));
                let query = format!("sort={sort}&order={order}&limit=2{cursor}");
                let page = app.get(&format!("/api/cached/files?{query}")).await.is(200);
                assert_eq!(page["pagination"]["offset"], offset);
                cursor =
                    format!("&cursor={}", page["pagination"]["next_cursor"].as_str().unwrap_or_default());
                by_cursor.extend(names(&page));
            }
            assert_eq!((&by_offset, &by_cursor), (&all, &all), "{sort} {order}");
        }
    }
}

#[tokio::test]
async fn what_a_file_is_worth_is_shown_and_sorts() {
    let app = shelf().await;
    // Nobody else says what it is worth.
    app.librarian().stop().await;
    let all = app.get("/api/cached/files").await.is(200);
    let id = |name: &str| {
        let files = all["files"].as_array().unwrap().iter();
        let mut ids = files.filter(|file| file["filename"].as_str().unwrap().starts_with(name));
        ids.next().unwrap()["id"].as_str().unwrap().to_owned()
    };
    let store = app.cacher().engine().store();
    let score = |scores: &[(&str, u8)]| {
        let scores = scores.iter().map(|(name, score)| (id(name).parse().unwrap(), *score)).collect();
        store.set_scores(&scores).unwrap();
    };
    score(&[("brazil", 80), ("Alien", 0), ("Contact", 80)]);
    for (query, expected) in [
        // Equal ones by id, which is the order of caching here: Alien, brazil, Contact, DÜNE, 50%_off.
        ("sort=priority", ["Contact", "brazil", "Alien", "50%_off", "DÜNE"]),
        ("sort=priority&order=asc", ["DÜNE", "50%_off", "Alien", "brazil", "Contact"]),
    ] {
        assert_eq!(listed(&app, query).await, expected, "{query}");
        let page = app.get(&format!("/api/cached/files?{query}&limit=3")).await.is(200);
        let cursor = page["pagination"]["next_cursor"].as_str().unwrap();
        assert_eq!(listed(&app, &format!("{query}&cursor={cursor}")).await, expected[3..], "{query}");
    }
    let page = app.get("/api/cached/files?sort=priority&limit=3").await.is(200);
    let shown: Vec<&Value> = page["files"].as_array().unwrap().iter().map(|file| &file["priority"]).collect();
    assert_eq!(shown, [80, 80, 0]);
    let detail = app.get(&format!("/api/cached/files/{}", id("Alien"))).await.is(200);
    assert_eq!(detail["priority"], 0);

    // A cursor is a place: what is worth more by now came before it, and is not seen again.
    let cursor = page["pagination"]["next_cursor"].as_str().unwrap();
    score(&[("brazil", 80), ("Alien", 0), ("Contact", 80), ("DÜNE", 90)]);
    let rest = listed(&app, &format!("sort=priority&cursor={cursor}")).await;
    assert_eq!(rest, ["50%_off"]);
}

#[tokio::test]
async fn a_cursor_goes_on_where_it_was_although_files_came_and_went() {
    let app = shelf().await;
    let page = app.get("/api/cached/files?limit=2").await.is(200);
    let cursor = page["pagination"]["next_cursor"].as_str().unwrap().to_owned();
    let last = page["files"][1]["id"].as_str().unwrap();
    app.delete(&format!("/api/cached/files/{last}")).await.is(200);
    let newer = app.film("Newer.mkv", 10);
    app.cache(&newer, json!({})).await;
    assert_eq!(listed(&app, &format!("cursor={cursor}")).await, ["Contact", "brazil", "Alien"]);
    let other = app.get(&format!("/api/cached/files?sort=filename&cursor={cursor}")).await;
    other.refuses(400, "invalid_parameter");
}

#[tokio::test]
async fn the_log_is_filtered_and_walked_newest_first() {
    let app = shelf().await;
    let film = app.library.join("Alien/Alien.mkv");
    let all = app.get("/api/cached/operations").await.is(200);
    assert_eq!(all["operations"].as_array().unwrap().len(), 5);
    assert_eq!(all["pagination"], json!({ "limit": 50, "has_more": false, "next_cursor": null }));
    for (query, count) in [
        ("operation_type=cache".to_owned(), 5),
        ("operation_type=evict".to_owned(), 0),
        ("user_id=user2".to_owned(), 2),
        ("success=true".to_owned(), 5),
        ("success=false".to_owned(), 0),
        (format!("file_path={}", film.display()), 1),
        ("since=2999-01-01".to_owned(), 0),
        ("until=2000-01-01".to_owned(), 0),
    ] {
        let page = app.get(&format!("/api/cached/operations?{query}")).await.is(200);
        assert_eq!(page["operations"].as_array().unwrap().len(), count, "{query}");
    }
    let (mut walked, mut cursor) = (vec![], String::new());
    loop {
        let page = app.get(&format!("/api/cached/operations?limit=2{cursor}")).await.is(200);
        walked.extend(page["operations"].as_array().unwrap().clone());
        match page["pagination"]["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(json!(walked), all["operations"]);
    app.get("/api/cached/operations?cursor=x").await.refuses(400, "invalid_parameter");
    app.get("/api/cached/operations?success=maybe").await.refuses(400, "invalid_parameter");
}
