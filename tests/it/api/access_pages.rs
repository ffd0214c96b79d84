//! Web pages: what those of other origins may do and read, and what browsers are told with every answer.

use cacherr::domain::access::Role;
use cacherr::domain::settings::AccessSettings;
use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder};
use serde_json::json;

use crate::support::app::{KEY, Options, TestApp, send};

const FRIEND: &str = "https://app.example";
const STRANGER: &str = "https://evil.example";

/// An instance where this machine is let in, for pages of these origins.
async fn start(allowed: &[&str]) -> TestApp {
    let allowed_origins = allowed.iter().map(|origin| (*origin).to_owned()).collect();
    let access =
        AccessSettings { local_role: Some(Role::Operator), allowed_origins, ..AccessSettings::default() };
    TestApp::start_with(Options { access, ..Options::default() }).await
}

fn acts(app: &TestApp) -> RequestBuilder {
    app.stranger(Method::POST, "/api/jobs/x/cancel")
}

#[tokio::test]
async fn a_page_of_another_origin_changes_nothing_with_what_the_browser_adds() {
    let app = start(&[]).await;
    app.add_account("user1", "operator").await;
    let cookie = app.log_in("user1").await;
    let own = format!("http://{}", app.origin());
    for origin in [STRANGER, "null", "http://127.0.0.1:1", "http://127.0.0.1", "nonsense"] {
        send(acts(&app).header("Origin", origin)).await.refuses(403, "forbidden");
        send(acts(&app).header("Origin", origin).header("Cookie", &cookie)).await.refuses(403, "forbidden");
        let log_in = app.stranger(Method::POST, "/api/auth/login").header("Origin", origin);
        send(log_in.json(&json!({ "name": "user1", "password": "wrong" }))).await.refuses(403, "forbidden");
        // A key no browser adds.
        send(acts(&app).header("Origin", origin).header("X-Api-Key", KEY)).await.refuses(404, "not_found");
    }
    for site in ["cross-site", "same-site"] {
        let request = acts(&app).header("Sec-Fetch-Site", site).header("Origin", &own);
        send(request.header("Cookie", &cookie)).await.refuses(403, "forbidden");
    }
    for (name, value) in [("Origin", &*own), ("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Site", "none")] {
        send(acts(&app).header(name, value)).await.refuses(404, "not_found");
        send(acts(&app).header(name, value).header("Cookie", &cookie)).await.refuses(404, "not_found");
    }
}

#[tokio::test]
async fn a_websocket_is_opened_by_pages_of_ours_alone() {
    let app = start(&[]).await;
    let own = format!("http://{}", app.origin());
    assert!(app.try_listen("", &[("origin", &own)]).await.is_ok());
    assert!(app.try_listen("", &[]).await.is_ok());
    for headers in
        [&[("origin", STRANGER)][..], &[("origin", STRANGER), ("x-api-key", KEY)], &[("origin", "null")]]
    {
        assert_eq!(app.try_listen("", headers).await.err(), Some(403), "{headers:?}");
    }
    let app = start(&[FRIEND]).await;
    assert!(app.try_listen("", &[("origin", FRIEND)]).await.is_ok());
    assert_eq!(app.try_listen("", &[("origin", STRANGER)]).await.err(), Some(403));
}

fn preflight(app: &TestApp, origin: &str) -> RequestBuilder {
    let request = app.stranger(Method::OPTIONS, "/api/cached/files").header("Origin", origin);
    request
        .header("Access-Control-Request-Method", "POST")
        .header("Access-Control-Request-Headers", "x-api-key")
}

fn allows(headers: &HeaderMap) -> (Option<&str>, bool) {
    let origin = headers.get("access-control-allow-origin").map(|origin| origin.to_str().unwrap());
    (origin, headers.contains_key("access-control-allow-credentials"))
}

/// Whether the answer says that it is not the same for every origin.
fn varies(headers: &HeaderMap) -> bool {
    headers.get_all("vary").iter().any(|name| name == "origin")
}

#[tokio::test]
async fn nothing_is_open_to_other_origins_unless_one_is_named() {
    let app = start(&[]).await;
    let answer = send(preflight(&app, FRIEND)).await;
    assert_eq!((answer.status, allows(&answer.headers)), (405, (None, false)));
    let answer = send(app.request(Method::GET, "/api/version").header("Origin", FRIEND)).await;
    assert_eq!((answer.status, allows(&answer.headers)), (200, (None, false)));
    assert!(!varies(&answer.headers));
}

#[tokio::test]
async fn a_named_origin_asks_and_reads_and_others_do_not() {
    let app = start(&[FRIEND]).await;
    let answer = preflight(&app, FRIEND).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), allows(answer.headers())), (204, (Some(FRIEND), true)));
    assert_eq!(answer.headers()["access-control-allow-methods"], "GET, POST");
    assert!(varies(answer.headers()));
    let answer = send(preflight(&app, STRANGER)).await;
    assert_eq!((answer.status, allows(&answer.headers)), (405, (None, false)));

    let read = |origin| app.stranger(Method::GET, "/api/version").header("Origin", origin);
    let answer = send(read(FRIEND)).await;
    assert_eq!((answer.status, allows(&answer.headers)), (200, (Some(FRIEND), true)));
    assert!(varies(&answer.headers) && answer.headers["cross-origin-resource-policy"] == "cross-origin");
    let refused = send(app.stranger(Method::GET, "/api/accounts").header("Origin", FRIEND)).await;
    assert_eq!((refused.status, allows(&refused.headers)), (403, (Some(FRIEND), true)), "it reads why, too");
    let answer = send(read(STRANGER)).await;
    assert_eq!((answer.status, allows(&answer.headers)), (200, (None, false)));
    assert!(varies(&answer.headers), "a cache must not give it to the other one");
    send(acts(&app).header("Origin", FRIEND)).await.refuses(404, "not_found");
    send(acts(&app).header("Origin", STRANGER)).await.refuses(403, "forbidden");
}

#[tokio::test]
async fn any_origin_means_any_that_has_a_key() {
    let app = start(&["*"]).await;
    let answer = preflight(&app, STRANGER).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), allows(answer.headers())), (204, (Some("*"), false)));
    let read = || app.stranger(Method::GET, "/api/version").header("Origin", STRANGER);
    let with_key = send(read().header("X-Api-Key", KEY)).await;
    assert_eq!((with_key.status, allows(&with_key.headers)), (200, (Some("*"), false)));
    // What the browser adds, a cookie or the address, opens nothing to it.
    let near = send(read()).await;
    assert_eq!((near.status, allows(&near.headers)), (200, (None, false)));
    send(acts(&app).header("Origin", STRANGER)).await.refuses(403, "forbidden");
    assert_eq!(app.try_listen("", &[("origin", STRANGER)]).await.err(), Some(403));
    assert!(app.try_listen("", &[("origin", STRANGER), ("x-api-key", KEY)]).await.is_ok());
    let ticket = app.post("/api/ws/ticket", &json!({})).await;
    let ticket = ticket.is(200)["ticket"].as_str().unwrap().to_owned();
    assert!(app.try_listen(&format!("?ticket={ticket}"), &[("origin", STRANGER)]).await.is_ok());
}

#[tokio::test]
async fn browsers_are_told_with_every_answer_to_be_careful() {
    let app = TestApp::start_with(Options { base_path: Some("/cacherr"), ..Options::default() }).await;
    for path in [
        "/cacherr/api/version",
        "/cacherr/api/nothing",
        "/cacherr/api/docs",
        "/cacherr/healthz",
        "/cacherr/api/cached/export",
        "/elsewhere",
    ] {
        let headers = app.request(Method::GET, path).send().await.unwrap().headers().clone();
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(headers[name], value, "{path}");
        }
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        let is_script = policy.contains("script-src");
        assert_eq!(is_script, path.ends_with("/docs"), "{path}: {policy}");
    }
}
