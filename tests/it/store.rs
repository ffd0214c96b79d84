//! The store's promises. `rows` makes what is stored, `disk` is the storage that fails.

mod damage;
mod disk;
mod failure;
mod lookup;
pub mod rows;
mod scores;

use cacherr::domain::playback::PlaybackRow;
use cacherr::store::{Rows, Store};
use cacherr::{Error, Result};

/// A store in memory.
fn in_memory() -> Store {
    let disk = disk::Disk::default();
    Store::open_with(move || Ok(disk.backend())).unwrap()
}

fn sound(store: &Store) {
    assert_eq!(store.check().unwrap(), Vec::<String>::new());
}

#[test]
fn a_store_is_made_once_and_keeps_its_id_and_rows() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("store.redb");
    let store = Store::open(&file).unwrap();
    let id = store.id();
    store.write(|writer| writer.put_file(&rows::file(1, "/media/a.mkv"))).unwrap();
    drop(store);

    let store = Store::open(&file).unwrap();
    assert_eq!(store.id(), id);
    assert_eq!(store.read().unwrap().files().unwrap(), [rows::file(1, "/media/a.mkv")]);
    sound(&store);
}

#[test]
fn a_store_file_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("store.redb");
    let _store = Store::open(&file).unwrap();
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o7777, 0o600);
}

#[test]
fn a_second_opening_of_the_same_file_is_told_so() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("store.redb");
    let store = Store::open(&file).unwrap();
    match Store::open(&file) {
        Err(Error::DataDirInUse { dir: named }) => assert_eq!(named, dir.path()),
        other => panic!("{other:?}"),
    }
    sound(&store);
    drop(store);
    Store::open(&file).unwrap();
}

#[test]
fn a_missing_folder_is_an_io_error_with_its_path() {
    let error = Store::open("/no-such-folder/store.redb".as_ref()).unwrap_err();
    assert!(matches!(error, Error::Io { operation: "create", .. }), "{error}");
}

#[test]
fn a_snapshot_sees_nothing_that_comes_after() {
    let store = in_memory();
    let before = store.read().unwrap();
    store.write(|writer| writer.put_file(&rows::file(1, "/media/a.mkv"))).unwrap();
    assert!(before.files().unwrap().is_empty());
    assert_eq!(store.read().unwrap().files().unwrap().len(), 1);
}

#[test]
fn a_writer_sees_its_own_writes() {
    let store = in_memory();
    store
        .write(|writer| {
            writer.put_file(&rows::file(1, "/media/a.mkv"))?;
            assert_eq!(writer.file_by_path("/media/a.mkv".as_ref())?.unwrap().id, rows::file_id(1));
            writer.for_each_file(&mut |file| writer.file(file.id).map(|row| assert_eq!(row, Some(file))))
        })
        .unwrap();
}

#[test]
fn a_failed_act_leaves_nothing() {
    let store = in_memory();
    let before = store.dump().unwrap();
    let result: Result<()> = store.write(|writer| {
        rows::fill(writer)?;
        Err(Error::Cancelled)
    });
    assert!(matches!(result, Err(Error::Cancelled)), "the error is the act's own");
    assert_eq!(store.dump().unwrap(), before);
    sound(&store);
}

#[test]
fn a_panicking_act_leaves_nothing_and_the_store_usable() {
    let store = in_memory();
    let before = store.dump().unwrap();
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        store.write(|writer| -> Result<()> {
            rows::fill(writer)?;
            panic!("as the test wants it")
        })
    }));
    assert!(panic.is_err());
    assert_eq!(store.dump().unwrap(), before);
    store.write(rows::fill).unwrap();
    sound(&store);
}

#[test]
fn clones_are_handles_on_one_store() {
    let store = in_memory();
    let clone = store.clone();
    std::thread::scope(|scope| {
        for n in 0..4 {
            let store = &store;
            scope.spawn(move || store.write(|w| w.put_file(&rows::file(n, &format!("/media/{n}")))).unwrap());
        }
    });
    assert_eq!(clone.read().unwrap().files().unwrap().len(), 4);
    sound(&clone);
}

#[test]
fn the_dump_is_readable_and_stable() {
    let store = in_memory();
    store.write(rows::fill).unwrap();
    let dump = store.dump().unwrap();
    let stable: String =
        dump.lines().filter(|line| !line.contains("store_id")).map(|line| format!("{line}\n")).collect();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/store/dump.txt");
    // CACHERR_BLESS=1 writes what is expected from now on; look at the difference before it is committed.
    if std::env::var_os("CACHERR_BLESS").is_some() {
        std::fs::write(file, &stable).unwrap();
    }
    assert_eq!(stable, std::fs::read_to_string(file).unwrap());
}

#[test]
fn the_hit_ratio_speaks_of_what_began_since_and_follows_every_change() {
    let store = in_memory();
    let hits = |since| {
        let hits = store.hits(rows::at(since)).unwrap();
        (hits.hits, hits.starts)
    };
    assert_eq!(hits(0), (0, 0));
    let put = |row: &PlaybackRow| store.write(|w| w.put_playback(row)).unwrap();
    // Even ones are hits.
    (1..=5).for_each(|n| put(&rows::playback(n, None)));
    assert_eq!([hits(0), hits(3), hits(4), hits(6)], [(2, 5), (1, 3), (1, 2), (0, 0)]);
    assert_eq!(store.read().unwrap().open_playbacks().unwrap().len(), 5);
    put(&rows::playback(4, Some(rows::at(9))));
    assert_eq!([hits(0), hits(-9)], [(2, 5), (2, 5)], "that one ended changes nothing");
    assert_eq!(store.read().unwrap().open_playbacks().unwrap().len(), 4);
    store.write(|w| w.remove_playback(&rows::playback(4, None))).unwrap();
    assert_eq!(hits(0), (1, 4));
    sound(&store);
}
