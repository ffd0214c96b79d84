//! The one door to redb: its errors become ours here, and its panics become errors.
//!
//! redb trusts a file that was shut down cleanly, and may panic where something else damaged it. People get a
//! sentence that says what to do instead.
//!
//! **Invariant:** after any failure of the storage the database counts as unwell, and nobody uses it again.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::{Error, Result};

const ADVICE: &str = "the store file is damaged; restore a backup, or run `cacherr rescue`, which finds the originals from the disk alone";

/// Whether one open database can still be used. Shared by all that use it.
#[derive(Clone, Debug, Default)]
pub struct Health(Arc<AtomicBool>);

impl Health {
    /// Nothing failed so far.
    pub fn is_well(&self) -> bool {
        !self.0.load(Ordering::Acquire)
    }

    /// From now on the database has to be opened again.
    pub fn lose(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Asks redb for something.
    pub fn ask<T, E: Into<redb::Error>>(
        &self,
        operation: &'static str,
        act: impl FnOnce() -> Result<T, E>,
    ) -> Result<T> {
        // What the closure could leave half-done belongs to a database that is not used again.
        match catch_unwind(AssertUnwindSafe(act)) {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => {
                self.lose();
                Err(failed(operation, &error.into()))
            }
            Err(_) => {
                self.lose();
                Err(Error::Store { operation, detail: ADVICE.to_owned() })
            }
        }
    }
}

/// An error of redb in our words.
fn failed(operation: &'static str, error: &redb::Error) -> Error {
    let damaged = match error {
        redb::Error::Corrupted(_)
        | redb::Error::TableTypeMismatch { .. }
        | redb::Error::TableIsMultimap(_)
        | redb::Error::TableIsNotMultimap(_)
        | redb::Error::TypeDefinitionChanged { .. }
        | redb::Error::TableDoesNotExist(_)
        | redb::Error::UpgradeRequired(_) => true,
        redb::Error::Io(error) => {
            matches!(error.kind(), std::io::ErrorKind::InvalidData | std::io::ErrorKind::UnexpectedEof)
        }
        _ => false,
    };
    let detail = if damaged { format!("{error}; {ADVICE}") } else { error.to_string() };
    Error::Store { operation, detail }
}
