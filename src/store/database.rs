//! One open database, and opening it again when it failed.
//!
//! **Invariant:** a database that failed once is never used again. The old one is gone before the new one is
//! opened (they exclude each other by a lock on the file), and the new one must be the same store.

use std::collections::HashMap;
use std::io;
use std::num::NonZeroU64;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{OnceLock, PoisonError, RwLock};

use jiff::SignedDuration;
use redb::backends::FileBackend;
use redb::{DatabaseError, ReadableDatabase, StorageBackend, WriteTransaction};
use rustix::fs::{Advice, fadvise};

use super::backend::Boxed;
use super::closing::{Closing, Open};
use super::create::{self, dir_of};
use super::health::Health;
use super::migrations;
use super::read::Reader;
use super::starts::Starts;
use super::turn::{Group, Line, Ticket, Turn};
use super::view;
use super::write::{Changes, Writer};
use crate::domain::id::{FileId, StoreId};
use crate::domain::playback::Hits;
use crate::domain::time::Time;
use crate::index::Index;
use crate::{Error, Result};

/// Memory for pages: redb's own default is 1 GiB.
const CACHE_BYTES: usize = 16 * 1024 * 1024;

/// So much further back than was asked for, starts of playbacks are read.
const FURTHER: SignedDuration = SignedDuration::from_hours(61 * 24);

/// What the kernel reads ahead at once, on most devices.
const READ_AHEAD: u64 = 128 * 1024;

/// Makes a backend, every time the store is opened.
pub type MakeBackend = dyn Fn() -> io::Result<Box<dyn StorageBackend>> + Send + Sync;

/// Where the store is.
pub enum Source {
    /// In a file.
    File(PathBuf),
    /// On whatever this makes.
    Backend(Box<MakeBackend>),
}

/// The database, and what is needed to open it again.
pub struct Database {
    source: Source,
    id: StoreId,
    /// One writer at a time. A turn is also had while the database is replaced, so that no transaction is under way then.
    line: Line,
    live: RwLock<Option<Live>>,
    /// Counts commits that changed files or playbacks, changes of scores, and openings. Changes only while the view is written.
    changes: AtomicU64,
    /// Goes last: who waits for the end opens the same file.
    open: Open,
}

struct Live {
    redb: redb::Database,
    health: Health,
    view: RwLock<View>,
}

/// What is read: always of the same commit.
struct View {
    reader: Reader,
    /// Or the row that could not be read. Then what is asked of the index is refused: answers without that row would be
    /// wrong, and nobody could tell.
    index: std::result::Result<Index, String>,
    /// Made when it is first asked for; a change of playbacks drops it.
    starts: OnceLock<Starts>,
}

impl View {
    fn index(&self) -> Result<&Index> {
        self.index.as_ref().map_err(|detail| Error::Store { operation: "read a row", detail: detail.clone() })
    }
}

impl Database {
    /// Opens what is there, or makes it.
    pub fn open(source: Source) -> Result<Self> {
        let (live, id) = match &source {
            Source::File(file) if !create::exists(file)? => create(file)?,
            source => up_to_date(open(source)?)?,
        };
        Ok(Self {
            source,
            id,
            line: Line::default(),
            live: RwLock::new(Some(live)),
            changes: AtomicU64::new(1),
            open: Open::default(),
        })
    }

    /// The store's id.
    pub fn id(&self) -> StoreId {
        self.id
    }

    /// When it is closed.
    pub fn closing(&self) -> Closing {
        self.open.closing()
    }

    /// Bytes of its file; none where it is in no file, or cannot be looked at.
    pub fn bytes(&self) -> Option<u64> {
        match &self.source {
            Source::File(file) => std::fs::metadata(file).ok().map(|found| found.len()),
            Source::Backend(_) => None,
        }
    }

    /// How many wait to write.
    #[cfg(test)]
    pub fn waiting(&self) -> usize {
        self.line.waiting()
    }

    /// Rises whenever files change.
    pub fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }

    /// A snapshot.
    pub fn read(&self) -> Result<Reader> {
        self.ask(|view| Ok(view.reader.clone()))
    }

    /// A snapshot, and what the index says of it.
    pub fn look<T>(&self, ask: impl FnOnce(&Index) -> T) -> Result<(T, Reader)> {
        self.ask(|view| Ok((ask(view.index()?), view.reader.clone())))
    }

    /// Lays scores over the index; nothing of it is written. Whether they are others than before.
    pub fn set_scores(&self, scores: &HashMap<FileId, u8>) -> Result<bool> {
        // Most often they are the same as before; then nobody has to wait.
        if self.ask(|view| Ok(view.index()?.has_scores(scores)))? {
            return Ok(false);
        }
        let lay = |live: &Live| {
            let mut view = live.view.write().unwrap_or_else(PoisonError::into_inner);
            let _panicked = LoseOnPanic(&live.health);
            let others = view.index.as_mut().is_ok_and(|index| index.set_scores(scores));
            if others {
                self.changes.fetch_add(1, Ordering::AcqRel);
            }
            others
        };
        self.with_live(lay).ok_or_else(|| unwell("read"))
    }

    /// The playbacks that began since.
    pub fn hits(&self, since: Time) -> Result<Hits> {
        self.ask_starts(since, |starts| starts.hits(since))
    }

    /// Those that began between one of these instants and the next.
    pub fn hits_between(&self, instants: &[Time]) -> Result<Vec<Hits>> {
        let Some(since) = instants.first() else { return Ok(Vec::new()) };
        self.ask_starts(*since, |starts| starts.between(instants))
    }

    fn ask_starts<T>(&self, since: Time, ask: impl Fn(&Starts) -> T) -> Result<T> {
        self.ask(|view| {
            if let Some(starts) = view.starts.get().filter(|starts| starts.reaches(since)) {
                return Ok(ask(starts));
            }
            // Who asks for less first would leave those who ask for more to read it each time.
            let starts = Starts::read(&view.reader, since.plus(-FURTHER))?;
            let hits = ask(&starts);
            // Somebody else may have read further back meanwhile, or less far: either is true as far as it goes.
            let _ = view.starts.set(starts);
            Ok(hits)
        })
    }

    /// The same, and nothing is committed meanwhile; others go on reading.
    pub fn hold<T>(&self, ask: impl FnOnce(&Index, &Reader) -> Result<T>) -> Result<T> {
        let mut turn = self.line.wait_aside();
        self.reopen(&mut turn)?;
        self.ask(|view| ask(view.index()?, &view.reader))
    }

    fn ask<T>(&self, ask: impl FnOnce(&View) -> Result<T>) -> Result<T> {
        self.well()?;
        let look = |live: &Live| ask(&live.view.read().unwrap_or_else(PoisonError::into_inner));
        self.with_live(look).unwrap_or_else(|| Err(unwell("read")))
    }

    /// Opens the database again if it failed.
    fn well(&self) -> Result<()> {
        if self.with_live(|_| ()).is_some() {
            return Ok(());
        }
        // Waiting for a writer's turn here could wait for ourselves: `act` may read a snapshot while it writes.
        let mut turn = self.line.try_now().ok_or_else(|| unwell("read"))?;
        self.reopen(&mut turn)
    }

    /// One durable transaction.
    pub fn write<T>(&self, act: impl FnOnce(&mut Writer<'_>) -> Result<T>) -> Result<T> {
        let mut turn = self.line.wait();
        self.reopen(&mut turn)?;
        let result = self
            .with_live(|live| transact(live, &self.changes, &mut turn, act))
            .unwrap_or_else(|| Err(unwell("write")));
        // At once, not only at the next use: nobody should hold the lock of a file that cannot be written.
        self.drop_unwell(&mut turn);
        drop(turn);
        let (value, ticket) = result?;
        ticket.map_or(Ok(()), Ticket::wait)?;
        Ok(value)
    }

    /// Asks the present database, if it is well.
    fn with_live<T>(&self, ask: impl FnOnce(&Live) -> T) -> Option<T> {
        let live = self.live.read().unwrap_or_else(PoisonError::into_inner);
        live.as_ref().filter(|live| live.health.is_well()).map(ask)
    }

    fn drop_unwell(&self, turn: &mut Turn<'_>) {
        let mut live = self.live.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(unwell) = live.take_if(|live| !live.health.is_well()) {
            if let Some(group) = turn.take() {
                abort(group, &unwell.health);
            }
            close(unwell);
        }
    }

    fn reopen(&self, turn: &mut Turn<'_>) -> Result<()> {
        self.drop_unwell(turn);
        let mut live = self.live.write().unwrap_or_else(PoisonError::into_inner);
        if live.is_some() {
            return Ok(());
        }
        let (fresh, found) = up_to_date(open(&self.source)?)?;
        if found != self.id {
            close(fresh);
            return Err(Error::Store {
                operation: "open again after a failure",
                detail: format!(
                    "another store ({found}) is there now; stop Cacherr and look who replaced the file"
                ),
            });
        }
        *live = Some(fresh);
        self.changes.fetch_add(1, Ordering::AcqRel);
        Ok(())
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(live) = self.live.get_mut().unwrap_or_else(PoisonError::into_inner).take() {
            close(live);
        }
    }
}

fn begin_read(redb: &redb::Database, health: &Health) -> Result<Reader> {
    let txn = health.ask("begin to read", || redb.begin_read())?;
    Ok(Reader::new(txn, health.clone()))
}

fn begin_write(live: &Live) -> Result<WriteTransaction> {
    let mut txn = live.health.ask("begin to write", || live.redb.begin_write())?;
    // So that opening after a kill takes a millisecond, not ten seconds per million rows.
    txn.set_quick_repair(true);
    Ok(txn)
}

/// Where the act is done but not yet durable, a ticket says when it is.
fn transact<T>(
    live: &Live,
    count: &AtomicU64,
    turn: &mut Turn<'_>,
    act: impl FnOnce(&mut Writer<'_>) -> Result<T>,
) -> Result<(T, Option<Ticket>)> {
    let health = &live.health;
    let mut group = match turn.take() {
        Some(group) => group,
        None => Group::new(begin_write(live)?),
    };
    // redb leaks the pages of a transaction that is dropped by a panic; opening again finds them.
    let panicked = LoseOnPanic(health);
    let acted = group.act(health, act);
    drop(panicked);
    if group.is_empty() || !health.is_well() {
        abort(group, health);
        // The storage may have failed without `act` minding: what it wrote may be incomplete.
        return acted.and_then(|_| Err(unwell("commit")));
    }
    let ended = if turn.should_hand_on(&group) {
        Ok(Some(turn.hand_on(group)))
    } else {
        live.commit(group, count).map(|()| None)
    };
    // Whose act failed hears of that, and not of the others' commit.
    let value = acted?;
    ended.map(|ticket| (value, ticket))
}

impl Live {
    fn commit(&self, group: Group, count: &AtomicU64) -> Result<()> {
        let Group { txn, promise, changes, .. } = group;
        let committed = self.health.ask("commit", || txn.commit()).and_then(|()| self.follow(changes, count));
        promise.keep(&committed);
        committed
    }

    /// What is read from now on is the last commit. It is durable; if it cannot be read, the database is not used again.
    fn follow(&self, changes: Changes, count: &AtomicU64) -> Result<()> {
        let reader = begin_read(&self.redb, &self.health)?;
        let mut view = self.view.write().unwrap_or_else(PoisonError::into_inner);
        // Should the index panic, what is left of it must not be asked.
        let panicked = LoseOnPanic(&self.health);
        if !changes.files.is_empty() || changes.playbacks {
            count.fetch_add(1, Ordering::AcqRel);
        }
        if let Ok(index) = &mut view.index {
            index.apply(changes.files.into_values().collect());
        }
        if changes.playbacks {
            view.starts = OnceLock::new();
        }
        drop(panicked);
        let old = std::mem::replace(&mut view.reader, reader);
        drop(view);
        // Frees pages, which takes its time.
        drop(old);
        Ok(())
    }
}

/// The transaction's error is what people hear of, not the abort's.
fn abort(group: Group, health: &Health) {
    let Group { txn, .. } = group;
    let _ = health.ask("abort", || txn.abort());
}

struct LoseOnPanic<'a>(&'a Health);

impl Drop for LoseOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.lose();
        }
    }
}

fn unwell(operation: &'static str) -> Error {
    Error::Store {
        operation,
        detail: "the storage failed a moment ago; the store is opened again at the next use".to_owned(),
    }
}

/// Opens what is there. A file that vanished or was emptied must not become a new, empty store.
fn open(source: &Source) -> Result<Opened> {
    match source {
        Source::File(file) => {
            read_ahead(file);
            opened(dir_of(file), |builder| builder.open(file))
        }
        Source::Backend(make) => {
            let backend =
                make().map_err(|error| Error::Store { operation: "open", detail: error.to_string() })?;
            opened(Path::new(""), |builder| builder.create_with_backend(Boxed(backend)))
        }
    }
}

/// Asks the kernel for the whole file, in the order in which it lies on the disk: the index reads most of it at once, but
/// in the order of rows. Only advice; whether the file can be read is found out by opening it.
fn read_ahead(file: &Path) {
    let Ok(file) = std::fs::File::open(file) else { return };
    let length = file.metadata().map_or(0, |found| found.len());
    // In pieces: of a longer one the kernel reads the beginning.
    for start in (0..length).step_by(READ_AHEAD as usize) {
        let _ = fadvise(&file, start, NonZeroU64::new(READ_AHEAD), Advice::WillNeed);
    }
}

/// Makes a new store, whole before it gets its name.
fn create(file: &Path) -> Result<(Live, StoreId)> {
    let (making, handle) = create::begin(file)?;
    let opened = opened(dir_of(file), |builder| builder.create_with_backend(FileBackend::new(handle)?))?;
    let live = up_to_date(opened)?;
    making.finish()?;
    Ok(live)
}

/// A database that was opened, of whatever version.
type Opened = (redb::Database, Health);

fn opened(
    dir: &Path,
    open: impl FnOnce(&redb::Builder) -> Result<redb::Database, DatabaseError>,
) -> Result<Opened> {
    let health = Health::default();
    let mut builder = redb::Builder::new();
    builder.set_cache_size(CACHE_BYTES);
    let redb = health
        .ask("open", || in_use(open(&builder)))?
        .ok_or_else(|| Error::DataDirInUse { dir: dir.to_path_buf() })?;
    Ok((redb, health))
}

fn up_to_date((redb, health): Opened) -> Result<(Live, StoreId)> {
    let seen = migrations::bring_up_to_date(&redb, &health).and_then(|id| {
        let reader = begin_read(&redb, &health)?;
        let index = match view::build(&reader) {
            Err(Error::Store { detail, .. }) if health.is_well() => Err(detail),
            built => Ok(built?),
        };
        Ok((id, View { reader, index, starts: OnceLock::new() }))
    });
    match seen {
        Ok((id, view)) => Ok((Live { redb, health, view: RwLock::new(view) }, id)),
        Err(error) => {
            close(redb);
            Err(error)
        }
    }
}

/// Closes a database. redb writes while it closes, and where the file is damaged, or its locks were poisoned by a
/// panic, that panics once more; what was committed is durable either way.
fn close(database: impl Sized) {
    let _ = catch_unwind(AssertUnwindSafe(move || drop(database)));
}

/// `None` when another process has the database open.
fn in_use(opened: Result<redb::Database, DatabaseError>) -> Result<Option<redb::Database>, DatabaseError> {
    match opened {
        Ok(redb) => Ok(Some(redb)),
        Err(DatabaseError::DatabaseAlreadyOpen | DatabaseError::LockProtocolMismatch) => Ok(None),
        Err(error) => Err(error),
    }
}
