//! Damage is found and named; nothing that a file can hold is a panic.

use std::path::{Path, PathBuf};

use cacherr::Error;
use cacherr::store::{Rows, Store};

use super::disk::Disk;
use super::rows;
use crate::support::app::tamper;

/// A filled store file that is closed.
fn filled() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("store.redb");
    Store::open(&file).unwrap().write(rows::fill).unwrap();
    (dir, file)
}

fn findings(file: &Path) -> Vec<String> {
    Store::open(file).unwrap().check().unwrap()
}

#[test]
fn a_missing_entry_is_found_in_every_secondary_table() {
    for table in ["file_by_path_v1", "job_by_state_v1", "log_by_file_v1"] {
        let (_dir, file) = filled();
        tamper(&file, table, |table| drop(table.pop_first().unwrap().unwrap()));
        let findings = findings(&file);
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].contains(&format!("no entry in {table}")), "{findings:?}");
    }
}

#[test]
fn a_surplus_entry_is_found_in_every_secondary_table() {
    for table in ["file_by_path_v1", "job_by_state_v1", "log_by_file_v1"] {
        for key in [&b""[..], &[9; 3], &[9; 16], &[9; 60]] {
            let (_dir, file) = filled();
            tamper(&file, table, |table| drop(table.insert(key, &b""[..]).unwrap()));
            let findings = findings(&file);
            assert_eq!(findings.len(), 1, "{findings:?}");
            assert!(findings[0].contains(table) && findings[0].contains("no row wants"), "{findings:?}");
            Store::open(&file).unwrap().dump().unwrap();
        }
    }
}

#[test]
fn a_path_that_names_the_wrong_file_is_found() {
    let (_dir, file) = filled();
    let wrong = rows::file_id(2).bytes();
    tamper(&file, "file_by_path_v1", |table| {
        table.insert(&b"/media/a.mkv"[..], &wrong[..]).unwrap();
    });
    let findings = findings(&file);
    assert!(findings.iter().any(|finding| finding.contains("shares its entry")), "{findings:?}");
    assert!(findings.iter().any(|finding| finding.contains("no row wants")), "{findings:?}");
}

#[test]
fn nobody_can_want_a_file_that_does_not_exist() {
    let store = super::in_memory();
    let wanted = store.write(|w| w.put_attribution(rows::file_id(8), &rows::attribution("user1", 0)));
    assert!(wanted.unwrap_err().to_string().contains("does not exist"));
    assert_eq!(store.check().unwrap(), Vec::<String>::new());
}

#[test]
fn a_row_that_cannot_be_read_is_found_shown_and_an_error() {
    for row in [&b""[..], b"\x01", b"\x09 from the future"] {
        let (_dir, file) = filled();
        let id = rows::file_id(1);
        tamper(&file, "files_v1", |table| {
            table.insert(&id.bytes()[..], row).unwrap();
        });
        let store = Store::open(&file).unwrap();
        let findings = store.check().unwrap();
        assert!(findings[0].contains("files_v1") && findings[0].contains(&id.to_string()), "{findings:?}");
        assert!(store.dump().unwrap().contains("unreadable: "));
        let reader = store.read().unwrap();
        assert!(matches!(reader.file(id), Err(Error::Store { .. })));
        assert!(matches!(reader.files(), Err(Error::Store { .. })));
        assert!(matches!(store.look(|index| index.totals()), Err(Error::Store { .. })));
        assert!(reader.file(rows::file_id(2)).unwrap().is_some(), "the others can be read");
        store.write(|writer| writer.put_root("Shows", &rows::root())).unwrap();
    }
}

#[test]
fn a_file_that_is_no_store_is_told_with_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("store.redb");
    for bytes in [&b"not a store"[..], &[0x5a; 20_000]] {
        std::fs::write(&file, bytes).unwrap();
        let error = Store::open(&file).unwrap_err();
        assert!(
            matches!(error, Error::Store { .. }) && error.to_string().contains("cacherr rescue"),
            "{error}"
        );
        assert_eq!(std::fs::read(&file).unwrap(), bytes, "nothing is written over it");
    }
}

#[test]
fn a_store_of_a_newer_version_is_refused_and_left() {
    let (_dir, file) = filled();
    tamper(&file, "meta_v1", |table| {
        table.insert(&b"schema"[..], &7u32.to_be_bytes()[..]).unwrap();
    });
    assert!(matches!(Store::open(&file), Err(Error::StoreTooNew { found: 7, .. })));
}

#[test]
fn no_damage_to_the_file_is_a_panic() {
    let (_dir, file) = filled();
    let bytes = std::fs::read(&file).unwrap();
    // Where anything is: a fresh store is mostly empty space.
    let used: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at] != 0).collect();
    let (mut refused, mut survived) = (0, 0);
    for n in 0..300 {
        let mut bytes = bytes.clone();
        let at = used[n * used.len() / 300];
        if n % 10 == 9 {
            bytes.truncate(at);
        } else {
            bytes[at] ^= [0xff, 0x01, 0x80][n % 3];
        }
        let disk = Disk::with(bytes);
        let store = Store::open_with(move || Ok(disk.backend()));
        let Ok(store) = store else {
            refused += 1;
            continue;
        };
        survived += 1;
        let _ = store.check();
        let _ = store.dump();
        let _ = store.write(rows::fill);
        let _ = store.check();
    }
    println!("{refused} refused, {survived} opened");
    assert!(refused > 0 && survived > 0);
}
