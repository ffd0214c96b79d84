//! Reading: written once, for a snapshot and for a transaction under way.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use redb::{ReadTransaction, ReadableTable};

use super::health::Health;
use super::keys::{self, Key, Range};
use super::rows::{FileRecord, Row, SecretRow, decode, state_byte};
use super::tables::{Table, meta};
use crate::domain::account::{AccountRow, Digest, KeyRow, SessionRow};
use crate::domain::answer::Answer;
use crate::domain::batch::BatchFile;
use crate::domain::file::{Attribution, FileRow};
use crate::domain::hold::HoldRow;
use crate::domain::id::{AccountId, FileId, IntentId, JobId, LogId, PlaybackId};
use crate::domain::intent::{Intent, RootRow, TrashRow};
use crate::domain::job::{JobRow, JobState};
use crate::domain::log::LogRow;
use crate::domain::pause::Pause;
use crate::domain::playback::PlaybackRow;
use crate::domain::readers::ReaderRow;
use crate::domain::secret::Secret;
use crate::domain::settings::changes::Shown;
use crate::domain::time::Time;
use crate::{Error, Result};

/// Which end a walk begins at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// Least key first.
    Ascending,
    /// Greatest key first.
    Descending,
}

/// What a walk calls for each key and value.
pub type Visit<'v> = dyn FnMut(&[u8], &[u8]) -> Result<ControlFlow<()>> + 'v;

/// What a walk calls for each file and those who want it.
pub type VisitFile<'v> = dyn FnMut(FileRow, Vec<Attribution>) -> Result<ControlFlow<()>> + 'v;

/// Bytes by table and key. Only this module can ask for them.
pub trait Bytes {
    /// The value under a key.
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>>;
    /// Walks over a range of keys, until told to stop.
    fn walk(&self, table: Table, range: Range, order: Order, visit: &mut Visit<'_>) -> Result<()>;
}

/// What can be asked of the store.
pub trait Rows: Bytes {
    /// A file.
    ///
    /// # Errors
    /// [`Error::Store`], here and everywhere below: the storage failed, or a row cannot be decoded.
    fn file(&self, id: FileId) -> Result<Option<FileRow>> {
        Ok(find::<FileRecord>(self, &id)?.map(|record| record.row))
    }

    /// A file and those who want it, in order of attribution.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn wanted_file(&self, id: FileId) -> Result<Option<(FileRow, Vec<Attribution>)>> {
        Ok(find::<FileRecord>(self, &id)?.map(|record| (record.row, record.attributions)))
    }

    /// The file at a library path, whatever its status.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn file_by_path(&self, path: &Path) -> Result<Option<FileRow>> {
        match self.get(Table::FileByPath, path.as_os_str().as_bytes())? {
            Some(id) => Ok(Some(named::<FileRecord>(self, Table::FileByPath, &id)?.row)),
            None => Ok(None),
        }
    }

    /// Every file, in the order of their ids.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn files(&self) -> Result<Vec<FileRow>> {
        some_files(self, keys::ALL, Order::Ascending, usize::MAX)
    }

    /// Calls `visit` for every file, in the order of their ids, one at a time in memory.
    ///
    /// # Errors
    /// As [`Rows::file`], and the first error of `visit`, which ends the walk.
    fn for_each_file(&self, visit: &mut dyn FnMut(FileRow) -> Result<()>) -> Result<()> {
        self.walk_files(Order::Ascending, &mut |row, _| {
            visit(row)?;
            Ok(ControlFlow::Continue(()))
        })
    }

    /// Calls `visit` for every file with those who want it in order of attribution, in the order of ids, one at a time
    /// in memory, until told to stop.
    ///
    /// # Errors
    /// As [`Rows::file`], and the first error of `visit`, which ends the walk.
    fn walk_files(&self, order: Order, visit: &mut VisitFile<'_>) -> Result<()> {
        self.walk(Table::Files, keys::ALL, order, &mut |key, value| {
            let (_, FileRecord { row, attributions }) = decode(key, value)?;
            visit(row, attributions)
        })
    }

    /// At most `limit` files, newest id first.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn newest_files(&self, limit: usize) -> Result<Vec<FileRow>> {
        some_files(self, keys::ALL, Order::Descending, limit)
    }

    /// At most `limit` files after `after`, in the order of their ids.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn files_after(&self, after: Option<FileId>, limit: usize) -> Result<Vec<FileRow>> {
        let range = after.map_or(keys::ALL, |id| keys::following(&[], id.encode()));
        some_files(self, range, Order::Ascending, limit)
    }

    /// Whether there are more files than this. Asks no more than it needs to know.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn has_more_files_than(&self, limit: usize) -> Result<bool> {
        let mut count = 0;
        self.walk(Table::Files, keys::ALL, Order::Ascending, &mut |_, _| {
            count += 1;
            Ok(if count > limit { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        Ok(count > limit)
    }

    /// Who wants a file, in order of attribution.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn attributions(&self, id: FileId) -> Result<Vec<Attribution>> {
        Ok(find::<FileRecord>(self, &id)?.map(|record| record.attributions).unwrap_or_default())
    }

    /// A job.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn job(&self, id: JobId) -> Result<Option<JobRow>> {
        find(self, &id)
    }

    /// The jobs in a state, oldest first.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn jobs_in(&self, state: JobState) -> Result<Vec<JobRow>> {
        let range = keys::starting_with(&[state_byte(state)]);
        let ids = tails(self, Table::JobByState, range, Order::Ascending, usize::MAX)?;
        ids.iter().map(|id| named(self, Table::JobByState, id)).collect()
    }

    /// The jobs that concern a file and have not ended, oldest first.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn open_jobs_of(&self, id: FileId) -> Result<Vec<JobRow>> {
        let range = keys::starting_with(&id.bytes());
        let ids = tails(self, Table::JobByFile, range, Order::Ascending, usize::MAX)?;
        ids.iter().map(|id| named(self, Table::JobByFile, id)).collect()
    }

    /// The jobs that concern a library path and have not ended, oldest first.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn open_jobs_at(&self, path: &Path) -> Result<Vec<JobRow>> {
        let range = keys::starting_with(&keys::path_prefix(path));
        let ids = tails(self, Table::JobByPath, range, Order::Ascending, usize::MAX)?;
        ids.iter().map(|id| named(self, Table::JobByPath, id)).collect()
    }

    /// The first job whose turn it is and that `may_run`. However many wait, only ids are looked at.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn next_job(&self, may_run: &mut dyn FnMut(JobId) -> bool) -> Result<Option<JobId>> {
        let mut next = None;
        self.walk(Table::JobByTurn, keys::ALL, Order::Ascending, &mut |key, _| {
            let id = keys::tail(key).and_then(JobId::decode).ok_or_else(|| odd(Table::JobByTurn, key))?;
            if !may_run(id) {
                return Ok(ControlFlow::Continue(()));
            }
            next = Some(id);
            Ok(ControlFlow::Break(()))
        })?;
        Ok(next)
    }

    /// At most `limit` files that a batch has not settled, after `after`, in the order of their ids.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn batch_files(
        &self,
        job: JobId,
        after: Option<FileId>,
        limit: usize,
    ) -> Result<Vec<(FileId, BatchFile)>> {
        let prefix = job.bytes();
        let range = match after {
            Some(file) => keys::following(&prefix, (job, file).encode()),
            None => keys::starting_with(&prefix),
        };
        collect(self, Table::BatchFiles, range, Order::Ascending, limit, |key, value| {
            decode::<BatchFile>(key, value).map(|((_, file), row)| (file, row))
        })
    }

    /// At most `limit` jobs, newest first.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn jobs(&self, limit: usize) -> Result<Vec<JobRow>> {
        some(self, keys::ALL, Order::Descending, limit)
    }

    /// A journal entry.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn intent(&self, id: IntentId) -> Result<Option<Intent>> {
        find(self, &id)
    }

    /// What the journal says of a file, oldest first.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn intents_of(&self, id: FileId) -> Result<Vec<Intent>> {
        let range = keys::starting_with(&id.bytes());
        let ids = tails(self, Table::IntentByFile, range, Order::Ascending, usize::MAX)?;
        ids.iter().map(|id| named(self, Table::IntentByFile, id)).collect()
    }

    /// The files that the journal speaks of.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn files_with_intents(&self) -> Result<HashSet<FileId>> {
        let mut files = HashSet::new();
        self.walk(Table::IntentByFile, keys::ALL, Order::Ascending, &mut |key, _| {
            let file = key.get(..16).and_then(FileId::decode);
            files.insert(file.ok_or_else(|| odd(Table::IntentByFile, key))?);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(files)
    }

    /// The journal, oldest first.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn intents(&self) -> Result<Vec<Intent>> {
        all(self)
    }

    /// What lies in the trash, oldest first.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn trash(&self) -> Result<Vec<TrashRow>> {
        all(self)
    }

    /// What is known of a library's root.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn root(&self, library: &str) -> Result<Option<RootRow>> {
        find(self, &library.to_owned())
    }

    /// At most `limit` log rows, newest first, those strictly before the cursor: the time and id of the last row
    /// of the page before.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn log(&self, before: Option<(Time, LogId)>, limit: usize) -> Result<Vec<LogRow>> {
        let range = match before {
            Some(place) => keys::before(place.encode()),
            None => keys::ALL,
        };
        some(self, range, Order::Descending, limit)
    }

    /// At most `limit` log rows, oldest first.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn oldest_log(&self, limit: usize) -> Result<Vec<LogRow>> {
        some(self, keys::ALL, Order::Ascending, limit)
    }

    /// A log row.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn entry(&self, place: (Time, LogId)) -> Result<Option<LogRow>> {
        find(self, &place)
    }

    /// At most `limit` log rows of a file, newest first.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn log_of(&self, id: FileId, limit: usize) -> Result<Vec<LogRow>> {
        let range = keys::starting_with(&id.bytes());
        let by = Table::LogByFile;
        collect(self, by, range, Order::Descending, limit, |key, _| {
            named(self, by, keys::timed_tail(key).ok_or_else(|| odd(by, key))?)
        })
    }

    /// The playbacks that go on, oldest first.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn open_playbacks(&self) -> Result<Vec<PlaybackRow>> {
        let by = Table::PlaybackOpen;
        collect(self, by, keys::ALL, Order::Ascending, usize::MAX, |key, _| named(self, by, key))
    }

    /// Whether somebody plays the file at a library path: whoever it is, and whichever part of what they play it is.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn is_played(&self, path: &Path) -> Result<bool> {
        Ok(self.open_playbacks()?.iter().any(|one| one.files().any(|file| file == path)))
    }

    /// Calls `visit` for every playback that began at `since` or later, oldest first.
    ///
    /// # Errors
    /// As [`Rows::file`], and the first error of `visit`, which ends the walk.
    fn walk_playbacks(
        &self,
        since: Time,
        visit: &mut dyn FnMut(PlaybackRow) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let range = keys::from(keys::time(since).to_vec());
        self.walk(Table::Playbacks, range, Order::Ascending, &mut |key, value| {
            visit(decode::<PlaybackRow>(key, value)?.1)
        })
    }

    /// A playback.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn playback(&self, place: (Time, PlaybackId)) -> Result<Option<PlaybackRow>> {
        find(self, &place)
    }

    /// At most `limit` playbacks, newest first, those strictly before the cursor.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn playbacks(&self, before: Option<(Time, PlaybackId)>, limit: usize) -> Result<Vec<PlaybackRow>> {
        let range = before.map_or(keys::ALL, |place| keys::before(place.encode()));
        some(self, range, Order::Descending, limit)
    }

    /// A secret that this program obtained itself.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn secret(&self, name: &str) -> Result<Option<Secret>> {
        Ok(find::<SecretRow>(self, &name.to_owned())?.map(|row| row.secret))
    }

    /// The names of the secrets there are that begin so, in order.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn secret_names(&self, prefix: &str) -> Result<Vec<String>> {
        let range = keys::starting_with(prefix.as_bytes());
        collect(self, Table::Secrets, range, Order::Ascending, usize::MAX, |key, value| {
            decode::<SecretRow>(key, value).map(|(name, _)| name)
        })
    }

    /// What else reads the libraries, by name.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn readers(&self) -> Result<Vec<(String, ReaderRow)>> {
        collect(self, Table::Readers, keys::ALL, Order::Ascending, usize::MAX, decode::<ReaderRow>)
    }

    /// What sources last said of people's wishes, by person.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn answers(&self) -> Result<Vec<Answer>> {
        some(self, keys::ALL, Order::Ascending, usize::MAX)
    }

    /// What a person removed lately from a library path.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn hold(&self, path: &Path) -> Result<Option<HoldRow>> {
        find(self, &path.to_path_buf())
    }

    /// Everything that people removed lately, by library path.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn holds(&self) -> Result<Vec<(PathBuf, HoldRow)>> {
        collect(self, Table::Holds, keys::ALL, Order::Ascending, usize::MAX, decode::<HoldRow>)
    }

    /// An account.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn account(&self, id: AccountId) -> Result<Option<AccountRow>> {
        find(self, &id)
    }

    /// Every account, oldest first.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn accounts(&self) -> Result<Vec<AccountRow>> {
        all(self)
    }

    /// The session that a token opens.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn session(&self, token: Digest) -> Result<Option<SessionRow>> {
        find(self, &token)
    }

    /// Every session with the digest of its token, in no order that means anything.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn sessions(&self) -> Result<Vec<(Digest, SessionRow)>> {
        collect(self, Table::Sessions, keys::ALL, Order::Ascending, usize::MAX, decode::<SessionRow>)
    }

    /// What is known of an API key.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn api_key(&self, key: Digest) -> Result<Option<KeyRow>> {
        find(self, &key)
    }

    /// Every API key with its digest, in no order that means anything.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn api_keys(&self) -> Result<Vec<(Digest, KeyRow)>> {
        collect(self, Table::ApiKeys, keys::ALL, Order::Ascending, usize::MAX, decode::<KeyRow>)
    }

    /// Whether this store ever wrote its marker into a cache dir.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn cache_marked(&self) -> Result<bool> {
        match self.get(Table::Meta, meta::CACHE_MARKED)?.as_deref() {
            Some([1]) => Ok(true),
            None | Some([0]) => Ok(false),
            Some(_) => Err(odd(Table::Meta, meta::CACHE_MARKED)),
        }
    }

    /// That nothing happens by itself, because a person said so.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn pause(&self) -> Result<Option<Pause>> {
        let bytes = self.get(Table::Meta, meta::PAUSE)?;
        let read = |bytes: Vec<u8>| postcard::from_bytes(&bytes).map_err(|_| odd(Table::Meta, meta::PAUSE));
        bytes.map(read).transpose()
    }

    /// The settings that an earlier start wrote down; none before the first.
    ///
    /// # Errors
    /// As [`Rows::file`].
    fn settings(&self) -> Result<Option<Shown>> {
        let bytes = self.get(Table::Meta, meta::SETTINGS)?;
        let read =
            |bytes: Vec<u8>| postcard::from_bytes(&bytes).map_err(|_| odd(Table::Meta, meta::SETTINGS));
        bytes.map(read).transpose()
    }
}

/// The row under a key.
pub fn find<R: Row>(bytes: &(impl Bytes + ?Sized), key: &R::Key) -> Result<Option<R>> {
    let key = key.encode();
    match bytes.get(R::TABLE, &key)? {
        Some(value) => decode(&key, &value).map(|(_, row)| Some(row)),
        None => Ok(None),
    }
}

/// The row that a secondary table names; that there is none is damage, not absence.
fn named<R: Row>(bytes: &(impl Bytes + ?Sized), by: Table, key: &[u8]) -> Result<R> {
    let value = bytes.get(R::TABLE, key)?.ok_or_else(|| odd(by, key))?;
    decode(key, &value).map(|(_, row)| row)
}

fn all<R: Row>(bytes: &(impl Bytes + ?Sized)) -> Result<Vec<R>> {
    some(bytes, keys::ALL, Order::Ascending, usize::MAX)
}

fn some<R: Row>(bytes: &(impl Bytes + ?Sized), range: Range, order: Order, limit: usize) -> Result<Vec<R>> {
    collect(bytes, R::TABLE, range, order, limit, |key, value| decode(key, value).map(|(_, row)| row))
}

/// Files without those who want them.
fn some_files(
    bytes: &(impl Bytes + ?Sized),
    range: Range,
    order: Order,
    limit: usize,
) -> Result<Vec<FileRow>> {
    collect(bytes, Table::Files, range, order, limit, |key, value| {
        decode::<FileRecord>(key, value).map(|(_, record)| record.row)
    })
}

/// The row ids at the end of secondary keys.
fn tails(
    bytes: &(impl Bytes + ?Sized),
    table: Table,
    range: Range,
    order: Order,
    limit: usize,
) -> Result<Vec<Vec<u8>>> {
    collect(bytes, table, range, order, limit, |key, _| {
        keys::tail(key).map(<[u8]>::to_vec).ok_or_else(|| odd(table, key))
    })
}

fn collect<T>(
    bytes: &(impl Bytes + ?Sized),
    table: Table,
    range: Range,
    order: Order,
    limit: usize,
    mut take: impl FnMut(&[u8], &[u8]) -> Result<T>,
) -> Result<Vec<T>> {
    let mut taken = Vec::new();
    if limit == 0 {
        return Ok(taken);
    }
    bytes.walk(table, range, order, &mut |key, value| {
        taken.push(take(key, value)?);
        Ok(if taken.len() < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })?;
    Ok(taken)
}

fn odd(table: Table, key: &[u8]) -> Error {
    Error::Store {
        operation: "read",
        detail: format!(
            "{} \"{}\" does not fit the rows; run `cacherr check`",
            table.name(),
            key.escape_ascii()
        ),
    }
}

/// A snapshot of the store. A clone is another handle on the same one.
#[derive(Clone)]
pub struct Reader {
    snapshot: Arc<Snapshot>,
    health: Health,
}

struct Snapshot {
    txn: ReadTransaction,
    /// Opened when they are first asked for, in the order of [`Table::ALL`].
    tables: [OnceLock<OpenTable>; Table::ALL.len()],
}

type OpenTable = redb::ReadOnlyTable<&'static [u8], &'static [u8]>;

impl Reader {
    pub(super) fn new(txn: ReadTransaction, health: Health) -> Self {
        Self { snapshot: Arc::new(Snapshot { txn, tables: [const { OnceLock::new() }; _] }), health }
    }

    fn table(&self, table: Table) -> Result<&OpenTable> {
        let place = &self.snapshot.tables[table as usize];
        if let Some(open) = place.get() {
            return Ok(open);
        }
        let open = self.health.ask("read", || self.snapshot.txn.open_table(table.definition()))?;
        Ok(place.get_or_init(|| open))
    }
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").finish_non_exhaustive()
    }
}

impl Bytes for Reader {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>> {
        get_from(self.table(table)?, &self.health, key)
    }

    fn walk(&self, table: Table, range: Range, order: Order, visit: &mut Visit<'_>) -> Result<()> {
        walk_over(self.table(table)?, &self.health, &range, order, visit)
    }
}

impl Rows for Reader {}

/// The value under a key of an open table.
pub fn get_from(
    table: &impl ReadableTable<&'static [u8], &'static [u8]>,
    health: &Health,
    key: &[u8],
) -> Result<Option<Vec<u8>>> {
    health.ask("read", || Ok::<_, redb::StorageError>(table.get(key)?.map(|value| value.value().to_vec())))
}

/// Walks over an open table.
pub fn walk_over(
    table: &impl ReadableTable<&'static [u8], &'static [u8]>,
    health: &Health,
    range: &Range,
    order: Order,
    visit: &mut Visit<'_>,
) -> Result<()> {
    let bounds = (range.0.as_ref().map(Vec::as_slice), range.1.as_ref().map(Vec::as_slice));
    let mut entries = health.ask("read", || table.range::<&[u8]>(bounds))?;
    let (mut key, mut value) = (Vec::new(), Vec::new());
    loop {
        // Bytes are copied inside: on a damaged page, looking at them is what panics.
        let entry = health.ask("read", || {
            let entry = match order {
                Order::Ascending => entries.next(),
                Order::Descending => entries.next_back(),
            };
            let Some(entry) = entry.transpose()? else { return Ok::<_, redb::StorageError>(false) };
            for (copy, guard) in [(&mut key, entry.0), (&mut value, entry.1)] {
                copy.clear();
                copy.extend_from_slice(guard.value());
            }
            Ok(true)
        })?;
        if !entry {
            return Ok(());
        }
        if visit(&key, &value)?.is_break() {
            return Ok(());
        }
    }
}
