//! `cacherr status`.
//!
//! **Invariant:** reads, and writes nothing: not even the marker of a cache dir that was never used.

use std::collections::HashMap;
use std::io::ErrorKind;

use super::Named;
use super::report::{Finding, JobStatus, LibraryStatus, Status, Tally, Volume, VolumeState};
use crate::cacher::Engine;
use crate::cacher::engine::{MARKER, OURS};
use crate::config::Config;
use crate::domain::file;
use crate::domain::intent::Phase;
use crate::domain::job::{JobRow, JobState, Progress};
use crate::domain::settings::Limit;
use crate::error::Result;
use crate::store::{Reader, Rows};

/// How things are. `running`: the progress of what runs now.
///
/// # Errors
/// The store cannot be read.
pub fn status(engine: &Engine, config: &Config, running: &[Progress]) -> Result<Status> {
    let rows = engine.store().read()?;
    let mut tallies: HashMap<file::Status, Tally> = HashMap::new();
    let mut by_library: HashMap<String, Tally> = HashMap::new();
    let mut attention = Vec::new();
    rows.for_each_file(&mut |row| {
        tallies.entry(row.status).or_default().add(row.size);
        if matches!(row.status, file::Status::Active | file::Status::PendingRemoval) {
            by_library.entry(row.library).or_default().add(row.size);
        }
        if let Some(text) = row.attention.filter(|_| row.status != file::Status::Removed) {
            attention.push(Finding { path: Named(row.file_path), text });
        }
        Ok(())
    })?;
    let mut releasing = Tally::default();
    for intent in rows.intents()? {
        if let Phase::Released { .. } = intent.phase {
            releasing.add(intent.place.original.size);
        }
        if let Some(text) = intent.attention {
            attention.push(Finding { path: Named(intent.place.folder.join(intent.place.name)), text });
        }
    }
    let (jobs, open_jobs) = jobs(&rows, running)?;
    let tally = |status| tallies.get(&status).copied().unwrap_or_default();
    let libraries = config.libraries.iter().map(|library| LibraryStatus {
        name: library.name.clone(),
        path: Named(library.path.clone()),
        present: library.path.is_dir(),
        cached: by_library.get(&library.name).copied().unwrap_or_default(),
    });
    Ok(Status {
        running: false,
        paused: rows.pause()?,
        active: tally(file::Status::Active),
        orphaned: tally(file::Status::Orphaned),
        pending_removal: tally(file::Status::PendingRemoval),
        cache: volume(engine, &rows, config)?,
        libraries: libraries.collect(),
        jobs,
        open_jobs,
        attention,
        trash: rows.trash()?.len() as u64,
        releasing,
    })
}

fn jobs(rows: &Reader, running: &[Progress]) -> Result<(Vec<JobStatus>, u64)> {
    let mut open = rows.jobs_in(JobState::Swapping)?;
    open.extend(rows.jobs_in(JobState::Queued)?);
    // What runs comes first.
    let runs = |job: &JobRow| running.iter().any(|progress| progress.job == job.id);
    open.sort_by_key(|job| (!runs(job), job.id));
    let count = open.len() as u64;
    open.truncate(Status::MOST_JOBS);
    let told = open.into_iter().map(|job| {
        let progress = running.iter().find(|progress| progress.job == job.id);
        JobStatus {
            id: job.id,
            kind: job.kind.name().to_owned(),
            state: progress.map_or(job.state, |progress| progress.state),
            paused: job.paused,
            path: Named(job.path),
            bytes_done: progress.map_or(job.bytes_done, |progress| progress.bytes_done),
            bytes_total: job.bytes_total,
            rate: progress.map_or(0, |progress| progress.rate),
            error: job.error,
        }
    });
    Ok((told.collect(), count))
}

fn volume(engine: &Engine, rows: &Reader, config: &Config) -> Result<Volume> {
    let dir = &config.cache.dir;
    let space = rustix::fs::statvfs(dir).ok();
    let total = space.as_ref().map(|space| space.f_blocks.saturating_mul(space.f_frsize));
    let state = match std::fs::read_to_string(dir.join(OURS).join(MARKER)) {
        Ok(text) if text.trim() == engine.store().id().to_string() => VolumeState::Ok,
        Ok(_) => VolumeState::Foreign,
        Err(error) if error.kind() == ErrorKind::NotFound && dir.is_dir() && !rows.cache_marked()? => {
            VolumeState::Unused
        }
        Err(_) => VolumeState::Missing,
    };
    Ok(Volume {
        dir: Named(dir.clone()),
        state,
        available: space.map(|space| space.f_bavail.saturating_mul(space.f_frsize)),
        total,
        limit: match config.cache.limit {
            Limit::None => None,
            Limit::Bytes(bytes) => Some(bytes),
            Limit::Percent(percent) => total.map(|total| total / 100 * u64::from(percent)),
        },
        min_free: config.cache.min_free,
    })
}
