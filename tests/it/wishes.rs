//! Where wishes come from, asked for at the simulated Plex over the network.

mod failures;
mod off;
mod watchlist;
mod who;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use cacherr::clock::{Clock, ManualClock};
use cacherr::demo::plex::{Kind, Person, PersonId, Player, RatingKey, Simulator, Title, Video, World};
use cacherr::domain::mapping::Mapping;
use cacherr::domain::rules::House;
use cacherr::domain::secret::Secret;
use cacherr::domain::settings::{Library, SwapMethod, Versions};
use cacherr::domain::time::Time;
use cacherr::domain::wanted::{Source, Wanted};
use cacherr::librarian::{Known, Settings, Standing, Wishes};
use cacherr::media::Household;
use cacherr::media::ahead::HowFar;
use cacherr::media::reach::Address;
use cacherr::media::tokens::Configured;
use cacherr::plex::{Patience, Trust};
use cacherr::store::Store;
use jiff::SignedDuration;
use tempfile::TempDir;

const ANNA: PersonId = 2_737_029;
const BEN: PersonId = 2_737_030;
const BOB: PersonId = 111;

const MINUTE: u64 = 60_000;

fn bob() -> Person {
    Person::shared(BOB, "Bob")
}

/// An owner, one of her home, somebody with whom the server is shared; films, and a show of two seasons.
struct Den {
    simulator: Simulator,
    clock: Arc<ManualClock>,
    folder: TempDir,
    movies: u32,
    series: u32,
    show: RatingKey,
    /// A special, two episodes of season 1, two of season 2.
    episodes: [RatingKey; 5],
    /// How far beyond the current episode is asked for.
    far: HowFar,
    versions: Versions,
    /// Whose sources are asked.
    house: House,
    household: Option<Household>,
    wishes: Option<Wishes>,
}

impl Den {
    /// Everybody is known by their own token.
    async fn new() -> Self {
        let mut den = Self::without_share_tokens(true).await;
        den.open().await;
        den
    }

    /// Whether plex.tv tells the tokens of shares. Nobody is asked yet.
    async fn without_share_tokens(tells: bool) -> Self {
        let clock = Arc::new(ManualClock::at(Time::from_micros(1_790_000_000_000_000)));
        let folder = tempfile::tempdir().unwrap();
        let world = World::new(clock.clone());
        world.tell_share_tokens(tells);
        world.mount("/media", folder.path());
        let movies = world.add_section(Kind::Movie, "Movies", &[PathBuf::from("/media/Movies")]);
        let series = world.add_section(Kind::Show, "Series", &[PathBuf::from("/media/Series")]);
        for somebody in [Person::owner(ANNA, "Anna"), Person::home(BEN, "Ben"), bob()] {
            world.add_person(somebody);
        }
        let show = world.add(series, Video::new("Bluey").year(2018)).unwrap();
        let episode = |season, index| {
            let file = format!("/media/Series/s{season}e{index}.mkv");
            let video = Video::new(&format!("S{season}E{index}")).file(file);
            world.add_episode(show, season, index, video).unwrap()
        };
        let episodes = [episode(0, 1), episode(1, 1), episode(1, 2), episode(2, 1), episode(2, 2)];
        let simulator = Simulator::start("127.0.0.1:0".parse().unwrap(), world).unwrap();
        let far = HowFar { episodes: 2, minutes: None };
        let house = House::default();
        Self {
            simulator,
            clock,
            folder,
            movies,
            series,
            show,
            episodes,
            far,
            versions: Versions::One,
            house,
            household: None,
            wishes: None,
        }
    }

    /// The program starts; it is known who there is, and nobody's wishes were asked for.
    async fn open(&mut self) {
        let (file, clock, address) =
            (self.folder.path().join("store.redb"), self.clock.clone(), self.address());
        let token = Some(Secret::new(Person::owner(ANNA, "Anna").account_token));
        let (ahead, versions, house) = (self.far, self.versions, self.house.clone());
        let open = move || {
            let store = Store::open(&file).unwrap();
            let configured = Configured { token, file: None };
            let household = Household::open(store.clone(), clock.clone(), configured, address).unwrap();
            let settings = Settings { house, ahead, versions, watchlist_episodes: 2, ..Settings::default() };
            let wishes = Wishes::open(household.clone(), store, clock, settings).unwrap();
            (household, wishes)
        };
        let (household, wishes) = tokio::task::spawn_blocking(open).await.unwrap();
        household.people().refresh().await;
        (self.household, self.wishes) = (Some(household), Some(wishes));
    }

    /// The program ends, and starts anew.
    async fn restart(&mut self) {
        drop(self.wishes.take());
        let household = self.household.take().unwrap();
        household.stop().await;
        drop(household);
        self.open().await;
    }

    fn address(&self) -> Address {
        Address {
            url: self.simulator.url(),
            trust: Trust::Roots,
            cloud_url: self.simulator.url(),
            cloud_interval: Duration::ZERO,
            patience: Patience { tries: 1, ..Patience::default() },
            sign_in_interval: Duration::from_millis(5),
        }
    }

    fn world(&self) -> &World {
        self.simulator.world()
    }

    fn wishes(&self) -> &Wishes {
        self.wishes.as_ref().unwrap()
    }

    fn pass(&self, minutes: i64) {
        self.clock.advance(SignedDuration::from_mins(minutes));
    }

    /// A film in the library.
    fn film(&self, video: Video, file: &str) -> RatingKey {
        let path = format!("/media/Movies/{file}");
        let ours = self.folder.path().join("Movies");
        std::fs::create_dir_all(&ours).unwrap();
        std::fs::write(ours.join(file), file).unwrap();
        self.world().add(self.movies, video.file(path)).unwrap()
    }

    /// Asks everybody's sources once, and says what is wanted.
    async fn ask(&self) -> Vec<String> {
        self.wishes().ask().await;
        self.lines()
    }

    /// What is wanted, a line for each.
    fn lines(&self) -> Vec<String> {
        self.wanted().iter().map(line).collect()
    }

    fn wanted(&self) -> Vec<Wanted> {
        let library = Library {
            name: "All".to_owned(),
            path: PathBuf::from("/library"),
            server_path: PathBuf::from("/media"),
            swap: SwapMethod::Exchange,
        };
        let mapping = Mapping::of(&[library]);
        let to_ours = |path: &_| mapping.to_ours(path).map(|ours| ours.candidates[0].clone());
        self.known().wanted(self.clock.now(), to_ours)
    }

    fn known(&self) -> Arc<Known> {
        self.wishes().known()
    }

    fn standing(&self, user: &str, source: Source) -> Standing {
        let known = self.known();
        let is_it = |one: &&Standing| one.answer.user == user && one.answer.source == source;
        known.standings.iter().find(is_it).unwrap_or_else(|| panic!("{user} {source}")).clone()
    }

    fn blind(&self) -> Vec<String> {
        let known = self.known();
        let mut blind: Vec<String> =
            known.blind(self.clock.now()).map(|(user, source)| format!("{user} {source}")).collect();
        blind.sort();
        blind
    }

    /// Anna has begun a film and wishes for it and the show; Ben goes on with the show; Bob has begun the same film.
    fn everybody_wishes(&self) -> RatingKey {
        let dune = self.film(Video::new("Dune").year(2021).known_as("imdb://tt1160419"), "Dune.mkv");
        self.world().set_offset(ANNA, dune, 5 * MINUTE);
        self.world().set_offset(BOB, dune, 9 * MINUTE);
        self.world().add_to_watchlist(ANNA, dune).unwrap();
        self.world().add_to_watchlist(BEN, self.show).unwrap();
        self.watch(BEN, self.episodes[1]);
        dune
    }

    fn watch(&self, who: PersonId, item: RatingKey) {
        self.world().watch(who, item, &Player::named("Living room")).unwrap();
    }
}

fn line(one: &Wanted) -> String {
    let Wanted { user, source, operation, ahead, path, .. } = one;
    let path = path.strip_prefix("/library").unwrap_or(Path::new("?"));
    format!("{user} {source} {operation} {ahead} {}", path.display())
}
