//! Files: one per library path.

use std::os::unix::ffi::OsStrExt;

use super::Row;
use crate::domain::file::FileRow;
use crate::domain::id::FileId;
use crate::store::secondary::Entry;
use crate::store::tables::Table;

impl Row for FileRow {
    type Key = FileId;
    const TABLE: Table = Table::Files;

    fn belongs_to(&self, key: &FileId) -> bool {
        self.id == *key
    }

    fn entries(&self, key: &FileId) -> Vec<Entry> {
        vec![Entry {
            table: Table::FileByPath,
            key: self.file_path.as_os_str().as_bytes().to_vec(),
            value: key.bytes().to_vec(),
        }]
    }
}
