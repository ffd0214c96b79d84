//! A trial of swaps tells the truth about a file system, and leaves nothing there.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cacherr::Error;
use cacherr::cacher::probe::Trial;
use cacherr::doctor::{Check, Verdict};
use cacherr::domain::path::trial_name;
use cacherr::domain::settings::SwapMethod;
use rustix::io::Errno;

use super::Clinic;
use crate::support::faulty::{Faults, Hook, Plan, until_death};
use crate::support::house::{House, disk, names};
use crate::support::mounts::Mounted;
use crate::support::world::{BY_LINK, COPYING, LIBRARY, World};

/// Without readers, so that all calls come in one order.
const ALONE: Trial = Trial { swaps: 4, readers: 0 };

#[tokio::test(flavor = "multi_thread")]
async fn swaps_before_a_reader_never_fail_and_leave_nothing() {
    for swap in [SwapMethod::Exchange, SwapMethod::LinkRename] {
        let clinic = Clinic::with(|library, _| library.swap = swap).await;
        let before = names(clinic.root());
        let tried = clinic.house.engine.try_swaps("Movies", Trial { swaps: 20, readers: 2 }).unwrap();
        assert_eq!((tried.swaps, tried.failed, tried.first_failure), (20, 0, None), "{swap}");
        assert!(tried.reads >= 2, "{swap}: each reads once at least");
        assert_eq!(tried.exchange_refused, None);
        assert_eq!(names(clinic.root()), before, "{swap}");
        clinic.house.engine.try_cache(&[(0, 0)]).unwrap();
        assert_eq!(names(&clinic.cache.dir), [] as [String; 0], "not even a marker");
    }
}

#[test]
fn a_union_refuses_the_exchange_and_is_swapped_otherwise() {
    let (_dir, path) = disk();
    let branches = [path.join("one"), path.join("two")];
    branches.iter().for_each(|branch| fs::create_dir(branch).unwrap());
    let Some(union) = Mounted::union(&[&branches[0], &branches[1]], "use_ino,minfreespace=1M") else {
        return;
    };
    let (_dir, cache) = disk();
    let trial = Trial { swaps: 4, readers: 1 };
    let tried = House::of(union.path(), &cache).engine.try_swaps("Movies", trial).unwrap();
    assert!(tried.swaps == 0 && tried.exchange_refused.is_some(), "{tried:?}");
    let tried = House::of_union(union.path(), &cache).engine.try_swaps("Movies", trial).unwrap();
    assert!(tried.swaps == 4 && tried.exchange_refused.is_some(), "{tried:?}");
    assert_eq!(names(union.path()), [] as [String; 0]);
}

#[test]
fn whatever_a_trial_dies_or_fails_of_the_next_one_finds_and_leaves_nothing() {
    for ways in [COPYING, BY_LINK] {
        let world = World::new(ways, b"a film");
        let before = world.sim.tree();
        let calm = Faults::new(Plan::None);
        world.fork().engine(&calm).unwrap().try_swaps("Movies", ALONE).unwrap();
        let calls = calm.count();
        assert!(calls > 20, "{calls}");
        let mut left = 0;
        for call in 0..calls {
            for plan in [
                Plan::DieAt(call),
                Plan::DieAfter(call),
                Plan::FailAt(call, Errno::IO),
                Plan::FailAfterEffect(call, Errno::STALE),
                Plan::FailFrom(call, Errno::ROFS),
            ] {
                let world = world.fork();
                let faults = Faults::new(plan);
                let _ = until_death(|| {
                    let engine = world.engine(&faults)?;
                    engine.try_swaps("Movies", ALONE).map(drop)
                });
                let is_clean = world.sim.tree() == before;
                left += usize::from(!is_clean);
                let fails_once = matches!(plan, Plan::FailAt(..) | Plan::FailAfterEffect(..));
                assert!(is_clean || !fails_once, "{ways:?} {plan:?}: {:#?}", world.sim.tree());
                world.calm().try_swaps("Movies", ALONE).unwrap();
                assert_eq!(world.sim.tree(), before, "{ways:?} {plan:?}");
            }
        }
        assert!(left > 10, "{left}: a process that dies leaves its folder, which the next one found");
    }
}

#[test]
fn what_a_network_file_system_still_holds_is_waited_for() {
    let world = World::new(COPYING, b"a film");
    let before = world.sim.tree();
    let name = trial_name(&world.calm().store().id().to_string());
    let held = Path::new(LIBRARY).join(name).join(".nfs0001");
    world.sim.put_file(&held, b"removed while it was open");
    let (sim, removals) = (world.sim.clone(), AtomicUsize::new(0));
    let hook: Hook = Arc::new(move |_, call| {
        if call.op == "remove_folder" && removals.fetch_add(1, Ordering::SeqCst) == 3 {
            sim.remove(&held).unwrap();
        }
    });
    let engine = world.engine(&Faults::with_hook(Plan::None, Some(hook))).unwrap();
    engine.try_swaps("Movies", ALONE).unwrap();
    assert_eq!(world.sim.tree(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cache_dir_that_was_never_used_is_looked_at_and_not_taken() {
    let clinic = Clinic::new().await;
    fs::write(clinic.cache.dir.join("holiday.jpg"), b"somebody's").unwrap();
    let foreign = clinic.finding(Check::CacheDir).await;
    assert_eq!(foreign.verdict, Verdict::Failure, "{foreign:?}");
    fs::remove_file(clinic.cache.dir.join("holiday.jpg")).unwrap();
    // What a trial left that did not come to its end is in nobody's way.
    let left = trial_name(&clinic.house.engine.store().id().to_string());
    fs::write(clinic.cache.dir.join(&left), b"of an earlier trial").unwrap();
    assert_eq!(clinic.finding(Check::CacheDir).await.verdict, Verdict::Ok);
    assert_eq!(names(&clinic.cache.dir), [] as [String; 0]);
    clinic.house.cache(&clinic.film(0)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_ours_in_the_way_of_a_trial_stays() {
    let clinic = Clinic::new().await;
    let name = trial_name(&clinic.house.engine.store().id().to_string());
    let at = clinic.root().join(&name);
    let trial = || match clinic.house.engine.try_swaps("Movies", ALONE) {
        Err(Error::NeedsAttention { path, .. }) => path,
        other => panic!("{other:?}"),
    };
    fs::create_dir(&at).unwrap();
    fs::write(at.join("holiday.jpg"), b"somebody's").unwrap();
    fs::write(at.join("film.trial"), b"ours, of a trial that did not end").unwrap();
    assert_eq!(trial(), at);
    assert_eq!(fs::read(at.join("holiday.jpg")).unwrap(), b"somebody's");
    let diagnosis = clinic.examine().await;
    assert_eq!(super::only(&diagnosis, Check::LibraryAccess).verdict, Verdict::Failure);

    fs::remove_dir_all(&at).unwrap();
    symlink(clinic.film(0).parent().unwrap(), &at).unwrap();
    assert_eq!(trial(), at);
    assert!(clinic.film(0).exists() && at.is_symlink());

    fs::remove_file(&at).unwrap();
    let diagnosis = clinic.examine().await;
    assert_eq!(super::only(&diagnosis, Check::LibraryAccess).verdict, Verdict::Ok);
}
