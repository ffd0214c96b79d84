//! Who is let in.

use serde_json::json;

use crate::support::app::{KEY, TestApp, send};

#[tokio::test]
async fn without_the_key_nothing_below_api_answers_and_nothing_is_learned() {
    let app = TestApp::start().await;
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
    let app = TestApp::start().await;
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
