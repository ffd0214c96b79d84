//! Exit codes, and the shapes that scripts rely on.

use std::fs;

use super::House;

#[test]
fn exit_codes_tell_usage_configuration_and_failure_apart() {
    let house = House::new();
    assert_eq!(house.run(["nonsense"]).code, 2);
    assert_eq!(house.run(["restore"]).code, 2, "neither a path nor --all");
    assert_eq!(house.run(["restore", "--cache-lost", "a"]).code, 2, "only together with --all");
    assert_eq!(house.run(["cache", "x", "--operation", "whim"]).code, 2);
    assert_eq!(house.run(["--version"]).code, 0);
    assert_eq!(house.run(["--help"]).code, 0);
    assert_eq!(house.run(["healthcheck"]).code, 1, "nobody answers");
    let outside = house.run(["cache", "/etc/hostname"]);
    assert_eq!(outside.code, 1);
    assert!(outside.stdout.contains("code: outside_libraries"), "{}", outside.stdout);
    fs::write(house.at("cacherr.toml"), "[cash]\n").unwrap();
    let wrong = house.run(["status"]);
    assert_eq!(wrong.code, 3);
    assert!(
        wrong.stderr.starts_with("error: ") && wrong.stderr.contains("\ncode: config_invalid\n"),
        "{}",
        wrong.stderr
    );
    assert_eq!(house.run(["config", "check"]).code, 3);
    assert_eq!(house.run(["config", "defaults"]).code, 0);
    for works in [&["completions", "bash"][..], &["manpage"], &["version"]] {
        assert_eq!(house.run(works).code, 0, "{works:?} needs no configuration");
    }
}

#[test]
fn paths_says_where_everything_is_and_makes_nothing() {
    let house = House::new();
    let told = house.tell(["paths"]);
    for (what, place) in [
        ("data_dir", "data"),
        ("config_file", "cacherr.toml"),
        ("store", "data/cacherr.redb"),
        ("lock", "data/cacherr.lock"),
        ("control_socket", "data/cacherr.sock"),
        ("setup_token", "data/setup-token"),
        ("cache_dir", "fast"),
    ] {
        assert_eq!(told[what], house.at(place).display().to_string(), "{what}");
    }
    assert_eq!(told["config_file_exists"], true);
    assert_eq!(told["libraries"][0]["path"], house.at("library").display().to_string());
    assert!(!house.at("data").exists());
    // As a service of systemd finds it.
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_cacherr"));
    command.args(["paths", "--json"]).env_clear().env("STATE_DIRECTORY", "/var/lib/cacherr");
    let told: serde_json::Value = serde_json::from_slice(&command.output().unwrap().stdout).unwrap();
    assert_eq!(told["data"]["data_dir_from"], "STATE_DIRECTORY");
    assert_eq!(told["data"]["config_file"], "/var/lib/cacherr/cacherr.toml");
    assert_eq!(told["data"]["config_file_exists"], false);
}

#[test]
fn version_says_the_same_to_people_and_to_programs() {
    let house = House::new();
    let told = house.tell(["version"]);
    assert_eq!(told["version"], env!("CARGO_PKG_VERSION"));
    let text = house.run(["version"]).stdout;
    assert_eq!(text.lines().next(), house.run(["--version"]).stdout.lines().next());
    assert_eq!(text.lines().nth(1), told["target"].as_str());
}

#[test]
fn a_failure_is_one_document_with_sentence_and_code() {
    let house = House::new();
    fs::write(house.at("cacherr.toml"), "[cash]\n").unwrap();
    let (code, document) = house.ask(["status"]);
    assert_eq!(code, 3);
    let keys: Vec<&String> = document.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["code", "error", "success"]);
    assert_eq!((&document["success"], &document["code"]), (&false.into(), &"config_invalid".into()));
}

#[test]
fn what_was_refused_is_told_for_each_file_and_the_others_are_cached() {
    let house = House::new();
    let film = house.film("a.mkv", b"aaaa");
    house.film("folder/b.mkv", b"b");
    let (code, document) =
        house.ask(["cache".as_ref(), film.as_os_str(), "library/folder".as_ref(), "/etc/hostname".as_ref()]);
    assert_eq!((code, document["success"].as_bool()), (1, Some(false)));
    assert_eq!(document["error"], "2 of 3 files were not cached");
    let results: Vec<(&str, Option<&str>)> = document["data"]["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| (file["result"].as_str().unwrap(), file["error"]["code"].as_str()))
        .collect();
    assert_eq!(
        results,
        [("failed", Some("not_regular_file")), ("failed", Some("outside_libraries")), ("cached", None)]
    );
    assert!(film.is_symlink());
}

#[test]
fn status_tells_files_volume_libraries_and_jobs() {
    let house = House::new();
    let unused = house.tell(["status"]);
    assert_eq!(unused["cache"]["state"], "unused");
    assert!(!house.at("fast/.cacherr").exists(), "looking leaves no trace");
    let film = house.film("a.mkv", &[1; 4096]);
    house.cache([&film]);
    let status = house.tell(["status"]);
    assert_eq!(status["files"]["active"], serde_json::json!({ "files": 1, "bytes": 4096 }));
    assert_eq!(status["cache"]["state"], "ok");
    assert_eq!(status["libraries"][0]["name"], "Movies");
    assert_eq!(status["libraries"][0]["cached"]["files"], 1);
    assert_eq!((&status["open_jobs"], &status["jobs"]), (&0.into(), &serde_json::json!([])));
}

#[test]
fn check_puts_back_what_lost_its_copy_and_stops_where_too_much_is_gone() {
    let house = House::new();
    let films: Vec<_> = (0..12).map(|n| house.film(format!("{n}.mkv"), &[n; 100])).collect();
    let before = house.library();
    house.cache(&films);
    fs::remove_file(house.at("fast/Movies/3.mkv")).unwrap();
    let checked = house.tell(["check"]);
    assert_eq!(checked["healed"][0], films[3].to_str().unwrap());
    assert!(!films[3].is_symlink());

    fs::remove_dir_all(house.at("fast/Movies")).unwrap();
    let (code, braked) = house.ask(["check"]);
    assert_eq!((code, braked["code"].as_str()), (1, Some("mass_orphan_brake")));
    assert_eq!(house.tell(["check", "--confirm"])["healed"].as_array().unwrap().len(), 11);
    assert!(house.library() == before);
}

#[test]
fn a_cache_volume_that_is_away_refuses_until_it_is_adopted() {
    let house = House::new();
    let (a, b) = (house.film("a.mkv", b"aaaa"), house.film("b.mkv", b"bbbb"));
    house.cache([&a]);
    house.tell(["restore", "--all"]);
    fs::remove_dir_all(house.at("fast")).unwrap();
    fs::create_dir(house.at("fast")).unwrap();
    let (code, refused) = house.ask(["cache".as_ref(), b.as_os_str()]);
    assert_eq!((code, refused["code"].as_str()), (1, Some("cache_volume_missing")));
    assert_eq!(house.tell(["status"])["cache"]["state"], "missing");
    house.tell(["cache-dir", "adopt"]);
    house.cache([&b]);
    assert!(b.is_symlink());
}

#[test]
fn the_doctor_says_the_same_with_and_without_an_instance_and_fails_where_something_does_not_work() {
    let house = House::new();
    let summary = |document: &serde_json::Value| -> Vec<(String, String)> {
        let findings = document["findings"].as_array().unwrap().iter();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        findings.map(|finding| (text(&finding["check"]), text(&finding["verdict"]))).collect()
    };
    fs::set_permissions(house.at(""), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let alone = house.tell(["doctor"]);
    assert_eq!(alone["failures"], 0, "{alone:#}");
    let instance = house.start();
    assert_eq!(summary(&house.tell(["doctor"])), summary(&alone));
    assert_eq!(instance.stop().0, Some(0));

    fs::set_permissions(house.at("fast"), std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let (code, document) = house.ask(["doctor"]);
    assert_eq!((code, &document["error"]), (1, &"one thing does not work".into()), "{document:#}");
    assert!(summary(&document["data"]).contains(&("cache_way".to_owned(), "failure".to_owned())));
    let ran = house.run(["doctor"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("FAILURE") && ran.stdout.contains("-> run `chmod o+x"), "{}", ran.stdout);
    assert!(ran.stderr.contains("wakes their disks") && !ran.stdout.contains('\u{1b}'), "{}", ran.stderr);
    assert_eq!(super::super::support::house::names(&house.at("library")), [] as [String; 0]);
}
