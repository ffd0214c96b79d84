//! `GET /api/cached/files/search`: every parameter and field.

use serde_json::{Value, json};

use super::shelf;
use crate::support::app::TestApp;

async fn found(app: &TestApp, query: &str) -> Vec<String> {
    let answer = app.get(&format!("/api/cached/files/search?{query}")).await.is(200);
    let names: Vec<String> = answer["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["filename"].as_str().unwrap().trim_end_matches(".mkv").to_owned())
        .collect();
    assert!(answer["total_found"].as_u64().unwrap() >= names.len() as u64);
    names
}

#[tokio::test]
async fn each_type_looks_where_it_says_and_newest_comes_first() {
    let app = shelf().await;
    let all = ["50%_off", "DÜNE", "Contact", "brazil", "Alien"];
    for (query, expected) in [
        ("q=BRAZIL&type=filename", &["brazil"][..]),
        ("q=movies/&type=filename", &[]),
        ("q=movies/&type=path", &all),
        ("q=/alien/ali&type=path", &["Alien"]),
        ("q=a/a&type=path", &[]),
        ("q=USER2&type=user", &["DÜNE", "brazil"]),
        ("q=user&type=user", &all),
        ("q=watch&type=operation", &["Contact", "brazil", "Alien"]),
        ("q=manual&type=operation", &["50%_off", "DÜNE"]),
        ("q=manual", &["50%_off", "DÜNE"]),
        ("q=user1&type=all", &["50%_off", "Contact", "Alien"]),
        ("q=user1&type=filename", &[]),
        ("q=%25&type=all", &["50%_off"]),
        ("q=_&type=filename", &["50%_off"]),
        ("q=+d%C3%BCne+", &["DÜNE"]),
        ("q=nothing+like+it", &[]),
        ("q=a%00b", &[]),
    ] {
        assert_eq!(found(&app, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn the_answer_says_what_was_asked_and_how_many_there_are() {
    let app = shelf().await;
    let answer = app.get("/api/cached/files/search?q=MKV&type=filename&limit=2").await.is(200);
    assert_eq!(answer["results"].as_array().unwrap().len(), 2);
    let listed = app.get("/api/cached/files?limit=2").await.is(200);
    assert_eq!(answer["results"], listed["files"], "the same objects as a list has");
    let rest = json!({ "query": "MKV", "search_type": "filename", "total_found": 5, "limited_to": 2,
        "results": answer["results"] });
    assert_eq!(answer, rest);
    let answer = app.get("/api/cached/files/search?q=x").await.is(200);
    assert_eq!((&answer["search_type"], &answer["limited_to"]), (&json!("all"), &json!(50)));
}

#[tokio::test]
async fn removed_files_are_found_only_when_asked_for() {
    let app = shelf().await;
    let answer = app.get("/api/cached/files/search?q=alien").await.is(200);
    let id = answer["results"][0]["id"].as_str().unwrap();
    app.delete(&format!("/api/cached/files/{id}")).await.is(200);
    assert_eq!(found(&app, "q=alien").await, [""; 0]);
    assert_eq!(found(&app, "q=alien&include_removed=false").await, [""; 0]);
    assert_eq!(found(&app, "q=alien&include_removed=true").await, ["Alien"]);
}

#[tokio::test]
async fn what_cannot_be_searched_for_is_refused_with_what_can() {
    let app = TestApp::start().await;
    for (query, name) in [
        ("", "q"),
        ("q=", "q"),
        ("q=%20%09", "q"),
        ("q=x&type=title", "type"),
        ("q=x&type=", "type"),
        ("q=x&limit=0", "limit"),
        ("q=x&limit=501", "limit"),
        ("q=x&limit=many", "limit"),
        ("q=x&include_removed=maybe", "include_removed"),
    ] {
        let sentence =
            app.get(&format!("/api/cached/files/search?{query}")).await.refuses(400, "invalid_parameter");
        assert!(sentence.contains(name), "{query}: {sentence}");
    }
    for limit in [1, 500] {
        let answer = app.get(&format!("/api/cached/files/search?q=x&limit={limit}")).await.is(200);
        assert_eq!((&answer["results"], &answer["total_found"]), (&Value::Array(vec![]), &json!(0)));
    }
    app.get("/api/cached/files/search?q=x&offset=1").await.refuses(400, "unknown_parameter");
    app.delete("/api/cached/files/search").await.refuses(405, "method_not_allowed");
}
