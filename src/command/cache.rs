//! `cacherr cache`.

use super::follow::{Awaited, follow, tell};
use super::report::{Ended, Outcome};
use super::{Context, Named, Reply, Sink};
use crate::cacher::{Accepted, CacheRequest};
use crate::domain::file::{Method, Operation, Status};
use crate::domain::id::JobId;
use crate::domain::job::{Failure, JobKind};
use crate::error::{Error, Result};
use crate::store::Rows;

/// Why, for whom, how.
pub(super) struct Wanted<'a> {
    pub operation: Operation,
    pub user: Option<&'a str>,
    pub method: Option<Method>,
}

/// Asks for all files, then waits for them. One that is refused does not keep the others.
pub(super) fn cache(
    context: &Context<'_>,
    paths: &[Named],
    wanted: &Wanted<'_>,
    sink: Sink<'_>,
) -> Result<Vec<Outcome>> {
    let mut ended = Vec::new();
    let mut awaited = Vec::new();
    for path in paths {
        match ask(context, path, wanted)? {
            Asked::Job(job) => awaited.push(job),
            Asked::Ended(outcome) => {
                tell(sink, Reply::Finished(outcome.clone()))?;
                ended.push(outcome);
            }
        }
    }
    ended.extend(follow(context, awaited, sink)?);
    Ok(ended)
}

enum Asked {
    Job(Awaited),
    Ended(Outcome),
}

fn ask(context: &Context<'_>, path: &Named, wanted: &Wanted<'_>) -> Result<Asked> {
    let request = CacheRequest {
        path: path.0.clone(),
        operation: wanted.operation,
        user: wanted.user.map(str::to_owned),
        metadata: Default::default(),
        method: wanted.method,
        by: context.by.clone(),
    };
    let failed = |error: &Error| Outcome {
        path: path.clone(),
        ended: Ended::Failed,
        file: None,
        job: None,
        method: None,
        size: 0,
        error: Some(Failure::from(error)),
    };
    let tracked = match context.cacher.request_cache(&request) {
        Ok(Accepted::Queued { job, .. } | Accepted::UserAdded { job: Some(job), .. }) => {
            return Ok(Asked::Job(Awaited::new(job, path.0.clone(), Ended::Cached)));
        }
        Ok(Accepted::UserAdded { file, job: None, .. }) => {
            context.cacher.engine().store().read()?.file(file)?
        }
        // What it says is the library's name of the path.
        Err(Error::AlreadyTracked { path: tracked }) => {
            if let Some(job) = open_job(context, &tracked)? {
                context.cacher.try_now(job)?;
                return Ok(Asked::Job(Awaited::new(job, tracked, Ended::Cached)));
            }
            context.cacher.engine().store().read()?.file_by_path(&tracked)?
        }
        Err(error @ Error::Store { .. }) => return Err(error),
        Err(error) => return Ok(Asked::Ended(failed(&error))),
    };
    Ok(Asked::Ended(match tracked.filter(|row| row.status == Status::Active) {
        Some(row) => Outcome {
            path: Named(row.file_path),
            ended: Ended::AlreadyCached,
            file: Some(row.id),
            job: None,
            method: Some(row.method),
            size: row.size,
            error: None,
        },
        // It ended between the answer and this look.
        None => failed(&Error::NotTracked { path: path.0.clone() }),
    }))
}

/// The job that is to cache this path.
fn open_job(context: &Context<'_>, path: &std::path::Path) -> Result<Option<JobId>> {
    let rows = context.cacher.engine().store().read()?;
    let jobs = rows.open_jobs_at(path)?;
    Ok(jobs.into_iter().find(|job| matches!(job.kind, JobKind::Cache { .. })).map(|job| job.id))
}
