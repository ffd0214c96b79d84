//! Copying bytes: all of them or an error, whatever goes wrong in whichever window, on whichever thread.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;

use cacherr::domain::identity::Hash;
use cacherr::files::copy::{End, Unpaced, copy};
use cacherr::files::real::RealFs;
use cacherr::files::{Fd, Fs};
use rustix::io::Errno;

use crate::support::faulty::{Died, Faults, Faulty, Plan, until_death};
use crate::support::house::{bytes, disk};

/// More than three windows, and not a whole number of anything.
const LENGTH: usize = (100 << 20) + 4321;

/// Copies `source` to a new `target`.
fn copied(fs: &dyn Fs, folder: &Fd, length: usize) -> cacherr::Result<Hash> {
    let (source, target) = (OsStr::new("source"), OsStr::new("target"));
    drop(RealFs.unlink(folder, target));
    let (read, write) =
        (RealFs.open_file(folder, source).unwrap(), RealFs.create_file(folder, target).unwrap());
    let end = |fd| End { fd, path: Path::new("a film") };
    copy(fs, &end(&read), &end(&write), length as u64, &Unpaced)
}

fn count(faults: &Faults) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    faults.calls().iter().for_each(|call| *counts.entry(call.op).or_default() += 1);
    counts
}

#[test]
fn a_long_copy_is_whole_or_an_error_wherever_it_fails() {
    let (_dir, path) = disk();
    let folder = RealFs.open_folder(&path).unwrap();
    let all = bytes(9, LENGTH);
    std::fs::write(path.join("source"), &all).unwrap();

    let run = |plan| {
        let faults = Faults::new(plan);
        (until_death(|| copied(&Faulty::new(RealFs, &faults), &folder, LENGTH)), faults)
    };
    let (whole, faults) = run(Plan::None);
    assert_eq!(whole.unwrap().unwrap(), Hash(*blake3::hash(&all).as_bytes()));
    assert!(std::fs::read(path.join("target")).unwrap() == all);
    let counts = count(&faults);
    assert_eq!((counts["sync_data"], counts["drop_pages"]), (3, 6), "{counts:?}");
    assert_eq!(count(&run(Plan::None).1), counts, "the calls are the same each time, whatever their order");

    let total = faults.count();
    for at in [0, 1, total / 3, total / 2, total - 30, total - 1] {
        for errno in [Errno::IO, Errno::NOSPC] {
            let (copied, faults) = run(Plan::FailFrom(at, errno));
            let refused: Vec<_> = faults.calls().split_off(at).iter().map(|call| call.op).collect();
            match copied.unwrap() {
                Err(error) => assert_eq!(error.code(), "io_error", "{at}"),
                // Advice may be refused.
                Ok(_) => assert!(refused.iter().all(|op| *op == "drop_pages"), "{refused:?}"),
            }
        }
        assert_eq!(run(Plan::DieAt(at)).0.unwrap_err(), Died, "{at}");
    }
}

#[test]
fn holes_stay_holes_and_count_as_zeros() {
    let (_dir, path) = disk();
    let folder = RealFs.open_folder(&path).unwrap();
    let source = std::fs::File::create(path.join("source")).unwrap();
    source.set_len(70 << 20).unwrap();
    source.write_all_at(b"in the middle", 33 << 20).unwrap();
    let expected = blake3::hash(&std::fs::read(path.join("source")).unwrap());
    assert_eq!(copied(&RealFs, &folder, 70 << 20).unwrap(), Hash(*expected.as_bytes()));
    let target = std::fs::metadata(path.join("target")).unwrap();
    assert_eq!(target.size(), 70 << 20);
    assert!(target.blocks() * 512 < 4 << 20 || source.metadata().unwrap().blocks() * 512 >= 70 << 20);
    assert_eq!(blake3::hash(&std::fs::read(path.join("target")).unwrap()), expected);
}

#[test]
fn a_source_of_another_length_than_it_said_is_no_copy() {
    let (_dir, path) = disk();
    let folder = RealFs.open_folder(&path).unwrap();
    std::fs::write(path.join("source"), b"four").unwrap();
    for length in [0, 3, 5] {
        assert_eq!(copied(&RealFs, &folder, length).unwrap_err().code(), "source_changed", "{length}");
    }
    copied(&RealFs, &folder, 4).unwrap();
}
