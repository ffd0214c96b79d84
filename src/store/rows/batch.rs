//! Files of batches: found by their job.

use super::Row;
use crate::domain::batch::BatchFile;
use crate::domain::id::{FileId, JobId};
use crate::store::secondary::Entry;
use crate::store::tables::Table;

impl Row for BatchFile {
    type Key = (JobId, FileId);
    const TABLE: Table = Table::BatchFiles;

    fn belongs_to(&self, _: &Self::Key) -> bool {
        true
    }

    fn entries(&self, _: &Self::Key) -> Vec<Entry> {
        Vec::new()
    }
}
