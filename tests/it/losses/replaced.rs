//! E6: a file that somebody put in the place of a cached one is theirs: it stays, and what it replaced can be had back.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use cacherr::domain::path::is_trash_name;

use super::kept;
use crate::process::{House, age, wait_for};

const OLD: &[u8] = b"as it was, in too many bytes";
const NEW: &[u8] = b"the same, encoded anew";

/// How a download manager puts a new file at a path.
const WAYS: [&str; 3] = ["renamed over it", "deleted, then made", "deleted, then moved"];

fn replace(path: &Path, way: &str) -> u64 {
    let new = path.with_file_name("incoming.tmp");
    match way {
        "deleted, then made" => {
            fs::remove_file(path).unwrap();
            fs::write(path, NEW).unwrap();
        }
        _ => {
            fs::write(&new, NEW).unwrap();
            if way == "deleted, then moved" {
                fs::remove_file(path).unwrap();
            }
            fs::rename(&new, path).unwrap();
        }
    }
    age(path);
    fs::symlink_metadata(path).unwrap().ino()
}

/// What lies in the trash of a folder.
fn trash(folder: &Path) -> Vec<Vec<u8>> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let ours = names.filter(|path| is_trash_name(path.file_name().unwrap()));
    ours.map(|path| fs::read(path).unwrap()).collect()
}

#[track_caller]
fn the_new_one_stays(path: &Path, inode: u64, old: &[&[u8]]) {
    assert_eq!(fs::read(path).unwrap(), NEW);
    assert_eq!(fs::symlink_metadata(path).unwrap().ino(), inode, "the very file that was put there");
    assert_eq!(trash(path.parent().unwrap()), old, "what it replaced is in the trash");
    assert!(!kept(path).exists());
}

fn cached(mode: &str) -> (House, PathBuf) {
    let house = House::new();
    let path = house.film("Dune (2021)/Dune (2021).mkv", OLD);
    house.tell(["cache", path.to_str().unwrap(), "--mode", mode]);
    (house, path)
}

#[test]
fn a_file_that_was_replaced_while_it_was_cached_is_not_brought_back_by_giving_back() {
    for way in WAYS {
        let (house, path) = cached("copy");
        let inode = replace(&path, way);
        let instance = house.start();
        let (code, _) = house.ask(["restore".as_ref(), path.as_os_str()]);
        assert!(code <= 1, "{way}: given back, or refused since it is another file");
        wait_for("the row to say so", || house.active() == 0);
        the_new_one_stays(&path, inode, &[OLD]);
        wait_for("the old copy to go", || house.copies().is_empty());
        assert_eq!(instance.stop().0, Some(0));
        the_new_one_stays(&path, inode, &[OLD]);
    }
}

#[test]
fn a_file_that_was_replaced_is_not_brought_back_by_looking_after_everything() {
    for way in WAYS {
        let (house, path) = cached("copy");
        let inode = replace(&path, way);
        house.run(["check", "--deep"]);
        the_new_one_stays(&path, inode, &[OLD]);
        assert_eq!(house.active(), 0, "{way}");
        house.run(["restore", "--all"]);
        the_new_one_stays(&path, inode, &[OLD]);
        assert_eq!(house.tell(["check", "--deep"])["findings"], serde_json::json!([]), "{way}");
        // It can be cached as what it is.
        house.cache([&path]);
        assert_eq!(fs::read(&path).unwrap(), NEW);
        house.tell(["restore", "--all"]);
        the_new_one_stays(&path, inode, &[OLD]);
    }
}

/// In move mode the copy is all that is left of the old file: it stays as long as the trash would keep it.
#[test]
fn a_file_that_was_moved_and_replaced_is_not_brought_back_and_its_bytes_stay_for_a_week() {
    for way in WAYS {
        let (house, path) = cached("move");
        let copy = fs::read_link(&path).unwrap();
        let inode = replace(&path, way);
        house.run(["restore".as_ref(), path.as_os_str()]);
        house.run(["check", "--deep"]);
        the_new_one_stays(&path, inode, &[]);
        assert_eq!(fs::read(&copy).unwrap(), OLD, "{way}");
        assert_eq!(house.active(), 0);
    }
}

#[test]
fn what_was_written_through_the_link_comes_back_as_it_was_written() {
    for mode in ["copy", "move"] {
        let (house, path) = cached(mode);
        fs::write(&path, NEW).unwrap();
        age(&path);
        house.tell(["restore".as_ref(), path.as_os_str()]);
        assert!(!path.is_symlink());
        assert_eq!(fs::read(&path).unwrap(), NEW, "{mode}");
        let old: &[&[u8]] = if mode == "copy" { &[OLD] } else { &[] };
        assert_eq!(trash(path.parent().unwrap()), old, "{mode}");
    }
}
