//! Who asks: from where, by whose word, and what an answer tells.

use cacherr::domain::access::Role;
use cacherr::domain::settings::AccessSettings;
use reqwest::{Method, RequestBuilder};
use serde_json::json;

use crate::support::app::{KEY, Options, TestApp, send};

/// An instance behind a proxy at this machine, which names users; near is 192.168/16.
async fn behind_proxy() -> TestApp {
    let access = AccessSettings {
        local_role: Some(Role::Viewer),
        local_networks: vec!["192.168.0.0/16".parse().unwrap()],
        trusted_proxies: vec!["127.0.0.1/32".parse().unwrap()],
        user_header: Some("remote-user".to_owned()),
        hosts: vec!["nas.example".to_owned()],
        ..AccessSettings::default()
    };
    TestApp::start_with(Options { access, ..Options::default() }).await
}

/// An instance that anybody at this machine may act on.
async fn open_nearby() -> TestApp {
    let access = AccessSettings { local_role: Some(Role::Operator), ..AccessSettings::default() };
    TestApp::start_with(Options { access, ..Options::default() }).await
}

fn asks(app: &TestApp) -> RequestBuilder {
    app.stranger(Method::GET, "/api/auth/me")
}

#[tokio::test]
async fn nobody_is_let_in_who_shows_nothing() {
    let app = TestApp::start_with(Options { key: None, ..Options::default() }).await;
    for host in ["localhost:1", "127.0.0.1", "nas.lan"] {
        send(asks(&app).header("Host", host)).await.refuses(401, "unauthorized");
    }
    send(asks(&app).header("X-Api-Key", "")).await.refuses(401, "unauthorized");
    send(asks(&app).header("Remote-User", "admin")).await.refuses(401, "unauthorized");
}

#[tokio::test]
async fn near_is_enough_where_somebody_chose_that() {
    let app = open_nearby().await;
    let me = json!({ "name": "local", "role": "operator", "way": "local" });
    assert_eq!(send(asks(&app)).await.is(200), me);
    assert_eq!(send(asks(&app).header("Host", "localhost:1")).await.is(200), me);
    send(app.stranger(Method::GET, "/api/accounts")).await.refuses(403, "forbidden");
    // A stranger's name that leads here, and a proxy that nobody named.
    send(asks(&app).header("Host", "rebound.example")).await.refuses(401, "unauthorized");
    for trace in ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Via"] {
        send(asks(&app).header(trace, "127.0.0.1")).await.refuses(401, "unauthorized");
    }
    // A key that is wrong is wrong, near or not.
    send(asks(&app).header("X-Api-Key", "wrong")).await.refuses(401, "unauthorized");
}

#[tokio::test]
async fn through_a_trusted_proxy_counts_the_address_that_it_names() {
    let app = behind_proxy().await;
    let from = |address: &str| asks(&app).header("X-Forwarded-For", address);
    assert_eq!(send(from("192.168.1.9")).await.is(200)["way"], "local");
    for address in ["8.8.8.8", "192.168.1.9, 8.8.8.8", "nonsense", "192.168.1.9, nonsense"] {
        send(from(address)).await.refuses(401, "unauthorized");
    }
    send(asks(&app)).await.refuses(401, "unauthorized");
    let rebound = from("192.168.1.9").header("X-Forwarded-Host", "rebound.example");
    send(rebound).await.refuses(401, "unauthorized");
    send(from("192.168.1.9").header("X-Forwarded-Host", "nas.example")).await.is(200);
}

#[tokio::test]
async fn a_trusted_proxy_names_accounts_and_nobody_else_does() {
    let app = behind_proxy().await;
    app.add_account("User1", "operator").await;
    let named = |name: &str| asks(&app).header("X-Forwarded-For", "8.8.8.8").header("Remote-User", name);
    let me = send(named("user1")).await.is(200);
    assert_eq!(me, json!({ "name": "User1", "role": "operator", "way": "proxy" }));
    let refused = send(named("somebody")).await.refuses(401, "unauthorized");
    assert!(!refused.contains("somebody"), "{refused}");
    send(named("user1").header("Remote-User", "admin")).await.refuses(401, "unauthorized");
    // Who is named and unknown is not let in by where they are.
    let near = asks(&app).header("X-Forwarded-For", "192.168.1.9").header("Remote-User", "somebody");
    send(near).await.refuses(401, "unauthorized");

    let direct = TestApp::start_with(Options {
        access: AccessSettings {
            trusted_proxies: vec!["10.9.9.9/32".parse().unwrap()],
            user_header: Some("remote-user".to_owned()),
            ..AccessSettings::default()
        },
        ..Options::default()
    })
    .await;
    direct.add_account("user1", "admin").await;
    let spoofed = |address: &str| {
        asks(&direct).header("Remote-User", "user1").header("X-Forwarded-For", address.to_owned())
    };
    for address in ["10.9.9.9", "127.0.0.1", "8.8.8.8"] {
        send(spoofed(address)).await.refuses(401, "unauthorized");
    }
    send(asks(&direct).header("Remote-User", "user1")).await.refuses(401, "unauthorized");
}

#[tokio::test]
async fn the_log_has_the_address_of_who_asked_and_not_of_the_proxy() {
    let app = behind_proxy().await;
    let film = app.film("Alien.mkv", 1000);
    let ask = app.request(Method::POST, "/api/cached/files").header("X-Forwarded-For", "1.2.3.4, 8.8.8.8");
    let job = send(ask.json(&json!({ "file_path": film }))).await.is(202);
    app.ended(job["job_id"].as_str().unwrap()).await;
    let rows = cacherr::store::Rows::log(&app.cacher().engine().store().read().unwrap(), None, 10).unwrap();
    let address = rows.iter().find_map(|row| row.by.address).unwrap();
    assert_eq!(address.to_string(), "8.8.8.8");
}

#[tokio::test]
async fn a_stranger_hears_how_to_log_in_and_nothing_else() {
    let app = TestApp::start().await;
    let state = || app.stranger(Method::GET, "/api/auth/state");
    let says = json!({ "needs_setup": true, "methods": ["password"], "principal": null });
    assert_eq!(send(state()).await.is(200), says);
    assert_eq!(send(state().header("X-Api-Key", "wrong")).await.is(200), says);
    let known = send(state().header("X-Api-Key", KEY)).await.is(200);
    let me = json!({ "name": "api_key", "role": "admin", "way": "configured_key" });
    assert_eq!(known["principal"], me);
    for (path, says) in [("/healthz", json!({ "status": "ok" })), ("/readyz", json!({ "status": "ok" }))] {
        assert_eq!(send(app.stranger(Method::GET, path)).await.is(200), says);
    }
}

#[tokio::test]
async fn what_strangers_send_is_small_and_shallow() {
    let app = TestApp::start().await;
    let log_in = |body: String| {
        let request = app.stranger(Method::POST, "/api/auth/login");
        send(request.header("Content-Type", "application/json").body(body))
    };
    let padded = format!(r#"{{"name":"user1","password":"{}"}}"#, "x".repeat(17 << 10));
    log_in(padded).await.refuses(413, "payload_too_large");
    let deep = format!(r#"{{"name":{}1{}}}"#, "[".repeat(20), "]".repeat(20));
    let sentence = log_in(deep).await.refuses(400, "malformed_json");
    assert_eq!(sentence, "the body is nested deeper than 16 levels");
    let long = format!(r#"{{"name":"user1","password":"{}"}}"#, "x".repeat(1025));
    let sentence = log_in(long).await.refuses(400, "invalid_parameter");
    assert!(!sentence.contains("xx"), "{sentence}");
}
