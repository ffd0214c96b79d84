//! No token of anybody is seen: the real binary, its log at its loudest, goes through everything that can be asked and that
//! can go wrong. Then whatever it said, to whomever, is searched for every token there ever was.

mod echo;
mod heard;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use cacherr::clock::SystemClock;
use cacherr::demo::plex::{Fault, Kind, Person, PersonId, Player, RatingKey, Simulator, Title, Video, World};
use cacherr::domain::secret::Secret;
use cacherr::plex::{Cloud, Device, Patience};
use serde_json::{Value, json};

use crate::process::{House, Instance, wait_for};
use crate::support::log::Log;
use echo::Echo;
use heard::Heard;

const ANNA: PersonId = 2_737_029;
const BEN: PersonId = 2_737_030;
const BOB: PersonId = 111;

/// The key of the administrator.
const KEY: &str = "k3y-of-the-administrator-5d1c";
/// A token that nobody takes any more.
const OLD: &str = "configured-t0ken-9f8e7d6c5b";

/// A house, a server with its people, and all that was heard.
struct Stage {
    house: House,
    simulator: Simulator,
    films: Vec<(PathBuf, RatingKey)>,
    heard: Heard,
    instance: Option<Instance>,
}

impl Stage {
    fn new() -> Self {
        let house = House::new();
        let world = World::new(Arc::new(SystemClock));
        let section = world.add_section(Kind::Movie, "Movies", &[house.at("library")]);
        let add = |title: &str| {
            let path = house.film(format!("{title}.mkv"), title.as_bytes());
            let key = world.add(section, Video::new(title).year(2021).minutes(90).file(&path)).unwrap();
            (path, key)
        };
        let films = ["Dune", "Heat", "Alien", "Ran"].map(add).into();
        for one in [
            Person::owner(ANNA, "Anna"),
            Person::home(BEN, "Ben"),
            Person::managed(33_542_084, "Kid").with_pin("1234"),
            Person::shared(BOB, "Bob"),
            Person::friend(222, "Fred"),
        ] {
            world.add_person(one);
        }
        let simulator = Simulator::start("127.0.0.1:0".parse().unwrap(), world).unwrap();
        Self { house, simulator, films, heard: Heard::default(), instance: None }
    }

    fn world(&self) -> &World {
        self.simulator.world()
    }

    /// Starts anew, with these lines in `[plex]`.
    fn start(&mut self, plex: &str) {
        self.end();
        let file = self.house.at("cacherr.toml");
        self.house.configure_with("0s", "");
        let cloud = self.simulator.url();
        let text =
            format!("{}\n[plex]\ncloud_interval = \"0s\"\n{plex}\n", fs::read_to_string(&file).unwrap());
        let text = if plex.contains("cloud_url") { text } else { format!("{text}cloud_url = \"{cloud}\"\n") };
        fs::write(&file, text).unwrap();
        let mut command = self.house.command(["run"]);
        command.env("CACHERR_API_KEY", KEY).env("CACHERR_LOG", "trace");
        let instance = self.house.start_by(command);
        let log = instance.log();
        let at = log.split("listening at http://").nth(1).unwrap().split(['/', ' ', '\n']).next().unwrap();
        self.heard.listen_to(at, KEY);
        self.instance = Some(instance);
    }

    /// Stops, and keeps what was logged.
    fn end(&mut self) {
        let Some(instance) = self.instance.take() else { return };
        let (log, plain) = (instance.log(), self.house.at("log"));
        assert_eq!(instance.stop().0, Some(0));
        assert!(log.contains("TRACE"), "the log was not at its loudest");
        self.heard.add("the log", fs::read_to_string(plain).unwrap());
    }

    /// At the command line, for people and for programs.
    fn tell(&mut self, args: &[&str]) {
        for format in [None, Some("--json")] {
            let mut command = self.house.command(args.iter().chain(&format));
            command.env("CACHERR_API_KEY", KEY).env("CACHERR_LOG", "trace");
            let said = command.output().unwrap();
            let both = [said.stdout, b"\n".to_vec(), said.stderr].concat();
            self.heard
                .add(&format!("cacherr {}", args.join(" ")), String::from_utf8_lossy(&both).into_owned());
        }
    }

    async fn signs_in(&mut self, who: PersonId, whose: &str) {
        let begun = self.heard.post("/api/sources/plex/sign-in", &json!({ "whose": whose })).await;
        self.world().approve(begun["data"]["code"].as_str().unwrap(), who).unwrap();
        let path = format!("/api/sources/plex/sign-in/{}", begun["data"]["id"].as_str().unwrap());
        self.until(&path, |one| one["state"] != "waiting").await;
    }

    async fn until(&mut self, path: &str, is: impl Fn(&Value) -> bool) {
        let looking = async {
            while !is(&self.heard.get(path).await["data"]) {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), looking).await.unwrap_or_else(|_| panic!("{path}"));
    }

    async fn ended(&mut self, accepted: &Value) {
        let job = accepted["data"]["job_id"].as_str().unwrap_or_else(|| panic!("{accepted}")).to_owned();
        let is_final = |job: &Value| ["done", "failed", "cancelled"].iter().any(|end| job["state"] == *end);
        self.until(&format!("/api/jobs/{job}"), is_final).await;
    }
}

/// Everything goes well: people come, wish, watch; files come and go; everything is asked for.
async fn a_day(stage: &mut Stage) {
    stage.signs_in(ANNA, "owner").await;
    stage.signs_in(BOB, "user").await;
    stage.world().add_to_watchlist(BEN, stage.films[0].1).unwrap();
    stage.world().add_to_watchlist(BOB, stage.films[1].1).unwrap();
    stage.world().wish(222, Title::movie("Nobody has it", 1999));
    stage.heard.post("/api/sources/plex/refresh", &Value::Null).await;
    let is_known = |list: &Value| {
        let knows = list["users"].as_array().into_iter().flatten().filter(|user| user["user_id"] == "Ben");
        knows.flat_map(|user| user["knows"].as_array().unwrap()).any(|one| one["way"] == "home_switch")
    };
    stage.until("/api/users", is_known).await;
    let hooks = stage.heard.get("/api/webhooks").await;
    let hook = hooks["data"]["plex"].as_str().unwrap().to_owned();
    stage.world().send_webhooks_to(&format!("http://{}{hook}", stage.heard.at())).unwrap();

    let plan = stage.heard.post("/api/plan/run", &Value::Null).await;
    stage.ended(&plan).await;
    let film = stage.films[2].0.clone();
    let asked = json!({ "file_path": film, "user_id": "Bob" });
    let accepted = stage.heard.post("/api/cached/files", &asked).await;
    stage.ended(&accepted).await;

    stage.until("/api/sources", |list| list["sources"][0]["state"] == "connected").await;
    let (_, playing) = stage.films[3];
    let session = stage.world().start(BEN, playing, &Player::named("Firefox")).unwrap();
    stage.until("/api/sessions", |list| !list["sessions"].as_array().unwrap().is_empty()).await;
    stage.world().progress(session, 60_000).unwrap();
    stage.everything_once().await;
    stage.world().stop(session).unwrap();
    stage.until("/api/sessions", |list| list["sessions"].as_array().unwrap().is_empty()).await;

    for args in
        [&["status"][..], &["plan"], &["doctor"], &["check"], &["config", "print"], &["config", "check"]]
    {
        stage.tell(args);
    }
    for (body, content_type) in
        [("{", "application/json"), ("x", "multipart/form-data; boundary=b"), ("{}", "text/plain")]
    {
        stage.heard.send_raw(&hook, content_type, body).await;
    }
    let removed = stage
        .heard
        .send("DELETE", &format!("/api/cached/files/{}", accepted["data"]["file_id"].as_str().unwrap()), None)
        .await;
    stage.ended(&removed).await;
}

impl Stage {
    /// Whatever can be asked for, by whom it may and by whom it may not.
    async fn everything_once(&mut self) {
        let document = self.heard.get("/api/openapi.json").await;
        let users = ["Anna", "Ben", "Bob", "nobody"].map(|name| format!("/api/cached/users/{name}/stats"));
        let mut paths: Vec<String> = document["paths"]
            .as_object()
            .unwrap()
            .iter()
            .filter(|(path, methods)| methods.get("get").is_some() && !path.contains('{') && *path != "/ws")
            .map(|(path, _)| path.clone())
            .collect();
        paths.extend(users);
        paths.extend(["/api/docs", "/api/cached/files/search?q=a", "/nothing"].map(str::to_owned));
        for format in ["csv", "json", "txt", "zip"] {
            paths.push(format!("/api/cached/export?format={format}&include_metadata=true"));
        }
        let files = self.heard.get("/api/cached/files").await;
        for file in files["data"]["files"].as_array().unwrap() {
            paths.push(format!("/api/cached/files/{}", file["id"].as_str().unwrap()));
        }
        for path in &paths {
            self.heard.get(path).await;
            self.heard.without_a_key(path).await;
        }
        assert!(paths.len() > 25, "{paths:?}");
        // A token where none belongs: by people who mistook the header, the field, the address.
        let token = Person::owner(ANNA, "Anna").account_token;
        self.heard.with_header("/api/users", "authorization", &format!("Bearer {token}")).await;
        self.heard.with_header("/api/users", "x-plex-token", &token).await;
        self.heard.get(&format!("/api/cached/files?X-Plex-Token={token}")).await;
        self.heard.send_raw(&format!("/api/webhooks/plex/{token}"), "application/json", "{}").await;
        self.heard.post("/api/sources/plex/sign-in", &json!({ "token": token })).await;
        self.heard.post("/api/sources/plex/sign-in", &json!({ "whose": token })).await;
    }

    /// Plex fails in every way that it knows.
    async fn bad_days(&mut self) {
        use Fault::{CutInFrame, Dropped, MoreFields, Page, TokenExpired, TooManyRequests, Truncated};
        let faults = [
            Page { status: 401 },
            Page { status: 403 },
            Page { status: 502 },
            TooManyRequests { retry_after: Some(1) },
            TokenExpired,
            Truncated,
            Dropped,
            MoreFields,
        ];
        for fault in faults {
            for path in ["/api/v2", "/api/users", "/api/servers", "/library", "/status", "/hubs", "/accounts"]
            {
                self.simulator.faults().add(path, 2, fault.clone());
            }
            self.simulator.faults().add("/:/websockets", 1, CutInFrame);
            self.looked_at_again().await;
            self.simulator.faults().clear();
        }
        for person in [Person::shared(BOB, "Bob"), Person::owner(ANNA, "Anna")] {
            self.world().revoke(&person.server_token);
            self.world().revoke(&person.account_token);
            self.looked_at_again().await;
        }
    }

    async fn looked_at_again(&mut self) {
        let before = self.heard.get("/api/sources").await["data"]["sources"][0]["last_asked_at"].clone();
        self.heard.post("/api/sources/plex/refresh", &Value::Null).await;
        for path in ["/api/users", "/api/sources", "/api/plan", "/api/system/doctor", "/api/sessions"] {
            self.heard.get(path).await;
        }
        drop(before);
    }

    /// What it left in its folders. The one file that keeps tokens is looked at table by table.
    fn leftovers(&mut self) {
        let store = self.house.at("data/cacherr.redb");
        for folder in ["data", "fast"] {
            let mut folders = vec![self.house.at(folder)];
            while let Some(folder) = folders.pop() {
                for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                    if entry.is_dir() {
                        folders.push(entry);
                    } else if entry.is_file() && entry != store {
                        let bytes = fs::read(&entry).unwrap();
                        self.heard
                            .add(&entry.display().to_string(), String::from_utf8_lossy(&bytes).into_owned());
                    }
                }
            }
        }
        self.heard.add("the dump of the store", cacherr::store::Store::open(&store).unwrap().dump().unwrap());
        for (table, bytes) in heard::tables(&store) {
            if table != "secrets_v1" {
                self.heard.add(&table, String::from_utf8_lossy(&bytes).into_owned());
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_token_of_anybody_is_seen_wherever_one_looks() {
    let mut stage = Stage::new();
    let url = stage.simulator.url();

    stage.start(&format!("url = \"{url}\""));
    a_day(&mut stage).await;
    stage.bad_days().await;

    // With a token from the configuration that is not taken; then over TLS, which nobody speaks there.
    stage.start(&format!("url = \"{url}\"\ntoken = \"{OLD}\""));
    stage.looked_at_again().await;
    stage.tell(&["doctor"]);
    stage.start(&format!("url = \"{}\"\ntoken = \"{OLD}\"", url.replace("http:", "https:")));
    stage.looked_at_again().await;
    stage.tell(&["doctor"]);

    // From somebody who repeats what he is sent: in pages, in JSON, in redirects.
    let echo = Echo::start().await;
    let file = stage.house.at("token");
    fs::write(&file, format!("{OLD}\n")).unwrap();
    let said =
        format!("url = \"{0}\"\ncloud_url = \"{0}\"\ntoken_file = \"{1}\"", echo.url(), file.display());
    stage.start(&said);
    for _ in 0..4 {
        stage.looked_at_again().await;
    }
    wait_for("the token to be repeated", || echo.repeated() >= 12);
    stage.tell(&["doctor"]);
    stage.end();
    stage.leftovers();

    let mut secrets = stage.world().secrets();
    secrets.extend([KEY, OLD].map(str::to_owned));
    secrets.insert(stage.heard.webhook.clone().unwrap());
    assert!(secrets.iter().filter(|token| token.starts_with("switch-")).count() >= 1, "{secrets:?}");
    assert!(secrets.iter().filter(|token| token.starts_with("pin-")).count() == 2, "{secrets:?}");
    assert!(secrets.len() >= 13 && secrets.iter().all(|secret| secret.len() >= 12), "{secrets:?}");
    stage.heard.holds_none_of(&secrets);
}

#[tokio::test]
async fn the_address_of_a_feed_is_a_secret_wherever_it_leads() {
    let log = Log::overhear();
    let echo = Echo::start().await;
    let device = Device { identifier: "device".to_owned(), name: "n".to_owned(), version: "0".to_owned() };
    let patience = Patience { tries: 1, ..Patience::default() };
    let cloud = Cloud::new(&echo.url(), Duration::ZERO, device, patience).unwrap();
    let secrets: BTreeSet<String> = [OLD, "11111111-feed-of-anna-2222"].map(str::to_owned).into();
    let feed = Secret::new("https://rss.plex.tv/11111111-feed-of-anna-2222");
    let mut heard = Heard::default();
    for _ in 0..12 {
        let said = cloud.feed(&feed, Some(&Secret::new(OLD))).await;
        heard.add("a fault", format!("{said:?} {feed:?} {cloud:?}"));
    }
    assert!(echo.repeated() >= 5);
    heard.add("the log", log.text());
    heard.holds_none_of(&secrets);
}
