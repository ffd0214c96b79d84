//! One act on many files, at the engine: it dies anywhere and goes on; its queue stays short.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cacherr::Result;
use cacherr::cacher::{Accepted, BatchFiles, BatchRequest, CacheRequest, Engine};
use cacherr::domain::batch::{BatchAction, BatchWork};
use cacherr::domain::file::Status;
use cacherr::domain::id::JobId;
use cacherr::domain::job::{JobKind, JobRow, JobState};
use cacherr::domain::log::LogKind;
use cacherr::domain::query::Filter;
use cacherr::store::Rows;
use jiff::SignedDuration;

use crate::support::faulty::{Faults, Plan, until_death};
use crate::support::tell;
use crate::support::world::{COPYING, LIBRARY, World};

fn film(n: usize) -> PathBuf {
    Path::new(LIBRARY).join(format!("{n}.mkv"))
}

fn bytes(n: usize) -> Vec<u8> {
    format!("the bytes of film {n}").into_bytes()
}

/// So many films, all cached.
fn cached(count: usize) -> World {
    let mut world = World::new(COPYING, b"not of interest");
    (0..count).for_each(|n| world.sim.put_file(film(n), bytes(n)));
    world.sim.settle();
    let engine = world.calm();
    for n in 0..count {
        let asked = engine.request_cache(&CacheRequest { path: film(n), ..world.wish() }).unwrap();
        let Accepted::Queued { job, .. } = asked else { panic!("{asked:?}") };
        engine.run_job(job).unwrap();
    }
    drop(engine);
    world.settle_for(SignedDuration::from_mins(3));
    world.sim.settle();
    world
}

fn everything(action: BatchAction) -> BatchRequest {
    BatchRequest {
        action,
        files: BatchFiles::Filter(Filter::default()),
        reason: "test".into(),
        user: None,
        by: "test".into(),
    }
}

/// As the workers do: whose turn it is runs, until nobody can.
fn work_off(engine: &Engine) -> Result<()> {
    for _ in 0..1000 {
        let mut tried = Vec::new();
        let before = engine.store().dump()?;
        while let Some(job) = engine.store().read()?.next_job(&mut |job| !tried.contains(&job))? {
            engine.run_job(job)?;
            tried.push(job);
        }
        if engine.store().dump()? == before {
            return Ok(());
        }
    }
    panic!("it does not come to an end")
}

fn job(engine: &Engine, id: JobId) -> JobRow {
    engine.store().read().unwrap().job(id).unwrap().unwrap()
}

fn work(row: &JobRow) -> &BatchWork {
    let JobKind::Batch { work, .. } = &row.kind else { panic!("{row:?}") };
    work
}

#[test]
fn files_that_were_cached_after_it_was_asked_for_are_not_meant() {
    let mut world = cached(2);
    let batch = world.calm().request_batch(&everything(BatchAction::Remove)).unwrap();
    world.later(SignedDuration::from_secs(1));
    world.sim.put_file(film(7), bytes(7));
    world.sim.settle();
    let engine = world.calm();
    let asked = engine.request_cache(&CacheRequest { path: film(7), ..world.wish() }).unwrap();
    let Accepted::Queued { job: other, .. } = asked else { panic!("{asked:?}") };
    engine.run_job(other).unwrap();
    work_off(&engine).unwrap();
    let row = job(&engine, batch);
    assert_eq!((row.state, row.bytes_total, work(&row).done), (JobState::Done, 2, 2));
    let row = engine.store().read().unwrap().file_by_path(&film(7)).unwrap().unwrap();
    assert_eq!(row.status, Status::Active);
}

#[test]
fn what_it_asks_for_comes_before_what_it_asks_next() {
    let world = cached(200);
    let engine = world.calm();
    let batch = engine.request_batch(&everything(BatchAction::Remove)).unwrap();
    let mut longest = 0;
    for _ in 0..10_000 {
        let rows = engine.store().read().unwrap();
        longest = longest.max(rows.jobs_in(JobState::Queued).unwrap().len());
        let Some(next) = rows.next_job(&mut |_| true).unwrap() else { break };
        engine.run_job(next).unwrap();
    }
    let row = job(&engine, batch);
    assert_eq!((row.state, work(&row).done), (JobState::Done, 200));
    assert!(longest <= 65, "{longest} jobs waited at once");
}

#[test]
fn who_calls_it_off_early_keeps_the_rest() {
    let world = cached(100);
    let engine = world.calm();
    let batch = engine.request_batch(&everything(BatchAction::Remove)).unwrap();
    // It is listed, then the first slice is asked for.
    engine.run_job(batch).unwrap();
    engine.run_job(batch).unwrap();
    let row = engine.cancel(batch, &"test".into()).unwrap();
    assert_eq!(row.state, JobState::Cancelled);
    work_off(&engine).unwrap();
    let rows = engine.store().read().unwrap().files().unwrap();
    assert_eq!(rows.iter().filter(|row| row.status == Status::Removed).count(), 64);
    assert_eq!(rows.iter().filter(|row| row.status == Status::Active).count(), 36);
    assert_eq!(engine.store().read().unwrap().batch_files(batch, None, 9).unwrap(), []);
    assert_eq!(engine.store().check().unwrap(), Vec::<String>::new());
    let log = engine.store().read().unwrap().log(None, 500).unwrap();
    assert_eq!(log.iter().filter(|entry| entry.kind == LogKind::Remove && !entry.success).count(), 1);
}

#[test]
fn a_batch_that_dies_anywhere_goes_on_to_the_same_end() {
    const COUNT: usize = 3;
    let base = cached(COUNT);
    let mut deaths = 0;
    for action in [BatchAction::Remove, BatchAction::Pin] {
        let run = |world: &World, faults: &Arc<Faults>| -> Result<()> {
            let engine = world.engine(faults)?;
            engine.request_batch(&everything(action))?;
            work_off(&engine)
        };
        let faults = Faults::new(Plan::None);
        run(&base.fork(), &faults).unwrap();
        let calls = faults.count();
        for at in 0..calls {
            for plan in [Plan::DieAt(at), Plan::DieAfter(at)] {
                let world = base.fork();
                let _ = until_death(|| run(&world, &Faults::new(plan)));
                let mut worlds = world.after_power_cuts(2);
                worlds.push(world);
                for world in worlds {
                    deaths += 1;
                    let engine = world.calm();
                    engine.recover().unwrap();
                    work_off(&engine).unwrap();
                    let rows = engine.store().read().unwrap();
                    let batches: Vec<JobRow> = rows.jobs(100).unwrap();
                    let batch = batches.iter().find(|job| matches!(job.kind, JobKind::Batch { .. }));
                    for n in 0..COUNT {
                        assert_eq!(world.read(film(n)).unwrap(), bytes(n), "{action} {plan:?}");
                    }
                    // It died before the request was written down: then nothing was asked for.
                    let Some(batch) = batch else { continue };
                    assert_eq!(
                        (batch.state, work(batch).done, work(batch).failed),
                        (JobState::Done, COUNT as u64, 0),
                        "{action} {plan:?}"
                    );
                    for row in rows.files().unwrap() {
                        match action {
                            BatchAction::Remove => assert_eq!(row.status, Status::Removed, "{plan:?}"),
                            BatchAction::Pin | BatchAction::Unpin => assert!(row.pinned, "{plan:?}"),
                        }
                    }
                    assert_eq!(engine.store().check().unwrap(), Vec::<String>::new());
                }
            }
        }
    }
    tell(&format!("{deaths} batches died and went on"));
}
