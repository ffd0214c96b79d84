//! The operation log: found by time, and by file and time.

use super::Row;
use crate::domain::id::LogId;
use crate::domain::log::LogRow;
use crate::store::keys;
use crate::store::secondary::Entry;
use crate::store::tables::Table;

impl Row for LogRow {
    type Key = LogId;
    const TABLE: Table = Table::Log;

    fn belongs_to(&self, key: &LogId) -> bool {
        self.id == *key
    }

    fn entries(&self, key: &LogId) -> Vec<Entry> {
        let at = keys::time(self.at);
        let mut entries = vec![Entry::key(Table::LogByTime, &[&at, &key.bytes()])];
        if let Some(file) = self.file_id {
            entries.push(Entry::key(Table::LogByFile, &[&file.bytes(), &at, &key.bytes()]));
        }
        entries
    }
}
