//! What a media server tells: somebody began to play a file, or ended.
//!
//! A playback is a row from its first moment on: whether it was a hit is decided and counted in the transaction that
//! writes it down. What plays now is what the rows say.
//!
//! **Invariant:** nothing here changes names or bytes. A playback is counted once, whatever restarts meanwhile.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

use crate::domain::event::Event;
use crate::domain::file::{Operation, Status};
use crate::domain::id::{JobId, PlaybackId};
use crate::domain::job::{JobKind, JobRow, JobState};
use crate::domain::log::LogRow;
use crate::domain::playback::{DayOfHits, Hits, PlaybackRow, RATIO_WINDOW, midnights};
use crate::domain::time::Time;
use crate::error::{Error, Result};
use crate::store::Rows;

use super::admit::Located;
use super::engine::Engine;
use super::holds::lift;
use super::outcome::{entry_of, finish};

/// Somebody began to play a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Started {
    /// The media server's number of the session.
    pub session: String,
    /// The media server's number of what is played.
    pub video: String,
    /// Who plays.
    pub user: Option<String>,
    /// Its files, as this machine sees them: all parts of the version that plays, in their order.
    pub paths: Vec<PathBuf>,
    /// Its title, for people.
    pub title: String,
}

/// From which devices is played now. Lives in memory: after a start, playbacks that go on are told anew.
#[derive(Default)]
pub(super) struct Devices(Mutex<HashMap<PlaybackId, u64>>);

impl Devices {
    fn with<T>(&self, act: impl FnOnce(&mut HashMap<PlaybackId, u64>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether somebody plays from it.
    pub fn are_played_from(&self, device: u64) -> bool {
        self.with(|devices| devices.values().any(|one| *one == device))
    }
}

impl Engine {
    /// Writes down that somebody began to play. `None` where no file of it lies in a library: what can never be cached says
    /// nothing about the cache. A playback that is known already is not counted again; files that were not known to be of
    /// it (of a version that the player went over to) are from now on.
    ///
    /// # Errors
    /// The store fails.
    pub fn playback_started(&self, started: &Started) -> Result<Option<PlaybackRow>> {
        let mut files = started.paths.iter().filter_map(|path| self.library_path(path));
        let Some((library, path)) = files.next() else { return Ok(None) };
        let others: Vec<PathBuf> = files.map(|(_, path)| path).collect();
        let now = self.clock.now();
        let (row, is_new) = self.store.write(|w| {
            let open = w.open_playbacks()?;
            if let Some(mut known) = open.into_iter().find(|one| one.is_of(&started.session, &started.video))
            {
                let count = known.others.len();
                for file in std::iter::once(&path).chain(&others) {
                    if known.files().all(|one| one != file) {
                        known.others.push(file.clone());
                    }
                }
                if known.others.len() > count {
                    w.put_playback(&known)?;
                }
                return Ok((known, false));
            }
            let file = w.file_by_path(&path)?.filter(|row| row.status == Status::Active);
            let row = PlaybackRow {
                id: PlaybackId::new(),
                session: started.session.clone(),
                video: started.video.clone(),
                user: started.user.clone(),
                path: path.clone(),
                library: library.clone(),
                title: started.title.clone(),
                hit: file.is_some(),
                started_at: now,
                ended_at: None,
                others: others.clone(),
            };
            if let Some(mut file) = file {
                file.access_count = file.access_count.saturating_add(1);
                file.last_accessed = Some(now);
                w.put_file(&file)?;
            }
            // Who plays it wants it again, whatever was removed.
            row.files().try_for_each(|file| lift(w, file))?;
            w.put_playback(&row)?;
            Ok((row, true))
        })?;
        self.follow_playback(&row);
        if is_new {
            self.publish([Event::SessionStarted(Box::new(row.clone())), Event::StatisticsChanged]);
        }
        Ok(Some(row))
    }

    /// A playback of an earlier process goes on: what is read for it is read gently.
    pub fn follow_playback(&self, row: &PlaybackRow) {
        // A hit is served by the cache's device, which is not the slow one. Where the device cannot be told (a volume that
        // is away), nothing is read from it either.
        if let Some(device) = (!row.hit).then(|| self.device_of(&row.path)).flatten() {
            self.devices.with(|devices| devices.insert(row.id, device));
        }
    }

    /// The playbacks of the last [`RATIO_WINDOW`].
    ///
    /// # Errors
    /// The store fails.
    pub fn hits(&self) -> Result<Hits> {
        self.store.hits(self.clock.now().plus(-RATIO_WINDOW))
    }

    /// The same day by day, today's last.
    ///
    /// # Errors
    /// The store fails.
    pub fn hits_by_day(&self, days: u32) -> Result<Vec<DayOfHits>> {
        let midnights = midnights(self.clock.now(), days);
        let hits = self.store.hits_between(&midnights)?;
        Ok(midnights.into_iter().zip(hits).map(|(begins, hits)| DayOfHits { begins, hits }).collect())
    }

    /// Writes down that a playback ended. `None` where it had ended before.
    ///
    /// # Errors
    /// The store fails.
    pub fn playback_ended(&self, row: &PlaybackRow) -> Result<Option<PlaybackRow>> {
        let now = self.clock.now();
        let ended = self.store.write(|w| {
            let Some(open) = w.open_playbacks()?.into_iter().find(|one| one.id == row.id) else {
                return Ok(None);
            };
            // A clock that was set back does not make a playback end before it began.
            let ended = PlaybackRow { ended_at: Some(now.max(open.started_at)), ..open };
            w.put_playback(&ended)?;
            Ok(Some(ended))
        })?;
        self.devices.with(|devices| devices.remove(&row.id));
        if let Some(ended) = &ended {
            self.publish([Event::SessionEnded(Box::new(ended.clone()))]);
        }
        Ok(ended)
    }

    /// From now on a media server tells of playbacks, or does not any more.
    pub fn told_of_playbacks(&self, told: bool) {
        self.is_told.store(told, Ordering::Release);
    }

    pub(super) fn is_told(&self) -> bool {
        self.is_told.load(Ordering::Acquire)
    }

    /// Takes back what a user's playback asked for, as long as the copy is not in use. A job that nobody else wants is called
    /// off. Returns the jobs that were.
    ///
    /// # Errors
    /// The store fails.
    pub fn withdraw_playback(&self, user: Option<&str>, paths: &[PathBuf]) -> Result<Vec<JobId>> {
        let now = self.clock.now();
        let (called_off, events) = self.store.write(|w| {
            let (mut called_off, mut events) = (Vec::new(), Vec::new());
            for path in paths {
                for mut job in w.open_jobs_at(path)? {
                    let before = job.clone();
                    if job.state != JobState::Queued || !drop_wishes(&mut job, user) {
                        continue;
                    }
                    let JobKind::Cache { wishes, .. } = &job.kind else { continue };
                    if !wishes.is_empty() {
                        w.put_job(&job)?;
                        continue;
                    }
                    // As it was asked for: whoever reads it later sees who wanted it.
                    let mut job = before;
                    finish(w, &mut job, JobState::Cancelled, Some(&Error::Cancelled), now)?;
                    let error = Some("the playback ended too soon".to_owned());
                    w.put_log(&LogRow { success: false, error, ..entry_of(&job, now) })?;
                    called_off.push(job.id);
                    events.push(Event::JobFinished(Box::new(job)));
                }
            }
            Ok((called_off, events))
        })?;
        // The store knows already: whoever runs one of them finds out at its next step, or before it swaps.
        for job in &called_off {
            if let Some(control) = self.controls.get(*job) {
                let _ = control.cancel();
            }
        }
        self.publish(events);
        Ok(called_off)
    }

    /// Forgets playbacks that ended longer ago than history is kept.
    pub(super) fn forget_playbacks(&self, before: Time) -> Result<()> {
        let mut old = Vec::new();
        let epoch = Time::from_micros(i64::MIN);
        self.store.read()?.walk_playbacks(epoch, &mut |row| {
            if row.started_at >= before {
                return Ok(ControlFlow::Break(()));
            }
            if row.ended_at.is_some() {
                old.push(row);
            }
            Ok(ControlFlow::Continue(()))
        })?;
        if old.is_empty() {
            return Ok(());
        }
        self.store.write(|w| old.iter().try_for_each(|row| w.remove_playback(row)))
    }

    /// Whether a file of a library is at this path.
    #[must_use]
    pub fn finds(&self, path: &Path) -> bool {
        let found = |at: Located<'_>| self.fs.stat_at(&at.spot.folder, &at.name).is_ok();
        self.locate(path).is_ok_and(found)
    }

    /// The library that a path lies in, and the path as the library names it: symlinked folders are followed where that is
    /// possible.
    fn library_path(&self, path: &Path) -> Option<(String, PathBuf)> {
        match self.locate(path) {
            Ok(at) => return Some((at.root.library.name.clone(), at.file_path)),
            Err(Error::OutsideRoots { .. } | Error::LeadsOut { .. } | Error::NotRegularFile { .. }) => {
                return None;
            }
            Err(_) => {}
        }
        // The volume may be away, or the folder gone: still somebody plays a file of this library.
        let library = self.libraries.iter().find(|library| path.starts_with(&library.path))?;
        Some((library.name.clone(), path.to_path_buf()))
    }

    fn device_of(&self, path: &Path) -> Option<u64> {
        let at = self.locate(path).ok()?;
        self.fs.stat(&at.spot.folder).ok().map(|folder| folder.dev)
    }
}

/// Drops the wishes that a playback of this user brought. Whether there were any.
fn drop_wishes(job: &mut JobRow, user: Option<&str>) -> bool {
    let JobKind::Cache { wishes, .. } = &mut job.kind else { return false };
    let count = wishes.len();
    let live = |operation: Operation| operation.copy_only();
    wishes.retain(|wish| !(live(wish.operation) && wish.user.as_deref() == user));
    wishes.len() < count
}
