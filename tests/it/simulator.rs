//! The simulated Plex, asked over the network as Cacherr will ask it.

mod cloud;
mod faults;
mod formats;
mod notices;
mod people;
mod webhooks;
mod xml;

use std::path::PathBuf;
use std::sync::Arc;

use cacherr::clock::ManualClock;
use cacherr::demo::plex::{Kind, Person, PersonId, Player, RatingKey, Simulator, Video, World};
use cacherr::domain::time::Time;
use jiff::SignedDuration;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::Value;
use tempfile::TempDir;

/// The server's owner, a child of the home, and a friend who may see the series alone.
const ANNA: PersonId = 2_737_029;
const KID: PersonId = 33_542_084;
const BOB: PersonId = 111;

const MINUTE: u64 = 60_000;

/// A simulator with a household, whose clock stands still.
struct House {
    simulator: Simulator,
    clock: Arc<ManualClock>,
    client: reqwest::Client,
    folder: TempDir,
    movies: u32,
    series: u32,
    dune: RatingKey,
    show: RatingKey,
    /// A special, two episodes of season 1, one of season 2.
    special: RatingKey,
    episodes: [RatingKey; 3],
}

impl House {
    async fn new() -> Self {
        let clock = Arc::new(ManualClock::at(Time::from_micros(1_790_000_000_000_000)));
        let world = World::new(clock.clone());
        let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let file = |name: &str| -> PathBuf {
            let path = folder.path().join(name);
            std::fs::write(&path, name.repeat(10)).unwrap();
            path
        };
        let movies = world.add_section(Kind::Movie, "Movies", &[folder.path().join("Movies")]);
        let series = world.add_section(Kind::Show, "Series", &[folder.path().join("Series")]);
        world.add_person(Person::owner(ANNA, "Anna"));
        world.add_person(Person::managed(KID, "Kid").with_pin("1234"));
        world.add_person(Person::shared(BOB, "Bob").seeing(&[series]));
        let dune = Video::new("Dune & \"Sand\" <1>").year(2021).minutes(155).known_as("imdb://tt1160419");
        let (one, two) = (file("dune-cd1.mkv"), file("dune-cd2.mkv"));
        let dune = dune.file(file("dune.mkv")).version("4k", &[&one, &two]);
        let dune = world.add(movies, dune).unwrap();
        let show = world.add(series, Video::new("Bluey").year(2018)).unwrap();
        let episode = |season: u32, index: u32| {
            let video = Video::new(&format!("S{season}E{index}")).minutes(10);
            world
                .add_episode(show, season, index, video.file(file(&format!("s{season}e{index}.mkv"))))
                .unwrap()
        };
        let special = episode(0, 1);
        let episodes = [episode(1, 1), episode(1, 2), episode(2, 1)];
        let simulator = Simulator::start("127.0.0.1:0".parse().unwrap(), world).unwrap();
        let client = crate::support::http_client_builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self { simulator, clock, client, folder, movies, series, dune, show, special, episodes }
    }

    fn world(&self) -> &World {
        self.simulator.world()
    }

    fn pass(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    /// Nobody's request, for XML.
    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.simulator.url()))
    }

    /// JSON from the server, as somebody.
    async fn get(&self, who: &Person, path: &str) -> Value {
        let request = self.request(Method::GET, path).header("X-Plex-Token", &who.server_token);
        let answer = request.header("Accept", "application/json").send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.json().await.unwrap()
    }

    /// A request to one of Plex's hosts, as somebody.
    fn cloud(&self, method: Method, host: &str, path: &str, token: &str) -> RequestBuilder {
        self.request(method, path)
            .header("X-Forwarded-Host", host)
            .header("X-Plex-Client-Identifier", "cacherr-test")
            .header("X-Plex-Token", token)
            .header("Accept", "application/json")
    }

    /// What of a list is there, by name.
    async fn titles(&self, who: &Person, path: &str) -> Vec<String> {
        titles(&self.get(who, path).await)
    }
}

fn anna() -> Person {
    Person::owner(ANNA, "Anna")
}

fn bob() -> Person {
    Person::shared(BOB, "Bob")
}

fn kid() -> Person {
    Person::managed(KID, "Kid")
}

fn tv() -> Player {
    Player::named("Living room")
}

fn titles(answer: &Value) -> Vec<String> {
    // Nothing is said by an absent list.
    let Some(all) = answer["MediaContainer"]["Metadata"].as_array() else { return vec![] };
    all.iter().map(|item| item["title"].as_str().unwrap().to_owned()).collect()
}
