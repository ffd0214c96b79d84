//! What a person removed lately, by library path.

use std::path::PathBuf;

use super::Row;
use crate::domain::hold::HoldRow;
use crate::store::secondary::Entry;
use crate::store::tables::Table;

impl Row for HoldRow {
    type Key = PathBuf;
    const TABLE: Table = Table::Holds;

    fn belongs_to(&self, _: &PathBuf) -> bool {
        true
    }

    fn entries(&self, _: &PathBuf) -> Vec<Entry> {
        Vec::new()
    }
}
