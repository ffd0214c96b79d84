//! `cacherr plan`: what would be done, without doing it.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use cacherr::clock::SystemClock;
use cacherr::demo::plex::{Kind, Person, PersonId, Simulator, Video, World};
use serde_json::{Value, json};

use super::{House, wait_for};

const OWNER: PersonId = 2_737_029;

/// A simulated Plex that sees the library, and a configuration that names it.
fn with_plex(house: &House) -> (tokio::runtime::Runtime, Simulator, u32) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let world = World::new(Arc::new(SystemClock));
    let owner = Person::owner(OWNER, "user1");
    let token = owner.account_token.clone();
    world.add_person(owner);
    let library = house.at("library");
    world.mount(&library, &library);
    let movies = world.add_section(Kind::Movie, "Movies", &[library]);
    let simulator = {
        let _within = runtime.enter();
        Simulator::start(SocketAddr::from(([127, 0, 0, 1], 0)), world).unwrap()
    };
    let url = simulator.url();
    let plex = format!(
        "[plex]\nurl = \"{url}\"\ncloud_url = \"{url}\"\ncloud_interval = \"0s\"\ntoken = \"{token}\"\n"
    );
    let file = house.at("cacherr.toml");
    let text = fs::read_to_string(&file).unwrap() + &plex;
    fs::write(&file, text).unwrap();
    (runtime, simulator, movies)
}

#[test]
fn without_plex_a_plan_is_empty_and_leaves_no_trace() {
    let house = House::new();
    let film = house.film("a.mkv", &[1; 4096]);
    let plan = house.tell(["plan"]);
    assert_eq!((&plan["cache"], &plan["asked_at"], &plan["sources"]), (&json!([]), &Value::Null, &json!([])));
    assert!(!house.at("fast/.cacherr").exists(), "looking leaves no trace");
    let ran = house.run(["plan"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("No source has said yet"), "{}", ran.stdout);
    // What a person asked for stays, and takes its room.
    house.cache([&film]);
    let plan = house.tell(["plan"]);
    assert_eq!(plan["keep"]["files"], 1, "{plan:#}");
    assert_eq!(plan["room"]["used_bytes"], 4096, "{plan:#}");
}

#[test]
fn a_plan_is_drawn_up_here_or_by_the_running_instance_and_is_not_carried_out() {
    let house = House::new();
    let (_runtime, simulator, movies) = with_plex(&house);
    let world = simulator.world();
    let begin = |title: &str| -> PathBuf {
        let path = house.film(format!("{title}.mkv"), title.as_bytes());
        let film = world.add(movies, Video::new(title).year(2021).minutes(100).file(&path)).unwrap();
        world.set_offset(OWNER, film, 300_000);
        path
    };
    let dune = begin("Dune");

    // Here: Plex is asked, once.
    let plan = house.tell(["plan"]);
    let step = &plan["cache"][0];
    assert_eq!((&step["file_path"], &step["title"]), (&json!(dune), &json!("Dune (2021)")), "{plan:#}");
    assert_eq!(step["users"], json!([{ "user_id": "user1", "operation": "continue_watching" }]));
    assert!(plan["asked_at"].is_string());
    let ran = house.run(["plan"]);
    assert!(ran.code == 0 && ran.stderr.contains("asking Plex"), "{}", ran.stderr);
    for part in
        ["To be cached: 1, 4 B\n", "  Dune (2021)", "for user1 (begun)", "Continue Watching  just now"]
    {
        assert!(ran.stdout.contains(part), "{part} is not in\n{}", ran.stdout);
    }
    assert!(ran.stdout.lines().all(|line| line.chars().count() <= 80), "{}", ran.stdout);
    assert!(!dune.is_symlink() && house.active() == 0, "nothing was done");

    // There: what it knows. It asks by itself, and did what the plan said.
    let instance = house.start();
    wait_for("the film", || dune.is_symlink() && house.active() == 1);
    let alien = begin("Alien");
    let plan = house.tell(["plan"]);
    assert_eq!((&plan["cache"], &plan["keep"]["wanted"]), (&json!([]), &json!(1)), "nobody was asked again");
    let ran = house.run(["plan"]);
    assert!(ran.stdout.contains("Nothing is to be done") && !ran.stderr.contains("asking"), "{}", ran.stdout);
    assert!(!alien.is_symlink());
    assert_eq!(instance.stop().0, Some(0));
}
