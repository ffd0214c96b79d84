//! A mergerfs union: it refuses the exchange of two names, so a library there swaps by link and rename, through the
//! mount that readers use, with time between two swaps. `CACHERR_UNION_SWAPS` says how many.

use std::fs;
use std::os::unix::fs::MetadataExt;

use cacherr::domain::file::Method;

use crate::support::house::{GRACE, House, bytes, disk, film, names};
use crate::support::mounts::{Mounted, skip};
use crate::support::tell;
use crate::swap::Reader;

/// Two branches with a folder each, as people have them; the film is on the second.
fn union(options: &str) -> Option<(tempfile::TempDir, Mounted)> {
    let (dir, path) = disk();
    let branches = [path.join("one"), path.join("two")];
    for branch in &branches {
        fs::create_dir_all(branch.join("films")).unwrap();
    }
    film(&branches[1].join("films/Dune.mkv"), &bytes(3, 100_000));
    let union = Mounted::union(&[&branches[0], &branches[1]], options)?;
    Some((dir, union))
}

#[test]
fn readers_never_fail_while_a_union_swaps_by_link_and_rename() {
    let Some((_branches, union)) = union("use_ino,minfreespace=1M") else { return };
    let (_dir, cache) = disk();
    let path = union.path().join("films/Dune.mkv");
    let before = fs::metadata(&path).unwrap();
    let house = House::of_union(union.path(), &cache);
    let readers = ["open", "readlink", "realpath"].map(|way| (way, Reader::start(&path, way)));
    let swaps = std::env::var("CACHERR_UNION_SWAPS").map_or(12, |text| text.parse().unwrap());
    for _ in 0..swaps / 2 {
        let file = house.cache(&path).unwrap();
        assert!(path.is_symlink());
        house.restore(file).unwrap();
        assert!(!path.is_symlink());
    }
    for (way, reader) in readers {
        let sight = reader.stop();
        tell(&format!("{swaps} swaps and restores of a union, {way}: {sight:?}"));
        // A handle that is asked for its inode in the very instant in which the name goes to the link may get
        // ESTALE from the union. It can be read all the same, and a name that is opened is always there.
        assert_eq!((sight.failures, sight.first.as_str()), (0, ""), "{way}: {sight:?}");
        assert!(sight.originals > 0 && sight.copies > 0, "{way} saw both sides: {sight:?}");
    }
    house.later(GRACE);
    house.assert_idle();
    let after = fs::symlink_metadata(&path).unwrap();
    assert_eq!((before.ino(), before.mtime(), 1), (after.ino(), after.mtime(), after.nlink()));
    assert_eq!(names(union.path()), ["films", "films/Dune.mkv"]);
}

#[test]
fn a_union_that_is_to_exchange_says_what_to_set_and_stays_as_it_was() {
    let Some((_branches, union)) = union("use_ino,minfreespace=1M") else { return };
    let (_dir, cache) = disk();
    let path = union.path().join("films/Dune.mkv");
    let house = House::of(union.path(), &cache);
    assert_eq!(house.cache(&path), Err("swap_not_supported".to_owned()));
    house.later(GRACE);
    house.assert_idle();
    assert_eq!(names(union.path()), ["films", "films/Dune.mkv"]);
    assert_eq!(fs::read(&path).unwrap(), bytes(3, 100_000));
}

#[test]
fn a_branch_below_its_least_free_space_refuses_the_link_and_the_message_names_it() {
    let Some((_branches, union)) = union("use_ino,minfreespace=1000T") else { return };
    let (_dir, cache) = disk();
    let path = union.path().join("films/Dune.mkv");
    if std::os::unix::fs::symlink("nowhere", union.path().join("films/probe")).is_ok() {
        return skip("this union makes links whatever its minfreespace");
    }
    for house in [House::of_union(union.path(), &cache), House::of(union.path(), &cache)] {
        let job = house.run(house.request(&path, Method::AtomicCopy).unwrap());
        let failure = job.error.unwrap();
        assert_eq!(failure.code, "library_volume_full");
        assert!(failure.message.contains("minfreespace"), "{}", failure.message);
        house.later(GRACE);
        house.assert_idle();
        assert_eq!(names(union.path()), ["films", "films/Dune.mkv"]);
        assert_eq!(fs::read(&path).unwrap(), bytes(3, 100_000));
        fs::remove_dir_all(cache.join(".cacherr")).unwrap();
    }
}

/// Without `use_ino` a union numbers its names, not its files: nothing can be recognised there.
#[test]
fn a_union_that_invents_inode_numbers_is_told_from_one_that_passes_them_on() {
    let Some((_branches, union)) = union("minfreespace=1M") else { return };
    let (_dir, cache) = disk();
    let path = union.path().join("films/Dune.mkv");
    let (first, second) = (union.path().join("first"), union.path().join("second"));
    film(&first, b"");
    fs::hard_link(&first, &second).unwrap();
    let numbers = [&first, &second].map(|path| fs::metadata(path).unwrap().ino());
    fs::remove_file(&first).unwrap();
    fs::remove_file(&second).unwrap();
    if numbers[0] == numbers[1] {
        return skip("this union passes inode numbers on without being asked");
    }
    let house = House::of_union(union.path(), &cache);
    let job = house.run(house.request(&path, Method::AtomicCopy).unwrap());
    let failure = job.error.unwrap();
    assert_eq!(failure.code, "method_not_supported");
    assert!(failure.message.contains("use_ino"), "{}", failure.message);
    house.later(GRACE);
    house.assert_idle();
    assert_eq!(names(union.path()), ["films", "films/Dune.mkv"]);
    assert_eq!(fs::metadata(&path).unwrap().nlink(), 1);
}
