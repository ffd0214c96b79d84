//! From a player to the cache, through real sockets: the simulated Plex tells who plays, the whole instance acts.

mod failures;
mod news;
mod pace;
mod reading;
mod viewers;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cacherr::clock::SystemClock;
use cacherr::demo::plex::{Kind, Person, PersonId, Player, RatingKey, SessionKey, Simulator, Video, World};
use cacherr::domain::file::Method;
use jiff::SignedDuration;
use serde_json::Value;

use crate::support::app::{Options, Plex, SERVER_PATH, Socket, TestApp};
use crate::support::tell;

const OWNER: PersonId = 2_737_029;
const KID: PersonId = 33_542_084;
const FRIEND: PersonId = 111;
const PATIENCE: Duration = Duration::from_secs(30);

/// A household with its media server, and an instance that watches it.
struct House {
    simulator: Simulator,
    app: TestApp,
    movies: u32,
    series: u32,
}

impl House {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut Options)) -> Self {
        let world = World::new(Arc::new(SystemClock));
        let owner = Person::owner(OWNER, "user1");
        let token: &'static str = Box::leak(owner.server_token.clone().into_boxed_str());
        world.add_person(owner);
        world.add_person(Person::home(KID, "user2"));
        world.add_person(Person::shared(FRIEND, "user3"));
        let simulator = Simulator::start(SocketAddr::from(([127, 0, 0, 1], 0)), world).unwrap();
        let mut options = Options { plex: Some(Plex::at(simulator.url(), token)), ..Options::default() };
        change(&mut options);
        let app = TestApp::start_with(options).await;
        let world = simulator.world();
        world.mount(SERVER_PATH, &app.library);
        let movies = world.add_section(Kind::Movie, "Movies", &[SERVER_PATH.into()]);
        let series = world.add_section(Kind::Show, "Series", &[PathBuf::from(SERVER_PATH).join("Series")]);
        let house = Self { simulator, app, movies, series };
        house.until("the server answers", || async { house.state() == "connected" }).await;
        house.until("the line is open", || async { house.simulator.world().listeners() > 0 }).await;
        house
    }

    fn state(&self) -> String {
        self.app.media().status().state.to_string()
    }

    fn world(&self) -> &World {
        self.simulator.world()
    }

    /// A film, as the server sees it.
    fn film(&self, name: &str, size: usize) -> RatingKey {
        let path = self.app.film(name, size);
        let file = PathBuf::from(SERVER_PATH).join(path.strip_prefix(&self.app.library).unwrap());
        self.world().add(self.movies, Video::new(name).year(2021).minutes(100).file(file)).unwrap()
    }

    /// A show of two seasons and a special: S00E01, S01E01, S01E02, S02E01.
    fn show(&self) -> Vec<RatingKey> {
        let show = self.world().add(self.series, Video::new("The Expanse")).unwrap();
        let episode = |(season, number): (u32, u32)| {
            let name = format!("Series/S{season:02}E{number:02}.mkv");
            self.app.film(&name, 5000);
            let video = Video::new(&name).minutes(40).file(PathBuf::from(SERVER_PATH).join(&name));
            self.world().add_episode(show, season, number, video).unwrap()
        };
        [(0, 1), (1, 1), (1, 2), (2, 1)].map(episode).to_vec()
    }

    fn play(&self, who: PersonId, what: RatingKey) -> SessionKey {
        self.world().start(who, what, &Player::named("television")).unwrap()
    }

    /// Waits until it is so.
    async fn until<F: Future<Output = bool>>(&self, what: &str, holds: impl Fn() -> F) {
        let end = Instant::now() + PATIENCE;
        while !holds().await {
            assert!(Instant::now() < end, "{what}: not within {PATIENCE:?}; {:?}", self.app.media().status());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    async fn files(&self) -> Vec<Value> {
        let list = self.app.get("/api/cached/files?sort=filename&order=asc").await.is(200);
        list["files"].as_array().unwrap().clone()
    }

    async fn file(&self, name: &str) -> Option<Value> {
        self.files().await.into_iter().find(|file| file["filename"] == name)
    }

    /// Waits until the file is cached.
    async fn cached(&self, name: &str) -> Value {
        self.until(name, || async { self.file(name).await.is_some_and(|file| file["status"] == "active") })
            .await;
        self.file(name).await.unwrap()
    }

    async fn playing(&self) -> Vec<Value> {
        let list = self.app.get("/api/sessions").await.is(200);
        list["sessions"].as_array().unwrap().clone()
    }

    async fn ratio(&self) -> f64 {
        let statistics = self.app.get("/api/cached/statistics").await.is(200);
        statistics["cache_hit_ratio"].as_f64().unwrap()
    }

    async fn all_ended(&self) {
        self.until("no session is left", || async { self.playing().await.is_empty() }).await;
    }

    async fn stop(self) {
        drop(self.app);
        self.simulator.stop().await;
    }
}

/// The next event of this kind.
async fn next(socket: &mut Socket, kind: &str) -> Value {
    loop {
        let frame = socket.frame().await;
        if frame["type"] == kind {
            return frame["data"].clone();
        }
    }
}

#[tokio::test]
async fn the_first_start_is_a_miss_that_caches_and_the_second_a_hit() {
    let house = House::new().await;
    let dune = house.film("Dune.mkv", 100_000);
    let mut socket = house.app.listen("").await;
    let first = house.play(KID, dune);
    let begun = next(&mut socket, "session_started").await;
    assert_eq!((&begun["user_id"], &begun["hit"]), (&"user2".into(), &false.into()), "{begun}");
    let added = next(&mut socket, "cache_file_added").await;
    assert_eq!((&added["user_id"], &added["reason"]), (&"user2".into(), &"active_watching".into()));
    assert_eq!(added["file_info"]["playing"], true);
    let file = house.cached("Dune.mkv").await;
    assert_eq!(file["users"], serde_json::json!(["user2"]));
    assert_eq!(file["triggered_by_operation"], "active_watching");
    assert_eq!(file["cache_method"], "atomic_copy");
    assert_eq!(file["metadata"]["title"], "Dune.mkv");
    assert_eq!((&file["access_count"], &file["playing"]), (&0.into(), &true.into()));
    // One start, no hit.
    assert_eq!(house.ratio().await, 0.0);
    house.world().stop(first).unwrap();
    assert_eq!(next(&mut socket, "session_ended").await["file_path"], file["file_path"]);
    assert_eq!(house.file("Dune.mkv").await.unwrap()["playing"], false);
    // Another person: one copy, two attributions; two starts, one hit.
    let second = house.play(OWNER, dune);
    let begun = next(&mut socket, "session_started").await;
    assert_eq!((&begun["user_id"], &begun["hit"]), (&"user1".into(), &true.into()));
    house
        .until("attributed", || async {
            house.file("Dune.mkv").await.unwrap()["users"].as_array().unwrap().len() == 2
        })
        .await;
    let again = house.file("Dune.mkv").await.unwrap();
    assert_eq!(again["users"], serde_json::json!(["user2", "user1"]));
    assert_eq!((&again["id"], &again["access_count"]), (&file["id"], &1.into()));
    assert_eq!(house.files().await.len(), 1);
    assert_eq!(house.ratio().await, 0.5);
    house.world().stop(second).unwrap();
    house.all_ended().await;
    // Three starts, two hits.
    house.play(KID, dune);
    next(&mut socket, "session_started").await;
    assert!((house.ratio().await - 2.0 / 3.0).abs() < 1e-9);
    house.stop().await;
}

#[tokio::test]
async fn while_it_is_paused_a_playback_is_counted_and_asks_for_nothing() {
    let house = House::new().await;
    let dune = house.film("Dune.mkv", 100_000);
    let set = |paused: bool| {
        let body = serde_json::json!({ "paused": paused });
        crate::support::app::send(house.app.request(reqwest::Method::PUT, "/api/plan/paused").json(&body))
    };
    set(true).await.is(200);
    let session = house.play(KID, dune);
    house.until("it is seen", || async { house.playing().await.len() == 1 }).await;
    // So often it would have been asked for again.
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(house.app.get("/api/jobs").await.is(200)["jobs"], serde_json::json!([]));
    // It plays on, and is asked for as soon as that may be.
    set(false).await.is(200);
    assert_eq!(house.cached("Dune.mkv").await["users"], serde_json::json!(["user2"]));
    house.world().stop(session).unwrap();
    house.all_ended().await;
    house.stop().await;
}

#[tokio::test]
async fn two_who_start_the_same_film_at_once_share_one_copy() {
    let house = House::with(|options| options.bandwidth = 200_000).await;
    let dune = house.film("Dune.mkv", 100_000);
    let sessions = [house.play(KID, dune), house.play(FRIEND, dune)];
    let file = house.cached("Dune.mkv").await;
    let mut users: Vec<&str> =
        file["users"].as_array().unwrap().iter().map(|user| user.as_str().unwrap()).collect();
    users.sort_unstable();
    assert_eq!(users, ["user2", "user3"]);
    assert_eq!(house.playing().await.len(), 2);
    assert_eq!(house.ratio().await, 0.0);
    sessions.into_iter().for_each(|session| house.world().stop(session).unwrap());
    house.all_ended().await;
    house.stop().await;
}

#[tokio::test]
async fn the_next_episodes_follow_across_seasons_without_specials() {
    let house = House::new().await;
    let episodes = house.show();
    house.play(KID, episodes[1]);
    let names = ["S01E01.mkv", "S01E02.mkv", "S02E01.mkv"];
    for (name, operation) in names.iter().zip(["active_watching", "real_time_watch", "real_time_watch"]) {
        let file = house.cached(name).await;
        assert_eq!(file["triggered_by_operation"], operation, "{name}");
        assert_eq!(file["users"], serde_json::json!(["user2"]));
        assert_eq!(file["cache_method"], "atomic_copy");
    }
    let listed: Vec<Value> = house.files().await.into_iter().map(|file| file["filename"].clone()).collect();
    assert_eq!(listed, names, "and no special");
    let second = &house.file("S01E02.mkv").await.unwrap()["metadata"];
    assert_eq!((&second["season"], &second["episode"]), (&1.into(), &2.into()));
    house.stop().await;
}

#[tokio::test]
async fn a_playback_that_ends_soon_leaves_nothing_that_nobody_else_wants() {
    let slow = |options: &mut Options| {
        options.bandwidth = 1 << 20;
        options.plex.as_mut().unwrap().min_watch = SignedDuration::from_hours(1);
    };
    let house = House::with(slow).await;
    let episodes = house.show();
    let dune = house.film("Dune.mkv", 48 << 20);
    let zapping = house.play(KID, dune);
    let watching = house.play(FRIEND, episodes[1]);
    let jobs =
        || async { house.app.get("/api/jobs?state=copying").await.is(200)["jobs"].as_array().unwrap().len() };
    house
        .until("it is being copied", || async { jobs().await > 0 && house.playing().await.len() == 2 })
        .await;
    house.world().stop(zapping).unwrap();
    let called_off = || async {
        house.app.get("/api/jobs?state=cancelled").await.is(200)["jobs"].as_array().unwrap().clone()
    };
    house.until("called off", || async { !called_off().await.is_empty() }).await;
    let jobs = called_off().await;
    assert_eq!(jobs.len(), 1, "{jobs:?}");
    assert!(jobs[0]["path"].as_str().unwrap().ends_with("Dune.mkv"));
    for name in ["S01E01.mkv", "S01E02.mkv", "S02E01.mkv"] {
        house.cached(name).await;
    }
    house.world().stop(watching).unwrap();
    house.all_ended().await;
    assert!(house.file("S01E01.mkv").await.is_some(), "what is cached stays");
    assert!(house.file("Dune.mkv").await.is_none());
    house.stop().await;
}

#[tokio::test]
async fn a_film_that_plays_is_copied_even_where_files_are_moved() {
    let house = House::with(|options| options.plex.as_mut().unwrap().mode = Method::AtomicSymlink).await;
    let (dune, other) = (house.film("Dune.mkv", 50_000), house.app.film("other.mkv", 50_000));
    house.play(KID, dune);
    assert_eq!(house.cached("Dune.mkv").await["cache_method"], "atomic_copy");
    house.app.cache(&other, serde_json::json!({})).await;
    assert_eq!(house.cached("other.mkv").await["cache_method"], "atomic_symlink", "as is configured");
    house.stop().await;
}

#[tokio::test]
async fn a_playback_that_outlives_a_restart_counts_once_and_one_that_does_not_has_ended() {
    let mut house = House::new().await;
    let (dune, arrival) = (house.film("Dune.mkv", 50_000), house.film("Arrival.mkv", 50_000));
    let stays = house.play(KID, dune);
    let goes = house.play(OWNER, arrival);
    house.cached("Dune.mkv").await;
    house.cached("Arrival.mkv").await;
    house.until("two play", || async { house.playing().await.len() == 2 }).await;
    house.app.stop_server().await;
    house.world().stop(goes).unwrap();
    house.app.restart().await;
    house.until("one is left", || async { house.playing().await.len() == 1 }).await;
    house.until("it answers", || async { house.state() == "connected" }).await;
    assert_eq!(house.playing().await[0]["user_id"], "user2");
    assert_eq!(house.ratio().await, 0.0, "two starts, counted once each, both misses");
    house.world().stop(stays).unwrap();
    house.all_ended().await;
    house.play(KID, dune);
    house.until("it plays again", || async { !house.playing().await.is_empty() }).await;
    assert!((house.ratio().await - 1.0 / 3.0).abs() < 1e-9);
    house.stop().await;
}

#[tokio::test]
async fn a_webhook_says_at_once_what_would_be_asked_for_later() {
    // Neither notices nor, for a long time, questions.
    let house = House::new().await;
    house.simulator.faults().add("/:/websocket", u32::MAX, cacherr::demo::plex::Fault::Silent);
    let dune = house.film("Dune.mkv", 50_000);
    let token = house.app.media().household().tokens().webhook().expose().to_owned();
    let url = format!("http://{}/api/webhooks/plex/{token}", house.app.origin());
    house.world().send_webhooks_to(&url).unwrap();
    let session = house.play(KID, dune);
    let file = house.cached("Dune.mkv").await;
    assert_eq!(file["users"], serde_json::json!(["user2"]));
    house.world().stop(session).unwrap();
    house.all_ended().await;
    // A program that knows the file alone.
    let other = house.app.film("other.mkv", 50_000);
    let seen = PathBuf::from(SERVER_PATH).join(other.file_name().unwrap());
    let body = serde_json::json!({ "event": "play", "file": seen, "username": "user9" });
    house.app.post(&format!("/api/webhooks/plex/{token}"), &body).await.is(200);
    let file = house.cached("other.mkv").await;
    assert_eq!(file["users"], serde_json::json!(["user9"]));
    assert_eq!(house.playing().await[0]["title"], "other");
    house.stop().await;
}

#[tokio::test]
async fn a_file_that_no_library_covers_is_told_of_and_nothing_else_suffers() {
    let house = House::new().await;
    let elsewhere = Video::new("Elsewhere").minutes(90).file("/other/Elsewhere.mkv");
    let key = house.world().add(house.movies, elsewhere).unwrap();
    house.play(KID, key);
    let named =
        || async { house.app.media().status().unmapped.iter().any(|file| file.0 == "/other/Elsewhere.mkv") };
    house.until("it is told of", named).await;
    let dune = house.film("Dune.mkv", 5000);
    house.play(FRIEND, dune);
    house.cached("Dune.mkv").await;
    assert_eq!(house.playing().await.len(), 1, "what can never be cached is not counted");
    house.stop().await;
}

#[tokio::test]
async fn from_the_frame_to_the_copy() {
    let house = House::new().await;
    let mut waits = Vec::new();
    for n in 0..10 {
        let film = house.film(&format!("{n}.mkv"), 8 << 20);
        let mut socket = house.app.listen("").await;
        let begun = Instant::now();
        let session = house.play(KID, film);
        let progress = next(&mut socket, "job_progress").await;
        waits.push(begun.elapsed());
        assert_eq!(progress["state"], "copying", "{progress}");
        house.cached(&format!("{n}.mkv")).await;
        house.world().stop(session).unwrap();
        house.all_ended().await;
    }
    waits.sort_unstable();
    // The goal is 500 ms; it is told, and no test: this machine may have other things to do.
    tell(&format!(
        "sessions::from_the_frame_to_the_copy: from the first frame to the first bytes copied, median {:.0?}, longest {:.0?}",
        waits[waits.len() / 2],
        waits[waits.len() - 1]
    ));
    house.stop().await;
}
