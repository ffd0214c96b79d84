//! Accounts, their sessions, and API keys: the latter two by the digest of what opens the door.

use super::Row;
use crate::domain::account::{AccountRow, Digest, KeyRow, SessionRow};
use crate::domain::id::AccountId;
use crate::domain::secret::Secret;
use crate::store::secondary::Entry;
use crate::store::tables::Table;

impl Row for AccountRow {
    type Key = AccountId;
    const TABLE: Table = Table::Accounts;

    /// The hash of the password stands behind the row: nobody else who serialises one writes it.
    fn pack(&self, out: Vec<u8>) -> postcard::Result<Vec<u8>> {
        let hash = self.password.as_ref().map(Secret::expose);
        postcard::to_extend(&hash, postcard::to_extend(self, out)?)
    }

    fn unpack(_version: u8, bytes: &[u8]) -> postcard::Result<(Self, &[u8])> {
        let (row, rest) = postcard::take_from_bytes::<Self>(bytes)?;
        let (hash, rest) = postcard::take_from_bytes::<Option<String>>(rest)?;
        Ok((Self { password: hash.map(Secret::new), ..row }, rest))
    }

    fn belongs_to(&self, key: &AccountId) -> bool {
        self.id == *key
    }

    fn entries(&self, _: &AccountId) -> Vec<Entry> {
        Vec::new()
    }
}

impl Row for SessionRow {
    type Key = Digest;
    const TABLE: Table = Table::Sessions;

    fn belongs_to(&self, _: &Digest) -> bool {
        true
    }

    fn entries(&self, _: &Digest) -> Vec<Entry> {
        Vec::new()
    }
}

impl Row for KeyRow {
    type Key = Digest;
    const TABLE: Table = Table::ApiKeys;

    fn belongs_to(&self, _: &Digest) -> bool {
        true
    }

    fn entries(&self, _: &Digest) -> Vec<Entry> {
        Vec::new()
    }
}
