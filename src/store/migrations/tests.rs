use redb::backends::InMemoryBackend;
use redb::{Database, ReadableTable, TableDefinition};

use super::*;

const STEPS: TableDefinition<&[u8], &[u8]> = TableDefinition::new("steps");

fn empty() -> (Database, Health) {
    (Database::builder().create_with_backend(InMemoryBackend::new()).unwrap(), Health::default())
}

fn version(database: &Database) -> Option<Vec<u8>> {
    read_meta(database, meta::SCHEMA).unwrap()
}

fn set_version(database: &Database, version: &[u8]) {
    let txn = database.begin_write().unwrap();
    txn.open_table(Table::Meta.definition()).unwrap().insert(meta::SCHEMA, version).unwrap();
    txn.commit().unwrap();
}

fn step(txn: &WriteTransaction, name: &[u8]) -> Result<(), redb::Error> {
    let mut steps = txn.open_table(STEPS)?;
    let number = steps.iter()?.count().to_be_bytes();
    steps.insert(&number[..], name)?;
    Ok(())
}

fn steps(database: &Database) -> Vec<Vec<u8>> {
    let table = database.begin_read().unwrap().open_table(STEPS).unwrap();
    table.iter().unwrap().map(|entry| entry.unwrap().1.value().to_vec()).collect()
}

const ONE: Migration = |txn| step(txn, b"one");
const TWO: Migration = |txn| step(txn, b"two");
const BROKEN: Migration = |txn| {
    step(txn, b"broken")?;
    Err(redb::Error::Corrupted("as the test wants it".to_owned()))
};

#[test]
fn only_missing_steps_run_and_in_order() {
    let (database, health) = empty();
    migrate(&database, &health, &[ONE]).unwrap();
    assert_eq!(version(&database), Some(vec![0, 0, 0, 1]));
    migrate(&database, &health, &[ONE, TWO]).unwrap();
    migrate(&database, &health, &[ONE, TWO]).unwrap();
    assert_eq!(version(&database), Some(vec![0, 0, 0, 2]));
    assert_eq!(steps(&database), [b"one", b"two"]);
}

#[test]
fn a_failing_step_leaves_the_store_as_it_was() {
    let (database, health) = empty();
    migrate(&database, &health, &[ONE]).unwrap();
    migrate(&database, &health, &[ONE, TWO, BROKEN]).unwrap_err();
    assert_eq!(version(&database), Some(vec![0, 0, 0, 1]));
    assert_eq!(steps(&database), [b"one"]);
    assert!(!health.is_well());
}

#[test]
fn version_zero_is_a_store_without_a_version() {
    let (database, health) = empty();
    set_version(&database, &[0; 4]);
    let id = bring_up_to_date(&database, &health).unwrap();
    assert_eq!(version(&database), Some(vec![0, 0, 0, 1]));
    assert_eq!(bring_up_to_date(&database, &health).unwrap(), id, "the id is for life");
}

#[test]
fn a_newer_store_is_not_touched() {
    let (database, health) = empty();
    set_version(&database, &[0, 0, 0, 9]);
    let error = bring_up_to_date(&database, &health).unwrap_err();
    assert!(matches!(error, Error::StoreTooNew { found: 9, known: 1 }), "{error}");
    assert_eq!(version(&database), Some(vec![0, 0, 0, 9]));
    assert!(health.is_well(), "nothing is wrong with its storage");
}

#[test]
fn a_version_that_is_none_is_an_error() {
    let (database, health) = empty();
    set_version(&database, b"new");
    assert!(matches!(bring_up_to_date(&database, &health), Err(Error::Store { .. })));
}

#[test]
fn the_first_version_makes_every_table_there_is() {
    let (database, health) = empty();
    bring_up_to_date(&database, &health).unwrap();
    let txn = database.begin_read().unwrap();
    for table in Table::ALL {
        txn.open_table(table.definition()).unwrap();
    }
}
