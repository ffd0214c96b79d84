//! Logging in, what that begins, and how it ends.

use std::sync::Arc;

use cacherr::clock::{Clock, ManualClock};
use cacherr::domain::settings::AccessSettings;
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::json;

use crate::support::app::{Answer, Options, PASSWORD, TestApp, send};

async fn log_in(app: &TestApp, name: &str, password: &str) -> Answer {
    let request = app.stranger(Method::POST, "/api/auth/login");
    send(request.json(&json!({ "name": name, "password": password }))).await
}

async fn me(app: &TestApp, cookie: &str) -> Answer {
    send(app.with_cookie(cookie, Method::GET, "/api/auth/me")).await
}

async fn own_sessions(app: &TestApp, cookie: &str) -> Vec<serde_json::Value> {
    let list = send(app.with_cookie(cookie, Method::GET, "/api/auth/sessions")).await.is(200);
    list["sessions"].as_array().unwrap().clone()
}

#[tokio::test]
async fn the_first_account_is_made_with_the_token_and_once() {
    let app = TestApp::start_with(Options { key: None, ..Options::default() }).await;
    let token = std::fs::read_to_string(app.at("setup-token")).unwrap();
    let set_up = |token: &str, password: &str| {
        let body = json!({ "token": token, "name": "user1", "password": password });
        send(app.stranger(Method::POST, "/api/auth/setup").json(&body))
    };
    set_up("0123", PASSWORD).await.refuses(403, "setup_token_wrong");
    set_up(token.trim(), "short").await.refuses(400, "invalid_parameter");
    let answer = set_up(token.trim(), PASSWORD).await;
    let cookie = answer.cookie();
    let user = json!({ "name": "user1", "role": "admin", "way": "session" });
    assert_eq!(answer.is(200), user);
    assert_eq!(me(&app, &cookie).await.is(200), user);
    set_up(token.trim(), PASSWORD).await.refuses(409, "already_set_up");
    assert!(!app.at("setup-token").exists());
    let state = send(app.stranger(Method::GET, "/api/auth/state")).await.is(200);
    assert_eq!(state["needs_setup"], false);
}

#[tokio::test]
async fn a_log_in_begins_a_session_and_says_no_more_than_needed_where_it_fails() {
    let app = TestApp::start().await;
    app.add_account("User1", "viewer").await;
    let wrong = log_in(&app, "user1", "wrong password").await;
    let unknown = log_in(&app, "nobody", "wrong password").await;
    assert!(!wrong.headers.contains_key("set-cookie"));
    assert_eq!(wrong.refuses(401, "log_in_failed"), unknown.refuses(401, "log_in_failed"));
    let answer = log_in(&app, "USER1", PASSWORD).await;
    let line = answer.headers["set-cookie"].to_str().unwrap();
    assert!(line.ends_with("; Path=/; Max-Age=7776000; HttpOnly; SameSite=Strict"), "{line}");
    let cookie = answer.cookie();
    assert!(cookie.starts_with("cacherr_session=cs_") && !answer.body.to_string().contains("cs_"));
    let user = json!({ "name": "User1", "role": "viewer", "way": "session" });
    assert_eq!(me(&app, &cookie).await.is(200), user);
    me(&app, &format!("{cookie}x")).await.refuses(401, "unauthorized");
    let state = send(app.with_cookie(&cookie, Method::GET, "/api/auth/state")).await.is(200);
    assert_eq!(state["principal"], user);
}

#[tokio::test]
async fn a_cookie_that_somebody_brought_is_never_adopted() {
    let app = TestApp::start().await;
    app.add_account("user1", "viewer").await;
    let brought = "cacherr_session=cs_0000000000000000000000000000000000000000000";
    let log_in_with = |cookie: String| {
        let request = app.with_cookie(&cookie, Method::POST, "/api/auth/login");
        send(request.json(&json!({ "name": "user1", "password": PASSWORD })))
    };
    let first = log_in_with(brought.to_owned()).await.cookie();
    let second = log_in_with(first.clone()).await.cookie();
    assert!(first != brought && second != first, "each log-in makes its own");
    me(&app, brought).await.refuses(401, "unauthorized");
    for cookie in [&first, &second] {
        me(&app, cookie).await.is(200);
    }
}

#[tokio::test]
async fn over_an_encrypted_line_the_cookie_is_bound_to_it() {
    let access = AccessSettings {
        trusted_proxies: vec!["127.0.0.1/32".parse().unwrap()],
        ..AccessSettings::default()
    };
    for (base_path, starts, has) in [
        (None, "__Host-cacherr_session=cs_", "; Path=/; "),
        (Some("/cacherr"), "cacherr_session=cs_", "; Path=/cacherr; "),
    ] {
        let app =
            TestApp::start_with(Options { access: access.clone(), base_path, ..Options::default() }).await;
        let below = base_path.unwrap_or_default();
        let account = json!({ "name": "user1", "role": "viewer", "password": PASSWORD });
        app.post(&format!("{below}/api/accounts"), &account).await.is(200);
        let request = app.stranger(Method::POST, &format!("{below}/api/auth/login"));
        let request = request.header("X-Forwarded-Proto", "https").header("X-Forwarded-For", "8.8.8.8");
        let answer = send(request.json(&json!({ "name": "user1", "password": PASSWORD }))).await;
        let line = answer.headers["set-cookie"].to_str().unwrap();
        assert!(line.starts_with(starts) && line.contains(has) && line.ends_with("; Secure"), "{line}");
    }
}

#[tokio::test]
async fn failures_are_slowed_down_and_say_for_how_long() {
    let app = TestApp::start().await;
    app.add_account("user1", "viewer").await;
    for _ in 0..5 {
        log_in(&app, "user1", "wrong password").await.refuses(401, "log_in_failed");
    }
    let mut last = log_in(&app, "user1", "wrong password").await;
    for _ in 0..5 {
        last = log_in(&app, "user1", "wrong password").await;
    }
    let seconds: u64 = last.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!(seconds >= 1);
    last.refuses(429, "too_many_attempts");
}

#[tokio::test]
async fn one_sees_and_ends_ones_own_sessions_and_an_admin_everybodys() {
    let app = TestApp::start().await;
    app.add_account("user1", "viewer").await;
    app.add_account("user2", "viewer").await;
    let (here, there, other) =
        (app.log_in("user1").await, app.log_in("user1").await, app.log_in("user2").await);
    let sessions = own_sessions(&app, &here).await;
    assert_eq!(sessions.len(), 2);
    assert!(
        sessions.iter().all(|session| session["account"] == "user1" && session["address"] == "127.0.0.1")
    );
    assert_eq!(sessions.iter().filter(|session| session["is_current"] == true).count(), 1);
    let theirs = own_sessions(&app, &other).await[0]["id"].as_str().unwrap().to_owned();
    let end = |cookie: &str, id: &str| {
        send(app.with_cookie(cookie, Method::DELETE, &format!("/api/auth/sessions/{id}")))
    };
    end(&here, &theirs).await.refuses(404, "not_found");
    let all = "/api/auth/sessions?all=true";
    send(app.with_cookie(&here, Method::GET, all)).await.refuses(403, "forbidden");
    assert_eq!(app.get(all).await.is(200)["sessions"].as_array().unwrap().len(), 3);
    let elsewhere = sessions.iter().find(|session| session["is_current"] == false).unwrap();
    assert_eq!(end(&here, elsewhere["id"].as_str().unwrap()).await.is(200)["account"], "user1");
    me(&app, &there).await.refuses(401, "unauthorized");
    me(&app, &here).await.is(200);
    app.delete(&format!("/api/auth/sessions/{theirs}")).await.is(200);
    me(&app, &other).await.refuses(401, "unauthorized");
    assert_eq!(app.get("/api/auth/sessions").await.is(200)["sessions"], json!([]), "a key has none");
}

#[tokio::test]
async fn another_password_ends_all_sessions_but_the_one_that_asks() {
    let app = TestApp::start().await;
    app.add_account("user1", "viewer").await;
    let (here, there) = (app.log_in("user1").await, app.log_in("user1").await);
    let change = |current: &str, new: &str| {
        let request = app.with_cookie(&here, Method::PUT, "/api/auth/password");
        send(request.json(&json!({ "current": current, "new": new })))
    };
    change("wrong password", "another password").await.refuses(401, "log_in_failed");
    change(PASSWORD, "short").await.refuses(400, "invalid_parameter");
    me(&app, &there).await.is(200);
    change(PASSWORD, "another password").await.is(200);
    me(&app, &here).await.is(200);
    me(&app, &there).await.refuses(401, "unauthorized");
    log_in(&app, "user1", PASSWORD).await.refuses(401, "log_in_failed");
    log_in(&app, "user1", "another password").await.is(200);
    let body = json!({ "current": PASSWORD, "new": PASSWORD });
    send(app.request(Method::PUT, "/api/auth/password").json(&body)).await.refuses(404, "not_found");
}

#[tokio::test]
async fn logging_out_ends_the_session_and_takes_the_cookie_back() {
    let app = TestApp::start().await;
    app.add_account("user1", "viewer").await;
    let cookie = app.log_in("user1").await;
    let answer = send(app.with_cookie(&cookie, Method::POST, "/api/auth/logout")).await;
    assert!(
        answer.headers["set-cookie"].to_str().unwrap().starts_with("cacherr_session=; Path=/; Max-Age=0;")
    );
    answer.is(200);
    me(&app, &cookie).await.refuses(401, "unauthorized");
    send(app.request(Method::POST, "/api/auth/logout")).await.refuses(404, "not_found");
}

#[tokio::test]
async fn a_websocket_ends_with_the_session_that_opened_it() {
    let clock = Arc::new(ManualClock::at(cacherr::clock::SystemClock.now()));
    let options = Options { clock: Some(clock.clone()), ..Options::default() };
    let app = TestApp::start_with(options).await;
    let account = app.add_account("user1", "viewer").await;
    let listen = async || {
        let cookie = app.log_in("user1").await;
        let socket = app.try_listen("", &[("cookie", &cookie)]).await.unwrap();
        (cookie, socket)
    };
    let (cookie, mut socket) = listen().await;
    send(app.with_cookie(&cookie, Method::POST, "/api/auth/logout")).await.is(200);
    assert_eq!(socket.closed().await, 1008, "logged out");

    let (cookie, mut socket) = listen().await;
    let id = own_sessions(&app, &cookie).await[0]["id"].as_str().unwrap().to_owned();
    app.delete(&format!("/api/auth/sessions/{id}")).await.is(200);
    assert_eq!(socket.closed().await, 1008, "revoked");

    let (_, mut socket) = listen().await;
    let path = format!("/api/accounts/{account}");
    send(app.request(Method::PATCH, &path).json(&json!({ "role": "operator" }))).await.is(200);
    assert_eq!(socket.closed().await, 1008, "another role");

    let (_, mut socket) = listen().await;
    clock.advance(SignedDuration::from_hours(31 * 24));
    assert_eq!(socket.closed().await, 1008, "not used for long");

    let (_, mut socket) = listen().await;
    app.delete(&path).await.is(200);
    assert_eq!(socket.closed().await, 1008, "no such account");
}
