//! There and back: every byte, inode, mode, time and attribute.

use std::ffi::OsString;
use std::fs::{self, File, Permissions};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::PathBuf;

use super::{House, age, hash};

/// One of each kind of file that ever made trouble.
fn films(house: &House) -> Vec<PathBuf> {
    let long = |letter: &str| format!("{}.mkv", letter.repeat(251));
    let mut films = vec![
        house.film("Dune (2021)/Dune (2021) [imdb-tt1160419].mkv", &[7; 300_000]),
        house.film("Amélie 🎬/Le fabuleux destin d'Amélie 🎬.mkv", b"emoji"),
        house.film("a name with spaces .mkv", b"spaces"),
        house.film("-rf", b"looks like an option"),
        house.film(long("x"), b"as long as a name may be"),
        house.film("empty.mkv", b""),
        house.film(OsString::from_vec(b"not \xff\xfe text.mkv".to_vec()), b"bytes"),
        house.film("new\nline.mkv", b"two lines"),
    ];
    let linked = house.film("seeding.mkv", &[9; 5000]);
    fs::hard_link(&linked, house.at("library/seeding-too.mkv")).unwrap();
    films.push(linked);
    let sparse = house.film("sparse.mkv", b"");
    let file = File::options().write(true).open(&sparse).unwrap();
    file.set_len(8 << 20).unwrap();
    file.write_all_at(b"in the middle", 3 << 20).unwrap();
    drop(file);
    age(&sparse);
    films.push(sparse);
    let odd = house.film("Fargo/Season 01/Fargo - S01E01.mkv", &[3; 70_000]);
    fs::set_permissions(&odd, Permissions::from_mode(0o640)).unwrap();
    rustix::fs::setxattr(&odd, "user.note", b"mine", rustix::fs::XattrFlags::CREATE).unwrap();
    films.push(odd);
    films
}

#[test]
fn every_kind_of_file_is_the_same_through_its_link_and_after_its_return() {
    let house = House::new();
    let films = films(&house);
    let before = house.library();
    let bytes: Vec<String> = films.iter().map(|film| hash(film)).collect();

    let mut args: Vec<OsString> = vec!["cache".into(), "--user".into(), "ann".into(), "--".into()];
    args.extend(films.iter().map(|film| film.clone().into_os_string()));
    // `--json` comes before `--`.
    args.insert(1, "--json".into());
    let ran = house.run(args);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    for (film, bytes) in films.iter().zip(&bytes) {
        assert!(film.is_symlink(), "{film:?}");
        assert!(film.canonicalize().unwrap().starts_with(house.at("fast").canonicalize().unwrap()));
        assert_eq!(hash(film), *bytes, "{film:?}");
    }
    assert_eq!(house.active(), films.len() as u64);

    let restored = house.tell(["restore", "--all"]);
    assert_eq!(restored["files"].as_array().unwrap().len(), films.len());
    assert!(house.library() == before, "{:#?}\n{before:#?}", house.library());
    assert_eq!(house.copies(), Vec::<PathBuf>::new());
    assert_eq!(house.active(), 0);
}

#[test]
fn a_hard_linked_file_asked_to_move_is_copied() {
    let house = House::new();
    let film = house.film("seeding.mkv", &[9; 5000]);
    fs::hard_link(&film, house.at("library/seeding-too.mkv")).unwrap();
    let before = house.library();
    let cached = house.tell(["cache".as_ref(), film.as_os_str(), "--mode".as_ref(), "move".as_ref()]);
    assert_eq!(cached["files"][0]["cache_method"], "atomic_copy");
    house.tell(["restore", "--all"]);
    assert!(house.library() == before);
}

#[test]
fn one_file_comes_back_alone_and_the_others_stay() {
    let house = House::new();
    let (a, b) = (house.film("a.mkv", b"aaaa"), house.film("b.mkv", b"bbbb"));
    house.cache([&a, &b]);
    let restored = house.tell(["restore".as_ref(), a.as_os_str()]);
    assert_eq!(restored["files"][0]["result"], "restored");
    assert!(!a.is_symlink() && b.is_symlink());
    assert_eq!(house.active(), 1);
}

#[test]
fn a_relative_path_through_a_symlinked_folder_finds_its_file() {
    let house = House::new();
    house.film("Dune/Dune.mkv", b"sand");
    std::os::unix::fs::symlink(house.at("library/Dune"), house.at("shortcut")).unwrap();
    house.cache(["library/Dune/../Dune/Dune.mkv"]);
    assert!(house.at("library/Dune/Dune.mkv").is_symlink());
    house.tell(["restore", "shortcut/Dune.mkv"]);
    assert!(!house.at("library/Dune/Dune.mkv").is_symlink());
}

#[test]
fn caching_again_changes_nothing_and_a_further_user_is_added() {
    let house = House::new();
    let film = house.film("a.mkv", b"aaaa");
    house.cache([&film]);
    let again = house.cache([&film]);
    assert_eq!(again["files"][0]["result"], "already_cached");
    let added = house.tell(["cache".as_ref(), film.as_os_str(), "--user".as_ref(), "user2".as_ref()]);
    assert_eq!(added["files"][0]["result"], "already_cached");
    assert_eq!(house.active(), 1);
}

#[test]
fn a_copy_that_somebody_reads_goes_later_and_the_command_says_so() {
    let house = House::new();
    let (open, closed) = (house.film("a.mkv", b"aaaa"), house.film("b.mkv", b"bbbb"));
    house.cache([&open, &closed]);
    let reader = File::open(&open).unwrap();
    let ran = house.run(["restore", "--all"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("1 copy is still open and goes later"), "{}", ran.stderr);
    assert!(!open.is_symlink() && !closed.is_symlink());
    assert_eq!(fs::read_dir(house.at("fast/Movies")).unwrap().count(), 1);
    assert_eq!(house.tell(["status"])["releasing"]["files"], 1);
    drop(reader);
}
