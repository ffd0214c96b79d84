//! A cleanup: a scan, then a look at every orphan. Is its original back, or is nothing left of it?
//!
//! **Invariant:** a row goes only when a file was seen at its path a moment ago. An orphan that cannot be looked at stays,
//! and one of which nothing is left stays, and is named.

use std::path::PathBuf;
use std::sync::PoisonError;

use jiff::SignedDuration;

use crate::domain::actor::Actor;
use crate::domain::cleanup::{Cleaned, Lost};
use crate::domain::event::Event;
use crate::domain::file::{FileRow, Status};
use crate::domain::id::{FileId, JobId, LogId};
use crate::domain::job::{Asked, JobKind, JobRow, JobState, RestoreAction};
use crate::domain::log::{LogKind, LogRow};
use crate::domain::settings::HISTORY_DAYS;
use crate::error::{Error, IoContext, Result};
use crate::files::Kind;
use crate::files::errno::present;
use crate::store::Rows;

use super::engine::Engine;
use super::locks::{Held, Key};
use super::outcome::finish;
use super::request::{RestoreRequest, forget_orphan};
use super::scan::Depth;
use super::table::{CopyIs, KeptIs, PathIs};

/// With more rows than this, a cleanup is a job of its own.
pub const AT_ONCE: usize = 10_000;
/// A job names only so many of which nothing is left; it counts them all.
const NAMED: usize = 1000;

/// Clean up.
#[derive(Clone, Debug)]
pub struct CleanupRequest {
    /// Rows of orphans whose original is back go.
    pub remove_orphaned: bool,
    /// A person said that the brake shall not hold.
    pub confirmed: bool,
    /// The media user concerned.
    pub user: Option<String>,
    /// The authenticated principal.
    pub by: Actor,
}

/// What came of a [`CleanupRequest`].
#[derive(Clone, Debug)]
pub enum Cleanup {
    /// It is done.
    Done(Cleaned),
    /// It takes longer: a job does it.
    Queued(JobId),
}

/// How it is with an orphan.
enum Verdict {
    /// Its original is at its path again.
    Back,
    /// Another file is at its path.
    Taken,
    /// Nothing is left of it.
    Gone,
    /// That cannot be said now, or is not that simple.
    Open,
}

/// Orphans that may go, each held so that nobody else works on it.
#[derive(Default)]
struct Judged {
    settled: Vec<(FileRow, &'static str, Held)>,
    lost: Vec<Lost>,
}

impl Engine {
    /// Cleans up, or writes a job down that will.
    ///
    /// # Errors
    /// `CacheVolumeMissing`, `MassOrphanBrake`: nothing was concluded or written then. The store fails.
    pub fn request_cleanup(&self, request: &CleanupRequest) -> Result<Cleanup> {
        self.look_at_cache_dir()?;
        if !self.store.read()?.has_more_files_than(AT_ONCE)? {
            return self.clean(request, None).map(Cleanup::Done);
        }
        let CleanupRequest { remove_orphaned, confirmed, user, by } = request.clone();
        let asked = Asked {
            kind: JobKind::Cleanup { remove_orphaned, confirmed, user, cleaned: None },
            file: FileId::NONE,
            path: PathBuf::new(),
            by,
            at: self.clock.now(),
            bytes: 0,
        };
        let job = JobRow::new(asked, JobState::Queued);
        self.store.write(|w| w.put_job(&job))?;
        Ok(Cleanup::Queued(job.id))
    }

    /// Runs the job of a cleanup.
    pub(super) fn clean_once(&self, job: &JobRow) -> Result<()> {
        let JobKind::Cleanup { remove_orphaned, confirmed, user, .. } = &job.kind else { return Ok(()) };
        let request = CleanupRequest {
            remove_orphaned: *remove_orphaned,
            confirmed: *confirmed,
            user: user.clone(),
            by: job.by.clone(),
        };
        self.clean(&request, Some(job.id)).map(drop)
    }

    fn clean(&self, request: &CleanupRequest, job: Option<JobId>) -> Result<Cleaned> {
        // One at a time: the other would find its orphans held, and count too few.
        let _turn = self.cleaning.lock().unwrap_or_else(PoisonError::into_inner);
        self.look_at_cache_dir()?;
        let scanned = self.look_at_all(Depth::Cache, request.confirmed, &|| Ok(()))?;
        for (file, text) in scanned.findings {
            tracing::warn!(%file, "{text}");
        }
        let orphans = self.files_in(Status::Orphaned)?;
        let orphaned = orphans.len() as u64;
        let Judged { settled, lost } = self.judge(orphans)?;
        let cleaned = Cleaned { orphaned, removed: 0, lost: lost.len() as u64, unrecoverable: vec![] };
        let settled = if request.remove_orphaned { settled } else { vec![] };
        let cleaned = self.commit_cleaned(request, "manual", settled, cleaned, |w, cleaned, now| {
            let Some(id) = job else { return Ok(None) };
            let Some(mut job) = w.job(id)?.filter(|job| !job.state.is_final()) else { return Ok(None) };
            let kept = lost.iter().take(NAMED).cloned().collect();
            if let JobKind::Cleanup { cleaned: result, .. } = &mut job.kind {
                *result = Some(Cleaned { unrecoverable: kept, ..cleaned.clone() });
            }
            finish(w, &mut job, JobState::Done, None, now)?;
            Ok(Some(job))
        })?;
        Ok(Cleaned { unrecoverable: lost, ..cleaned })
    }

    /// Orphans whose original is back, and of which nothing was heard for as long as history is kept, go by themselves
    /// where the owner wants that.
    pub(super) fn forget_old_orphans(&self) -> Result<()> {
        if !self.cache.auto_cleanup {
            return Ok(());
        }
        let before = self.clock.now().plus(SignedDuration::from_hours(-24 * HISTORY_DAYS));
        let rows = self.store.read()?;
        let mut old = Vec::new();
        for row in self.files_in(Status::Orphaned)? {
            let heard = rows.log_of(row.id, 1)?.first().map_or(row.cached_at, |entry| entry.at);
            if row.attention.is_none() && heard < before {
                old.push(row);
            }
        }
        let Judged { settled, lost: _ } = self.judge(old)?;
        if settled.is_empty() {
            return Ok(());
        }
        let request =
            CleanupRequest { remove_orphaned: true, confirmed: false, user: None, by: Actor::system() };
        let cleaned = Cleaned { orphaned: settled.len() as u64, ..Cleaned::default() };
        self.commit_cleaned(&request, "auto_cleanup", settled, cleaned, |_, _, _| Ok(None)).map(drop)
    }

    fn judge(&self, orphans: Vec<FileRow>) -> Result<Judged> {
        let mut judged = Judged::default();
        for row in orphans {
            let Some(held) = self.locks.try_hold(vec![Key::File(row.id)]) else { continue };
            match self.look_at_orphan(&row) {
                Ok(Verdict::Back) => judged.settled.push((row, "cleanup", held)),
                Ok(Verdict::Taken) => judged.settled.push((row, "superseded", held)),
                Ok(Verdict::Gone) => judged.lost.push(Lost {
                    file: row.id,
                    path: row.file_path,
                    size: row.size,
                    hash: row.place.hash,
                }),
                Ok(Verdict::Open) => {}
                Err(error @ (Error::Store { .. } | Error::CacheVolumeMissing { .. })) => return Err(error),
                Err(error) => {
                    tracing::warn!(file = %row.id, %error, "an orphan cannot be looked at; it stays")
                }
            }
        }
        Ok(judged)
    }

    fn look_at_orphan(&self, row: &FileRow) -> Result<Verdict> {
        if !self.is_vouched_for(&row.library)? {
            return Ok(Verdict::Open);
        }
        self.prove(&row.library)?;
        let (seen, place) = self.look_at_row(row)?;
        let nothing_left = seen.kept == KeptIs::Nothing && seen.copy == CopyIs::Missing;
        Ok(match seen.path {
            // Something of ours beside it still needs the row.
            _ if seen.kept != KeptIs::Nothing => Verdict::Open,
            PathIs::Original | PathIs::Changed => Verdict::Back,
            PathIs::Other if self.is_file(&row.library, &place)? => Verdict::Taken,
            PathIs::Nothing | PathIs::Link | PathIs::Other if nothing_left => Verdict::Gone,
            PathIs::Nothing | PathIs::Link | PathIs::Other | PathIs::OtherCache => Verdict::Open,
        })
    }

    /// Whether a library is the one that the store knows, by its root or by files that are in place. Where only orphans
    /// are left in it they cannot vouch for it: an empty mount point must not look like their end.
    fn is_vouched_for(&self, name: &str) -> Result<bool> {
        if self.has_rows(name)? {
            return Ok(true);
        }
        let library = self.library(name)?;
        let path = self.fs.canonicalize(&library.path).doing("open the library", &library.path)?;
        let root = self.fs.open_folder(&path).doing("open the library", &path)?;
        let now = self.fs.stat(&root).doing("look at the library", &path)?.identity;
        let known = self.store.read()?.root(name)?;
        Ok(known.is_some_and(|known| (known.fsid, known.ino) == (now.fsid, now.ino)))
    }

    fn is_file(&self, library: &str, place: &crate::domain::file::Placement) -> Result<bool> {
        let Some(spot) = self.spot(library, &place.folder)? else { return Ok(false) };
        let stat = present(self.fs.stat_at(&spot.folder, &place.name)).doing("look at", &spot.path)?;
        Ok(stat.is_some_and(|stat| stat.kind == Kind::File))
    }

    /// One transaction: the rows that go, the entry in the log, and (`end`) the job.
    fn commit_cleaned(
        &self,
        request: &CleanupRequest,
        reason: &str,
        settled: Vec<(FileRow, &'static str, Held)>,
        mut cleaned: Cleaned,
        end: impl FnOnce(
            &mut crate::store::Writer<'_>,
            &Cleaned,
            crate::domain::time::Time,
        ) -> Result<Option<JobRow>>,
    ) -> Result<Cleaned> {
        let now = self.clock.now();
        let (cleaned, job) = self.store.write(|w| {
            for (row, because, _held) in &settled {
                // It may have been forgotten, or cached again, before it was held.
                let Some(row) = w.file(row.id)?.filter(|row| row.status == Status::Orphaned) else {
                    continue;
                };
                let forget = RestoreRequest {
                    file: row.id,
                    action: RestoreAction::Remove,
                    reason: (*because).to_owned(),
                    user: request.user.clone(),
                    by: request.by.clone(),
                };
                forget_orphan(w, row, &forget, now)?;
                cleaned.removed += 1;
            }
            let job = end(w, &cleaned, now)?;
            let mut metadata = vec![
                ("orphaned_count".to_owned(), cleaned.orphaned.to_string()),
                ("removed_count".to_owned(), cleaned.removed.to_string()),
                ("unrecoverable_count".to_owned(), cleaned.lost.to_string()),
                ("remove_orphaned".to_owned(), request.remove_orphaned.to_string()),
            ];
            metadata.extend(job.as_ref().map(|job| ("job_id".to_owned(), job.id.to_string())));
            w.put_log(&LogRow {
                id: LogId::new(),
                kind: LogKind::Cleanup,
                file_id: None,
                file_path: PathBuf::new(),
                by: request.by.clone(),
                user: request.user.clone(),
                reason: reason.to_owned(),
                success: true,
                error: None,
                metadata,
                at: now,
            })?;
            Ok((cleaned, job))
        })?;
        let Cleaned { orphaned, removed, lost, .. } = &cleaned;
        tracing::info!(orphaned, removed, lost, reason, "cleaned up");
        self.publish([Event::StatisticsChanged]);
        self.publish(job.map(|job| Event::JobFinished(Box::new(job))));
        Ok(cleaned)
    }
}
