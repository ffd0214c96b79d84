//! Playbacks: in the order of time, and those that go on.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use super::Row;
use crate::domain::id::PlaybackId;
use crate::domain::playback::PlaybackRow;
use crate::domain::time::Time;
use crate::store::keys::Key;
use crate::store::secondary::Entry;
use crate::store::tables::Table;

impl Row for PlaybackRow {
    type Key = (Time, PlaybackId);
    const TABLE: Table = Table::Playbacks;
    const VERSION: u8 = 2;

    /// The other files stand behind the row; version 1 knew one for each.
    fn pack(&self, out: Vec<u8>) -> postcard::Result<Vec<u8>> {
        let others: Vec<&[u8]> = self.others.iter().map(|path| path.as_os_str().as_bytes()).collect();
        postcard::to_extend(&others, postcard::to_extend(self, out)?)
    }

    fn unpack(version: u8, bytes: &[u8]) -> postcard::Result<(Self, &[u8])> {
        let (row, rest) = postcard::take_from_bytes::<Self>(bytes)?;
        if version < Self::VERSION {
            return Ok((row, rest));
        }
        let (others, rest) = postcard::take_from_bytes::<Vec<Vec<u8>>>(rest)?;
        let others = others.into_iter().map(|path| OsString::from_vec(path).into()).collect();
        Ok((Self { others, ..row }, rest))
    }

    fn belongs_to(&self, key: &(Time, PlaybackId)) -> bool {
        (self.started_at, self.id) == *key
    }

    fn entries(&self, key: &(Time, PlaybackId)) -> Vec<Entry> {
        let open = self.ended_at.is_none().then(|| Entry::key(Table::PlaybackOpen, &[&key.encode()]));
        open.into_iter().collect()
    }
}
