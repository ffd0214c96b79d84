//! What sources last said of people's wishes, by person and source.

use super::Row;
use crate::domain::answer::Answer;
use crate::domain::wanted::Source;
use crate::store::secondary::Entry;
use crate::store::tables::Table;

impl Row for Answer {
    type Key = (u64, Source);
    const TABLE: Table = Table::Answers;

    fn belongs_to(&self, key: &(u64, Source)) -> bool {
        (self.person, self.source) == *key
    }

    fn entries(&self, _: &(u64, Source)) -> Vec<Entry> {
        Vec::new()
    }
}
