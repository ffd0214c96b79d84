//! The world around a cached file moves: volumes go away, links are moved, folders renamed, copies replaced. Nothing is
//! concluded that was not seen, and nothing is lost.

use std::path::{Path, PathBuf};

use cacherr::Error;
use cacherr::cacher::scan::Depth;
use cacherr::cacher::{Accepted, CacheRequest, Engine};
use cacherr::domain::file::{Operation, Status};
use cacherr::domain::intent::Phase;
use cacherr::domain::job::{JobState, RestoreAction};
use cacherr::store::Rows;
use jiff::SignedDuration;

use crate::support::faulty::{Faults, Hook, Plan};
use crate::support::world::{
    CACHE, COPY, COPYING, FILM, FOLDER, KEPT, LIBRARY, MOVING, Ways, World, cache, restore, work_off,
};

const BYTES: &[u8] = b"the bytes of a film";

fn deep(world: &World) -> cacherr::cacher::scan::Scanned {
    let engine = world.calm();
    let report = engine.scan(Depth::Deep, false).unwrap();
    work_off(&engine).unwrap();
    report
}

/// Two looks, eleven minutes apart, as the search for a link demands.
fn deep_twice(world: &mut World) {
    deep(world);
    world.later(SignedDuration::from_mins(11));
    deep(world);
}

fn cached(ways: Ways) -> World {
    World::new(ways, BYTES).cached()
}

fn trash(world: &World) -> Vec<Vec<u8>> {
    let rows = world.calm().store().read().unwrap().trash().unwrap();
    rows.iter().map(|row| world.read(row.folder.join(&row.name)).unwrap()).collect()
}

fn unclaimed(world: &World) -> bool {
    let intents = world.calm().store().read().unwrap().intents().unwrap();
    intents.iter().any(|intent| matches!(intent.phase, Phase::Unclaimed { .. }))
}

#[test]
fn a_library_that_is_unmounted_at_any_step_is_not_judged_and_is_whole_when_it_comes_back() {
    for (ways, restoring) in [(COPYING, false), (COPYING, true), (MOVING, false), (MOVING, true)] {
        let base = if restoring { cached(ways) } else { World::new(ways, BYTES) };
        let act = |engine: &Engine, world: &World| {
            if restoring { restore(engine, RestoreAction::Restore) } else { cache(engine, world) }
        };
        let faults = Faults::new(Plan::None);
        act(&base.fork().engine(&faults).unwrap(), &base).unwrap();
        for at in 0..faults.count() {
            let mut world = base.fork();
            let sim = world.sim.clone();
            let hook: Hook = std::sync::Arc::new(move |call, _| {
                if call == at {
                    sim.unmount("/lib");
                }
            });
            let engine = world.engine(&Faults::with_hook(Plan::None, Some(hook))).unwrap();
            let _ = act(&engine, &world);
            drop(engine);
            world.sim.unmount("/lib");
            // Hours pass, with starts, scans and graces. The mount point is an empty folder all the time.
            for _ in 0..3 {
                world.later(SignedDuration::from_hours(5));
                let engine = world.calm();
                engine.recover().unwrap();
                work_off(&engine).unwrap();
                engine.settle_due().unwrap();
                let _ = engine.scan(Depth::Deep, false);
            }
            assert!(world.sim.lstat("/lib").is_ok());
            world.sim.remount("/lib");
            assert_eq!(world.read(FILM).unwrap(), BYTES, "{ways:?} {restoring} {at}");
            world.later(SignedDuration::from_mins(2));
            let engine = world.calm();
            engine.recover().unwrap();
            work_off(&engine).unwrap();
            engine.scan(Depth::Deep, false).unwrap();
            drop(engine);
            for _ in 0..3 {
                world.settle_for(SignedDuration::from_mins(2));
            }
            assert_eq!(world.read(FILM).unwrap(), BYTES, "{ways:?} {restoring} {at}");
            let rows = world.calm().store().read().unwrap().intents().unwrap();
            assert!(rows.is_empty(), "{ways:?} {restoring} {at}: {rows:?}");
        }
    }
}

#[test]
fn an_unmounted_cache_marks_nothing_and_answers_with_its_code() {
    let world = cached(COPYING);
    let dump = world.calm().store().dump().unwrap();
    world.sim.unmount("/fast");
    let engine = world.calm();
    assert_eq!(engine.scan(Depth::Cache, false).unwrap_err().code(), "cache_volume_missing");
    assert_eq!(cache(&engine, &world).unwrap_err().code(), "cache_volume_missing");
    engine.recover().unwrap();
    drop(engine);
    assert_eq!(world.calm().store().dump().unwrap(), dump);
    world.sim.remount("/fast");
    assert_eq!(deep(&world).findings, vec![]);
}

#[test]
fn a_foreign_or_used_cache_dir_is_refused_until_it_is_adopted() {
    let world = World::new(COPYING, BYTES);
    world.sim.remove("/fast/cache/.cacherr/store-id").unwrap();
    world.sim.put_file("/fast/cache/.cacherr/store-id", b"00000000-0000-7000-8000-000000000000\n");
    let engine = world.calm();
    assert_eq!(cache(&engine, &world).unwrap_err().code(), "cache_volume_missing");
    engine.adopt_cache_dir(&"test".into()).unwrap();
    assert_eq!(cache(&engine, &world).unwrap().state, JobState::Done);
}

#[test]
fn foreign_files_in_the_cache_dir_are_left_and_a_taken_name_gets_a_suffix() {
    let world = World::new(COPYING, BYTES);
    world.sim.mkdir_all(Path::new(COPY).parent().unwrap());
    world.sim.put_file(COPY, b"somebody's own");
    assert_eq!(cache(&world.calm(), &world).unwrap().state, JobState::Done);
    assert_eq!(world.read(COPY).unwrap(), b"somebody's own");
    assert_eq!(world.read(FILM).unwrap(), BYTES);
    let row = world.row().unwrap();
    assert_ne!(row.place.cached_path, Path::new(COPY));
    restore(&world.calm(), RestoreAction::Restore).unwrap();
    let mut world = world;
    world.settle_for(SignedDuration::from_mins(2));
    assert_eq!(world.read(COPY).unwrap(), b"somebody's own");
    assert!(world.read(&row.place.cached_path).is_err());
}

#[test]
fn a_link_that_a_download_manager_moved_takes_its_row_and_its_original_along() {
    for to in ["/lib/movies/Dune (2021)/Dune (2021).mkv", "/lib/movies/renamed.mkv"] {
        let mut world = cached(COPYING);
        let row = world.row().unwrap();
        // They make the same link elsewhere and delete the old one.
        world.sim.put_link(to, &row.place.link_text);
        world.sim.remove(FILM).unwrap();
        deep(&world);
        assert_eq!(world.row().unwrap().file_path, Path::new(FILM), "once is no proof");
        world.later(SignedDuration::from_mins(11));
        deep(&world);
        let moved = world.row().unwrap();
        assert_eq!((moved.id, moved.status), (row.id, Status::Active));
        assert_eq!(moved.file_path, Path::new(to));
        assert!(world.sim.lstat(KEPT).is_err());
        assert_eq!(restore(&world.calm(), RestoreAction::Restore).unwrap().state, JobState::Done);
        let back = world.sim.lstat(to).unwrap();
        assert!(back.identity.same_file(&row.place.original), "the very inode");
    }
}

#[test]
fn a_renamed_folder_takes_its_rows_along() {
    let mut world = cached(COPYING);
    let row = world.row().unwrap();
    world.sim.rename(FOLDER, "/lib/movies/Dune Part One (2021)").unwrap();
    deep_twice(&mut world);
    let moved = world.row().unwrap();
    assert_eq!(moved.file_path, Path::new("/lib/movies/Dune Part One (2021)/Dune.mkv"));
    assert_eq!(restore(&world.calm(), RestoreAction::Restore).unwrap().state, JobState::Done);
    assert!(world.sim.lstat(&moved.file_path).unwrap().identity.same_file(&row.place.original));
}

#[test]
fn a_link_in_a_recycle_bin_of_the_library_is_found_there() {
    let mut world = cached(COPYING);
    world.sim.mkdir_all("/lib/movies/#recycle/Dune (2021)");
    world.sim.rename(FILM, "/lib/movies/#recycle/Dune (2021)/Dune.mkv").unwrap();
    deep_twice(&mut world);
    let row = world.row().unwrap();
    assert_eq!(row.file_path, Path::new("/lib/movies/#recycle/Dune (2021)/Dune.mkv"));
    assert_eq!(world.read(&row.file_path).unwrap(), BYTES);
}

#[test]
fn a_deleted_link_leaves_the_original_in_the_trash_and_the_copy_for_its_days() {
    let mut world = cached(COPYING);
    world.sim.remove(FILM).unwrap();
    deep_twice(&mut world);
    assert!(world.sim.lstat(FILM).is_err(), "their deletion holds");
    assert_eq!(trash(&world), [BYTES]);
    assert_eq!(world.read(COPY).unwrap(), BYTES);
    assert_eq!(world.row().unwrap().removed.unwrap().reason, "unclaimed");
    world.settle_for(SignedDuration::from_hours(24 * 7 + 1));
    assert!(world.read(COPY).is_err() && trash(&world).is_empty());
}

#[test]
fn in_move_mode_an_unclaimed_copy_is_never_deleted_by_itself() {
    let mut world = cached(MOVING);
    world.sim.remove(FILM).unwrap();
    deep_twice(&mut world);
    assert!(unclaimed(&world));
    for _ in 0..10 {
        world.settle_for(SignedDuration::from_hours(24 * 30));
    }
    assert_eq!(world.read(COPY).unwrap(), BYTES);
}

#[test]
fn a_replaced_file_wins_the_old_original_goes_to_the_trash_and_the_copy_is_released() {
    let mut world = cached(COPYING);
    world.sim.remove(FILM).unwrap();
    world.sim.put_file(FILM, b"a better encode");
    deep(&world);
    assert_eq!(world.read(FILM).unwrap(), b"a better encode");
    assert_eq!(world.row().unwrap().removed.unwrap().reason, "superseded");
    assert_eq!(trash(&world), [BYTES]);
    world.settle_for(SignedDuration::from_mins(2));
    assert!(world.read(COPY).is_err());
    // And it can be cached in its turn: the same row lives again.
    let id = world.row().unwrap().id;
    assert_eq!(cache(&world.calm(), &world).unwrap().state, JobState::Done);
    assert_eq!((world.row().unwrap().id, world.row().unwrap().status), (id, Status::Active));
}

#[test]
fn a_mover_that_copies_and_deletes_the_kept_original_is_followed_by_its_hash() {
    let world = cached(COPYING);
    let before = world.sim.lstat(KEPT).unwrap();
    // The mover gives the file another inode with the same bytes and time.
    mover(&world, KEPT);
    assert_ne!(world.sim.lstat(KEPT).unwrap().identity.ino, before.identity.ino);
    assert_eq!(deep(&world).findings, vec![]);
    assert_eq!(restore(&world.calm(), RestoreAction::Restore).unwrap().state, JobState::Done);
    assert_eq!(world.sim.lstat(FILM).unwrap().kind, cacherr::files::Kind::File);
    assert_eq!(world.read(FILM).unwrap(), BYTES);
}

#[test]
fn a_mover_that_replaces_the_link_by_what_it_leads_to_is_taken_for_a_new_file() {
    let mut world = cached(COPYING);
    world.sim.remove(FILM).unwrap();
    world.sim.put_file(FILM, BYTES);
    deep(&world);
    assert_eq!(world.row().unwrap().status, Status::Removed);
    assert_eq!(world.read(FILM).unwrap(), BYTES);
    assert_eq!(trash(&world), [BYTES]);
    world.settle_for(SignedDuration::from_mins(2));
    assert!(world.read(COPY).is_err());
}

/// Copies a file to a new inode under the same name, keeping its time.
fn mover(world: &World, path: &str) {
    use cacherr::files::Fs;
    let bytes = world.read(path).unwrap();
    let mtime = world.sim.lstat(path).unwrap().identity.mtime;
    world.sim.remove(path).unwrap();
    world.sim.put_file(path, bytes);
    let folder = world.sim.open_folder(Path::new(path).parent().unwrap()).unwrap();
    let file = world.sim.open_file(&folder, Path::new(path).file_name().unwrap()).unwrap();
    world.sim.set_mtime(&file, mtime).unwrap();
}

#[test]
fn a_kept_original_that_was_deleted_is_noticed_and_the_bytes_come_back_from_the_copy() {
    let world = cached(COPYING);
    world.sim.remove(KEPT).unwrap();
    let report = deep(&world);
    assert_eq!(report.findings.len(), 1);
    assert_eq!(world.row().unwrap().place.kept, None);
    assert_eq!(restore(&world.calm(), RestoreAction::Restore).unwrap().state, JobState::Done);
    assert_eq!(world.read(FILM).unwrap(), BYTES);
    assert_eq!(world.sim.lstat(FILM).unwrap().kind, cacherr::files::Kind::File);
}

#[test]
fn a_kept_original_that_an_old_handle_changed_wins() {
    let mut world = cached(COPYING);
    world.sim.write_in_place(KEPT, b"changed by an old handle").unwrap();
    deep(&world);
    assert_eq!(world.read(FILM).unwrap(), b"changed by an old handle");
    world.settle_for(SignedDuration::from_mins(2));
    assert_eq!(world.read(FILM).unwrap(), b"changed by an old handle");
}

#[test]
fn when_both_were_changed_both_are_kept_and_it_is_reported() {
    let world = cached(COPYING);
    world.sim.write_in_place(KEPT, b"changed by an old handle").unwrap();
    world.sim.write_in_place(COPY, b"changed through the link, longer").unwrap();
    let report = deep(&world);
    assert_eq!(report.findings.len(), 1, "{report:?}");
    assert_eq!(world.read(KEPT).unwrap(), b"changed by an old handle");
    assert_eq!(world.read(FILM).unwrap(), b"changed through the link, longer");
}

#[test]
fn a_copy_that_is_open_is_not_deleted_until_it_is_closed() {
    let mut world = cached(COPYING);
    let copy = world.sim.lstat(COPY).unwrap();
    let held = |readers| cacherr::files::Holders { writers: 0, readers, complete: true };
    world.sim.set_holders(&copy, held(1));
    restore(&world.calm(), RestoreAction::Evict).unwrap();
    world.settle_for(SignedDuration::from_mins(5));
    assert_eq!(world.read(COPY).unwrap(), BYTES);
    world.sim.set_holders(&copy, held(0));
    world.settle_for(SignedDuration::from_mins(5));
    assert!(world.read(COPY).is_err());
}

#[test]
fn a_missing_copy_is_healed_at_once_and_too_many_at_once_stop_the_scan() {
    let world = World::new(COPYING, BYTES);
    let films: Vec<PathBuf> = (0..12).map(|n| PathBuf::from(format!("{LIBRARY}/Film {n}.mkv"))).collect();
    for film in &films {
        world.sim.put_file(film, format!("the bytes of {}", film.display()));
    }
    world.sim.settle();
    let engine = world.calm();
    for film in &films {
        let Accepted::Queued { job, .. } =
            engine.request_cache(&CacheRequest { path: film.clone(), ..world.wish() }).unwrap()
        else {
            panic!("not queued")
        };
        engine.run_job(job).unwrap();
    }
    let copy = |film: &PathBuf| Path::new(CACHE).join("Movies").join(film.file_name().unwrap());
    world.sim.remove(copy(&films[0])).unwrap();
    let report = engine.scan(Depth::Cache, false).unwrap();
    assert_eq!(report.healed.len(), 1);
    assert_eq!(world.sim.lstat(&films[0]).unwrap().kind, cacherr::files::Kind::File);
    for film in &films[1..5] {
        world.sim.remove(copy(film)).unwrap();
    }
    let error = engine.scan(Depth::Cache, false).unwrap_err();
    assert!(matches!(error, Error::MassOrphanBrake { missing: 4, total: 11 }), "{error}");
    assert_eq!(world.sim.lstat(&films[1]).unwrap().kind, cacherr::files::Kind::Link);
    assert_eq!(engine.scan(Depth::Cache, true).unwrap().healed.len(), 4);
    for film in &films {
        assert_eq!(world.read(film).unwrap(), format!("the bytes of {}", film.display()).into_bytes());
    }
}

#[test]
fn a_lost_cache_gives_every_kept_original_back_and_names_exactly_what_is_gone() {
    for ways in [COPYING, MOVING] {
        let world = cached(ways);
        world.sim.unmount("/fast");
        let engine = world.calm();
        engine.declare_cache_lost();
        engine.recover().unwrap();
        let job = restore(&engine, RestoreAction::Restore).unwrap();
        let row = world_row(&engine);
        if ways == COPYING {
            assert_eq!(job.state, JobState::Done, "{:?}", job.error);
            assert_eq!(world.read(FILM).unwrap(), BYTES);
            assert_eq!(row.status, Status::Removed);
        } else {
            assert_eq!(job.error.unwrap().code, "unrecoverable");
            assert_eq!(row.status, Status::Orphaned);
            assert!(row.attention.is_some());
        }
    }
}

fn world_row(engine: &Engine) -> cacherr::domain::file::FileRow {
    engine.store().read().unwrap().files().unwrap().pop().unwrap()
}

#[test]
fn three_who_want_the_same_path_at_once_get_one_copy_and_three_attributions() {
    let world = World::new(COPYING, BYTES);
    let engine = std::sync::Arc::new(world.calm());
    let wishes =
        [("user1", Operation::Watchlist), ("user2", Operation::Ondeck), ("user3", Operation::ActiveWatching)];
    let accepted: Vec<Accepted> = std::thread::scope(|scope| {
        let asked: Vec<_> = wishes
            .iter()
            .map(|(user, operation)| {
                let (engine, wish) = (engine.clone(), world.wish());
                scope.spawn(move || {
                    let user = Some((*user).to_owned());
                    engine.request_cache(&CacheRequest { user, operation: *operation, ..wish }).unwrap()
                })
            })
            .collect();
        asked.into_iter().map(|asked| asked.join().unwrap()).collect()
    });
    assert_eq!(accepted.iter().filter(|one| matches!(one, Accepted::Queued { .. })).count(), 1);
    work_off(&engine).unwrap();
    let rows = engine.store().read().unwrap();
    let row = world_row(&engine);
    assert_eq!(row.operation, Operation::ActiveWatching);
    let mut users: Vec<_> = rows.attributions(row.id).unwrap().into_iter().map(|one| one.user).collect();
    users.sort();
    assert_eq!(users, ["user1", "user2", "user3"]);
    let error = engine.request_cache(&world.wish()).unwrap_err();
    assert_eq!(error.code(), "already_tracked");
}

#[test]
fn a_copy_on_its_way_out_is_taken_back_into_use() {
    let world = cached(COPYING);
    restore(&world.calm(), RestoreAction::Evict).unwrap();
    let copy = world.sim.lstat(COPY).unwrap();
    let job = cache(&world.calm(), &world).unwrap();
    assert_eq!(job.state, JobState::Done, "{:?}", job.error);
    assert_eq!(world.sim.lstat(COPY).unwrap().identity.ino, copy.identity.ino, "not copied again");
    let mut world = world;
    world.settle_for(SignedDuration::from_mins(5));
    assert_eq!(world.read(FILM).unwrap(), BYTES);
    assert_eq!(world.sim.lstat(FILM).unwrap().kind, cacherr::files::Kind::Link);
}

#[test]
fn an_inode_number_that_was_used_again_is_not_taken_for_the_original() {
    let world = cached(COPYING);
    let mut place = world.row().unwrap().place;
    let known = place.original;
    // Same number, same size and time, another birth.
    let reused = cacherr::domain::identity::Identity {
        btime: known.btime.map(|time| cacherr::domain::time::FileTime { secs: time.secs + 1, ..time }),
        ..known
    };
    place.original = reused;
    assert!(!known.same_file(&reused));
    assert!(!known.unchanged(&reused));
}

#[test]
fn a_hard_linked_original_is_never_given_up() {
    let mut world = World::new(MOVING, BYTES);
    use cacherr::files::Fs;
    let folder = world.sim.open_folder(Path::new(FOLDER)).unwrap();
    world.sim.hard_link(&folder, "Dune.mkv".as_ref(), "seeding.mkv".as_ref()).unwrap();
    cache(&world.calm(), &world).unwrap();
    world.settle_for(SignedDuration::from_mins(5));
    assert_eq!(world.row().unwrap().method, cacherr::domain::file::Method::AtomicCopy);
    assert_eq!(world.read(KEPT).unwrap(), BYTES);
}

#[test]
fn a_full_cache_volume_refuses_before_anything_is_written() {
    let world = World::new(COPYING, BYTES);
    world.sim.set_space("/fast", 5);
    assert_eq!(cache(&world.calm(), &world).unwrap_err().code(), "cache_volume_full");
    assert!(world.row().is_none());
}

#[test]
fn a_limit_counts_copies_that_are_not_deleted_yet() {
    use cacherr::domain::settings::Limit;
    let world = cached(COPYING);
    world.sim.put_file("/lib/movies/second.mkv", BYTES);
    world.sim.settle();
    restore(&world.calm(), RestoreAction::Evict).unwrap();
    let limited = |world: &World| {
        let size = BYTES.len() as u64;
        let engine = world
            .engine_with(&Faults::new(Plan::None), |cache| cache.limit = Limit::Bytes(size + 1))
            .unwrap();
        engine.request_cache(&CacheRequest { path: "/lib/movies/second.mkv".into(), ..world.wish() })
    };
    assert_eq!(limited(&world).unwrap_err().code(), "cache_volume_full");
    let mut world = world;
    world.settle_for(SignedDuration::from_mins(2));
    assert!(limited(&world).is_ok());
}

#[test]
fn a_link_that_comes_back_is_taken_up_again_with_its_original() {
    let mut world = cached(COPYING);
    let (id, link) = (world.row().unwrap().id, world.row().unwrap().place.link_text);
    world.sim.remove(FILM).unwrap();
    deep_twice(&mut world);
    assert_eq!(trash(&world), [BYTES]);
    // Out of the recycle bin, three days later.
    world.later(SignedDuration::from_hours(72));
    world.sim.put_link(FILM, link);
    deep(&world);
    let row = world.row().unwrap();
    assert_eq!((row.id, row.status, row.removed), (id, Status::Active, None));
    assert_eq!(world.read(KEPT).unwrap(), BYTES);
    assert!(trash(&world).is_empty());
    world.settle_for(SignedDuration::from_hours(24 * 30));
    assert_eq!(world.read(FILM).unwrap(), BYTES);
}

/// A library with twelve cached films, each in a folder of its own.
fn twelve() -> (World, Vec<PathBuf>) {
    let world = World::new(COPYING, BYTES);
    let films: Vec<PathBuf> =
        (0..12).map(|n| PathBuf::from(format!("{LIBRARY}/Film {n}/Film {n}.mkv"))).collect();
    for film in &films {
        world.sim.mkdir_all(film.parent().unwrap());
        world.sim.put_file(film, format!("the bytes of {}", film.display()));
    }
    world.sim.settle();
    let engine = world.calm();
    for film in &films {
        engine.request_cache(&CacheRequest { path: film.clone(), ..world.wish() }).unwrap();
    }
    work_off(&engine).unwrap();
    drop(engine);
    (world, films)
}

#[test]
fn an_emptied_or_half_gone_library_concludes_nothing() {
    for gone in [6, 12] {
        let (mut world, films) = twelve();
        let before = world.calm().store().read().unwrap().files().unwrap();
        // A branch of a union is away: the root is the same, its folders are not there.
        world.sim.mkdir_all("/lib/away");
        for film in &films[..gone] {
            let folder = film.parent().unwrap();
            world.sim.rename(folder, Path::new("/lib/away").join(folder.file_name().unwrap())).unwrap();
        }
        for _ in 0..3 {
            world.later(SignedDuration::from_hours(1));
            let engine = world.calm();
            match engine.scan(Depth::Deep, false) {
                Err(error) => assert_eq!(error.code(), "mass_orphan_brake"),
                Ok(report) => panic!("{report:?}"),
            }
            // Nor does a person who lets the brake go make it conclude what no witness says.
            if gone == 12 {
                let report = engine.scan(Depth::Deep, true).unwrap();
                assert_eq!((report.settled.len(), report.healed.len()), (0, 0), "{report:?}");
            }
        }
        for film in &films[..gone] {
            let folder = film.parent().unwrap();
            world.sim.rename(Path::new("/lib/away").join(folder.file_name().unwrap()), folder).unwrap();
        }
        deep(&world);
        assert_eq!(world.calm().store().read().unwrap().files().unwrap(), before);
        for film in &films {
            assert_eq!(world.read(film).unwrap(), format!("the bytes of {}", film.display()).into_bytes());
        }
    }
}

#[test]
fn a_copy_that_comes_back_is_put_to_use_again() {
    for ways in [COPYING, MOVING] {
        let world = cached(ways);
        let row = world.row().unwrap();
        world.sim.rename(COPY, "/fast/hidden.mkv").unwrap();
        deep(&world);
        let orphan = world.row().unwrap();
        assert_eq!((orphan.status, orphan.attention.is_some()), (Status::Orphaned, ways == MOVING));
        if ways == MOVING {
            assert!(restore(&world.calm(), RestoreAction::Restore).unwrap().error.is_some());
            assert_eq!(world.row().unwrap().status, Status::Orphaned);
        }
        world.sim.mkdir_all(Path::new(COPY).parent().unwrap());
        world.sim.rename("/fast/hidden.mkv", COPY).unwrap();
        deep(&world);
        let back = world.row().unwrap();
        assert_eq!((back.id, back.status, back.attention), (row.id, Status::Active, None), "{ways:?}");
        assert_eq!(world.sim.lstat(FILM).unwrap().kind, cacherr::files::Kind::Link);
        assert_eq!(world.read(FILM).unwrap(), BYTES);
        assert_eq!(world.calm().audit().unwrap(), vec![]);
    }
}

#[test]
fn names_of_ours_that_no_row_tells_of_are_told_and_left() {
    let world = cached(COPYING);
    world.sim.put_file("/lib/movies/.Lost.mkv.cacherr-original", b"x");
    world.sim.put_link("/lib/movies/Stray.mkv", "/fast/cache/Movies/Stray.mkv");
    world.sim.put_link("/lib/movies/theirs.mkv", "/somewhere/else.mkv");
    world.sim.put_file("/fast/cache/Movies/Stray.mkv", b"y");
    let before = world.sim.tree();
    let mut found: Vec<_> = world.calm().audit().unwrap().into_iter().map(|(path, _)| path).collect();
    found.sort();
    let expected =
        ["/fast/cache/Movies/Stray.mkv", "/lib/movies/.Lost.mkv.cacherr-original", "/lib/movies/Stray.mkv"];
    assert_eq!(found, expected.map(PathBuf::from));
    assert_eq!(world.sim.tree(), before);
}

#[test]
fn removed_rows_and_ended_jobs_are_forgotten_after_their_days() {
    let mut world = cached(COPYING);
    restore(&world.calm(), RestoreAction::Remove).unwrap();
    world.settle_for(SignedDuration::from_hours(24 * 89));
    deep(&world);
    assert!(world.row().is_some());
    world.settle_for(SignedDuration::from_hours(24 * 2));
    deep(&world);
    assert!(world.row().is_none());
    assert!(world.calm().store().read().unwrap().jobs(10).unwrap().is_empty());
}

#[test]
fn a_copy_that_is_lost_while_it_was_to_come_back_leaves_what_is_kept() {
    use crate::support::faulty::until_death;
    let base = cached(COPYING);
    base.sim.write_in_place(COPY, b"written through the link, and lost").unwrap();
    base.sim.settle();
    // Dies as soon as the intent to copy back is written.
    let faults = Faults::new(Plan::None);
    restore(&base.fork().engine(&faults).unwrap(), RestoreAction::Restore).unwrap();
    let create = faults.calls().iter().position(|call| call.op == "create_file").unwrap();
    let world = base.fork();
    let dying = Faults::new(Plan::DieAt(create));
    let _ = until_death(|| world.engine(&dying).and_then(|engine| restore(&engine, RestoreAction::Restore)));
    world.sim.remove(COPY).unwrap();
    world.recover().unwrap();
    assert_eq!(world.read(FILM).unwrap(), BYTES);
    assert_eq!(world.sim.lstat(FILM).unwrap().kind, cacherr::files::Kind::File);
    assert_eq!(world.row().unwrap().status, Status::Removed);
}

#[test]
fn films_whose_names_are_one_name_on_the_cache_get_copies_of_their_own() {
    let mut world = World::new(COPYING, BYTES);
    world.sim.fold_case("/fast");
    let films =
        ["/lib/movies/Heat.mkv", "/lib/movies/HEAT.mkv", "/lib/movies/heat/x.mkv", "/lib/movies/Heat/X.mkv"];
    for film in films {
        world.sim.mkdir_all(Path::new(film).parent().unwrap());
        world.sim.put_file(film, format!("the bytes of {film}"));
    }
    world.sim.settle();
    let engine = world.calm();
    for film in films {
        engine.request_cache(&CacheRequest { path: film.into(), ..world.wish() }).unwrap();
        work_off(&engine).unwrap();
    }
    let rows = engine.store().read().unwrap().files().unwrap();
    assert_eq!(rows.len(), films.len());
    for film in films {
        assert_eq!(world.sim.lstat(film).unwrap().kind, cacherr::files::Kind::Link, "{film}");
        assert_eq!(world.read(film).unwrap(), format!("the bytes of {film}").into_bytes());
    }
    assert_eq!(engine.audit().unwrap(), vec![]);
    // One goes, its namesake stays.
    engine
        .request_restore(&cacherr::cacher::RestoreRequest {
            file: rows.iter().find(|row| row.file_path == Path::new(films[0])).unwrap().id,
            action: RestoreAction::Evict,
            reason: "test".into(),
            user: None,
            by: "test".into(),
        })
        .unwrap();
    work_off(&engine).unwrap();
    drop(engine);
    world.settle_for(SignedDuration::from_mins(2));
    for film in films {
        assert_eq!(world.read(film).unwrap(), format!("the bytes of {film}").into_bytes());
    }
}
