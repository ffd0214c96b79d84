//! `cacherr restore`.

use std::path::{Path, PathBuf};

use super::follow::{Awaited, follow, tell};
use super::report::{Aside, Ended, Gone, Outcome, Restored};
use super::{Context, Copies, Named, Reply, Selection, Sink};
use crate::cacher::RestoreRequest;
use crate::domain::file::{FileRow, Status};
use crate::domain::intent::Phase;
use crate::domain::job::{Failure, JobKind, JobState, RestoreAction};
use crate::error::{Error, Result};
use crate::store::{Reader, Rows};

/// The code of what is gone for good.
const GONE: &str = "unrecoverable";

/// Gives files back. One that cannot be does not keep the others.
pub(super) fn restore(
    context: &Context<'_>,
    what: &Selection,
    copies: Copies,
    sink: Sink<'_>,
) -> Result<Restored> {
    // Whoever starts the engine for this request has told it; one that runs for others must not believe it.
    if copies == Copies::Lost && !context.cacher.engine().is_cache_lost() {
        return Err(Error::Invalid(
            "a running Cacherr goes on using its cache; stop it, then repeat --cache-lost".to_owned(),
        ));
    }
    let mut report = Restored::default();
    let mut awaited = Vec::new();
    match what {
        Selection::Paths(paths) => {
            for path in paths {
                match find(context, &path.0)? {
                    Some(row) => request(context, &row, &mut awaited, &mut report, sink)?,
                    None => {
                        refuse(path.clone(), &Error::NotTracked { path: path.0.clone() }, &mut report, sink)?
                    }
                }
            }
        }
        Selection::All => {
            report.called_off = call_off(context)?;
            let mut rows = Vec::new();
            context.cacher.engine().store().read()?.for_each_file(&mut |row| {
                if row.status != Status::Removed {
                    rows.push(row);
                }
                Ok(())
            })?;
            for row in rows {
                request(context, &row, &mut awaited, &mut report, sink)?;
            }
        }
    }
    report.outcomes.extend(follow(context, awaited, sink)?);
    let rows = context.cacher.engine().store().read()?;
    report.gone = gone(&rows, &report.outcomes)?;
    report.trash = trash(&rows)?;
    report.unclaimed = unclaimed(&rows)?;
    Ok(report)
}

fn request(
    context: &Context<'_>,
    row: &FileRow,
    awaited: &mut Vec<Awaited>,
    report: &mut Restored,
    sink: Sink<'_>,
) -> Result<()> {
    let asked = context.cacher.request_restore(&RestoreRequest {
        file: row.id,
        action: RestoreAction::Restore,
        reason: "manual".to_owned(),
        user: None,
        by: context.by.clone(),
    });
    match asked {
        Ok(job) => {
            let mut one = Awaited::new(job, row.file_path.clone(), Ended::Restored);
            one.outcome.size = row.size;
            awaited.push(one);
            Ok(())
        }
        // Somebody else did it after its row was read: a job that had waited for the volume, say. It is where it belongs.
        Err(Error::AlreadyRemoved) => {
            let (path, ended) = (Named(row.file_path.clone()), Ended::Restored);
            let (file, size) = (Some(row.id), row.size);
            note(Outcome { path, ended, file, job: None, method: None, size, error: None }, report, sink)
        }
        Err(error @ Error::Store { .. }) => Err(error),
        Err(error) => refuse(Named(row.file_path.clone()), &error, report, sink),
    }
}

fn refuse(path: Named, error: &Error, report: &mut Restored, sink: Sink<'_>) -> Result<()> {
    let error = Some(Failure::from(error));
    note(
        Outcome { path, ended: Ended::Failed, file: None, job: None, method: None, size: 0, error },
        report,
        sink,
    )
}

fn note(outcome: Outcome, report: &mut Restored, sink: Sink<'_>) -> Result<()> {
    tell(sink, Reply::Finished(outcome.clone()))?;
    report.outcomes.push(outcome);
    Ok(())
}

/// The row of a path, also where it was reached another way than the library is configured.
fn find(context: &Context<'_>, path: &Path) -> Result<Option<FileRow>> {
    let rows = context.cacher.engine().store().read()?;
    let tracked = |path: &Path| -> Result<Option<FileRow>> {
        Ok(rows.file_by_path(path)?.filter(|row| row.status != Status::Removed))
    };
    if let Some(row) = tracked(path)? {
        return Ok(Some(row));
    }
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Ok(None) };
    // A folder that cannot be resolved is no other way to a file.
    let Ok(folder) = folder.canonicalize() else { return Ok(None) };
    for library in &context.config.libraries {
        let below = library
            .path
            .canonicalize()
            .ok()
            .and_then(|root| folder.strip_prefix(root).ok().map(Path::to_path_buf));
        if let Some(below) = below
            && let Some(row) = tracked(&library.path.join(below).join(name))?
        {
            return Ok(Some(row));
        }
    }
    Ok(None)
}

/// Calls off what waits to be cached: whoever gives everything back does not want more of it.
fn call_off(context: &Context<'_>) -> Result<u64> {
    let mut called_off = 0;
    for job in context.cacher.engine().store().read()?.jobs_in(JobState::Queued)? {
        if !matches!(job.kind, JobKind::Cache { .. }) {
            continue;
        }
        match context.cacher.cancel(job.id, context.by) {
            Ok(_) => called_off += 1,
            Err(error @ Error::Store { .. }) => return Err(error),
            // Past its point of no return, or ended: then its row is given back with the others, or by the next call.
            Err(_) => {}
        }
    }
    Ok(called_off)
}

fn gone(rows: &Reader, outcomes: &[Outcome]) -> Result<Vec<Gone>> {
    let mut gone = Vec::new();
    for outcome in outcomes {
        let lost = outcome.error.as_ref().is_some_and(|error| error.code == GONE);
        if let Some(id) = outcome.file.filter(|_| lost)
            && let Some(row) = rows.file(id)?
        {
            gone.push(Gone { path: Named(row.file_path), size: row.size, hash: row.place.hash });
        }
    }
    Ok(gone)
}

fn trash(rows: &Reader) -> Result<Vec<Aside>> {
    let aside = |row: crate::domain::intent::TrashRow| Aside {
        path: Named(row.folder.join(&row.name)),
        of: Named(row.folder.join(&row.was)),
        until: Some(row.purge_at),
    };
    Ok(rows.trash()?.into_iter().map(aside).collect())
}

fn unclaimed(rows: &Reader) -> Result<Vec<Aside>> {
    let unclaimed = rows.intents()?.into_iter().filter_map(|intent| match intent.phase {
        Phase::Unclaimed { until } => {
            let of: PathBuf = intent.place.folder.join(&intent.place.name);
            Some(Aside { path: Named(intent.place.cached_path), of: Named(of), until })
        }
        _ => None,
    });
    Ok(unclaimed.collect())
}
