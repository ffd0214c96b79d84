//! What plays: counted once, by what the cache held at that moment; never moved, and nothing of it given up.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cacherr::cacher::accesses::Access;
use cacherr::cacher::{Accepted, CacheRequest, Cacher, Engine, PinRequest, RestoreRequest, Started, Verdict};
use cacherr::domain::file::{Method, Operation, Status};
use cacherr::domain::id::FileId;
use cacherr::domain::intent::Reading;
use cacherr::domain::job::{JobRow, JobState, RestoreAction};
use cacherr::domain::playback::{Hits, PlaybackRow};
use cacherr::store::Rows;
use jiff::SignedDuration;

use crate::support::world::{COPY, COPYING, FILM, KEPT, MOVING, Ways, World, cache};

const OTHER: &str = "/lib/movies/other.mkv";
const OTHER_KEPT: &str = "/lib/movies/.other.mkv.cacherr-original";

fn plays(session: &str, user: &str) -> Started {
    Started {
        session: session.to_owned(),
        video: "101".to_owned(),
        user: Some(user.to_owned()),
        paths: vec![FILM.into()],
        title: "Dune".to_owned(),
    }
}

fn start(engine: &Engine, started: &Started) -> PlaybackRow {
    engine.playback_started(started).unwrap().unwrap()
}

fn live(user: &str, path: &str) -> CacheRequest {
    CacheRequest {
        path: path.into(),
        operation: Operation::RealTimeWatch,
        user: Some(user.to_owned()),
        method: None,
        metadata: Default::default(),
        by: cacherr::domain::actor::Actor::system(),
    }
}

fn queued(engine: &Engine, request: &CacheRequest) -> JobRow {
    match engine.request_cache(request).unwrap() {
        Accepted::Queued { job, .. } | Accepted::UserAdded { job: Some(job), .. } => job_of(engine, job),
        other => panic!("{other:?}"),
    }
}

fn job_of(engine: &Engine, id: cacherr::domain::id::JobId) -> JobRow {
    engine.store().read().unwrap().job(id).unwrap().unwrap()
}

#[test]
fn the_first_start_is_a_miss_and_the_second_a_hit() {
    let mut world = World::new(COPYING, b"the film");
    let engine = world.calm();
    assert!(!start(&engine, &plays("1", "user1")).hit);
    cache(&engine, &world).unwrap();
    assert_eq!(world.row().unwrap().access_count, 0, "what is not cached is not read from the cache");
    assert!(start(&engine, &plays("2", "user2")).hit);
    assert_eq!(engine.hits().unwrap(), Hits { starts: 2, hits: 1 });
    let row = world.row().unwrap();
    assert_eq!((row.access_count, row.last_accessed), (1, Some(world.now)));
    drop(engine);
    world.later(SignedDuration::from_hours(24 * 30 + 1));
    assert_eq!(world.calm().hits().unwrap(), Hits::default(), "longer than 30 days ago");
    assert!(world.calm().store().check().unwrap().is_empty());
}

#[test]
fn starts_are_told_day_by_day_and_the_days_add_up() {
    let mut world = World::new(COPYING, b"the film");
    let engine = world.calm();
    assert!(!start(&engine, &plays("1", "user1")).hit);
    cache(&engine, &world).unwrap();
    assert!(start(&engine, &plays("2", "user2")).hit);
    drop(engine);
    world.later(SignedDuration::from_hours(48));
    let engine = world.calm();
    assert!(start(&engine, &plays("3", "user1")).hit);
    let told = |days| -> Vec<(u64, u64)> {
        engine.hits_by_day(days).unwrap().iter().map(|day| (day.hits.starts, day.hits.hits)).collect()
    };
    assert_eq!(told(4), [(0, 0), (2, 1), (0, 0), (1, 1)]);
    assert_eq!((told(1), told(2)), (vec![(1, 1)], vec![(0, 0), (1, 1)]));
    let long = engine.hits_by_day(90).unwrap();
    assert!(
        long.windows(2).all(|pair| pair[1].begins.since(pair[0].begins) == SignedDuration::from_hours(24))
    );
    assert_eq!((long.len(), long.iter().map(|day| day.hits.starts).sum::<u64>()), (90, 3));
}

#[test]
fn a_playback_is_counted_once_whatever_restarts() {
    let world = World::new(COPYING, b"the film").cached();
    let engine = world.calm();
    let first = start(&engine, &plays("1", "user1"));
    assert_eq!(start(&engine, &plays("1", "user1")).id, first.id);
    drop(engine);
    let engine = world.calm();
    engine.recover().unwrap();
    assert_eq!(start(&engine, &plays("1", "user1")).id, first.id, "it went on while nobody looked");
    assert_eq!(engine.hits().unwrap(), Hits { starts: 1, hits: 1 });
    assert_eq!(world.row().unwrap().access_count, 1);
    let ended = engine.playback_ended(&first).unwrap().unwrap();
    assert_eq!(ended.ended_at, Some(world.now));
    assert_eq!(engine.playback_ended(&first).unwrap(), None, "it ended already");
    assert_ne!(start(&engine, &plays("1", "user1")).id, first.id, "the server may count its sessions anew");
}

#[test]
fn what_lies_in_no_library_says_nothing_about_the_cache() {
    let engine = World::new(COPYING, b"the film").calm();
    for path in ["/elsewhere/film.mkv", "/lib/movies/../../etc/passwd", "film.mkv", ""] {
        let started = Started { paths: vec![PathBuf::from(path)], ..plays("1", "user1") };
        assert_eq!(engine.playback_started(&started).unwrap(), None, "{path}");
    }
    assert_eq!(engine.hits().unwrap(), Hits::default());
}

#[test]
fn a_film_that_plays_is_never_swapped_in_move_mode() {
    let mut world = World::new(MOVING, b"the film");
    let engine = world.calm();
    let job = queued(&engine, &world.wish());
    // It begins after the wish was written down, and before its turn has come.
    start(&engine, &plays("1", "user2"));
    engine.run_job(job.id).unwrap();
    let row = world.row().unwrap();
    assert_eq!(row.method, Method::AtomicCopy);
    assert!(engine.store().read().unwrap().intents().unwrap().is_empty(), "nothing will be given up");
    drop(engine);
    world.settle_for(SignedDuration::from_hours(1));
    assert_eq!(world.read(KEPT).unwrap(), b"the film");
}

#[test]
fn nothing_is_given_up_of_a_film_while_it_plays() {
    let mut world = World::new(MOVING, b"the film");
    let engine = world.calm();
    cache(&engine, &world).unwrap();
    let playback = start(&engine, &plays("1", "user2"));
    drop(engine);
    for _ in 0..5 {
        world.settle_for(SignedDuration::from_hours(1));
        assert_eq!(world.read(KEPT).unwrap(), b"the film", "somebody plays it");
    }
    world.calm().playback_ended(&playback).unwrap();
    world.settle_for(SignedDuration::from_mins(3));
    assert!(world.read(KEPT).is_err(), "given up once nobody plays it any more");
    assert_eq!(world.read(COPY).unwrap(), b"the film");
}

/// A film of two parts, both cached and served from there.
fn two_parts(ways: Ways) -> World {
    let world = World::new(ways, b"the film");
    let engine = world.calm();
    cache(&engine, &world).unwrap();
    let second = queued(&engine, &CacheRequest { path: OTHER.into(), ..world.wish() });
    engine.run_job(second.id).unwrap();
    world
}

fn eviction(file: FileId) -> RestoreRequest {
    RestoreRequest {
        file,
        action: RestoreAction::Evict,
        reason: "room".to_owned(),
        user: None,
        by: cacherr::domain::actor::Actor::system(),
    }
}

fn evict(engine: &Engine, path: &str) -> cacherr::Result<JobRow> {
    let file = engine.store().read().unwrap().file_by_path(path.as_ref()).unwrap().unwrap().id;
    let job = engine.request_restore(&eviction(file))?;
    engine.run_job(job)?;
    Ok(job_of(engine, job))
}

#[test]
fn no_part_of_what_plays_is_evicted_nor_is_its_original_given_up() {
    let mut world = two_parts(MOVING);
    let engine = world.calm();
    let started = Started { paths: vec![FILM.into(), OTHER.into()], ..plays("1", "user2") };
    let playback = start(&engine, &started);
    assert_eq!(playback.files().collect::<Vec<_>>(), [Path::new(FILM), Path::new(OTHER)]);
    let refused =
        |engine: &Engine| [FILM, OTHER].map(|path| evict(engine, path).err().map(|error| error.code()));
    assert_eq!(refused(&engine), [Some("file_playing"); 2]);
    drop(engine);
    for _ in 0..3 {
        // Also for a process that has not been told of it anew.
        world.settle_for(SignedDuration::from_hours(1));
        assert_eq!(world.read(KEPT).unwrap(), b"the film");
        assert_eq!(world.read(OTHER_KEPT).unwrap(), b"another film");
    }
    let engine = world.calm();
    assert_eq!(start(&engine, &started).id, playback.id);
    assert_eq!(refused(&engine), [Some("file_playing"); 2]);
    engine.playback_ended(&playback).unwrap();
    for path in [FILM, OTHER] {
        assert_eq!(evict(&engine, path).unwrap().state, JobState::Done);
    }
    assert_eq!(world.read(OTHER).unwrap(), b"another film");
    assert!(engine.store().check().unwrap().is_empty());
}

#[test]
fn an_eviction_that_was_asked_for_before_a_person_pins_does_not_come_about() {
    let world = two_parts(COPYING);
    let engine = world.calm();
    let file = engine.store().read().unwrap().file_by_path(OTHER.as_ref()).unwrap().unwrap().id;
    let job = engine.request_restore(&eviction(file)).unwrap();
    let pin =
        |pinned| PinRequest { file, pinned, reason: "manual".to_owned(), user: None, by: "test".into() };
    engine.pin(&pin(true)).unwrap();
    engine.run_job(job).unwrap();
    let job = job_of(&engine, job);
    assert_eq!((job.state, job.error.unwrap().code.as_str()), (JobState::Failed, "file_pinned"));
    assert_eq!(
        engine.store().read().unwrap().file(file).unwrap().unwrap().status,
        Status::Active,
        "it stays"
    );
    assert_eq!(engine.request_restore(&eviction(file)).unwrap_err().code(), "file_pinned");
    engine.pin(&pin(false)).unwrap();
    assert_eq!(evict(&engine, OTHER).unwrap().state, JobState::Done);
}

#[test]
fn an_eviction_that_was_asked_for_before_somebody_plays_does_not_come_about() {
    let world = two_parts(COPYING);
    let engine = world.calm();
    let file = engine.store().read().unwrap().file_by_path(OTHER.as_ref()).unwrap().unwrap().id;
    let request = eviction(file);
    let job = engine.request_restore(&request).unwrap();
    start(&engine, &Started { paths: vec![FILM.into(), OTHER.into()], ..plays("1", "user2") });
    engine.run_job(job).unwrap();
    let job = job_of(&engine, job);
    assert_eq!((job.state, job.error.unwrap().code.as_str()), (JobState::Failed, "file_playing"));
    let row = engine.store().read().unwrap().file(file).unwrap().unwrap();
    assert_eq!(row.status, Status::Active, "it stays");
    // A person may all the same.
    let removal = RestoreRequest { action: RestoreAction::Remove, ..request };
    let removed = engine.request_restore(&removal).unwrap();
    engine.run_job(removed).unwrap();
    assert_eq!(job_of(&engine, removed).state, JobState::Done);
}

#[test]
fn a_playback_that_goes_over_to_another_version_protects_both_and_counts_once() {
    let world = two_parts(COPYING);
    let engine = world.calm();
    let first = start(&engine, &plays("1", "user1"));
    let other = Started { paths: vec![OTHER.into()], ..plays("1", "user1") };
    let second = start(&engine, &other);
    assert_eq!(start(&engine, &other), second, "told again");
    assert_eq!((second.id, &second.path), (first.id, &first.path));
    let rows = engine.store().read().unwrap();
    assert!(rows.is_played(FILM.as_ref()).unwrap() && rows.is_played(OTHER.as_ref()).unwrap());
    assert_eq!(engine.hits().unwrap(), Hits { starts: 1, hits: 1 });
}

#[test]
fn what_a_short_playback_asked_for_is_called_off_unless_somebody_else_wants_it() {
    let world = World::new(COPYING, b"the film");
    let engine = world.calm();
    let alone = queued(&engine, &live("user1", FILM));
    let shared = queued(&engine, &live("user1", OTHER));
    assert_eq!(queued(&engine, &live("user2", OTHER)).id, shared.id);
    let paths = [FILM.into(), OTHER.into()];
    assert!(engine.withdraw_playback(Some("user3"), &paths).unwrap().is_empty(), "it was not theirs");
    assert_eq!(engine.withdraw_playback(Some("user1"), &paths).unwrap(), [alone.id]);
    assert_eq!(job_of(&engine, alone.id).state, JobState::Cancelled);
    let left = job_of(&engine, shared.id);
    assert_eq!(left.state, JobState::Queued);
    let text = format!("{:?}", left.kind);
    assert!(text.contains("user2") && !text.contains("user1"), "{text}");
    assert_eq!(engine.withdraw_playback(Some("user2"), &paths).unwrap(), [shared.id]);
    assert!(engine.store().check().unwrap().is_empty());
}

#[test]
fn a_wish_for_later_outlives_the_playback() {
    let world = World::new(COPYING, b"the film");
    let engine = world.calm();
    let job = queued(&engine, &world.wish());
    queued(&engine, &live("user1", FILM));
    assert!(engine.withdraw_playback(Some("user1"), &[FILM.into()]).unwrap().is_empty());
    engine.run_job(job.id).unwrap();
    assert_eq!(world.row().unwrap().operation, Operation::Watchlist);
    assert!(engine.withdraw_playback(Some("user1"), &[FILM.into()]).unwrap().is_empty(), "it is cached");
}

#[test]
fn opens_count_only_as_long_as_nobody_tells_of_playbacks() {
    let world = World::new(COPYING, b"the film").cached();
    let engine = world.calm();
    let open = [Access { copy: COPY.into(), at: world.now }];
    engine.told_of_playbacks(true);
    assert_eq!(engine.count_accesses(&open).unwrap(), 0);
    engine.told_of_playbacks(false);
    assert_eq!(engine.count_accesses(&open).unwrap(), 1);
}

#[test]
fn playbacks_are_forgotten_with_the_rest_of_history() {
    let mut world = World::new(COPYING, b"the film");
    let engine = world.calm();
    let ended = start(&engine, &plays("1", "user1"));
    engine.playback_ended(&ended).unwrap();
    let open = start(&engine, &plays("2", "user1"));
    drop(engine);
    world.later(SignedDuration::from_hours(24 * 91));
    let engine = world.calm();
    engine.scan(cacherr::cacher::scan::Depth::Cache, false).unwrap();
    let left = engine.store().read().unwrap().playbacks(None, 10).unwrap();
    assert_eq!(left.iter().map(|row| row.id).collect::<Vec<_>>(), [open.id]);
}

#[test]
fn others_of_a_library_wait_until_the_server_was_seen_reading_the_first() {
    let world = World::new(COPYING, b"the film");
    let cacher = Cacher::at_rest(Arc::new(world.calm()));
    let engine = cacher.engine();
    engine.expect_reader(true);
    let first = cache(engine, &world).unwrap();
    let second = queued(engine, &live("user1", OTHER));
    std::thread::scope(|scope| {
        let running = scope.spawn(|| engine.run_job(second.id).unwrap());
        // It is copied and read back, and waits before its names change.
        while !cacher.progress().iter().any(|one| one.job == second.id && one.state == JobState::Verifying) {
            assert!(!running.is_finished());
            std::thread::yield_now();
        }
        assert!(engine.store().read().unwrap().intents_of(second.file_id).unwrap().is_empty());
        engine.reader_says(first.file_id, &Verdict::Reads).unwrap();
        running.join().unwrap();
    });
    assert_eq!(job_of(engine, second.id).state, JobState::Done);
    assert_eq!(engine.reading("Movies").unwrap(), Reading::Seen);
}
