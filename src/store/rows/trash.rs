//! Files put aside: found by id only.

use super::Row;
use crate::domain::id::TrashId;
use crate::domain::intent::TrashRow;
use crate::store::secondary::Entry;
use crate::store::tables::Table;

impl Row for TrashRow {
    type Key = TrashId;
    const TABLE: Table = Table::Trash;

    fn belongs_to(&self, key: &TrashId) -> bool {
        self.id == *key
    }

    fn entries(&self, _: &TrashId) -> Vec<Entry> {
        Vec::new()
    }
}
