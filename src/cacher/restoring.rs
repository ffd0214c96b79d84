//! A restore: what the copy has and the original has not goes to the original first, then the names are exchanged.

use std::cell::RefCell;

use crate::domain::file::FileRow;
use crate::domain::intent::{Intent, Phase};
use crate::domain::job::{JobKind, JobRow, JobState, RestoreAction};
use crate::domain::path::{kept_name, restore_name};
use crate::error::{Error, IoContext, Result};
use crate::files::copy::{End, copy, hash};
use crate::files::errno::{is_full, present};
use crate::files::seal::seal;
use crate::store::Rows;

use super::caching::JobPace;
use super::control::Control;
use super::drive::Driven;
use super::engine::{Engine, Spot};
use super::locks::Key;
use super::see::{Seen, kept_of};
use super::table::{CopyIs, KeptIs, PathIs};

impl Engine {
    /// A restore that failed while copying back leaves everything as it was: link, copy, row.
    pub(super) fn end_unstarted(&self, job: &JobRow, error: &Error) -> Result<()> {
        let intent =
            self.store.read()?.intents_of(job.file_id)?.into_iter().find(|intent| intent.job_id == job.id);
        if let Some(intent) = intent {
            if intent.phase != Phase::CopyingBack {
                return self.commit_waiting(job, error);
            }
            if let Some(spot) = self.spot(&intent.library, &intent.place.folder)? {
                let name = restore_name(&intent.id.to_string());
                present(self.fs.unlink(&spot.folder, &name)).doing("remove our", spot.path.join(&name))?;
                self.sync_folder(&spot.folder, &spot.path)?;
            }
            self.store.write(|w| w.remove_intent(intent.id))?;
        }
        self.commit_failed(job, error)
    }

    pub(super) fn restore_once(&self, job: &JobRow, control: &Control) -> Result<Option<Driven>> {
        let Some(row) = self.store.read()?.file(job.file_id)? else {
            return Err(Error::NotFound { what: "file" });
        };
        let Some(_held) = self.locks.try_hold(vec![Key::File(row.id)]) else { return Ok(None) };
        refuse_kept(&self.store.read()?, &job.kind, &row)?;
        let mut intent = match self.store.read()?.intents_of(row.id)?.into_iter().next() {
            Some(intent) if intent.job_id == job.id => intent,
            Some(intent) if matches!(intent.phase, Phase::Releasing { .. }) => {
                // The original is not given up after all.
                self.store.write(|w| w.remove_intent(intent.id))?;
                self.plan_restore(job, &row, control)?
            }
            Some(_) => return Ok(None),
            None => self.plan_restore(job, &row, control)?,
        };
        loop {
            match self.drive(intent)? {
                Driven::NeedsCopyBack(waiting) => intent = self.copy_back(*waiting, control)?,
                driven => return Ok(Some(driven)),
            }
        }
    }

    /// Step r0: is the copy still what was published? Then step r1.
    fn plan_restore(
        &self,
        job: &JobRow,
        row: &crate::domain::file::FileRow,
        control: &Control,
    ) -> Result<Intent> {
        // Before anything is looked at: what is seen must not be older than the mover's last act.
        self.await_mover(control)?;
        self.prove(&row.library)?;
        let mut place = row.place.clone();
        let spot = self.spot(&row.library, &place.folder)?;
        let seen = self.see(&mut place, spot.as_ref())?;
        if let Some(spot) = &spot
            && seen.copy == CopyIs::Touched
            && seen.kept == KeptIs::Original
            && seen.path == PathIs::Link
        {
            self.carry_face(&mut place, spot)?;
        }
        let phase = match (seen.path, seen.kept, seen.copy) {
            // Written through the link: the copy is the file now. Unless the original was written too: then it wins,
            // and the copy is kept for the trash's days.
            (PathIs::Link, KeptIs::Original | KeptIs::Nothing, CopyIs::Modified) => Phase::CopyingBack,
            (PathIs::Link, KeptIs::Nothing, CopyIs::Intact | CopyIs::Touched) => Phase::CopyingBack,
            _ => Phase::Restoring,
        };
        if phase == Phase::Restoring {
            control.commit()?;
        }
        let intent = Intent::new(job, &row.library, phase, place);
        self.begin_restore(&intent)?;
        Ok(intent)
    }

    /// Somebody changed mode, owner, times or attributes through the link: the original gets them.
    fn carry_face(&self, place: &mut crate::domain::file::Placement, spot: &Spot) -> Result<()> {
        let kept = kept_of(place);
        let at = spot.path.join(&kept);
        let cache = self.cache_dir()?;
        let Some(folder) = self.copy_spot(&cache, &place.cached_path)? else { return Ok(()) };
        let name = place.cached_path.file_name().unwrap_or_default();
        self.announce_open(&place.cached_path);
        let from = self.fs.open_file(&folder, name).doing("open", &place.cached_path)?;
        let like = self.fs.stat(&from).doing("look at", &place.cached_path)?.identity;
        let to = self.fs.open_file(&spot.folder, &kept).doing("open", &at)?;
        // The time last of all: the row recognises the original by it, so it is known before it is set.
        let expected = crate::domain::identity::Identity { mtime: like.mtime, ..place.original };
        seal(&*self.fs, &from, &like, &to).doing("carry the copy's mode, owner and times to", &at)?;
        self.fs.sync(&to).doing("make durable", &at)?;
        let now = self.fs.stat(&to).doing("look at", &at)?.identity;
        debug_assert!(now.same_bytes(&expected));
        place.original = now;
        Ok(())
    }

    /// Copies the bytes from the cache to a temporary name beside the link, verified and durable; then they are
    /// recorded as what will be the original.
    fn copy_back(&self, mut intent: Intent, control: &Control) -> Result<Intent> {
        let path = Self::path_of(&intent.place);
        let spot = self
            .spot(&intent.library, &intent.place.folder)?
            .ok_or_else(|| Error::FileVanished { path: path.clone() })?;
        let cache = self.cache_dir()?;
        let cached = intent.place.cached_path.clone();
        let folder =
            self.copy_spot(&cache, &cached)?.ok_or_else(|| Error::FileVanished { path: cached.clone() })?;
        self.announce_open(&cached);
        let source =
            self.fs.open_file(&folder, cached.file_name().unwrap_or_default()).doing("open", &cached)?;
        let before = self.fs.stat(&source).doing("look at", &cached)?;
        let size = before.identity.size;
        let space = self.fs.space(&spot.folder).doing("ask for the room on", &spot.path)?;
        if space.available < size {
            return Err(Error::LibraryVolumeFull { path });
        }
        let name = restore_name(&intent.id.to_string());
        let at = spot.path.join(&name);
        present(self.fs.unlink(&spot.folder, &name)).doing("remove our", &at)?;
        let full = |error| match error {
            Error::Io { source, .. } if is_full(&source) => Error::LibraryVolumeFull { path: path.clone() },
            other => other,
        };
        let target = self.fs.create_file(&spot.folder, &name).doing("create", &at).map_err(full)?;
        control.enter(JobState::Copying);
        let device = self.fs.stat(&spot.folder).doing("look at", &spot.path)?.dev;
        let pace = JobPace { engine: self, control, room: RefCell::new(None), device };
        let (from, to) = (End { fd: &source, path: &cached }, End { fd: &target, path: &at });
        let written = copy(&*self.fs, &from, &to, size, &pace).map_err(full)?;
        seal(&*self.fs, &source, &before.identity, &target).doing("seal", &at).map_err(full)?;
        self.fs.sync(&target).doing("make durable", &at).map_err(full)?;
        control.enter(JobState::Verifying);
        let back = self.fs.open_uncached(&spot.folder, &name).doing("open", &at)?;
        if hash(&*self.fs, &End { fd: &back, path: &at }, &pace)? != written {
            return Err(Error::VerifyFailed { path });
        }
        let after = self.fs.stat(&source).doing("look at", &cached)?;
        if !after.identity.same_bytes(&before.identity) || after.identity.ctime != before.identity.ctime {
            return Err(Error::FileBusy { path });
        }
        self.sync_folder(&spot.folder, &spot.path)?;
        control.commit()?;
        intent.phase = Phase::Returning;
        intent.place.kept = Some(kept_name(&intent.place.name));
        intent.place.original = self.fs.stat(&target).doing("look at", &at)?.identity;
        intent.place.copy = Some(after.identity);
        intent.place.hash = written;
        self.begin_restore(&intent)?;
        Ok(intent)
    }

    /// The intent; and the job past its point of no return, unless bytes have to be copied back first.
    fn begin_restore(&self, intent: &Intent) -> Result<()> {
        self.store.write(|w| {
            if intent.phase != Phase::CopyingBack
                && let Some(mut job) = w.job(intent.job_id)?.filter(|job| !job.state.is_final())
            {
                // In one transaction with the point of no return: whoever begins to play comes before it or after it.
                if let Some(row) = w.file(job.file_id)? {
                    refuse_kept(w, &job.kind, &row)?;
                }
                job.state = JobState::Swapping;
                job.error = None;
                w.put_job(&job)?;
            }
            w.put_intent(intent)
        })
    }

    /// What a scan decides for one active row, in one sentence of types.
    pub(super) fn look_at_row(
        &self,
        row: &crate::domain::file::FileRow,
    ) -> Result<(Seen, crate::domain::file::Placement)> {
        let mut place = row.place.clone();
        let spot = self.spot(&row.library, &place.folder)?;
        let seen = self.see(&mut place, spot.as_ref())?;
        Ok((seen, place))
    }
}

/// Nobody who plays a file, or has said that it stays, has it taken away for want of room. A person may remove it all the
/// same, and what others did to the files is followed.
pub(super) fn refuse_kept(rows: &impl Rows, kind: &JobKind, row: &FileRow) -> Result<()> {
    let JobKind::Restore { action: RestoreAction::Evict, .. } = kind else { return Ok(()) };
    if rows.is_played(&row.file_path)? {
        return Err(Error::FilePlaying { path: row.file_path.clone() });
    }
    if row.pinned {
        return Err(Error::FilePinned { path: row.file_path.clone() });
    }
    Ok(())
}
