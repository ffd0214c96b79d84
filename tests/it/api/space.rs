//! How full the cache is, and with what.

use std::sync::Arc;
use std::time::Duration;

use cacherr::clock::ManualClock;
use cacherr::domain::time::Time;
use serde_json::{Value, json};

use crate::support::app::{Options, TestApp};

async fn space(app: &TestApp) -> Value {
    let space = app.get("/api/cached/space").await.is(200);
    let number = |name: &str| space[name].as_i64().unwrap();
    assert_eq!(number("used"), number("pinned") + number("wanted") + number("unwanted"), "{space}");
    space
}

fn parts(space: &Value) -> [i64; 4] {
    ["used", "pinned", "wanted", "unwanted"].map(|name| space[name].as_i64().unwrap())
}

#[tokio::test]
async fn what_copies_take_is_told_by_who_keeps_them_there() {
    let app = TestApp::start_with(Options { limit: Some(1 << 20), ..Options::default() }).await;
    let empty = space(&app).await;
    assert_eq!(
        (parts(&empty), &empty["limit"], &empty["available"]),
        ([0; 4], &json!(1 << 20), &json!(true))
    );
    assert!(empty["volume_total"].as_u64().unwrap() >= empty["volume_free"].as_u64().unwrap());
    let pinned = app.cache(&app.film("Alien.mkv", 1000), json!({ "user_id": "user1" })).await;
    app.cache(&app.film("Brazil.mkv", 200), json!({ "user_id": "user1" })).await;
    let alone = app.cache(&app.film("Contact.mkv", 30), json!({})).await;
    assert_eq!(parts(&space(&app).await), [1230, 0, 1200, 30]);
    let batch =
        app.post("/api/cached/files/batch", &json!({ "action": "pin", "ids": [pinned] })).await.is(202);
    app.ended(batch["job_id"].as_str().unwrap()).await;
    assert_eq!(parts(&space(&app).await), [1230, 1000, 200, 30]);
    let batch =
        app.post("/api/cached/files/batch", &json!({ "action": "unpin", "ids": [pinned] })).await.is(202);
    app.ended(batch["job_id"].as_str().unwrap()).await;
    assert_eq!(parts(&space(&app).await), [1230, 0, 1200, 30]);
    app.delete(&format!("/api/cached/files/{alone}")).await.is(200);
    // The copy outlives its link by a grace.
    let gone = async {
        while parts(&space(&app).await) != [1200, 0, 1200, 0] {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.unwrap();
}

#[tokio::test]
async fn a_volume_that_is_away_is_no_failure() {
    let app = TestApp::start().await;
    app.cache(&app.film("Alien.mkv", 1000), json!({ "user_id": "user1" })).await;
    let (cache, away) = (app.at("cache"), app.at("away"));
    std::fs::rename(&cache, &away).unwrap();
    let space = space(&app).await;
    std::fs::rename(&away, &cache).unwrap();
    assert_eq!((&space["available"], &space["volume_total"]), (&json!(false), &json!(0)));
    assert_eq!(parts(&space), [1000, 0, 1000, 0]);
    assert_eq!(space["limit"], Value::Null);
}

#[tokio::test]
async fn every_day_of_the_period_is_there_oldest_first_and_today_is_the_last() {
    let now: jiff::Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
    let clock = Arc::new(ManualClock::at(Time::from_jiff(now)));
    let app = TestApp::start_with(Options { clock: Some(clock), ..Options::default() }).await;
    let history = app.get("/api/cached/statistics/history").await.is(200);
    let days = history["days"].as_array().unwrap();
    assert_eq!((days.len(), &history["starts"], &history["hits"]), (30, &json!(0), &json!(0)));
    assert_eq!(days[0], json!({ "date": "2026-01-31", "starts": 0, "hits": 0 }));
    assert_eq!(days[29]["date"], "2026-03-01");
    let two = app.get("/api/cached/statistics/history?days=2").await.is(200);
    assert_eq!(
        (&two["days"][0]["date"], &two["days"][1]["date"]),
        (&json!("2026-02-28"), &json!("2026-03-01"))
    );
    for wrong in ["0", "91", "x", "-1"] {
        app.get(&format!("/api/cached/statistics/history?days={wrong}"))
            .await
            .refuses(400, "invalid_parameter");
    }
}
