//! Download managers replace files while they are cached: another file at the same path, or the same item under another.
//! Theirs wins, the old original is in the trash, and what a person said of the old file holds for the new one.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cacherr::cacher::{Accepted, CacheRequest, Cacher, Engine, PinRequest, RestoreRequest};
use cacherr::domain::file::{FileRow, Metadata, Operation, Status};
use cacherr::domain::id::FileId;
use cacherr::domain::job::{JobState, RestoreAction};
use cacherr::domain::log::LogKind;
use cacherr::domain::plan::Cached;
use cacherr::domain::wanted::{Source, Wanted};
use cacherr::librarian::upgrades::{Followed, Tracked, Upgrades};
use cacherr::store::{Order, Rows};
use jiff::SignedDuration;

use crate::support::world::{COPY, COPYING, FILM, KEPT, LIBRARY, MOVING, World, work_off};

const BYTES: &[u8] = b"the bytes of a film";
const BETTER: &[u8] = b"the bytes of a better encode";
const NEW: &str = "/lib/movies/Dune (2021)/Dune 2160p.mkv";

fn known() -> Metadata {
    let ids = [("plex".to_owned(), "movie/dune".to_owned())];
    Metadata { title: Some("Dune".to_owned()), media_ids: ids.into(), ..Metadata::default() }
}

/// A film that `user1` asked for, pinned and cached.
fn asked_for() -> World {
    let mut world = World::new(COPYING, BYTES);
    let engine = world.calm();
    let request = CacheRequest { operation: Operation::Manual, metadata: known(), ..world.wish() };
    let file = bring(&engine, &request);
    pin(&engine, file, true);
    drop(engine);
    world.settle_for(SignedDuration::from_mins(3));
    world.sim.settle();
    world
}

fn bring(engine: &Engine, request: &CacheRequest) -> FileId {
    match engine.request_cache(request).unwrap() {
        Accepted::Queued { job, file, .. } => {
            engine.run_job(job).unwrap();
            file
        }
        other => panic!("{other:?}"),
    }
}

fn pin(engine: &Engine, file: FileId, pinned: bool) {
    let request = PinRequest { file, pinned, reason: "test".to_owned(), user: None, by: "test".into() };
    engine.pin(&request).unwrap();
}

fn named(path: &str, size: usize) -> Wanted {
    Wanted {
        path: path.into(),
        size: size as u64,
        user: "user2".to_owned(),
        operation: Operation::Ondeck,
        source: Source::OnDeck,
        since: cacherr::domain::time::Time::from_micros(0),
        ahead: 0,
        minutes: 0,
        series: None,
        metadata: known(),
        age: SignedDuration::ZERO,
    }
}

/// One cycle, as whoever plans makes it; then what it asked for.
fn follow(world: &World, upgrades: &mut Upgrades, wanted: &[Wanted]) -> Followed {
    let engine = Arc::new(world.calm());
    let (mut files, mut tracked) = (Vec::new(), Vec::new());
    let rows = engine.store().read().unwrap();
    let visit = &mut |row: FileRow, attributions: Vec<_>| {
        tracked.extend(Tracked::of(&row, &attributions));
        if row.status == Status::Active {
            files.push(cached(&row));
        }
        Ok(std::ops::ControlFlow::Continue(()))
    };
    rows.walk_files(Order::Ascending, visit).unwrap();
    drop(rows);
    let cacher = Cacher::at_rest(engine.clone());
    let followed = upgrades.follow(&cacher, wanted, &files, &tracked, world.now).unwrap();
    work_off(&engine).unwrap();
    assert!(engine.store().check().unwrap().is_empty());
    followed
}

fn cached(row: &FileRow) -> Cached {
    Cached {
        id: row.id,
        path: row.file_path.clone(),
        size: row.size,
        cached_at: row.cached_at,
        pinned: row.pinned,
        playing: false,
        attributions: vec![],
        operation: row.operation,
        last_accessed: None,
        watched_by: vec![],
        companion_of: None,
    }
}

fn at(world: &World, path: &str) -> Option<(FileRow, Vec<String>)> {
    let engine = world.calm();
    let rows = engine.store().read().unwrap();
    let row = rows.file_by_path(Path::new(path)).unwrap()?;
    let asked = rows.attributions(row.id).unwrap().into_iter().filter(|one| one.reason == Operation::Manual);
    Some((row, asked.map(|one| one.user).collect()))
}

fn reason(row: &FileRow) -> &str {
    row.removed.as_ref().map_or("", |removed| removed.reason.as_str())
}

fn trash(world: &World) -> Vec<Vec<u8>> {
    let rows = world.calm().store().read().unwrap().trash().unwrap();
    rows.iter().map(|row| world.read(row.folder.join(&row.name)).unwrap()).collect()
}

/// They delete what is there, which is our link, and put theirs there.
fn replace(world: &World, path: &str) {
    world.sim.remove(FILM).unwrap();
    world.sim.put_file(path, BETTER);
    world.sim.settle();
}

fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}

#[test]
fn another_file_at_the_same_path_wins_and_is_cached_for_those_who_asked_for_the_old_one() {
    let (mut world, mut upgrades) = (asked_for(), Upgrades::default());
    replace(&world, FILM);
    let told = [named(FILM, BETTER.len())];
    assert_eq!(
        follow(&world, &mut upgrades, &[named(FILM, BYTES.len())]),
        Followed::default(),
        "nothing is told"
    );
    let id = world.row().unwrap().id;
    let followed = follow(&world, &mut upgrades, &told);
    assert_eq!((followed.looked_at, &followed.settled[..], followed.asked), (1, &[id][..], 1));
    assert_eq!(world.read(FILM).unwrap(), BETTER, "theirs wins");
    assert_eq!(trash(&world), [BYTES], "and nothing is lost");
    let log = world.calm().store().read().unwrap().log_of(id, 10).unwrap();
    assert!(log.iter().any(|entry| entry.kind == LogKind::Supersede), "{log:?}");
    world.settle_for(minutes(2));
    let (row, users) = at(&world, FILM).unwrap();
    assert_eq!((row.id, row.status, row.size), (id, Status::Active, BETTER.len() as u64));
    assert_eq!((row.pinned, users), (true, vec!["user1".to_owned()]));
    assert_eq!([world.read(FILM).unwrap(), world.read(&row.place.cached_path).unwrap()], [BETTER, BETTER]);
    assert_eq!(follow(&world, &mut upgrades, &told), Followed::default());
}

#[test]
fn a_size_that_turns_out_to_mean_nothing_is_looked_at_once() {
    let (mut world, mut upgrades) = (asked_for(), Upgrades::default());
    let told = [named(FILM, 5)];
    assert_eq!(follow(&world, &mut upgrades, &told), Followed { looked_at: 1, ..Followed::default() });
    for _ in 0..3 {
        world.later(minutes(60));
        assert_eq!(follow(&world, &mut upgrades, &told), Followed::default());
    }
    assert_eq!(follow(&world, &mut upgrades, &[named(FILM, 6)]).looked_at, 1, "another size is another word");
    assert_eq!(world.row().unwrap().status, Status::Active);
}

#[test]
fn the_same_item_under_another_path_takes_over_pin_and_wishes_once_the_old_one_is_seen_to_be_gone() {
    let (mut world, mut upgrades) = (asked_for(), Upgrades::default());
    replace(&world, NEW);
    let told = [named(NEW, BETTER.len())];
    let followed = follow(&world, &mut upgrades, &told);
    assert_eq!((followed.looked_at, followed.asked, followed.handed_over), (1, 1, 0));
    // It is cached at once, and the old one stays until it is sure.
    let ((new, users), (old, _)) = (at(&world, NEW).unwrap(), at(&world, FILM).unwrap());
    assert_eq!((new.status, new.pinned, users), (Status::Active, false, vec!["user1".to_owned()]));
    assert_eq!((old.status, old.pinned), (Status::Active, true));
    assert_eq!(world.read(KEPT).unwrap(), BYTES);
    assert_eq!(follow(&world, &mut upgrades, &told), Followed::default(), "not again at once");
    world.later(minutes(11));
    let followed = follow(&world, &mut upgrades, &told);
    assert_eq!((followed.settled, followed.handed_over), (vec![old.id], 1));
    let ((new, users), (old, nobody)) = (at(&world, NEW).unwrap(), at(&world, FILM).unwrap());
    assert_eq!((new.status, new.pinned, users), (Status::Active, true, vec!["user1".to_owned()]));
    assert_eq!((reason(&old), old.pinned, nobody), ("unclaimed", false, vec![]));
    assert_eq!(trash(&world), [BYTES]);
    assert_eq!(
        [world.read(NEW).unwrap(), world.read(COPY).unwrap()],
        [BETTER, BYTES],
        "the old copy has its days"
    );
    // A person's later word stands.
    pin(&world.calm(), new.id, false);
    world.later(minutes(60));
    assert_eq!(follow(&world, &mut Upgrades::default(), &told), Followed::default());
    assert!(!at(&world, NEW).unwrap().0.pinned);
    let log = world.calm().store().read().unwrap().log_of(new.id, 10).unwrap();
    assert!(log.iter().any(|entry| entry.kind == LogKind::Pin && entry.reason == "replaced"), "{log:?}");
}

#[test]
fn a_server_that_names_another_version_moves_nothing_as_long_as_the_file_is_there() {
    let (mut world, mut upgrades) = (asked_for(), Upgrades::default());
    world.sim.put_file(NEW, BETTER);
    world.sim.settle();
    let told = [named(NEW, BETTER.len())];
    for looked_at in [1, 0, 1] {
        let followed = follow(&world, &mut upgrades, &told);
        assert_eq!(followed, Followed { looked_at, ..Followed::default() });
        world.later(minutes(6));
    }
    assert!(world.row().unwrap().pinned && at(&world, NEW).is_none());
}

#[test]
fn what_a_person_gave_back_is_not_asked_for_because_something_else_lay_there() {
    let (mut world, mut upgrades) = (asked_for(), Upgrades::default());
    replace(&world, FILM);
    let request = RestoreRequest {
        file: world.row().unwrap().id,
        action: RestoreAction::Remove,
        reason: "manual".to_owned(),
        user: None,
        by: "api_key".into(),
    };
    let engine = world.calm();
    let job = engine.request_restore(&request).unwrap();
    engine.run_job(job).unwrap();
    engine.forget_holds(world.now.plus(minutes(60))).unwrap();
    drop(engine);
    world.settle_for(minutes(60));
    assert_eq!(world.row().unwrap().status, Status::Removed);
    let told = [named(FILM, BETTER.len())];
    assert_eq!(follow(&world, &mut upgrades, &told), Followed::default());
    assert_eq!(world.row().unwrap().status, Status::Removed);
}

#[test]
fn in_move_mode_the_last_copy_stays_whatever_replaced_the_link() {
    let mut world = World::new(MOVING, BYTES);
    bring(&world.calm(), &CacheRequest { metadata: known(), ..world.wish() });
    for _ in 0..3 {
        world.settle_for(minutes(3));
    }
    world.sim.settle();
    assert!(world.read(KEPT).is_err(), "the original was given up");
    replace(&world, FILM);
    let id = world.row().unwrap().id;
    let report = world.calm().look_at_links(&[id]).unwrap();
    assert_eq!(report.settled, [id]);
    for _ in 0..3 {
        world.settle_for(SignedDuration::from_hours(24 * 30));
    }
    assert_eq!([world.read(FILM).unwrap(), world.read(COPY).unwrap()], [BETTER, BYTES]);
}

/// Twelve films, cached.
fn twelve() -> (World, Vec<(PathBuf, FileId)>) {
    let world = World::new(COPYING, BYTES);
    let films: Vec<PathBuf> = (0..12).map(|n| PathBuf::from(format!("{LIBRARY}/Film {n}.mkv"))).collect();
    for film in &films {
        world.sim.put_file(film, film.display().to_string());
    }
    world.sim.settle();
    let engine = world.calm();
    let bring = |path: PathBuf| {
        let file = bring(&engine, &CacheRequest { path: path.clone(), ..world.wish() });
        (path, file)
    };
    let films = films.into_iter().map(bring).collect();
    world.sim.settle();
    drop(engine);
    (world, films)
}

#[test]
fn only_what_is_named_is_looked_at_and_too_much_that_is_missing_at_once_is_not_believed() {
    let (world, films) = twelve();
    for (path, _) in &films[..3] {
        world.sim.remove(path).unwrap();
    }
    let ids: Vec<FileId> = films.iter().map(|(_, id)| *id).collect();
    let before = world.calm().store().dump().unwrap();
    let error = world.calm().look_at_links(&ids[..3]).unwrap_err();
    assert_eq!(error.code(), "mass_orphan_brake", "three of twelve");
    assert_eq!(world.calm().store().dump().unwrap(), before, "nothing is concluded");
    let report = world.calm().look_at_links(&ids[..2]).unwrap();
    assert_eq!((report.looked_at, report.settled.len()), (2, 0), "once is no proof");
    let engine = world.calm();
    let missing = |id| engine.store().read().unwrap().file(id).unwrap().unwrap().link_missing_since.is_some();
    assert_eq!([missing(ids[0]), missing(ids[1]), missing(ids[2])], [true, true, false]);
}

#[test]
fn nothing_is_concluded_of_a_library_that_is_away() {
    let (world, films) = twelve();
    let ids: Vec<FileId> = films.iter().map(|(_, id)| *id).collect();
    let before = world.calm().store().dump().unwrap();
    world.sim.unmount("/lib");
    let report = world.calm().look_at_links(&ids[..1]).unwrap();
    assert_eq!((report.settled.len(), report.findings.len()), (0, 1), "{report:?}");
    assert_eq!(world.calm().store().dump().unwrap(), before);
    world.sim.remount("/lib");
    assert_eq!(world.calm().look_at_links(&ids).unwrap().findings, []);
}

#[test]
fn what_is_being_worked_on_or_unknown_is_passed_over() {
    let (world, films) = twelve();
    let engine = world.calm();
    let request = RestoreRequest {
        file: films[0].1,
        action: RestoreAction::Evict,
        reason: "room".to_owned(),
        user: None,
        by: cacherr::domain::actor::Actor::system(),
    };
    let job = engine.request_restore(&request).unwrap();
    let report = engine.look_at_links(&[films[0].1, FileId::new(), films[1].1]).unwrap();
    assert_eq!((report.looked_at, report.settled, report.findings), (1, vec![], vec![]));
    engine.run_job(job).unwrap();
    let job = engine.store().read().unwrap().job(job).unwrap().unwrap();
    assert_eq!(job.state, JobState::Done);
}
