//! Searching the libraries: by title at the simulated Plex, by name on disk, and each file once.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cacherr::cacher::find::{Bounds, Words};
use cacherr::demo::plex::{Fault, Kind, Simulator, Video, Visibility};
use serde_json::{Value, json};

use crate::support::app::{Options, SERVER_PATH, TestApp, beside_plex, quoted};

const BOUNDS: Bounds = Bounds { files: 100, names: 100_000, time: Duration::from_secs(60) };

struct House {
    simulator: Simulator,
    app: TestApp,
    movies: u32,
    series: u32,
}

impl House {
    async fn new() -> Self {
        let (simulator, app) = beside_plex().await;
        let world = simulator.world();
        let movies = world.add_section(Kind::Movie, "Films", &[SERVER_PATH.into()]);
        let series = world.add_section(Kind::Show, "Series", &[SERVER_PATH.into()]);
        app.media().household().people().refresh().await;
        Self { simulator, app, movies, series }
    }

    /// A file that is there, as the server sees it.
    fn file(&self, name: &str) -> PathBuf {
        self.app.film(name, 100);
        Path::new(SERVER_PATH).join(name)
    }

    async fn search(&self, query: &str) -> Value {
        self.app.get(&format!("/api/library/search?q={}", quoted(query))).await.is(200)
    }
}

/// Title and source of what was found.
fn lines(found: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let results = found["results"].as_array().unwrap().iter();
    results.map(|result| (text(&result["title"]), text(&result["source"]))).collect()
}

fn line(title: &str, source: &str) -> (String, String) {
    (title.to_owned(), source.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_film_is_found_by_its_title_with_every_file_of_it_and_what_is_on_disk_alone_behind_it() {
    let house = House::new().await;
    let (hd, uhd) = (house.file("a/dn.1080p.mkv"), house.file("a/dn.2160p.mkv"));
    let film = Video::new("Dune").year(2021).version("1080", &[&hd]).version("4k", &[&uhd]);
    house.simulator.world().add(house.movies, film).unwrap();
    house.file("Dune Part Two (2024)/film.mkv");
    house.file("Dune Part Two (2024)/film.en.srt");
    let id = house.app.cache(&house.app.library.join("a/dn.1080p.mkv"), json!({})).await;
    let found = house.search("DUNE").await;
    assert_eq!(lines(&found), [line("Dune", "plex"), line("film", "disk")]);
    let searched = json!([
        { "source": "plex", "complete": true, "error": null },
        { "source": "disk", "complete": true, "error": null },
    ]);
    assert_eq!(found["searched"], searched);
    let film = &found["results"][0];
    assert_eq!(
        (&film["year"], &film["section"], &film["show"]),
        (&json!(2021), &json!("Films"), &Value::Null)
    );
    let cached = json!({
        "path": house.app.library.join("a/dn.1080p.mkv"), "size": 100, "status": "active", "file_id": id,
        "cacheable": false, "why_not": "already_tracked",
    });
    let other = json!({
        "path": house.app.library.join("a/dn.2160p.mkv"), "size": 100, "status": null, "file_id": null,
        "cacheable": true, "why_not": null,
    });
    assert_eq!(film["files"], json!([cached, other]));
    assert_eq!(found["results"][1]["section"], "Movies", "what is found on disk lies in a library");
    // What both find is told once.
    assert_eq!(lines(&house.search("dn 2160p").await), [line("dn.2160p", "disk")]);
    let film = Video::new("dn").file(house.file("a/dn.2160p.mkv"));
    house.simulator.world().add(house.movies, film).unwrap();
    let both = house.search("dn").await;
    assert_eq!(lines(&both), [line("dn", "plex"), line("dn.1080p", "disk")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_show_is_found_as_its_episodes_and_the_limit_is_told() {
    let house = House::new().await;
    let world = house.simulator.world();
    let show = world.add(house.series, Video::new("Bluey")).unwrap();
    for number in 1..=4 {
        let file = house.file(&format!("s/e{number}.mkv"));
        world.add_episode(show, 2, number, Video::new(&format!("Part {number}")).file(file)).unwrap();
    }
    let found = house.search("bluey").await;
    let titles = ["Part 1", "Part 2", "Part 3", "Part 4"].map(|title| line(title, "plex"));
    assert_eq!(lines(&found), titles);
    let first = &found["results"][0];
    let place = (&first["show"], &first["season"], &first["episode"], &first["section"]);
    assert_eq!(place, (&json!("Bluey"), &json!(2), &json!(1), &json!("Series")));
    let few = house.app.get("/api/library/search?q=bluey&limit=3").await.is(200);
    assert_eq!(lines(&few), titles[..3]);
    assert_eq!(few["searched"][0]["complete"], false);
    let few = house.app.get("/api/library/search?q=mkv%20e&limit=2").await.is(200);
    assert_eq!(lines(&few), [line("e1", "disk"), line("e2", "disk")]);
    assert_eq!(few["searched"][1], json!({ "source": "disk", "complete": false, "error": null }));
    // What the server hides is hidden here, too.
    world.offer_section(house.series, Visibility::Hidden);
    assert_eq!(lines(&house.search("bluey").await), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_fails_or_knows_what_is_not_here_takes_nothing_from_the_rest() {
    let house = House::new().await;
    house.file("Heat (1995).mkv");
    let world = house.simulator.world();
    world.add(house.movies, Video::new("Heat elsewhere").file("/elsewhere/heat.mkv")).unwrap();
    world.add(house.movies, Video::new("Heat gone").file(format!("{SERVER_PATH}/gone.mkv"))).unwrap();
    let found = house.search("heat").await;
    let all = [line("Heat elsewhere", "plex"), line("Heat gone", "plex"), line("Heat (1995)", "disk")];
    assert_eq!(lines(&found), all);
    assert_eq!(found["results"][0]["files"], json!([]), "it lies in no library");
    let gone = &found["results"][1]["files"][0];
    assert_eq!((&gone["cacheable"], &gone["why_not"]), (&json!(false), &json!("file_vanished")));
    assert_eq!((&gone["size"], &gone["path"]), (&Value::Null, &json!(house.app.library.join("gone.mkv"))));

    house.simulator.faults().add("/hubs/search", 5, Fault::Page { status: 500 });
    let found = house.search("heat").await;
    assert_eq!(lines(&found), [line("Heat (1995)", "disk")]);
    assert_eq!(
        (&found["searched"][0]["complete"], &found["searched"][1]["complete"]),
        (&json!(false), &json!(true))
    );
    assert!(found["searched"][0]["error"].as_str().unwrap().contains("media server"), "{found}");
}

#[tokio::test]
async fn without_a_server_names_are_searched_and_words_mean_themselves() {
    let app = TestApp::start().await;
    for name in [
        "The.Matrix.1999.mkv",
        "Show/Season 1/e10.mkv",
        "Show/Season 1/e2.mkv",
        "100%_[a].mkv",
        "ÄRGER.mkv",
        "x.nfo",
    ] {
        app.film(name, 10);
    }
    app.film("@eaDir/The.Matrix.mkv", 10);
    let outside = app.at("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("matrix.mkv"), "x").unwrap();
    std::os::unix::fs::symlink(&outside, app.library.join("matrix")).unwrap();
    std::os::unix::fs::symlink("The.Matrix.1999.mkv", app.library.join("matrix2.mkv")).unwrap();
    for (query, expected) in [
        ("matrix THE", &["The.Matrix.1999"][..]),
        ("show season", &["e2", "e10"]),
        ("season e10", &["e10"]),
        ("%", &["100%_[a]"]),
        ("_[a", &["100%_[a]"]),
        (".*", &[]),
        ("ärger", &["ÄRGER"]),
        ("nfo", &[]),
        ("matrix nothing", &[]),
    ] {
        let found = app.get(&format!("/api/library/search?q={}", quoted(query))).await.is(200);
        let titles: Vec<String> = lines(&found).into_iter().map(|(title, _)| title).collect();
        assert_eq!(titles, expected, "{query}");
        assert_eq!(found["searched"], json!([{ "source": "disk", "complete": true, "error": null }]));
    }
    for wrong in ["", "?q=", "?q=%20", "?q=a&limit=0", "?q=a&limit=101"] {
        app.get(&format!("/api/library/search{wrong}")).await.refuses(400, "invalid_parameter");
    }
    fs::rename(&app.library, app.at("away")).unwrap();
    let found = app.get("/api/library/search?q=matrix").await.is(200);
    assert_eq!((&found["results"], &found["searched"][0]["complete"]), (&json!([]), &json!(false)));
    assert!(found["searched"][0]["error"].as_str().unwrap().contains("Movies"), "{found}");
    fs::rename(app.at("away"), &app.library).unwrap();
}

#[tokio::test]
async fn a_search_ends_at_its_bounds_and_when_nobody_waits_for_it() {
    let app = TestApp::start_with(Options { in_memory: true, ..Options::default() }).await;
    for folder in 0..20 {
        for number in 0..600 {
            let name = app.library.join(format!("{folder}/{number}.mkv"));
            fs::create_dir_all(name.parent().unwrap()).unwrap();
            fs::File::create(name).unwrap();
        }
    }
    let engine = app.cacher().engine();
    let words = Words::of("mkv 59").unwrap();
    let all = engine.find_files(&words, Bounds { files: 1000, ..BOUNDS }, &|| true).unwrap();
    assert_eq!((all.files.len(), all.complete), (20 * 16, true));
    for bounds in [
        Bounds { names: 3000, ..BOUNDS },
        Bounds { files: 5, ..BOUNDS },
        Bounds { time: Duration::ZERO, ..BOUNDS },
    ] {
        let found = engine.find_files(&words, bounds, &|| true).unwrap();
        assert!(!found.complete && found.files.len() <= bounds.files.min(100), "{bounds:?}");
    }
    let asked = AtomicUsize::new(0);
    let waits = || asked.fetch_add(1, Ordering::Relaxed) < 3;
    let found = engine.find_files(&words, BOUNDS, &waits).unwrap();
    assert!(!found.complete && found.files.len() < 100, "{}", found.files.len());
    assert!(asked.load(Ordering::Relaxed) < 6, "it went on though nobody waited");
}
