//! Playbacks: in the order of time, and those that go on.

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

    fn belongs_to(&self, key: &(Time, PlaybackId)) -> bool {
        (self.started_at, self.id) == *key
    }

    fn entries(&self, key: &(Time, PlaybackId)) -> Vec<Entry> {
        let open = self.ended_at.is_none().then(|| Entry::key(Table::PlaybackOpen, &[&key.encode()]));
        open.into_iter().collect()
    }
}
