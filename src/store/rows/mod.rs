//! Rows as bytes: one version byte, then postcard. One file per kind says where it lives and which secondary
//! entries it wants.
//!
//! **Invariant:** decoding never panics and never guesses: an unknown version, bytes that do not fit and bytes left
//! over are errors that name the table and the key.

mod account;
mod answer;
mod batch;
mod file;
mod hold;
mod intent;
mod job;
mod log;
mod packed;
mod playback;
mod reader;
mod root;
mod secret;
mod trash;

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::keys::Key;
use super::secondary::Entry;
use super::tables::Table;
use crate::domain::id::FileId;
use crate::index;
use crate::{Error, Result};

pub use file::FileRecord;
pub use job::state_byte;
pub use secret::SecretRow;

/// Something a table holds.
pub trait Row: Serialize + DeserializeOwned + Debug {
    /// What it is found by.
    type Key: Key;
    /// Where it lives.
    const TABLE: Table;
    /// The version that it is written in. A kind that changes reads each earlier one as well.
    const VERSION: u8 = 1;

    /// Writes it behind its version.
    fn pack(&self, out: Vec<u8>) -> postcard::Result<Vec<u8>> {
        postcard::to_extend(self, out)
    }

    /// Reads what was written in a version up to the present one, and what is left over.
    fn unpack(_version: u8, bytes: &[u8]) -> postcard::Result<(Self, &[u8])> {
        postcard::take_from_bytes(bytes)
    }

    /// Whether a row under this key can be this one.
    fn belongs_to(&self, key: &Self::Key) -> bool;

    /// The secondary entries that follow from it.
    fn entries(&self, key: &Self::Key) -> Vec<Entry>;
}

/// A row as bytes.
pub fn encode<R: Row>(row: &R) -> Result<Vec<u8>> {
    row.pack(vec![R::VERSION]).map_err(|error| Error::Store {
        operation: "write a row",
        detail: format!("{}: {error}", R::TABLE.name()),
    })
}

/// A row from bytes.
pub fn decode<R: Row>(key: &[u8], bytes: &[u8]) -> Result<(R::Key, R)> {
    decode_by::<R, R>(key, bytes, R::unpack, R::belongs_to)
}

/// What the index takes from a file's row, without making the rest of it.
pub fn decode_entry(key: &[u8], bytes: &[u8]) -> Result<index::Entry> {
    let belongs_to = |entry: &index::Entry, key: &FileId| entry.id == *key;
    decode_by::<FileRecord, _>(key, bytes, FileRecord::unpack_entry, belongs_to).map(|(_, entry)| entry)
}

/// A row from bytes, or what else `unpack` makes of it.
fn decode_by<R: Row, T>(
    key: &[u8],
    bytes: &[u8],
    unpack: impl FnOnce(u8, &[u8]) -> postcard::Result<(T, &[u8])>,
    belongs_to: impl FnOnce(&T, &R::Key) -> bool,
) -> Result<(R::Key, T)> {
    decode_parts::<R, T>(key, bytes, unpack, belongs_to).map_err(|reason| Error::Store {
        operation: "read a row",
        detail: format!(
            "{} {}: {reason}; restore a backup, or run `cacherr rescue`",
            R::TABLE.name(),
            show_key::<R>(key)
        ),
    })
}

fn decode_parts<R: Row, T>(
    key: &[u8],
    bytes: &[u8],
    unpack: impl FnOnce(u8, &[u8]) -> postcard::Result<(T, &[u8])>,
    belongs_to: impl FnOnce(&T, &R::Key) -> bool,
) -> Result<(R::Key, T), String> {
    let key = R::Key::decode(key).ok_or("the key is not one of this table")?;
    let (version, body) = bytes.split_first().ok_or("the row is empty")?;
    if !(1..=R::VERSION).contains(version) {
        return Err(format!("row version {version} is unknown, this program knows {}", R::VERSION));
    }
    let (row, rest) = unpack(*version, body).map_err(|error| error.to_string())?;
    if !rest.is_empty() {
        return Err(format!("{} bytes are left over", rest.len()));
    }
    if !belongs_to(&row, &key) {
        return Err("the row belongs to another key".to_owned());
    }
    Ok((key, row))
}

/// A key for people, whatever it is.
fn show_key<R: Row>(key: &[u8]) -> String {
    R::Key::decode(key).map_or_else(|| format!("\"{}\"", key.escape_ascii()), |key| key.show())
}

/// A kind of row, for those who go through all of them.
pub struct Kind {
    /// Where it lives.
    pub table: Table,
    /// Its key for people.
    pub show_key: fn(&[u8]) -> String,
    /// The row for people.
    pub show: fn(&[u8], &[u8]) -> Result<String>,
    /// The secondary entries that follow from it.
    pub entries: fn(&[u8], &[u8]) -> Result<Vec<Entry>>,
    /// Asserts that a row is the same after it was written anew.
    #[cfg(any(test, fuzzing))]
    pub again: fn(&[u8], &[u8]),
}

const fn kind<R: Row>() -> Kind {
    Kind {
        table: R::TABLE,
        show_key: show_key::<R>,
        show: |key, bytes| decode::<R>(key, bytes).map(|(_, row)| format!("{row:#?}")),
        entries: |key, bytes| decode::<R>(key, bytes).map(|(key, row)| row.entries(&key)),
        #[cfg(any(test, fuzzing))]
        again: super::fuzzing::row::<R>,
    }
}

/// Every kind of row.
pub const KINDS: &[Kind] = &[
    kind::<FileRecord>(),
    kind::<crate::domain::job::JobRow>(),
    kind::<crate::domain::batch::BatchFile>(),
    kind::<crate::domain::intent::Intent>(),
    kind::<crate::domain::intent::TrashRow>(),
    kind::<crate::domain::intent::RootRow>(),
    kind::<crate::domain::log::LogRow>(),
    kind::<crate::domain::playback::PlaybackRow>(),
    kind::<SecretRow>(),
    kind::<crate::domain::readers::ReaderRow>(),
    kind::<crate::domain::answer::Answer>(),
    kind::<crate::domain::hold::HoldRow>(),
    kind::<crate::domain::account::AccountRow>(),
    kind::<crate::domain::account::SessionRow>(),
    kind::<crate::domain::account::KeyRow>(),
];

#[cfg(test)]
mod tests;
#[cfg(test)]
pub use tests::{sample, sample_log};
