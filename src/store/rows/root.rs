//! Roots: what is known of each library's folder, by the library's name.

use super::Row;
use crate::domain::intent::RootRow;
use crate::store::secondary::Entry;
use crate::store::tables::Table;

impl Row for RootRow {
    type Key = String;
    const TABLE: Table = Table::Roots;
    const VERSION: u8 = 2;

    /// Whether the media server reads here stands behind the row; version 1 did not know.
    fn pack(&self, out: Vec<u8>) -> postcard::Result<Vec<u8>> {
        postcard::to_extend(&self.reading, postcard::to_extend(self, out)?)
    }

    fn unpack(version: u8, bytes: &[u8]) -> postcard::Result<(Self, &[u8])> {
        let (root, rest) = postcard::take_from_bytes::<Self>(bytes)?;
        if version < Self::VERSION {
            return Ok((root, rest));
        }
        let (reading, rest) = postcard::take_from_bytes(rest)?;
        Ok((Self { reading, ..root }, rest))
    }

    fn belongs_to(&self, _: &String) -> bool {
        true
    }

    fn entries(&self, _: &String) -> Vec<Entry> {
        Vec::new()
    }
}
