//! What is known of somebody is deleted when they ask for it.

use cacherr::store::Rows;

use super::*;

/// Where somebody is still named: in the text of the whole store.
fn is_named(app: &TestApp, name: &str) -> bool {
    app.cacher().engine().store().dump().unwrap().contains(name)
}

#[tokio::test]
async fn nothing_names_whom_was_forgotten_and_what_happened_stays() {
    let mut busy = Busy::with(Attributions::Full).await;
    busy.live().await;
    let app = busy.app();
    let _ = busy.house.world().stop(busy.playing);
    busy.house.until("nobody plays", || async { sessions(app).await == 0 }).await;
    busy.house.settled().await;
    let store = app.cacher().engine().store();
    assert!(is_named(app, CARL));
    let ratio = app.get("/api/cached/statistics").await.is(200)["cache_hit_ratio"].clone();
    let entries = store.read().unwrap().log(None, 10_000).unwrap().len();
    let since = app.hub.listen(None).skip();
    let old = app.get("/api/cached/files?limit=500&status=active").await.is(200);

    let gone = app.delete(&format!("/api/users/{CARL}")).await.is(200);
    for what in ["files", "playbacks", "log_entries", "jobs", "sources", "tokens"] {
        assert!(gone[what].as_i64().unwrap() > 0, "{what}: {gone}");
    }
    // A person's own words are what they said; everything else is gone, with what is kept in memory.
    let dump = store.dump().unwrap().replace(&format!("{CARL} said so"), "");
    assert!(!dump.contains(CARL), "{}", dump.lines().find(|line| line.contains(CARL)).unwrap());
    for path in ["/api/users", "/api/plan", "/api/cached/files?limit=500", "/api/jobs?limit=500"] {
        assert!(!app.get(path).await.body.to_string().contains(CARL), "{path}");
    }
    let mut late =
        app.try_listen(&format!("?since={}", since - 5), &[("X-Api-Key", &busy.operator)]).await.unwrap();
    assert_eq!(late.frame().await["type"], "resync", "what was told before is not told again");

    // What happened stays: counts, ratio, entries, and one more.
    assert_eq!(app.get("/api/cached/statistics").await.is(200)["cache_hit_ratio"], ratio);
    let rows = store.read().unwrap();
    let log = rows.log(None, 10_000).unwrap();
    assert_eq!(log.len(), entries + 1);
    assert!(log.iter().any(|entry| entry.user.as_deref() == Some("deleted user")));
    let entry = log.iter().find(|entry| entry.kind.name() == "forget").unwrap();
    assert_eq!((entry.by.name.as_str(), entry.user.as_deref()), ("api_key", None));
    // Nothing is given back because of it, and others want what they wanted.
    let now = app.get("/api/cached/files?limit=500&status=active").await.is(200);
    assert_eq!(files(&now).len(), files(&old).len());
    assert!(is_named(app, EVA) && is_named(app, ANNA));
    assert_eq!(store.check().unwrap(), Vec::<String>::new());

    // Twice is once too often; who never was is unknown.
    app.delete(&format!("/api/users/{CARL}")).await.refuses(404, "not_found");
    app.delete("/api/users/deleted%20user").await.refuses(404, "not_found");
    busy.stop().await;
}

#[tokio::test]
async fn whom_the_media_server_still_tells_of_is_found_again_and_what_nobody_wants_is_given_back() {
    let mut busy = Busy::with(Attributions::Full).await;
    busy.live().await;
    let app = busy.app();
    // Named in a request alone: nobody brings them back, but their file is pinned.
    app.delete(&format!("/api/users/{EVA}")).await.is(200);
    busy.house.meet().await;
    busy.house.cycle().await;
    let names = busy.house.names().await;
    assert!(names.contains(&"Asked.mkv".to_owned()), "{names:?}");
    assert!(!app.get("/api/users").await.body.to_string().contains(EVA));

    let gone = app.delete("/api/users/Benqxz").await.is(200);
    assert_eq!(gone["removals"], 1, "what was removed is not held back for him any more: {gone}");
    assert!(!app.get("/api/users").await.body.to_string().contains("Benqxz"));
    busy.house.meet().await;
    assert!(app.get("/api/users").await.body.to_string().contains("Benqxz"));
    busy.stop().await;
}

#[tokio::test]
async fn only_an_admin_deletes_what_is_known_of_somebody() {
    let busy = Busy::with(Attributions::Full).await;
    for key in [&busy.viewer, &busy.operator] {
        let request = busy.app().with_key(key, Method::DELETE, &format!("/api/users/{ANNA}"));
        send(request).await.refuses(403, "forbidden");
    }
    busy.house.stop().await;
}
