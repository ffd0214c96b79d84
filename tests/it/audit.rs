//! Who did what is written down: the principal, from where, and what changed; and for how long that is kept.

use std::net::{IpAddr, Ipv4Addr};

use cacherr::domain::actor::Actor;
use cacherr::domain::log::{LogKind, LogRow};
use cacherr::domain::settings::changes::Shown;
use cacherr::store::{Rows, Store};
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::json;

use crate::support::app::{Options, TestApp, send};
use crate::support::faulty::{Faults, Plan};
use crate::support::world::{COPYING, World};

fn log(store: &Store) -> Vec<LogRow> {
    store.read().unwrap().log(None, 10_000).unwrap()
}

/// Entries of one kind, oldest first: what was done, by whom and from where.
fn of_kind(store: &Store, kind: LogKind) -> Vec<(String, Actor)> {
    let log = log(store).into_iter().rev().filter(|entry| entry.kind == kind);
    log.map(|entry| (entry.reason, entry.by)).collect()
}

#[tokio::test]
async fn each_act_that_changes_something_says_who_and_from_where() {
    let options = Options { bandwidth: 2 << 20, key: Some("sixteen characters"), ..Options::default() };
    let app = TestApp::start_with(options).await;
    let film = app.film("a.mkv", 24 << 20);
    let accepted = app.post("/api/cached/files", &json!({ "file_path": film })).await.is(202);
    let job = accepted["job_id"].as_str().unwrap().to_owned();
    for word in ["pause", "resume", "cancel"] {
        send(app.request(Method::POST, &format!("/api/jobs/{job}/{word}"))).await.is(200);
    }
    app.ended(&job).await;
    let reader = app.request(Method::PUT, "/api/system/readers/Sonarr");
    send(reader.json(&json!({ "kind": "download_manager", "sees_cache": true }))).await.is(200);
    app.delete("/api/system/readers/Sonarr").await.is(200);

    let store = app.cacher().engine().store();
    let by = Actor { name: "api_key".to_owned(), address: Some(IpAddr::V4(Ipv4Addr::LOCALHOST)) };
    let words = |words: &[&str]| -> Vec<(String, Actor)> {
        words.iter().map(|word| ((*word).to_owned(), by.clone())).collect()
    };
    assert_eq!(of_kind(store, LogKind::Job), words(&["paused", "resumed", "cancelled"]));
    assert_eq!(of_kind(store, LogKind::Reader), words(&["noted", "forgotten"]));
    let called_off = of_kind(store, LogKind::Cache);
    assert_eq!(called_off.iter().map(|(_, by)| by).collect::<Vec<_>>(), [&by], "whoever asked for the file");
    let noted = log(store).into_iter().find(|entry| entry.reason == "noted").unwrap();
    let facts: Vec<_> = noted.metadata.iter().map(|(name, value)| (&**name, &**value)).collect();
    assert_eq!(facts, [("name", "Sonarr"), ("kind", "download_manager"), ("sees_cache", "yes")]);
}

#[test]
fn other_settings_than_at_the_last_start_are_told_and_secrets_are_not() {
    let world = World::new(COPYING, b"film");
    let engine = world.calm();
    let mut settings: Shown = [("cache.limit", "250GB"), ("plex.token", "***")]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into();
    let told = || -> Vec<LogRow> {
        log(engine.store()).into_iter().filter(|entry| entry.kind == LogKind::Settings).collect()
    };
    for _ in 0..2 {
        engine.note_settings(&settings).unwrap();
        assert!(told().is_empty(), "nothing to compare with, then nothing changed");
    }
    settings.insert("cache.limit".to_owned(), "300GB".to_owned());
    settings.remove("plex.token");
    for _ in 0..2 {
        engine.note_settings(&settings).unwrap();
        let told = told();
        assert_eq!(told.len(), 1, "once");
        assert!(told[0].by.is_system());
        let facts: Vec<_> = told[0].metadata.iter().map(|(key, text)| format!("{key}: {text}")).collect();
        assert_eq!(facts, ["cache.limit: \"250GB\" → \"300GB\"", "plex.token: \"***\" → not set"]);
    }
}

#[test]
fn the_log_is_kept_as_long_as_the_owner_says() {
    for (kept, left) in [(Some(100), 1), (None, 2502)] {
        let mut world = World::new(COPYING, b"film");
        let kept = kept.map(|days| SignedDuration::from_hours(24 * days));
        let look = |world: &World| {
            let engine = world.engine_with(&Faults::new(Plan::None), |cache| cache.log_kept = kept).unwrap();
            engine.scan(cacherr::cacher::scan::Depth::Cache, false).unwrap();
            log(engine.store()).len()
        };
        let store = world.calm().store().clone();
        let at = world.now;
        // More than one transaction takes.
        store
            .write(|w| {
                (0..2501).try_for_each(|_| w.put_log(&LogRow::of(LogKind::Login, "user".into(), at)))?;
                let later = at.plus(SignedDuration::from_hours(24));
                w.put_log(&LogRow::of(LogKind::Login, "user".into(), later))
            })
            .unwrap();
        drop(store);
        world.later(SignedDuration::from_hours(24 * 100));
        assert_eq!(look(&world), 2502, "100 days are not over");
        world.later(SignedDuration::from_secs(1));
        assert_eq!(look(&world), left);
    }
}
