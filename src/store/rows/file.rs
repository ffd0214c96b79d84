//! Files, each with those who want it: one per library path.
//!
//! Who wants a file is written beside it: a page of files is one read for each, and a file that is cached is written
//! once.

use std::os::unix::ffi::OsStrExt;

use serde::{Deserialize, Serialize};

use super::Row;
use super::packed::{Packed, PackedWish};
use crate::domain::file::{Attribution, FileRow};
use crate::domain::id::FileId;
use crate::index::Entry;
use crate::store::secondary;
use crate::store::tables::Table;

/// A file and those who want it, in order of attribution; each user once.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct FileRecord {
    pub row: FileRow,
    pub attributions: Vec<Attribution>,
}

impl FileRecord {
    /// Nobody wants it (yet).
    pub fn unwanted(row: FileRow) -> Self {
        Self { row, attributions: Vec::new() }
    }

    /// In order, whoever put them in.
    pub fn sort(&mut self) {
        self.attributions.sort_by(|a, b| (a.ordinal, &a.user).cmp(&(b.ordinal, &b.user)));
    }
}

type Whole<'a> = (Packed<'a>, Vec<PackedWish<'a>>);

impl FileRecord {
    /// As [`Row::unpack`], but only what the index takes.
    pub fn unpack_entry(version: u8, bytes: &[u8]) -> postcard::Result<(Entry, &[u8])> {
        if version < Self::VERSION {
            let (record, rest) = Self::unpack(version, bytes)?;
            return Ok((Entry::of(&record.row, &record.attributions), rest));
        }
        let ((packed, wishes), rest) = postcard::take_from_bytes::<Whole<'_>>(bytes)?;
        Ok((packed.entry(&wishes), rest))
    }
}

impl Row for FileRecord {
    type Key = FileId;
    const TABLE: Table = Table::Files;
    const VERSION: u8 = 3;

    fn pack(&self, out: Vec<u8>) -> postcard::Result<Vec<u8>> {
        let wish = |one| PackedWish::of(one, self.row.cached_at);
        let wishes: Vec<PackedWish<'_>> = self.attributions.iter().map(wish).collect();
        postcard::to_extend(&(Packed::of(&self.row), wishes), out)
    }

    fn unpack(version: u8, bytes: &[u8]) -> postcard::Result<(Self, &[u8])> {
        // Until version 3 of the store, attributions had a table of their own.
        match version {
            1 => {
                let (row, rest) = postcard::take_from_bytes(bytes)?;
                Ok((Self::unwanted(row), rest))
            }
            2 => {
                let (packed, rest) = postcard::take_from_bytes::<Packed<'_>>(bytes)?;
                Ok((Self::unwanted(packed.row()), rest))
            }
            _ => {
                let (whole, rest) = postcard::take_from_bytes::<Whole<'_>>(bytes)?;
                let (row, wishes) = (whole.0.row(), whole.1);
                let attributions = wishes.iter().map(|wish| wish.attribution(row.cached_at)).collect();
                Ok((Self { row, attributions }, rest))
            }
        }
    }

    fn belongs_to(&self, key: &FileId) -> bool {
        self.row.id == *key
    }

    fn entries(&self, key: &FileId) -> Vec<secondary::Entry> {
        vec![secondary::Entry {
            table: Table::FileByPath,
            key: self.row.file_path.as_os_str().as_bytes().to_vec(),
            value: key.bytes().to_vec(),
        }]
    }
}
