//! What Cacherr remembers, durably: the only user of redb.
//!
//! Rows are the truth; secondary tables are derived from them by one function and can be recomputed at any time
//! ([`Store::check`]). Start with `tables` (everything that is on disk, on one page), then `rows` (how a row
//! becomes bytes) and `secondary` (how secondary tables follow).
//!
//! **Invariant:** every write is one durable transaction, in whole or not at all. A commit that failed is a "maybe":
//! the database is dropped and opened again before anything else is believed. No redb type or error leaves this
//! module, and no damage to the file becomes a panic.

mod backend;
mod check;
mod closing;
mod create;
mod database;
mod dump;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod health;
mod keys;
mod migrations;
mod read;
mod rows;
mod secondary;
mod starts;
mod tables;
mod turn;
mod view;
mod write;

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::Result;
use crate::domain::id::{FileId, StoreId};
use crate::domain::playback::Hits;
use crate::domain::time::Time;
use crate::index::Index;
use database::{Database, Source};

pub use closing::Closing;
pub use read::{Order, Reader, Rows};
pub use write::Writer;

/// The store. A clone is another handle on the same one.
#[derive(Clone)]
pub struct Store {
    database: Arc<Database>,
}

impl Store {
    /// Opens the store in `file`; makes it, readable by its owner only, when there is none, and brings an older one
    /// up to date.
    ///
    /// # Errors
    /// [`crate::Error::DataDirInUse`] while another process has it open, [`crate::Error::StoreTooNew`] when a newer
    /// version wrote it, [`crate::Error::Store`] when it is damaged, with what to do.
    pub fn open(file: &Path) -> Result<Self> {
        Self::with(Source::File(file.to_path_buf()))
    }

    /// Opens the store on what `make` returns; asked again whenever the store has to be reopened. For tests that
    /// make storage fail.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_with(
        make: impl Fn() -> io::Result<Box<dyn redb::StorageBackend>> + Send + Sync + 'static,
    ) -> Result<Self> {
        Self::with(Source::Backend(Box::new(make)))
    }

    fn with(source: Source) -> Result<Self> {
        Ok(Self { database: Arc::new(Database::open(source)?) })
    }

    /// Who this store is: made when it was first opened, for life.
    #[must_use]
    pub fn id(&self) -> StoreId {
        self.database.id()
    }

    /// When it is closed, which it is once nobody has a handle on it any more.
    #[must_use]
    pub fn closing(&self) -> Closing {
        self.database.closing()
    }

    /// A snapshot: sees what was committed before, and nothing that comes after. A snapshot that is still held when
    /// the store has to be reopened answers with errors from then on; take another.
    ///
    /// # Errors
    /// [`crate::Error::Store`] when the store cannot be read.
    pub fn read(&self) -> Result<Reader> {
        self.database.read()
    }

    /// A number that rises whenever files, their scores or playbacks change. Asked within [`Store::look`], it is the number of what is seen there.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.database.changes()
    }

    /// Asks the index, and takes the snapshot that it answers for. Writers wait while it is asked.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub fn look<T>(&self, ask: impl FnOnce(&Index) -> T) -> Result<(T, Reader)> {
        self.database.look(ask)
    }

    /// From now on these are the scores of all files, 0 to 100; who is not named has none. They live in memory, are gone
    /// with the process (and when the store has to be opened again after a failure), and no check looks at them. The same
    /// scores once more change nothing, [`Store::changes`] included; others raise it by one. Returns whether they are
    /// others.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub fn set_scores(&self, scores: &HashMap<FileId, u8>) -> Result<bool> {
        self.database.set_scores(scores)
    }

    /// The score of a file, if it has one.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub fn score(&self, file: FileId) -> Result<Option<u8>> {
        self.look(|index| index.score(file)).map(|(score, _)| score)
    }

    /// The playbacks that began at `since` or later, and how many of them the cache served.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub fn hits(&self, since: Time) -> Result<Hits> {
        self.database.hits(since)
    }

    /// The playbacks that began at each of these instants or later, and before the next of them, and how many of them the
    /// cache served. The instants rise; there is one answer less than there are of them.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub fn hits_between(&self, instants: &[Time]) -> Result<Vec<Hits>> {
        self.database.hits_between(instants)
    }

    /// Bytes of the store's file; none where it is in no file, or cannot be looked at.
    #[must_use]
    pub fn bytes(&self) -> Option<u64> {
        self.database.bytes()
    }

    /// Runs `act` as one transaction: durable when this returns `Ok`, and without any trace when `act` fails.
    /// Writers take turns, so `act` must not call `write` itself.
    ///
    /// # Errors
    /// What `act` returned; or [`crate::Error::Store`] when the storage failed: then the transaction may or may not
    /// have become durable, and the next read tells.
    pub fn write<T>(&self, act: impl FnOnce(&mut Writer<'_>) -> Result<T>) -> Result<T> {
        self.database.write(act)
    }

    /// Decodes every row, recomputes every secondary table and the index, and compares them in both directions. Returns
    /// what is wrong, in words; nothing when the store is sound.
    ///
    /// # Errors
    /// [`crate::Error::Store`] when the store cannot be read at all.
    pub fn check(&self) -> Result<Vec<String>> {
        let mut findings = check::check(&self.read()?)?;
        // Rows that cannot be read cannot be compared with.
        if findings.is_empty() {
            findings = self.database.hold(|index, reader| Ok(index.differences(&view::build(reader)?)))?;
        }
        Ok(findings)
    }

    /// The whole store as text, in a stable order; what cannot be decoded is shown as such.
    ///
    /// # Errors
    /// [`crate::Error::Store`] when the store cannot be read at all.
    pub fn dump(&self) -> Result<String> {
        dump::dump(&self.read()?)
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("id", &self.id()).finish_non_exhaustive()
    }
}
