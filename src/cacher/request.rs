//! What others may ask of the engine. Everything is written down before it is answered.

use std::path::{Path, PathBuf};

use crate::domain::actor::Actor;
use crate::domain::event::Event;
use crate::domain::file::{Attribution, FileRow, Metadata, Method, Operation, Status};
use crate::domain::id::{FileId, JobId, LogId};
use crate::domain::job::{Asked, JobKind, JobRow, JobState, RestoreAction, Wish};
use crate::domain::log::{LogKind, LogRow};
use crate::domain::time::Time;
use crate::error::{Error, IoContext, Result};
use crate::store::{Rows, Writer};

use super::control::Called;
use super::engine::Engine;
use super::holds::{hold_file, lift};
use super::restoring::refuse_kept;

/// Cache this file.
#[derive(Clone, Debug)]
pub struct CacheRequest {
    /// The library path.
    pub path: PathBuf,
    /// Why.
    pub operation: Operation,
    /// For whom.
    pub user: Option<String>,
    /// How; the configured mode when absent.
    pub method: Option<Method>,
    /// What is known of the film or episode.
    pub metadata: Metadata,
    /// The authenticated principal.
    pub by: Actor,
}

impl CacheRequest {
    fn wish(&self) -> Wish {
        Wish { user: self.user.clone(), operation: self.operation }
    }
}

/// Give this file back.
#[derive(Clone, Debug)]
pub struct RestoreRequest {
    /// Which.
    pub file: FileId,
    /// What the log calls it.
    pub action: RestoreAction,
    /// Why.
    pub reason: String,
    /// The media user concerned.
    pub user: Option<String>,
    /// The authenticated principal.
    pub by: Actor,
}

/// Pin this file, or let it be evicted again.
#[derive(Clone, Debug)]
pub struct PinRequest {
    /// Which.
    pub file: FileId,
    /// Whether it is to stay.
    pub pinned: bool,
    /// Why.
    pub reason: String,
    /// The media user concerned.
    pub user: Option<String>,
    /// The authenticated principal.
    pub by: Actor,
}

impl RestoreRequest {
    fn asked(&self, row: &FileRow, at: Time) -> Asked {
        let Self { file, action, reason, user, by } = self;
        let kind = JobKind::Restore { action: *action, reason: reason.clone(), user: user.clone() };
        let (path, bytes) = (row.file_path.clone(), row.size);
        Asked { kind, file: *file, path, by: by.clone(), at, bytes }
    }
}

/// What came of a [`CacheRequest`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Accepted {
    /// A job was queued.
    Queued {
        /// The job.
        job: JobId,
        /// The id the file has or will get.
        file: FileId,
        /// How it will be cached.
        method: Method,
    },
    /// The file is tracked, or its job queued; the wish was added to it.
    UserAdded {
        /// The file.
        file: FileId,
        /// The job that is on its way, if it is not cached yet.
        job: Option<JobId>,
        /// How it is cached.
        method: Method,
    },
}

impl Engine {
    /// Accepts a request to cache a file: checks it, then writes the job down.
    ///
    /// # Errors
    /// Everything that makes the path unfit, with its code; `AlreadyTracked` when the request adds nothing.
    pub fn request_cache(&self, request: &CacheRequest) -> Result<Accepted> {
        self.cache_dir()?;
        let at = self.locate(&request.path)?;
        let now = self.clock.now();
        if let Some(accepted) = self.join(&at.file_path, request, now)? {
            return Ok(accepted);
        }
        if !request.by.is_system() {
            self.give_second_chance(&at.root.library.name);
        }
        self.refuse_unread(&at.root.library.name)?;
        self.refuse_alias(&at.root)?;
        let mode = request.method.unwrap_or(self.cache.mode);
        let mode = if request.operation.copy_only() { Method::AtomicCopy } else { mode };
        let (stat, method) = self.admit(&at, mode)?;
        let space = self.fs.space(&self.cache_dir()?).doing("ask for the room on", &self.cache.dir)?;
        drop(self.room.reserve(stat.identity.size, space, &self.cache).map_err(|available| {
            Error::CacheVolumeFull { path: at.file_path.clone(), needed: stat.identity.size, available }
        })?);
        let asked = Asked {
            kind: JobKind::Cache { method, wishes: vec![request.wish()] },
            file: FileId::new(),
            path: at.file_path.clone(),
            by: request.by.clone(),
            at: now,
            bytes: stat.identity.size,
        };
        let (accepted, events) = self.store.write(|w| {
            // A person who asks for it takes back that it was removed.
            if !request.by.is_system() {
                lift(w, &at.file_path)?;
            }
            // Asked for by two at once: the second joins the first.
            if let Some(joined) = join(w, &at.file_path, request, now)? {
                return Ok(joined);
            }
            let known = w.file_by_path(&at.file_path)?;
            let file = known.map_or(asked.file, |row| row.id);
            let job = JobRow {
                metadata: request.metadata.clone(),
                ..JobRow::new(Asked { file, ..asked }, JobState::Queued)
            };
            w.put_job(&job)?;
            Ok((Accepted::Queued { job: job.id, file: job.file_id, method }, vec![]))
        })?;
        self.publish(events);
        Ok(accepted)
    }

    fn join(&self, path: &Path, request: &CacheRequest, now: Time) -> Result<Option<Accepted>> {
        let joined = self.store.write(|w| join(w, path, request, now))?;
        Ok(joined.map(|(accepted, events)| {
            self.publish(events);
            accepted
        }))
    }

    /// Accepts a request to give a file back.
    ///
    /// # Errors
    /// `NotFound`, `AlreadyRemoved`; `FilePlaying` and `FilePinned` for an eviction.
    pub fn request_restore(&self, request: &RestoreRequest) -> Result<JobId> {
        let now = self.clock.now();
        let job = self.store.write(|w| {
            let mut row = w.file(request.file)?.ok_or(Error::NotFound { what: "file" })?;
            if row.status == Status::Removed {
                return Err(Error::AlreadyRemoved);
            }
            if let Some(job) = open_job(w, &row)? {
                return Ok(job.id);
            }
            if request.action == RestoreAction::Remove && !request.by.is_system() {
                hold_file(w, &row, now)?;
            }
            if row.status == Status::Orphaned && row.attention.is_none() {
                // Its original is at its path already: only the row is left.
                return forget_orphan(w, row, request, now);
            }
            let job = JobRow::new(request.asked(&row, now), JobState::Queued);
            refuse_kept(w, &job.kind, &row)?;
            row.status = Status::PendingRemoval;
            w.put_file(&row)?;
            w.put_job(&job)?;
            Ok(job.id)
        })?;
        self.publish([Event::StatisticsChanged]);
        Ok(job)
    }

    /// Ends a job that has not passed its point of no return.
    ///
    /// # Errors
    /// `NotFound`, `WrongJobState`.
    pub fn cancel(&self, id: JobId, by: &Actor) -> Result<JobRow> {
        let job = self.call_off(id)?;
        let entry = self.entry_of_word(&job, by, "cancelled");
        self.store.write(|w| w.put_log(&entry))?;
        Ok(job)
    }

    fn call_off(&self, id: JobId) -> Result<JobRow> {
        let job = self.store.read()?.job(id)?.ok_or(Error::NotFound { what: "job" })?;
        let wrong = |state: JobState| Error::WrongJobState { state: state.name(), verb: "cancelled" };
        if job.state != JobState::Queued {
            return Err(wrong(job.state));
        }
        if let JobKind::Batch { .. } = job.kind {
            // Between two slices nobody runs it. So the store is told first, and a slice that runs finds out there.
            self.commit_failed(&job, &Error::Cancelled)?;
            if let Some(control) = self.controls.get(id) {
                let _ = control.cancel();
            }
            return self.store.read()?.job(id)?.ok_or(Error::NotFound { what: "job" });
        }
        match self.controls.get(id).map_or(Called::NobodyThere, |control| control.cancel()) {
            Called::Off => return Ok(job),
            Called::TooLate => return Err(wrong(JobState::Swapping)),
            Called::NobodyThere => {}
        }
        if self.store.read()?.intents_of(job.file_id)?.iter().any(|intent| intent.job_id == id) {
            return Err(wrong(JobState::Swapping));
        }
        self.commit_failed(&job, &Error::Cancelled)?;
        self.store.read()?.job(id)?.ok_or(Error::NotFound { what: "job" })
    }

    /// Halts a job, or lets it go on. Durable: a paused job stays paused after a restart.
    ///
    /// # Errors
    /// `NotFound`, `WrongJobState`.
    pub fn pause(&self, id: JobId, paused: bool, by: &Actor) -> Result<JobRow> {
        let verb = if paused { "paused" } else { "resumed" };
        let job = self.store.write(|w| {
            let mut job = w.job(id)?.ok_or(Error::NotFound { what: "job" })?;
            // A plan is carried out at once, or called off.
            if job.state != JobState::Queued || matches!(job.kind, JobKind::Plan { .. }) {
                return Err(Error::WrongJobState { state: job.state.name(), verb });
            }
            job.paused = paused;
            w.put_job(&job)?;
            w.put_log(&self.entry_of_word(&job, by, verb))?;
            Ok(job)
        })?;
        if let Some(control) = self.controls.get(id) {
            control.pause(paused);
        }
        Ok(job)
    }

    /// Forgets why a queued job could not run. An error stands in a job only from a failed try to the next one.
    ///
    /// # Errors
    /// The store fails.
    pub fn forget_error(&self, id: JobId) -> Result<()> {
        let failed = |job: &JobRow| job.state == JobState::Queued && !job.paused && job.error.is_some();
        if !self.store.read()?.job(id)?.as_ref().is_some_and(failed) {
            return Ok(());
        }
        self.store.write(|w| match w.job(id)?.filter(failed) {
            Some(job) => w.put_job(&JobRow { error: None, ..job }),
            None => Ok(()),
        })
    }

    /// Pins a file, or lets it be evicted again.
    ///
    /// # Errors
    /// `NotFound`, `AlreadyRemoved`.
    pub fn pin(&self, request: &PinRequest) -> Result<FileRow> {
        let PinRequest { file, pinned, reason, user, by } = request.clone();
        let now = self.clock.now();
        self.store.write(|w| {
            let mut row = w.file(file)?.ok_or(Error::NotFound { what: "file" })?;
            if row.status == Status::Removed {
                return Err(Error::AlreadyRemoved);
            }
            row.pinned = pinned;
            w.put_file(&row)?;
            let kind = if pinned { LogKind::Pin } else { LogKind::Unpin };
            let entry = super::outcome::entry_about(&row, &by, now);
            w.put_log(&LogRow { kind, reason: reason.clone(), user: user.clone(), ..entry })?;
            Ok(row)
        })
    }
}

/// What waits can still be joined; what is past its point of no return cannot.
fn is_under_way(job: &JobRow) -> bool {
    job.state != JobState::Queued
}

/// Adds a wish to a tracked file or to its queued job. `None` when there is neither; refused while it is given back.
fn join(
    w: &mut Writer<'_>,
    path: &Path,
    request: &CacheRequest,
    now: Time,
) -> Result<Option<(Accepted, Vec<Event>)>> {
    let wish = request.wish();
    let nothing_new = || Error::AlreadyTracked { path: path.to_path_buf() };
    let locked = || Error::PathLocked { path: path.to_path_buf() };
    if let Some(mut job) = w.open_jobs_at(path)?.into_iter().min_by_key(is_under_way) {
        // The link that is still there is on its way out, and is nothing to be cached.
        let JobKind::Cache { method, wishes } = &mut job.kind else { return Err(locked()) };
        if wishes.contains(&wish) || wish.user.is_none() {
            return Err(nothing_new());
        }
        wishes.push(wish);
        let method = *method;
        w.put_job(&job)?;
        return Ok(Some((Accepted::UserAdded { file: job.file_id, job: Some(job.id), method }, vec![])));
    }
    let row = match w.file_by_path(path)? {
        Some(row) if row.status == Status::Active => row,
        Some(row) if row.status == Status::PendingRemoval => return Err(locked()),
        _ => return Ok(None),
    };
    let user = wish.user.clone().ok_or_else(nothing_new)?;
    let known = w.attributions(row.id)?;
    let attribution = match known.iter().find(|known| known.user == user) {
        Some(known) if known.reason <= wish.operation => return Err(nothing_new()),
        Some(known) => Attribution { reason: wish.operation, ..known.clone() },
        None => {
            let ordinal = known.iter().map(|known| known.ordinal + 1).max().unwrap_or(0);
            Attribution { user: user.clone(), reason: wish.operation, added_at: now, ordinal }
        }
    };
    w.put_attribution(row.id, &attribution)?;
    w.put_log(&LogRow {
        kind: LogKind::Attribute,
        user: Some(user),
        reason: wish.operation.name().to_owned(),
        ..super::outcome::entry_about(&row, &request.by, now)
    })?;
    if row.metadata == Metadata::default() && request.metadata != row.metadata {
        w.put_file(&FileRow { metadata: request.metadata.clone(), ..row.clone() })?;
    }
    Ok(Some((
        Accepted::UserAdded { file: row.id, job: None, method: row.method },
        vec![Event::StatisticsChanged],
    )))
}

/// A job on this file that has not ended.
fn open_job(w: &Writer<'_>, row: &FileRow) -> Result<Option<JobRow>> {
    Ok(w.open_jobs_of(row.id)?.into_iter().find(|job| matches!(job.kind, JobKind::Restore { .. })))
}

/// An orphan's original is at its path already: only the row is left, and goes.
pub(super) fn forget_orphan(
    w: &mut Writer<'_>,
    mut row: FileRow,
    request: &RestoreRequest,
    now: Time,
) -> Result<JobId> {
    row.attention = None;
    row.status = Status::Removed;
    row.removed = Some(crate::domain::file::Removed { at: now, reason: request.reason.clone() });
    w.put_file(&row)?;
    let job = JobRow::new(request.asked(&row, now), JobState::Done);
    w.put_job(&job)?;
    w.put_log(&LogRow {
        id: LogId::new(),
        kind: LogKind::Remove,
        reason: request.reason.clone(),
        user: request.user.clone(),
        ..super::outcome::entry_about(&row, &request.by, now)
    })?;
    Ok(job.id)
}
