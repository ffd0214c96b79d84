//! The sample that newcomers see.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use super::{Instance, wait_for};

fn demo(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cacherr"));
    command.env_clear().args(["demo", "--dir"]).arg(dir).stdin(Stdio::null());
    command
}

fn start(dir: &Path, log: &Path) -> Instance {
    let log_file = fs::File::create(log).unwrap();
    let child = demo(dir).stdout(log_file.try_clone().unwrap()).stderr(log_file).spawn().unwrap();
    let instance = Instance { child, log: log.to_path_buf() };
    wait_for("the demo", || instance.log().contains("ready"));
    instance
}

fn status(dir: &Path) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cacherr"));
    command.env_clear().arg("--data-dir").arg(dir.join("data")).args(["status", "--json"]);
    serde_json::from_slice(&command.output().unwrap().stdout).unwrap()
}

fn key(log: &str) -> &str {
    log.split_whitespace().skip_while(|word| *word != "key").nth(1).unwrap()
}

#[test]
fn the_demo_caches_within_seconds_and_is_taken_up_again() {
    let dir = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let (sample, log) = (dir.path().join("sample"), dir.path().join("log"));
    let instance = start(&sample, &log);
    wait_for("a film in the cache", || {
        status(&sample)["data"]["files"]["active"]["files"].as_u64() >= Some(2)
    });
    let first = instance.log();
    assert!(first.contains("curl -H 'X-Api-Key: demo-"), "{first}");
    assert_eq!(instance.stop().0, Some(0));

    let instance = start(&sample, &log);
    let second = instance.log();
    assert_eq!(key(&second), key(&first));
    assert!(status(&sample)["data"]["files"]["active"]["files"].as_u64() >= Some(2));
    assert_eq!(instance.stop().0, Some(0));
}

#[test]
fn the_demo_takes_over_no_folder_that_it_did_not_make() {
    let dir = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    fs::write(dir.path().join("mine.mkv"), "mine").unwrap();
    let output = demo(dir.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    let output = demo(&dir.path().join("new")).args(["--data-dir", "elsewhere"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "it brings its own");
}
