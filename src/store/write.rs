//! Writing: every change of a row passes through one function, and its secondary entries with it.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::Path;

use redb::WriteTransaction;

use super::health::Health;
use super::keys::{Key, Range};
use super::read::{Bytes, Order, Rows, Visit, find, get_from, walk_over};
use super::rows::{FileRecord, Row, SecretRow, encode};
use super::secondary::{Entry, compare};
use super::tables::{Table, meta};
use crate::domain::account::{AccountRow, Digest, KeyRow, SessionRow};
use crate::domain::answer::Answer;
use crate::domain::batch::BatchFile;
use crate::domain::file::{Attribution, FileRow};
use crate::domain::hold::HoldRow;
use crate::domain::id::{AccountId, FileId, IntentId, JobId, TrashId};
use crate::domain::intent::{Intent, RootRow, TrashRow};
use crate::domain::job::JobRow;
use crate::domain::log::LogRow;
use crate::domain::pause::Pause;
use crate::domain::playback::PlaybackRow;
use crate::domain::readers::ReaderRow;
use crate::domain::secret::Secret;
use crate::domain::settings::changes::Shown;
use crate::domain::wanted::Source;
use crate::index::{self, Change};
use crate::{Error, Result};

/// What views of the rows have to follow.
#[derive(Default)]
pub struct Changes {
    /// What became of files.
    pub files: BTreeMap<FileId, Change>,
    /// Playbacks changed.
    pub playbacks: bool,
}

impl Changes {
    /// Adds later ones.
    pub fn append(&mut self, mut later: Self) {
        self.files.append(&mut later.files);
        self.playbacks |= later.playbacks;
    }
}

/// A transaction under way. Sees what it wrote.
///
/// **Invariant:** a call that fails for another reason than storage has changed nothing.
pub struct Writer<'t> {
    txn: &'t WriteTransaction,
    /// Opened when they are first asked for, in the order of [`Table::ALL`].
    tables: [OnceCell<OpenTable<'t>>; Table::ALL.len()],
    health: Health,
    /// What views have to follow.
    changes: Changes,
    /// What was there before each change, if somebody may want it back.
    before: Option<Vec<Before>>,
}

type OpenTable<'t> = redb::Table<'t, &'static [u8], &'static [u8]>;

/// What a change replaced.
type Old<'a> = redb::AccessGuard<'a, &'static [u8]>;

/// What was under a key of a table.
type Before = (Table, Vec<u8>, Option<Vec<u8>>);

impl<'t> Writer<'t> {
    pub(super) fn new(txn: &'t WriteTransaction, health: Health) -> Self {
        let tables = [const { OnceCell::new() }; _];
        Self { txn, tables, health, changes: Changes::default(), before: None }
    }

    /// From now on every change can be taken back.
    pub(super) fn remember(&mut self) {
        self.before.get_or_insert_default();
    }

    /// Takes back what was changed since [`Writer::remember`]; leaves the rest to whoever gives up the transaction.
    pub(super) fn take_back(mut self) -> Result<()> {
        for (table, key, value) in self.before.take().into_iter().flatten().rev() {
            match value {
                Some(value) => self.insert(table, &key, &value)?,
                None => self.delete(table, &key)?,
            }
        }
        Ok(())
    }

    /// What views have to follow.
    pub(super) fn finish(self) -> Changes {
        self.changes
    }

    fn table(&self, table: Table) -> Result<&OpenTable<'t>> {
        let place = &self.tables[table as usize];
        if let Some(open) = place.get() {
            return Ok(open);
        }
        let open = self.health.ask("open a table", || self.txn.open_table(table.definition()))?;
        Ok(place.get_or_init(|| open))
    }

    /// Adds or replaces a file. Who wants it stays as it is.
    ///
    /// # Errors
    /// [`Error::Store`], here and everywhere below: the storage failed, an old row cannot be decoded, or (here) the
    /// library path belongs to another file.
    pub fn put_file(&mut self, row: &FileRow) -> Result<()> {
        let old: Option<FileRecord> = find(self, &row.id)?;
        let attributions = old.as_ref().map(|old| old.attributions.clone()).unwrap_or_default();
        self.put_record(old, FileRecord { row: row.clone(), attributions })
    }

    /// Adds or replaces a file and those who want it.
    ///
    /// # Errors
    /// As [`Writer::put_file`].
    pub fn put_wanted_file(&mut self, row: &FileRow, attributions: Vec<Attribution>) -> Result<()> {
        let old = find(self, &row.id)?;
        self.put_record(old, FileRecord { row: row.clone(), attributions })
    }

    /// Removes a file and its attributions; nothing happens where there is none.
    ///
    /// # Errors
    /// As [`Writer::put_file`].
    pub fn remove_file(&mut self, id: FileId) -> Result<()> {
        self.remove::<FileRecord>(&id)?;
        self.changes.files.insert(id, Change::Gone(id));
        Ok(())
    }

    /// Adds an attribution, or replaces the one of the same user.
    ///
    /// # Errors
    /// As [`Writer::put_file`]; there is no such file.
    pub fn put_attribution(&mut self, file: FileId, attribution: &Attribution) -> Result<()> {
        let Some(old) = find::<FileRecord>(self, &file)? else {
            let detail = format!("file {file} does not exist, so nobody can want it");
            return Err(Error::Store { operation: "write a row", detail });
        };
        let mut new = old.clone();
        new.attributions.retain(|known| known.user != attribution.user);
        new.attributions.push(attribution.clone());
        self.put_record(Some(old), new)
    }

    /// Removes a user from those who want a file. Whether they were among them.
    ///
    /// # Errors
    /// As [`Writer::put_file`].
    pub fn remove_attribution(&mut self, file: FileId, user: &str) -> Result<bool> {
        let Some(old) = find::<FileRecord>(self, &file)? else { return Ok(false) };
        let mut new = old.clone();
        new.attributions.retain(|known| known.user != user);
        let is_other = new.attributions.len() < old.attributions.len();
        if is_other {
            self.put_record(Some(old), new)?;
        }
        Ok(is_other)
    }

    /// Removes every attribution of a file; nothing happens where there is none.
    ///
    /// # Errors
    /// As [`Writer::put_file`].
    pub fn clear_attributions(&mut self, file: FileId) -> Result<()> {
        match find::<FileRecord>(self, &file)? {
            Some(old) => {
                let row = old.row.clone();
                self.put_record(Some(old), FileRecord::unwanted(row))
            }
            None => Ok(()),
        }
    }

    fn put_record(&mut self, old: Option<FileRecord>, mut record: FileRecord) -> Result<()> {
        record.sort();
        let id = record.row.id;
        self.replace(&id, old, &record)?;
        self.changes.files.insert(id, Change::Put(index::Entry::of(&record.row, &record.attributions)));
        Ok(())
    }

    /// Adds or replaces a job.
    ///
    /// # Errors
    /// As [`Writer::put_file`].
    pub fn put_job(&mut self, row: &JobRow) -> Result<()> {
        self.put(&row.id, row)
    }

    /// Removes a job and its list of files; nothing happens where there is none.
    ///
    /// # Errors
    /// As [`Writer::put_file`].
    pub fn remove_job(&mut self, id: JobId) -> Result<()> {
        self.clear_batch(id)?;
        self.remove::<JobRow>(&id)
    }

    /// Lists a file for a batch, or notes how far it is.
    ///
    /// # Errors
    /// As [`Writer::put_file`].
    pub fn put_batch_file(&mut self, job: JobId, file: FileId, row: &BatchFile) -> Result<()> {
        self.put(&(job, file), row)
    }

    /// Takes a file from the list of a batch; nothing happens where it is not on it.
    ///
    /// # Errors
    /// As [`Writer::put_file`].
    pub fn remove_batch_file(&mut self, job: JobId, file: FileId) -> Result<()> {
        self.remove::<BatchFile>(&(job, file))
    }

    /// Removes the whole list of a batch.
    ///
    /// # Errors
    /// As [`Writer::put_file`].
    pub fn clear_batch(&mut self, job: JobId) -> Result<()> {
        for (file, _) in self.batch_files(job, None, usize::MAX)? {
            self.remove_batch_file(job, file)?;
        }
        Ok(())
    }

    /// Adds or replaces a journal entry.
    ///
    /// # Errors
    /// As [`Writer::put_file`].
    pub fn put_intent(&mut self, row: &Intent) -> Result<()> {
        self.put(&row.id, row)
    }

    /// Removes a journal entry; nothing happens where there is none.
    ///
    /// # Errors
    /// As [`Writer::put_file`].
    pub fn remove_intent(&mut self, id: IntentId) -> Result<()> {
        self.remove::<Intent>(&id)
    }

    /// Adds or replaces a row of the trash.
    ///
    /// # Errors
    /// As [`Writer::put_file`].
    pub fn put_trash(&mut self, row: &TrashRow) -> Result<()> {
        self.put(&row.id, row)
    }

    /// Removes a row of the trash; nothing happens where there is none.
    ///
    /// # Errors
    /// As [`Writer::put_file`].
    pub fn remove_trash(&mut self, id: TrashId) -> Result<()> {
        self.remove::<TrashRow>(&id)
    }

    /// Adds or replaces what is known of a library's root.
    ///
    /// # Errors
    /// As [`Writer::put_file`].
    pub fn put_root(&mut self, library: &str, row: &RootRow) -> Result<()> {
        self.put(&library.to_owned(), row)
    }

    /// Adds a log row.
    ///
    /// # Errors
    /// As [`Writer::put_file`].
    pub fn put_log(&mut self, row: &LogRow) -> Result<()> {
        self.put(&(row.at, row.id), row)
    }

    /// Removes an entry of the log; nothing happens where there is none.
    ///
    /// # Errors
    /// As [`Writer::put_file`].
    pub fn remove_log(&mut self, row: &LogRow) -> Result<()> {
        self.remove::<LogRow>(&(row.at, row.id))
    }

    /// Adds or replaces a playback.
    ///
    /// # Errors
    /// As [`Writer::put_file`].
    pub fn put_playback(&mut self, row: &PlaybackRow) -> Result<()> {
        self.changes.playbacks = true;
        self.put(&(row.started_at, row.id), row)
    }

    /// Removes a playback; nothing happens where there is none.
    ///
    /// # Errors
    /// As [`Writer::put_file`].
    pub fn remove_playback(&mut self, row: &PlaybackRow) -> Result<()> {
        self.changes.playbacks = true;
        self.remove::<PlaybackRow>(&(row.started_at, row.id))
    }

    /// Keeps a secret under a name.
    ///
    /// # Errors
    /// As [`Writer::put_file`].
    pub fn put_secret(&mut self, name: &str, secret: &Secret) -> Result<()> {
        self.put(&name.to_owned(), &SecretRow { secret: secret.clone() })
    }

    /// Forgets a secret; nothing happens where there is none.
    ///
    /// # Errors
    /// As [`Writer::put_file`].
    pub fn remove_secret(&mut self, name: &str) -> Result<()> {
        self.remove::<SecretRow>(&name.to_owned())
    }

    /// Adds or replaces what a source last said of somebody.
    ///
    /// # Errors
    /// As [`Writer::put_file`].
    pub fn put_answer(&mut self, answer: &Answer) -> Result<()> {
        self.put(&(answer.person, answer.source), answer)
    }

    /// Forgets what a source said of somebody; nothing happens where it said nothing.
    ///
    /// # Errors
    /// As [`Writer::put_file`].
    pub fn remove_answer(&mut self, person: u64, source: Source) -> Result<()> {
        self.remove::<Answer>(&(person, source))
    }

    /// Remembers that a person removed what was at a library path.
    ///
    /// # Errors
    /// As [`Writer::put_file`].
    pub fn put_hold(&mut self, path: &Path, row: &HoldRow) -> Result<()> {
        self.put(&path.to_path_buf(), row)
    }

    /// Forgets that; nothing happens where nothing was remembered.
    ///
    /// # Errors
    /// As [`Writer::put_file`].
    pub fn remove_hold(&mut self, path: &Path) -> Result<()> {
        self.remove::<HoldRow>(&path.to_path_buf())
    }

    /// Adds or replaces what is known of a program that reads the libraries.
    ///
    /// # Errors
    /// As [`Writer::put_file`].
    pub fn put_reader(&mut self, name: &str, row: &ReaderRow) -> Result<()> {
        self.put(&name.to_owned(), row)
    }

    /// Forgets such a program; nothing happens where there is none.
    ///
    /// # Errors
    /// As [`Writer::put_file`].
    pub fn remove_reader(&mut self, name: &str) -> Result<()> {
        self.remove::<ReaderRow>(&name.to_owned())
    }

    /// Adds or replaces an account.
    ///
    /// # Errors
    /// As [`Writer::put_file`].
    pub fn put_account(&mut self, row: &AccountRow) -> Result<()> {
        self.put(&row.id, row)
    }

    /// Removes an account; nothing happens where there is none. Its sessions are the caller's concern.
    ///
    /// # Errors
    /// As [`Writer::put_file`].
    pub fn remove_account(&mut self, id: AccountId) -> Result<()> {
        self.remove::<AccountRow>(&id)
    }

    /// Adds or replaces a session.
    ///
    /// # Errors
    /// As [`Writer::put_file`].
    pub fn put_session(&mut self, token: Digest, row: &SessionRow) -> Result<()> {
        self.put(&token, row)
    }

    /// Ends a session; nothing happens where there is none.
    ///
    /// # Errors
    /// As [`Writer::put_file`].
    pub fn remove_session(&mut self, token: Digest) -> Result<()> {
        self.remove::<SessionRow>(&token)
    }

    /// Adds or replaces an API key.
    ///
    /// # Errors
    /// As [`Writer::put_file`].
    pub fn put_api_key(&mut self, key: Digest, row: &KeyRow) -> Result<()> {
        self.put(&key, row)
    }

    /// Removes an API key; nothing happens where there is none.
    ///
    /// # Errors
    /// As [`Writer::put_file`].
    pub fn remove_api_key(&mut self, key: Digest) -> Result<()> {
        self.remove::<KeyRow>(&key)
    }

    /// Remembers whether a marker was written into a cache dir.
    ///
    /// # Errors
    /// As [`Writer::put_file`].
    pub fn set_cache_marked(&mut self, marked: bool) -> Result<()> {
        self.insert(Table::Meta, meta::CACHE_MARKED, &[u8::from(marked)])
    }

    /// Writes down which settings hold.
    ///
    /// # Errors
    /// As [`Writer::put_file`].
    pub fn set_settings(&mut self, settings: &Shown) -> Result<()> {
        let bytes = postcard::to_allocvec(settings).map_err(|error| Error::Store {
            operation: "write the settings down",
            detail: error.to_string(),
        })?;
        self.insert(Table::Meta, meta::SETTINGS, &bytes)
    }

    /// Writes down that nothing happens by itself, or that it does.
    ///
    /// # Errors
    /// As [`Writer::put_file`].
    pub fn set_pause(&mut self, pause: Option<&Pause>) -> Result<()> {
        let Some(pause) = pause else { return self.delete(Table::Meta, meta::PAUSE) };
        let bytes = postcard::to_allocvec(pause)
            .map_err(|error| Error::Store { operation: "write the pause down", detail: error.to_string() })?;
        self.insert(Table::Meta, meta::PAUSE, &bytes)
    }

    fn put<R: Row>(&mut self, key: &R::Key, row: &R) -> Result<()> {
        let old = find::<R>(self, key)?;
        self.replace(key, old, row)
    }

    /// `old` is what is there.
    fn replace<R: Row>(&mut self, key: &R::Key, old: Option<R>, row: &R) -> Result<()> {
        let bytes = encode(row)?;
        self.reindex::<R>(key, old, row.entries(key))?;
        self.insert(R::TABLE, &key.encode(), &bytes)
    }

    fn remove<R: Row>(&mut self, key: &R::Key) -> Result<()> {
        let old = find::<R>(self, key)?;
        self.reindex::<R>(key, old, Vec::new())?;
        self.delete(R::TABLE, &key.encode())
    }

    /// The only function that changes secondary tables.
    fn reindex<R: Row>(&mut self, key: &R::Key, old: Option<R>, new: Vec<Entry>) -> Result<()> {
        let change = compare(old.map(|old| old.entries(key)).unwrap_or_default(), new);
        // Before anything is changed: an entry that is there already belongs to another row. One whose key says it all
        // has the key of its row in it.
        for entry in change.new.iter().filter(|entry| !entry.value.is_empty()) {
            if let Some(owner) = self.get(entry.table, &entry.key)?
                && owner != entry.value
            {
                return Err(taken::<R>(key, entry, &owner));
            }
        }
        for entry in &change.gone {
            self.delete(entry.table, &entry.key)?;
        }
        for entry in &change.new {
            self.insert(entry.table, &entry.key, &entry.value)?;
        }
        Ok(())
    }

    fn insert(&mut self, table: Table, key: &[u8], value: &[u8]) -> Result<()> {
        self.change(table, key, |open| open.insert(key, value))
    }

    fn delete(&mut self, table: Table, key: &[u8]) -> Result<()> {
        self.change(table, key, |open| open.remove(key))
    }

    fn change(
        &mut self,
        table: Table,
        key: &[u8],
        change: impl for<'a> FnOnce(&'a mut OpenTable<'t>) -> redb::Result<Option<Old<'a>>>,
    ) -> Result<()> {
        self.table(table)?;
        let Some(open) = self.tables[table as usize].get_mut() else { unreachable!("opened above") };
        let before = &mut self.before;
        self.health.ask("write", || {
            let old = change(open)?;
            if let Some(before) = before {
                before.push((table, key.to_vec(), old.map(|old| old.value().to_vec())));
            }
            Ok::<_, redb::StorageError>(())
        })
    }
}

fn taken<R: Row>(key: &R::Key, entry: &Entry, owner: &[u8]) -> Error {
    let owner = FileId::decode(owner).map_or_else(|| "another row".to_owned(), |id| id.to_string());
    Error::Store {
        operation: "write a row",
        detail: format!(
            "{} {}: \"{}\" in {} belongs to {owner} already",
            R::TABLE.name(),
            key.show(),
            entry.key.escape_ascii(),
            entry.table.name(),
        ),
    }
}

impl Bytes for Writer<'_> {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>> {
        get_from(self.table(table)?, &self.health, key)
    }

    fn walk(&self, table: Table, range: Range, order: Order, visit: &mut Visit<'_>) -> Result<()> {
        walk_over(self.table(table)?, &self.health, &range, order, visit)
    }
}

impl Rows for Writer<'_> {}

impl std::fmt::Debug for Writer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").finish_non_exhaustive()
    }
}
