//! Version 4: playbacks, what this program obtained itself, and what else reads the libraries.

use redb::{TableDefinition, WriteTransaction};

// Spelled out, not taken from the present page: what version 4 was never changes.
const NEW: [&str; 4] = ["playbacks_v1", "playback_open_v1", "secrets_v1", "readers_v1"];

/// Makes the tables.
pub fn run(txn: &WriteTransaction) -> Result<(), redb::Error> {
    for name in NEW {
        txn.open_table(TableDefinition::<&[u8], &[u8]>::new(name))?;
    }
    Ok(())
}
