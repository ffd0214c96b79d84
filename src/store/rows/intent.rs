//! The engine's journal: found by id only, which is the order of writing.

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

    fn entries(&self, _: &IntentId) -> Vec<Entry> {
        Vec::new()
    }
}
