//! Who watches, by which token we know what they wish for, and how they sign in: the real thing, asking the simulated Plex.

mod answers;
mod failures;
mod secrets;
mod sign_in;
mod visitor;
mod who;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use cacherr::clock::ManualClock;
use cacherr::demo::plex::{Kind as Library, Person as Somebody, PersonId, Simulator, Video, World};
use cacherr::domain::time::Time;
use cacherr::media::Household;
use cacherr::media::people::{Knowledge, Person, Snapshot, Source, Way, Why};
use cacherr::media::reach::Address;
use cacherr::media::tokens::Configured;
use cacherr::plex::{Patience, Trust};
use cacherr::store::Store;
use jiff::SignedDuration;
use tempfile::TempDir;

const ANNA: PersonId = 2_737_029;
const BEN: PersonId = 2_737_030;
const KID: PersonId = 33_542_084;
const BOB: PersonId = 111;
const FRED: PersonId = 222;

fn anna() -> Somebody {
    Somebody::owner(ANNA, "Anna")
}

fn ben() -> Somebody {
    Somebody::home(BEN, "Ben")
}

fn kid() -> Somebody {
    Somebody::managed(KID, "Kid").with_pin("1234")
}

fn bob() -> Somebody {
    Somebody::shared(BOB, "Bob")
}

/// An owner, two of her home of whom one has a PIN, somebody with whom the server is shared, and a friend.
struct Folks {
    simulator: Simulator,
    clock: Arc<ManualClock>,
    dir: TempDir,
    configured: Configured,
    household: Option<Household>,
}

impl Folks {
    /// With the owner's token configured.
    async fn new() -> Self {
        let token = Some(cacherr::domain::secret::Secret::new(anna().account_token));
        Self::with(Configured { token, file: None }).await
    }

    async fn with(configured: Configured) -> Self {
        let clock = Arc::new(ManualClock::at(Time::from_micros(1_790_000_000_000_000)));
        let world = World::new(clock.clone());
        let movies = world.add_section(Library::Movie, "Movies", &[PathBuf::from("/media/movies")]);
        world.add(movies, Video::new("Dune").year(2021).file("/media/movies/Dune.mkv")).unwrap();
        for somebody in [anna(), ben(), kid(), bob(), Somebody::friend(FRED, "Fred")] {
            world.add_person(somebody);
        }
        let simulator = Simulator::start("127.0.0.1:0".parse().unwrap(), world).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let mut folks = Self { simulator, clock, dir, configured, household: None };
        folks.open().await;
        folks
    }

    async fn open(&mut self) {
        let (file, clock) = (self.store(), self.clock.clone());
        let (configured, address) = (self.configured.clone(), self.address());
        let open = move || {
            let store = Store::open(&file).unwrap();
            Household::open(store, clock, configured, address).unwrap()
        };
        self.household = Some(tokio::task::spawn_blocking(open).await.unwrap());
    }

    /// The program ends, and starts anew.
    async fn restart(&mut self) {
        let household = self.household.take().unwrap();
        household.stop().await;
        drop(household);
        self.open().await;
    }

    fn store(&self) -> PathBuf {
        self.dir.path().join("store.redb")
    }

    fn address(&self) -> Address {
        Address {
            url: self.simulator.url(),
            trust: Trust::Roots,
            cloud_url: self.simulator.url(),
            cloud_interval: Duration::ZERO,
            patience: Patience {
                answer: Duration::from_secs(5),
                tries: 1,
                first: Duration::from_millis(1),
                longest: Duration::from_millis(5),
                ..Patience::default()
            },
            sign_in_interval: Duration::from_millis(5),
        }
    }

    fn world(&self) -> &World {
        self.simulator.world()
    }

    fn household(&self) -> &Household {
        self.household.as_ref().unwrap()
    }

    /// Asks once.
    async fn ask(&self) -> Arc<Snapshot> {
        self.household().people().refresh().await;
        self.household().people().snapshot()
    }

    fn pass(&self, hours: i64) {
        self.clock.advance(SignedDuration::from_hours(hours));
    }

    fn now(&self) -> Time {
        use cacherr::clock::Clock;
        self.clock.now()
    }
}

fn person<'s>(snapshot: &'s Snapshot, name: &str) -> &'s Person {
    let people = &snapshot.people;
    people.iter().find(|one| one.name == name).unwrap_or_else(|| panic!("no {name} in {people:?}"))
}

fn knows<'s>(snapshot: &'s Snapshot, name: &str, source: Source) -> &'s Knowledge {
    person(snapshot, name).knows.iter().find(|known| known.source == source).unwrap()
}

/// The way of each source, in their order, and the reason where there is one.
fn ways(snapshot: &Snapshot, name: &str) -> Vec<(Way, Option<Why>)> {
    let knows = &person(snapshot, name).knows;
    assert_eq!(knows.iter().map(|known| known.source).collect::<Vec<_>>(), Source::ALL);
    knows.iter().map(|known| (known.way, known.problem.as_ref().map(|problem| problem.code))).collect()
}
