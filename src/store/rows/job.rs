//! Jobs: found by id and by state; as long as they have not ended by what they concern, and by their turn.

use super::Row;
use crate::domain::file::Operation;
use crate::domain::id::JobId;
use crate::domain::job::{JobKind, JobRow, JobState};
use crate::store::keys;
use crate::store::secondary::Entry;
use crate::store::tables::Table;

impl Row for JobRow {
    type Key = JobId;
    const TABLE: Table = Table::Jobs;
    const VERSION: u8 = 3;

    /// What is known of the film stands behind the row (version 1 had none of it), and behind that from where it was asked
    /// for (since version 3).
    fn pack(&self, out: Vec<u8>) -> postcard::Result<Vec<u8>> {
        let out = postcard::to_extend(&self.metadata, postcard::to_extend(self, out)?)?;
        postcard::to_extend(&self.by.address, out)
    }

    fn unpack(version: u8, bytes: &[u8]) -> postcard::Result<(Self, &[u8])> {
        let (mut job, mut rest) = postcard::take_from_bytes::<Self>(bytes)?;
        if version >= 2 {
            (job.metadata, rest) = postcard::take_from_bytes(rest)?;
        }
        if version >= 3 {
            (job.by.address, rest) = postcard::take_from_bytes(rest)?;
        }
        Ok((job, rest))
    }

    fn belongs_to(&self, key: &JobId) -> bool {
        self.id == *key
    }

    fn entries(&self, key: &JobId) -> Vec<Entry> {
        let mut entries = vec![Entry::key(Table::JobByState, &[&[state_byte(self.state)], &key.bytes()])];
        if self.state.is_final() {
            return entries;
        }
        if let Some(file) = self.file() {
            entries.push(Entry::key(Table::JobByFile, &[&file.bytes(), &key.bytes()]));
            entries.push(Entry::key(Table::JobByPath, &[&keys::path_prefix(&self.path), &key.bytes()]));
        }
        if let Some(turn) = turn_byte(&self.kind).filter(|_| self.state == JobState::Queued && !self.paused) {
            entries.push(Entry::key(Table::JobByTurn, &[&[turn], &key.bytes()]));
        }
        entries
    }
}

/// A state in `job_by_state_v1`. Fixed on disk: the order of the enum is free to change, this is not.
pub const fn state_byte(state: JobState) -> u8 {
    match state {
        JobState::Queued => 0,
        JobState::Copying => 1,
        JobState::Verifying => 2,
        JobState::Swapping => 3,
        JobState::Done => 4,
        JobState::Failed => 5,
        JobState::Cancelled => 6,
    }
}

/// Whose turn it is, in `job_by_turn_v1`: what gives files back (and room) goes first, then what looks after many, then
/// the strongest wish. None where no worker runs it. Fixed on disk.
pub fn turn_byte(kind: &JobKind) -> Option<u8> {
    match kind {
        JobKind::Restore { .. } => Some(0),
        JobKind::Cleanup { .. } | JobKind::Batch { .. } => Some(1),
        JobKind::Cache { wishes, .. } => {
            Some(wishes.iter().map(|wish| wish_byte(wish.operation)).min().unwrap_or(2))
        }
        JobKind::Plan { .. } => None,
    }
}

const fn wish_byte(operation: Operation) -> u8 {
    match operation {
        Operation::ActiveWatching => 3,
        Operation::RealTimeWatch => 4,
        Operation::ContinueWatching => 5,
        Operation::Ondeck => 6,
        Operation::Watchlist => 7,
        Operation::Trakt => 8,
        Operation::Manual => 9,
    }
}
