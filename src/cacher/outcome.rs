//! The commits: every way a piece of work can end, each one transaction with row, attributions, log, job and intent,
//! and the events after it.
//!
//! **Invariant:** nothing here touches a file. Each caller has made durable what the commit states.

use jiff::SignedDuration;

use crate::domain::actor::Actor;
use crate::domain::batch::BatchAction;
use crate::domain::event::Event;
use crate::domain::file::{Attribution, FileRow, Metadata, Method, Placement, Removed, Status};
use crate::domain::id::LogId;
use crate::domain::intent::{Intent, Phase};
use crate::domain::job::{Failure, JobKind, JobRow, JobState, RestoreAction, Wish};
use crate::domain::log::{LogKind, LogRow};
use crate::domain::settings::TRASH_DAYS;
use crate::domain::time::Time;
use crate::error::{Error, Result};
use crate::store::{Rows, Writer};

use super::engine::Engine;
use super::holds::hold_job;
use super::note::job_fact;

/// What happens to the cached copy.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum CopyFate {
    /// It goes when the grace is over.
    AfterGrace,
    /// It goes at once: no reader ever had its name.
    Now,
    /// Nobody knows where the link is, or only the copy has these bytes: it stays for the trash's days.
    Stays,
    /// There is none.
    Gone,
}

impl Engine {
    /// Step 8: the row is active. `place` says what is kept and carries both identities.
    pub(super) fn commit_active(&self, intent: &Intent, place: Placement) -> Result<()> {
        let now = self.clock.now();
        let (events, size) = self.store.write(|w| {
            let job = w.job(intent.job_id)?;
            let known = w.file(intent.file_id)?;
            let job = job.filter(|job| matches!(job.kind, JobKind::Cache { .. }) && !job.state.is_final());
            let Some(mut job) = job else {
                // The row was active all the time (an original was given up, a link found elsewhere).
                let Some(mut row) = known else {
                    w.remove_intent(intent.id)?;
                    return Ok((vec![], 0));
                };
                row.place = place;
                row.status = Status::Active;
                row.link_missing_since = None;
                w.put_file(&row)?;
                w.remove_intent(intent.id)?;
                return Ok((vec![], 0));
            };
            let JobKind::Cache { method, wishes } = job.kind.clone() else { unreachable!("filtered above") };
            let row = active_row(&job, intent, known.as_ref(), method, &wishes, place, now);
            let attributions = attributions(&wishes, now);
            w.put_wanted_file(&row, attributions.clone())?;
            finish(w, &mut job, JobState::Done, None, now)?;
            let mut entry = entry_of(&job, now);
            entry.metadata.push(("method".into(), method.name().into()));
            w.put_log(&entry)?;
            match self.releasing(&row, now) {
                Some(phase) => w.put_intent(&Intent {
                    phase,
                    place: row.place.clone(),
                    attention: None,
                    strayed: false,
                    ..intent.clone()
                })?,
                None => w.remove_intent(intent.id)?,
            }
            let size = row.size;
            let playing = w.is_played(&row.file_path)?;
            // Worth a word, not a failure.
            let score = self.store.score(row.id).unwrap_or_default();
            Ok((
                vec![
                    Event::FileAdded { file: Box::new(row), attributions, playing, score },
                    Event::StatisticsChanged,
                    Event::JobFinished(Box::new(job)),
                ],
                size,
            ))
        })?;
        tracing::info!(path = %Self::path_of(&intent.place).display(), bytes = size, "cached");
        self.publish(events);
        Ok(())
    }

    /// In move mode the original is given up later, unless somebody plays the file.
    fn releasing(&self, row: &FileRow, now: Time) -> Option<Phase> {
        let wanted =
            row.method == Method::AtomicSymlink && row.place.kept.is_some() && !row.operation.copy_only();
        wanted.then(|| Phase::Releasing { not_before: now.plus(self.cache.release_grace) })
    }

    /// The attempt is over and the path is not ours: a caching that did not come about.
    pub(super) fn commit_withdrawn(&self, intent: &Intent, error: &Error, fate: CopyFate) -> Result<()> {
        let now = self.clock.now();
        let events = self.store.write(|w| {
            self.settle_copy(w, intent, fate, now)?;
            fail_job(w, intent, JobState::Failed, error, now)
        })?;
        tracing::warn!(path = %Self::path_of(&intent.place).display(), %error, "not cached");
        self.publish(events);
        Ok(())
    }

    /// The copy never took its name: the job starts over.
    pub(super) fn commit_requeued(&self, intent: &Intent) -> Result<()> {
        self.store.write(|w| {
            w.remove_intent(intent.id)?;
            if let Some(mut job) = w.job(intent.job_id)?.filter(|job| !job.state.is_final()) {
                job.state = JobState::Queued;
                job.error = None;
                w.put_job(&job)?;
            }
            Ok(())
        })
    }

    /// Bytes have to be copied back: work for the queue, since it takes its time.
    pub(super) fn commit_copying_back(&self, intent: &Intent) -> Result<()> {
        self.store.write(|w| {
            if let Some(mut job) = w.job(intent.job_id)?.filter(|job| !job.state.is_final()) {
                job.state = JobState::Queued;
                w.put_job(&job)?;
            }
            w.put_intent(intent)
        })
    }

    /// Step r6: the original is at its path, durably.
    pub(super) fn commit_released(&self, intent: &Intent, fate: CopyFate) -> Result<()> {
        self.commit_removed(intent, fate, None)
    }

    /// Somebody else's file is at the path, or nobody knows where the link went: the row ends, with that reason.
    pub(super) fn commit_lost_path(
        &self,
        intent: &Intent,
        fate: CopyFate,
        reason: &'static str,
    ) -> Result<()> {
        self.commit_removed(intent, fate, Some(reason))
    }

    fn commit_removed(&self, intent: &Intent, fate: CopyFate, because: Option<&'static str>) -> Result<()> {
        let now = self.clock.now();
        let events = self.store.write(|w| {
            self.settle_copy(w, intent, fate, now)?;
            let job = w.job(intent.job_id)?.filter(|job| !job.state.is_final());
            let Some(mut row) = w.file(intent.file_id)?.filter(|row| row.status != Status::Removed) else {
                // A caching whose path somebody took before the row existed.
                let error = Error::SourceChanged { path: Self::path_of(&intent.place) };
                return fail_job(w, intent, JobState::Failed, &error, now);
            };
            let (action, reason, user) = match job.as_ref().map(|job| &job.kind) {
                Some(JobKind::Restore { action, reason, user }) => (*action, reason.clone(), user.clone()),
                _ => (RestoreAction::Heal, "found_restored".to_owned(), None),
            };
            let healed = action == RestoreAction::Heal && because.is_none() && fate == CopyFate::Gone;
            let reason = because.map_or(reason, str::to_owned);
            row.place = Placement { kept: None, ..intent.place.clone() };
            row.link_missing_since = None;
            if healed {
                row.status = Status::Orphaned;
            } else {
                row.status = Status::Removed;
                row.removed = Some(Removed { at: now, reason: reason.clone() });
            }
            w.put_file(&row)?;
            let mut entry = LogRow {
                kind: log_kind(action),
                reason: reason.clone(),
                user: user.clone(),
                ..entry_about(&row, &Actor::system(), now)
            };
            if because == Some("superseded") {
                entry.kind = LogKind::Supersede;
            }
            let by = job.as_ref().map_or_else(Actor::system, |job| job.by.clone());
            entry.by.clone_from(&by);
            let mut events =
                vec![Event::FileRemoved { file_id: row.id, file_path: row.file_path, user, reason, by }];
            if let Some(mut job) = job {
                finish(w, &mut job, JobState::Done, None, now)?;
                events.push(Event::JobFinished(Box::new(job)));
            }
            w.put_log(&entry)?;
            events.push(Event::StatisticsChanged);
            Ok(events)
        })?;
        if fate == CopyFate::Gone {
            self.room.free(intent.place.original.size);
        }
        tracing::info!(path = %Self::path_of(&intent.place).display(), because, "given back");
        self.publish(events);
        Ok(())
    }

    /// Writes down what is to become of the copy.
    fn settle_copy(&self, w: &mut Writer<'_>, intent: &Intent, fate: CopyFate, now: Time) -> Result<()> {
        let days = SignedDuration::from_hours(24 * TRASH_DAYS);
        let phase = match fate {
            CopyFate::Gone => return w.remove_intent(intent.id),
            CopyFate::AfterGrace => Phase::Released { not_before: now.plus(self.cache.release_grace) },
            CopyFate::Now => Phase::Released { not_before: now },
            // Without a kept original these may be the only bytes: only a person lets them go.
            CopyFate::Stays if intent.place.kept.is_none() => Phase::Unclaimed { until: None },
            CopyFate::Stays => Phase::Unclaimed { until: Some(now.plus(days)) },
        };
        w.put_intent(&Intent { phase, attention: None, ..intent.clone() })
    }

    /// The link was found elsewhere: the row moves with it and stays active.
    pub(super) fn commit_rehomed(
        &self,
        intent: &Intent,
        library: &str,
        file_path: std::path::PathBuf,
    ) -> Result<()> {
        let now = self.clock.now();
        let events = self.store.write(|w| {
            w.remove_intent(intent.id)?;
            let job = w.job(intent.job_id)?.filter(|job| !job.state.is_final());
            let known = w.wanted_file(intent.file_id)?;
            let (mut row, wanted) = match (job.as_ref().map(|job| (job, &job.kind)), known) {
                (Some((job, JobKind::Cache { method, wishes })), known) => {
                    let known = known.as_ref().map(|(row, _)| row);
                    let row = active_row(job, intent, known, *method, wishes, intent.place.clone(), now);
                    (row, attributions(wishes, now))
                }
                (_, Some(known)) => known,
                (_, None) => return Ok(vec![]),
            };
            // A removed row that has the new path gives it up: a path is tracked once.
            if let Some(old) = w.file_by_path(&file_path)?.filter(|old| old.id != row.id) {
                if old.status != Status::Removed {
                    return Err(Error::NeedsAttention {
                        path: file_path.clone(),
                        seen: "the link was moved to a path that is tracked already".to_owned(),
                    });
                }
                w.remove_file(old.id)?;
            }
            row.original_path = Self::path_of(&intent.place);
            row.file_path.clone_from(&file_path);
            library.clone_into(&mut row.library);
            row.place = intent.place.clone();
            row.status = Status::Active;
            row.removed = None;
            row.link_missing_since = None;
            w.put_wanted_file(&row, wanted)?;
            let mut entry = LogRow { kind: LogKind::Recover, ..entry_about(&row, &Actor::system(), now) };
            "link_moved".clone_into(&mut entry.reason);
            w.put_log(&entry)?;
            let mut events = vec![Event::StatisticsChanged];
            if let Some(mut job) = job {
                // A person's restore goes on at the new place. Everything else has what it wanted.
                let goes_on = matches!(&job.kind, JobKind::Restore { action, .. }
                    if !matches!(action, RestoreAction::Heal | RestoreAction::Reconcile));
                let state = if goes_on { JobState::Queued } else { JobState::Done };
                if state == JobState::Done {
                    finish(w, &mut job, state, None, now)?;
                    events.push(Event::JobFinished(Box::new(job)));
                } else {
                    row.status = Status::PendingRemoval;
                    w.put_file(&row)?;
                    job.state = state;
                    job.path.clone_from(&file_path);
                    w.put_job(&job)?;
                }
            }
            Ok(events)
        })?;
        tracing::info!(path = %file_path.display(), "the link was moved; its row moved with it");
        self.publish(events);
        Ok(())
    }

    /// It cannot go on now. The lock stays, everybody can see why; a later look may go further.
    pub(super) fn commit_parked(&self, intent: &Intent, error: &Error) -> Result<()> {
        let text = error.to_string();
        if intent.attention.as_deref() == Some(&text) {
            return Ok(());
        }
        self.store.write(|w| {
            w.put_intent(&Intent { attention: Some(text.clone()), ..intent.clone() })?;
            if let Some(mut job) = w.job(intent.job_id)?.filter(|job| !job.state.is_final()) {
                job.error = Some(Failure::from(error));
                w.put_job(&job)?;
            }
            Ok(())
        })?;
        tracing::warn!(path = %Self::path_of(&intent.place).display(), %error, "waits");
        Ok(())
    }

    /// Both the copy and the original are gone. The row stays, shown, until a person decides.
    pub(super) fn commit_unrecoverable(&self, intent: &Intent, error: &Error) -> Result<()> {
        let now = self.clock.now();
        let (freed, events) = self.store.write(|w| {
            w.remove_intent(intent.id)?;
            let mut freed = 0;
            if let Some(mut row) = w.file(intent.file_id)?.filter(|row| row.status != Status::Removed) {
                if row.status != Status::Orphaned {
                    freed = row.size;
                }
                row.status = Status::Orphaned;
                row.attention = Some(error.to_string());
                w.put_file(&row)?;
            }
            Ok((freed, fail_job(w, intent, JobState::Failed, error, now)?))
        })?;
        self.room.free(freed);
        self.publish(events);
        self.publish([Event::StatisticsChanged]);
        Ok(())
    }

    /// A job ended before its intent existed.
    pub(super) fn commit_failed(&self, job: &JobRow, error: &Error) -> Result<()> {
        let now = self.clock.now();
        let state = if matches!(error, Error::Cancelled) { JobState::Cancelled } else { JobState::Failed };
        let events = self.store.write(|w| {
            let Some(mut job) = w.job(job.id)?.filter(|job| !job.state.is_final()) else { return Ok(vec![]) };
            // A restore that did not begin leaves the row as it was.
            if matches!(job.kind, JobKind::Restore { .. })
                && let Some(mut row) = w.file(job.file_id)?.filter(|row| row.status == Status::PendingRemoval)
            {
                row.status = Status::Active;
                w.put_file(&row)?;
            }
            w.clear_batch(job.id)?;
            if state == JobState::Cancelled {
                hold_job(w, &job, now)?;
            }
            finish(w, &mut job, state, Some(error), now)?;
            w.put_log(&LogRow { success: false, error: Some(error.to_string()), ..entry_of(&job, now) })?;
            Ok(vec![Event::JobFinished(Box::new(job))])
        })?;
        self.publish(events);
        Ok(())
    }

    /// A job cannot run now (a volume is away) and stays queued, with the reason shown.
    pub(super) fn commit_waiting(&self, job: &JobRow, error: &Error) -> Result<()> {
        self.store.write(|w| {
            if let Some(mut job) = w.job(job.id)?.filter(|job| !job.state.is_final()) {
                job.error = Some(Failure::from(error));
                w.put_job(&job)?;
            }
            Ok(())
        })
    }
}

fn active_row(
    job: &JobRow,
    intent: &Intent,
    known: Option<&FileRow>,
    method: Method,
    wishes: &[Wish],
    place: Placement,
    now: Time,
) -> FileRow {
    let operation = wishes.iter().map(|wish| wish.operation).min();
    FileRow {
        id: job.file_id,
        file_path: job.path.clone(),
        original_path: Engine::path_of(&place),
        library: intent.library.clone(),
        method,
        size: place.original.size,
        cached_at: now,
        last_accessed: known.and_then(|row| row.last_accessed),
        access_count: known.map_or(0, |row| row.access_count),
        operation: operation.unwrap_or(crate::domain::file::Operation::Manual),
        status: Status::Active,
        removed: None,
        metadata: match known {
            Some(row) if job.metadata == Metadata::default() => row.metadata.clone(),
            _ => job.metadata.clone(),
        },
        pinned: known.is_some_and(|row| row.pinned),
        place,
        verified_at: now,
        link_missing_since: None,
        attention: None,
    }
}

/// One attribution per user, with the strongest of their reasons, in order of asking.
fn attributions(wishes: &[Wish], now: Time) -> Vec<Attribution> {
    let mut list: Vec<Attribution> = Vec::new();
    for wish in wishes {
        let Some(user) = &wish.user else { continue };
        match list.iter_mut().find(|known| known.user == *user) {
            Some(known) => known.reason = known.reason.min(wish.operation),
            None => {
                let ordinal = u32::try_from(list.len()).unwrap_or(u32::MAX);
                list.push(Attribution { user: user.clone(), reason: wish.operation, added_at: now, ordinal });
            }
        }
    }
    list
}

pub(super) fn finish(
    w: &mut Writer<'_>,
    job: &mut JobRow,
    state: JobState,
    error: Option<&Error>,
    now: Time,
) -> Result<()> {
    job.state = state;
    job.finished_at = Some(now);
    job.error = error.map(Failure::from);
    if state == JobState::Done {
        job.bytes_done = job.bytes_total;
    }
    w.put_job(job)
}

fn fail_job(
    w: &mut Writer<'_>,
    intent: &Intent,
    state: JobState,
    error: &Error,
    now: Time,
) -> Result<Vec<Event>> {
    let Some(mut job) = w.job(intent.job_id)?.filter(|job| !job.state.is_final()) else { return Ok(vec![]) };
    finish(w, &mut job, state, Some(error), now)?;
    w.put_log(&LogRow { success: false, error: Some(error.to_string()), ..entry_of(&job, now) })?;
    Ok(vec![Event::JobFinished(Box::new(job))])
}

fn log_kind(action: RestoreAction) -> LogKind {
    match action {
        RestoreAction::Restore | RestoreAction::Reconcile => LogKind::Restore,
        RestoreAction::Evict => LogKind::Evict,
        RestoreAction::Remove => LogKind::Remove,
        RestoreAction::Heal => LogKind::Heal,
    }
}

/// The log entry of a job that ended well.
pub(super) fn entry_of(job: &JobRow, now: Time) -> LogRow {
    let (kind, reason, user) = match &job.kind {
        JobKind::Cache { wishes, .. } => {
            let first = wishes.first();
            let reason = first.map_or("manual", |wish| wish.operation.name()).to_owned();
            (LogKind::Cache, reason, first.and_then(|wish| wish.user.clone()))
        }
        JobKind::Restore { action, reason, user } => (log_kind(*action), reason.clone(), user.clone()),
        JobKind::Cleanup { user, .. } => (LogKind::Cleanup, "manual".to_owned(), user.clone()),
        JobKind::Batch { action, reason, user, .. } => {
            let kind = match action {
                BatchAction::Remove => LogKind::Remove,
                BatchAction::Pin => LogKind::Pin,
                BatchAction::Unpin => LogKind::Unpin,
            };
            (kind, reason.clone(), user.clone())
        }
        JobKind::Plan { .. } => (LogKind::Plan, "plan".to_owned(), None),
    };
    LogRow {
        id: LogId::new(),
        kind,
        file_id: job.file(),
        file_path: job.path.clone(),
        by: job.by.clone(),
        user,
        reason,
        success: true,
        error: None,
        metadata: vec![job_fact(job.id)],
        at: now,
    }
}

/// A log entry about a file.
pub(super) fn entry_about(row: &FileRow, by: &Actor, now: Time) -> LogRow {
    LogRow {
        id: LogId::new(),
        kind: LogKind::Recover,
        file_id: Some(row.id),
        file_path: row.file_path.clone(),
        by: by.clone(),
        user: None,
        reason: String::new(),
        success: true,
        error: None,
        metadata: Vec::new(),
        at: now,
    }
}
