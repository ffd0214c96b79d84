//! A person's removal holds, until they play the file, ask for it, or it has been long enough.
//!
//! **Invariant:** a hold is written in the transaction of the removal: whoever plans next sees both or neither.

use std::path::{Path, PathBuf};

use crate::domain::file::FileRow;
use crate::domain::hold::HoldRow;
use crate::domain::job::{JobKind, JobRow};
use crate::domain::time::Time;
use crate::error::Result;
use crate::store::{Rows, Writer};

use super::engine::Engine;

/// Holds a path for those who want the file now. Whoever is not among them brings it back.
pub(super) fn hold_file(w: &mut Writer<'_>, row: &FileRow, now: Time) -> Result<()> {
    let users = w.attributions(row.id)?.into_iter().map(|one| one.user).collect();
    hold(w, &row.file_path, users, now)
}

/// Holds a path for those for whom it was to be cached.
pub(super) fn hold_job(w: &mut Writer<'_>, job: &JobRow, now: Time) -> Result<()> {
    let JobKind::Cache { wishes, .. } = &job.kind else { return Ok(()) };
    hold(w, &job.path, wishes.iter().filter_map(|wish| wish.user.clone()).collect(), now)
}

fn hold(w: &mut Writer<'_>, path: &Path, mut users: Vec<String>, now: Time) -> Result<()> {
    // Who was held before is held on: twice removed is not wanted more.
    users.extend(w.hold(path)?.into_iter().flat_map(|known| known.users));
    users.sort_unstable();
    users.dedup();
    if users.is_empty() {
        return Ok(());
    }
    w.put_hold(path, &HoldRow { users, at: now })
}

/// Lifts the hold of a path: somebody plays it, or a person asks for it.
pub(super) fn lift(w: &mut Writer<'_>, path: &Path) -> Result<()> {
    if w.hold(path)?.is_some() {
        w.remove_hold(path)?;
    }
    Ok(())
}

impl Engine {
    /// Forgets removals from before that instant.
    ///
    /// # Errors
    /// The store fails.
    pub fn forget_holds(&self, before: Time) -> Result<()> {
        let is_old = |(path, row): (PathBuf, HoldRow)| (row.at < before).then_some(path);
        let old: Vec<PathBuf> = self.store.read()?.holds()?.into_iter().filter_map(is_old).collect();
        if old.is_empty() {
            return Ok(());
        }
        self.store.write(|w| {
            // One that was renewed meanwhile stays.
            old.iter().try_for_each(|path| match w.hold(path)? {
                Some(row) if row.at < before => w.remove_hold(path),
                Some(_) | None => Ok(()),
            })
        })
    }
}
