//! Roots: what is known of each library's folder, by the library's name.

use super::Row;
use crate::domain::intent::RootRow;
use crate::store::secondary::Entry;
use crate::store::tables::Table;

impl Row for RootRow {
    type Key = String;
    const TABLE: Table = Table::Roots;

    fn belongs_to(&self, _: &String) -> bool {
        true
    }

    fn entries(&self, _: &String) -> Vec<Entry> {
        Vec::new()
    }
}
