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
    assert_eq!(version(&database), Some(vec![0, 0, 0, 6]));
    assert_eq!(bring_up_to_date(&database, &health).unwrap(), id, "the id is for life");
}

#[test]
fn a_newer_store_is_not_touched() {
    let (database, health) = empty();
    set_version(&database, &[0, 0, 0, 9]);
    let error = bring_up_to_date(&database, &health).unwrap_err();
    assert!(matches!(error, Error::StoreTooNew { found: 9, known: 6 }), "{error}");
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
fn all_steps_together_make_every_table_there_is() {
    let (database, health) = empty();
    bring_up_to_date(&database, &health).unwrap();
    let txn = database.begin_read().unwrap();
    for table in Table::ALL {
        txn.open_table(table.definition()).unwrap();
    }
}

/// Rows as version 1 wrote them: ids end in their number, paths are `/m/<number>.mkv`.
const JOBS_OF_VERSION_1: [&str; 6] = [
    // To be cached, wanted by nobody in particular: manual.
    "011002000000000000000000000000000001000001000600001001000000000000000000000000000001082f6d2f312e6d6b76076170695f6b65798080f2818389850600030000",
    // To be cached: trakt, active_watching.
    "0110020000000000000000000000000000020001020105757365723105010575736572320000001001000000000000000000000000000002082f6d2f322e6d6b76076170695f6b65798080f2818389850600030000",
    // To be cached, halted.
    "01100200000000000000000000000000000300000000011001000000000000000000000000000003082f6d2f332e6d6b76076170695f6b65798080f2818389850600030000",
    // To be removed.
    "0110020000000000000000000000000000040102066d616e75616c0105757365723100001001000000000000000000000000000004082f6d2f342e6d6b76076170695f6b65798080f2818389850600030000",
    // Being healed: swapping.
    "01100200000000000000000000000000000501030c636f70795f6d697373696e670003001001000000000000000000000000000005082f6d2f352e6d6b76076170695f6b65798080f2818389850600030000",
    // An eviction that failed.
    "011002000000000000000000000000000006010104726f6f6d0005001001000000000000000000000000000006082f6d2f362e6d6b76076170695f6b65798080f28183898506018089ec828389850603000108696f5f6572726f72026e6f",
];
const INTENT_OF_VERSION_1: &str = "01100400000000000000000000000000000510010000000000000000000000000000051002000000000000000000000000000005014d04022f6d05352e6d6b7600042f632f35042f632f350102000380c0f0f50b0580c0f0f50b05a403e807e8070007070707070707070707070707070707070707070707070707070707070707070000";

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn a_store_of_version_1_gets_its_jobs_and_intents_indexed() {
    use crate::domain::id::{FileId, JobId};
    use crate::store::{Rows, Store};

    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("store.redb");
    let database = Database::create(&file).unwrap();
    migrate(&database, &Health::default(), &MIGRATIONS[..1]).unwrap();
    let txn = database.begin_write().unwrap();
    {
        let table = |name| txn.open_table(TableDefinition::<&[u8], &[u8]>::new(name)).unwrap();
        let (mut jobs, mut by_state) = (table("jobs_v1"), table("job_by_state_v1"));
        for (row, state) in JOBS_OF_VERSION_1.map(bytes).iter().zip([0, 0, 0, 0, 3, 5]) {
            let id = &row[2..18];
            jobs.insert(id, &row[..]).unwrap();
            by_state.insert(&[&[state], id].concat()[..], &[][..]).unwrap();
        }
        let intent = bytes(INTENT_OF_VERSION_1);
        table("intents_v1").insert(&intent[2..18], &intent[..]).unwrap();
        // One that cannot be read keeps the store from nothing.
        jobs.insert(&[9; 16][..], &[1, 0xff][..]).unwrap();
    }
    txn.commit().unwrap();
    drop(database);

    let store = Store::open(&file).unwrap();
    let findings = store.check().unwrap();
    assert!(matches!(&*findings, [damaged] if damaged.contains("09090909")), "{findings:?}");
    let rows = store.read().unwrap();
    let number = |id: JobId| id.bytes()[15];
    let of = |n: u8| {
        let mut id = [0; 16];
        (id[0], id[15]) = (1, n);
        rows.open_jobs_of(FileId::from_bytes(id)).unwrap().into_iter().map(|job| number(job.id)).collect()
    };
    let at = |n: u8| -> Vec<u8> {
        let path = format!("/m/{n}.mkv");
        rows.open_jobs_at(path.as_ref()).unwrap().into_iter().map(|job| number(job.id)).collect()
    };
    for n in 1..=6 {
        let open: Vec<u8> = if n == 6 { vec![] } else { vec![n] };
        assert_eq!((of(n), at(n)), (open.clone(), open));
    }
    let mut turns = Vec::new();
    let all = &mut |id| {
        turns.push(number(id));
        false
    };
    assert_eq!(rows.next_job(all).unwrap(), None);
    assert_eq!(turns, [4, 2, 1], "the removal, then the strongest wish; what is halted has no turn");
    let mut five = [0; 16];
    (five[0], five[15]) = (1, 5);
    assert_eq!(rows.intents_of(FileId::from_bytes(five)).unwrap().len(), 1);
}

#[test]
fn a_store_of_version_2_gets_its_attributions_and_its_log_in_place() {
    use crate::domain::file::{Attribution, Operation};
    use crate::domain::id::{FileId, LogId};
    use crate::domain::log::LogRow;
    use crate::domain::time::Time;
    use crate::store::keys::Key;
    use crate::store::rows::{FileRecord, decode};

    const fn table(name: &'static str) -> TableDefinition<'static, &'static [u8], &'static [u8]> {
        TableDefinition::new(name)
    }
    let (database, health) = empty();
    migrate(&database, &health, &MIGRATIONS[..2]).unwrap();
    let row = crate::store::rows::sample();
    let wish = |user: &str, ordinal| Attribution {
        user: user.to_owned(),
        reason: Operation::Manual,
        added_at: Time::from_micros(5),
        ordinal,
    };
    let log = crate::store::rows::sample_log();
    let txn = database.begin_write().unwrap();
    {
        let first = |row: &FileRecord| postcard::to_extend(&row.row, vec![1]).unwrap();
        let mut files = txn.open_table(table("files_v1")).unwrap();
        files.insert(&row.id.bytes()[..], &first(&FileRecord::unwanted(row.clone()))[..]).unwrap();
        files.insert(&[9; 16][..], &b"unreadable"[..]).unwrap();
        let mut wishes = txn.open_table(table("attributions_v1")).unwrap();
        for (file, one) in [
            (row.id, wish("user1", 1)),
            (row.id, wish("user2", 0)),
            (FileId::from_bytes([1; 16]), wish("user1", 0)),
        ] {
            let key = [&file.bytes()[..], one.user.as_bytes()].concat();
            wishes.insert(&key[..], &postcard::to_extend(&one, vec![1]).unwrap()[..]).unwrap();
        }
        let mut logs = txn.open_table(table("log_v1")).unwrap();
        logs.insert(&log.id.bytes()[..], &postcard::to_extend(&log, vec![1]).unwrap()[..]).unwrap();
        logs.insert(&[8; 16][..], &b"unreadable"[..]).unwrap();
    }
    txn.commit().unwrap();

    bring_up_to_date(&database, &health).unwrap();
    let txn = database.begin_read().unwrap();
    let files = txn.open_table(table("files_v1")).unwrap();
    let key = row.id.bytes();
    let bytes = files.get(&key[..]).unwrap().unwrap().value().to_vec();
    let expected = FileRecord { row, attributions: vec![wish("user2", 0), wish("user1", 1)] };
    assert_eq!(decode::<FileRecord>(&key, &bytes).unwrap().1, expected);
    assert_eq!(files.get(&[9; 16][..]).unwrap().unwrap().value(), b"unreadable");
    let logs = txn.open_table(table("log_v2")).unwrap();
    let key = (log.at, log.id).encode();
    let bytes = logs.get(&key[..]).unwrap().unwrap().value().to_vec();
    assert_eq!(decode::<LogRow>(&key, &bytes).unwrap().1, log);
    let first = (Time::from_micros(i64::MIN), LogId::from_bytes([8; 16])).encode();
    assert_eq!(logs.get(&first[..]).unwrap().unwrap().value(), b"unreadable", "what is damaged is kept");
    for gone in ["attributions_v1", "log_v1", "log_by_time_v1"] {
        assert!(txn.open_table(table(gone)).is_err(), "{gone}");
    }
}
