//! E3: no file is taken for another one because their names begin alike.

use std::path::PathBuf;

use super::kept;
use crate::process::{House, Tree, wait_for};

/// An anime whose episodes are alike up to the first bracket, a film in two versions with subtitles, and names that begin
/// with others.
const NAMES: [&str; 15] = [
    "Show/[Group] Show - 01 [A1B2C3D4].mkv",
    "Show/[Group] Show - 02 [0F1E2D3C].mkv",
    "Show/[Group] Show - 03 [11223344].mkv",
    "Show/[Group] Show - 04 [DEADBEEF].mkv",
    "Show/[Group] Show - 05 [5566AABB].mkv",
    "Dune (2021)/Dune (2021) [1080p].mkv",
    "Dune (2021)/Dune (2021) [1080p].en.srt",
    "Dune (2021)/Dune (2021) [2160p].mkv",
    "Dune (2021)/Dune (2021) [2160p].en.srt",
    "Dune (2021)/Dune (2021).mkv",
    "Dune (2021)/Dune (2021).srt",
    "Dune (2021)/Dune (2021)-trailer.mkv",
    "Dune/Dune.mkv",
    "Dune.mkv",
    "Dune.mkv.part",
];

fn library(house: &House) -> Vec<PathBuf> {
    let bytes = |n: usize| vec![n as u8; 10_000 + n];
    NAMES.iter().enumerate().map(|(n, name)| house.film(name, &bytes(n))).collect()
}

/// The tree but for one film and what stands for it while it is cached.
fn others(mut tree: Tree, film: &PathBuf) -> Tree {
    tree.remove(film);
    tree.remove(&kept(film));
    tree
}

#[test]
fn caching_one_file_and_giving_it_back_touches_none_that_is_named_alike() {
    for mode in ["copy", "move"] {
        let house = House::new();
        let films = library(&house);
        let instance = house.start();
        for film in &films {
            let before = house.library();
            let named = film.to_str().unwrap();
            house.tell(["cache", named, "--mode", mode]);
            if mode == "move" {
                // A tree is looked at name by name: nothing may vanish from it meanwhile.
                wait_for("the original to be given up", || !kept(film).exists());
            }
            let cached = house.library();
            assert!(film.is_symlink());
            assert!(others(cached, film) == others(before.clone(), film), "{mode} {named}");
            house.tell(["restore", named]);
            let after = house.library();
            assert!(others(after.clone(), film) == others(before.clone(), film), "{mode} {named}");
            assert!(after.keys().eq(before.keys()), "{mode} {named}");
            assert!(mode == "move" || after == before, "{mode} {named}");
        }
        assert_eq!(instance.stop().0, Some(0));
    }
}

#[test]
fn giving_one_file_back_leaves_the_copies_and_originals_of_all_others() {
    let house = House::new();
    let films = library(&house);
    let before = house.library();
    house.cache(&films);
    let instance = house.start();
    for film in &films {
        let cached = house.library();
        for other in &films {
            assert_eq!(cached[&kept(other)], before[other], "the very inode, under its hidden name");
        }
        house.tell(["restore".as_ref(), film.as_os_str()]);
        assert_eq!(house.active(), films.len() as u64 - 1);
        let after = house.library();
        assert!(others(after.clone(), film) == others(cached, film), "{}", film.display());
        assert_eq!(after[film], before[film]);
        house.cache([film]);
    }
    house.tell(["restore", "--all"]);
    assert!(house.library() == before);
    assert_eq!(instance.stop().0, Some(0));
}
