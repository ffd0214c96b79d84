//! Secrets that this program obtained itself, by name.
//!
//! **Invariant:** the one place where a secret is written as it is; everything else of the program, the dump of the store
//! included, shows `***`.

use serde::{Deserialize, Serialize};

use super::Row;
use crate::domain::secret::Secret;
use crate::store::secondary::Entry;
use crate::store::tables::Table;

/// A secret, as the store keeps it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SecretRow {
    /// The secret.
    #[serde(with = "crate::domain::secret::kept")]
    pub secret: Secret,
}

impl Row for SecretRow {
    type Key = String;
    const TABLE: Table = Table::Secrets;

    fn belongs_to(&self, _: &String) -> bool {
        true
    }

    fn entries(&self, _: &String) -> Vec<Entry> {
        Vec::new()
    }
}
