//! Testing where the simulated Plex has its files, by libraries that are saved and by those that somebody thinks of.

use std::fs;
use std::path::{Path, PathBuf};

use cacherr::demo::plex::{Fault, Kind, Simulator, Video};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::app::{SERVER_PATH, TestApp, beside_plex, send};

const TEST: &str = "/api/sources/plex/mapping/test";

/// A Plex whose films lie below [`SERVER_PATH`] for it, and in the library for us.
async fn house(films: usize) -> (Simulator, TestApp) {
    let (simulator, app) = beside_plex().await;
    let world = simulator.world();
    let section = world.add_section(Kind::Movie, "Films", &[SERVER_PATH.into()]);
    for number in 0..films {
        let name = format!("Film {number}/film.mkv");
        app.film(&name, 1000 + number);
        world.add(section, Video::new(&name).file(Path::new(SERVER_PATH).join(&name))).unwrap();
    }
    (simulator, app)
}

fn named(name: &str, path: &Path, server_path: &str) -> Value {
    json!({ "libraries": [{ "name": name, "path": path, "server_path": server_path }] })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_configured_libraries_are_tested_by_files_from_all_over_the_section() {
    let (simulator, app) = house(100).await;
    let cached = app.library.join("Film 0/film.mkv");
    app.cache(&cached, json!({})).await;
    for tested in
        [app.post(TEST, &json!({})).await.is(200), send(app.request(Method::POST, TEST)).await.is(200)]
    {
        let [library] = &tested["libraries"].as_array().unwrap()[..] else { panic!("{tested}") };
        assert_eq!((&library["name"], &library["verdict"]), (&json!("Movies"), &json!("ok")), "{library:#}");
        assert_eq!((&library["server_path"], &library["proposal"]), (&json!(SERVER_PATH), &Value::Null));
        let samples = library["samples"].as_array().unwrap();
        assert!((4..=8).contains(&samples.len()), "{samples:#?}");
        for sample in samples {
            assert_eq!((&sample["found"], &sample["size_matches"]), (&json!(true), &json!(true)), "{sample}");
            assert_eq!(sample["problem"], Value::Null);
        }
        assert_eq!(samples[0]["path"], json!(cached), "what is cached is there, too");
        let last = samples.last().unwrap()["path"].as_str().unwrap();
        let number: usize = last.rsplit("Film ").next().unwrap().split('/').next().unwrap().parse().unwrap();
        assert!(number >= 75, "the last quarter was not looked at: {last}");
        assert_eq!(tested["unmapped"], json!([]));
    }
    // A folder that no library has.
    let series = simulator.world().add_section(Kind::Show, "Series", &[PathBuf::from("/data/Series")]);
    assert!(series > 0);
    let tested = app.post(TEST, &json!({ "libraries": null })).await.is(200);
    assert_eq!(tested["unmapped"], json!([{ "section": "Series", "location": "/data/Series" }]));
    // Files that are gone, or others.
    for number in 0..100 {
        let path = app.library.join(format!("Film {number}/film.mkv"));
        if number % 2 == 0 {
            fs::remove_file(path).unwrap()
        } else {
            fs::write(path, "other").unwrap()
        };
    }
    let tested = app.post(TEST, &json!({})).await.is(200);
    let library = &tested["libraries"][0];
    assert_eq!(library["verdict"], "wrong", "{library:#}");
    let says = |sample: &Value| sample["problem"].as_str().unwrap().to_owned();
    let problems: Vec<String> = library["samples"].as_array().unwrap().iter().map(says).collect();
    assert!(problems.iter().all(|says| says.contains("nothing") || says.contains("5 bytes")), "{problems:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mapping_that_nobody_saved_is_tested_and_a_better_one_is_proposed() {
    let (_simulator, app) = house(10).await;
    let wrong = app.post(TEST, &named("Movies", &app.library, "/somewhere/else")).await.is(200);
    let library = &wrong["libraries"][0];
    assert_eq!((&library["verdict"], &library["samples"]), (&json!("wrong"), &json!([])));
    let proposal = json!({ "server_path": SERVER_PATH, "path": app.library });
    assert_eq!(library["proposal"], proposal);
    assert_eq!(wrong["unmapped"], json!([{ "section": "Films", "location": SERVER_PATH }]));
    let right = app.post(TEST, &named("Movies", &app.library, SERVER_PATH)).await.is(200);
    assert_eq!(right["libraries"][0]["verdict"], "ok");

    // A folder that is no library yet, and one that is not there.
    let other = app.at("other").canonicalize().unwrap_or_else(|_| {
        fs::create_dir(app.at("other")).unwrap();
        app.at("other").canonicalize().unwrap()
    });
    fs::create_dir(other.join("Film 0")).unwrap();
    fs::copy(app.library.join("Film 0/film.mkv"), other.join("Film 0/film.mkv")).unwrap();
    let unsaved = app.post(TEST, &named("New", &other, SERVER_PATH)).await.is(200);
    let library = &unsaved["libraries"][0];
    assert_eq!(library["verdict"], "ok", "{library:#}");
    let found =
        library["samples"].as_array().unwrap().iter().filter(|sample| sample["found"] == true).count();
    assert_eq!(found, 1, "{library:#}");
    let gone = app.post(TEST, &named("New", &app.at("nowhere"), SERVER_PATH)).await.is(200);
    let library = &gone["libraries"][0];
    assert_eq!(library["verdict"], "unreachable");
    assert!(library["problem"].as_str().unwrap().contains("does not exist"), "{library}");
    let empty = tempfile::tempdir().unwrap();
    let nothing = app.post(TEST, &named("New", empty.path(), "/nothing/of/the/server")).await.is(200);
    assert_eq!(nothing["libraries"][0]["verdict"], "empty");
    assert_eq!(
        app.get("/api/library").await.is(200)["roots"].as_array().unwrap().len(),
        1,
        "nothing is saved"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_look_at_libraries_alone_and_what_cannot_be_understood_is_refused() {
    let (simulator, app) = house(1).await;
    let (_, key) = app.add_key("of an operator", "operator").await;
    let ask = |body: Value| send(app.with_key(&key, Method::POST, TEST).json(&body));
    ask(named("Movies", &app.library, "/x")).await.is(200);
    ask(json!({})).await.is(200);
    ask(named("Etc", Path::new("/etc"), SERVER_PATH)).await.refuses(403, "forbidden");
    for body in [
        json!({ "libraries": [{ "name": "Movies" }] }),
        json!({ "libraries": [{ "name": "Movies", "path": "relative" }] }),
        json!({ "libraries": ["Movies"] }),
        json!({ "libraries": [{ "name": "a", "path": "/a" }, { "name": "a", "path": "/b" }] }),
        json!({ "libraries": {} }),
    ] {
        app.post(TEST, &body).await.refuses(400, "invalid_parameter");
    }
    let odd = json!({ "libraries": [{ "name": "Movies", "path": "/a", "swap": "exchange" }] });
    app.post(TEST, &odd).await.refuses(400, "unknown_parameter");
    simulator.faults().add("/library/sections", 5, Fault::Page { status: 500 });
    app.post(TEST, &json!({})).await.refuses(503, "plex_unavailable");
    let nobody = TestApp::start().await;
    let says = nobody.post(TEST, &json!({})).await.refuses(503, "plex_unavailable");
    assert!(says.contains("signed in"), "{says}");
}
