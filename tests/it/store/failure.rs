//! Whatever call fails, and however: the store is as it was before the transaction or as it is after it.

use cacherr::Result;
use cacherr::domain::file::Status;
use cacherr::domain::job::JobState;
use cacherr::store::{Rows, Store, Writer};

use super::disk::{Disk, Fault};
use super::{rows, sound};

type Act = fn(&mut Writer<'_>) -> Result<()>;

/// Transactions that add, move, replace and remove; each is told apart by its dump.
const SCENARIO: [Act; 4] = [
    rows::fill,
    |writer| {
        let mut file = rows::file(1, "/media/moved.mkv");
        file.status = Status::PendingRemoval;
        writer.put_file(&file)?;
        writer.put_job(&rows::job(1, JobState::Swapping))?;
        writer.put_log(&rows::log(3, Some(1), rows::at(3)))
    },
    |writer| {
        // Enough for pages to split.
        for n in 10..110 {
            writer.put_file(&rows::file(n, &format!("/media/{n}.mkv")))?;
            writer.put_attribution(rows::file_id(n), &rows::attribution("user1", 0))?;
        }
        Ok(())
    },
    |writer| {
        for n in 1..60 {
            writer.remove_file(rows::file_id(n))?;
        }
        writer.remove_intent(rows::intent(1).id)
    },
];

fn open(disk: &Disk) -> Result<Store> {
    let disk = disk.clone();
    Store::open_with(move || Ok(disk.backend()))
}

fn empty_store() -> Vec<u8> {
    let disk = Disk::default();
    drop(open(&disk).unwrap());
    disk.bytes()
}

/// The store before and after each transaction, and how many calls the whole takes.
fn without_failure(image: &[u8]) -> (Vec<String>, usize) {
    let disk = Disk::with(image.to_vec());
    let store = open(&disk).unwrap();
    let start = disk.calls();
    let mut dumps = vec![store.dump().unwrap()];
    for act in SCENARIO {
        store.write(act).unwrap();
        dumps.push(store.dump().unwrap());
    }
    let calls = disk.calls() - start;
    (dumps, calls)
}

#[test]
fn after_any_failing_call_the_store_is_before_or_after_the_transaction() {
    let image = empty_store();
    let (dumps, calls) = without_failure(&image);
    let (mut cases, mut before, mut after) = (0, 0, 0);
    for k in 0..calls {
        for fault in Fault::ALL {
            let disk = Disk::with(image.clone());
            let store = open(&disk).unwrap();
            disk.fail_after(k, fault);
            for (n, act) in SCENARIO.into_iter().enumerate() {
                if store.write(act).is_ok() {
                    // The last call may fail when the transaction is durable already and nobody needs to know.
                    assert_eq!(store.dump().unwrap(), dumps[n + 1], "call {k} {fault:?}, transaction {n}");
                    continue;
                }
                assert!(disk.failed());
                let found = store.dump().unwrap();
                sound(&store);
                if found == dumps[n] {
                    before += 1;
                    store.write(act).unwrap();
                } else {
                    after += 1;
                }
                assert_eq!(store.dump().unwrap(), dumps[n + 1], "call {k} {fault:?}, transaction {n}");
            }
            assert!(disk.failed(), "call {k} {fault:?} was not met");
            sound(&store);
            drop(store);
            assert_eq!(open(&disk).unwrap().dump().unwrap(), dumps[SCENARIO.len()], "opened once more");
            cases += 1;
        }
    }
    println!("{cases} cases over {calls} calls: {before} before, {after} after");
    assert_eq!(cases, calls * Fault::ALL.len());
    assert!(before > 0 && after > 0, "both ends of a maybe are met");
}

#[test]
fn a_first_opening_that_was_cut_short_is_begun_anew() {
    // Everything that the making of a store can have written when it is cut short.
    let disk = Disk::default();
    drop(open(&disk).unwrap());
    for k in 0..disk.calls() {
        let disk = Disk::default();
        disk.fail_after(k, Fault::After);
        let _ = open(&disk);
        let dir = tempfile::tempdir().unwrap();
        let (file, new) = (dir.path().join("store.redb"), dir.path().join("store.redb.new"));
        std::fs::write(&new, disk.bytes()).unwrap();
        let store = Store::open(&file).unwrap_or_else(|error| panic!("call {k}: {error}"));
        assert!(!new.exists());
        store.write(rows::fill).unwrap();
        sound(&store);
    }
}

#[test]
fn a_snapshot_that_outlives_a_reopening_answers_with_errors_or_what_it_saw() {
    let disk = Disk::with(empty_store());
    let store = open(&disk).unwrap();
    store.write(rows::fill).unwrap();
    let old = store.read().unwrap();
    disk.fail_after(0, Fault::Before);
    store.write(|writer| writer.remove_file(rows::file_id(1))).unwrap_err();
    if let Ok(files) = old.files() {
        assert_eq!(files.len(), 2);
    }
    assert_eq!(store.read().unwrap().files().unwrap().len(), 2);
    drop(old);
    sound(&store);
}

#[test]
fn an_act_may_read_a_snapshot_while_it_writes() {
    let disk = Disk::with(empty_store());
    let store = open(&disk).unwrap();
    store
        .write(|writer| {
            rows::fill(writer)?;
            store.read()?.files().map(drop)
        })
        .unwrap();
    sound(&store);
}

#[test]
fn two_first_openings_at_once_make_one_store() {
    for _ in 0..20 {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("store.redb");
        let opened: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| Store::open(&file))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let stores: Vec<_> = opened.iter().filter_map(|store| store.as_ref().ok()).collect();
        assert_eq!(stores.len(), 1, "{opened:?}");
        for refused in opened.iter().filter_map(|store| store.as_ref().err()) {
            assert!(matches!(refused, cacherr::Error::DataDirInUse { .. }), "{refused}");
        }
        stores[0].write(rows::fill).unwrap();
        let id = stores[0].id();
        drop(opened);
        let store = Store::open(&file).unwrap();
        assert_eq!(store.id(), id);
        sound(&store);
    }
}

#[test]
fn another_store_in_its_place_is_not_taken_for_this_one() {
    let disk = Disk::default();
    let store = open(&disk).unwrap();
    store.write(rows::fill).unwrap();
    let other = empty_store();
    // Another store stands in its place when it is opened again.
    let mut disks = vec![Disk::with(other), disk.clone()];
    let next = std::sync::Mutex::new(move || disks.pop().map(|disk| disk.backend()));
    drop(store);
    let store = Store::open_with(move || (next.lock().unwrap())().ok_or(std::io::ErrorKind::NotFound.into()))
        .unwrap();
    disk.fail_after(0, Fault::Before);
    store.write(|writer| writer.remove_file(rows::file_id(1))).unwrap_err();
    let error = store.read().unwrap_err();
    assert!(error.to_string().contains("another store"), "{error}");
    store.read().unwrap_err();
}
