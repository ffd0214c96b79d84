//! Links that are looked at because somebody says that they are not what they were: a media server tells another size, or
//! names other files. And what a person said of a file that turned out to be gone, which then holds for its successors.
//!
//! **Invariant:** what is told is only where to look; what is concluded is what a scan of everything would conclude.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use crate::domain::actor::Actor;
use crate::domain::event::Event;
use crate::domain::file::{Attribution, Operation, Status};
use crate::domain::id::FileId;
use crate::domain::log::{LogKind, LogRow};
use crate::domain::plan::companions::is_subtitle;
use crate::error::Result;
use crate::store::Rows;

use super::engine::Engine;
use super::outcome::entry_about;
use super::scan::{Round, Scanned};

/// What a media server says of one item.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    /// Its files, as this machine names them, with their bytes; 0 says nothing.
    pub files: Vec<(PathBuf, u64)>,
    /// The identifier that is the same on every server, as metadata has it.
    pub item: Option<String>,
}

/// The name under which metadata has that identifier.
const COMMON: &str = "plex";
/// Why what was said of one file holds for another, as the log says it.
const REPLACED: &str = "replaced";

impl Engine {
    /// The cached files of which this says otherwise than their rows: another size, or other files of the same item. With that
    /// size, 0 where the file is not named any more. No library is touched.
    ///
    /// # Errors
    /// The store fails.
    pub fn told_otherwise(&self, told: &[Told]) -> Result<Vec<(FileId, u64)>> {
        let rows = self.store.read()?;
        let mut otherwise = Vec::new();
        let mut items = HashMap::new();
        for Told { files, item } in told {
            for (path, size) in files {
                let row = rows.file_by_path(path)?.filter(|row| row.status == Status::Active);
                otherwise.extend(row.filter(|row| *size > 0 && row.size != *size).map(|row| (row.id, *size)));
            }
            if let Some(item) = item {
                let named: &mut HashSet<&Path> = items.entry(item.as_str()).or_default();
                named.extend(files.iter().map(|(path, _)| path.as_path()));
            }
        }
        if items.is_empty() {
            return Ok(otherwise);
        }
        rows.for_each_file(&mut |row| {
            let named = row.metadata.media_ids.get(COMMON).and_then(|item| items.get(item.as_str()));
            // What travels along with a film bears its identifier, and is none of its files.
            let is_film = !row.file_path.file_name().is_some_and(is_subtitle);
            let is_unnamed = named.is_some_and(|named| !named.contains(row.file_path.as_path()));
            if row.status == Status::Active && is_film && is_unnamed {
                otherwise.push((row.id, 0));
            }
            Ok(())
        })?;
        Ok(otherwise)
    }

    /// Looks at the links, kept originals and copies of these files, and puts in order what is not, as a deep scan does.
    /// The brake counts what is missing of them among all active files. What is not active, or worked on, is passed over.
    ///
    /// # Errors
    /// `MassOrphanBrake`; `CacheVolumeMissing`; `Cancelled` when the process is about to end; the store fails. A library
    /// that is away is a finding of each of its files, and nothing is concluded there.
    pub fn look_at_links(&self, files: &[FileId]) -> Result<Scanned> {
        let mut round = Round::deep();
        for id in files {
            self.go_on()?;
            let rows = self.store.read()?;
            let row = rows.file(*id)?.filter(|row| row.status == Status::Active);
            let Some(row) = row else { continue };
            if rows.intents_of(*id)?.is_empty() {
                drop(rows);
                self.examine(row, &mut round)?;
            }
        }
        let (active, _) = self.store.look(|index| index.totals().active)?;
        round.brake(active)?;
        self.settle_suspects(round, &|| self.go_on())
    }

    /// What a person said of a file that is gone holds for its successors from now on, and for it no more: its pin, and the
    /// wishes of those who asked for it. Whether it did; nothing happens as long as the old file's row has not ended, or a
    /// successor is not active.
    ///
    /// # Errors
    /// The store fails.
    pub fn hand_over(&self, old: FileId, successors: &[FileId]) -> Result<bool> {
        let now = self.clock.now();
        let done = self.store.write(|w| {
            let Some((mut row, mut attributions)) = w.wanted_file(old)? else { return Ok(false) };
            // A link that was not found once is no proof.
            if row.status != Status::Removed {
                return Ok(false);
            }
            let mut heirs = Vec::new();
            for id in successors {
                let heir =
                    w.wanted_file(*id)?.filter(|(heir, _)| heir.status == Status::Active && heir.id != old);
                let Some(heir) = heir else { return Ok(false) };
                heirs.push(heir);
            }
            if heirs.is_empty() {
                return Ok(false);
            }
            for (mut heir, mut wanted) in heirs {
                let entry = |kind, user| LogRow {
                    kind,
                    user,
                    reason: REPLACED.to_owned(),
                    ..entry_about(&heir, &Actor::system(), now)
                };
                let mut entries = Vec::new();
                for asked in attributions.iter().filter(|one| one.reason == Operation::Manual) {
                    if wanted.iter().any(|known| known.user == asked.user) {
                        continue;
                    }
                    let ordinal = wanted.iter().map(|known| known.ordinal + 1).max().unwrap_or(0);
                    wanted.push(Attribution { added_at: now, ordinal, ..asked.clone() });
                    entries.push(entry(LogKind::Attribute, Some(asked.user.clone())));
                }
                if row.pinned && !heir.pinned {
                    entries.push(entry(LogKind::Pin, None));
                }
                heir.pinned |= row.pinned;
                w.put_wanted_file(&heir, wanted)?;
                entries.iter().try_for_each(|entry| w.put_log(entry))?;
            }
            if std::mem::take(&mut row.pinned) {
                let entry = entry_about(&row, &Actor::system(), now);
                w.put_log(&LogRow { kind: LogKind::Unpin, reason: REPLACED.to_owned(), ..entry })?;
            }
            attributions.retain(|one| one.reason != Operation::Manual);
            w.put_wanted_file(&row, attributions)?;
            Ok(true)
        })?;
        if done {
            self.publish([Event::StatisticsChanged]);
        }
        Ok(done)
    }
}
