//! Waiting for jobs, and telling how far they are.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::report::{Ended, Outcome};
use super::{Context, Named, Reply, Running, Sink};
use crate::domain::id::JobId;
use crate::domain::job::{Failure, JobKind, JobRow, JobState};
use crate::error::{Error, Result};

/// Replies come at least this often.
const TICK: Duration = Duration::from_millis(250);
/// Jobs run about in the order of their ids: only so many of the next ones can have ended since the last look.
const WINDOW: usize = 64;
/// A job whose file is in use is tried again after ten seconds; one that still cannot run is told of.
const PATIENCE: Duration = Duration::from_secs(12);

/// A job whose end is waited for.
pub(super) struct Awaited {
    pub job: JobId,
    /// What is said if it ends well.
    pub outcome: Outcome,
}

impl Awaited {
    pub fn new(job: JobId, path: PathBuf, ended: Ended) -> Self {
        let outcome = Outcome {
            path: Named(path),
            ended,
            file: None,
            job: Some(job),
            method: None,
            size: 0,
            error: None,
        };
        Self { job, outcome }
    }
}

/// Waits until every job has ended, or cannot go on by itself.
pub(super) fn follow(
    context: &Context<'_>,
    mut awaited: Vec<Awaited>,
    sink: Sink<'_>,
) -> Result<Vec<Outcome>> {
    let mut ended = Vec::with_capacity(awaited.len());
    let mut idle_since = Instant::now();
    while let Some(first) = awaited.first() {
        context.cacher.wait(first.job, TICK)?;
        let mut looked = 0;
        while looked < WINDOW.min(awaited.len()) {
            let (row, running) = context.cacher.job(awaited[looked].job)?;
            if running.is_some() {
                idle_since = Instant::now();
            }
            let stuck = running.is_none() && cannot_go_on(context, &row, idle_since.elapsed());
            if !row.state.is_final() && !stuck {
                looked += 1;
                continue;
            }
            if row.state.is_final() {
                idle_since = Instant::now();
            }
            let outcome = outcome(context, awaited.remove(looked), &row);
            tell(sink, Reply::Finished(outcome.clone()))?;
            ended.push(outcome);
        }
        tell(sink, Reply::Progress(running(context, &awaited)))?;
    }
    Ok(ended)
}

/// Tells the listener. One that left ends the waiting; the jobs go on.
pub(super) fn tell(sink: Sink<'_>, reply: Reply) -> Result<()> {
    if sink(reply).is_break() { Err(Error::Cancelled) } else { Ok(()) }
}

/// Its last try failed, or it is not tried. `idle`: for how long none of the awaited jobs ran.
fn cannot_go_on(context: &Context<'_>, row: &JobRow, idle: Duration) -> bool {
    if row.state.is_final() {
        return false;
    }
    let grace = Duration::try_from(context.config.cache.release_grace).unwrap_or_default();
    // The NAS's own mover takes hours: the job goes on by itself then.
    row.paused
        || row.error.is_some()
        || idle > PATIENCE + grace
        || idle > TICK && context.cacher.engine().mover_in_the_way_of(row).is_some()
}

fn running(context: &Context<'_>, awaited: &[Awaited]) -> Vec<Running> {
    let all = context.cacher.progress();
    let ours = all.iter().filter_map(|progress| {
        let one = awaited.iter().find(|one| one.job == progress.job)?;
        Some(Running {
            path: one.outcome.path.clone(),
            state: progress.state,
            bytes_done: progress.bytes_done,
            bytes_total: progress.bytes_total,
            rate: progress.rate,
        })
    });
    ours.collect()
}

fn outcome(context: &Context<'_>, awaited: Awaited, row: &JobRow) -> Outcome {
    let method = match row.kind {
        JobKind::Cache { method, .. } => Some(method),
        JobKind::Restore { .. } | JobKind::Cleanup { .. } | JobKind::Batch { .. } | JobKind::Plan { .. } => {
            None
        }
    };
    let ended = match row.state {
        JobState::Done => awaited.outcome.ended,
        JobState::Failed | JobState::Cancelled => Ended::Failed,
        JobState::Queued | JobState::Copying | JobState::Verifying | JobState::Swapping => Ended::Waits,
    };
    let error = match ended {
        Ended::Failed | Ended::Waits => Some(row.error.clone().unwrap_or_else(|| why_it_waits(context, row))),
        Ended::Cached | Ended::AlreadyCached | Ended::Restored => None,
    };
    Outcome {
        path: Named(row.path.clone()),
        ended,
        file: row.file(),
        method,
        size: row.bytes_total.max(awaited.outcome.size),
        error,
        ..awaited.outcome
    }
}

fn why_it_waits(context: &Context<'_>, row: &JobRow) -> Failure {
    if let Some(mover) = context.cacher.engine().mover_in_the_way_of(row) {
        return mover;
    }
    match (row.state, row.paused) {
        (JobState::Cancelled, _) => Failure::from(&Error::Cancelled),
        (_, true) => Failure::from(&Error::WrongJobState { state: "paused", verb: "finished" }),
        (_, false) => Failure::from(&Error::PathLocked { path: row.path.clone() }),
    }
}
