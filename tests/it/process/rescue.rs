//! The store is lost: everything comes back from the disk alone.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use redb::ReadableTable;
use serde_json::Value;

use super::{House, Tree, hash};
use crate::support::app::tamper;

/// Films that stay beside their links, and films that were given up, under names of every kind.
struct Films {
    kept: Vec<PathBuf>,
    moved: Vec<PathBuf>,
    before: Tree,
}

fn cached(house: &House) -> Films {
    let long = |letter: &str| format!("{}.mkv", letter.repeat(251));
    let kept = vec![
        house.film("Dune (2021)/Dune (2021).mkv", &[7; 300_000]),
        house.film("Amélie 🎬/new\nline.mkv", b"two lines"),
        house.film(OsString::from_vec(b"not \xff\xfe text.mkv".to_vec()), b"bytes"),
        house.film(long("x"), b"as long as a name may be"),
        house.film("empty.mkv", b""),
    ];
    let moved = vec![
        house.film("Fargo/Season 01/Fargo - S01E01.mkv", &[3; 70_000]),
        house.film(OsString::from_vec(b"moved \xfe.mkv".to_vec()), b"other bytes"),
        house.film(long("y"), b"moved, and as long"),
    ];
    house.film("never cached.mkv", b"not ours");
    let before = house.library();
    house.cache(&kept);
    let mut args: Vec<OsString> = ["cache", "--mode", "move", "--"].map(OsString::from).to_vec();
    args.extend(moved.iter().map(|film| film.clone().into_os_string()));
    let ran = house.run(args);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert_eq!(house.active(), 8);
    Films { kept, moved, before }
}

impl Films {
    /// Everything is as before, but that what was given up is a new file (which may have got the old number).
    fn are_back(&self, house: &House) {
        let mut now = house.library();
        for film in &self.moved {
            now.get_mut(film).unwrap().ino = self.before[film].ino;
        }
        assert!(now == self.before, "{now:#?}\n{:#?}", self.before);
    }
}

fn count(report: &Value, of: &str) -> usize {
    report[of].as_array().unwrap().len()
}

#[test]
fn with_the_data_dir_gone_everything_comes_back() {
    let house = House::new();
    let films = cached(&house);
    fs::remove_dir_all(house.at("data")).unwrap();

    let report = house.tell(["rescue"]);
    films.are_back(&house);
    assert_eq!((count(&report, "restored"), count(&report, "copied_back")), (5, 3), "{report:#}");
    assert_eq!(report["copies_deleted"], 8, "{report:#}");
    assert_eq!(house.copies(), Vec::<PathBuf>::new());
    assert!(!house.at("data").exists(), "no store is made");

    let again = house.run(["rescue"]);
    assert_eq!(again.code, 0, "{}", again.stdout);
    assert!(again.stdout.contains("0 originals put back"), "{}", again.stdout);
    // A new store begins by saying that the cache dir is its own.
    house.tell(["cache-dir", "adopt"]);
    house.cache([&films.kept[0]]);
    assert!(films.kept[0].is_symlink());
}

#[test]
fn without_any_configuration_the_folders_are_enough() {
    let house = House::new();
    let films = cached(&house);
    fs::remove_dir_all(house.at("data")).unwrap();
    fs::remove_file(house.at("cacherr.toml")).unwrap();

    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_cacherr"));
    command.env_clear().env("HOME", house.dir.path()).env("CACHERR_CACHE__RELEASE_GRACE", "0s");
    command.current_dir(house.dir.path()).args(["rescue", "library", "--cache-dir", "fast"]);
    let output = command.output().unwrap();
    let (said, told) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success(), "{said}{told}");
    films.are_back(&house);
    assert_eq!(told.matches(": put back\n").count(), 5, "{told}");
    assert_eq!(told.matches(": copied back from the cache\n").count(), 3, "{told}");
    assert!(said.contains("5 originals put back"), "{said}");
    assert!(said.contains("8 copies deleted"), "{said}");
}

#[test]
fn a_corrupted_store_is_neither_needed_nor_opened() {
    let house = House::new();
    let films = cached(&house);
    let store = house.at("data/cacherr.redb");
    let junk = vec![0x5a; 100_000];
    fs::write(&store, &junk).unwrap();
    assert_eq!(house.run(["restore", "--all"]).code, 1, "the store is of no use");

    house.tell([OsStr::new("rescue"), house.at("library").as_os_str()]);
    films.are_back(&house);
    assert!(fs::read(&store).unwrap() == junk);
}

#[test]
fn with_a_row_that_cannot_be_read_nothing_is_begun_and_people_are_told_what_helps() {
    let house = House::new();
    let films = cached(&house);
    let library = house.library();
    tamper(&house.at("data/cacherr.redb"), "files_v1", |files| {
        let first = files.first().unwrap().unwrap().0.value().to_vec();
        files.insert(&first[..], &b"\x63 from the future"[..]).unwrap();
    });
    for words in [&["run"][..], &["check"], &["restore", "--all"]] {
        let ran = house.run(words);
        assert_eq!(ran.code, 1, "{words:?}");
        for word in ["files_v1", "restore a backup", "cacherr rescue"] {
            assert!(ran.stderr.contains(word), "{words:?}: {}", ran.stderr);
        }
    }
    assert!(house.library() == library);
    house.tell([OsStr::new("rescue"), house.at("library").as_os_str()]);
    films.are_back(&house);
}

#[test]
fn with_the_cache_volume_dead_too_kept_originals_come_back_and_lost_films_are_named() {
    let house = House::new();
    let films = cached(&house);
    fs::remove_dir_all(house.at("data")).unwrap();
    fs::remove_dir_all(house.at("fast")).unwrap();

    let (code, document) = house.ask(["rescue"]);
    assert_eq!((code, &document["code"]), (1, &"needs_attention".into()), "{document:#}");
    assert_eq!(document["error"], "3 things are left that need a person");
    assert_eq!(count(&document["data"], "restored"), 5, "{document:#}");
    assert_eq!(count(&document["data"], "left"), 3, "{document:#}");
    for film in &films.kept {
        assert!(house.library()[film] == films.before[film], "{film:?}");
    }
    for film in &films.moved {
        assert!(film.is_symlink(), "{film:?}: the link tells what there was");
    }
    let told = house.run(["rescue"]);
    assert_eq!(told.code, 1);
    assert!(told.stdout.contains("Fargo - S01E01.mkv"), "{}", told.stdout);
}

#[test]
fn a_missing_library_or_a_wrong_cache_dir_touches_nothing() {
    let house = House::new();
    let films = cached(&house);
    let (library, bytes) = (house.library(), hash(&films.kept[0]));
    let (code, document) = house.ask(["rescue", "--cache-dir", "elsewhere"]);
    assert_eq!((code, count(&document["data"], "left")), (1, 5), "{document:#}");
    let (code, _) = house.ask(["rescue", "nowhere"]);
    assert_eq!(code, 1);
    assert!(house.library() == library);
    assert_eq!(hash(&films.kept[0]), bytes);
    assert_eq!(house.active(), 8, "the store knows them still");
}

#[test]
fn while_somebody_works_on_the_data_dir_nothing_is_rescued() {
    let house = House::new();
    let film = house.film("a.mkv", b"aaaa");
    house.cache([&film]);
    let instance = house.start();
    let (code, document) = house.ask(["rescue"]);
    assert_eq!((code, &document["code"]), (4, &"data_dir_in_use".into()));
    assert_eq!(instance.stop().0, Some(0));

    let lock = File::options().write(true).open(house.at("data/cacherr.lock")).unwrap();
    lock.lock().unwrap();
    let (code, document) = house.ask(["rescue"]);
    assert_eq!((code, &document["code"]), (4, &"data_dir_in_use".into()));
    assert!(film.is_symlink());
    drop(lock);
    house.tell(["rescue"]);
    assert!(!film.is_symlink());
}
