//! From any earlier store to the present one: one file per step.
//!
//! A store without a version is version 0. All missing steps run in one transaction together with the new version,
//! so a store is never between two versions.
//!
//! **Invariant:** a released migration is never changed. A store of a newer version is not touched.

mod m0001_create;
mod m0002_jobs;
mod m0003_layout;
mod m0004_playbacks;
mod m0005_answers;
mod m0006_access;

use redb::{ReadableDatabase, WriteTransaction};

use super::health::Health;
use super::tables::{Table, meta};
use crate::domain::id::StoreId;
use crate::{Error, Result};

/// One step. Step `n` of the list makes version `n + 1`.
type Migration = fn(&WriteTransaction) -> Result<(), redb::Error>;

const MIGRATIONS: &[Migration] = &[
    m0001_create::run,
    m0002_jobs::run,
    m0003_layout::run,
    m0004_playbacks::run,
    m0005_answers::run,
    m0006_access::run,
];

/// Runs what is missing, and tells who the store is.
pub fn bring_up_to_date(database: &redb::Database, health: &Health) -> Result<StoreId> {
    migrate(database, health, MIGRATIONS)?;
    let id = health.ask("read the store's id", || read_meta(database, meta::STORE_ID))?;
    id.and_then(|id| id.try_into().ok()).map(StoreId::from_bytes).ok_or_else(|| Error::Store {
        operation: "read the store's id",
        detail: "it is missing or too short; restore a backup, or run `cacherr rescue`".to_owned(),
    })
}

fn migrate(database: &redb::Database, health: &Health, migrations: &[Migration]) -> Result<()> {
    let known = u32::try_from(migrations.len()).unwrap_or(u32::MAX);
    let found = match health.ask("read the schema version", || read_meta(database, meta::SCHEMA))? {
        Some(bytes) => bytes.try_into().map(u32::from_be_bytes).map_err(|bytes: Vec<u8>| Error::Store {
            operation: "read the schema version",
            detail: format!("{} bytes are not a version; restore a backup", bytes.len()),
        })?,
        None => 0,
    };
    if found > known {
        return Err(Error::StoreTooNew { found, known });
    }
    if found == known {
        return Ok(());
    }
    health.ask("bring the store up to date", || {
        let mut txn = database.begin_write()?;
        txn.set_quick_repair(true);
        for migration in &migrations[found as usize..] {
            migration(&txn)?;
        }
        let schema = known.to_be_bytes();
        txn.open_table(Table::Meta.definition())?.insert(meta::SCHEMA, &schema[..])?;
        txn.commit()?;
        Ok::<_, redb::Error>(())
    })
}

/// A value of the meta table, which a new store does not have yet.
fn read_meta(database: &redb::Database, name: &[u8]) -> Result<Option<Vec<u8>>, redb::Error> {
    match database.begin_read()?.open_table(Table::Meta.definition()) {
        Ok(table) => Ok(table.get(name)?.map(|value| value.value().to_vec())),
        Err(redb::TableError::TableDoesNotExist(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests;
