//! Files: one per library path.

use std::os::unix::ffi::OsStrExt;

use super::Row;
use super::packed::Packed;
use crate::domain::file::FileRow;
use crate::domain::id::FileId;
use crate::store::secondary::Entry;
use crate::store::tables::Table;

impl Row for FileRow {
    type Key = FileId;
    const TABLE: Table = Table::Files;
    const VERSION: u8 = 2;

    fn pack(&self, out: Vec<u8>) -> postcard::Result<Vec<u8>> {
        postcard::to_extend(&Packed::from(self), out)
    }

    fn unpack(version: u8, bytes: &[u8]) -> postcard::Result<(Self, &[u8])> {
        match version {
            1 => postcard::take_from_bytes(bytes),
            _ => postcard::take_from_bytes::<Packed>(bytes).map(|(packed, rest)| (packed.into(), rest)),
        }
    }

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
