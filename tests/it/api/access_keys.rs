//! API keys, tickets, accounts.

use std::sync::Arc;

use cacherr::clock::{Clock, ManualClock, SystemClock};
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::json;

use crate::support::app::{KEY, Options, TestApp, send};

#[tokio::test]
async fn a_key_is_shown_once_and_opens_what_its_role_may_until_it_is_revoked() {
    let app = TestApp::start().await;
    let (id, key) = app.add_key("dashboard", "viewer").await;
    assert!(key.starts_with("ck_"), "{key}");
    let me = json!({ "name": "key:dashboard", "role": "viewer", "way": "key" });
    let ask = || app.stranger(Method::GET, "/api/auth/me");
    assert_eq!(send(ask().header("X-Api-Key", &key)).await.is(200), me);
    assert_eq!(send(ask().bearer_auth(&key)).await.is(200), me);
    let list = app.get("/api/keys").await.is(200);
    let (known, text) = (&list["keys"][0], list.to_string());
    assert_eq!(
        (&known["name"], &known["role"], &known["created_by"]),
        (&json!("dashboard"), &json!("viewer"), &json!("api_key"))
    );
    assert!(
        key.starts_with(known["begins"].as_str().unwrap()) && !text.contains(&key) && !text.contains(KEY)
    );
    let again = json!({ "name": "DASHBOARD", "role": "admin" });
    app.post("/api/keys", &again).await.refuses(409, "name_taken");
    let past = json!({ "name": "late", "role": "viewer", "expires_at": "2020-01-01" });
    app.post("/api/keys", &past).await.refuses(400, "invalid_parameter");
    app.delete(&format!("/api/keys/{id}")).await.is(200);
    app.delete(&format!("/api/keys/{id}")).await.refuses(404, "not_found");
    send(ask().header("X-Api-Key", &key)).await.refuses(401, "unauthorized");
}

#[tokio::test]
async fn a_key_that_has_ended_opens_nothing_and_closes_what_it_opened() {
    let clock = Arc::new(ManualClock::at(SystemClock.now()));
    let app = TestApp::start_with(Options { clock: Some(clock.clone()), ..Options::default() }).await;
    let (id, key) = app.add_key("one", "viewer").await;
    let mut socket = app.try_listen("", &[("x-api-key", &key)]).await.unwrap();
    app.delete(&format!("/api/keys/{id}")).await.is(200);
    assert_eq!(socket.closed().await, 1008);

    let tomorrow = clock.now().plus(SignedDuration::from_hours(24)).to_string();
    let body = json!({ "name": "two", "role": "viewer", "expires_at": tomorrow });
    let key = app.post("/api/keys", &body).await.is(200)["secret"].as_str().unwrap().to_owned();
    let mut socket = app.try_listen("", &[("x-api-key", &key)]).await.unwrap();
    clock.advance(SignedDuration::from_hours(25));
    assert_eq!(socket.closed().await, 1008);
    send(app.with_key(&key, Method::GET, "/api/version")).await.refuses(401, "unauthorized");
}

#[tokio::test]
async fn a_ticket_opens_one_websocket_for_who_took_it() {
    let app = TestApp::start().await;
    let (_, viewer) = app.add_key("viewer", "viewer").await;
    let take = || send(app.with_key(&viewer, Method::POST, "/api/ws/ticket"));
    let made = take().await.is(200);
    assert_eq!(made["expires_in"], 30);
    let query = format!("?since=0&ticket={}", made["ticket"].as_str().unwrap());
    assert!(app.try_listen(&query, &[]).await.is_ok());
    assert_eq!(app.try_listen(&query, &[]).await.err(), Some(401), "it is used");
    assert_eq!(app.try_listen("?ticket=ct_nothing", &[]).await.err(), Some(401));
    // It is of use nowhere else.
    let ticket = take().await.is(200)["ticket"].as_str().unwrap().to_owned();
    send(app.stranger(Method::GET, &format!("/api/version?ticket={ticket}")))
        .await
        .refuses(401, "unauthorized");
    send(app.with_key(&ticket, Method::GET, "/api/version")).await.refuses(401, "unauthorized");
    send(app.stranger(Method::POST, "/api/ws/ticket")).await.refuses(401, "unauthorized");
}

#[tokio::test]
async fn accounts_come_change_and_go_and_one_admin_stays() {
    let app = TestApp::start().await;
    let admin = app.add_account("boss", "admin").await;
    let id = app.add_account("User1", "viewer").await;
    let list = app.get("/api/accounts").await.is(200);
    let names: Vec<_> = list["accounts"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["boss", "User1"]);
    assert!(!list.to_string().contains("argon2"));
    let add = |name: &str| json!({ "name": name, "role": "viewer", "password": "long enough" });
    app.post("/api/accounts", &add("user1")).await.refuses(409, "name_taken");
    for name in ["system", "a:b", " a"] {
        app.post("/api/accounts", &add(name)).await.refuses(400, "invalid_parameter");
    }
    let short = json!({ "name": "user3", "role": "viewer", "password": "short" });
    app.post("/api/accounts", &short).await.refuses(400, "invalid_parameter");
    let path = format!("/api/accounts/{id}");
    let change = |path: &str, body: serde_json::Value| send(app.request(Method::PATCH, path).json(&body));
    let changed = change(&path, json!({ "name": "user2", "role": "operator" })).await.is(200);
    assert_eq!((&changed["name"], &changed["role"]), (&json!("user2"), &json!("operator")));
    change("/api/accounts/nothing", json!({})).await.refuses(404, "not_found");
    let last = format!("/api/accounts/{admin}");
    change(&last, json!({ "role": "viewer" })).await.refuses(409, "last_admin");
    app.delete(&last).await.refuses(409, "last_admin");
    app.delete(&path).await.is(200);
    app.delete(&path).await.refuses(404, "not_found");
}
