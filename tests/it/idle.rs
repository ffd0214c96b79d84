//! Where nothing happens, disks may sleep: every system call of the real binary is written down while people wish, cycles
//! run every five seconds and a page of the web app is open, and none of them concerns a library.
//!
//! `CACHERR_IDLE_SECONDS` says for how long.

mod trace;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use cacherr::clock::SystemClock;
use cacherr::demo::plex::{Kind, Person, PersonId, RatingKey, Simulator, Title, Video, World};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::process::{House, Instance, wait_for};
use crate::support::{http_client, tell};
use trace::Trace;

const ANNA: PersonId = 2_737_029;
const BEN: PersonId = 2_737_030;
const KEY: &str = "k3y-of-the-administrator-5d1c";
/// What is asked for to see what lies in a library; and what the settings mean, which a person opens a page for: it is told
/// there whether the root of a library is another one's, or on the volume of the cache. Nothing else of what can be read.
const LOOKS_AT_LIBRARIES: [&str; 3] = ["/api/library", "/api/library/search", "/api/settings"];
/// A page that is open reads again so often.
const READ_EVERY: Duration = Duration::from_secs(2);

/// A house with a media server and its people, an instance that has done what they wish for, and its web app.
struct Scene {
    house: House,
    simulator: Simulator,
    instance: Instance,
    at: String,
    /// The paths of everything that can be read.
    pages: Vec<String>,
    /// A film that somebody writes to all the time.
    _busy: File,
}

impl Scene {
    fn world(&self) -> &World {
        self.simulator.world()
    }

    async fn new() -> Self {
        let house = House::new();
        let world = World::new(Arc::new(SystemClock));
        world.add_person(Person::owner(ANNA, "Anna"));
        world.add_person(Person::home(BEN, "Ben"));
        let section = world.add_section(Kind::Movie, "Movies", &[house.at("library")]);
        let lists = |title: &str, file: PathBuf| {
            world.add(section, Video::new(title).year(2021).minutes(90).file(file)).unwrap()
        };
        let film = |title: &str, size: usize| -> RatingKey {
            lists(title, house.film(format!("{title} (2021)/{title}.mkv"), &vec![7; size]))
        };
        let small = 40_000;
        let wanted = ["Dune", "Heat", "Alien", "Ran"].map(|title| {
            house.film(format!("{title} (2021)/{title}.en.srt"), b"Hello");
            film(title, small)
        });
        let busy = film("Busy", small);
        let writer = File::options().append(true).open(house.at("library/Busy (2021)/Busy.mkv")).unwrap();
        let large = film("Large", 3_000_000);
        let missing = lists("Missing", house.at("library/Missing (2021)/Missing.mkv"));
        let elsewhere = lists("Elsewhere", house.at("elsewhere/Elsewhere.mkv"));
        for (person, offset) in [(ANNA, 0), (BEN, 1)] {
            world.set_offset(person, wanted[offset], 600_000);
            for item in [wanted[2 + offset], busy, large, missing, elsewhere] {
                world.add_to_watchlist(person, item).unwrap();
            }
            world.wish(person, Title::movie("Nobody has it", 1999));
        }
        let simulator = Simulator::start("127.0.0.1:0".parse().unwrap(), world).unwrap();

        house.configure_with("0s", "limit = \"1MB\"");
        let (file, url) = (house.at("cacherr.toml"), simulator.url());
        let token = Person::owner(ANNA, "Anna").account_token;
        let text = fs::read_to_string(&file).unwrap();
        let plex =
            format!("url = \"{url}\"\ncloud_url = \"{url}\"\ncloud_interval = \"0s\"\ntoken = \"{token}\"");
        fs::write(&file, format!("{text}[plex]\n{plex}\n[plan]\nschedule = [\"every 5s\"]\n")).unwrap();
        let mut command = house.command(["run"]);
        command.env("CACHERR_API_KEY", KEY);
        let instance = house.start_by(command);
        let log = instance.log();
        let at = log.split("listening at http://").nth(1).unwrap().split(['/', ' ', '\n']).next().unwrap();
        let at = at.to_owned();
        let mut scene = Self { house, simulator, instance, at, pages: vec![], _busy: writer };
        scene.pages = scene.all_pages().await;
        scene
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        let request = http_client().get(format!("http://{}{path}", self.at)).header("x-api-key", KEY);
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default())
    }

    /// Everything that can be read without naming one of many.
    async fn all_pages(&self) -> Vec<String> {
        let (_, document) = self.get("/api/openapi.json").await;
        let is_read = |(path, methods): &(&String, &Value)| {
            let is_get = methods.get("get").is_some() && !path.contains('{') && *path != "/ws";
            is_get && !LOOKS_AT_LIBRARIES.contains(&path.as_str())
        };
        let paths = document["paths"].as_object().unwrap().iter().filter(is_read);
        let mut pages: Vec<String> = paths.map(|(path, _)| path.clone()).collect();
        assert!(pages.len() > 17, "{pages:?}");
        pages.retain(|path| path != "/api/cached/files/search" && path != "/api/cached/export");
        pages.extend(
            [
                "/",
                "/api/plan?limit=500",
                "/api/jobs?active=true",
                "/api/cached/files?limit=500&sort=priority",
                "/api/cached/files/search?q=d",
                "/api/cached/export?format=csv",
                "/api/cached/users/Anna/stats",
            ]
            .map(str::to_owned),
        );
        pages
    }

    /// Waits until everything is done that can be, and cycles find nothing more to do.
    async fn settled(&self) {
        let data = async |path: &str| self.get(path).await.1["data"].take();
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            let (plan, jobs) = (data("/api/plan").await, data("/api/jobs?active=true").await);
            let files = data("/api/cached/files?status=active&limit=500").await;
            let count = files["files"].as_array().map_or(0, Vec::len);
            // Four films with their subtitles, and one that nobody wishes for.
            let is_done = count == 9 && jobs["jobs"] == json!([]) && plan["cache"] == json!([]);
            if is_done && self.house.tell(["status"])["releasing"]["files"] == 0 {
                return;
            }
            assert!(Instant::now() < until, "{plan:#} {jobs:#} {files:#} {}", self.instance.log());
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// When the last plan was drawn up: another time for each cycle.
    async fn drawn_at(&self) -> String {
        self.get("/api/plan").await.1["data"]["asked_at"].to_string()
    }

    /// Somebody has the web app open until then, and looks at everything. How many cycles there were.
    async fn is_used_until(&self, end: Instant) -> usize {
        let mut request = format!("ws://{}/ws", self.at).into_client_request().unwrap();
        request.headers_mut().insert("x-api-key", KEY.parse().unwrap());
        let (line, _) = connect_async(request).await.unwrap();
        let (mut to, mut from) = line.split();
        let frames = Arc::new(AtomicUsize::new(0));
        let count = frames.clone();
        let listening = tokio::spawn(async move {
            while let Some(Ok(_)) = from.next().await {
                count.fetch_add(1, Ordering::SeqCst);
            }
        });
        let (mut cycles, mut last) = (0, self.drawn_at().await);
        while Instant::now() < end {
            for page in &self.pages {
                let (status, _) = self.get(page).await;
                assert!([200, 404].contains(&status), "{status} {page}");
            }
            to.send(Message::text("{\"type\":\"ping\"}")).await.unwrap();
            let drawn = self.drawn_at().await;
            cycles += usize::from(drawn != last);
            last = drawn;
            tokio::time::sleep(READ_EVERY).await;
        }
        listening.abort();
        assert!(frames.load(Ordering::SeqCst) > 0, "nothing was heard");
        cycles
    }
}

/// How many folders the kernel watches for a process.
fn watches(pid: u32) -> usize {
    let descriptors = fs::read_dir(format!("/proc/{pid}/fdinfo")).unwrap().flatten();
    let told = descriptors.filter_map(|one| fs::read_to_string(one.path()).ok());
    told.map(|text| text.lines().filter(|line| line.starts_with("inotify ")).count()).sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_instance_touches_no_library() {
    let seconds = std::env::var("CACHERR_IDLE_SECONDS").map_or(20, |text| text.parse().unwrap());
    let scene = Scene::new().await;
    wait_for("the watch", || scene.instance.log().contains("watching the cache dir"));
    scene.house.cache([scene.house.film("Extra.mkv", b"asked for by hand")]);
    scene.settled().await;
    // Of the cache dir, of `Movies` in it, of the library, and of the folders of four films in both.
    wait_for("all folders to be watched", || watches(scene.instance.pid()) == 3 + 2 * 4);
    let (now, mut plans) = (Instant::now(), BTreeSet::new());
    while plans.len() <= 2 {
        assert!(now.elapsed() < Duration::from_secs(60), "{}", scene.instance.log());
        plans.insert(scene.drawn_at().await);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(scene.world().listeners() > 0, "the media server tells by itself");
    let library = scene.house.at("library");
    let (pid, out) = (scene.instance.pid(), |name: &str| scene.house.at(name));

    let Some(trace) = Trace::attach(pid, out("idle.trace")) else { return };
    let began = Instant::now();
    let cycles = scene.is_used_until(began + Duration::from_secs(seconds)).await;
    let took = began.elapsed();
    let calls = trace.detach();
    tell(&format!(
        "{} system calls and {cycles} cycles in {took:.0?}; {} below the library; {:?}",
        calls.count(),
        calls.below(&library).len(),
        &calls.by_name()[..12]
    ));
    let below = calls.below(&library);
    assert_eq!(below.iter().take(20).collect::<Vec<_>>(), Vec::<&&str>::new(), "{}", scene.instance.log());
    assert!(cycles as u64 >= seconds / 7, "{cycles} cycles in {took:?}");
    assert!(
        !calls.below(&scene.house.at("fast")).is_empty(),
        "the cache is looked at, and the trace sees it"
    );

    // Whoever looks into a library is seen.
    let trace = Trace::attach(pid, out("browsing.trace")).unwrap();
    assert_eq!(scene.get("/api/library?root=Movies").await.0, 200);
    let seen = trace.detach();
    assert!(seen.below(&library).len() >= 3, "{:?}", seen.by_name());
    assert_eq!(scene.instance.stop().0, Some(0));
}
