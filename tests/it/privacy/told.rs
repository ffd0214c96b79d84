//! What viewers are told instead of names.

use super::*;

/// What somebody is called by viewers here.
async fn pseudonym(busy: &Busy, file: &str) -> String {
    let file = busy.as_viewer(&format!("/api/cached/files/{file}")).await.is(200);
    file["triggered_by_user"].as_str().unwrap().to_owned()
}

async fn asked(busy: &Busy) -> String {
    let list = busy.as_operator("/api/cached/files?search=Asked.mkv").await.is(200);
    files(&list)[0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn people_are_found_by_their_pseudonyms_and_not_by_their_names() {
    let mut busy = Busy::with(Attributions::Pseudonym).await;
    busy.live().await;
    let id = asked(&busy).await;
    let eva = pseudonym(&busy, &id).await;
    assert!(eva.starts_with("user-") && eva.len() == 13, "{eva}");

    // The same everywhere.
    let file = busy.as_viewer(&format!("/api/cached/files/{id}")).await.is(200);
    assert_eq!((&file["users"][0], &file["attributions"][0]["user"]), (&json!(eva), &json!(eva)));
    let users = busy.as_viewer("/api/users").await.is(200);
    let her = users["users"].as_array().unwrap().iter().find(|user| user["user_id"] == eva).unwrap();
    assert_eq!(
        (&her["title"], &her["kind"], &her["account_id"]),
        (&json!(eva), &json!("withheld"), &json!(null))
    );
    let sorted = users["users"].as_array().unwrap().iter().map(|user| user["user_id"].as_str().unwrap());
    assert!(sorted.is_sorted(), "{users}");

    // Found by it, in lists, searches, statistics and the log; by the name, nothing is.
    for (path, found) in [
        (format!("/api/cached/files?user_id={eva}"), 1),
        (format!("/api/cached/files?user_id={EVA}"), 0),
        (format!("/api/cached/files/search?q={eva}&type=user"), 1),
        (format!("/api/cached/files/search?q={}", eva.to_uppercase()), 1),
        (format!("/api/cached/files/search?q={EVA}&type=user"), 0),
        (format!("/api/cached/files/search?q={MARK}"), 0),
    ] {
        let list = busy.as_viewer(&path).await.is(200);
        assert_eq!(files(&list).len(), found, "{path}");
    }
    let count = async |user: &str| {
        let stats = busy.as_viewer(&format!("/api/cached/users/{user}/stats")).await.is(200);
        stats["total_files"].as_i64().unwrap()
    };
    assert_eq!((count(&eva).await, count(EVA).await), (1, 0));
    let entries = async |user: &str| {
        let log = busy.as_viewer(&format!("/api/cached/operations?user_id={user}")).await.is(200);
        log["operations"].as_array().unwrap().len()
    };
    assert!(entries(&eva).await > 0);
    assert_eq!(entries(EVA).await, 0);

    // And again after a start anew.
    busy.house.app.restart().await;
    assert_eq!(pseudonym(&busy, &id).await, eva);
    busy.stop().await;
}

#[tokio::test]
async fn where_nothing_is_told_who_asks_for_somebody_is_refused_and_hears_why() {
    let mut busy = Busy::with(Attributions::Hidden).await;
    busy.live().await;
    for path in [
        format!("/api/cached/files?user_id={EVA}"),
        format!("/api/cached/files/search?q={EVA}&type=user"),
        format!("/api/cached/users/{EVA}/stats"),
        format!("/api/cached/operations?user_id={EVA}"),
        "/api/users".to_owned(),
    ] {
        let sentence = busy.as_viewer(&path).await.refuses(403, "forbidden");
        assert!(sentence.contains("privacy.attribution is hidden"), "{path}: {sentence}");
        busy.as_operator(&path).await.is(200);
    }
    let found = busy.as_viewer(&format!("/api/cached/files/search?q={EVA}")).await.is(200);
    assert_eq!(found["total_found"], 0);
    let id = asked(&busy).await;
    let file = busy.as_viewer(&format!("/api/cached/files/{id}")).await.is(200);
    let nobody = json!([]);
    assert_eq!((&file["users"], &file["attributions"]), (&nobody, &nobody));
    assert_eq!(file["triggered_by_user"], json!(null));
    assert_eq!(busy.as_viewer("/api/plan").await.is(200)["sources"], nobody);
    busy.stop().await;
}

#[tokio::test]
async fn a_page_that_is_kept_for_one_is_not_given_to_another() {
    let mut busy = Busy::with(Attributions::Pseudonym).await;
    busy.live().await;
    for path in ["/api/cached/files", "/api/cached/operations", "/api/users"] {
        let by_staff = busy.as_operator(path).await;
        let by_viewer = busy.as_viewer(path).await;
        assert!(tells(&by_staff.body.to_string()) && !tells(&by_viewer.body.to_string()), "{path}");
        let tag = |answer: &Answer| answer.headers["etag"].to_str().unwrap().to_owned();
        assert_ne!(tag(&by_staff), tag(&by_viewer), "{path}");
        // With the tag of the other one it is another page; with the own one it is the same.
        let again = |tag: String| {
            busy.app().with_key(&busy.viewer, Method::GET, path).header("If-None-Match", tag).send()
        };
        assert_eq!(again(tag(&by_staff)).await.unwrap().status(), 200, "{path}");
        assert_eq!(again(tag(&by_viewer)).await.unwrap().status(), 304, "{path}");
        assert!(!tells(&again(tag(&by_staff)).await.unwrap().text().await.unwrap()), "{path}");
    }
    busy.stop().await;
}

#[tokio::test]
async fn a_viewer_who_is_told_names_is_told_neither_addresses_nor_how_the_house_is_run() {
    let mut busy = Busy::with(Attributions::Full).await;
    busy.live().await;
    let id = asked(&busy).await;
    let file = busy.as_viewer(&format!("/api/cached/files/{id}")).await.is(200);
    assert_eq!((&file["triggered_by_user"], &file["users"][1]), (&json!(EVA), &json!(CARL)));
    // People are found whatever the case.
    let found = busy.as_viewer(&format!("/api/cached/files/search?q={}&type=user", EVA.to_lowercase())).await;
    assert_eq!(found.is(200)["total_found"], 1);

    let log = async |who: &str| {
        let path = "/api/cached/operations?limit=500";
        let log = send(busy.app().with_key(who, Method::GET, path)).await.is(200);
        log["operations"].as_array().unwrap().clone()
    };
    let has = |log: &[Value], name: &str, value: Value| log.iter().any(|entry| entry[name] == value);
    let (seen, staff) = (log(&busy.viewer).await, log(&busy.operator).await);
    assert!(has(&seen, "triggered_by", json!(format!("key:{ANNA}"))));
    assert!(
        has(&staff, "operation_type", json!("api_key")) && !has(&seen, "operation_type", json!("api_key"))
    );
    assert!(seen.iter().chain(&staff).all(|entry| entry["address"] == json!(null)));
    let admin = busy.app().get("/api/cached/operations?limit=500").await.is(200);
    assert!(has(admin["operations"].as_array().unwrap(), "address", json!("127.0.0.1")));

    let brought = |list: &Value| files(list).iter().any(|file| file["metadata"]["source"].is_string());
    let path = "/api/cached/files?limit=500";
    assert!(brought(&busy.as_operator(path).await.is(200)));
    assert!(!brought(&busy.as_viewer(path).await.is(200)));
    busy.stop().await;
}
