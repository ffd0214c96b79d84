//! The real binary under `kill -9` at any moment, and at full work: nobody who reads ever notices, the next start brings
//! everything to its end by itself, and in the end all is as it was.
//!
//! `CACHERR_KILL_ROUNDS` kills so many times, `CACHERR_KILL_DIR` does it on another file system, `CACHERR_SEED` repeats
//! a run (as far as the scheduler lets it), `CACHERR_JOBS` says how many whole jobs are worked off.

pub mod audience;
pub mod dice;
pub mod scene;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use audience::Audience;
use cacherr::domain::intent::Phase;
use cacherr::domain::path::kept_name;
use cacherr::store::{Rows, Store};
use dice::Dice;
use scene::{Scene, all_names};

use crate::process::{Instance, wait_for};

/// What a kill fell into. One kill can fall into several.
#[derive(Default, Debug)]
struct Tally {
    copying: u32,
    swapping: u32,
    grace: u32,
    idle: u32,
}

/// What the dead process left: unfinished copies, and unfinished work of which the store knows.
struct Remains {
    partial: usize,
    unfinished: usize,
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}

fn dice() -> Dice {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let seed = number("CACHERR_SEED", now.as_micros() as u64);
    println!("CACHERR_SEED={seed}");
    Dice::new(seed)
}

fn folder() -> PathBuf {
    std::env::var_os("CACHERR_KILL_DIR").map_or_else(|| env!("CARGO_TARGET_TMPDIR").into(), PathBuf::from)
}

impl Tally {
    /// Looks at a copy of the store: the real one is for the next start.
    fn look(&mut self, scene: &Scene) -> Remains {
        let tmp = scene.house.at("fast/.cacherr/tmp");
        let partial = if tmp.is_dir() { fs::read_dir(&tmp).unwrap().count() } else { 0 };
        let copy = scene.house.at("store-to-look-at");
        fs::copy(scene.house.at("data/cacherr.redb"), &copy).unwrap();
        let intents = Store::open(&copy).unwrap().read().unwrap().intents().unwrap();
        fs::remove_file(&copy).unwrap();
        let count = |is: fn(&Phase) -> bool| intents.iter().filter(|intent| is(&intent.phase)).count();
        let back = count(|phase| matches!(phase, Phase::CopyingBack));
        let unfinished =
            count(|phase| matches!(phase, Phase::Swapping | Phase::Returning | Phase::Restoring));
        let grace = count(|phase| matches!(phase, Phase::Releasing { .. } | Phase::Released { .. }));
        self.copying += u32::from(partial + back > 0);
        self.swapping += u32::from(unfinished > 0);
        self.grace += u32::from(grace > 0);
        self.idle += u32::from(partial + back + unfinished + grace == 0);
        Remains { partial, unfinished }
    }
}

/// Unfinished work that was brought to its end, undone or waits; partial copies removed.
fn recovered(log: &str) -> (usize, usize) {
    let line = log.lines().find(|line| line.contains("recovered: ")).expect("a start says what it found");
    let mut numbers = line
        .split("recovered: ")
        .nth(1)
        .unwrap()
        .split(", ")
        .map(|part| part.split(' ').next().unwrap().parse::<usize>().unwrap());
    let mut next = || numbers.next().unwrap();
    (next() + next() + next(), next())
}

/// Lets it work for a while, then kills it: at any moment, or (aimed) a moment after some name of a film or of a copy
/// changed: a swap is over so soon that chance alone hardly ever meets one.
fn kill_sometime(instance: Instance, scene: &Scene, dice: &mut Dice) -> String {
    if dice.one_in(2) {
        let names = || (all_names(&scene.house.at("library")), all_names(&scene.house.at("fast/Movies")));
        let (before, until) = (names(), Instant::now() + Duration::from_secs(3));
        while Instant::now() < until && names() == before {}
        let until = Instant::now() + Duration::from_micros(dice.between(0, 12_000));
        while Instant::now() < until {
            std::hint::spin_loop();
        }
    } else {
        std::thread::sleep(Duration::from_millis(dice.between(20, 1300)));
    }
    instance.kill()
}

fn is_untroubled(log: &str) {
    for word in ["panicked", "ERROR"] {
        assert!(!log.contains(word), "{log}");
    }
}

#[test]
fn killed_at_any_moment_it_recovers_by_itself_and_no_reader_ever_notices() {
    let rounds = number("CACHERR_KILL_ROUNDS", 25);
    let mut dice = dice();
    let scene = Scene::new(&folder(), &mut dice);
    let audience = Audience::of(&scene.films, dice.next());
    let mut tally = Tally::default();
    let mut remains: Option<Remains> = None;
    for round in 0..rounds {
        // Slow enough to be killed while it copies, fast enough to get somewhere.
        scene.configure("1s", if dice.one_in(2) { "8MB" } else { "24MB" });
        let instance = scene.house.start();
        let (settled, swept) = recovered(&instance.log());
        if let Some(Remains { partial, unfinished }) = remains {
            // A complete copy that had not got its name yet goes together with its unfinished swap.
            let known = swept <= partial && partial <= swept + unfinished;
            assert!(known, "round {round}: {partial} partial copies, {}", instance.log());
            assert!(settled >= unfinished, "round {round}: {unfinished} unfinished, {}", instance.log());
        }
        let asked = scene.ask_for_something(&mut dice);
        is_untroubled(&kill_sometime(instance, &scene, &mut dice));
        let refused: Vec<_> = asked.into_iter().filter_map(|thread| thread.join().unwrap()).collect();
        assert!(refused.is_empty(), "round {round}: {refused:?}");
        remains = Some(tally.look(&scene));
        assert!(audience.is_content(), "round {round}: {:?}", audience.stop());
    }
    scene.configure("1s", "0");
    let instance = scene.house.start();
    scene.drain();
    let checked = scene.house.tell(["check", "--deep"]);
    assert_eq!(checked["findings"], serde_json::json!([]), "{checked:#}");
    scene.house.tell(["restore", "--all"]);
    scene.drain();
    let seen = audience.stop();
    println!("{rounds} kills: {tally:?}; {} reads, {} held up by the scheduler", seen.reads, seen.late);
    assert_eq!(seen.failures, Vec::<String>::new());
    is_untroubled(&instance.log());
    assert_eq!(instance.stop().0, Some(0));
    scene.is_as_before();
}

#[test]
fn while_hundreds_of_whole_jobs_run_no_reader_ever_notices() {
    const LANES: usize = 6;
    let jobs = number("CACHERR_JOBS", 300);
    let mut dice = dice();
    let scene = Scene::small(&folder(), &mut dice);
    scene.configure("1s", "0");
    let instance = scene.house.start();
    let audience = Audience::of(&scene.films, dice.next());
    let began = Instant::now();
    let slow = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|threads| {
        for lane in 0..LANES {
            let mut dice = Dice::new(dice.next());
            let films: Vec<_> = scene.films.iter().skip(lane).step_by(LANES).collect();
            let (scene, slow) = (&scene, &slow);
            threads.spawn(move || {
                let mine = jobs as usize / 2 / LANES + usize::from(lane < jobs as usize / 2 % LANES);
                for _ in 0..mine {
                    let film = &films[dice.below(films.len() as u64) as usize].path;
                    // Giving an original up takes its grace; that not every lane has to wait for that.
                    let moving = lane < 2;
                    let asked = Instant::now();
                    scene.cache(film, moving);
                    slow.lock().unwrap().push((asked.elapsed(), "cache", moving));
                    let kept = film.with_file_name(kept_name(film.file_name().unwrap()));
                    if moving && dice.one_in(2) {
                        wait_for("the original to be given up", || kept.symlink_metadata().is_err());
                    }
                    let asked = Instant::now();
                    scene.give_back(film);
                    slow.lock().unwrap().push((asked.elapsed(), "restore", moving));
                }
            });
        }
    });
    let took = began.elapsed();
    let mut slow = slow.into_inner().unwrap();
    slow.sort();
    println!("slowest: {:?}", &slow[slow.len().saturating_sub(12)..]);
    scene.drain();
    let seen = audience.stop();
    println!("{jobs} jobs in {took:.1?}; {} reads, {} held up by the scheduler", seen.reads, seen.late);
    assert_eq!(seen.failures, Vec::<String>::new());
    is_untroubled(&instance.log());
    assert_eq!(instance.stop().0, Some(0));
    scene.is_as_before();
}

/// The tests above would notice: an audience sees the gap that two renames make.
#[test]
fn the_audience_notices_a_gap() {
    let mut dice = Dice::new(1);
    let scene = Scene::small(&folder(), &mut dice);
    let audience = Audience::of(&scene.films, dice.next());
    let film: &Path = &scene.films[0].path;
    let mut aside: OsString = film.as_os_str().to_owned();
    aside.push(".aside");
    wait_for("a reader to fail", || {
        fs::rename(film, &aside).unwrap();
        fs::rename(&aside, film).unwrap();
        !audience.is_content()
    });
    assert!(!audience.stop().failures.is_empty());
}
