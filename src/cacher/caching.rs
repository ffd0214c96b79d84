//! A caching, steps 0 to 6; the rest is [`super::drive`].

use std::cell::RefCell;
use std::ffi::OsStr;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::domain::event::Event;
use crate::domain::file::{Method, Placement};
use crate::domain::id::IntentId;
use crate::domain::intent::{Intent, Phase};
use crate::domain::job::{JobKind, JobRow, JobState};
use crate::domain::path::kept_name;
use crate::error::{Error, IoContext, Result};
use crate::files::copy::{End, Pace, copy, hash};
use crate::files::errno::{is_absent, is_full, is_taken, present};
use crate::files::seal::seal;
use crate::files::{Fd, Stat};
use crate::store::Rows;

use super::admit::Located;
use super::control::Control;
use super::drive::{Driven, Source};
use super::engine::Engine;
use super::locks::Key;
use super::room::Reservation;
use super::see::Seen;
use super::table::{CopyIs, KeptIs, PathIs};

/// What became of a job that was run.
#[derive(Debug)]
pub enum Ran {
    /// It ended; the store says how.
    Ended,
    /// A slice of it is done, and the next one can follow.
    Again,
    /// It waits for the end of other jobs.
    Waits,
    /// Something it needs is in use or away; try again later.
    Later,
}

impl Engine {
    /// Runs a job that was just begun, and writes down what an error means for it.
    pub(super) fn run_begun(&self, job: &JobRow, control: &Control) -> Result<Ran> {
        let driven = match &job.kind {
            JobKind::Batch { .. } => return self.batch_once(job, control),
            JobKind::Cleanup { .. } => {
                // Once begun it is not stopped half way.
                control.commit().and_then(|()| self.clean_once(job)).map(|()| Some(Driven::Settled))
            }
            JobKind::Cache { method, .. } => self.cache_once(job, *method, control),
            JobKind::Restore { .. } => self.restore_once(job, control),
            // It has no turn: the librarian carries it out.
            JobKind::Plan { .. } => return Ok(Ran::Later),
        };
        match driven {
            // How a drive ends is written down by itself.
            Ok(Some(_)) => Ok(Ran::Ended),
            Err(error @ Error::Store { .. }) => Err(error),
            // Whoever called it off was told so, whatever else went wrong.
            Err(_) if control.is_cancelled() => self.end(job, &Error::Cancelled),
            Ok(None) => self.step_back(job, control, None),
            // Shutting down: the job stays queued and starts over next time.
            Err(_) if control.is_stopped() => self.step_back(job, control, None),
            Err(error @ (Error::CacheVolumeMissing { .. } | Error::LibraryVolumeMissing { .. })) => {
                self.step_back(job, control, Some(&error))
            }
            Err(error) => self.end(job, &error),
        }
    }

    /// The job waits for another turn, with what it waits for; unless it was called off meanwhile.
    fn step_back(&self, job: &JobRow, control: &Control, waits_for: Option<&Error>) -> Result<Ran> {
        if let Err(called_off) = control.step_back() {
            return self.end(job, &called_off);
        }
        if let Some(error) = waits_for {
            self.commit_waiting(job, error)?;
        }
        Ok(Ran::Later)
    }

    /// The job ends before its point of no return.
    fn end(&self, job: &JobRow, error: &Error) -> Result<Ran> {
        match job.kind {
            JobKind::Cache { .. }
            | JobKind::Cleanup { .. }
            | JobKind::Batch { .. }
            | JobKind::Plan { .. } => {
                self.commit_failed(job, error)?;
            }
            JobKind::Restore { .. } => self.end_unstarted(job, error)?,
        }
        Ok(Ran::Ended)
    }

    fn cache_once(&self, job: &JobRow, method: Method, control: &Control) -> Result<Option<Driven>> {
        let cache = self.cache_dir()?;
        let at = self.locate(&job.path)?;
        self.prove(&at.root.library.name)?;
        let folder = self.fs.stat(&at.spot.folder).doing("look at", &at.spot.path)?;
        let (stat, method) = self.admit(&at, method)?;
        let keys = vec![
            Key::Name(folder.dev, folder.identity.ino, at.name.clone()),
            Key::Inode(stat.dev, stat.identity.ino),
            Key::File(job.file_id),
        ];
        let Some(_held) = self.locks.try_hold(keys) else { return Ok(None) };
        // A copy that is on its way out is taken back into use; any other unfinished work on the file comes first.
        for intent in self.store.read()?.intents()? {
            let here = intent.place.folder == at.spot.path && intent.place.name == at.name;
            if here && matches!(intent.phase, Phase::Released { .. }) {
                if let Some(driven) = self.take_back(intent, job, method, control)? {
                    return Ok(Some(driven));
                }
            } else if here && !matches!(intent.phase, Phase::Unclaimed { .. }) {
                return Ok(None);
            }
        }
        let source = Source { fd: self.open_source(&at)?, stat };
        let opened = self.fs.stat(&source.fd).doing("look at", &at.file_path)?;
        if !opened.same_inode(&stat) || !opened.identity.same_bytes(&stat.identity) {
            return Err(Error::SourceChanged { path: at.file_path.clone() });
        }
        let space = self.fs.space(&cache).doing("ask for the room on", &self.cache.dir)?;
        let size = stat.identity.size;
        let mut room = self.room.reserve(size, space, &self.cache).map_err(|available| {
            Error::CacheVolumeFull { path: at.file_path.clone(), needed: size, available }
        })?;
        let result = self.fill_and_swap(job, method, control, &cache, &at, source, &mut room);
        match result {
            Ok((driven, published)) => {
                if published {
                    room.spend();
                }
                Ok(Some(driven))
            }
            Err(error) => {
                // Nothing was promised to anybody yet: the unfinished copy goes, whatever stopped it. If it cannot be
                // removed now, the next start sweeps it.
                if !matches!(error, Error::Store { .. })
                    && let Err(left) = self.drop_tmp(job.id)
                {
                    tracing::warn!(job = %job.id, error = %left, "an unfinished copy is left until the next start");
                }
                Err(self.cache_full(error, &at.file_path, size))
            }
        }
    }

    fn open_source(&self, at: &Located<'_>) -> Result<Fd> {
        match self.fs.open_file(&at.spot.folder, &at.name) {
            Err(error) if is_absent(&error) => Err(Error::FileVanished { path: at.file_path.clone() }),
            other => other.doing("open", &at.file_path),
        }
    }

    /// A full cache volume, in plain words; anything else as it is.
    fn cache_full(&self, error: Error, path: &Path, needed: u64) -> Error {
        match error {
            Error::Io { source, path: at, .. } if is_full(&source) && at.starts_with(&self.cache.dir) => {
                Error::CacheVolumeFull { path: path.to_path_buf(), needed, available: 0 }
            }
            other => other,
        }
    }

    /// Steps 2 to 6 and the drive. The flag says whether the copy took its name.
    #[expect(
        clippy::too_many_arguments,
        reason = "one caller; each is a part that the caller must hold to the end"
    )]
    fn fill_and_swap(
        &self,
        job: &JobRow,
        method: Method,
        control: &Control,
        cache: &Fd,
        at: &Located<'_>,
        source: Source,
        room: &mut Reservation,
    ) -> Result<(Driven, bool)> {
        let tmp = self.tmp_dir(cache)?;
        let tmp_name = Self::tmp_name(job.id);
        let tmp_path = self.cache.dir.join(".cacherr/tmp").join(&tmp_name);
        present(self.fs.unlink(&tmp, &tmp_name)).doing("remove an unfinished copy", &tmp_path)?;
        let size = source.stat.identity.size;
        let target = self.fs.create_file(&tmp, &tmp_name).doing("create", &tmp_path)?;
        control.enter(JobState::Copying);
        let pace = JobPace { engine: self, control, room: RefCell::new(Some(room)), device: source.stat.dev };
        let from = End { fd: &source.fd, path: &at.file_path };
        let hash = copy(&*self.fs, &from, &End { fd: &target, path: &tmp_path }, size, &pace)?;
        seal(&*self.fs, &source.fd, &source.stat.identity, &target).doing("seal", &tmp_path)?;
        self.fs.sync(&target).doing("make durable", &tmp_path)?;
        self.verify(&tmp, &tmp_name, &tmp_path, hash, control, &at.file_path)?;
        drop(target);
        self.await_reader(&at.root.library.name, job, control)?;
        self.await_mover(control)?;
        self.still_the_same(at, &source)?;
        self.refuse_busy(&source.stat, &at.file_path)?;

        let id = IntentId::new();
        let cached_path = self.choose_cached_path(cache, at, &id.0.simple().to_string())?;
        let place = Placement {
            folder: at.spot.path.clone(),
            name: at.name.clone(),
            kept: Some(kept_name(&at.name)),
            link_text: self.choose_link_text(&at.spot.path, &cached_path)?,
            cached_path,
            original: source.stat.identity,
            copy: None,
            hash,
        };

        let intent = Intent { id, ..Intent::new(job, &at.root.library.name, Phase::Swapping, place) };
        control.commit()?;
        self.begin(&intent, method)?;
        // From here on the store knows: every error is the drive's to judge by what it sees.
        if let Err(error) = self.publish_copy(cache, &tmp, &tmp_name, &intent, at) {
            tracing::debug!(%error, "publishing failed; looking");
        }
        let driven = self.drive_fresh(intent.clone(), source)?;
        let published = self.store.read()?.intent(intent.id)?.is_some()
            || self
                .store
                .read()?
                .file(intent.file_id)?
                .is_some_and(|row| row.place.cached_path == intent.place.cached_path);
        Ok((driven, published))
    }

    /// Step 5: the intent, and the job past its point of no return.
    ///
    /// A film that somebody plays is never moved, however it was asked for.
    fn begin(&self, intent: &Intent, method: Method) -> Result<()> {
        self.store.write(|w| {
            let mut job = w.job(intent.job_id)?.ok_or(Error::NotFound { what: "job" })?;
            let method = if w.is_played(&job.path)? { Method::AtomicCopy } else { method };
            if job.state != JobState::Queued {
                return Err(Error::Cancelled);
            }
            job.state = JobState::Swapping;
            if let JobKind::Cache { method: stored, .. } = &mut job.kind {
                *stored = method;
            }
            w.put_job(&job)?;
            w.put_intent(intent)
        })
    }

    /// Reads the copy back, past the page cache where the system allows, and compares hashes.
    fn verify(
        &self,
        folder: &Fd,
        name: &OsStr,
        at: &Path,
        expected: crate::domain::identity::Hash,
        control: &Control,
        path: &Path,
    ) -> Result<()> {
        if !self.cache.verify {
            return Ok(());
        }
        control.enter(JobState::Verifying);
        let file = self.fs.open_uncached(folder, name).doing("open", at)?;
        let stat = self.fs.stat(&file).doing("look at", at)?;
        let pace = JobPace { engine: self, control, room: RefCell::new(None), device: stat.dev };
        if hash(&*self.fs, &End { fd: &file, path: at }, &pace)? == expected {
            Ok(())
        } else {
            Err(Error::VerifyFailed { path: path.to_path_buf() })
        }
    }

    /// Step 4, second half: what is at the path is what we hold, unchanged in every field.
    fn still_the_same(&self, at: &Located<'_>, source: &Source) -> Result<()> {
        let held = self.fs.stat(&source.fd).doing("look at", &at.file_path)?;
        let named = match self.fs.stat_at(&at.spot.folder, &at.name) {
            Err(error) if is_absent(&error) => {
                return Err(Error::FileVanished { path: at.file_path.clone() });
            }
            other => other.doing("look at", &at.file_path)?,
        };
        let same = |stat: &Stat| {
            stat.same_inode(&source.stat)
                && stat.identity.same_bytes(&source.stat.identity)
                && stat.identity.ctime == source.stat.identity.ctime
        };
        if same(&held) && same(&named) {
            Ok(())
        } else {
            Err(Error::SourceChanged { path: at.file_path.clone() })
        }
    }

    /// Step 6: the copy takes its name, durably, in folders that look like the library's.
    fn publish_copy(
        &self,
        cache: &Fd,
        tmp: &Fd,
        tmp_name: &OsStr,
        intent: &Intent,
        at: &Located<'_>,
    ) -> Result<()> {
        let cached = &intent.place.cached_path;
        let folder = self.make_folders(cache, at)?;
        let name = cached.file_name().unwrap_or_default();
        self.fs.rename_new(tmp, tmp_name, &folder, name).doing("name the copy", cached)?;
        self.sync_folder(&folder, cached)?;
        self.sync_folder(tmp, &self.cache.dir)
    }

    /// Makes `<cache>/<library>/<folders>`, each with owner, mode and ACL of the library's, each durable in its parent.
    fn make_folders(&self, cache: &Fd, at: &Located<'_>) -> Result<Fd> {
        let mut model = at.root.fd.clone();
        let mut parent = cache.clone();
        let mut path = self.cache.dir.clone();
        let below = at.below.parent().unwrap_or(Path::new(""));
        for (index, name) in [OsStr::new(&at.root.library.name)].into_iter().chain(below.iter()).enumerate() {
            path.push(name);
            if index > 0 {
                model = self.fs.open_below(&model, Path::new(name)).doing("open the model of", &path)?;
            }
            let like = self.fs.stat(&model).doing("look at the model of", &path)?.identity;
            match self.fs.make_folder(&parent, name, like.mode) {
                Ok(()) => {
                    let made = self.fs.open_below(&parent, Path::new(name)).doing("open", &path)?;
                    seal(&*self.fs, &model, &like, &made).doing("dress", &path)?;
                    self.fs.sync(&made).doing("make durable", &path)?;
                    self.sync_folder(&parent, &path)?;
                    parent = made;
                }
                Err(error) if is_taken(&error) => {
                    // Somebody may have made it a moment ago and not made it durable yet.
                    self.sync_folder(&parent, &path)?;
                    parent = self.fs.open_below(&parent, Path::new(name)).doing("open", &path)?;
                }
                Err(error) => return Err(Error::io("make the folder", path, error)),
            }
        }
        Ok(parent)
    }

    /// How long a copy waits before so many bytes from (or to) a device of a library may move: as long as all copies together
    /// may take, and longer while somebody plays from it.
    fn delay(&self, bytes: u64, device: u64) -> Duration {
        let now = Instant::now();
        let delay = self.pacing.delay(bytes, now);
        if self.devices.are_played_from(device) { delay.max(self.gentle.delay(bytes, now)) } else { delay }
    }

    /// A released copy whose grace is not over goes back into use, if copy and original are what they were.
    fn take_back(
        &self,
        mut intent: Intent,
        job: &JobRow,
        method: Method,
        control: &Control,
    ) -> Result<Option<Driven>> {
        let Some(_held) = self.locks.try_hold(vec![Key::Intent(intent.id)]) else { return Ok(None) };
        let spot = self.spot(&intent.library, &intent.place.folder)?;
        let Seen { path, kept, copy, .. } = self.see(&mut intent.place, spot.as_ref())?;
        if (path, kept, copy) != (PathIs::Original, KeptIs::Nothing, CopyIs::Intact) {
            return Ok(None);
        }
        self.await_reader(&intent.library, job, control)?;
        self.await_mover(control)?;
        self.drop_tmp(job.id)?;
        intent.phase = Phase::Swapping;
        intent.job_id = job.id;
        intent.file_id = job.file_id;
        intent.strayed = false;
        intent.place.kept = Some(kept_name(&intent.place.name));
        self.begin(&intent, method)?;
        self.drive(intent).map(Some)
    }
}

/// Lets a job's reading and writing wait, stop, and be seen.
pub(super) struct JobPace<'a> {
    pub engine: &'a Engine,
    pub control: &'a Control,
    pub room: RefCell<Option<&'a mut Reservation>>,
    /// Of the library, which is slower than the cache's.
    pub device: u64,
}

impl Pace for JobPace<'_> {
    fn step(&self, done: u64, bytes: u64) -> Result<()> {
        self.engine.await_mover(self.control)?;
        let copying = self.control.progress().state == JobState::Copying;
        let delay = if copying { self.engine.delay(bytes, self.device) } else { Duration::ZERO };
        self.control.hold(delay)?;
        if copying && let Some(room) = self.room.borrow_mut().as_mut() {
            room.written(done);
        }
        if let Some(progress) = self.control.advance(done) {
            self.engine.publish([Event::JobProgress(progress)]);
        }
        Ok(())
    }
}
