//! E1, E2: whoever dies, or is stopped, in the middle of a copy leaves bytes that nobody ever takes for the film.

use std::fs;

use cacherr::domain::path::is_ours;

use super::{MIB, bytes_in, drain, film, kept};
use crate::kill::audience::Audience;
use crate::process::{House, Instance, hash, wait_for};

const SIZE: u64 = 12 * MIB;
/// Slow enough to be caught in the act, again and again; the length says nothing of what is there already.
const SLOW: &str = "bandwidth = \"6MB\"";
const GRACE: &str = "1s";

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    Killed,
    Stopped,
}

const ENDS: [End; 2] = [End::Killed, End::Stopped];

impl End {
    fn of(self, instance: Instance) {
        match self {
            Self::Killed => drop(instance.kill()),
            Self::Stopped => assert_eq!(instance.stop().0, Some(0)),
        }
    }
}

/// Starts it and ends it so often in the middle of a copy, of which so much is there each time. Says how many of these
/// left something.
fn cut_short(house: &House, end: End, ask: &[&str], partial: impl Fn() -> u64, sound: impl Fn()) -> usize {
    house.configure_with(GRACE, SLOW);
    let mut leftovers = 0;
    for (round, share) in [SIZE / 8, SIZE / 3, SIZE / 2].into_iter().enumerate() {
        let instance = house.start();
        // Only once: from then on it goes on by itself.
        let asking = (round == 0).then(|| house.command(ask).spawn().unwrap());
        wait_for("a part of the copy", || partial() >= share);
        end.of(instance);
        if let Some(mut asking) = asking {
            assert_eq!(asking.wait().unwrap().code(), Some(1), "whoever waited is told");
        }
        let left = partial();
        assert!(left < SIZE, "{end:?}: the copy was finished already");
        leftovers += usize::from(left > 0);
        sound();
    }
    house.configure_with(GRACE, "");
    leftovers
}

#[test]
fn a_copy_to_the_cache_that_was_cut_short_is_never_believed() {
    for end in ENDS {
        let house = House::new();
        let dune = film(&house, "Dune (2021)/Dune (2021).mkv", SIZE);
        let before = house.library();
        let audience = Audience::of(std::slice::from_ref(&dune), 1);
        let tmp = house.at("fast/.cacherr/tmp");
        let ask = ["cache", dune.path.to_str().unwrap()];
        let leftovers = cut_short(
            &house,
            end,
            &ask,
            || bytes_in(&tmp, ""),
            || {
                assert!(house.library() == before, "nothing of the library was touched");
                assert_eq!(house.copies(), [] as [std::path::PathBuf; 0], "no copy has its name");
            },
        );
        assert_eq!(leftovers, if end == End::Killed { 3 } else { 0 }, "{end:?}");

        let instance = house.start();
        wait_for("the film to be cached", || house.active() == 1);
        let copy = fs::read_link(&dune.path).unwrap();
        assert!(fs::read(&copy).unwrap() == *dune.bytes, "the copy is the film");
        assert_eq!(hash(&kept(&dune.path)), hash(&copy));
        assert_eq!(bytes_in(&tmp, ""), 0);
        assert_eq!(house.tell(["check", "--deep"])["findings"], serde_json::json!([]));
        house.tell(["restore", "--all"]);
        drain(&house);
        assert!(house.library() == before, "{end:?}");
        assert_eq!(audience.stop().failures, Vec::<String>::new(), "{end:?}");
        assert_eq!(instance.stop().0, Some(0));
    }
}

#[test]
fn a_part_of_the_film_that_lies_where_its_copy_would_is_never_believed() {
    let house = House::new();
    let (dune, first) = (film(&house, "Dune.mkv", SIZE), film(&house, "First.mkv", SIZE));
    let before = house.library();
    let there = house.at("fast/Movies/Dune.mkv");
    // A cache that is in use, and beside it another program, which died in the middle of a copy.
    house.cache([&first.path]);
    let part = &dune.bytes[..dune.bytes.len() / 10];
    fs::write(&there, part).unwrap();
    crate::process::age(&there);

    house.cache([&dune.path]);
    assert!(fs::read(&dune.path).unwrap() == *dune.bytes);
    assert_ne!(fs::read_link(&dune.path).unwrap(), there);
    house.tell(["restore", "--all"]);
    assert!(house.library() == before);
    assert!(fs::read(&there).unwrap() == part, "it is not ours");
}

#[test]
fn a_copy_back_to_the_library_that_was_cut_short_is_never_believed() {
    for end in ENDS {
        let house = House::new();
        let dune = film(&house, "Dune (2021)/Dune (2021).mkv", SIZE);
        let folder = dune.path.parent().unwrap();
        let before = house.library();
        house.configure_with(GRACE, "");
        house.tell(["cache", dune.path.to_str().unwrap(), "--mode", "move"]);
        assert!(!kept(&dune.path).exists(), "the original was given up");
        let copy = fs::read_link(&dune.path).unwrap();

        let audience = Audience::of(std::slice::from_ref(&dune), 2);
        let ask = ["restore", dune.path.to_str().unwrap()];
        let partial = || bytes_in(folder, ".cacherr-restore-");
        let leftovers = cut_short(&house, end, &ask, partial, || {
            assert_eq!(fs::read_link(&dune.path).unwrap(), copy, "the path leads to the copy");
            assert!(fs::read(&copy).unwrap() == *dune.bytes, "which is whole");
        });
        assert!(leftovers == 3 || end == End::Stopped, "{end:?}: {leftovers}");

        let instance = house.start();
        wait_for("the film to be back", || !dune.path.is_symlink());
        drain(&house);
        assert!(fs::read(&dune.path).unwrap() == *dune.bytes);
        let ours =
            fs::read_dir(folder).unwrap().filter(|entry| is_ours(&entry.as_ref().unwrap().file_name()));
        assert_eq!(ours.count(), 0, "nothing is left beside it");
        assert_eq!(house.copies(), [] as [std::path::PathBuf; 0]);
        let mut now = house.library();
        let leaf = now.get_mut(&dune.path).unwrap();
        (leaf.ino, leaf.blocks) = (before[&dune.path].ino, before[&dune.path].blocks);
        assert!(now == before, "but for the inode it is the same file");
        assert_eq!(audience.stop().failures, Vec::<String>::new(), "{end:?}");
        assert_eq!(instance.stop().0, Some(0));
    }
}
