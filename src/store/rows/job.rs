//! Jobs: found by id and by state.

use super::Row;
use crate::domain::id::JobId;
use crate::domain::job::{JobRow, JobState};
use crate::store::secondary::Entry;
use crate::store::tables::Table;

impl Row for JobRow {
    type Key = JobId;
    const TABLE: Table = Table::Jobs;

    fn belongs_to(&self, key: &JobId) -> bool {
        self.id == *key
    }

    fn entries(&self, key: &JobId) -> Vec<Entry> {
        vec![Entry::key(Table::JobByState, &[&[state_byte(self.state)], &key.bytes()])]
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
