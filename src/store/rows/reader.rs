//! What else reads the libraries, by the name that a person gave it.

use super::Row;
use crate::domain::readers::ReaderRow;
use crate::store::secondary::Entry;
use crate::store::tables::Table;

impl Row for ReaderRow {
    type Key = String;
    const TABLE: Table = Table::Readers;

    fn belongs_to(&self, _: &String) -> bool {
        true
    }

    fn entries(&self, _: &String) -> Vec<Entry> {
        Vec::new()
    }
}
