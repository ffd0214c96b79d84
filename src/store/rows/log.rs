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

    fn belongs_to(&self, key: &(Time, LogId)) -> bool {
        (self.at, self.id) == *key
    }

    fn entries(&self, key: &(Time, LogId)) -> Vec<Entry> {
        let by_file = |file: FileId| Entry::key(Table::LogByFile, &[&file.bytes(), &key.encode()]);
        self.file_id.map(by_file).into_iter().collect()
    }
}
