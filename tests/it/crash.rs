//! For cache, restore and evict, in every way a file can take its place: the process dies at every call and every
//! commit; every call fails with each error, with and without effect; the power goes at every call. After each of
//! these, recovery, and all invariants; and a second recovery that changes nothing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cacherr::cacher::scan::Depth;
use cacherr::domain::file::{Method, Status};
use cacherr::domain::intent::Phase;
use cacherr::domain::job::{JobState, RestoreAction};
use cacherr::store::Rows;
use jiff::SignedDuration;
use rustix::io::Errno;

use crate::support::faulty::{Call, Faults, Hook, Plan, until_death};
use crate::support::sim::SimFs;
use crate::support::tell;
use crate::support::world::{BY_LINK, CACHE, COPY, COPYING, FILM, KEPT, MOVING, Ways, World, cache, restore};

const BYTES: &[u8] = b"the bytes of a film";
const ERRNOS: [Errno; 5] = [Errno::IO, Errno::NOSPC, Errno::ACCESS, Errno::ROFS, Errno::STALE];
/// Calls that change nothing: dying before or after one is dying before the next one, and an error after its effect is
/// an error.
const LOOKS: [&str; 16] = [
    "canonicalize",
    "open_folder",
    "open_below",
    "open_file",
    "open_uncached",
    "stat",
    "stat_at",
    "list",
    "read_link",
    "space",
    "holders",
    "read_at",
    "next_data",
    "list_xattrs",
    "get_xattr",
    "drop_pages",
];

/// What is done to the film while things go wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Act {
    Cache,
    Restore,
    Evict,
    /// The cached copy is gone; a scan notices.
    Heal,
    /// Somebody wrote through the link; then a restore.
    RestoreWritten,
    /// Somebody changed mode and time through the link; then a restore.
    RestoreTouched,
}

#[derive(Clone, Copy, Debug)]
struct Scenario {
    act: Act,
    ways: Ways,
}

impl Scenario {
    fn prepare(self) -> World {
        let fresh = World::new(self.ways, BYTES);
        if self.act == Act::Cache {
            return fresh;
        }
        let world = fresh.cached();
        match self.act {
            Act::Heal => world.sim.remove(COPY).unwrap(),
            Act::RestoreWritten => {
                world.sim.write_in_place(COPY, b"other bytes, written through the link").unwrap()
            }
            Act::RestoreTouched => {
                world.sim.advance(1000);
                world.sim.write_in_place(COPY, BYTES).unwrap();
            }
            Act::Cache | Act::Restore | Act::Evict => {}
        }
        world.sim.settle();
        world
    }

    /// The bytes that the path must lead to, all the time.
    fn bytes(self) -> &'static [u8] {
        if self.act == Act::RestoreWritten { b"other bytes, written through the link" } else { BYTES }
    }

    /// Whether the path is readable from the start (it is not while a copy is missing that nobody noticed yet).
    fn readable_at_first(self) -> bool {
        self.act != Act::Heal
    }

    /// The whole scenario, graces included. Whatever it returns, the world must be sound.
    fn play(self, world: &mut World, faults: &Arc<Faults>) {
        let Ok(engine) = world.engine(faults) else { return };
        let _ = match self.act {
            Act::Cache => cache(&engine, world).map(|_| ()),
            Act::Restore | Act::RestoreWritten | Act::RestoreTouched => {
                restore(&engine, RestoreAction::Restore).map(|_| ())
            }
            Act::Evict => restore(&engine, RestoreAction::Evict).map(|_| ()),
            Act::Heal => engine.scan(Depth::Cache, false).map(|_| ()),
        };
        drop(engine);
        world.later(SignedDuration::from_secs(61));
        if let Ok(engine) = world.engine(faults) {
            let _ = engine.settle_due();
        }
    }
}

/// What one scenario went through.
#[derive(Default)]
struct Tally {
    deaths: usize,
    errors: usize,
    power_cuts: usize,
}

fn scenarios() -> Vec<Scenario> {
    let mut all = Vec::new();
    for ways in [COPYING, MOVING, BY_LINK] {
        for act in [Act::Cache, Act::Restore, Act::Evict] {
            all.push(Scenario { act, ways });
        }
    }
    for act in [Act::Heal, Act::RestoreWritten, Act::RestoreTouched] {
        all.push(Scenario { act, ways: COPYING });
    }
    all
}

/// Looks at the path before every call: is it readable, with the right bytes?
fn watcher(scenario: Scenario, sim: SimFs, gaps: Arc<AtomicUsize>) -> Hook {
    Arc::new(move |_, _: &Call| {
        if scenario.readable_at_first() && sim.read(FILM).ok().as_deref() != Some(scenario.bytes()) {
            gaps.fetch_add(1, Ordering::SeqCst);
        }
    })
}

fn run(scenario: Scenario, base: &World, plan: Plan) -> (World, Arc<Faults>, bool) {
    let mut world = base.fork();
    let gaps = Arc::new(AtomicUsize::new(0));
    let faults = Faults::with_hook(plan, Some(watcher(scenario, world.sim.clone(), Arc::clone(&gaps))));
    let died = until_death(|| scenario.play(&mut world, &faults)).is_err();
    assert_eq!(
        gaps.load(Ordering::SeqCst),
        0,
        "{scenario:?} {plan:?}: the path was not readable all the time"
    );
    (world, faults, died)
}

/// Recovers as the next start would, and checks everything that must hold.
fn check(scenario: Scenario, mut world: World, plan: Plan, what: &str) {
    let context = || format!("{scenario:?} {plan:?} {what}");
    if scenario.readable_at_first() {
        let read = world.read(FILM);
        assert_eq!(read.ok().as_deref(), Some(scenario.bytes()), "{}: gap after the crash", context());
    }
    let watch = Arc::new(AtomicUsize::new(0));
    let faults =
        Faults::with_hook(Plan::None, Some(watcher(scenario, world.sim.clone(), Arc::clone(&watch))));
    let engine = world.engine(&faults).unwrap();
    engine.recover().unwrap();
    engine.scan(Depth::Cache, false).unwrap();
    crate::support::world::work_off(&engine).unwrap();
    drop(engine);
    // Twice the grace: a move that was interrupted may release, be given up, and settle.
    for _ in 0..3 {
        world.settle_for(SignedDuration::from_secs(61));
    }
    assert_eq!(watch.load(Ordering::SeqCst), 0, "{}: a gap while recovering", context());
    sound(scenario, &world, &context());
    let (tree, dump) = (world.sim.tree(), world.calm().store().dump().unwrap());
    let engine = world.calm();
    let again = engine.recover().unwrap();
    engine.settle_due().unwrap();
    drop(engine);
    assert!(!again.did_something(), "{}: the second recovery did {again}", context());
    assert_eq!(world.sim.tree(), tree, "{}: the second recovery changed files", context());
    assert_eq!(world.calm().store().dump().unwrap(), dump, "{}: the second recovery changed rows", context());
}

/// The invariants of a world at rest.
fn sound(scenario: Scenario, world: &World, context: &str) {
    let engine = world.calm();
    let findings = engine.store().check().unwrap();
    assert_eq!(findings, Vec::<String>::new(), "{context}");
    let rows = engine.store().read().unwrap();
    for state in [JobState::Queued, JobState::Swapping] {
        let left = rows.jobs_in(state).unwrap();
        assert!(left.is_empty(), "{context}: jobs left: {left:?}");
    }
    let intents = rows.intents().unwrap();
    let waiting = intents.iter().all(|intent| matches!(intent.phase, Phase::Unclaimed { .. }));
    assert!(waiting, "{context}: intents left: {intents:?}");
    assert_eq!(world.read(FILM).ok().as_deref(), Some(scenario.bytes()), "{context}: gap at rest");
    let names = names(&world.sim);
    let mut expected: BTreeSet<PathBuf> = [FILM, "/lib/movies/other.mkv"].map(PathBuf::from).into();
    expected.insert(Path::new(CACHE).join(".cacherr/store-id"));
    let row = rows.files().unwrap().pop();
    let link = world.sim.lstat(FILM).unwrap().kind == cacherr::files::Kind::Link;
    match row.filter(|row| row.status == Status::Active) {
        Some(row) => {
            // Never a lie.
            assert!(link, "{context}: active without a link");
            assert_eq!(world.read(COPY).unwrap(), scenario.bytes(), "{context}");
            expected.insert(PathBuf::from(COPY));
            if row.place.kept.is_some() {
                expected.insert(PathBuf::from(KEPT));
            } else {
                assert_eq!(row.method, Method::AtomicSymlink, "{context}: copy mode keeps the original");
            }
        }
        None => assert!(!link, "{context}: a link without an active row"),
    }
    for row in rows.trash().unwrap() {
        expected.insert(row.folder.join(row.name));
    }
    for intent in intents {
        expected.insert(intent.place.cached_path);
    }
    assert_eq!(names, expected, "{context}: litter, or something is missing");
    // Empty folders are litter, too.
    let folder =
        |path: &Path| world.sim.lstat(path).is_ok_and(|stat| stat.kind == cacherr::files::Kind::Folder);
    let movies = Path::new(CACHE).join("Movies");
    assert!(
        !folder(&movies) || names.iter().any(|name| name.starts_with(&movies)),
        "{context}: empty folders left"
    );
}

/// All files and links.
fn names(sim: &SimFs) -> BTreeSet<PathBuf> {
    let folder = |path: &PathBuf| sim.lstat(path).is_ok_and(|stat| stat.kind == cacherr::files::Kind::Folder);
    sim.tree().into_keys().filter(|path| !folder(path)).collect()
}

fn every_way_to_fail(scenario: Scenario) -> Tally {
    let base = scenario.prepare();
    let (world, faults, _) = run(scenario, &base, Plan::None);
    check(scenario, world, Plan::None, "undisturbed");
    let calls = faults.calls();
    let mut tally = Tally::default();
    for (k, call) in calls.iter().enumerate() {
        let looks = LOOKS.contains(&call.op);
        let what = format!("{call:?}");
        if !looks {
            for plan in [Plan::DieAt(k), Plan::DieAfter(k)] {
                let (world, _, _) = run(scenario, &base, plan);
                for cut in world.after_power_cuts(12) {
                    check(scenario, cut, plan, &format!("power cut at {what}"));
                    tally.power_cuts += 1;
                }
                check(scenario, world, plan, &what);
                tally.deaths += 1;
            }
        }
        for errno in ERRNOS {
            let mut plans = vec![Plan::FailAt(k, errno)];
            if !looks {
                plans.push(Plan::FailAfterEffect(k, errno));
            }
            for plan in plans {
                let (world, _, _) = run(scenario, &base, plan);
                check(scenario, world, plan, &what);
                tally.errors += 1;
            }
        }
    }
    tell(&format!(
        "{scenario:?}: {} calls and commits, {} deaths, {} errors, {} power cuts",
        calls.len(),
        tally.deaths,
        tally.errors,
        tally.power_cuts
    ));
    tally
}

macro_rules! every_call {
    ($($name:ident: $act:ident $ways:ident;)+) => { $(
        #[test]
        fn $name() {
            every_way_to_fail(Scenario { act: Act::$act, ways: $ways });
        }
    )+
        #[test]
        fn no_scenario_is_forgotten() {
            let listed = [$((Act::$act, $ways)),+];
            assert_eq!(listed.len(), scenarios().len());
            assert!(scenarios().iter().all(|one| listed.contains(&(one.act, one.ways))));
        }
    };
}

every_call! {
    caching_survives_everything: Cache COPYING;
    restoring_survives_everything: Restore COPYING;
    evicting_survives_everything: Evict COPYING;
    caching_in_move_mode_survives_everything: Cache MOVING;
    restoring_in_move_mode_survives_everything: Restore MOVING;
    evicting_in_move_mode_survives_everything: Evict MOVING;
    caching_by_link_and_rename_survives_everything: Cache BY_LINK;
    restoring_by_link_and_rename_survives_everything: Restore BY_LINK;
    evicting_by_link_and_rename_survives_everything: Evict BY_LINK;
    healing_survives_everything: Heal COPYING;
    restoring_what_was_written_through_the_link_survives_everything: RestoreWritten COPYING;
    restoring_what_was_touched_through_the_link_survives_everything: RestoreTouched COPYING;
}
