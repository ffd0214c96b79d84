//! Settings: what the file says is shown, what is changed there is what was meant, and what cannot be used is refused whole.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cacherr::Error;
use cacherr::api::Restart;
use cacherr::config::Environment;
use cacherr::domain::log::LogKind;
use cacherr::store::Rows;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::app::{Answer, Options, TestApp, send};

const PATH: &str = "/api/settings";

const FILE: &str = "\
# The house of user1.

[cache]
# The fast one.
limit = \"250GB\" # for now
verify = true

[access]
hosts = [
  \"nas.lan\", # at home
  \"nas.example\",
]

[[library]]
name = \"Movies\"
path = \"/nowhere/movies\"

[[library]] # the children's
name = \"Shows\"
path = \"/nowhere/shows\"

# The end.
";

/// An instance whose file says this, and that says so when it is to start anew.
async fn house(text: &str) -> (TestApp, Arc<AtomicUsize>) {
    with_env(text, &[]).await
}

async fn with_env(text: &str, env: &[(&str, &str)]) -> (TestApp, Arc<AtomicUsize>) {
    let applied = Arc::<AtomicUsize>::default();
    let counting = applied.clone();
    let mut app = TestApp::start_with(Options {
        restart: Restart::by(move || {
            counting.fetch_add(1, Ordering::Relaxed);
            Ok(())
        }),
        ..Options::default()
    })
    .await;
    fs::write(file(&app), text).unwrap();
    app.options.env =
        env.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect::<Environment>();
    app.restart().await;
    (app, applied)
}

fn file(app: &TestApp) -> PathBuf {
    app.at("cacherr.toml")
}

fn text(app: &TestApp) -> String {
    fs::read_to_string(file(app)).unwrap()
}

async fn change(app: &TestApp, body: Value) -> Answer {
    send(app.request(Method::PATCH, PATH).json(&body)).await
}

async fn set(app: &TestApp, changes: Value) -> Answer {
    change(app, json!({ "changes": changes })).await
}

fn setting<'a>(settings: &'a Value, key: &str) -> &'a Value {
    let all = settings["settings"].as_array().unwrap();
    all.iter().find(|setting| setting["key"] == key).unwrap_or_else(|| panic!("{key} is not shown"))
}

/// Key and message of each detail.
fn details(answer: &Answer) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let details = answer.body["details"].as_array().unwrap();
    details.iter().map(|detail| (text(&detail["key"]), text(&detail["message"]))).collect()
}

/// Entries about settings, oldest first: who, and each fact.
fn told(app: &TestApp) -> Vec<(String, Vec<String>)> {
    let mut rows = app.cacher().engine().store().read().unwrap().log(None, 100).unwrap();
    rows.retain(|row| row.kind == LogKind::Settings);
    rows.reverse();
    let fact = |(key, value): &(String, String)| format!("{key}: {value}");
    rows.iter().map(|row| (row.by.name.clone(), row.metadata.iter().map(fact).collect())).collect()
}

#[tokio::test]
async fn every_setting_is_shown_with_what_it_means_and_where_it_comes_from() {
    let (app, _) =
        with_env(FILE, &[("CACHERR_PLEX__TOKEN", "s3cr3t-token"), ("CACHERR_CACHE__MODE", "copy")]).await;
    let settings = app.get(PATH).await.is(200);
    assert_eq!(settings["file"], file(&app).canonicalize().unwrap().to_str().unwrap());
    assert_eq!((&settings["file_exists"], &settings["problems"]), (&json!(true), &json!([])));
    assert_eq!(settings["pending"], json!([]));
    for setting in settings["settings"].as_array().unwrap() {
        let doc = setting["doc"].as_str().unwrap();
        assert!(!doc.is_empty() && doc.trim() == doc && !doc.contains("  "), "{setting}");
        assert_eq!(setting["items"].is_array(), setting["form"] == "list", "{setting}");
    }
    let limit = setting(&settings, "cache.limit");
    assert_eq!(
        (&limit["value"], &limit["form"], &limit["table"]),
        (&json!("250GB"), &json!("size"), &json!("cache"))
    );
    assert_eq!(limit["origin"], json!({ "kind": "file", "name": null, "line": 5 }));
    assert_eq!((&limit["default"], &limit["example"]), (&Value::Null, &json!("250GB")));
    assert_eq!(limit["changeable"], true);
    let mode = setting(&settings, "cache.mode");
    assert_eq!((&mode["allowed"], &mode["default"]), (&json!(["copy", "move"]), &json!("copy")));
    assert_eq!(mode["origin"], json!({ "kind": "environment", "name": "CACHERR_CACHE__MODE", "line": null }));
    assert_eq!(mode["changeable"], false);
    let token = setting(&settings, "plex.token");
    assert_eq!((&token["value"], &token["form"]), (&json!("***"), &json!("secret")));
    assert!(!settings.to_string().contains("s3cr3t"));
    let hosts = setting(&settings, "access.hosts");
    assert_eq!(
        (&hosts["items"], &hosts["value"]),
        (&json!(["nas.lan", "nas.example"]), &json!("nas.lan; nas.example"))
    );
    let data_dir = setting(&settings, "data_dir");
    assert_eq!((&data_dir["origin"]["kind"], &data_dir["changeable"]), (&json!("argument"), &json!(false)));
    assert_eq!(setting(&settings, "log")["changeable"], false, "it is not read from the file");
    assert_eq!(setting(&settings, "library.1.name")["value"], "Shows");
    let library = &settings["repeated"][0];
    assert_eq!(
        *library,
        json!({ "table": "library", "entries": 2, "says": "name and path", "changeable": true })
    );
    let templates = settings["templates"].as_array().unwrap();
    let swap = templates.iter().find(|one| one["key"] == "library.*.swap").unwrap();
    assert_eq!(
        (&swap["allowed"], &swap["default"]),
        (&json!(["exchange", "link_rename"]), &json!("exchange"))
    );
    assert!(templates.iter().any(|one| one["key"] == "user.*.name" && one["value"].is_null()));
}

#[tokio::test]
async fn a_change_touches_nothing_else_in_the_file_and_keeps_the_one_before() {
    let (app, applied) = house(FILE).await;
    fs::set_permissions(file(&app), fs::Permissions::from_mode(0o640)).unwrap();
    let before = app.get(PATH).await.is(200);
    let changes = json!([
        { "key": "cache.limit", "value": "1TB" },
        { "key": "access.hosts", "items": ["nas.lan", "film.example"] },
        { "key": "sources.on_deck_days", "value": "30" },
    ]);
    let answer = change(&app, json!({ "version": before["version"], "changes": changes })).await.is(200);
    let expected = FILE
        .replace("\"250GB\" # for now", "\"1TB\" # for now")
        .replace("  \"nas.example\",\n", "  \"film.example\",\n");
    assert_eq!(text(&app), expected + "\n[sources]\non_deck_days = 30\n");
    assert_eq!(fs::read_to_string(app.at("cacherr.toml.previous")).unwrap(), FILE);
    for name in ["cacherr.toml", "cacherr.toml.previous"] {
        assert_eq!(app.at(name).metadata().unwrap().permissions().mode() & 0o777, 0o640, "{name}");
    }
    assert!(!app.at("cacherr.toml.new").exists() && !app.at("cacherr.toml.previous.new").exists());
    assert_eq!((&answer["restarting"], applied.load(Ordering::Relaxed)), (&json!(true), 1));
    assert_ne!(answer["version"], before["version"]);
    assert_eq!(setting(&answer, "cache.limit")["value"], "1TB");
    assert_eq!(answer["changed"][1], json!({ "key": "cache.limit", "from": "250GB", "to": "1TB" }));
    let pending: Vec<&str> =
        answer["pending"].as_array().unwrap().iter().map(|one| one["key"].as_str().unwrap()).collect();
    assert_eq!(pending, ["access.hosts", "cache.limit", "sources.on_deck_days"]);
    assert_eq!(answer["pending"][1], json!({ "key": "cache.limit", "running": "250GB", "saved": "1TB" }));
    // What follows is what a GET says.
    let after = app.get(PATH).await.is(200);
    for part in ["settings", "version", "pending", "repeated", "templates", "warnings"] {
        assert_eq!(after[part], answer[part], "{part}");
    }
    // Back to the default; the comments of a line that goes stay.
    let answer = set(&app, json!([{ "key": "cache.limit" }])).await.is(200);
    assert_eq!(answer["changed"], json!([{ "key": "cache.limit", "from": "1TB", "to": null }]));
    assert!(text(&app).contains("# The fast one.\n# for now\nverify = true\n"), "{}", text(&app));
}

#[tokio::test]
async fn where_there_is_no_file_the_first_change_makes_one_for_its_owner_alone() {
    let app = TestApp::start().await;
    let before = app.get(PATH).await.is(200);
    assert_eq!((&before["file_exists"], &before["version"]), (&json!(false), &json!("none")));
    let answer =
        change(&app, json!({ "version": "none", "changes": [{ "key": "cache.min_free", "value": "1GB" }] }));
    answer.await.is(200);
    assert_eq!(text(&app), "[cache]\nmin_free = \"1GB\"\n");
    assert_eq!(file(&app).metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!app.at("cacherr.toml.previous").exists(), "there was none");
    // A link stays a link.
    fs::rename(file(&app), app.at("elsewhere.toml")).unwrap();
    symlink(app.at("elsewhere.toml"), file(&app)).unwrap();
    set(&app, json!([{ "key": "cache.min_free", "value": "2GB" }])).await.is(200);
    assert!(file(&app).is_symlink());
    assert_eq!(fs::read_to_string(app.at("elsewhere.toml")).unwrap(), "[cache]\nmin_free = \"2GB\"\n");
}

#[tokio::test]
async fn libraries_come_change_and_go() {
    let (app, _) = house(FILE).await;
    let answer = set(
        &app,
        json!([
            { "key": "library.2.name", "value": "Music" },
            { "key": "library.2.path", "value": "/nowhere/music" },
            { "key": "library.1.swap", "value": "link_rename" },
            { "key": "library.0" },
            { "key": "user.0.name", "value": "user1" },
            { "key": "user.0.watchlist", "value": "false" },
        ]),
    )
    .await
    .is(200);
    let of = |name: &str| setting(&answer, name)["value"].clone();
    assert_eq!((of("library.0.name"), of("library.0.swap")), (json!("Shows"), json!("link_rename")));
    assert_eq!((of("library.1.name"), of("user.0.watchlist")), (json!("Music"), json!("false")));
    assert_eq!(answer["repeated"][0]["entries"], 2);
    let text = text(&app);
    for comment in ["# The house of user1.", "# the children's", "# The end."] {
        assert!(text.contains(comment), "{text}");
    }
    for (changes, key, says) in [
        (json!([{ "key": "library.7" }]), "library.7", "is none"),
        (json!([{ "key": "library.0", "value": "x" }]), "library.0", "only be removed"),
        (json!([{ "key": "library.3.name", "value": "x" }]), "library.3", "has the number 2"),
        (json!([{ "key": "library.0" }, { "key": "library.0.name", "value": "x" }]), "library.0", "at once"),
        (json!([{ "key": "library.2.name", "value": "x" }]), "library.2.path", "has no path"),
        (
            json!([{ "key": "library.1.name", "value": "shows" }]),
            "library.1.name",
            "is taken by the library Shows",
        ),
    ] {
        let answer = set(&app, changes).await;
        let found = details(&answer);
        assert!(found.iter().any(|(at, message)| at == key && message.contains(says)), "{key}: {found:?}");
        answer.refuses(400, "invalid_settings");
    }
}

#[tokio::test]
async fn what_cannot_be_used_is_refused_with_its_key_and_nothing_is_written() {
    let (app, applied) = house(FILE).await;
    for (change, says) in [
        (json!({ "key": "cache.limt", "value": "5GB" }), "is unknown; did you mean cache.limit?"),
        (json!({ "key": "library.*.name", "value": "x" }), "is unknown"),
        (json!({ "key": "library.00.name", "value": "x" }), "is unknown"),
        (json!({ "key": "cache", "value": "x" }), "is unknown"),
        (json!({ "key": "cache.limit", "value": "much" }), "must be a size such as 250GB"),
        (json!({ "key": "cache.limit", "items": ["5GB"] }), "takes one value and no list"),
        (json!({ "key": "cache.verify", "value": "yes" }), "must be true or false"),
        (json!({ "key": "cache.concurrency", "value": "two" }), "must be a whole number"),
        (json!({ "key": "cache.concurrency", "value": "99" }), "must be a whole number from 1 to 16"),
        (json!({ "key": "cache.mode", "value": "magic" }), "must be copy or move"),
        (
            json!({ "key": "cache.dir", "value": "/a\n[plex]\ntoken = \"x\"" }),
            "must not contain control characters",
        ),
        (json!({ "key": "cache.dir", "value": "/a\u{0}" }), "must not contain control characters"),
        (json!({ "key": "plan.exclude", "items": ["a\nb"] }), "without control characters"),
        (json!({ "key": "plan.exclude", "items": [" "] }), "not empty"),
        (json!({ "key": "plan.exclude", "items": ["x".repeat(5000)] }), "at most 4096"),
        (json!({ "key": "plan.schedule", "items": ["every day"] }), ""),
    ] {
        let key = change["key"].as_str().unwrap().to_owned();
        let answer = set(&app, json!([{ "key": "cache.verify", "value": "false" }, change.clone()])).await;
        let found = if key == "cache.verify" { set(&app, json!([change])).await } else { answer };
        let all = details(&found);
        assert!(all.iter().any(|(at, message)| *at == key && message.contains(says)), "{key}: {all:?}");
        let sentence = found.refuses(400, "invalid_settings");
        assert!(!sentence.contains(char::is_control) && sentence.contains(&key), "{sentence:?}");
    }
    // What the shape of the request forbids does not come that far.
    for change in [
        json!({ "key": "x".repeat(300), "value": "x" }),
        json!({ "key": "", "value": "x" }),
        json!({ "key": "cache.limit", "value": "5".repeat(5000) }),
        json!({ "key": "cache.limit", "value": 5 }),
        json!({ "key": "access.hosts", "items": "nas.lan" }),
        json!({ "key": "access.hosts", "items": ["a"], "value": "b" }),
    ] {
        set(&app, json!([change])).await.refuses(400, "invalid_parameter");
    }
    set(&app, json!([{ "key": "cache.limit", "valeu": "5GB" }])).await.refuses(400, "unknown_parameter");
    set(&app, json!([{ "value": "5GB" }])).await.refuses(400, "invalid_parameter");
    let twice = json!([{ "key": "cache.limit", "value": "5GB" }, { "key": "cache.limit" }]);
    set(&app, twice).await.refuses(400, "invalid_settings");
    assert_eq!((text(&app).as_str(), applied.load(Ordering::Relaxed)), (FILE, 0));
    assert!(!app.at("cacherr.toml.previous").exists());
    assert!(told(&app).is_empty());
}

#[tokio::test]
async fn what_a_variable_sets_is_changed_there_and_not_here() {
    let env = [
        ("CACHERR_CACHE__LIMIT", "5GB"),
        ("CACHERR_LIBRARY__1__SERVER_PATH", "/media/shows"),
        ("CACHERR_USER__0__NAME", "user1"),
    ];
    let (app, _) = with_env(FILE, &env).await;
    for (key, value, says) in [
        ("cache.limit", Some("6GB"), "CACHERR_CACHE__LIMIT"),
        ("cache.limit", None, "CACHERR_CACHE__LIMIT"),
        ("library.1.server_path", Some("/x"), "CACHERR_LIBRARY__1__SERVER_PATH"),
        ("library.0", None, "CACHERR_LIBRARY__1__SERVER_PATH"),
        ("user.0.watchlist", Some("false"), "CACHERR_USER__0__NAME"),
        ("user.1.name", Some("user2"), "CACHERR_USER__0__NAME"),
        ("data_dir", Some("/elsewhere"), "its store lies there"),
        ("api_key", Some("0123456789abcdef"), "CACHERR_API_KEY"),
        ("log", Some("debug"), "CACHERR_LOG"),
    ] {
        let sentence =
            set(&app, json!([{ "key": key, "value": value }])).await.refuses(409, "setting_pinned");
        assert!(sentence.contains(says), "{key}: {sentence}");
    }
    assert_eq!(text(&app), FILE);
    let settings = app.get(PATH).await.is(200);
    let users = json!({ "table": "user", "entries": 1, "says": "name or type", "changeable": false });
    assert_eq!(settings["repeated"][1], users);
    assert_eq!(setting(&settings, "user.0.watchlist")["changeable"], false);
    // What stands beside them is free.
    set(&app, json!([{ "key": "library.1.name", "value": "Series" }])).await.is(200);
}

#[tokio::test]
async fn a_change_by_hand_is_noticed_and_never_overwritten() {
    let (app, _) = house(FILE).await;
    let seen = app.get(PATH).await.is(200)["version"].clone();
    let by_hand = FILE.replace("250GB", "300GB");
    fs::write(file(&app), &by_hand).unwrap();
    let settings = app.get(PATH).await.is(200);
    let pending = json!([{ "key": "cache.limit", "running": "250GB", "saved": "300GB" }]);
    assert_eq!((&settings["pending"], &settings["problems"]), (&pending, &json!([])));
    let verify = json!([{ "key": "cache.verify", "value": "false" }]);
    change(&app, json!({ "version": seen, "changes": verify })).await.refuses(409, "settings_changed");
    assert_eq!(text(&app), by_hand);
    // A mistake is told with its place, and can be put right from here.
    fs::write(file(&app), FILE.replace("250GB", "much")).unwrap();
    let settings = app.get(PATH).await.is(200);
    let problem = settings["problems"][0].as_str().unwrap();
    assert!(problem.contains("cacherr.toml:5:9: cache.limit = \"much\" must be"), "{problem}");
    assert_eq!(
        (&setting(&settings, "cache.limit")["value"], &settings["pending"]),
        (&json!("much"), &json!([]))
    );
    let answer = set(&app, verify.clone()).await;
    assert_eq!(details(&answer)[0].0, "cache.limit");
    answer.refuses(400, "invalid_settings");
    set(&app, json!([{ "key": "cache.limit", "value": "250GB" }])).await.is(200);
    assert_eq!(text(&app), FILE);
    // What is no TOML shows what runs, and is left alone.
    for broken in [b"[cache\nlimit = ".as_slice(), b"# \xff\xfe\n"] {
        fs::write(file(&app), broken).unwrap();
        let settings = app.get(PATH).await.is(200);
        assert_eq!(settings["problems"].as_array().unwrap().len(), 1, "{}", settings["problems"]);
        assert_eq!(setting(&settings, "cache.limit")["value"], "250GB");
        set(&app, verify.clone()).await.refuses(400, "invalid_settings");
        assert_eq!(fs::read(file(&app)).unwrap(), broken);
    }
    fs::remove_file(file(&app)).unwrap();
    assert_eq!(app.get(PATH).await.is(200)["file_exists"], false);
}

#[tokio::test]
async fn of_many_who_change_what_they_saw_one_is_first_and_the_others_are_told() {
    let (app, _) = house(FILE).await;
    let seen = app.get(PATH).await.is(200)["version"].clone();
    let tries = (1..=8).map(|number| {
        let changes = json!([{ "key": "cache.concurrency", "value": number.to_string() }]);
        change(&app, json!({ "version": seen, "changes": changes }))
    });
    let answers = futures_util::future::join_all(tries).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.body["code"] == "settings_changed").count(), 7);
    // Without a version each is done, one after the other.
    let tries = (1..=8)
        .map(|number| set(&app, json!([{ "key": "plan.retention_hours", "value": number.to_string() }])));
    let answers = futures_util::future::join_all(tries).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    assert_eq!(text(&app).matches("retention_hours").count(), 1);
}

#[tokio::test]
async fn a_dry_run_says_what_would_be_and_writes_nothing() {
    let (app, applied) = house(FILE).await;
    let version = app.get(PATH).await.is(200)["version"].clone();
    let changes = json!([{ "key": "cache.release_grace", "value": "1s" }]);
    let answer = change(&app, json!({ "dry_run": true, "changes": changes })).await.is(200);
    assert_eq!(setting(&answer, "cache.release_grace")["value"], "1s");
    assert_eq!((&answer["version"], &answer["restarting"]), (&version, &json!(false)));
    assert!(answer["warnings"].to_string().contains("is short"), "{}", answer["warnings"]);
    assert_eq!(answer["changed"][0]["to"], "1s");
    let wrong = json!([{ "key": "cache.release_grace", "value": "soon" }]);
    change(&app, json!({ "dry_run": true, "changes": wrong })).await.refuses(400, "invalid_settings");
    assert_eq!((text(&app).as_str(), applied.load(Ordering::Relaxed)), (FILE, 0));
    assert!(told(&app).is_empty());
}

#[tokio::test]
async fn it_starts_anew_only_where_that_changes_something_and_is_wanted() {
    let (app, applied) = house(FILE).await;
    let count = || applied.load(Ordering::Relaxed);
    let verify = |value: &str| json!([{ "key": "cache.verify", "value": value }]);
    assert_eq!(set(&app, verify("true")).await.is(200)["changed"], json!([]));
    assert_eq!((count(), text(&app).as_str()), (0, FILE), "it was so before");
    let answer = change(&app, json!({ "apply": false, "changes": verify("false") })).await.is(200);
    assert_eq!((&answer["restarting"], count()), (&json!(false), 0));
    assert_eq!(answer["pending"].as_array().unwrap().len(), 1);
    // What was saved before takes effect with the next change that does.
    let answer = change(&app, json!({ "changes": [] })).await.is(200);
    assert_eq!((&answer["restarting"], count()), (&json!(true), 1));
    // And what goes back to what runs needs nothing.
    let answer = set(&app, verify("true")).await.is(200);
    assert_eq!((&answer["restarting"], &answer["pending"], count()), (&json!(false), &json!([]), 1));
}

#[tokio::test]
async fn a_secret_is_taken_and_never_shown_and_three_stars_are_the_one_there_is() {
    let (app, _) = house("[plex]\ntoken = \"first-s3cr3t\"\n").await;
    let token = |value: &str| json!([{ "key": "plex.token", "value": value }]);
    let answer = set(&app, token("***")).await.is(200);
    assert_eq!((&answer["changed"], text(&app).contains("first-s3cr3t")), (&json!([]), true));
    let answer = set(&app, token("second-s3cr3t")).await;
    assert!(!answer.body.to_string().contains("s3cr3t"));
    let answer = answer.is(200);
    let hidden = json!([{ "key": "plex.token", "from": "***", "to": "***" }]);
    assert_eq!((&answer["changed"], &answer["restarting"]), (&hidden, &json!(true)));
    assert!(text(&app).contains("second-s3cr3t"));
    let answer = set(&app, token("s3cr3t with spaces")).await;
    assert!(!answer.body.to_string().contains("s3cr3t"), "{}", answer.body);
    answer.refuses(400, "invalid_settings");
    set(&app, json!([{ "key": "plex.token" }])).await.is(200);
    let told: Vec<String> = told(&app).into_iter().flat_map(|(_, facts)| facts).collect();
    assert_eq!(told, ["plex.token: became another one", "plex.token: \"***\" → not set"]);
    let log = app.get("/api/cached/operations?operation_type=settings").await.is(200);
    assert!(!log.to_string().contains("s3cr3t"));
}

#[tokio::test]
async fn each_change_is_told_once_under_the_name_of_whoever_made_it() {
    let (app, _) = house(FILE).await;
    let engine = || app.cacher().engine();
    let shown = |app: &TestApp| {
        let flags = cacherr::config::Flags { data_dir: file(app).parent().map(Into::into), config: None };
        cacherr::config::Config::load(flags, &Environment::new()).unwrap().shown()
    };
    engine().note_settings(&shown(&app)).unwrap();
    let (_, key) = app.add_key("the web app", "admin").await;
    // Somebody changes it by hand, and nobody starts it anew.
    fs::write(file(&app), FILE.replace("250GB", "300GB")).unwrap();
    let body = json!({ "changes": [{ "key": "cache.verify", "value": "false" }] });
    send(app.with_key(&key, Method::PATCH, PATH).json(&body)).await.is(200);
    // The start that follows has nothing to add.
    engine().note_settings(&shown(&app)).unwrap();
    let told = told(&app);
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[0], ("system".to_owned(), vec!["cache.limit: \"250GB\" → \"300GB\"".to_owned()]));
    assert!(told[1].0.contains("the web app"), "{told:?}");
    assert_eq!(told[1].1, ["cache.verify: \"true\" → \"false\""]);
}

#[tokio::test]
async fn what_cannot_be_started_with_is_saved_and_told() {
    let app = TestApp::start_with(Options {
        restart: Restart::by(|| Err(Error::Config("server.bind: the address is taken".to_owned()))),
        ..Options::default()
    })
    .await;
    let answer = set(&app, json!([{ "key": "server.bind", "value": "127.0.0.1:1" }])).await.is(200);
    assert_eq!((&answer["restarting"], answer["pending"].as_array().unwrap().len()), (&json!(false), 1));
    for settings in [answer, app.get(PATH).await.is(200)] {
        assert!(settings["problems"][0].as_str().unwrap().contains("the address is taken"));
    }
}

#[tokio::test]
async fn settings_are_for_admins() {
    let app = TestApp::start().await;
    for role in ["viewer", "operator"] {
        let (_, key) = app.add_key(role, role).await;
        send(app.with_key(&key, Method::GET, PATH)).await.refuses(403, "forbidden");
        let body = json!({ "changes": [{ "key": "cache.verify", "value": "false" }] });
        send(app.with_key(&key, Method::PATCH, PATH).json(&body)).await.refuses(403, "forbidden");
    }
    assert!(!file(&app).exists());
}
