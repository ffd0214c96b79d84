//! From what people wish for at the simulated Plex to what lies in the cache, through the whole instance: who gets what
//! and why, what leaves, and that no failure takes anything away.

mod failures;
mod losses;
mod quiet;
mod removals;
mod room;
mod upgrades;
mod whole;
mod wishes;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cacherr::clock::{Clock, ManualClock, SystemClock};
use cacherr::demo::plex::{Kind, Person, PersonId, Player, RatingKey, Simulator, Video, World};
use cacherr::domain::id::FileId;
use cacherr::librarian::Drawn;
use jiff::SignedDuration;
use serde_json::Value;

use crate::support::app::{Options, Plex, SERVER_PATH, Socket, TestApp, by_hand};

pub const OWNER: PersonId = 2_737_029;
pub const KID: PersonId = 33_542_084;
pub const FRIEND: PersonId = 111;

pub const SIZE: usize = 20_000;
pub const MINUTE: SignedDuration = SignedDuration::from_mins(1);
pub const DAY: SignedDuration = SignedDuration::from_hours(24);
/// A list that comes empty where it was full is believed when it comes empty again after so long.
pub const DOUBT: SignedDuration = SignedDuration::from_mins(11);
const PATIENCE: Duration = Duration::from_secs(30);

/// A household with its media server, and an instance whose librarian works when asked to.
pub struct House {
    pub simulator: Simulator,
    pub app: TestApp,
    movies: u32,
    series: u32,
}

/// The owner, by the name that files bear; one of her home; somebody with whom the server is shared.
pub fn person(who: PersonId) -> Person {
    match who {
        OWNER => Person::owner(OWNER, "user1"),
        KID => Person::home(KID, "user2"),
        _ => Person::shared(FRIEND, "user3"),
    }
}

impl House {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// A file that nobody wants any more leaves at once, unless that is changed.
    pub async fn with(change: impl FnOnce(&mut Options)) -> Self {
        Self::of([OWNER, KID, FRIEND].map(person).into(), change).await
    }

    /// Of these people, of whom the first is [`OWNER`].
    pub async fn of(people: Vec<Person>, change: impl FnOnce(&mut Options)) -> Self {
        let clock = Arc::new(ManualClock::at(SystemClock.now()));
        let world = World::new(clock.clone());
        for somebody in people {
            world.add_person(somebody);
        }
        let simulator = Simulator::start(SocketAddr::from(([127, 0, 0, 1], 0)), world).unwrap();
        let token: &'static str = Box::leak(person(OWNER).account_token.into_boxed_str());
        // Who does not answer is not asked again within a cycle.
        let plex = Some(Plex { tries: 1, ..Plex::at(simulator.url(), token) });
        let mut settings = by_hand();
        settings.plan.retention = SignedDuration::ZERO;
        let (clock, settings) = (Some(clock), Some(settings));
        let mut options = Options { plex, clock, librarian: settings, ..Options::default() };
        change(&mut options);
        let app = TestApp::start_with(options).await;
        let world = simulator.world();
        world.mount(SERVER_PATH, &app.library);
        let movies = world.add_section(Kind::Movie, "Movies", &[SERVER_PATH.into()]);
        let series = world.add_section(Kind::Show, "Series", &[PathBuf::from(SERVER_PATH).join("Series")]);
        let house = Self { simulator, app, movies, series };
        house.meet().await;
        house
    }

    /// Who there is becomes known.
    pub async fn meet(&self) {
        self.app.media().household().people().refresh().await;
    }

    pub fn world(&self) -> &World {
        self.simulator.world()
    }

    /// A film, as the server sees it.
    pub fn film(&self, name: &str) -> RatingKey {
        let path = self.app.film(name, SIZE);
        let file = PathBuf::from(SERVER_PATH).join(path.strip_prefix(&self.app.library).unwrap());
        self.world().add(self.movies, Video::new(name).year(2021).minutes(100).file(file)).unwrap()
    }

    /// A show of two seasons and a special: S00E01, S01E01, S01E02, S02E01.
    pub fn show(&self) -> (RatingKey, Vec<RatingKey>) {
        let show = self.world().add(self.series, Video::new("The Expanse")).unwrap();
        let episode = |(season, number): (u32, u32)| {
            let name = format!("Series/S{season:02}E{number:02}.mkv");
            self.app.film(&name, SIZE);
            let video = Video::new(&name).minutes(40).file(PathBuf::from(SERVER_PATH).join(&name));
            self.world().add_episode(show, season, number, video).unwrap()
        };
        (show, [(0, 1), (1, 1), (1, 2), (2, 1)].map(episode).to_vec())
    }

    /// Somebody is in the middle of it.
    pub fn begin(&self, who: PersonId, what: RatingKey) {
        self.world().set_offset(who, what, 600_000);
    }

    pub fn wish(&self, who: PersonId, what: RatingKey) {
        self.world().add_to_watchlist(who, what).unwrap();
    }

    pub fn wish_no_more(&self, who: PersonId, title: &str) {
        let guid = cacherr::demo::plex::Title::movie(title, 2021).guid;
        self.world().remove_from_watchlist(who, &guid);
    }

    /// Somebody watches it from where they were to its end, while it is watched who plays.
    pub async fn watch(&self, who: PersonId, what: RatingKey) {
        let open = || async { self.world().listeners() > 0 };
        self.until("the line is open", open).await;
        let session = self.world().start(who, what, &Player::named("television")).unwrap();
        self.until("it plays", || async { !self.playing().await.is_empty() }).await;
        self.world().progress(session, 6_000_000).unwrap();
        self.world().stop(session).unwrap();
        self.until("it has ended", || async { self.playing().await.is_empty() }).await;
        self.settled().await;
    }

    async fn playing(&self) -> Vec<Value> {
        let list = self.app.get("/api/sessions").await.is(200);
        list["sessions"].as_array().unwrap().clone()
    }

    /// Waits until it is so.
    pub async fn until<F: Future<Output = bool>>(&self, what: &str, holds: impl Fn() -> F) {
        let end = Instant::now() + PATIENCE;
        while !holds().await {
            assert!(Instant::now() < end, "{what}: not within {PATIENCE:?}; {:?}", self.app.media().status());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Nothing is under way.
    pub async fn settled(&self) {
        self.until("no job is left", || async {
            for state in ["queued", "copying", "verifying", "swapping"] {
                let open = self.app.get(&format!("/api/jobs?state={state}")).await.is(200);
                if open["jobs"] != serde_json::json!([]) {
                    return false;
                }
            }
            true
        })
        .await;
    }

    /// One cycle a minute later, with all that it asks for.
    pub async fn cycle(&self) -> Arc<Drawn> {
        self.app.pass(MINUTE).await;
        let job = self.app.librarian().run(&"test".into()).await.unwrap();
        let job = self.app.ended(&job.to_string()).await;
        assert_eq!(job["state"], "done", "{job}");
        self.settled().await;
        self.app.pass(MINUTE).await;
        self.app.librarian().draw().await.unwrap()
    }

    /// Two cycles, so far apart that an empty list is believed.
    pub async fn cycles(&self) {
        self.cycle().await;
        self.app.pass(DOUBT).await;
        self.cycle().await;
    }

    pub async fn files(&self) -> Vec<Value> {
        let list = self.app.get("/api/cached/files?sort=filename&order=asc&status=active").await.is(200);
        list["files"].as_array().unwrap().clone()
    }

    /// What is cached: name, operation, users.
    pub async fn lines(&self) -> Vec<String> {
        let line = |file: &Value| {
            let users: Vec<&str> =
                file["users"].as_array().unwrap().iter().map(|user| user.as_str().unwrap()).collect();
            let text = |name: &str| file[name].as_str().unwrap().to_owned();
            format!("{} {} {}", text("filename"), text("triggered_by_operation"), users.join(","))
        };
        self.files().await.iter().map(line).collect()
    }

    /// The names of what is cached.
    pub async fn names(&self) -> Vec<String> {
        self.files().await.iter().map(|file| file["filename"].as_str().unwrap().to_owned()).collect()
    }

    /// The file with this name, in full.
    pub async fn file(&self, name: &str) -> Value {
        let all = self.app.get("/api/cached/files?status=active&limit=500").await.is(200);
        let file = all["files"].as_array().unwrap().iter().find(|file| file["filename"] == name).cloned();
        let id = file.unwrap_or_else(|| panic!("{name} is not cached"))["id"].as_str().unwrap().to_owned();
        self.app.get(&format!("/api/cached/files/{id}")).await.is(200)
    }

    pub async fn id(&self, name: &str) -> FileId {
        self.file(name).await["id"].as_str().unwrap().parse().unwrap()
    }

    pub async fn stop(self) {
        drop(self.app);
        self.simulator.stop().await;
    }
}

/// Frames until so many of this type were heard; these.
pub async fn heard(socket: &mut Socket, kind: &str, count: usize) -> Vec<Value> {
    let mut found = vec![];
    while found.len() < count {
        let frame = socket.frame().await;
        if frame["type"] == kind {
            found.push(frame["data"].clone());
        }
    }
    found
}
