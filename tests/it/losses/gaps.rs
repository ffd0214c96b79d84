//! E10: there is no instant at which a path leads nowhere, or to a part of the film.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use cacherr::domain::path::kept_name;

use crate::kill::dice::Dice;
use crate::kill::scene::{Film, Scene};
use crate::process::wait_for;
use crate::support::tell;

const ROUNDS: usize = 200;
const LANES: usize = 4;
/// Whoever takes longer than a grace from reading a link to opening its target is promised nothing.
const GRACE: Duration = Duration::from_millis(950);

/// Everything that a program does to a path before it has its bytes, and what came of it.
fn look(film: &Film) -> Result<(), String> {
    let Film { path, bytes } = film;
    let told = |what: &str, error: &io::Error| format!("{what} {}: {error}", path.display());
    let length = bytes.len() as u64;
    let itself = fs::symlink_metadata(path).map_err(|error| told("lstat", &error))?;
    if itself.is_file() && itself.len() != length {
        return Err(format!("a file of {} bytes at {}", itself.len(), path.display()));
    }
    let through = fs::metadata(path).map_err(|error| told("stat", &error))?;
    if !through.is_file() || through.len() != length {
        return Err(format!("{through:?} behind {}", path.display()));
    }
    let began = Instant::now();
    match fs::read_link(path) {
        Ok(text) => match fs::metadata(path.with_file_name(text)) {
            Ok(target) if target.len() == length => {}
            Ok(target) => return Err(format!("{} bytes at the link's end", target.len())),
            Err(_) if began.elapsed() > GRACE => {}
            Err(error) => return Err(told("follow", &error)),
        },
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => {}
        Err(error) => return Err(told("readlink", &error)),
    }
    let mut read = Vec::with_capacity(bytes.len());
    let mut file = File::open(path).map_err(|error| told("open", &error))?;
    file.read_to_end(&mut read).map_err(|error| told("read", &error))?;
    if read == **bytes { Ok(()) } else { Err(format!("{} other bytes in {}", read.len(), path.display())) }
}

/// One after another, there and back; every fourth time as a move, and then until the original is gone.
fn there_and_back(scene: &Scene, films: &[&Film], rounds: usize) {
    for round in 0..rounds {
        let film: &Path = &films[round % films.len()].path;
        let moving = round % 8 == 0;
        scene.cache(film, moving);
        if moving {
            let kept = film.with_file_name(kept_name(film.file_name().unwrap()));
            wait_for("the original to be given up", || kept.symlink_metadata().is_err());
        }
        scene.give_back(film);
    }
}

#[test]
fn whoever_looks_at_a_path_while_it_is_cached_and_given_back_never_finds_it_missing_or_short() {
    let scene = Scene::small(Path::new(env!("CARGO_TARGET_TMPDIR")), &mut Dice::new(10));
    scene.configure("1s", "0");
    let instance = scene.house.start();
    let (over, looks) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|threads| {
        let readers: Vec<_> = (0..2)
            .map(|reader| {
                let (scene, over, looks) = (&scene, &over, &looks);
                threads.spawn(move || {
                    for film in scene.films.iter().cycle().skip(reader * 5) {
                        if over.load(Ordering::SeqCst) {
                            break;
                        }
                        look(film)?;
                        looks.fetch_add(1, Ordering::SeqCst);
                    }
                    Ok::<(), String>(())
                })
            })
            .collect();
        let lanes: Vec<_> = (0..LANES)
            .map(|lane| {
                let films: Vec<&Film> = scene.films.iter().skip(lane).step_by(LANES).collect();
                let scene = &scene;
                threads.spawn(move || there_and_back(scene, &films, ROUNDS / LANES))
            })
            .collect();
        let ended: Vec<_> = lanes.into_iter().map(|lane| lane.join()).collect();
        over.store(true, Ordering::SeqCst);
        for reader in readers {
            assert_eq!(reader.join().unwrap(), Ok(()));
        }
        assert!(ended.iter().all(Result::is_ok));
    });
    tell(&format!("{ROUNDS} files there and back, {} looks", looks.into_inner()));
    scene.drain();
    assert_eq!(instance.stop().0, Some(0));
    scene.is_as_before();
}
