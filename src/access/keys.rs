//! API keys: for programs. Shown once, when they are made.

use super::seen::{Used, is_due};
use super::{Access, Caller, audit, token};
use crate::domain::access::{Principal, Role, Way};
use crate::domain::account::{Digest, KeyRow, check_key_name};
use crate::domain::actor::Actor;
use crate::domain::id::KeyId;
use crate::domain::log::LogKind;
use crate::domain::secret::Secret;
use crate::domain::time::Time;
use crate::error::{Error, Result};
use crate::store::Rows;

/// How keys begin: scanners for secrets know it.
const BEGINS: &str = "ck_";
/// So much of a key people see later: 24 of its 256 bits.
const SHOWN: usize = BEGINS.len() + 4;
/// So many keys there are at most.
const MOST: usize = 1000;
/// The name of the key of the configuration.
const CONFIGURED: &str = "api_key";

/// A key to make.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewKey {
    /// Its name.
    pub name: String,
    /// What it opens.
    pub role: Role,
    /// From then on it opens nothing.
    pub expires_at: Option<Time>,
}

impl Access {
    /// Who is let in by a key. That it was used is written down, at most every five minutes.
    ///
    /// # Errors
    /// The store fails, here and everywhere below.
    pub fn by_key(&self, key: &str, from: &Caller) -> Result<Option<Principal>> {
        if let Some(principal) = self.by_configured_key(key, from) {
            return Ok(Some(principal));
        }
        let (digest, now) = (Digest::of(key), self.now());
        let Some(row) = self.store().read()?.api_key(digest)?.filter(|row| !row.is_expired(now)) else {
            return Ok(None);
        };
        if is_due(row.used_at, now) {
            self.scribe().note(Used::Key(digest), now);
        }
        let (name, address) = (actor_name(&row.name), Some(from.address));
        Ok(Some(Principal { name, role: row.role, way: Way::Key(row.id), address }))
    }

    /// Who is let in by the key of the configuration, if it is that one. Asks no store.
    #[must_use]
    pub fn by_configured_key(&self, key: &str, from: &Caller) -> Option<Principal> {
        // Compared in constant time, as digests: nobody can feel their way along it.
        let digest = blake3::Hash::from_bytes(Digest::of(key).0);
        self.0.configured.filter(|configured| *configured == digest)?;
        let (name, address) = (CONFIGURED.to_owned(), Some(from.address));
        Some(Principal { name, role: Role::Admin, way: Way::ConfiguredKey, address })
    }

    /// Every key, oldest first, those that have expired, too.
    ///
    /// # Errors
    /// As [`Access::by_key`].
    pub fn keys(&self) -> Result<Vec<KeyRow>> {
        let mut keys: Vec<_> = self.store().read()?.api_keys()?.into_iter().map(|(_, row)| row).collect();
        keys.sort_by_key(|row| row.id);
        Ok(keys)
    }

    /// Makes a key. Nobody is told it again.
    ///
    /// # Errors
    /// [`Error::Invalid`], [`Error::NameTaken`].
    pub fn add_key(&self, new: NewKey, by: &Actor) -> Result<(KeyRow, Secret)> {
        let NewKey { name, role, expires_at } = new;
        check_key_name(&name)?;
        let key = token(BEGINS)?;
        self.change(|writer, at| {
            if expires_at.is_some_and(|expires| expires <= at) {
                return Err(Error::Invalid("expires_at must be in the future".to_owned()));
            }
            let keys = writer.api_keys()?;
            if keys.iter().any(|(_, known)| known.is_called(&name)) {
                return Err(Error::NameTaken { what: "an API key" });
            }
            if keys.len() >= MOST {
                return Err(Error::Invalid(format!(
                    "there are {MOST} API keys, which is as many as there can be"
                )));
            }
            let row = KeyRow {
                id: KeyId::new(),
                name,
                role,
                begins: key[..SHOWN].to_owned(),
                made_by: by.name.clone(),
                made_at: at,
                expires_at,
                used_at: None,
            };
            writer.put_api_key(Digest::of(&key), &row)?;
            let mut entry = audit::entry(LogKind::ApiKey, by, "added", at)
                .with("key", &row.name)
                .with("role", role.name());
            if let Some(expires) = expires_at {
                entry = entry.with("expires_at", expires.to_string());
            }
            entry.write(writer)?;
            Ok((row, Secret::new(key)))
        })
    }

    /// Takes a key back: from now on it opens nothing.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn revoke_key(&self, id: KeyId, by: &Actor) -> Result<()> {
        self.change(|writer, at| {
            let keys = writer.api_keys()?;
            let (digest, row) =
                keys.into_iter().find(|(_, row)| row.id == id).ok_or(Error::NotFound { what: "API key" })?;
            writer.remove_api_key(digest)?;
            audit::entry(LogKind::ApiKey, by, "revoked", at).with("key", row.name).write(writer)
        })
    }
}

/// How the operation log calls whoever comes with a key. No account can be called so.
fn actor_name(key: &str) -> String {
    format!("key:{key}")
}
