//! The engine's journal: found by id, which is the order of writing, and by file.

use super::Row;
use crate::domain::id::IntentId;
use crate::domain::intent::Intent;
use crate::store::secondary::Entry;
use crate::store::tables::Table;

impl Row for Intent {
    type Key = IntentId;
    const TABLE: Table = Table::Intents;

    fn belongs_to(&self, key: &IntentId) -> bool {
        self.id == *key
    }

    fn entries(&self, key: &IntentId) -> Vec<Entry> {
        vec![Entry::key(Table::IntentByFile, &[&self.file_id.bytes(), &key.bytes()])]
    }
}
