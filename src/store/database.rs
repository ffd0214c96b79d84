//! One open database, and opening it again when it failed.
//!
//! **Invariant:** a database that failed once is never used again. The old one is gone before the new one is
//! opened (they exclude each other by a lock on the file), and the new one must be the same store.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, TryLockError};

use redb::backends::FileBackend;
use redb::{DatabaseError, ReadableDatabase, StorageBackend, WriteTransaction};

use super::backend::Boxed;
use super::create::{self, dir_of};
use super::health::Health;
use super::migrations;
use super::read::Reader;
use super::write::Writer;
use crate::domain::id::StoreId;
use crate::{Error, Result};

/// Memory for pages: redb's own default is 1 GiB.
const CACHE_BYTES: usize = 32 * 1024 * 1024;

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
    /// One writer at a time. Also held while the database is replaced, so that no transaction is under way then.
    turn: Mutex<()>,
    live: RwLock<Option<Live>>,
}

struct Live {
    redb: redb::Database,
    health: Health,
}

impl Database {
    /// Opens what is there, or makes it.
    pub fn open(source: Source) -> Result<Self> {
        let (live, id) = match &source {
            Source::File(file) if !create::exists(file)? => create(file)?,
            source => up_to_date(open(source)?)?,
        };
        Ok(Self { source, id, turn: Mutex::new(()), live: RwLock::new(Some(live)) })
    }

    /// The store's id.
    pub fn id(&self) -> StoreId {
        self.id
    }

    /// A snapshot.
    pub fn read(&self) -> Result<Reader> {
        if let Some(reader) = self.with_live(begin_read) {
            return reader;
        }
        // Waiting for a writer's turn here could wait for ourselves: `act` may read a snapshot while it writes.
        let turn = match self.turn.try_lock() {
            Ok(turn) => turn,
            Err(TryLockError::Poisoned(turn)) => turn.into_inner(),
            Err(TryLockError::WouldBlock) => return Err(unwell("read")),
        };
        self.reopen(&turn)?;
        drop(turn);
        self.with_live(begin_read).unwrap_or_else(|| Err(unwell("read")))
    }

    /// One durable transaction.
    pub fn write<T>(&self, act: impl FnOnce(&mut Writer<'_>) -> Result<T>) -> Result<T> {
        // A writer that panicked left nothing behind but its turn: its transaction is never committed.
        let turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.reopen(&turn)?;
        let result = match self.with_live(begin_write) {
            Some(Ok((txn, health))) => transact(txn, &health, act),
            Some(Err(error)) => Err(error),
            None => Err(unwell("write")),
        };
        // At once, not only at the next use: nobody should hold the lock of a file that cannot be written.
        self.drop_unwell(&turn);
        result
    }

    /// Asks the present database, if it is well.
    fn with_live<T>(&self, ask: impl FnOnce(&Live) -> T) -> Option<T> {
        let live = self.live.read().unwrap_or_else(PoisonError::into_inner);
        live.as_ref().filter(|live| live.health.is_well()).map(ask)
    }

    fn drop_unwell(&self, _: &MutexGuard<'_, ()>) {
        let mut live = self.live.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(unwell) = live.take_if(|live| !live.health.is_well()) {
            close(unwell);
        }
    }

    fn reopen(&self, turn: &MutexGuard<'_, ()>) -> Result<()> {
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

fn begin_read(live: &Live) -> Result<Reader> {
    let txn = live.health.ask("begin to read", || live.redb.begin_read())?;
    Ok(Reader::new(txn, live.health.clone()))
}

fn begin_write(live: &Live) -> Result<(WriteTransaction, Health)> {
    let mut txn = live.health.ask("begin to write", || live.redb.begin_write())?;
    // So that opening after a kill takes a millisecond, not ten seconds per million rows.
    txn.set_quick_repair(true);
    Ok((txn, live.health.clone()))
}

fn transact<T>(
    txn: WriteTransaction,
    health: &Health,
    act: impl FnOnce(&mut Writer<'_>) -> Result<T>,
) -> Result<T> {
    // redb leaks the pages of a transaction that is dropped by a panic; opening again finds them.
    let panicked = LoseOnPanic(health);
    let acted = Writer::new(&txn, health.clone()).and_then(|mut writer| act(&mut writer));
    drop(panicked);
    match acted {
        Ok(value) if health.is_well() => {
            health.ask("commit", || txn.commit())?;
            Ok(value)
        }
        // The storage failed and `act` did not mind: what it wrote may be incomplete.
        Ok(_) => {
            abort(txn, health);
            Err(unwell("commit"))
        }
        Err(error) => {
            abort(txn, health);
            Err(error)
        }
    }
}

/// The transaction's error is what people hear of, not the abort's.
fn abort(txn: WriteTransaction, health: &Health) {
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
fn open(source: &Source) -> Result<Live> {
    match source {
        Source::File(file) => live(dir_of(file), |builder| builder.open(file)),
        Source::Backend(make) => {
            let backend =
                make().map_err(|error| Error::Store { operation: "open", detail: error.to_string() })?;
            live(Path::new(""), |builder| builder.create_with_backend(Boxed(backend)))
        }
    }
}

/// Makes a new store, whole before it gets its name.
fn create(file: &Path) -> Result<(Live, StoreId)> {
    let (making, handle) = create::begin(file)?;
    let live = live(dir_of(file), |builder| builder.create_with_backend(FileBackend::new(handle)?))?;
    let live = up_to_date(live)?;
    making.finish()?;
    Ok(live)
}

fn live(
    dir: &Path,
    open: impl FnOnce(&redb::Builder) -> Result<redb::Database, DatabaseError>,
) -> Result<Live> {
    let health = Health::default();
    let mut builder = redb::Builder::new();
    builder.set_cache_size(CACHE_BYTES);
    let redb = health
        .ask("open", || in_use(open(&builder)))?
        .ok_or_else(|| Error::DataDirInUse { dir: dir.to_path_buf() })?;
    Ok(Live { redb, health })
}

fn up_to_date(live: Live) -> Result<(Live, StoreId)> {
    match migrations::bring_up_to_date(&live.redb, &live.health) {
        Ok(id) => Ok((live, id)),
        Err(error) => {
            close(live);
            Err(error)
        }
    }
}

/// Closes a database. redb writes while it closes, and where the file is damaged, or its locks were poisoned by a
/// panic, that panics once more; what was committed is durable either way.
fn close(live: Live) {
    let _ = catch_unwind(AssertUnwindSafe(move || drop(live)));
}

/// `None` when another process has the database open.
fn in_use(opened: Result<redb::Database, DatabaseError>) -> Result<Option<redb::Database>, DatabaseError> {
    match opened {
        Ok(redb) => Ok(Some(redb)),
        Err(DatabaseError::DatabaseAlreadyOpen | DatabaseError::LockProtocolMismatch) => Ok(None),
        Err(error) => Err(error),
    }
}
