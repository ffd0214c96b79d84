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
    #[serde(with = "exposed")]
    pub secret: Secret,
}

mod exposed {
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::domain::secret::Secret;

    pub fn serialize<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(secret.expose())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
        String::deserialize(deserializer).map(Secret::new)
    }
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
