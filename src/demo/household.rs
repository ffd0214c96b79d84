//! The sample as its simulated Plex knows it: what stands in the library, and whose it is.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::library;
use super::plex::{Kind, Person, PersonId, RatingKey, Video, World};
use crate::clock::Clock;
use crate::error::{Error, Result};

/// The owner, a friend, one of the home, and a child without an account of their own.
pub(super) const PEOPLE: [PersonId; 4] = [USER1, USER2, USER3, USER4];
pub(super) const USER1: PersonId = 2_001;
pub(super) const USER2: PersonId = 2_002;
pub(super) const USER3: PersonId = 2_003;
pub(super) const USER4: PersonId = 2_004;

/// Something to watch.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub key: RatingKey,
    /// Milliseconds.
    pub length: u64,
    /// One of its files, below the sample's folder.
    pub file: &'static str,
}

/// A world with everything in it.
pub(super) struct Household {
    pub world: World,
    pub films: Vec<Piece>,
    /// Each in its order.
    pub shows: Vec<Vec<Piece>>,
}

/// Whose server it is.
pub(super) fn owner() -> Person {
    Person::owner(USER1, "user1")
}

impl Household {
    /// Of the sample in this folder.
    pub fn of(folder: &Path, clock: Arc<dyn Clock>) -> Result<Self> {
        let world = World::new(clock);
        let movies = world.add_section(Kind::Movie, "Movies", &[folder.join(library::MOVIES)]);
        let series = world.add_section(Kind::Show, "Series", &[folder.join(library::SERIES)]);
        world.add_person(owner());
        world.add_person(Person::shared(USER2, "user2"));
        world.add_person(Person::home(USER3, "user3"));
        world.add_person(Person::managed(USER4, "user4"));
        let films = add_films(&world, movies, folder)?;
        let shows = add_shows(&world, series, folder)?;
        Ok(Self { world, films, shows })
    }

    /// What has this in the name of its file.
    pub fn find(&self, part: &str) -> Result<&Piece> {
        let found =
            self.films.iter().chain(self.shows.iter().flatten()).find(|piece| piece.file.contains(part));
        found.ok_or_else(|| Error::Invalid(format!("the sample has nothing with {part} in its name")))
    }
}

fn add_films(world: &World, section: u32, folder: &Path) -> Result<Vec<Piece>> {
    let mut titles: BTreeMap<&str, Vec<&'static str>> = BTreeMap::new();
    for file in library::videos(library::MOVIES) {
        titles.entry(parent_of(file)).or_default().push(file);
    }
    let minutes = 110;
    let add = |(title, files): (&str, Vec<&'static str>)| {
        let (title, year) = year_of(title);
        let mut video = Video::new(title).minutes(minutes);
        if let Some(year) = year {
            video = video.year(year);
        }
        for file in &files {
            let resolution = if file.contains("2160p") { "4k" } else { "1080" };
            video = video.version(resolution, &[&folder.join(file)]);
            if let Some((id, _)) = file.split_once("[imdb-").and_then(|(_, rest)| rest.split_once(']')) {
                video = video.known_as(&format!("imdb://{id}"));
            }
        }
        let key = world.add(section, video)?;
        let file = files.first().copied().unwrap_or_default();
        Ok(Piece { key, length: minutes * 60_000, file })
    };
    titles.into_iter().map(add).collect()
}

fn add_shows(world: &World, section: u32, folder: &Path) -> Result<Vec<Vec<Piece>>> {
    let mut shows: BTreeMap<&str, (RatingKey, Vec<Piece>)> = BTreeMap::new();
    let minutes = 45;
    for file in library::videos(library::SERIES) {
        let odd = || Error::Invalid(format!("{file} is not named as an episode"));
        let (show, season, index, title) = episode_of(file).ok_or_else(odd)?;
        if !shows.contains_key(show) {
            let (title, year) = year_of(show);
            let video = year.map_or_else(|| Video::new(title), |year| Video::new(title).year(year));
            shows.insert(show, (world.add(section, video)?, vec![]));
        }
        if let Some((key, episodes)) = shows.get_mut(show) {
            let video = Video::new(title).minutes(minutes).file(folder.join(file));
            let key = world.add_episode(*key, season, index, video)?;
            episodes.push(Piece { key, length: minutes * 60_000, file });
        }
    }
    Ok(shows.into_values().map(|(_, episodes)| episodes).collect())
}

/// The name of the folder around a file.
fn parent_of(file: &str) -> &str {
    file.rsplit('/').nth(1).unwrap_or_default()
}

/// `Dune (2021)`.
fn year_of(name: &str) -> (&str, Option<u32>) {
    let parted = name.strip_suffix(')').and_then(|name| name.rsplit_once(" ("));
    match parted.and_then(|(title, year)| Some((title, year.parse().ok()?))) {
        Some((title, year)) => (title, Some(year)),
        None => (name, None),
    }
}

/// `Fargo (2014) - S01E02 - The Rooster Prince.mkv`: show, season, number, title.
fn episode_of(file: &str) -> Option<(&str, u32, u32, &str)> {
    let name = file.rsplit('/').next()?;
    let mut parts = name.rsplit_once('.')?.0.splitn(3, " - ");
    let (show, place, title) = (parts.next()?, parts.next()?, parts.next()?);
    let (season, index) = place.strip_prefix('S')?.split_once('E')?;
    Some((show, season.parse().ok()?, index.parse().ok()?, title))
}
