//! Attributions: who wants which file.

use super::Row;
use crate::domain::file::Attribution;
use crate::domain::id::FileId;
use crate::store::keys::user_prefix;
use crate::store::secondary::Entry;
use crate::store::tables::Table;

impl Row for Attribution {
    type Key = (FileId, String);
    const TABLE: Table = Table::Attributions;

    fn belongs_to(&self, key: &(FileId, String)) -> bool {
        self.user == key.1
    }

    fn entries(&self, key: &(FileId, String)) -> Vec<Entry> {
        vec![Entry::key(Table::FileByUser, &[&user_prefix(&self.user), &key.0.bytes()])]
    }
}
