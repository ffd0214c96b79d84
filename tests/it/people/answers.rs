//! The same over the API: who there is, how it stands, signing in and out.

use cacherr::demo::plex::Fault;
use cacherr::domain::secret::Secret;
use reqwest::Method;
use serde_json::{Value, json};

use super::*;
use crate::support::app::{Options, Plex, TestApp, send};

const SIGN_IN: &str = "/api/sources/plex/sign-in";

impl Folks {
    /// An instance beside the one of the tests below.
    async fn app(&self) -> TestApp {
        let token = self.configured.token.as_ref().map(|token| &*token.expose().to_owned().leak());
        let plex = Some(Plex { token, ..Plex::at(self.simulator.url(), "") });
        let app = TestApp::start_with(Options { plex, ..Options::default() }).await;
        // It asks at its start, too; nothing is on its way after this.
        app.media().household().people().refresh().await;
        app
    }
}

fn source(list: &Value) -> &Value {
    assert_eq!(list["sources"].as_array().unwrap().len(), 1);
    &list["sources"][0]
}

fn user<'v>(list: &'v Value, name: &str) -> &'v Value {
    let users = list["users"].as_array().unwrap();
    users.iter().find(|user| user["user_id"] == name).unwrap_or_else(|| panic!("no {name} in {list}"))
}

/// Asks until it is no more as it was.
async fn ended(app: &TestApp, id: &str) -> Value {
    let ended = async {
        loop {
            let one = app.get(&format!("{SIGN_IN}/{id}")).await.is(200);
            if one["state"] != "waiting" {
                return one;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), ended).await.expect("it did not end")
}

/// Until the watcher says so.
async fn connected(app: &TestApp) {
    let until = async {
        while source(&app.get("/api/sources").await.is(200))["state"] != "connected" {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), until).await.expect("it was not reached");
}

#[tokio::test]
async fn everybody_is_listed_with_how_we_know_and_what_they_want() {
    let folks = Folks::new().await;
    let app = folks.app().await;
    let film = app.film("Dune.mkv", 1000);
    app.cache(&film, json!({ "user_id": "Bob" })).await;
    let other = app.film("Heat.mkv", 1000);
    let id = app.cache(&other, json!({ "user_id": "visitor" })).await;
    let list = app.get("/api/users").await.is(200);
    let names: Vec<_> =
        list["users"].as_array().unwrap().iter().map(|user| user["user_id"].as_str().unwrap()).collect();
    assert_eq!(names, ["Anna", "Ben", "Kid", "Bob", "Fred", "visitor"]);
    let bob = user(&list, "Bob");
    assert_eq!(
        (&bob["kind"], &bob["account_id"], &bob["total_files"], &bob["active_files"]),
        (&json!("shared"), &json!(BOB), &json!(1), &json!(1))
    );
    let watchlist = &bob["knows"][3];
    assert_eq!((&watchlist["source"], &watchlist["way"]), (&json!("watchlist"), &json!("none")));
    assert_eq!(watchlist["problem"]["code"], "no_token");
    let visitor = user(&list, "visitor");
    assert_eq!((&visitor["kind"], &visitor["account_id"]), (&json!("named"), &Value::Null));
    assert_eq!((&visitor["knows"], &visitor["total_files"]), (&json!([]), &json!(1)));
    app.delete(&format!("/api/cached/files/{id}")).await.is(200);
    let list = app.get("/api/users").await.is(200);
    assert!(!list.to_string().contains("visitor"), "who wants nothing any more is nobody: {list}");
}

#[tokio::test]
async fn the_source_says_how_it_stands_and_which_folder_lies_in_which_library() {
    let folks = Folks::new().await;
    let app = folks.app().await;
    let series = PathBuf::from("/media/series");
    let covered = app.cacher().engine().libraries()[0].server_path.clone();
    folks.world().add_section(Library::Show, "Series", &[covered.clone(), series]);
    app.media().household().people().refresh().await;
    connected(&app).await;
    let list = app.get("/api/sources").await.is(200);
    let plex = source(&list);
    assert_eq!(plex["address"], folks.simulator.url());
    assert_eq!((&plex["state"], &plex["problem"]), (&json!("connected"), &Value::Null));
    assert_eq!((&plex["kind"], &plex["name"]), (&json!("plex"), &json!("Simulator")));
    assert!(plex["version"].as_str().unwrap().starts_with("1.4"));
    assert_eq!(plex["signed_in"], json!({ "origin": "configured", "user_id": "Anna", "since": null }));
    let series = &plex["sections"][1];
    assert_eq!((&series["title"], &series["kind"]), (&json!("Series"), &json!("shows")));
    assert_eq!(
        series["locations"],
        json!([{ "path": covered, "library": "Movies" }, { "path": "/media/series", "library": null }])
    );
}

#[tokio::test]
async fn a_folder_without_a_library_gets_a_proposal() {
    let folks = Folks::new().await;
    let app = folks.app().await;
    app.media().household().people().refresh().await;
    let list = app.get("/api/sources").await.is(200);
    let proposal = json!({
        "library": "Movies", "server_path": "/media/movies", "section": "Movies", "location": "/media/movies",
    });
    assert_eq!(source(&list)["proposals"], json!([proposal]));
}

#[tokio::test]
async fn somebody_signs_in_and_out_again() {
    let folks = Folks::with(Configured::default()).await;
    let mut app = folks.app().await;
    app.media().household().people().refresh().await;
    let list = app.get("/api/sources").await.is(200);
    assert_eq!(source(&list)["state"], "not_connected");
    assert_eq!(source(&list)["problem"]["code"], "sign_in_needed");
    let body = json!({ "whose": "owner", "forward_url": "http://nas.lan:5445/" });
    let begun = app.post(SIGN_IN, &body).await.is(200);
    assert_eq!((&begun["state"], &begun["whose"]), (&json!("waiting"), &json!("owner")));
    let page = begun["page_url"].as_str().unwrap();
    assert!(page.contains("forwardUrl=http%3A%2F%2Fnas.lan%3A5445%2F"), "{page}");
    folks.world().approve(begun["code"].as_str().unwrap(), ANNA).unwrap();
    let done = ended(&app, begun["id"].as_str().unwrap()).await;
    let said = ["state", "user_id", "signed_in_as", "page_url", "code"].map(|field| done[field].clone());
    assert_eq!(said, [json!("done"), json!("Anna"), json!("owner"), Value::Null, Value::Null]);

    app.restart().await;
    app.media().household().people().refresh().await;
    connected(&app).await;
    let list = app.get("/api/sources").await.is(200);
    assert_eq!(source(&list)["signed_in"]["origin"], "signed_in");
    assert_eq!(source(&list)["signed_in"]["user_id"], "Anna");
    // A body need not be sent, and `owner` is what is meant then.
    let begun = send(app.request(Method::POST, SIGN_IN)).await.is(200);
    assert_eq!(begun["whose"], "owner");

    let out = app.delete("/api/sources/plex/token").await.is(200);
    assert!(out["forgotten_tokens"].as_i64().unwrap() >= 4, "{out}");
    let list = app.get("/api/users").await.is(200);
    assert_eq!(list["users"], json!([]));
    let again = app.delete("/api/sources/plex/token").await.is(200);
    assert_eq!(again["forgotten_tokens"], 0);
}

#[tokio::test]
async fn what_cannot_be_done_is_refused_with_its_reason() {
    let folks = Folks::new().await;
    let app = folks.app().await;
    app.delete("/api/sources/plex/token").await.refuses(409, "token_configured");
    app.post(SIGN_IN, &json!({})).await.refuses(409, "token_configured");
    app.get(&format!("{SIGN_IN}/nonsense")).await.refuses(404, "not_found");
    app.get(&format!("{SIGN_IN}/0192a3b4-c5d6-7e8f-9a0b-1c2d3e4f5a6b")).await.refuses(404, "not_found");
    for body in [
        json!({ "whose": "anybody" }),
        json!({ "forward_url": "javascript:alert(1)" }),
        json!({ "forward_url": "http://" }),
    ] {
        app.post(SIGN_IN, &body).await.refuses(400, "invalid_parameter");
    }
    app.post(SIGN_IN, &json!({ "who": "owner" })).await.refuses(400, "unknown_parameter");
    app.delete("/api/sources/plex/token?account_id=0").await.refuses(400, "invalid_parameter");
    folks.simulator.faults().add("/api/v2/pins", 1, Fault::Page { status: 502 });
    let body = json!({ "whose": "user" });
    app.post(SIGN_IN, &body).await.refuses(503, "plex_unavailable");
    for _ in 0..4 {
        app.post(SIGN_IN, &body).await.is(200);
    }
    app.post(SIGN_IN, &body).await.refuses(429, "too_many_sign_ins");
}

#[tokio::test]
async fn asking_anew_is_taken_up_by_whoever_asks_and_shows_in_the_answers() {
    let folks = Folks::new().await;
    let app = folks.app().await;
    let mut seen = app.media().household().people().follow();
    seen.borrow_and_update();
    folks.world().add_person(Somebody::shared(444, "Newcomer"));
    let asked = app.post("/api/sources/plex/refresh", &Value::Null).await.is(202);
    assert!(asked["last_asked_at"].is_string(), "{asked}");
    let patience = Duration::from_secs(20);
    tokio::time::timeout(patience, seen.changed()).await.expect("nobody asked").unwrap();
    user(&app.get("/api/users").await.is(200), "Newcomer");
}

#[tokio::test]
async fn no_answer_has_a_token_an_address_of_mail_or_one_of_a_machine() {
    let folks = Folks::with(Configured { token: Some(Secret::new(anna().account_token)), file: None }).await;
    let app = folks.app().await;
    let begun = app.post(SIGN_IN, &json!({ "whose": "user" })).await.is(200);
    folks.world().approve(begun["code"].as_str().unwrap(), BOB).unwrap();
    ended(&app, begun["id"].as_str().unwrap()).await;
    folks.world().revoke(&kid().server_token);
    folks.simulator.faults().add("/api/users", 1, Fault::Dropped);
    app.media().household().people().refresh().await;
    let users = app.get("/api/users").await.is(200).to_string();
    let sources = app.get("/api/sources").await.is(200).to_string();
    let signed = ended(&app, begun["id"].as_str().unwrap()).await.to_string();
    let snapshot = app.media().household().people().snapshot();
    let people = app.media().household().people();
    let held = snapshot.people.iter().flat_map(|one| [people.watchlist_token(one), people.server_token(one)]);
    let mut secrets: Vec<String> = held.flatten().map(|token| token.expose().to_owned()).collect();
    assert!(secrets.len() >= 4, "{secrets:?}");
    let all = [anna(), ben(), kid(), bob()];
    secrets.extend(all.into_iter().flat_map(|one| [one.account_token, one.server_token]));
    secrets.extend([
        "@example.com".to_owned(),
        app.media().household().tokens().webhook().expose().to_owned(),
        app.media().household().tokens().identifier().to_owned(),
    ]);
    for text in [&users, &sources, &signed] {
        for secret in &secrets {
            assert!(!text.contains(secret.as_str()), "{secret} in {text}");
        }
    }
    assert!(!users.contains("127.0.0.1"), "{users}");
}
