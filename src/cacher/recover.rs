//! A start after anything: unfinished work is finished or undone, and said.
//!
//! **Invariant:** run twice, it changes nothing the second time. It reads the cache dir and the store; a library is
//! touched only where unfinished work is in it.

use crate::domain::actor::Actor;
use crate::domain::id::LogId;
use crate::domain::intent::{Due, Intent, Phase};
use crate::domain::job::JobState;
use crate::domain::log::{LogKind, LogRow};
use crate::domain::time::Time;
use crate::error::{Error, IoContext, Result};
use crate::files::errno::present;
use crate::store::Rows;

use super::drive::Driven;
use super::engine::Engine;
use super::locks::Key;

/// What a recovery found and did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Pieces of work that were brought to their end.
    pub finished: usize,
    /// Pieces that were undone or have failed.
    pub undone: usize,
    /// Pieces that cannot go on now; each stays locked and shown.
    pub waiting: usize,
    /// Unfinished copies that were removed.
    pub swept: usize,
    /// Jobs that are queued.
    pub queued: usize,
}

/// One look at everything that has its time.
pub(super) struct Pass {
    /// When the next piece is due.
    pub next: Option<Time>,
    /// Whether some piece of work came to an end, so that its file is free for others.
    pub settled: bool,
}

impl Recovered {
    /// Whether there was anything to do.
    #[must_use]
    pub fn did_something(&self) -> bool {
        self.finished + self.undone + self.swept > 0
    }
}

impl std::fmt::Display for Recovered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} unfinished brought to their end, {} undone, {} waiting, {} partial copies removed, {} jobs queued",
            self.finished, self.undone, self.waiting, self.swept, self.queued
        )
    }
}

impl Engine {
    /// Finishes or undoes what an earlier process left. One bad piece never stops the start.
    ///
    /// # Errors
    /// The store fails.
    pub fn recover(&self) -> Result<Recovered> {
        let mut report = Recovered::default();
        for intent in self.store.read()?.intents()? {
            if intent.phase.due() != Due::Now || intent.phase == Phase::CopyingBack {
                continue;
            }
            match self.drive_locked(intent)? {
                Some(Driven::Settled) => report.finished += 1,
                Some(Driven::Failed(_)) => report.undone += 1,
                Some(Driven::Parked(_) | Driven::NeedsCopyBack(_)) | None => report.waiting += 1,
            }
        }
        self.finish_strays(&mut report)?;
        match self.sweep() {
            Ok(swept) => report.swept = swept,
            Err(error @ Error::Store { .. }) => return Err(error),
            Err(error) => tracing::warn!(%error, "unfinished copies were not swept"),
        }
        report.queued = self.store.read()?.jobs_in(JobState::Queued)?.len();
        if report.did_something() {
            let now = self.clock.now();
            self.store.write(|w| {
                w.put_log(&LogRow {
                    id: LogId::new(),
                    kind: LogKind::Recover,
                    file_id: None,
                    file_path: std::path::PathBuf::new(),
                    by: Actor::system(),
                    user: None,
                    reason: "start".to_owned(),
                    success: true,
                    error: None,
                    metadata: vec![("report".to_owned(), report.to_string())],
                    at: now,
                })
            })?;
        }
        Ok(report)
    }

    /// A job past its point of no return always has an intent. One without (its end was not written because the
    /// commit was not known) goes back to the queue, where it finds out.
    fn finish_strays(&self, report: &mut Recovered) -> Result<()> {
        let rows = self.store.read()?;
        let intents = rows.intents()?;
        for mut job in rows.jobs_in(JobState::Swapping)? {
            if intents.iter().any(|intent| intent.job_id == job.id) {
                continue;
            }
            job.state = JobState::Queued;
            self.store.write(|w| w.put_job(&job))?;
            report.undone += 1;
        }
        Ok(())
    }

    /// Drives an intent while holding it, unless somebody else does.
    pub(super) fn drive_locked(&self, intent: Intent) -> Result<Option<Driven>> {
        let keys = vec![Key::Intent(intent.id), Key::File(intent.file_id)];
        let Some(_held) = self.locks.try_hold(keys) else { return Ok(None) };
        // It may have moved on since it was listed.
        match self.store.read()?.intent(intent.id)? {
            Some(intent) => self.drive(intent).map(Some),
            None => Ok(None),
        }
    }

    /// Drives an intent as it is given, unless somebody else does.
    pub(super) fn drive_now(&self, intent: Intent) -> Result<Option<Driven>> {
        let keys = vec![Key::Intent(intent.id), Key::File(intent.file_id)];
        let Some(_held) = self.locks.try_hold(keys) else { return Ok(None) };
        self.drive(intent).map(Some)
    }

    /// Removes unfinished copies of jobs that do not run. They are ours alone, by their folder.
    fn sweep(&self) -> Result<usize> {
        if self.cache_lost.load(std::sync::atomic::Ordering::SeqCst) {
            return Ok(0);
        }
        let (cache, is_marked) = self.look_at_cache_dir()?;
        if !is_marked {
            // Never used: nothing unfinished can lie there, and it may yet become another one.
            return Ok(0);
        }
        let tmp = self.tmp_dir(&cache)?;
        let mut swept = 0;
        for name in self.fs.list(&tmp).doing("list the unfinished copies in", &self.cache.dir)? {
            let running = name
                .to_str()
                .and_then(|text| text.parse().ok())
                .is_some_and(|id| self.controls.get(id).is_some());
            if !running
                && present(self.fs.unlink(&tmp, &name))
                    .doing("remove an unfinished copy in", &self.cache.dir)?
                    .is_some()
            {
                swept += 1;
            }
        }
        if swept > 0 {
            self.sync_folder(&tmp, &self.cache.dir)?;
        }
        Ok(swept)
    }

    /// Drives every intent whose time has come, and retries those that were parked. Returns when the next one is due.
    ///
    /// # Errors
    /// The store fails.
    pub fn settle_due(&self) -> Result<Option<Time>> {
        self.settle_pass().map(|pass| pass.next)
    }

    pub(super) fn settle_pass(&self) -> Result<Pass> {
        let now = self.clock.now();
        let mut pass = Pass { next: None, settled: false };
        for intent in self.store.read()?.intents()? {
            match intent.phase.due() {
                Due::At(at) if at > now => {
                    pass.next = Some(pass.next.map_or(at, |known: Time| known.min(at)));
                }
                Due::Never => {}
                Due::Now if intent.phase == Phase::CopyingBack => {}
                // What only has its time has it a little later, too.
                Due::At(_) if self.steps_aside() => {
                    let again = now.plus(super::aside::LOOK_EVERY.try_into().unwrap_or_default());
                    pass.next = Some(pass.next.map_or(again, |known: Time| known.min(again)));
                }
                Due::Now | Due::At(_) => match self.drive_locked(intent)? {
                    Some(Driven::Settled | Driven::Failed(_)) => pass.settled = true,
                    Some(Driven::Parked(_) | Driven::NeedsCopyBack(_)) | None => {}
                },
            }
        }
        self.purge_trash()?;
        Ok(pass)
    }
}
