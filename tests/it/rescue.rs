//! The store is lost: everything comes back from the disk alone.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cacherr::cacher::rescue::{Rescue, Rescued};
use cacherr::clock::ManualClock;
use cacherr::domain::settings::CacheSettings;
use rustix::io::Errno;

use crate::support::faulty::{Faults, Faulty, Plan, until_death};
use crate::support::sim::SimFs;
use crate::support::tell;
use crate::support::world::{BY_LINK, CACHE, COPY, COPYING, FILM, KEPT, LIBRARY, MOVING, World, cache};

const BYTES: &[u8] = b"the bytes of a film";

fn rescue_with(world: &World, faults: &Arc<Faults>) -> Rescued {
    let rescue = Rescue {
        fs: Arc::new(Faulty::new(world.sim.clone(), faults)),
        clock: Arc::new(ManualClock::at(world.now)),
        cache: CacheSettings::at(PathBuf::from(CACHE)),
    };
    rescue.run(&[PathBuf::from(LIBRARY)], &mut |_, _| {})
}

fn rescue(world: &World) -> Rescued {
    rescue_with(world, &Faults::new(Plan::None))
}

fn library(sim: &SimFs) -> Vec<(PathBuf, Option<Vec<u8>>)> {
    let below = sim.tree().into_keys().filter(|path| path.starts_with(LIBRARY));
    below.map(|path| (path.clone(), sim.read(&path).ok())).collect()
}

fn copies(sim: &SimFs) -> Vec<PathBuf> {
    sim.tree().into_keys().filter(|path| path.starts_with(Path::new(CACHE).join("Movies"))).collect()
}

#[test]
fn every_original_is_back_and_no_copy_is_left() {
    for ways in [COPYING, MOVING, BY_LINK] {
        let fresh = World::new(ways, BYTES);
        let before = library(&fresh.sim);
        let original = fresh.sim.lstat(FILM).unwrap();
        let world = fresh.cached();
        let report = rescue(&world);
        assert_eq!(library(&world.sim), before);
        assert_eq!(report.left, vec![], "{ways:?}");
        assert_eq!(report.copies_deleted, 1);
        assert_eq!(copies(&world.sim), Vec::<PathBuf>::new());
        let after = world.sim.lstat(FILM).unwrap();
        if ways == MOVING {
            assert_eq!(report.copied_back, [PathBuf::from(FILM)]);
            assert!(after.identity.same_bytes(&original.identity));
        } else {
            assert_eq!(report.restored, [PathBuf::from(FILM)]);
            assert!(after.identity.unchanged(&original.identity));
        }
        assert_eq!(rescue(&world), Rescued::default(), "a second rescue finds nothing");
    }
}

#[test]
fn a_dead_cache_volume_does_not_keep_the_originals_away() {
    let world = World::new(COPYING, BYTES).cached();
    world.sim.remove(COPY).unwrap();
    let report = rescue(&world);
    assert_eq!(report.restored, [PathBuf::from(FILM)]);
    assert_eq!(world.read(FILM).unwrap(), BYTES);
}

#[test]
fn what_is_gone_in_move_mode_is_named_and_its_link_is_left() {
    let world = World::new(MOVING, BYTES).cached();
    world.sim.remove(COPY).unwrap();
    let report = rescue(&world);
    assert_eq!(report.left.iter().map(|(path, _)| path.as_path()).collect::<Vec<_>>(), [Path::new(FILM)]);
    assert!(world.sim.lstat(FILM).is_ok());
}

#[test]
fn bytes_that_were_written_through_the_link_win_and_the_old_original_is_put_aside() {
    let world = World::new(COPYING, BYTES).cached();
    world.sim.advance(100);
    world.sim.write_in_place(FILM, b"edited").unwrap();
    let report = rescue(&world);
    assert_eq!(world.read(FILM).unwrap(), b"edited");
    assert_eq!(world.read(&report.put_aside[0]).unwrap(), BYTES);
}

#[test]
fn a_file_that_somebody_put_at_the_path_stays_there() {
    let world = World::new(COPYING, BYTES).cached();
    world.sim.remove(FILM).unwrap();
    world.sim.put_file(FILM, b"theirs");
    let report = rescue(&world);
    assert_eq!(world.read(FILM).unwrap(), b"theirs");
    assert_eq!(world.read(&report.put_aside[0]).unwrap(), BYTES);
}

#[test]
fn a_film_that_was_deleted_is_not_resurrected() {
    let world = World::new(COPYING, BYTES).cached();
    world.sim.remove(FILM).unwrap();
    let report = rescue(&world);
    assert!(world.read(FILM).is_err());
    assert_eq!(world.read(KEPT).unwrap(), BYTES);
    assert!(report.left.iter().any(|(path, _)| path == Path::new(KEPT)), "{report:?}");
}

#[test]
fn foreign_links_and_files_are_left_alone() {
    let world = World::new(COPYING, BYTES);
    world.sim.put_link("/lib/movies/alias.mkv", "/lib/movies/other.mkv");
    world.sim.put_link("/lib/movies/broken.mkv", "/nowhere/else.mkv");
    world.sim.put_file("/fast/cache/somebody's.txt", b"not ours");
    let before = world.sim.tree();
    let report = rescue(&world);
    assert_eq!(world.sim.tree(), before);
    assert_eq!(report.left.len(), 1, "{report:?}");
}

#[test]
fn with_the_wrong_cache_dir_named_nothing_is_touched_and_every_film_is_named() {
    let world = World::new(COPYING, BYTES).cached();
    let before = world.sim.tree();
    let rescue = Rescue {
        fs: Arc::new(Faulty::new(world.sim.clone(), &Faults::new(Plan::None))),
        clock: Arc::new(ManualClock::at(world.now)),
        cache: CacheSettings::at(PathBuf::from("/fast/other")),
    };
    let report = rescue.run(&[PathBuf::from(LIBRARY)], &mut |_, _| {});
    assert_eq!(world.sim.tree(), before);
    assert_eq!(report.left.iter().map(|(path, _)| path.as_path()).collect::<Vec<_>>(), [Path::new(FILM)]);
    assert!(report.left[0].1.contains("cache dir"), "{report:?}");
}

#[test]
fn a_root_that_is_away_does_not_keep_the_others_waiting() {
    let world = World::new(COPYING, BYTES).cached();
    let rescue = Rescue {
        fs: Arc::new(Faulty::new(world.sim.clone(), &Faults::new(Plan::None))),
        clock: Arc::new(ManualClock::at(world.now)),
        cache: CacheSettings::at(PathBuf::from(CACHE)),
    };
    let report = rescue.run(&[PathBuf::from("/lib/away"), PathBuf::from(LIBRARY)], &mut |_, _| {});
    assert_eq!(report.restored, [PathBuf::from(FILM)]);
    assert_eq!(report.left.len(), 1, "{report:?}");
    assert_eq!(report.left[0].0, Path::new("/lib/away"));
}

#[test]
fn a_rescue_that_dies_at_any_call_is_finished_by_the_next_one_and_never_opens_a_gap() {
    let mut deaths = 0;
    for ways in [COPYING, MOVING, BY_LINK] {
        let base = World::new(ways, BYTES).cached();
        let faults = Faults::new(Plan::None);
        rescue_with(&base.fork(), &faults);
        for k in 0..faults.count() {
            for plan in [Plan::DieAt(k), Plan::DieAfter(k)] {
                let world = base.fork();
                let _ = until_death(|| rescue_with(&world, &Faults::new(plan)));
                let mut worlds = world.after_power_cuts(12);
                worlds.push(world);
                for world in worlds {
                    assert_eq!(world.read(FILM).unwrap(), BYTES, "{ways:?} {plan:?}: a gap");
                    rescue(&world);
                    let film = world.sim.lstat(FILM).unwrap();
                    assert_eq!(film.kind, cacherr::files::Kind::File, "{ways:?} {plan:?}");
                    assert_eq!(world.read(FILM).unwrap(), BYTES, "{ways:?} {plan:?}");
                    assert!(world.sim.lstat(KEPT).is_err(), "{ways:?} {plan:?}");
                    deaths += 1;
                }
            }
        }
    }
    tell(&format!("{deaths} interrupted rescues"));
}

#[test]
fn what_a_crash_of_the_engine_left_is_undone_as_well() {
    let mut cases = 0;
    for ways in [COPYING, BY_LINK] {
        let base = World::new(ways, BYTES);
        let faults = Faults::new(Plan::None);
        cache(&base.fork().engine(&faults).unwrap(), &base).unwrap();
        for k in 0..faults.count() + 20 {
            let world = base.fork();
            let faults = Faults::new(Plan::DieAt(k));
            let _ = until_death(|| world.engine(&faults).and_then(|engine| cache(&engine, &world)));
            let report = rescue(&world);
            assert_eq!(world.read(FILM).unwrap(), BYTES);
            assert_eq!(world.sim.lstat(FILM).unwrap().kind, cacherr::files::Kind::File, "{k}");
            assert!(world.sim.lstat(KEPT).is_err(), "{k}: {report:?}");
            cases += 1;
        }
    }
    tell(&format!("{cases} crashes rescued"));
}

#[test]
fn unfinished_copies_go_only_where_links_showed_whose_they_are() {
    let unfinished = "/fast/cache/.cacherr/tmp/half-a-copy";
    let world = World::new(COPYING, BYTES);
    world.sim.mkdir_all("/fast/cache/.cacherr/tmp");
    world.sim.put_file(unfinished, b"half");
    assert_eq!(rescue(&world).left.len(), 1);
    assert!(world.read(unfinished).is_ok(), "it may be another instance's");
    let world = world.cached();
    world.sim.put_file(unfinished, b"half");
    assert_eq!(rescue(&world).left, vec![]);
    assert!(world.read(unfinished).is_err());
}

#[test]
fn a_folder_that_cannot_be_removed_is_told_and_hides_behind_nothing() {
    let base = World::new(COPYING, BYTES).cached();
    let faults = Faults::new(Plan::None);
    rescue_with(&base.fork(), &faults);
    let calls = faults.calls();
    let at = calls.iter().position(|call| call.op == "remove_folder").unwrap();
    for (errno, told) in [(Errno::ACCESS, true), (Errno::NOTEMPTY, false), (Errno::EXIST, false)] {
        let world = base.fork();
        let report = rescue_with(&world, &Faults::new(Plan::FailAt(at, errno)));
        assert_eq!(report.copies_deleted, 1);
        let left: Vec<&Path> = report.left.iter().map(|(path, _)| path.as_path()).collect();
        let folder = Path::new(COPY).parent().unwrap();
        assert_eq!(left, if told { vec![folder] } else { vec![] }, "{errno:?}");
        assert_eq!(world.read(FILM).unwrap(), BYTES);
    }
}
