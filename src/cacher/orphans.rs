//! Orphaned rows whose copy is there again, and rows and jobs that have served their time.

use jiff::SignedDuration;

use crate::domain::file::{FileRow, Status};
use crate::domain::intent::Phase;
use crate::domain::job::{JobKind, JobRow, JobState, Wish};
use crate::domain::path::kept_name;
use crate::domain::settings::HISTORY_DAYS;
use crate::error::{Error, Result};
use crate::store::Rows;

use super::drive::Driven;
use super::engine::Engine;
use super::locks::Key;
use super::scan::Scanned;
use super::table::{CopyIs, KeptIs, PathIs};

impl Engine {
    /// A copy that came back is put to use again: the link goes in, the row is active as before.
    pub(super) fn look_for_returned_copies(&self, report: &mut Scanned) -> Result<()> {
        for row in self.files_in(Status::Orphaned)? {
            match self.bring_back(&row) {
                Ok(true) => report.settled.push(row.id),
                Ok(false) => {}
                Err(error @ Error::Store { .. }) => return Err(error),
                Err(error) => report.findings.push((row.id, error.to_string())),
            }
        }
        Ok(())
    }

    fn bring_back(&self, row: &FileRow) -> Result<bool> {
        if self.copy_is_missing(&self.cache_dir()?, row)? {
            return Ok(false);
        }
        let Some(_held) = self.locks.try_hold(vec![Key::File(row.id)]) else { return Ok(false) };
        // Another look may have brought it back since it was listed.
        let current = self.store.read()?.file(row.id)?.filter(|now| now.status == Status::Orphaned);
        let Some(row) = &current else { return Ok(false) };
        self.prove(&row.library)?;
        let (seen, mut place) = self.look_at_row(row)?;
        match (seen.path, seen.kept, seen.copy) {
            // It was the only copy, and its link is still there.
            (PathIs::Link, KeptIs::Nothing, CopyIs::Intact) => {
                let back = FileRow { place, status: Status::Active, attention: None, ..row.clone() };
                self.store.write(|w| w.put_file(&back))?;
                self.room.take(row.size);
                Ok(true)
            }
            (PathIs::Original, KeptIs::Nothing, CopyIs::Intact) => {
                place.kept = Some(kept_name(&place.name));
                self.swap_in_again(row, place)
            }
            _ => Ok(false),
        }
    }

    fn swap_in_again(&self, row: &FileRow, place: crate::domain::file::Placement) -> Result<bool> {
        let attributions = self.store.read()?.attributions(row.id)?;
        let wish = |user, operation| Wish { user, operation };
        let mut wishes: Vec<_> =
            attributions.into_iter().map(|one| wish(Some(one.user), one.reason)).collect();
        if wishes.is_empty() {
            wishes.push(wish(None, row.operation));
        }
        let kind = JobKind::Cache { method: row.method, wishes };
        let intent = self.begin_for(row, kind, Phase::Swapping, place)?;
        self.room.take(row.size);
        match self.drive(intent)? {
            Driven::Settled => Ok(true),
            Driven::Failed(error) | Driven::Parked(error) => Err(error),
            Driven::NeedsCopyBack(_) => Ok(false),
        }
    }

    /// Forgets rows that were removed, and jobs and playbacks that ended, longer ago than history is kept; and old entries of
    /// the log.
    pub(super) fn forget_history(&self) -> Result<()> {
        let before = self.clock.now().plus(SignedDuration::from_hours(-24 * HISTORY_DAYS));
        self.forget_playbacks(before)?;
        self.forget_log()?;
        let rows = self.store.read()?;
        let busy = rows.files_with_intents()?;
        let mut files = Vec::new();
        rows.for_each_file(&mut |row| {
            if row.removed.as_ref().is_some_and(|removed| removed.at < before) && !busy.contains(&row.id) {
                files.push(row.id);
            }
            Ok(())
        })?;
        let mut jobs = Vec::new();
        for state in [JobState::Done, JobState::Failed, JobState::Cancelled] {
            let old = |job: &JobRow| job.finished_at.is_some_and(|at| at < before);
            jobs.extend(rows.jobs_in(state)?.into_iter().filter(old).map(|job| job.id));
        }
        if files.is_empty() && jobs.is_empty() {
            return Ok(());
        }
        self.store.write(|w| {
            files.iter().try_for_each(|id| w.remove_file(*id))?;
            jobs.iter().try_for_each(|id| w.remove_job(*id))
        })
    }
}
