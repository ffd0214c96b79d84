//! Volumes that are full, away, or the same one twice; and things that are no films. Nothing is concluded from what is
//! not there, nothing is left where there was no room, nothing is ever lost.

use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cacherr::cacher::scan::Depth;
use cacherr::cacher::{Accepted, CacheRequest, Engine, Parts};
use cacherr::clock::{Clock, ManualClock, SystemClock};
use cacherr::domain::file::{Method, Operation, Status};
use cacherr::domain::job::{JobState, RestoreAction};
use cacherr::domain::settings::CacheSettings;
use cacherr::files::real::RealFs;
use cacherr::store::{Rows, Store};
use jiff::SignedDuration;
use rustix::fs::{CWD, FallocateFlags, FileType, Mode};

use crate::support::house::{GRACE, House, bytes, disk, film, library, names, settings, settle};
use crate::support::mounts::{Image, Mounted};

const MIB: usize = 1 << 20;

/// Takes what room there is, but for this.
fn fill(volume: &Path, but: u64) {
    let space = rustix::fs::statvfs(volume).unwrap();
    let length = (space.f_bavail * space.f_frsize).saturating_sub(but);
    let file = File::create(volume.join("filler")).unwrap();
    rustix::fs::fallocate(&file, FallocateFlags::empty(), 0, length).unwrap();
    file.sync_all().unwrap();
}

#[test]
fn a_file_that_does_not_fit_is_refused_at_the_door() {
    let Some(volume) = Mounted::image(Image::Ext4, 32) else { return };
    let (_dir, root) = disk();
    let path = root.join("Dune.mkv");
    // Without a byte of data: what counts is its size.
    File::create(&path).unwrap().set_len(64 << 20).unwrap();
    settle(&path);
    let house = House::of(&root, volume.path());
    assert_eq!(house.request(&path, Method::AtomicCopy), Err("cache_volume_full"));
    house.assert_idle();
}

#[test]
fn a_cache_volume_that_fills_up_during_a_copy_is_left_as_it_was() {
    let Some(volume) = Mounted::image(Image::Ext4, 32) else { return };
    let (_dir, root) = disk();
    let path = root.join("Dune.mkv");
    film(&path, &bytes(1, 8 * MIB));
    let slow = CacheSettings { bandwidth: 8 << 20, ..settings(volume.path()) };
    let house = House::with(RealFs, vec![library("Movies", &root)], slow);
    let job = house.request(&path, Method::AtomicCopy).unwrap();
    let tmp = volume.path().join(".cacherr/tmp").join(job.to_string());
    let row = std::thread::scope(|scope| {
        let running = scope.spawn(|| house.run(job));
        wait_for(|| tmp.exists());
        fill(volume.path(), 3 << 20);
        running.join().unwrap()
    });
    assert_eq!((row.state, row.error.unwrap().code.as_str()), (JobState::Failed, "cache_volume_full"));
    fs::remove_file(volume.path().join("filler")).unwrap();
    house.assert_idle();
    assert_eq!(names(&root), ["Dune.mkv"]);
    assert!(!path.is_symlink());
    house.cache(&path).unwrap();
}

#[track_caller]
fn wait_for(what: impl Fn() -> bool) {
    let until = Instant::now() + Duration::from_secs(20);
    while !what() {
        assert!(Instant::now() < until);
        std::thread::yield_now();
    }
}

#[test]
fn a_library_volume_without_room_keeps_its_link_until_there_is_room() {
    let Some(volume) = Mounted::image(Image::Ext4, 32) else { return };
    let (_dir, cache) = disk();
    let path = volume.path().join("Dune.mkv");
    let all = bytes(2, 8 * MIB);
    film(&path, &all);
    let house = House::of(volume.path(), &cache);
    let file = house.cache_as(&path, Method::AtomicSymlink).unwrap();
    house.later(GRACE);
    assert_eq!(names(volume.path()), ["Dune.mkv", "lost+found"]);

    fill(volume.path(), 4 << 20);
    assert_eq!(house.restore(file), Err("library_volume_full".to_owned()));
    assert!(path.is_symlink());
    assert_eq!(fs::read(&path).unwrap(), all);
    assert_eq!(house.row(file).status, Status::Active);
    assert_eq!(names(volume.path()), ["Dune.mkv", "filler", "lost+found"]);

    fs::remove_file(volume.path().join("filler")).unwrap();
    house.restore(file).unwrap();
    assert!(!path.is_symlink());
    assert_eq!(fs::read(&path).unwrap(), all);
    house.later(GRACE);
    house.assert_idle();
    assert_eq!(names(volume.path()), ["Dune.mkv", "lost+found"]);
}

#[test]
fn a_library_volume_that_fills_up_during_the_return_keeps_its_link() {
    let Some(volume) = Mounted::image(Image::Ext4, 32) else { return };
    let (_dir, cache) = disk();
    let path = volume.path().join("Dune.mkv");
    let all = bytes(2, 8 * MIB);
    film(&path, &all);
    let slow = CacheSettings { bandwidth: 8 << 20, ..settings(&cache) };
    let house = House::with(RealFs, vec![library("Movies", volume.path())], slow);
    let file = house.cache_as(&path, Method::AtomicSymlink).unwrap();
    house.later(GRACE);
    let restored = std::thread::scope(|scope| {
        let running = scope.spawn(|| house.restore(file));
        wait_for(|| names(volume.path()).iter().any(|name| name.starts_with(".cacherr-restore-")));
        fill(volume.path(), 3 << 20);
        running.join().unwrap()
    });
    assert_eq!(restored, Err("library_volume_full".to_owned()));
    assert_eq!(names(volume.path()), ["Dune.mkv", "filler", "lost+found"]);
    assert_eq!(fs::read(&path).unwrap(), all);
    fs::remove_file(volume.path().join("filler")).unwrap();
    house.restore(file).unwrap();
    assert_eq!(fs::read(&path).unwrap(), all);
    house.later(GRACE);
    house.assert_idle();
}

#[test]
fn a_library_that_is_unmounted_waits_and_nothing_is_concluded() {
    let Some(volume) = Mounted::image(Image::Ext4, 32) else { return };
    let (_dir, cache) = disk();
    let (path, second) = (volume.path().join("Dune.mkv"), volume.path().join("Heat.mkv"));
    film(&path, &bytes(1, MIB));
    film(&second, &bytes(2, MIB));
    let house = House::of(volume.path(), &cache);
    let file = house.cache(&path).unwrap();
    let copy = house.row(file).place.cached_path;
    let waiting = house.request(&second, Method::AtomicCopy).unwrap();

    volume.take_away();
    let before = house.row(file);
    assert_eq!(house.request(&path, Method::AtomicCopy), Err("library_volume_missing"));
    let row = house.run(waiting);
    assert_eq!((row.state, row.error.unwrap().code.as_str()), (JobState::Queued, "library_volume_missing"));
    for _ in 0..2 {
        let scanned = house.engine.scan(Depth::Deep, true).unwrap();
        assert_eq!((scanned.looked_at, scanned.healed.len(), scanned.settled.len()), (1, 0, 0));
        assert_eq!(scanned.findings.len(), 1, "{scanned:?}");
        house.later(SignedDuration::from_hours(1));
    }
    assert_eq!(house.row(file), before);
    assert_eq!(house.restore(file), Err("library_volume_missing".to_owned()));
    assert_eq!(names(volume.path()), [] as [&str; 0], "nothing is written below an empty mount point");
    assert!(copy.exists());

    volume.bring_back();
    assert!(path.is_symlink());
    assert_eq!(house.run(waiting).state, JobState::Done);
    house.restore(file).unwrap();
    assert_eq!(fs::read(&path).unwrap(), bytes(1, MIB));
    assert_eq!(fs::read(&second).unwrap(), bytes(2, MIB));
}

#[test]
fn a_cache_that_is_unmounted_is_not_filled_again_below_its_mount_point() {
    let Some(volume) = Mounted::image(Image::Ext4, 32) else { return };
    let (_dir, root) = disk();
    let (path, second) = (root.join("Dune.mkv"), root.join("Heat.mkv"));
    film(&path, &bytes(1, MIB));
    film(&second, &bytes(2, MIB));
    let house = House::of(&root, volume.path());
    let file = house.cache(&path).unwrap();
    let waiting = house.request(&second, Method::AtomicCopy).unwrap();

    volume.take_away();
    assert_eq!(house.request(&path, Method::AtomicCopy), Err("cache_volume_missing"));
    let row = house.run(waiting);
    assert_eq!((row.state, row.error.unwrap().code.as_str()), (JobState::Queued, "cache_volume_missing"));
    for depth in [Depth::Cache, Depth::Deep] {
        assert_eq!(house.engine.scan(depth, true).unwrap_err().code(), "cache_volume_missing");
    }
    assert_eq!(house.row(file).status, Status::Active);
    assert_eq!(house.restore(file), Err("cache_volume_missing".to_owned()));
    assert_eq!(names(volume.path()), [] as [&str; 0]);
    assert_eq!(names(&root), [".Dune.mkv.cacherr-original", "Dune.mkv", "Heat.mkv"]);

    volume.bring_back();
    assert_eq!(house.run(waiting).state, JobState::Done);
    house.restore(file).unwrap();
    assert_eq!(fs::read(&path).unwrap(), bytes(1, MIB));
}

#[test]
fn what_is_no_film_of_the_library_is_refused_with_its_reason() {
    let ((_one, root), (_two, cache), (_three, outside)) = (disk(), disk(), disk());
    let path = root.join("Dune.mkv");
    film(&path, &bytes(1, 1000));
    film(&outside.join("theirs.mkv"), &bytes(2, 1000));
    fs::create_dir_all(root.join("folder/below")).unwrap();
    symlink(&outside, root.join("away")).unwrap();
    symlink(outside.join("theirs.mkv"), root.join("link.mkv")).unwrap();
    symlink("Dune.mkv", root.join("inner.mkv")).unwrap();
    symlink("folder", root.join("alias")).unwrap();
    film(&root.join("folder/Heat.mkv"), &bytes(3, 1000));
    film(&root.join(".x.cacherr-original"), b"x");
    rustix::fs::mknodat(CWD, root.join("fifo"), FileType::Fifo, Mode::RUSR, 0).unwrap();
    let device = rustix::fs::makedev(1, 3);
    let has_device =
        rustix::fs::mknodat(CWD, root.join("null"), FileType::CharacterDevice, Mode::RUSR, device).is_ok();
    let house = House::of(&root, &cache);
    let before = names(&root);
    let asked = |path: &Path| house.request(path, Method::AtomicCopy).map(|_| "queued");

    let mut cases = vec![
        (root.join("folder"), "not_regular_file"),
        (root.clone(), "not_regular_file"),
        (root.join("fifo"), "not_regular_file"),
        (root.join("link.mkv"), "not_regular_file"),
        (root.join("inner.mkv"), "not_regular_file"),
        (root.join("away/theirs.mkv"), "leads_out_of_library"),
        (root.join("folder/../Dune.mkv"), "outside_libraries"),
        (root.join("../Dune.mkv"), "outside_libraries"),
        (outside.join("theirs.mkv"), "outside_libraries"),
        (cache.join("Movies/Dune.mkv"), "outside_libraries"),
        ("Dune.mkv".into(), "outside_libraries"),
        ("/".into(), "outside_libraries"),
        (root.join("none.mkv"), "file_vanished"),
        (root.join("none/none.mkv"), "file_vanished"),
        (root.join("Dune.mkv/none.mkv"), "file_vanished"),
        (root.join(".x.cacherr-original"), "excluded"),
    ];
    if has_device {
        cases.push((root.join("null"), "not_regular_file"));
    }
    for (path, code) in cases {
        assert_eq!(asked(&path), Err(code), "{}", path.display());
    }
    assert_eq!(names(&root), before);
    house.assert_idle();

    // A folder reached by a symlink that stays inside is that folder.
    let file = house.cache(&root.join("alias/Heat.mkv")).unwrap();
    assert_eq!(house.row(file).file_path, root.join("folder/Heat.mkv"));
}

#[test]
fn a_file_that_vanishes_after_it_was_asked_for_ends_its_job() {
    let ((_one, root), (_two, cache)) = (disk(), disk());
    let path = root.join("Dune.mkv");
    film(&path, &bytes(1, 1000));
    let house = House::of(&root, &cache);
    let job = house.request(&path, Method::AtomicCopy).unwrap();
    fs::remove_file(&path).unwrap();
    let row = house.run(job);
    assert_eq!((row.state, row.error.unwrap().code.as_str()), (JobState::Failed, "file_vanished"));
    house.assert_idle();
}

/// Two roots that are one folder: refused by either name, before anything is written.
#[test]
fn one_folder_under_two_roots_is_refused_and_loses_nothing() {
    let ((_one, root), (_two, cache)) = (disk(), disk());
    let Some(view) = Mounted::view(&root) else { return };
    let (path, alias) = (root.join("Dune.mkv"), view.path().canonicalize().unwrap().join("Dune.mkv"));
    film(&path, &bytes(1, 100_000));
    let libraries = vec![library("Movies", &root), library("Again", view.path())];
    let house = House::with(RealFs, libraries, settings(&cache));
    for path in [&path, &alias] {
        assert_eq!(house.request(path, Method::AtomicSymlink), Err("libraries_overlap"));
    }
    assert_eq!(names(&root), ["Dune.mkv"], "no probe is left");
    house.assert_idle();
}

/// The same, where the alias is found too late: whatever is asked for by either name, the original comes back whole.
#[test]
fn one_folder_that_becomes_two_roots_loses_nothing() {
    let ((_one, root), (_two, cache)) = (disk(), disk());
    let path = root.join("Dune.mkv");
    let all = bytes(1, 100_000);
    film(&path, &all);
    let before = fs::metadata(&path).unwrap();
    let house = House::of(&root, &cache);
    let file = house.cache(&path).unwrap();
    let Some(view) = Mounted::view(&root) else { return };
    let libraries = vec![library("Movies", &root), library("Again", view.path())];
    let house = house.restarted(RealFs, libraries, settings(&cache));
    let alias = view.path().canonicalize().unwrap().join("Dune.mkv");
    assert_eq!(house.request(&alias, Method::AtomicCopy), Err("libraries_overlap"));
    for depth in [Depth::Cache, Depth::Deep] {
        let scanned = house.engine.scan(depth, true).unwrap();
        assert_eq!((scanned.healed, scanned.settled, scanned.findings), (vec![], vec![], vec![]));
    }
    house.restore(file).unwrap();
    house.later(GRACE);
    house.assert_idle();
    assert_eq!(fs::read(&path).unwrap(), all);
    let after = fs::symlink_metadata(&alias).unwrap();
    assert_eq!((before.ino(), before.mtime()), (after.ino(), after.mtime()));
    assert_eq!(names(&root), ["Dune.mkv"]);
}

/// The store's own disk is full, at one moment or another: no film is touched that is not written down.
#[test]
fn a_full_disk_of_the_store_loses_nothing() {
    let Some(data) = Mounted::memory(16) else { return };
    let store_file = data.path().join("store");
    let mut refused = 0;
    for left in (0..12).map(|step| step * 48 * 1024) {
        let ((_one, root), (_two, cache)) = (disk(), disk());
        let path = root.join("Dune.mkv");
        let all = bytes(1, 100_000);
        film(&path, &all);
        let before = fs::metadata(&path).unwrap();
        let _ = fs::remove_file(&store_file);
        let open = || {
            Engine::new(Parts {
                fs: Arc::new(RealFs),
                store: Store::open(&store_file)?,
                clock: Arc::new(ManualClock::at(SystemClock.now())),
                cache: settings(&cache),
                libraries: vec![library("Movies", &root)],
                events: Arc::new(|_| {}),
            })
        };
        let engine = open().unwrap();
        let ballast = data.path().join("ballast");
        let free = rustix::fs::statvfs(data.path()).unwrap();
        let fill = usize::try_from(free.f_bavail * free.f_frsize).unwrap().saturating_sub(left);
        fs::write(&ballast, vec![1; fill]).unwrap();
        let wish = CacheRequest {
            path: path.clone(),
            operation: Operation::Manual,
            user: None,
            metadata: Default::default(),
            method: None,
            by: "test".into(),
        };
        let ran = engine.request_cache(&wish).and_then(|accepted| match accepted {
            Accepted::Queued { job, .. } => engine.run_job(job).map(drop),
            Accepted::UserAdded { .. } => Ok(()),
        });
        if let Err(error) = ran {
            assert_eq!(error.code(), "store_failed", "{error}");
            refused += 1;
        }
        assert_eq!(fs::read(&path).unwrap(), all);
        drop(engine);
        fs::remove_file(&ballast).unwrap();

        // There is room again: the next start finds out, and everything can be given back.
        let engine = open().unwrap();
        assert_eq!(engine.store().check().unwrap(), Vec::<String>::new());
        engine.recover().unwrap();
        crate::support::world::work_off(&engine).unwrap();
        if engine.store().read().unwrap().files().unwrap().is_empty() {
            assert_eq!(fs::metadata(&path).unwrap().ino(), before.ino());
        } else {
            crate::support::world::restore(&engine, RestoreAction::Restore).unwrap();
        }
        assert_eq!(fs::read(&path).unwrap(), all);
        assert_eq!(fs::symlink_metadata(&path).unwrap().ino(), before.ino());
        assert_eq!(names(&root), ["Dune.mkv"]);
    }
    assert!(refused > 0, "the disk was never full");
}
