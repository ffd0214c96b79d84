//! The operation log: in the order of time, and found by file.

use super::Row;
use crate::domain::id::{FileId, LogId};
use crate::domain::log::LogRow;
use crate::domain::time::Time;
use crate::store::keys::Key;
use crate::store::secondary::Entry;
use crate::store::tables::Table;

impl Row for LogRow {
    type Key = (Time, LogId);
    const TABLE: Table = Table::Log;
    const VERSION: u8 = 2;

    /// From where it was asked for stands behind the row; version 1 did not know that.
    fn pack(&self, out: Vec<u8>) -> postcard::Result<Vec<u8>> {
        postcard::to_extend(&self.by.address, postcard::to_extend(self, out)?)
    }

    fn unpack(version: u8, bytes: &[u8]) -> postcard::Result<(Self, &[u8])> {
        let (mut entry, mut rest) = postcard::take_from_bytes::<Self>(bytes)?;
        if version >= 2 {
            (entry.by.address, rest) = postcard::take_from_bytes(rest)?;
        }
        Ok((entry, rest))
    }

    fn belongs_to(&self, key: &(Time, LogId)) -> bool {
        (self.at, self.id) == *key
    }

    fn entries(&self, key: &(Time, LogId)) -> Vec<Entry> {
        let by_file = |file: FileId| Entry::key(Table::LogByFile, &[&file.bytes(), &key.encode()]);
        self.file_id.map(by_file).into_iter().collect()
    }
}
