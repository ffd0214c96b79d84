//! Deletes what is written down of a media user, as they may ask for.
//!
//! What they want is wanted no more, so the next plan gives back what nobody else wants; nothing is given back here. What
//! happened stays written down, without their name: the hit ratio is what it was, and the log keeps the act.
//!
//! **Invariant:** each transaction is short and leaves rows that are whole; cut short, the rest is found when it is asked for
//! again. That it was asked for is in the log before anything is deleted.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use crate::domain::actor::Actor;
use crate::domain::batch::BatchScope;
use crate::domain::event::Event;
use crate::domain::id::{FileId, JobId, LogId, PlaybackId};
use crate::domain::job::{JobKind, JobRow, Wish};
use crate::domain::log::{LogKind, LogRow, USER_FACT};
use crate::domain::playback::PlaybackRow;
use crate::domain::privacy::{DELETED_USER, Forgotten};
use crate::domain::time::Time;
use crate::error::Result;
use crate::store::{Rows, Writer};

use super::engine::Engine;

/// Rows that one transaction changes.
const SLICE: usize = 500;
/// So often it is looked again: what was under way meanwhile may have written the name once more.
const LOOKS: usize = 3;

/// The rows that name somebody.
#[derive(Default)]
struct Named {
    jobs: Vec<JobId>,
    files: Vec<FileId>,
    playbacks: Vec<(Time, PlaybackId)>,
    entries: Vec<(Time, LogId)>,
    holds: Vec<PathBuf>,
}

impl Named {
    fn is_empty(&self) -> bool {
        let Self { jobs, files, playbacks, entries, holds } = self;
        jobs.is_empty() && files.is_empty() && playbacks.is_empty() && entries.is_empty() && holds.is_empty()
    }
}

impl Engine {
    /// Whether a media user of this name is written down anywhere.
    ///
    /// # Errors
    /// The store fails, here and below.
    pub fn knows_user(&self, user: &str) -> Result<bool> {
        Ok(!self.named(user)?.is_empty())
    }

    /// Writes down that somebody has what is known of a media user deleted; not of whom.
    ///
    /// # Errors
    /// As [`Engine::knows_user`].
    pub fn note_forgetting(&self, by: &Actor) -> Result<()> {
        let entry = LogRow {
            reason: "media_user".to_owned(),
            ..LogRow::of(LogKind::Forget, by.clone(), self.clock.now())
        };
        self.store.write(|w| w.put_log(&entry))
    }

    /// Deletes the name of a media user wherever it is written down. Says of how many rows.
    ///
    /// # Errors
    /// As [`Engine::knows_user`].
    pub fn forget_user(&self, user: &str) -> Result<Forgotten> {
        let mut forgotten = Forgotten::default();
        for _ in 0..LOOKS {
            let Named { jobs, files, playbacks, entries, holds } = match self.named(user)? {
                none if none.is_empty() => break,
                named => named,
            };
            // Jobs first: what comes of them from now on names nobody.
            forgotten.jobs += self.in_slices(&jobs, |w, id| change_job(w, *id, user))?;
            forgotten.files += self.in_slices(&files, |w, id| w.remove_attribution(*id, user))?;
            forgotten.playbacks += self.in_slices(&playbacks, |w, at| change_playback(w, *at, user))?;
            forgotten.holds += self.in_slices(&holds, |w, path| change_hold(w, path, user))?;
            forgotten.entries += self.in_slices(&entries, |w, at| change_entry(w, *at, user))?;
        }
        self.publish([Event::StatisticsChanged]);
        Ok(forgotten)
    }

    /// Changes rows little by little: whoever waits to write gets in between. Says how many were changed.
    fn in_slices<K>(
        &self,
        keys: &[K],
        mut change: impl FnMut(&mut Writer<'_>, &K) -> Result<bool>,
    ) -> Result<u64> {
        let mut changed = 0;
        for slice in keys.chunks(SLICE) {
            changed += self.store.write(|w| {
                let mut count = 0;
                for key in slice {
                    count += u64::from(change(w, key)?);
                }
                Ok(count)
            })?;
        }
        Ok(changed)
    }

    /// Where a media user is named.
    fn named(&self, user: &str) -> Result<Named> {
        if user == DELETED_USER {
            // Nobody is called so: it stands for those who are gone already.
            return Ok(Named::default());
        }
        let (files, rows) = self.store.look(|index| index.wanted_by(user))?;
        let mut named = Named { files, ..Named::default() };
        let jobs = rows.jobs(usize::MAX)?.into_iter();
        named.jobs = jobs.filter_map(|mut job| unname_job(&mut job, user).then_some(job.id)).collect();
        rows.walk_playbacks(Time::from_micros(i64::MIN), &mut |row| {
            if row.user.as_deref() == Some(user) {
                named.playbacks.push((row.started_at, row.id));
            }
            Ok(ControlFlow::Continue(()))
        })?;
        let mut before = None;
        loop {
            let mut some = rows.log(before, SLICE)?;
            let Some(last) = some.last() else { break };
            before = Some((last.at, last.id));
            let theirs =
                some.iter_mut().filter_map(|row| unname_entry(row, user).then_some((row.at, row.id)));
            named.entries.extend(theirs);
        }
        let holds = rows.holds()?.into_iter();
        named.holds =
            holds.filter_map(|(path, row)| row.users.iter().any(|one| one == user).then_some(path)).collect();
        Ok(named)
    }
}

fn change_job(w: &mut Writer<'_>, id: JobId, user: &str) -> Result<bool> {
    let Some(mut job) = w.job(id)? else { return Ok(false) };
    let is_named = unname_job(&mut job, user);
    if is_named {
        w.put_job(&job)?;
    }
    Ok(is_named)
}

fn change_playback(w: &mut Writer<'_>, place: (Time, PlaybackId), user: &str) -> Result<bool> {
    let theirs = w.playback(place)?.filter(|row| row.user.as_deref() == Some(user));
    let Some(row) = theirs else { return Ok(false) };
    w.put_playback(&PlaybackRow { user: None, ..row })?;
    Ok(true)
}

fn change_hold(w: &mut Writer<'_>, path: &Path, user: &str) -> Result<bool> {
    let Some(mut row) = w.hold(path)? else { return Ok(false) };
    let count = row.users.len();
    row.users.retain(|one| one != user);
    if row.users.is_empty() {
        w.remove_hold(path)?;
    } else if row.users.len() < count {
        w.put_hold(path, &row)?;
    }
    Ok(row.users.len() < count)
}

fn change_entry(w: &mut Writer<'_>, place: (Time, LogId), user: &str) -> Result<bool> {
    let Some(mut row) = w.entry(place)? else { return Ok(false) };
    let is_named = unname_entry(&mut row, user);
    if is_named {
        w.put_log(&row)?;
    }
    Ok(is_named)
}

/// Takes the name out of a job. Whether it was there.
fn unname_job(job: &mut JobRow, user: &str) -> bool {
    match &mut job.kind {
        JobKind::Cache { wishes, .. } => unname_wishes(wishes, user),
        JobKind::Restore { user: named, .. } | JobKind::Cleanup { user: named, .. } => unname(named, user),
        JobKind::Batch { user: named, scope, .. } => {
            let is_for = unname(named, user);
            let is_filter = match scope {
                // It lets through what they want, which is nothing from now on.
                BatchScope::Filter(filter) => unname(&mut filter.user, user),
                BatchScope::Named => false,
            };
            is_for || is_filter
        }
        JobKind::Plan { .. } => false,
    }
}

/// What is on its way comes, for nobody if nobody else wants it; then the next plan gives it back.
fn unname_wishes(wishes: &mut Vec<Wish>, user: &str) -> bool {
    let is_theirs = |wish: &Wish| wish.user.as_deref() == Some(user);
    if !wishes.iter().any(is_theirs) {
        return false;
    }
    if wishes.iter().all(is_theirs) {
        // Why it was asked for says nothing of who did.
        wishes.truncate(1);
        wishes.iter_mut().for_each(|wish| wish.user = None);
    } else {
        wishes.retain(|wish| !is_theirs(wish));
    }
    true
}

fn unname_entry(entry: &mut LogRow, user: &str) -> bool {
    let mut is_named = unname(&mut entry.user, user);
    for (name, value) in &mut entry.metadata {
        if name == USER_FACT && value == user {
            DELETED_USER.clone_into(value);
            is_named = true;
        }
    }
    is_named
}

fn unname(named: &mut Option<String>, user: &str) -> bool {
    let is_named = named.as_deref() == Some(user);
    if is_named {
        *named = Some(DELETED_USER.to_owned());
    }
    is_named
}
