//! Who is let in.

use reqwest::Method;
use serde_json::json;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::support::app::{Options, TestApp, send};

const KEY: &str = "0123456789abcdef";

fn with_key() -> Options {
    Options { key: Some(KEY), ..Options::default() }
}

#[tokio::test]
async fn without_the_key_nothing_below_api_answers_and_nothing_is_learned() {
    let app = TestApp::start_with(with_key()).await;
    let client = crate::support::http_client();
    let url = |path: &str| format!("http://{}{path}", app.origin());
    for path in ["/api/cached/files", "/api/cached/files?limit=nonsense", "/api/version", "/api/none", "/ws"]
    {
        for request in [client.get(url(path)), client.get(url(path)).header("X-Api-Key", "wrong")] {
            let answer = send(request).await;
            answer.refuses(401, "unauthorized");
        }
    }
    let body = json!({ "nonsense": 1 });
    send(client.post(url("/api/cached/files")).json(&body)).await.refuses(401, "unauthorized");
    send(client.get(url("/api/version")).bearer_auth(KEY)).await.is(200);
    app.get("/api/version").await.is(200);
}

#[tokio::test]
async fn the_document_its_page_and_the_probes_need_no_key() {
    let app = TestApp::start_with(with_key()).await;
    let client = crate::support::http_client();
    for path in ["/healthz", "/readyz"] {
        let url = format!("http://{}{path}", app.origin());
        send(client.get(&url)).await.is(200);
        send(client.post(&url)).await.refuses(405, "method_not_allowed");
    }
    let document = client.get(format!("http://{}/api/openapi.json", app.origin())).send().await.unwrap();
    assert_eq!(document.headers()["content-type"], "application/json");
    assert_eq!(document.text().await.unwrap(), cacherr::api::document());
    let page = client.get(format!("http://{}/api/docs", app.origin())).send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.headers()["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
    let html = page.text().await.unwrap();
    assert!(html.contains("SwaggerUIBundle") && html.contains("operationId\":\"listFiles"));
}

#[tokio::test]
async fn the_websocket_needs_the_key_and_its_own_origin() {
    let app = TestApp::start_with(with_key()).await;
    let ask = |headers: Vec<(&'static str, String)>| {
        let mut request = format!("ws://{}/ws", app.origin()).into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        async {
            match tokio_tungstenite::connect_async(request).await {
                Ok(_) => 101,
                Err(Error::Http(response)) => response.status().as_u16(),
                Err(error) => panic!("{error}"),
            }
        }
    };
    let key = || ("x-api-key", KEY.to_owned());
    assert_eq!(ask(vec![]).await, 401);
    assert_eq!(ask(vec![key()]).await, 101);
    assert_eq!(ask(vec![key(), ("origin", format!("http://{}", app.origin()))]).await, 101);
    assert_eq!(ask(vec![key(), ("origin", "http://evil.example".to_owned())]).await, 403);
}

#[tokio::test]
async fn without_a_key_only_names_of_this_machine_are_served() {
    let app = TestApp::start().await;
    let named = |host: &str| app.request(Method::GET, "/api/version").header("Host", host.to_owned());
    send(named("localhost:1")).await.is(200);
    send(named("rebound.example")).await.refuses(403, "forbidden");
    let foreign = app.request(Method::POST, "/api/jobs/x/cancel").header("Origin", "http://evil.example");
    send(foreign).await.refuses(403, "forbidden");
}
