//! The cache volume died.

use std::fs;
use std::path::PathBuf;

use super::{House, hash};

#[test]
fn with_the_cache_lost_every_kept_original_comes_back() {
    let house = House::new();
    let films: Vec<PathBuf> = (0..12).map(|n| house.film(format!("{n}.mkv"), &[n; 9000])).collect();
    let before = house.library();
    house.cache(&films);
    fs::remove_dir_all(house.at("fast")).unwrap();

    let restored = house.tell(["restore", "--all", "--cache-lost"]);
    assert_eq!(restored["files"].as_array().unwrap().len(), films.len());
    assert!(house.library() == before, "{:#?}\n{before:#?}", house.library());
    assert_eq!(house.active(), 0);
}

#[test]
fn with_the_cache_lost_what_was_moved_is_listed_and_never_forgotten() {
    let house = House::new();
    let moved = house.film("moved.mkv", &[1; 40_000]);
    let copied = house.film("copied.mkv", &[2; 50_000]);
    let lost = hash(&moved);
    house.tell(["cache".as_ref(), moved.as_os_str(), "--mode".as_ref(), "move".as_ref()]);
    assert_eq!(fs::read_dir(house.at("library")).unwrap().count(), 2, "the original was given up");
    house.cache([&copied]);
    fs::remove_dir_all(house.at("fast")).unwrap();

    let (code, document) = house.ask(["restore", "--all", "--cache-lost"]);
    assert_eq!(code, 1);
    assert_eq!(document["code"], "unrecoverable");
    let gone = document["data"]["gone"].as_array().unwrap();
    assert_eq!(gone.len(), 1, "{document:#}");
    assert_eq!(gone[0]["file_path"], moved.to_str().unwrap());
    assert_eq!(gone[0]["file_size_bytes"], 40_000);
    assert_eq!(gone[0]["hash"], lost);
    assert!(!copied.is_symlink());

    let status = house.tell(["status"]);
    assert_eq!(status["files"]["orphaned"]["files"], 1);
    assert_eq!(status["attention"][0]["file_path"], moved.to_str().unwrap());
    let again = house.run(["restore", "--all", "--cache-lost"]);
    assert_eq!(again.code, 1, "{}", again.stdout);
    assert!(again.stdout.contains(&lost), "{}", again.stdout);
}

#[test]
fn a_running_instance_does_not_believe_that_its_cache_is_lost() {
    let house = House::new();
    let film = house.film("a.mkv", b"aaaa");
    house.cache([&film]);
    let instance = house.start();
    let (code, document) = house.ask(["restore", "--all", "--cache-lost"]);
    assert_eq!((code, document["code"].as_str()), (1, Some("invalid_parameter")));
    assert!(film.is_symlink());
    assert_eq!(instance.stop().0, Some(0));
}

#[test]
fn a_restore_that_waits_for_its_volume_is_told_and_goes_on_when_that_is_back() {
    let house = House::new();
    let film = house.film("a.mkv", &[1; 9000]);
    let before = house.library();
    house.cache([&film]);
    fs::rename(house.at("fast"), house.at("unplugged")).unwrap();
    let (code, document) = house.ask(["restore".as_ref(), film.as_os_str()]);
    assert_eq!((code, document["code"].as_str()), (1, Some("cache_volume_missing")));
    assert_eq!(document["data"]["files"][0]["result"], "waits");
    let (code, checked) = house.ask(["check"]);
    assert_eq!(code, 1);
    assert_eq!(checked["data"]["findings"][0]["file_path"], house.at("fast").to_str().unwrap());
    assert_eq!(checked["data"]["findings"][1]["file_path"], film.to_str().unwrap());

    fs::rename(house.at("unplugged"), house.at("fast")).unwrap();
    house.tell(["restore", "--all"]);
    assert!(house.library() == before);
}
