//! The Plex simulator alone, with a household to look at: `cargo run --example simulator -- [address [folder]]`.
//!
//! Says in one line of JSON where it is (plain, and encrypted with a certificate of its own) and by which tokens people are
//! known, and runs until its input ends. Its files
//! are made below a new folder among the temporary files, and removed at the end. With a folder named, a larger
//! household is made there, stays there, and does what lines on standard input say (`stage`).

mod encrypted;
mod stage;

use std::error::Error;
use std::io::{BufRead, Write};
use std::path::Path;
use std::sync::Arc;

use cacherr::clock::SystemClock;
use cacherr::demo::plex::{Kind, Person, Player, Simulator, Title, Video, World};
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let bind = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:0".to_owned());
    let stage = std::env::args_os().nth(2);
    let folder = tempfile::tempdir()?;
    let world = World::new(Arc::new(SystemClock));
    let mut told = match &stage {
        Some(stage) => stage::furnish(&world, stage.as_ref())?,
        None => furnish(&world, folder.path())?,
    };
    let simulator = Simulator::start(bind.parse()?, world.clone())?;
    told["url"] = simulator.url().into();
    told["encrypted"] = encrypted::door(simulator.address()).await?.into();
    writeln!(std::io::stdout(), "{told}")?;
    let acting = tokio::task::spawn_blocking(move || -> std::io::Result<()> {
        for line in std::io::stdin().lock().lines() {
            let line = line?;
            if stage.is_some() {
                writeln!(std::io::stdout(), "{}", stage::act(&world, &line))?;
            }
        }
        Ok(())
    });
    acting.await??;
    simulator.stop().await;
    Ok(())
}

/// A household on a Sunday evening. What of it a client needs to know is returned.
fn furnish(world: &World, folder: &Path) -> Result<Value, Box<dyn Error>> {
    let make = |name: &str| -> std::io::Result<std::path::PathBuf> {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(folder))?;
        std::fs::write(&path, name.repeat(100))?;
        Ok(path)
    };
    let movies = world.add_section(Kind::Movie, "Movies", &[folder.join("Movies")]);
    let series = world.add_section(Kind::Show, "TV Shows", &[folder.join("Series")]);
    let owner = world.add_person(Person::owner(2_737_029, "Anna"));
    let son = world.add_person(Person::managed(33_542_084, "Kid").with_pin("1234"));
    let friend = world.add_person(Person::shared(111, "Bob").seeing(&[series]));

    let dune = make("Movies/Dune (2021)/Dune.mkv")?;
    let large = make("Movies/Dune (2021)/Dune - 4K.mkv")?;
    let dune = Video::new("Dune")
        .year(2021)
        .minutes(155)
        .known_as("imdb://tt1160419")
        .file(dune)
        .version("4k", &[&large]);
    let dune = world.add(movies, dune)?;
    let (first, second) = (make("Movies/Hamlet/Hamlet - cd1.mkv")?, make("Movies/Hamlet/Hamlet - cd2.mkv")?);
    let hamlet = Video::new("Hamlet & Co").year(1996).minutes(242).version("1080", &[&first, &second]);
    let hamlet = world.add(movies, hamlet)?;
    let bluey = world.add(series, Video::new("Bluey").year(2018).known_as("tvdb://353546"))?;
    let mut episodes = vec![];
    for (season, index, title) in
        [(1, 1, "Magic Xylophone"), (1, 2, "Hospital"), (2, 1, "Dance Mode"), (0, 1, "Verandah Santa")]
    {
        let file = make(&format!("Series/Bluey/Season {season:02}/Bluey - S{season:02}E{index:02}.mkv"))?;
        episodes.push(world.add_episode(bluey, season, index, Video::new(title).minutes(7).file(file))?);
    }

    let (tv, tablet) = (Player::named("Living room"), Player::named("Tablet").transcoding());
    world.watch(owner, episodes[0], &tv)?;
    world.watch(owner, episodes[1], &tv)?;
    let film = world.start(owner, dune, &tv)?;
    world.progress(film, 30 * 60_000)?;
    world.stop(film)?;
    let playing = world.start(friend, episodes[0], &tablet)?;
    world.progress(playing, 60_000)?;
    world.wish(owner, Title::movie("The Menu", 2022).known_as("imdb://tt9764362"));
    world.add_to_watchlist(owner, bluey)?;
    Ok(json!({
        "machine": world.machine_identifier(), "dune": dune, "hamlet": hamlet, "bluey": bluey, "episodes": episodes,
        "owner": tokens(owner, &Person::owner(owner, "Anna")),
        "son": tokens(son, &Person::managed(son, "Kid")),
        "friend": tokens(friend, &Person::shared(friend, "Bob")),
    }))
}

fn tokens(id: u64, person: &Person) -> Value {
    json!({ "id": id, "name": person.name, "account": person.account_token, "server": person.server_token })
}
