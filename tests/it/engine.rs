//! The engine on a simulated file system: the main ways, step by step.

use std::cell::Cell;
use std::sync::{Arc, Mutex, OnceLock, Weak};

use cacherr::cacher::scan::Depth;
use cacherr::cacher::{Accepted, Cacher, Engine, RestoreRequest};
use cacherr::domain::file::Status;
use cacherr::domain::id::JobId;
use cacherr::domain::job::{JobRow, JobState, RestoreAction};
use cacherr::store::Rows;
use cacherr::{Error, Result};
use jiff::SignedDuration;

use crate::support::faulty::{Faults, Hook, Plan};
use crate::support::world::{BY_LINK, COPY, COPYING, FILM, KEPT, MOVING, World, cache, restore, work_off};

const BYTES: &[u8] = b"the bytes of a film";

#[test]
fn a_cached_file_is_read_from_the_copy_and_its_original_is_kept() {
    for ways in [COPYING, BY_LINK] {
        let world = World::new(ways, BYTES);
        let before = world.sim.lstat(FILM).unwrap();
        let job = cache(&world.calm(), &world).unwrap();
        assert_eq!(job.state, JobState::Done, "{:?}", job.error);
        assert_eq!(world.read(FILM).unwrap(), BYTES);
        assert_eq!(world.read(COPY).unwrap(), BYTES);
        assert_eq!(world.row().unwrap().status, Status::Active);
        assert_eq!(world.sim.lstat(KEPT).unwrap().identity.ino, before.identity.ino);
        let (link, copy) = (world.sim.lstat(FILM).unwrap(), world.sim.lstat(COPY).unwrap());
        assert_eq!(link.identity.mtime, before.identity.mtime);
        assert_eq!((copy.identity.mode, copy.identity.mtime), (before.identity.mode, before.identity.mtime));
    }
}

#[test]
fn a_restored_file_is_as_before_and_the_copy_goes_after_the_grace() {
    for ways in [COPYING, BY_LINK] {
        let fresh = World::new(ways, BYTES);
        let before = fresh.sim.lstat(FILM).unwrap();
        let mut world = fresh.cached();
        let job = restore(&world.calm(), RestoreAction::Remove).unwrap();
        assert_eq!(job.state, JobState::Done, "{:?}", job.error);
        let after = world.sim.lstat(FILM).unwrap();
        assert!(after.identity.unchanged(&before.identity) && after.nlink == 1);
        assert!(world.read(KEPT).is_err());
        world.settle_for(SignedDuration::from_secs(30));
        assert_eq!(world.read(COPY).unwrap(), BYTES, "a reader may still hold the link's text");
        world.settle_for(SignedDuration::from_secs(31));
        assert!(world.read(COPY).is_err());
        assert!(world.sim.lstat("/fast/cache/Movies").is_err(), "empty folders go with the copy");
        assert_eq!(world.row().unwrap().status, Status::Removed);
    }
}

#[test]
fn move_mode_gives_the_original_up_after_the_grace_and_brings_the_bytes_back() {
    let mut world = World::new(MOVING, BYTES);
    let before = world.sim.lstat(FILM).unwrap();
    cache(&world.calm(), &world).unwrap();
    assert!(world.sim.lstat(KEPT).is_ok(), "until then, move mode is copy mode");
    world.settle_for(SignedDuration::from_secs(61));
    assert!(world.sim.lstat(KEPT).is_err());
    assert_eq!(world.read(FILM).unwrap(), BYTES);
    let job = restore(&world.calm(), RestoreAction::Evict).unwrap();
    assert_eq!(job.state, JobState::Done, "{:?}", job.error);
    let after = world.sim.lstat(FILM).unwrap();
    assert_eq!(world.read(FILM).unwrap(), BYTES);
    assert!(
        after.identity.same_bytes(&before.identity) && after.identity.same_owner_and_mode(&before.identity)
    );
    world.settle_for(SignedDuration::from_secs(61));
    assert!(world.read(COPY).is_err());
}

/// Asks for something, calls it off at each call that it makes, and compares what was promised with what became of it.
fn called_off_at_every_call(base: &World, ask: impl Fn(&Engine) -> JobId) -> (usize, usize) {
    let (mut held, mut refused) = (0, 0);
    for at in 0.. {
        let world = base.fork();
        let promised: Arc<Mutex<Option<Result<JobRow>>>> = Arc::default();
        let at_work: Arc<OnceLock<(Weak<Engine>, JobId)>> = Arc::default();
        let (promise, asked) = (Arc::clone(&promised), Arc::clone(&at_work));
        let hook: Hook = Arc::new(move |_, call| {
            let Some((engine, job)) = asked.get() else { return };
            // A commit under way has the store's turn, and calling off makes calls of its own.
            if call.op == "store.sync" {
                return;
            }
            let Ok(mut promise) = promise.try_lock() else { return };
            if promise.is_none() && at == COUNT.with(|count| count.replace(count.get() + 1)) {
                *promise = Some(engine.upgrade().unwrap().cancel(*job, &"test".into()));
            }
        });
        let engine = Arc::new(world.engine(&Faults::with_hook(Plan::None, Some(hook))).unwrap());
        let job = ask(&engine);
        COUNT.with(|count| count.set(0));
        at_work.set((Arc::downgrade(&engine), job)).unwrap();
        let _ = engine.run_job(job).unwrap();
        let Some(promise) = promised.lock().unwrap().take() else { return (held, refused) };
        world.sim.remount("/lib");
        work_off(&engine).unwrap();
        let ended = engine.store().read().unwrap().job(job).unwrap().unwrap();
        match promise {
            Ok(_) => {
                assert_eq!(ended.state, JobState::Cancelled, "called off at call {at}: {ended:?}");
                held += 1;
            }
            Err(error) => {
                assert!(matches!(error, Error::WrongJobState { .. }), "{error}");
                assert_eq!(ended.state, JobState::Done, "refused at call {at}: {ended:?}");
                refused += 1;
            }
        }
        assert_eq!(world.read(FILM).unwrap(), BYTES);
        assert_eq!(engine.store().check().unwrap(), Vec::<String>::new());
    }
    unreachable!()
}

/// Asks for the one file to be removed.
fn give_back(engine: &Engine) -> JobId {
    let request = RestoreRequest {
        file: engine.store().read().unwrap().files().unwrap()[0].id,
        action: RestoreAction::Remove,
        reason: "test".into(),
        user: None,
        by: "test".into(),
    };
    engine.request_restore(&request).unwrap()
}

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

#[test]
fn what_was_called_off_stays_called_off_and_what_was_too_late_is_done() {
    for ways in [COPYING, MOVING] {
        let cached = World::new(ways, BYTES).cached();
        let (held, refused) = called_off_at_every_call(&cached, give_back);
        assert!(held > 2 && refused > 2, "{held} {refused}");
        let fresh = World::new(ways, BYTES);
        let (held, refused) =
            called_off_at_every_call(&fresh, |engine| match engine.request_cache(&fresh.wish()) {
                Ok(Accepted::Queued { job, .. }) => job,
                other => panic!("{other:?}"),
            });
        assert!(held > 2 && refused > 2, "{held} {refused}");
    }
}

#[test]
fn what_waits_for_a_volume_can_be_called_off_while_it_looks_for_it() {
    let cached = World::new(COPYING, BYTES).cached();
    let job = give_back(&cached.calm());
    cached.sim.unmount("/lib");
    let (held, refused) = called_off_at_every_call(&cached, |_| job);
    assert!(held > 0 && refused == 0, "{held} {refused}");
}

#[test]
fn a_scan_ends_with_the_process_and_concludes_nothing() {
    let world = World::new(COPYING, BYTES).cached();
    world.sim.remove(COPY).unwrap();
    let engine = Arc::new(world.calm());
    let cacher = Cacher::start(engine.clone()).unwrap();
    cacher.stop();
    assert!(matches!(engine.scan(Depth::Cache, false), Err(Error::Cancelled)));
    assert_eq!(world.row().unwrap().status, Status::Active);
    assert!(world.read(FILM).is_err(), "healing is left to the next start");
    drop((cacher, engine));
    assert_eq!(world.calm().scan(Depth::Cache, false).unwrap().healed.len(), 1);
    assert_eq!(world.read(FILM).unwrap(), BYTES);
}
