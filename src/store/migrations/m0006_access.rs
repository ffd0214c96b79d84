//! Version 6: who may come in.

use redb::{TableDefinition, WriteTransaction};

/// Makes the tables.
pub fn run(txn: &WriteTransaction) -> Result<(), redb::Error> {
    // Spelled out, not taken from the present page: what version 6 was never changes.
    for name in ["accounts_v1", "sessions_v1", "api_keys_v1"] {
        txn.open_table(TableDefinition::<&[u8], &[u8]>::new(name))?;
    }
    Ok(())
}
