//! Trying what is not configured yet: folders on the real file system, and the simulated Plex.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use cacherr::clock::SystemClock;
use cacherr::demo::plex::{Kind, Person, Simulator, Video, World};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::app::{Options, Plex, TestApp, send};
use crate::support::house::names;

const PROBE: &str = "/api/system/probe";

async fn probe(app: &TestApp, kind: &str, path: &Path) -> Value {
    app.post(PROBE, &json!({ "kind": kind, "path": path })).await.is(200)
}

/// The checks of one id: state, detail and fix.
fn checks<'p>(probed: &'p Value, id: &str) -> Vec<(&'p str, &'p str, &'p str)> {
    let text = |value: &'p Value| value.as_str().unwrap_or_default();
    let all = probed["checks"].as_array().unwrap().iter().filter(|check| check["id"] == id);
    all.map(|check| (text(&check["state"]), text(&check["detail"]), text(&check["fix"]))).collect()
}

#[track_caller]
fn only<'p>(probed: &'p Value, id: &str) -> (&'p str, &'p str, &'p str) {
    let [one] = checks(probed, id)[..] else { panic!("{id}: {probed:#}") };
    one
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_of_films_is_tried_and_nothing_is_left_or_remembered() {
    let app = TestApp::start().await;
    let films = app.at("series").canonicalize().unwrap_or_else(|_| {
        fs::create_dir_all(app.at("series/Show")).unwrap();
        app.at("series").canonicalize().unwrap()
    });
    for number in 0..3 {
        fs::write(films.join(format!("Show/e{number}.mkv")), "x").unwrap();
    }
    let probed = probe(&app, "library", &films).await;
    assert_eq!(probed["ok"], true, "{probed:#}");
    for check in probed["checks"].as_array().unwrap() {
        assert_eq!(check["fix"].is_null(), check["state"] == "ok", "{check}");
        assert!(!check["title"].as_str().unwrap().is_empty());
    }
    assert_eq!(only(&probed, "library_root").0, "ok");
    assert_eq!(only(&probed, "library_access").0, "ok");
    assert!(only(&probed, "swap").1.contains("20 swaps"), "{probed:#}");
    assert_eq!(only(&probed, "cache_device").0, "warning", "all of it lies on one file system here");
    let facts = &probed["facts"];
    assert_eq!((&facts["exchange"], &facts["files_seen"]), (&json!(true), &json!(3)));
    assert_eq!((&facts["same_filesystem"], &facts["device_shared_with"]), (&json!(true), &json!(["Movies"])));
    assert!(facts["volume_total"].as_i64().unwrap() > 0 && facts["filesystem"].is_string(), "{facts}");
    assert_eq!((&facts["marker"], &facts["sections"]), (&Value::Null, &Value::Null));
    let left = names(&films);
    assert_eq!(left, ["Show", "Show/e0.mkv", "Show/e1.mkv", "Show/e2.mkv"], "nothing is left of the trial");
    assert_eq!(app.get("/api/library").await.is(200)["roots"].as_array().unwrap().len(), 1);
    // One that is configured may be tried again, and is not in its own way.
    app.film("Dune.mkv", 10);
    let again = probe(&app, "library", &app.library).await;
    assert_eq!(
        (&again["ok"], &again["facts"]["device_shared_with"]),
        (&json!(true), &json!([])),
        "{again:#}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_against_a_library_is_said_with_what_to_do() {
    let app = TestApp::start().await;
    let gone = probe(&app, "library", &app.at("nowhere")).await;
    assert_eq!(gone["ok"], false);
    let (state, detail, fix) = only(&gone, "library_root");
    assert!(state == "problem" && detail.contains("does not exist") && fix.contains("mount"), "{gone:#}");
    assert_eq!(gone["facts"]["volume_total"], Value::Null);
    fs::write(app.at("file"), "x").unwrap();
    let file = probe(&app, "library", &app.at("file")).await;
    assert!(only(&file, "library_root").1.contains("no folder"), "{file:#}");

    let empty = app.at("empty");
    fs::create_dir(&empty).unwrap();
    let probed = probe(&app, "library", &empty).await;
    let roots = checks(&probed, "library_root");
    assert!(
        roots.iter().any(|(state, detail, _)| *state == "warning" && detail.contains("no file")),
        "{probed:#}"
    );
    assert_eq!((&probed["ok"], &probed["facts"]["files_seen"]), (&json!(true), &json!(0)));

    fs::create_dir(app.library.join("inner")).unwrap();
    let inner = app.library.join("inner");
    for (path, how) in [(inner.as_path(), "lies in"), (app.library.parent().unwrap(), "holds")] {
        let probed = probe(&app, "library", path).await;
        let roots = checks(&probed, "library_root");
        assert!(
            roots.iter().any(|(state, detail, _)| *state == "problem" && detail.contains(how)),
            "{probed:#}"
        );
        assert_eq!(probed["ok"], false);
    }
    for system in ["/", "/proc"] {
        let probed = probe(&app, "library", Path::new(system)).await;
        let roots = checks(&probed, "library_root");
        assert!(roots.iter().any(|(_, detail, _)| detail.contains("part of the system")), "{probed:#}");
        assert_eq!(probed["facts"]["exchange"], Value::Null, "nothing is tried there");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_for_copies_has_to_be_free_and_elsewhere() {
    let app = TestApp::start().await;
    let fast = app.at("fast");
    fs::create_dir(&fast).unwrap();
    let probed = probe(&app, "cache_dir", &fast).await;
    let (state, detail, _) = only(&probed, "cache_dir");
    assert!(state == "ok" && detail.contains("can be used"), "{probed:#}");
    let facts = &probed["facts"];
    assert_eq!((&facts["marker"], &facts["same_filesystem"]), (&json!("none"), &json!(true)));
    assert_eq!(facts["device_shared_with"], json!(["Movies"]));
    assert_eq!(only(&probed, "cache_device").0, "warning");
    assert_eq!(names(&fast), [] as [String; 0], "nothing is left of the trial, and no marker");

    fs::write(fast.join("somebody's"), "x").unwrap();
    let in_use = probe(&app, "cache_dir", &fast).await;
    assert!(only(&in_use, "cache_dir").1.contains("not empty"), "{in_use:#}");
    assert_eq!((&in_use["ok"], &in_use["facts"]["marker"]), (&json!(false), &json!("none")));
    fs::create_dir(fast.join(".cacherr")).unwrap();
    fs::write(fast.join(".cacherr/store-id"), "00000000-0000-7000-8000-000000000000\n").unwrap();
    let foreign = probe(&app, "cache_dir", &fast).await;
    assert!(only(&foreign, "cache_dir").1.contains("another Cacherr"), "{foreign:#}");
    assert_eq!(foreign["facts"]["marker"], "foreign");

    app.cache(&app.film("Dune.mkv", 10), json!({})).await;
    let ours = probe(&app, "cache_dir", &app.at("cache")).await;
    assert_eq!((&ours["ok"], &ours["facts"]["marker"]), (&json!(true), &json!("ours")), "{ours:#}");
    let gone = probe(&app, "cache_dir", &app.at("nowhere")).await;
    assert!(only(&gone, "cache_dir").2.contains("make the folder"), "{gone:#}");
    let inside = app.library.join("cache");
    fs::create_dir(&inside).unwrap();
    let probed = probe(&app, "cache_dir", &inside).await;
    assert!(
        checks(&probed, "cache_dir")
            .iter()
            .any(|(_, detail, _)| detail.contains("lies in the library Movies"))
    );
    assert_eq!(probed["ok"], false);
    // Closed to everybody else.
    let closed = app.at("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(only(&probe(&app, "cache_dir", &closed).await, "cache_way").0, "problem");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_media_server_is_tried_with_and_without_a_token_and_no_token_strays() {
    let world = World::new(Arc::new(SystemClock));
    let owner = Person::owner(1, "anna");
    let token: &'static str = Box::leak(owner.account_token.clone().into_boxed_str());
    world.add_person(owner);
    world.set_preference("autoEmptyTrash", "1");
    world.add_section(Kind::Movie, "Films", &["/data/Movies".into()]);
    let simulator = Simulator::start("127.0.0.1:0".parse().unwrap(), world).unwrap();
    let app = TestApp::start().await;
    let here = &app;
    let ask = |body: Value| async move { here.post(PROBE, &body).await.is(200) };
    let stranger = ask(json!({ "kind": "plex", "url": simulator.url() })).await;
    assert_eq!(
        (&stranger["ok"], &stranger["facts"]["sections"]),
        (&json!(true), &Value::Null),
        "{stranger:#}"
    );
    assert!(only(&stranger, "media_server").1.contains("1.43"), "{stranger:#}");
    let known = ask(json!({ "kind": "plex", "url": simulator.url(), "token": token })).await;
    let section = json!([{ "title": "Films", "kind": "movies", "locations": ["/data/Movies"] }]);
    assert_eq!(known["facts"]["sections"], section);
    assert!(only(&known, "preferences").2.contains("Empty trash"), "{known:#}");
    let wrong = ask(json!({ "kind": "plex", "url": simulator.url(), "token": "nobody's token" })).await;
    assert_eq!(wrong["ok"], false);
    assert!(
        only(&wrong, "media_server").2.contains("token") && !wrong.to_string().contains("nobody's"),
        "{wrong:#}"
    );
    let nowhere = ask(json!({ "kind": "plex", "url": "http://127.0.0.1:9" })).await;
    assert_eq!((only(&nowhere, "media_server").0, &nowhere["ok"]), ("problem", &json!(false)));

    // Where it is connected, its token is used there, and nowhere else.
    let plex = Plex { tries: 1, ..Plex::at(simulator.url(), token) };
    let connected = TestApp::start_with(Options { plex: Some(plex), ..Options::default() }).await;
    let own = json!({ "kind": "plex", "url": simulator.url() });
    assert_eq!(connected.post(PROBE, &own).await.is(200)["facts"]["sections"], section);
    let other = Simulator::start("127.0.0.1:0".parse().unwrap(), {
        let world = World::new(Arc::new(SystemClock));
        world.add_person(Person::owner(1, "anna"));
        world
    })
    .unwrap();
    let elsewhere = json!({ "kind": "plex", "url": other.url() });
    assert_eq!(connected.post(PROBE, &elsewhere).await.is(200)["facts"]["sections"], Value::Null);
    // The mapping of a folder that is no library yet.
    let films = connected.at("films");
    fs::create_dir(&films).unwrap();
    fs::write(films.join("a.mkv"), "x").unwrap();
    let section = simulator.world().add_section(Kind::Movie, "New", &["/data/new".into()]);
    simulator.world().mount("/data/new", &films);
    simulator.world().add(section, Video::new("A").file("/data/new/a.mkv")).unwrap();
    for (server_path, state) in [("/data/new", "ok"), ("/data/neu", "problem")] {
        let body = json!({ "kind": "library", "path": films, "server_path": server_path });
        let probed = connected.post(PROBE, &body).await.is(200);
        let fit = only(&probed, "mapped_files");
        assert_eq!(fit.0, state, "{probed:#}");
        assert!(state == "ok" || fit.2.contains("/data/new"), "{fit:?}");
    }
}

#[tokio::test]
async fn only_admins_probe_and_what_is_missing_is_named() {
    let app = TestApp::start().await;
    let (_, key) = app.add_key("of an operator", "operator").await;
    let body = json!({ "kind": "library", "path": app.library });
    send(app.with_key(&key, Method::POST, PROBE).json(&body)).await.refuses(403, "forbidden");
    for (body, name) in [
        (json!({}), "kind"),
        (json!({ "kind": "toaster" }), "kind"),
        (json!({ "kind": "library" }), "path"),
        (json!({ "kind": "cache_dir", "path": "relative" }), "path"),
        (json!({ "kind": "library", "path": "/films", "url": "http://nas:32400" }), "url"),
        (json!({ "kind": "cache_dir", "path": "/copies", "server_path": "/data" }), "server_path"),
        (json!({ "kind": "library", "path": "/films", "token": "a token" }), "token"),
        (json!({ "kind": "plex", "url": "http://nas:32400", "path": "/films" }), "path"),
        (json!({ "kind": "plex" }), "url"),
        (json!({ "kind": "plex", "url": "nonsense" }), "url"),
    ] {
        let says = app.post(PROBE, &body).await.refuses(400, "invalid_parameter");
        assert!(says.contains(name), "{says}");
    }
}
