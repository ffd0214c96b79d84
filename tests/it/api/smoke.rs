use crate::support::app::TestApp;
use serde_json::json;

#[tokio::test]
async fn smoke() {
    let app = TestApp::start().await;
    let film = app.film("a.mkv", 3_000_000);
    let id = app.cache(&film, json!({"user_id": "anna"})).await;
    println!("{:#}", app.get("/api/cached/files").await.body);
    println!("{:#}", app.get(&format!("/api/cached/files/{id}")).await.body);
    println!("{:#}", app.delete(&format!("/api/cached/files/{id}?reason=x")).await.body);
    println!("{:#}", app.get("/api/cached/operations").await.body);
    println!("{:#}", app.get("/api/cached/statistics").await.body);
}
