//! Looking around in the libraries: one folder at a time, whatever stands in it.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::app::{Options, TestApp, quoted, send};

const TOP: &str = "/api/library?root=Movies";

fn names(page: &Value) -> Vec<&str> {
    page["entries"].as_array().unwrap().iter().map(|entry| entry["name"].as_str().unwrap()).collect()
}

#[track_caller]
fn entry<'p>(page: &'p Value, name: &str) -> &'p Value {
    let mut entries = page["entries"].as_array().unwrap().iter();
    entries.find(|entry| entry["name"] == name).unwrap_or_else(|| panic!("{name} is not in {page:#}"))
}

#[tokio::test]
async fn without_a_root_the_libraries_are_told_and_no_folder() {
    let app = TestApp::start().await;
    let all = app.get("/api/library").await.is(200);
    let [root] = &all["roots"].as_array().unwrap()[..] else { panic!("{all}") };
    assert_eq!((&root["name"], &root["path"]), (&json!("Movies"), &json!(app.library)));
    assert_eq!((&root["available"], &root["problem"]), (&json!(true), &Value::Null));
    assert_eq!(root["server_path"], Value::Null, "it sees the library where we do");
    assert!(root["total"].as_i64().unwrap() > root["free"].as_i64().unwrap(), "{root}");
    for (field, empty) in [("root", Value::Null), ("path", Value::Null), ("next_cursor", Value::Null)] {
        assert_eq!(all[field], empty);
    }
    assert_eq!((&all["parents"], &all["entries"]), (&json!([]), &json!([])));
    app.get("/api/library?path=x").await.refuses(400, "invalid_parameter");
    app.get("/api/library?root=Series").await.refuses(404, "not_found");

    let away = app.library.with_file_name("away");
    fs::rename(&app.library, &away).unwrap();
    let root = app.get("/api/library").await.is(200)["roots"][0].clone();
    assert_eq!((&root["available"], &root["total"]), (&json!(false), &Value::Null));
    assert!(root["problem"].as_str().unwrap().contains("does not exist"), "{root}");
    app.get(TOP).await.refuses(503, "library_volume_missing");
    fs::rename(&away, &app.library).unwrap();
}

#[tokio::test]
async fn folders_come_first_and_names_stand_as_people_expect_them() {
    let app = TestApp::start().await;
    for name in ["Episode 10.mkv", "episode 2.mkv", "Alien.mkv", "show/s/e.mkv", "Bluey/1.mkv", "anna/1.mkv"]
    {
        app.film(name, 10);
    }
    let top = app.get(TOP).await.is(200);
    let expected = ["anna", "Bluey", "show", "Alien.mkv", "episode 2.mkv", "Episode 10.mkv"];
    assert_eq!(names(&top), expected);
    assert_eq!((&top["root"], &top["path"], &top["parents"]), (&json!("Movies"), &json!(""), &json!([])));
    let folder = entry(&top, "show");
    assert_eq!(
        (&folder["kind"], &folder["size"], &folder["relative"]),
        (&json!("folder"), &Value::Null, &json!("show"))
    );
    assert_eq!((&folder["cacheable"], &folder["why_not"]), (&json!(false), &Value::Null));
    let film = entry(&top, "Alien.mkv");
    assert_eq!((&film["kind"], &film["size"]), (&json!("file"), &json!(10)));
    assert_eq!(
        (&film["cacheable"], &film["status"], &film["file_id"]),
        (&json!(true), &Value::Null, &Value::Null)
    );
    assert_eq!(film["path"], json!(app.library.join("Alien.mkv")));
    assert!(film["modified"].as_str().unwrap().ends_with('Z'));

    let below = app.get(&format!("{TOP}&path=show/s")).await.is(200);
    assert_eq!(names(&below), ["e.mkv"]);
    assert_eq!(entry(&below, "e.mkv")["relative"], "show/s/e.mkv");
    let parents = json!([{ "name": "Movies", "path": "" }, { "name": "show", "path": "show" }]);
    assert_eq!((&below["path"], &below["parents"]), (&json!("show/s"), &parents));
}

#[tokio::test]
async fn what_is_cached_or_on_its_way_says_so_and_is_not_offered() {
    let app = TestApp::start_with(Options { bandwidth: 200_000, ..Options::default() }).await;
    let film = app.film("Dune/Dune.mkv", 5000);
    let slow = app.film("Dune/Slow.mkv", 3_000_000);
    app.film("Dune/Next.mkv", 10);
    let id = app.cache(&film, json!({})).await;
    let asked = app.post("/api/cached/files", &json!({ "file_path": slow })).await.is(202);
    let job = asked["job_id"].as_str().unwrap();
    let folder = format!("{TOP}&path=Dune");
    let page = app.get(&folder).await.is(200);
    assert_eq!(names(&page), ["Dune.mkv", "Next.mkv", "Slow.mkv"], "kept originals are not shown");
    let cached = entry(&page, "Dune.mkv");
    assert_eq!((&cached["kind"], &cached["size"]), (&json!("file"), &json!(5000)), "{cached}");
    assert_eq!((&cached["status"], &cached["file_id"]), (&json!("active"), &json!(id)));
    assert_eq!((&cached["cacheable"], &cached["why_not"]), (&json!(false), &json!("already_tracked")));
    let coming = entry(&page, "Slow.mkv");
    assert!(["queued", "copying"].contains(&coming["status"].as_str().unwrap()), "{coming}");
    assert_eq!((&coming["file_id"], &coming["why_not"]), (&Value::Null, &json!("already_tracked")));
    send(app.request(Method::POST, &format!("/api/jobs/{job}/cancel"))).await.is(200);
    app.ended(job).await;
    assert_eq!(entry(&app.get(&folder).await.is(200), "Slow.mkv")["cacheable"], true);

    // Given back, it can be asked for again.
    let back = app.delete(&format!("/api/cached/files/{id}")).await.is(200);
    assert_eq!(back["status"], "removed");
    let film = entry(&app.get(&folder).await.is(200), "Dune.mkv").clone();
    assert_eq!(
        (&film["status"], &film["file_id"], &film["cacheable"]),
        (&Value::Null, &Value::Null, &json!(true))
    );
}

#[tokio::test]
async fn no_link_is_followed_and_no_path_leads_out() {
    let app = TestApp::start().await;
    app.film("in/film.mkv", 10);
    app.film(".snapshots/film.mkv", 10);
    let outside = app.at("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("secret.mkv"), "x").unwrap();
    symlink(&outside, app.library.join("out")).unwrap();
    symlink("in", app.library.join("inner")).unwrap();
    symlink("in/film.mkv", app.library.join("other.mkv")).unwrap();
    symlink(app.at("cache").canonicalize().unwrap().join("x"), app.library.join("lost.mkv")).unwrap();
    let top = app.get(TOP).await.is(200);
    for (name, why_not) in [
        ("out", "not_regular_file"),
        ("inner", "not_regular_file"),
        ("other.mkv", "not_regular_file"),
        ("lost.mkv", "already_tracked"),
    ] {
        let link = entry(&top, name);
        assert_eq!((&link["kind"], &link["cacheable"]), (&json!("other"), &json!(false)), "{link}");
        assert_eq!(link["why_not"], why_not);
    }
    assert_eq!(entry(&top, ".snapshots")["why_not"], "excluded");
    let inside = app.get(&format!("{TOP}&path=.snapshots")).await.is(200);
    assert_eq!(entry(&inside, "film.mkv")["why_not"], "excluded");
    let long = "x".repeat(300);
    for path in [
        "out",
        "inner",
        "out/secret.mkv",
        "in/film.mkv",
        "..",
        "in/..",
        "in/../..",
        "../outside",
        "/etc",
        "/",
        ".",
        "./in",
        "nothing",
        "in\0",
        &long,
    ] {
        app.get(&format!("{TOP}&path={}", quoted(path))).await.refuses(404, "not_found");
    }
    // Written otherwise, it is the same folder.
    for path in ["in/", "in//"] {
        let page = app.get(&format!("{TOP}&path={path}")).await.is(200);
        assert_eq!((&page["path"], names(&page)), (&json!("in"), vec!["film.mkv"]));
    }
}

#[tokio::test]
async fn a_name_that_is_no_text_is_shown_and_cannot_be_asked_for() {
    let app = TestApp::start().await;
    let name = OsStr::from_bytes(b"caf\xe9.mkv");
    File::create(app.library.join(name)).unwrap();
    let folder = app.library.join(OsStr::from_bytes(b"d\xe9j\xe0"));
    fs::create_dir(&folder).unwrap();
    let top = app.get(TOP).await.is(200);
    assert_eq!(names(&top), ["d\u{fffd}j\u{fffd}", "caf\u{fffd}.mkv"]);
    for entry in top["entries"].as_array().unwrap() {
        assert_eq!((&entry["cacheable"], &entry["why_not"]), (&json!(false), &json!("name_not_text")));
    }
    let path = quoted("d\u{fffd}j\u{fffd}");
    app.get(&format!("{TOP}&path={path}")).await.refuses(400, "name_not_text");
    // A page may end there all the same.
    let first = app.get(&format!("{TOP}&limit=1")).await.is(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = app.get(&format!("{TOP}&limit=1&cursor={cursor}")).await.is(200);
    assert_eq!((names(&second), &second["next_cursor"]), (vec!["caf\u{fffd}.mkv"], &Value::Null));
}

#[tokio::test]
async fn pages_of_a_folder_of_a_hundred_thousand_hold_each_name_once_while_others_come_and_go() {
    let app = TestApp::start_with(Options { in_memory: true, ..Options::default() }).await;
    const ALL: usize = 100_000;
    for number in 0..ALL {
        File::create(app.library.join(format!("Episode {number}.mkv"))).unwrap();
    }
    let mut seen: Vec<String> = vec![];
    let mut cursor = String::new();
    // The whole of it once would take a hundred pages: some at the beginning, then from a place far on.
    for page in 0..4 {
        let page = {
            // What was told is gone, and something came before it.
            if let Some(last) = seen.last() {
                fs::remove_file(app.library.join(last)).unwrap();
                File::create(app.library.join(format!("Before {page}.mkv"))).unwrap();
            }
            app.get(&format!("{TOP}&limit=1000{cursor}")).await.is(200)
        };
        assert_eq!(page["entries"].as_array().unwrap().len(), 1000);
        seen.extend(names(&page).into_iter().map(str::to_owned));
        cursor = format!("&cursor={}", page["next_cursor"].as_str().unwrap());
    }
    let expected: Vec<String> = (0..4000).map(|number| format!("Episode {number}.mkv")).collect();
    assert_eq!(seen, expected);
    app.get(&format!("{TOP}&cursor=zz")).await.refuses(400, "invalid_parameter");
    app.get(&format!("{TOP}&cursor=0")).await.refuses(400, "invalid_parameter");
    app.get(&format!("{TOP}&limit=1001")).await.refuses(400, "invalid_parameter");
}
