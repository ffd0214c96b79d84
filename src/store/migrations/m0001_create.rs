//! Version 1: every table, and the store's id.

use redb::{ReadableTable, WriteTransaction};

use crate::domain::id::StoreId;

// Spelled out, not taken from the present page: what version 1 was never changes.
const TABLES: [&str; 13] = [
    "meta_v1",
    "files_v1",
    "attributions_v1",
    "jobs_v1",
    "intents_v1",
    "trash_v1",
    "roots_v1",
    "log_v1",
    "file_by_path_v1",
    "file_by_user_v1",
    "job_by_state_v1",
    "log_by_time_v1",
    "log_by_file_v1",
];

/// Makes what is missing; a store that has an id keeps it.
pub fn run(txn: &WriteTransaction) -> Result<(), redb::Error> {
    for name in TABLES {
        txn.open_table(redb::TableDefinition::<&[u8], &[u8]>::new(name))?;
    }
    let mut meta = txn.open_table(redb::TableDefinition::<&[u8], &[u8]>::new("meta_v1"))?;
    let id: &[u8] = b"store_id";
    if meta.get(id)?.is_none() {
        meta.insert(id, &StoreId::new().bytes()[..])?;
    }
    Ok(())
}
