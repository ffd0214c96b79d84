//! The librarian's cycle in a large house, as the program runs it: a store, an engine without work, and a simulated Plex
//! that is asked for everybody over the network.
//!
//! Two things are held to: a cycle in which nothing changed finds its plan with the library away, so no disk of it is
//! touched; and it leaves the store as it was, byte for byte.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use cacherr::cacher::{Cacher, Engine, Parts};
use cacherr::clock::{Clock, SystemClock};
use cacherr::demo::plex::{Kind, Person, PersonId, Simulator, Video, World};
use cacherr::domain::file::{Attribution, FileRow, Operation, Placement, Status};
use cacherr::domain::mapping::Mapping;
use cacherr::domain::rules::{self, Ahead, Rules};
use cacherr::domain::secret::Secret;
use cacherr::domain::settings::{CacheSettings, LibrarianSettings, Library, Limit, SwapMethod};
use cacherr::domain::time::Time;
use cacherr::files::real::RealFs;
use cacherr::librarian::{Drawn, Librarian, Settings, Wishes};
use cacherr::media::Household;
use cacherr::media::reach::Address;
use cacherr::media::tokens::Configured;
use cacherr::plex::Trust;
use cacherr::store::Store;
use jiff::SignedDuration;
use tempfile::TempDir;
use tokio::sync::watch;

use super::measure::{Figures, Outcome, median, resident};
use super::place::setting;
use super::plan::{AHEAD, EPISODES, FOLLOWED, SHOWS, SIZE, USERS, current, id_of};
use super::records::record;

/// Where the media server sees the library.
const SERVER_PATH: &str = "/media/shows";
const TIMES: usize = 25;
/// Cycles before memory counts as grown: until then the allocator gives each thread its share.
const WARM: usize = 300;

/// Measures both houses.
pub fn round() -> Outcome<Figures> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let cycles: usize = setting("CYCLES", "1000").parse()?;
    let mut figures = Figures::new();
    runtime.block_on(async {
        let busy = House::open(true)?;
        let (librarian, asked) = busy.librarian().await?;
        figures.insert("ask_us", asked);
        let begun = Instant::now();
        let drawn = librarian.draw().await?;
        figures.insert("first_us", micros(begun));
        let (come, leave) = (drawn.plan.cache.len(), drawn.plan.give_back.len());
        if come == 0 || leave == 0 {
            return Err(format!("{come} files come, {leave} leave").into());
        }
        figures.insert("again_us", busy.draws(&librarian, TIMES).await?);

        let quiet = House::open(false)?;
        let (librarian, _) = quiet.librarian().await?;
        expect_nothing(&*librarian.draw().await?)?;
        figures.insert("same_us", quiet.undisturbed(&librarian, TIMES).await?);
        quiet.undisturbed(&librarian, WARM).await?;
        let before = resident(std::process::id())?;
        quiet.undisturbed(&librarian, cycles).await?;
        figures.insert("grown_bytes", (resident(std::process::id())? - before).max(0.0));
        Ok(figures)
    })
}

fn micros(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e6
}

fn expect_nothing(drawn: &Drawn) -> Outcome {
    if drawn.plan.is_empty() && !drawn.unsure && drawn.missing.is_empty() {
        return Ok(());
    }
    let plan = &drawn.plan;
    let counts = (plan.cache.len(), plan.give_back.len(), plan.attribute.len(), drawn.missing.len());
    Err(format!("something would be done although nothing changed: {counts:?}").into())
}

/// An episode, below its library.
fn below(show: u32, episode: u32) -> PathBuf {
    format!("Show {show:03}/Season 01/Show {show:03} - S01E{episode:02}.mkv").into()
}

/// A library, a store that says what of it is cached, and who watches.
struct House {
    dir: TempDir,
    simulator: Simulator,
    cacher: Cacher,
}

impl House {
    /// Where people have moved on, they are three episodes farther than what is cached for them, a third of what they want
    /// is not here, and what is was cached long ago.
    fn open(moved_on: bool) -> Outcome<Self> {
        let dir = tempfile::tempdir()?;
        let root = dir.path().canonicalize()?;
        for folder in ["shows", "cache"] {
            fs::create_dir(root.join(folder))?;
        }
        let store = Store::open(&root.join("store"))?;
        let rows = rows(&root, moved_on);
        let used = SIZE * rows.len() as u64;
        // By its links a library is known.
        for (row, _) in &rows {
            fs::create_dir_all(&row.place.folder)?;
            symlink(&row.place.link_text, &row.file_path)?;
        }
        for part in rows.chunks(1000) {
            store.write(|writer| {
                part.iter().try_for_each(|(row, wishes)| {
                    writer.put_file(row)?;
                    wishes.iter().try_for_each(|wish| writer.put_attribution(row.id, wish))
                })
            })?;
        }
        let cache =
            CacheSettings { limit: Limit::Bytes(used), min_free: 0, ..CacheSettings::at(root.join("cache")) };
        let clock = Arc::new(SystemClock);
        let (fs, libraries, events) = (Arc::new(RealFs), vec![library(&root)], Arc::new(|_| {}));
        let engine = Engine::new(Parts { fs, store, clock, cache, libraries, events })?;
        let simulator = Simulator::start(([127, 0, 0, 1], 0).into(), world(&root, moved_on)?)?;
        Ok(Self { dir, simulator, cacher: Cacher::at_rest(Arc::new(engine)) })
    }

    fn root(&self) -> PathBuf {
        self.cacher.engine().libraries()[0].path.parent().unwrap_or(self.dir.path()).to_path_buf()
    }

    /// A librarian who has asked everybody, and how long that took.
    async fn librarian(&self) -> Outcome<(Librarian, f64)> {
        let (clock, store): (Arc<dyn Clock>, _) =
            (Arc::new(SystemClock), self.cacher.engine().store().clone());
        let url = self.simulator.url();
        let address = Address::new(url.clone(), Trust::Roots, url, Duration::ZERO);
        let token = Some(Secret::new(person(0).account_token));
        let household =
            Household::open(store.clone(), clock.clone(), Configured { token, file: None }, address)?;
        household.people().refresh().await;
        let ahead = Ahead { episodes: AHEAD - 1, minutes: None };
        let settings = LibrarianSettings {
            house: rules::House::for_all(Rules { ahead, ..Rules::default() }),
            ..LibrarianSettings::default()
        };
        let asking = Settings::of(&settings);
        let wishes = Wishes::open(household.clone(), store, clock.clone(), asking)?;
        let librarian = Librarian::at_rest(cacherr::librarian::Parts {
            cacher: self.cacher.clone(),
            clock,
            mapping: Mapping::of(self.cacher.engine().libraries()),
            household,
            wishes: wishes.clone(),
            settings,
            zone: jiff::tz::TimeZone::UTC,
            changes: watch::Sender::new(cacherr::media::Changes::default()).subscribe(),
        });
        let begun = Instant::now();
        librarian.ask().await;
        let took = micros(begun);
        let wanted = wishes.known().wanted(SystemClock.now(), |path| Some(path.0.clone().into())).len();
        let troubles = wishes.known().standings.iter().filter(|one| one.trouble.is_some()).count();
        // By both sources that speak of episodes.
        let expected = (USERS * FOLLOWED * AHEAD * 2) as usize;
        if (wanted, troubles) == (expected, 0) {
            Ok((librarian, took))
        } else {
            Err(format!("{wanted} wishes instead of {expected}; {troubles} sources did not answer").into())
        }
    }

    /// Plans so often.
    async fn draws(&self, librarian: &Librarian, times: usize) -> Outcome<f64> {
        let mut took = Vec::with_capacity(times);
        for _ in 0..times {
            let begun = Instant::now();
            librarian.draw().await?;
            took.push(micros(begun));
        }
        Ok(median(took))
    }

    /// The same, with the library away, and nothing to write down.
    async fn undisturbed(&self, librarian: &Librarian, times: usize) -> Outcome<f64> {
        let (root, store) = (self.root(), self.root().join("store"));
        let (here, away) = (root.join("shows"), root.join("away"));
        let before = blake3::hash(&fs::read(&store)?);
        fs::rename(&here, &away)?;
        let took = self.draws(librarian, times).await?;
        expect_nothing(&*librarian.draw().await?)?;
        fs::rename(&away, &here)?;
        if blake3::hash(&fs::read(&store)?) == before {
            Ok(took)
        } else {
            Err("something was written although nothing changed".into())
        }
    }
}

fn library(root: &Path) -> Library {
    let (path, server_path) = (root.join("shows"), PathBuf::from(SERVER_PATH));
    Library { name: "Shows".to_owned(), path, server_path, swap: SwapMethod::Exchange }
}

/// Who watches: an owner, and her home.
fn person(user: u32) -> Person {
    let (id, name) = (PersonId::from(1000 + user), format!("user{user}"));
    if user == 0 { Person::owner(id, &name) } else { Person::home(id, &name) }
}

fn follows(user: u32) -> impl Iterator<Item = u32> {
    (0..FOLLOWED).map(move |followed| (user * 11 + followed * 17) % SHOWS)
}

/// The episode that a user is at, in a house whose people have moved on or not.
fn at(user: u32, show: u32, moved_on: bool) -> u32 {
    // There are as many after it as are wanted.
    if moved_on { (current(user, show) + 3).min(EPISODES - AHEAD) } else { current(user, show) }
}

fn world(root: &Path, moved_on: bool) -> Outcome<World> {
    let world = World::new(Arc::new(SystemClock));
    world.mount(SERVER_PATH, root.join("shows"));
    let section = world.add_section(Kind::Show, "Shows", &[PathBuf::from(SERVER_PATH)]);
    let mut keys = Vec::new();
    for show in 0..SHOWS {
        let parent = world.add(section, Video::new(&format!("Show {show:03}")))?;
        for episode in 0..EPISODES {
            let video = Video::new(&format!("Episode {episode}"));
            let video = video.file(Path::new(SERVER_PATH).join(below(show, episode)));
            keys.push(world.add_episode(parent, 1, episode + 1, video)?);
        }
    }
    for user in 0..USERS {
        let who = world.add_person(person(user));
        for show in follows(user) {
            let current = at(user, show, moved_on);
            // A few minutes into it.
            world.set_offset(who, keys[(show * EPISODES + current) as usize], 300_000);
            for episode in current..current + AHEAD {
                let path = root.join("shows").join(below(show, episode));
                if moved_on && !is_cached(episode, moved_on) && !path.exists() {
                    fs::create_dir_all(path.parent().unwrap_or(root))?;
                    File::create(&path)?.set_len(SIZE)?;
                }
            }
        }
    }
    Ok(world)
}

fn is_cached(episode: u32, moved_on: bool) -> bool {
    !moved_on || !episode.is_multiple_of(3)
}

fn rows(root: &Path, moved_on: bool) -> Vec<(FileRow, Vec<Attribution>)> {
    let hours = if moved_on { 100 } else { 1 };
    let cached_at: Time = SystemClock.now().plus(SignedDuration::from_hours(-hours));
    let mut wishes = vec![Vec::new(); (SHOWS * EPISODES) as usize];
    for user in 0..USERS {
        for show in follows(user) {
            for ahead in 0..AHEAD {
                let place = show * EPISODES + at(user, show, false) + ahead;
                let list: &mut Vec<Attribution> = &mut wishes[place as usize];
                let reason = if ahead == 0 { Operation::ContinueWatching } else { Operation::Ondeck };
                let (user, ordinal) = (format!("user{user}"), list.len() as u32);
                list.push(Attribution { user, reason, added_at: cached_at, ordinal });
            }
        }
    }
    let places = (0..SHOWS * EPISODES).zip(wishes);
    let here = places.filter(|(place, _)| is_cached(place % EPISODES, moved_on));
    here.map(|(place, wishes)| {
        let path = root.join("shows").join(below(place / EPISODES, place % EPISODES));
        let (folder, name) =
            (path.parent().unwrap_or(root).into(), path.file_name().unwrap_or_default().into());
        let like = record(u64::from(place), root).row;
        let row = FileRow {
            id: id_of(place),
            original_path: path.clone(),
            place: Placement { folder, name, ..like.place },
            file_path: path,
            library: "Shows".to_owned(),
            size: SIZE,
            cached_at,
            last_accessed: None,
            status: Status::Active,
            operation: Operation::Ondeck,
            removed: None,
            pinned: false,
            ..like
        };
        (row, wishes)
    })
    .collect()
}
