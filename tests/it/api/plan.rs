//! The plan: what would be done, why, and that a run does just that.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use cacherr::clock::SystemClock;
use cacherr::demo::plex::{Fault, Kind, Person, PersonId, RatingKey, Simulator, Video, World};
use cacherr::domain::plan::{self, exclude::Pattern};
use cacherr::domain::settings::LibrarianSettings;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::app::{Options, Plex, SERVER_PATH, TestApp, send};

const OWNER: PersonId = 2_737_029;
const KID: PersonId = 33_542_084;
const MINUTE: u64 = 60_000;

/// An owner and a user of her home, who have begun films; nobody was asked yet.
struct House {
    simulator: Simulator,
    app: TestApp,
    movies: u32,
}

impl House {
    async fn new() -> Self {
        let world = World::new(Arc::new(SystemClock));
        let owner = Person::owner(OWNER, "user1");
        let token: &'static str = Box::leak(owner.account_token.clone().into_boxed_str());
        world.add_person(owner);
        world.add_person(Person::home(KID, "user2"));
        let simulator = Simulator::start(SocketAddr::from(([127, 0, 0, 1], 0)), world).unwrap();
        let plex = Some(Plex::at(simulator.url(), token));
        let app = TestApp::start_with(Options { plex, ..Options::default() }).await;
        let world = simulator.world();
        world.mount(SERVER_PATH, &app.library);
        let movies = world.add_section(Kind::Movie, "Movies", &[SERVER_PATH.into()]);
        Self { simulator, app, movies }
    }

    fn world(&self) -> &World {
        self.simulator.world()
    }

    /// A film of the library, as the server sees it.
    fn film(&self, title: &str, size: usize) -> RatingKey {
        let path = self.app.film(&format!("{title}/{title}.mkv"), size);
        let file = PathBuf::from(SERVER_PATH).join(path.strip_prefix(&self.app.library).unwrap());
        self.world().add(self.movies, Video::new(title).year(2021).minutes(100).file(file)).unwrap()
    }

    /// `who` has begun a film.
    fn begin(&self, who: PersonId, film: RatingKey) {
        self.world().set_offset(who, film, 5 * MINUTE);
    }

    /// Asks everybody, and does nothing else.
    async fn ask(&self) {
        self.app.media().household().people().refresh().await;
        self.app.librarian().ask().await;
    }

    async fn plan(&self) -> Value {
        self.app.get("/api/plan").await.is(200)
    }

    /// From now on the librarian works.
    async fn let_work(&mut self) {
        self.app.options.librarian = Some(LibrarianSettings::default());
        self.app.restart().await;
    }

    async fn until(&self, what: &str, holds: impl AsyncFn(&TestApp) -> bool) {
        let end = Instant::now() + Duration::from_secs(30);
        while !holds(&self.app).await {
            assert!(Instant::now() < end, "{what}: not in time");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

fn paths(list: &Value) -> Vec<&Path> {
    list.as_array().unwrap().iter().map(|step| Path::new(step["file_path"].as_str().unwrap())).collect()
}

fn sum(why: &Value) -> i64 {
    why.as_array().unwrap().iter().map(|reason| reason["points"].as_i64().unwrap()).sum()
}

#[tokio::test]
async fn before_anybody_was_asked_the_plan_is_empty_and_says_so() {
    let app = TestApp::start().await;
    let plan = app.get("/api/plan").await.is(200);
    for list in ["cache", "give_back", "attribute", "refused", "unresolved", "sources"] {
        assert_eq!(plan[list], json!([]), "{list}");
    }
    assert_eq!((&plan["asked_at"], &plan["quiet_until"]), (&Value::Null, &Value::Null));
    assert_eq!(plan["keep"], json!({ "files": 0, "wanted": 0, "unwanted": 0 }));
    let nothing = json!({ "steps": 0, "files": 0, "size_bytes": 0, "size_readable": "0 B" });
    assert_eq!((&plan["totals"]["cache"], &plan["totals"]["give_back"]), (&nothing, &nothing));
    assert_eq!((&plan["limit"], &plan["offset"]), (&json!(100), &json!(0)));
    assert_eq!((&plan["room"]["used_bytes"], &plan["room"]["used_readable"]), (&json!(0), &json!("0 B")));
}

#[tokio::test]
async fn a_run_does_what_the_plan_says() {
    let mut house = House::new().await;
    let dune = house.film("Dune", 3000);
    let subtitle = house.app.film("Dune/Dune.en.srt", 500);
    let alien = house.film("Alien", 2000);
    house.begin(OWNER, dune);
    house.begin(KID, dune);
    house.begin(KID, alien);
    house.film("Nobody's", 1000);
    house.ask().await;

    let plan = house.plan().await;
    let [first, second] = &plan["cache"].as_array().unwrap()[..] else { panic!("{plan:#}") };
    assert_eq!(
        paths(&plan["cache"]),
        [house.app.library.join("Dune/Dune.mkv"), house.app.library.join("Alien/Alien.mkv")]
    );
    assert_eq!((&first["title"], &first["cause"]), (&json!("Dune (2021)"), &Value::Null));
    assert_eq!((&first["size_bytes"], &first["size_readable"]), (&json!(3500), &json!("3.4 KB")));
    assert_eq!(first["parts"][1]["file_path"], json!(subtitle));
    let users = [("user1", "continue_watching"), ("user2", "continue_watching")]
        .map(|(user, operation)| json!({ "user_id": user, "operation": operation }));
    assert_eq!(first["users"], json!(users));
    for step in [first, second] {
        assert_eq!(sum(&step["why"]), step["priority"].as_i64().unwrap(), "{step:#}");
    }
    assert!(first["priority"].as_i64() > second["priority"].as_i64());
    let tally = json!({ "steps": 2, "files": 3, "size_bytes": 5500, "size_readable": "5.4 KB" });
    assert_eq!(plan["totals"]["cache"], tally);
    assert!(house.app.get("/api/cached/files").await.is(200)["files"].as_array().unwrap().is_empty());

    house.let_work().await;
    let all_there = async |app: &TestApp| {
        let files = app.get("/api/cached/files?status=active").await.is(200);
        files["pagination"]["total_count"] == 3
    };
    house.until("the films of the plan", all_there).await;
    let is_done = async |app: &TestApp| {
        let plan = app.get("/api/plan").await.is(200);
        plan["keep"]["wanted"] == 3 && plan["cache"] == json!([])
    };
    house.until("nothing is left to be done", is_done).await;
    // What it was worth in the plan it is worth now, and what is here counts for a little more.
    let files = house.app.get("/api/cached/files?sort=priority").await.is(200);
    let files = files["files"].as_array().unwrap();
    assert!(
        files[2]["filename"] == "Alien.mkv" && files[0]["priority"].as_i64() >= first["priority"].as_i64()
    );
    let id = files[2]["id"].as_str().unwrap();
    let detail = house.app.get(&format!("/api/cached/files/{id}")).await.is(200);
    assert_eq!(sum(&detail["why"]), detail["priority"].as_i64().unwrap(), "{detail:#}");
    assert!(detail["why"].as_array().unwrap().iter().any(|why| why["user"] == "user2"), "{detail:#}");
}

#[tokio::test]
async fn a_run_is_a_job_that_says_what_came_of_it() {
    let mut house = House::new().await;
    house.let_work().await;
    let asked = async |app: &TestApp| app.get("/api/plan").await.is(200)["asked_at"].is_string();
    house.until("the first round", asked).await;
    let dune = house.film("Dune", 3000);
    house.begin(KID, dune);
    let answer = send(house.app.request(Method::POST, "/api/plan/run")).await;
    assert!(answer.body["message"].is_string());
    let job = house.app.ended(answer.is(202)["job_id"].as_str().unwrap()).await;
    assert_eq!((&job["kind"], &job["state"]), (&json!("plan"), &json!("done")));
    assert_eq!((&job["file_id"], &job["path"]), (&Value::Null, &json!("")));
    let came = json!({ "cached_count": 1, "given_back_count": 0, "attributed_count": 0, "waiting_count": 0,
        "failed_count": 0 });
    assert_eq!(job["plan"], came);
    let jobs = house.app.get("/api/jobs").await.is(200);
    let of_kind = |kind| jobs["jobs"].as_array().unwrap().iter().find(|job| job["kind"] == kind).unwrap();
    assert_eq!(of_kind("plan")["id"], job["id"]);
    assert_eq!(house.app.ended(of_kind("cache")["id"].as_str().unwrap()).await["state"], "done");
    let log = house.app.get("/api/cached/operations?operation_type=plan").await.is(200);
    assert_eq!(log["operations"][0]["metadata"]["cached"], "1");
    // What was asked for has a job of its own.
    let is_here = async |app: &TestApp| {
        app.get("/api/cached/files?status=active").await.is(200)["pagination"]["total_count"] == 1
    };
    house.until("the film", is_here).await;
}

#[tokio::test]
async fn what_is_not_cached_is_said_with_its_reason() {
    let mut house = House::new().await;
    let settings = LibrarianSettings::default();
    let exclude = vec![Pattern::new("*/Alien/*").unwrap()];
    let plan = plan::Settings { exclude, ..settings.plan.clone() };
    house.app.options.librarian = Some(LibrarianSettings { plan, ..settings });
    house.app.restart().await;
    let alien = house.film("Alien", 2000);
    let lost = house.film("Lost", 1000);
    std::fs::remove_file(house.app.library.join("Lost/Lost.mkv")).unwrap();
    let elsewhere = Video::new("Elsewhere").year(2001).file("/data/Elsewhere/e.mkv");
    let elsewhere = house.world().add(house.movies, elsewhere).unwrap();
    for film in [alien, lost, elsewhere] {
        house.begin(OWNER, film);
    }
    house.ask().await;
    let plan = house.plan().await;
    let [refused] = &plan["refused"].as_array().unwrap()[..] else { panic!("{plan:#}") };
    assert_eq!((&refused["code"], &refused["user_id"]), (&json!("excluded"), &json!("user1")));
    assert_eq!(refused["message"], "a pattern excludes it");
    let unresolved: Vec<(&Value, &Value)> = plan["unresolved"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (&one["code"], &one["server_path"]))
        .collect();
    let [lost, elsewhere] = ["/data/Movies/Lost/Lost.mkv", "/data/Elsewhere/e.mkv"].map(|path| json!(path));
    assert_eq!(unresolved, [(&json!("missing"), &lost), (&json!("no_library"), &elsewhere)]);
    assert_eq!(plan["unresolved"][0]["file_path"], json!(house.app.library.join("Lost/Lost.mkv")));
    assert_eq!((&plan["totals"]["refused"], &plan["totals"]["unresolved"]), (&json!(1), &json!(2)));
}

#[tokio::test]
async fn a_source_that_is_silent_is_shown_with_its_age_and_its_trouble() {
    let house = House::new().await;
    let dune = house.film("Dune", 3000);
    house.begin(OWNER, dune);
    house.ask().await;
    let source = |plan: &Value| {
        let sources = plan["sources"].as_array().unwrap().iter();
        let mut of_owner =
            sources.filter(|one| one["user_id"] == "user1" && one["source"] == "continue_watching");
        of_owner.next().unwrap().clone()
    };
    let before = source(&house.plan().await);
    assert_eq!(
        (&before["items"], &before["problem"], &before["is_asked"]),
        (&json!(1), &Value::Null, &json!(true))
    );
    assert!(before["answered_at"].is_string() && before["holds_until"].is_null());
    house.simulator.faults().add("/", u32::MAX, Fault::Page { status: 500 });
    house.app.librarian().ask().await;
    let plan = house.plan().await;
    let after = source(&plan);
    assert_eq!(after["problem"]["code"], "server_error", "{after:#}");
    assert!(!after["problem"]["message"].as_str().unwrap().is_empty());
    assert!(after["holds_until"].is_string(), "it is silent");
    for same in ["answered_at", "holds_since", "items"] {
        assert_eq!(after[same], before[same], "{same}: what it said before holds");
    }
    assert_eq!(paths(&plan["cache"]), [house.app.library.join("Dune/Dune.mkv")]);
}

#[tokio::test]
async fn lists_come_in_pages_and_totals_are_exact_on_each() {
    let house = House::new().await;
    let titles: Vec<String> = (0..5).map(|number| format!("Film {number}")).collect();
    for title in &titles {
        house.begin(OWNER, house.film(title, 1000));
    }
    house.ask().await;
    let mut seen = Vec::new();
    for (offset, count) in [(0, 2), (2, 2), (4, 1), (6, 0), (i64::MAX, 0)] {
        let plan = house.app.get(&format!("/api/plan?limit=2&offset={offset}")).await.is(200);
        assert_eq!(plan["totals"]["cache"]["steps"], 5);
        assert_eq!((&plan["limit"], &plan["offset"]), (&json!(2), &json!(offset)));
        let page = paths(&plan["cache"]).into_iter().map(Path::to_path_buf).collect::<Vec<_>>();
        assert_eq!(page.len(), count);
        seen.extend(page);
    }
    let all: Vec<PathBuf> =
        titles.iter().map(|title| house.app.library.join(format!("{title}/{title}.mkv"))).collect();
    assert_eq!(seen, all);
}

#[tokio::test]
async fn what_is_asked_wrongly_is_refused() {
    let app = TestApp::start_with(Options { key: Some("a key of sixteen"), ..Options::default() }).await;
    for query in ["limit=0", "limit=501", "offset=-1", "limit=x"] {
        app.get(&format!("/api/plan?{query}")).await.refuses(400, "invalid_parameter");
    }
    app.get("/api/plan?user=1").await.refuses(400, "unknown_parameter");
    send(app.request(Method::POST, "/api/plan/run?now=1")).await.refuses(400, "unknown_parameter");
    send(app.request(Method::POST, "/api/plan")).await.refuses(405, "method_not_allowed");
    let stranger = crate::support::http_client();
    for (method, path) in [(Method::GET, "/api/plan"), (Method::POST, "/api/plan/run")] {
        let answer = send(stranger.request(method, format!("http://{}{path}", app.origin()))).await;
        answer.refuses(401, "unauthorized");
    }
}

#[tokio::test]
async fn what_is_paused_waits_until_somebody_resumes_it_and_people_are_served_all_the_same() {
    let mut house = House::new().await;
    let dune = house.film("Dune", 3000);
    house.begin(OWNER, dune);
    let pause = |paused: bool| {
        let body = json!({ "paused": paused, "reason": "the disk is replaced" });
        send(house.app.request(Method::PUT, "/api/plan/paused").json(&body))
    };
    let mut socket = house.app.listen("").await;
    let paused = pause(true).await.is(200)["paused"].clone();
    assert_eq!((&paused["by"], &paused["reason"]), (&json!("api_key"), &json!("the disk is replaced")));
    let told = socket.until("plan_paused").await;
    assert_eq!(told.last().unwrap()["data"]["paused"], paused);
    // Who says it again changes nothing.
    assert_eq!(pause(true).await.is(200)["paused"], paused);
    drop(socket);
    assert_eq!(house.app.get("/api/plan/paused").await.is(200)["paused"], paused);

    // It holds over a start, and cycles come and go.
    house.let_work().await;
    let planned = async |app: &TestApp| {
        app.get("/api/plan").await.is(200)["cache"].as_array().is_some_and(|cache| cache.len() == 1)
    };
    house.until("the plan", planned).await;
    assert_eq!(house.plan().await["paused"], paused);
    send(house.app.request(Method::POST, "/api/plan/run")).await.refuses(409, "paused");
    // A person asks for another film, and gets it; nothing else came meanwhile.
    let alien = house.app.film("Alien/Alien.mkv", 2000);
    let id = house.app.cache(&alien, json!({})).await;
    let files = house.app.get("/api/cached/files").await.is(200);
    assert_eq!(files["files"].as_array().unwrap().len(), 1, "{files}");
    house.app.delete(&format!("/api/cached/files/{id}")).await.is(200);
    assert_eq!(house.app.get("/api/jobs?state=queued").await.is(200)["jobs"], json!([]));

    let resume = json!({ "paused": false });
    let answer = send(house.app.request(Method::PUT, "/api/plan/paused").json(&resume)).await.is(200);
    assert_eq!(answer["paused"], Value::Null);
    assert_eq!(house.app.get("/api/plan/paused").await.is(200)["paused"], Value::Null);
    let is_here = async |app: &TestApp| {
        app.get("/api/cached/files?status=active").await.is(200)["pagination"]["total_count"] == 1
    };
    house.until("the film, at once", is_here).await;
    let log = house.app.get("/api/cached/operations?operation_type=plan").await.is(200);
    let words: Vec<&str> =
        log["operations"].as_array().unwrap().iter().map(|entry| entry["reason"].as_str().unwrap()).collect();
    assert_eq!(words, ["resumed", "paused"]);
    assert_eq!(log["operations"][1]["metadata"]["reason"], "the disk is replaced");
}

#[tokio::test]
async fn who_pauses_calls_off_what_nobody_asked_for_and_leaves_what_somebody_did() {
    let mut house = House::new().await;
    house.app.options.bandwidth = 1 << 20;
    let dune = house.film("Dune", 12 << 20);
    house.begin(OWNER, dune);
    house.let_work().await;
    let is_copied = async |app: &TestApp| {
        let jobs = app.get("/api/jobs").await.is(200);
        jobs["jobs"].as_array().unwrap().iter().any(|job| job["kind"] == "cache")
    };
    house.until("the copy", is_copied).await;
    let by_hand = house.app.film("Alien/Alien.mkv", 1000);
    let asked = house.app.post("/api/cached/files", &json!({ "file_path": by_hand })).await.is(202);
    let body = json!({ "paused": true });
    send(house.app.request(Method::PUT, "/api/plan/paused").json(&body)).await.is(200);
    let mine = house.app.ended(asked["job_id"].as_str().unwrap()).await;
    assert_eq!(mine["state"], "done", "{mine}");
    let is_over = async |app: &TestApp| {
        let jobs = app.get("/api/jobs").await.is(200);
        let cache = |job: &&Value| job["path"].as_str().unwrap().ends_with("Dune.mkv");
        jobs["jobs"].as_array().unwrap().iter().filter(cache).all(|job| job["state"] == "cancelled")
    };
    house.until("what the plan had asked for", is_over).await;
    let viewer = house.app.add_key("viewer", "viewer").await.1;
    send(house.app.with_key(&viewer, Method::PUT, "/api/plan/paused").json(&body))
        .await
        .refuses(403, "forbidden");
}
