//! A household for tests of the web app: a library with sizes and ages like a real one, and people who do what they
//! are told, a line of JSON each.
//!
//! | line | answer |
//! |---|---|
//! | `{"start": {"person": …, "video": …, "player": "…"}}` | `{"session": …}` |
//! | `{"progress": {"session": …, "seconds": …}}` | `{}` |
//! | `{"stop": {"session": …}}` | `{}` |
//! | `{"watchlist": {"person": …, "video": …}}` | `{}` |
//! | `{"approve": {"person": …, "code": "…"}}` | `{}`: they type the code of a sign-in at plex.tv |
//!
//! What cannot be done is answered with `{"error": "…"}`.

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use cacherr::demo::plex::{Kind, Person, Player, Video, World};
use serde_json::{Map, Value, json};

use super::tokens;

type Outcome<T> = Result<T, Box<dyn Error>>;

const MEGABYTE: usize = 1 << 20;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Title, year, megabytes. The first is large enough to be seen on its way.
const FILMS: [(&str, u32, usize); 12] = [
    ("Arrival", 2016, 48),
    ("Dune", 2021, 24),
    ("Paddington 2", 2017, 6),
    ("Spirited Away", 2001, 5),
    ("WALL·E", 2008, 4),
    ("The Grand Budapest Hotel", 2014, 4),
    ("Amélie", 2001, 3),
    ("Alien", 1979, 3),
    ("Heat", 1995, 3),
    ("Brazil", 1985, 2),
    ("Stalker", 1979, 2),
    ("Playtime", 1967, 2),
];
/// Episodes of one season of the one show, two megabytes each.
const EPISODES: u32 = 8;

/// Makes the library below `folder`; what a test needs to know is returned.
pub fn furnish(world: &World, folder: &Path) -> Outcome<Value> {
    let (movies, series) = (folder.join("Movies"), folder.join("Series"));
    let section = world.add_section(Kind::Movie, "Movies", std::slice::from_ref(&movies));
    let mut videos = Map::new();
    for (age, (title, year, megabytes)) in (2..).zip(FILMS) {
        let path = movies.join(format!("{title} ({year})/{title} ({year}) [Bluray-1080p].mkv"));
        make(&path, megabytes, DAY * age)?;
        let key = world.add(section, Video::new(title).year(year).minutes(110).file(&path))?;
        videos.insert(title.to_owned(), json!({ "key": key, "path": path }));
    }
    let section = world.add_section(Kind::Show, "Series", std::slice::from_ref(&series));
    let fargo = world.add(section, Video::new("Fargo").year(2014))?;
    for episode in 1..=EPISODES {
        let name = format!("Fargo S01E{episode:02}");
        let path = series.join(format!("Fargo (2014)/Season 01/{name}.mkv"));
        make(&path, 2, DAY * (20 + episode))?;
        let video = Video::new(&format!("Chapter {episode}")).minutes(53).file(&path);
        videos.insert(name, json!({ "key": world.add_episode(fargo, 1, episode, video)?, "path": path }));
    }
    let mut people = Map::new();
    for person in [Person::owner(1001, "user1"), Person::home(1002, "user2"), Person::shared(1003, "user3")] {
        let name = person.name.clone();
        let id = world.add_person(person.clone());
        people.insert(name, tokens(id, &person));
    }
    Ok(json!({
        "machine": world.machine_identifier(), "movies": movies, "series": series, "videos": videos, "people": people,
    }))
}

/// Does what one line asks for.
pub fn act(world: &World, line: &str) -> Value {
    try_act(world, line).unwrap_or_else(|error| json!({ "error": error.to_string() }))
}

fn try_act(world: &World, line: &str) -> Outcome<Value> {
    let line: Map<String, Value> = serde_json::from_str(line)?;
    let (what, given) = line.iter().next().ok_or("an empty line")?;
    let number = |name: &str| given[name].as_u64().ok_or_else(|| format!("{what} needs {name}, a number"));
    let text = |name: &str| given[name].as_str().ok_or_else(|| format!("{what} needs {name}, a text"));
    match what.as_str() {
        "start" => {
            let player = Player::named(text("player")?);
            let session = world.start(number("person")?, number("video")?, &player)?;
            return Ok(json!({ "session": session }));
        }
        "progress" => world.progress(number("session")?, number("seconds")? * 1000)?,
        "stop" => world.stop(number("session")?)?,
        "watchlist" => world.add_to_watchlist(number("person")?, number("video")?)?,
        "approve" => world.approve(text("code")?, number("person")?)?,
        _ => return Err(format!("nobody knows how to {what}").into()),
    }
    Ok(json!({}))
}

/// No two megabytes are alike, and nobody has touched the file for a while.
fn make(path: &PathBuf, megabytes: usize, age: Duration) -> Outcome<()> {
    fs::create_dir_all(path.parent().ok_or("a file without a folder")?)?;
    let mut file = BufWriter::new(File::create(path)?);
    let mut block = vec![0; MEGABYTE];
    for number in 0..megabytes {
        fastrand::Rng::with_seed(number as u64).fill(&mut block);
        file.write_all(&block)?;
    }
    file.into_inner()?.set_modified(SystemTime::now() - age)?;
    Ok(())
}
