//! What is written down though nothing is done to any file.

use crate::domain::actor::Actor;
use crate::domain::id::{JobId, LogId};
use crate::domain::job::JobRow;
use crate::domain::log::{LogKind, LogRow};
use crate::domain::settings::changes::{Shown, changes};
use crate::error::Result;
use crate::store::Rows;

use super::engine::Engine;

/// Entries that one transaction forgets.
const SLICE: usize = 1000;

impl Engine {
    /// Writes down that data leaves the house: who took it, and `facts` about what. Durable when this returns, so
    /// nothing may leave before.
    ///
    /// # Errors
    /// The store fails.
    pub fn note_export(&self, by: &Actor, facts: Vec<(String, String)>) -> Result<LogId> {
        let entry = LogRow { metadata: facts, ..LogRow::of(LogKind::Export, by.clone(), self.clock.now()) };
        self.store.write(|w| w.put_log(&entry))?;
        Ok(entry.id)
    }

    /// Writes down that somebody said which cache dir is ours.
    pub(super) fn note_adoption(&self, by: &Actor) -> Result<()> {
        let dir = self.cache.dir.to_string_lossy().into_owned();
        let entry = LogRow {
            reason: "cache_dir_adopted".to_owned(),
            metadata: vec![("cache.dir".to_owned(), dir)],
            ..LogRow::of(LogKind::Settings, by.clone(), self.clock.now())
        };
        self.store.write(|w| w.put_log(&entry))
    }

    /// Writes down which settings hold from now on, and what differs from the last start. The first start has nothing to
    /// compare with.
    ///
    /// # Errors
    /// The store fails.
    pub fn note_settings(&self, now: &Shown) -> Result<()> {
        let before = self.store.read()?.settings()?;
        if before.as_ref() == Some(now) {
            return Ok(());
        }
        let changed = before.map(|before| changes(&before, now)).unwrap_or_default();
        self.store.write(|w| {
            w.set_settings(now)?;
            if changed.is_empty() {
                return Ok(());
            }
            w.put_log(&LogRow {
                reason: "changed".to_owned(),
                metadata: changed,
                ..LogRow::of(LogKind::Settings, Actor::system(), self.clock.now())
            })
        })
    }

    /// Writes down that somebody changed settings, with `facts` about what. The next start, which does what was changed, does
    /// not tell it again. What the file said otherwise before that, nobody has told yet.
    ///
    /// # Errors
    /// The store fails.
    pub fn note_changed_settings(
        &self,
        by: &Actor,
        before: &Shown,
        after: &Shown,
        facts: Vec<(String, String)>,
    ) -> Result<()> {
        self.note_settings(before)?;
        let entry = LogRow {
            reason: "changed".to_owned(),
            metadata: facts,
            ..LogRow::of(LogKind::Settings, by.clone(), self.clock.now())
        };
        self.store.write(|w| {
            w.set_settings(after)?;
            w.put_log(&entry)
        })
    }

    /// Forgets what was done longer ago than the log is kept, little by little: whoever waits to write gets in between.
    pub(super) fn forget_log(&self) -> Result<()> {
        let Some(kept) = self.cache.log_kept else { return Ok(()) };
        let before = self.clock.now().plus(-kept);
        loop {
            let mut old = self.store.read()?.oldest_log(SLICE)?;
            old.retain(|entry| entry.at < before);
            if old.is_empty() {
                return Ok(());
            }
            self.store.write(|w| old.iter().try_for_each(|entry| w.remove_log(entry)))?;
        }
    }

    /// What is to be written down of somebody who cancels a job, halts it or lets it go on.
    pub(super) fn entry_of_word(&self, job: &JobRow, by: &Actor, word: &str) -> LogRow {
        LogRow {
            file_id: job.file(),
            file_path: job.path.clone(),
            reason: word.to_owned(),
            metadata: vec![job_fact(job.id)],
            ..LogRow::of(LogKind::Job, by.clone(), self.clock.now())
        }
    }
}

/// Which job an entry is about.
pub(super) fn job_fact(job: JobId) -> (String, String) {
    ("job_id".to_owned(), job.to_string())
}
