//! Files that other processes hold: whoever reads never notices a caching, a restore or an eviction; whoever writes is
//! never raced.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use cacherr::domain::file::Method;
use cacherr::domain::job::{JobRow, JobState};
use cacherr::domain::settings::CacheSettings;
use cacherr::files::real::RealFs;
use jiff::SignedDuration;
use tempfile::TempDir;

use crate::support::house::{GRACE, House, bytes, disk, film, library, names, settings};
use crate::support::other::Other;

/// Every way to hold a file that only reads.
const WAYS: [&str; 4] = ["open", "map", "flock", "lockf"];

/// A library with one film, and a cache.
struct Scene {
    _dirs: (TempDir, TempDir),
    root: PathBuf,
    cache: PathBuf,
    path: PathBuf,
}

fn scene(length: usize) -> Scene {
    let ((one, root), (two, cache)) = (disk(), disk());
    let path = root.join("Dune.mkv");
    film(&path, &bytes(11, length));
    Scene { _dirs: (one, two), root, cache, path }
}

#[test]
fn whoever_holds_a_file_notices_neither_its_caching_nor_its_return() {
    let Scene { _dirs, root, cache, path } = scene(300_000);
    let house = House::of(&root, &cache);
    let before = fs::metadata(&path).unwrap();
    let mut of_original = WAYS.map(|way| Other::holding(&path, way));
    let file = house.cache(&path).unwrap();
    of_original.iter_mut().for_each(|other| other.told("check"));

    let mut of_copy = WAYS.map(|way| Other::holding(&path, way));
    house.restore(file).unwrap();
    let mut of_returned = [Other::holding(&path, "open")];
    for other in of_original.iter_mut().chain(&mut of_copy).chain(&mut of_returned) {
        other.told("check");
    }
    let after = fs::symlink_metadata(&path).unwrap();
    assert_eq!((before.ino(), before.mtime(), before.mode()), (after.ino(), after.mtime(), after.mode()));
    house.later(GRACE);
    for other in of_original.iter_mut().chain(&mut of_copy).chain(&mut of_returned) {
        other.told("check");
    }
    assert_eq!(names(&root), ["Dune.mkv"]);
}

#[test]
fn a_copy_that_is_open_outlives_its_grace_until_it_is_closed() {
    let Scene { _dirs, root, cache, path } = scene(50_000);
    let house = House::of(&root, &cache);
    for way in WAYS {
        let file = house.cache(&path).unwrap();
        let copy = house.row(file).place.cached_path;
        let mut other = Other::holding(&path, way);
        house.restore(file).unwrap();
        house.later(GRACE - SignedDuration::from_secs(1));
        assert!(copy.exists(), "within the grace");
        for _ in 0..3 {
            house.later(GRACE);
            other.told("check");
            assert!(copy.exists(), "{way}");
        }
        other.told("release");
        house.later(GRACE);
        assert!(!copy.exists(), "{way}: closed");
        house.assert_idle();
    }
}

#[test]
fn an_original_that_is_open_is_not_given_up_in_move_mode() {
    let Scene { _dirs, root, cache, path } = scene(50_000);
    let house = House::of(&root, &cache);
    let mut other = Other::holding(&path, "map");
    let file = house.cache_as(&path, Method::AtomicSymlink).unwrap();
    for _ in 0..3 {
        house.later(GRACE);
        assert_eq!(names(&root), [".Dune.mkv.cacherr-original", "Dune.mkv"]);
        other.told("check");
    }
    other.told("release");
    house.later(GRACE);
    assert_eq!(names(&root), ["Dune.mkv"]);
    assert!(path.is_symlink());
    assert_eq!(house.row(file).place.kept, None);
    house.restore(file).unwrap();
    assert!(!path.is_symlink());
    assert_eq!(fs::read(&path).unwrap(), bytes(11, 50_000));
    house.later(GRACE);
    house.assert_idle();
}

#[test]
fn a_file_that_is_open_for_writing_is_refused() {
    let Scene { _dirs, root, cache, path } = scene(50_000);
    let house = House::of(&root, &cache);
    for way in ["open_for_writing", "map_for_writing"] {
        let mut other = Other::at(&path);
        other.told(way);
        assert_eq!(house.request(&path, Method::AtomicCopy), Err("file_busy"), "{way}");
        other.told("release");
    }
    house.cache(&path).unwrap();
}

/// Runs a slow copy; `meddle` acts when the copy has begun and before it has ended.
fn copied_while(scene: &Scene, meddle: impl FnOnce()) -> (House, JobRow) {
    let slow = CacheSettings { bandwidth: 2 << 20, ..settings(&scene.cache) };
    let house = House::with(RealFs, vec![library("Movies", &scene.root)], slow);
    let job = house.request(&scene.path, Method::AtomicCopy).unwrap();
    let tmp = scene.cache.join(".cacherr/tmp").join(job.to_string());
    let row = std::thread::scope(|scope| {
        let running = scope.spawn(|| house.run(job));
        let until = Instant::now() + Duration::from_secs(20);
        while !begun(&tmp) {
            assert!(Instant::now() < until && !running.is_finished(), "the copy begins");
            std::thread::yield_now();
        }
        meddle();
        assert!(!running.is_finished(), "the copy was still under way");
        running.join().unwrap()
    });
    (house, row)
}

fn begun(tmp: &Path) -> bool {
    fs::metadata(tmp).is_ok_and(|found| found.blocks() > 0)
}

#[track_caller]
fn ended_without_a_trace(scene: &Scene, house: &House, row: &JobRow, code: &str) {
    assert_eq!((row.state, row.error.as_ref().unwrap().code.as_str()), (JobState::Failed, code));
    house.later(GRACE);
    house.assert_idle();
    assert_eq!(names(&scene.root), ["Dune.mkv"]);
    assert!(!scene.path.is_symlink());
}

#[test]
fn a_file_that_is_written_while_it_is_copied_keeps_what_was_written() {
    let scene = scene(3 << 20);
    let mut other = Other::at(&scene.path);
    let (house, row) = copied_while(&scene, || other.told("write"));
    ended_without_a_trace(&scene, &house, &row, "source_changed");
    assert_eq!(fs::read(&scene.path).unwrap()[0], b'!');
}

#[test]
fn a_file_that_is_opened_for_writing_while_it_is_copied_is_left_to_its_writer() {
    for way in ["open_for_writing", "map_for_writing"] {
        let scene = scene(3 << 20);
        let mut other = Other::at(&scene.path);
        let (house, row) = copied_while(&scene, || other.told(way));
        ended_without_a_trace(&scene, &house, &row, "file_busy");
        assert_eq!(fs::read(&scene.path).unwrap(), bytes(11, 3 << 20));
    }
}

#[test]
fn a_file_that_goes_away_while_it_is_copied_stays_away() {
    let scene = scene(3 << 20);
    let (house, row) = copied_while(&scene, || fs::remove_file(&scene.path).unwrap());
    assert_eq!((row.state, row.error.unwrap().code.as_str()), (JobState::Failed, "file_vanished"));
    house.assert_idle();
    assert_eq!(names(&scene.root), [] as [&str; 0]);
}

#[test]
fn a_file_that_is_replaced_while_it_is_copied_wins() {
    let scene = scene(3 << 20);
    let (house, row) = copied_while(&scene, || {
        let better = scene.root.join("better");
        film(&better, b"another film");
        fs::rename(better, &scene.path).unwrap();
    });
    ended_without_a_trace(&scene, &house, &row, "source_changed");
    assert_eq!(fs::read(&scene.path).unwrap(), b"another film");
}
