//! What a cleanup finds, and what it may conclude: only what it saw.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, Weak};

use cacherr::cacher::scan::Depth;
use cacherr::cacher::{Cleanup, CleanupRequest, Engine, PinRequest, Ran};
use cacherr::domain::cleanup::Cleaned;
use cacherr::domain::file::{FileRow, Status};
use cacherr::domain::id::FileId;
use cacherr::domain::job::{JobKind, JobState};
use cacherr::domain::log::LogKind;
use cacherr::store::Rows;
use jiff::SignedDuration;

use crate::support::faulty::{Faults, Hook, Plan, until_death};
use crate::support::world::{CACHE, COPY, COPYING, FILM, KEPT, LIBRARY, MOVING, Ways, World};

const BYTES: &[u8] = b"the bytes of a film";

fn request(remove_orphaned: bool) -> CleanupRequest {
    CleanupRequest { remove_orphaned, confirmed: false, user: Some("user1".into()), by: "test".into() }
}

fn clean(engine: &Engine, remove_orphaned: bool) -> Cleaned {
    match engine.request_cleanup(&request(remove_orphaned)).unwrap() {
        Cleanup::Done(cleaned) => cleaned,
        Cleanup::Queued(job) => panic!("queued as {job}"),
    }
}

/// The film is cached, and then its copy is gone.
fn without_copy(ways: Ways) -> World {
    let world = World::new(ways, BYTES).cached();
    world.sim.remove(COPY).unwrap();
    world.sim.settle();
    world
}

fn counts(cleaned: &Cleaned) -> (u64, u64, u64) {
    (cleaned.orphaned, cleaned.removed, cleaned.lost)
}

#[test]
fn the_path_gets_its_bytes_back_before_the_row_goes() {
    let world = without_copy(COPYING);
    let engine = world.calm();
    assert_eq!(counts(&clean(&engine, false)), (1, 0, 0));
    assert_eq!(world.read(FILM).unwrap(), BYTES);
    assert_eq!(world.row().unwrap().status, Status::Orphaned);
    assert_eq!(counts(&clean(&engine, true)), (1, 1, 0));
    let row = world.row().unwrap();
    assert_eq!((row.status, row.removed.unwrap().reason), (Status::Removed, "cleanup".to_owned()));
    assert_eq!(world.read(FILM).unwrap(), BYTES);
    let log = engine.store().read().unwrap().log(None, 10).unwrap();
    let kinds: Vec<_> = log.iter().map(|entry| entry.kind).collect();
    assert!(
        kinds.starts_with(&[LogKind::Cleanup, LogKind::Remove, LogKind::Cleanup, LogKind::Heal]),
        "{kinds:?}"
    );
    assert_eq!((&*log[0].by.name, log[0].user.as_deref()), ("test", Some("user1")));
}

#[test]
fn that_it_was_healed_once_is_not_believed_the_original_has_to_be_there() {
    let world = without_copy(COPYING);
    let engine = world.calm();
    clean(&engine, false);
    world.sim.remove(FILM).unwrap();
    for _ in 0..2 {
        let cleaned = clean(&engine, true);
        assert_eq!(counts(&cleaned), (1, 0, 1));
        assert_eq!(cleaned.unrecoverable[0].path, Path::new(FILM));
        assert_eq!(world.row().unwrap().status, Status::Orphaned);
    }
    // Another file has the path now: the row tells of nothing any more.
    world.sim.put_file(FILM, b"another release");
    assert_eq!(counts(&clean(&engine, true)), (1, 1, 0));
    assert_eq!(world.row().unwrap().removed.unwrap().reason, "superseded");
    assert_eq!(world.read(FILM).unwrap(), b"another release");
}

#[test]
fn a_library_that_is_away_lets_nothing_be_said_of_its_orphans() {
    let world = without_copy(COPYING);
    clean(&world.calm(), false);
    world.sim.unmount("/lib");
    // Only orphans are left in it, so nothing in it vouches for it; looking twice makes no difference.
    for _ in 0..3 {
        let engine = world.calm();
        assert_eq!(counts(&clean(&engine, true)), (1, 0, 0));
        let _ = engine.scan(Depth::Deep, false);
    }
    world.sim.remount("/lib");
    assert_eq!(counts(&clean(&world.calm(), true)), (1, 1, 0));
}

#[test]
fn what_nothing_is_left_of_stays_until_a_person_decides() {
    let world = without_copy(MOVING);
    for _ in 0..2 {
        let cleaned = clean(&world.calm(), true);
        assert_eq!(counts(&cleaned), (1, 0, 1));
        let row = world.row().unwrap();
        assert_eq!((row.status, row.attention.is_some()), (Status::Orphaned, true));
        assert_eq!(cleaned.unrecoverable[0].hash, row.place.hash);
    }
    let log = world.calm().store().read().unwrap().log(None, 10).unwrap();
    let orphaned: Vec<_> = log.iter().filter(|entry| entry.kind == LogKind::Orphan).collect();
    assert_eq!((orphaned.len(), orphaned[0].success), (1, false), "once");
}

#[test]
fn orphans_go_by_themselves_after_90_days_where_the_owner_wants_that() {
    for (wanted, status) in [(false, Status::Orphaned), (true, Status::Removed)] {
        let mut world = without_copy(COPYING);
        let look = |world: &World| {
            let engine = world.engine_with(&Faults::new(Plan::None), |cache| cache.auto_cleanup = wanted);
            engine.unwrap().scan(Depth::Cache, false).unwrap();
            world.row().unwrap().status
        };
        assert_eq!(look(&world), Status::Orphaned);
        world.later(SignedDuration::from_hours(24 * 90));
        assert_eq!(look(&world), Status::Orphaned, "90 days are not over");
        world.later(SignedDuration::from_hours(1));
        assert_eq!(look(&world), status);
        assert_eq!(world.read(FILM).unwrap(), BYTES);
        let log = world.calm().store().read().unwrap().log(None, 10).unwrap();
        let by_itself: Vec<_> = log.iter().filter(|entry| entry.kind == LogKind::Cleanup).collect();
        assert_eq!(by_itself.len(), usize::from(wanted));
        if wanted {
            assert_eq!((&*by_itself[0].by.name, &*by_itself[0].reason), ("system", "auto_cleanup"));
        }
    }
}

#[test]
fn nothing_goes_by_itself_that_is_not_back() {
    for ways in [COPYING, MOVING] {
        let mut world = without_copy(ways);
        world.calm().scan(Depth::Cache, false).unwrap();
        if ways == COPYING {
            world.sim.remove(FILM).unwrap();
        }
        world.later(SignedDuration::from_hours(24 * 1000));
        let engine = world.engine_with(&Faults::new(Plan::None), |cache| cache.auto_cleanup = true).unwrap();
        engine.scan(Depth::Cache, false).unwrap();
        assert_eq!(world.row().unwrap().status, Status::Orphaned);
    }
}

#[test]
fn a_cleanup_that_dies_anywhere_is_finished_by_the_next_one() {
    for healed in [false, true] {
        let base = without_copy(COPYING);
        if healed {
            clean(&base.calm(), false);
        }
        let run = |world: &World, faults: &Arc<Faults>| {
            world.engine(faults).and_then(|engine| engine.request_cleanup(&request(true)).map(drop))
        };
        let faults = Faults::new(Plan::None);
        run(&base.fork(), &faults).unwrap();
        let calls = faults.count();
        assert!(calls > 5);
        for at in 0..calls {
            for plan in [Plan::DieAt(at), Plan::DieAfter(at)] {
                let world = base.fork();
                let _ = until_death(|| run(&world, &Faults::new(plan)));
                let mut worlds = world.after_power_cuts(8);
                worlds.push(world);
                for world in worlds {
                    let engine = world.calm();
                    engine.recover().unwrap();
                    let cleaned = clean(&engine, true);
                    assert!(
                        cleaned.lost == 0 && cleaned.orphaned == cleaned.removed,
                        "{plan:?}: {cleaned:?}"
                    );
                    assert_eq!(world.read(FILM).unwrap(), BYTES, "{plan:?}");
                    assert_eq!(world.row().unwrap().status, Status::Removed, "{plan:?}");
                    assert_eq!(engine.store().check().unwrap(), Vec::<String>::new());
                    // A row that goes and the entry that says so are one.
                    let log = engine.store().read().unwrap().log(None, 50).unwrap();
                    let of = |kind| log.iter().filter(|entry| entry.kind == kind).count();
                    assert_eq!(of(LogKind::Remove), 1, "{plan:?}");
                    assert!(of(LogKind::Cleanup) >= 1);
                }
            }
        }
    }
}

#[test]
fn with_more_than_10000_rows_it_is_a_job_that_waits_for_the_volume() {
    let world = without_copy(COPYING);
    let engine = world.calm();
    let like = world.row().unwrap();
    let old = |n: u32| [[0; 12].as_slice(), &n.to_be_bytes()].concat().try_into().unwrap();
    let rows = (0..10_000).map(|n| FileRow {
        id: FileId::from_bytes(old(n)),
        file_path: PathBuf::from(format!("/gone/{n}")),
        status: Status::Removed,
        ..like.clone()
    });
    engine.store().write(|w| rows.into_iter().try_for_each(|row| w.put_file(&row))).unwrap();
    let Cleanup::Queued(job) = engine.request_cleanup(&request(true)).unwrap() else {
        panic!("done at once")
    };
    let seen = || engine.store().read().unwrap().job(job).unwrap().unwrap();
    world.sim.unmount("/fast");
    assert!(matches!(engine.run_job(job).unwrap(), Ran::Later));
    assert_eq!(
        (seen().state, seen().error.unwrap().code),
        (JobState::Queued, "cache_volume_missing".to_owned())
    );
    world.sim.remount("/fast");
    assert!(matches!(engine.run_job(job).unwrap(), Ran::Ended));
    assert_eq!(seen().state, JobState::Done);
    let JobKind::Cleanup { cleaned: Some(cleaned), .. } = seen().kind else { panic!("{:?}", seen()) };
    assert_eq!(counts(&cleaned), (1, 1, 0));
    assert_eq!(world.read(FILM).unwrap(), BYTES);
    assert!(world.sim.lstat(Path::new(CACHE)).is_ok() && world.sim.lstat(LIBRARY).is_ok());
}

/// Others write the same row while a scan looks at its files: a film is pinned, or opened.
#[test]
fn what_a_person_says_while_a_scan_looks_is_not_forgotten() {
    type Spoil = fn(&World);
    let scenes: [(Ways, Spoil); 5] = [
        (MOVING, |world| world.sim.remove(COPY).unwrap()),
        (COPYING, |world| [COPY, KEPT].map(|path| world.sim.remove(path).unwrap()).into_iter().collect()),
        (COPYING, |world| world.sim.remove(KEPT).unwrap()),
        (COPYING, |world| world.sim.remove(FILM).unwrap()),
        (COPYING, |world| {
            world.sim.remove(KEPT).unwrap();
            world.sim.put_file(KEPT, b"somebody's");
        }),
    ];
    for (scene, (ways, spoil)) in scenes.into_iter().enumerate() {
        let base = World::new(ways, BYTES).cached();
        spoil(&base);
        let file = base.row().unwrap().id;
        let mut pinned = 0;
        for at in 0.. {
            let world = base.fork();
            let (said, at_work) =
                (Arc::new(AtomicBool::new(false)), Arc::<OnceLock<Weak<Engine>>>::default());
            let (saying, asked) = (Arc::clone(&said), Arc::clone(&at_work));
            let hook: Hook = Arc::new(move |call, what| {
                let Some(engine) = asked.get().and_then(Weak::upgrade) else { return };
                // A commit under way has the store's turn.
                if call >= at && what.op != "store.sync" && !saying.swap(true, Ordering::SeqCst) {
                    let (reason, by) = ("test".to_owned(), "test".into());
                    engine.pin(&PinRequest { file, pinned: true, reason, user: None, by }).unwrap();
                }
            });
            let engine = Arc::new(world.engine(&Faults::with_hook(Plan::None, Some(hook))).unwrap());
            at_work.set(Arc::downgrade(&engine)).unwrap();
            engine.scan(Depth::Deep, false).unwrap();
            if !said.load(Ordering::SeqCst) {
                break;
            }
            pinned += 1;
            let row = engine.store().read().unwrap().file(file).unwrap().unwrap();
            assert!(row.pinned, "scene {scene}, call {at}: {row:#?}");
        }
        assert!(pinned > 5, "scene {scene}: {pinned}");
    }
}
