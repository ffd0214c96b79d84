//! The sample that newcomers see.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use serde_json::Value;
use tempfile::TempDir;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::{Instance, PATIENCE, wait_for};

fn demo(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cacherr"));
    command.env_clear().args(["demo", "--dir"]).arg(dir).stdin(Stdio::null());
    command
}

fn start(dir: &Path, log: &Path) -> Instance {
    start_at(dir, log, None)
}

fn start_at(dir: &Path, log: &Path, port: Option<u16>) -> Instance {
    let log_file = fs::File::create(log).unwrap();
    let mut command = demo(dir);
    command.args(port.map(|port| format!("--port={port}")));
    let child = command.stdout(log_file.try_clone().unwrap()).stderr(log_file).spawn().unwrap();
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

#[tokio::test]
async fn what_the_demos_people_play_is_cached_for_them_and_some_of_it_is_a_hit() {
    let dir = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let (sample, log) = (dir.path().join("sample"), dir.path().join("log"));
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let instance = start_at(&sample, &log, Some(free.port()));
    let key = key(&instance.log()).to_owned();
    let client = crate::support::http_client();
    let get = async |path: &str| -> Value {
        let request = client.get(format!("http://{free}{path}")).header("X-Api-Key", &key);
        request.send().await.unwrap().json::<Value>().await.unwrap()["data"].take()
    };
    let mut wanted = BTreeSet::from(["session_started", "job_progress", "cache_file_added", "session_ended"]);
    let mut request = format!("ws://{free}/ws?since=0").into_client_request().unwrap();
    request.headers_mut().insert("X-Api-Key", key.parse().unwrap());
    let mut socket = tokio_tungstenite::connect_async(request).await.unwrap().0;
    while !wanted.is_empty() {
        let message =
            tokio::time::timeout(PATIENCE, socket.next()).await.expect("it became silent").unwrap().unwrap();
        if let Message::Text(text) = message {
            let frame: Value = serde_json::from_str(&text).unwrap();
            wanted.remove(frame["type"].as_str().unwrap());
        }
    }
    let until = Instant::now() + PATIENCE;
    loop {
        let files = get("/api/cached/files?status=active").await;
        let played: Vec<&Value> = files["files"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|file| file["triggered_by_operation"] == "active_watching")
            .collect();
        let users: Vec<&str> = played.iter().filter_map(|file| file["triggered_by_user"].as_str()).collect();
        let ahead = files["files"]
            .as_array()
            .unwrap()
            .iter()
            .any(|file| file["triggered_by_operation"] == "real_time_watch");
        let ratio = get("/api/cached/statistics").await["cache_hit_ratio"].as_f64().unwrap();
        let playing = get("/api/sessions").await["total_count"].as_i64().unwrap();
        if ahead
            && playing > 0
            && users.iter().any(|user| user.starts_with("user"))
            && 0.0 < ratio
            && ratio < 1.0
        {
            break;
        }
        assert!(Instant::now() < until, "{ratio} {playing} {files:#}\n{}", instance.log());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(instance.log().lines().all(|line| !line.contains("ERROR")), "{}", instance.log());
    assert_eq!(instance.stop().0, Some(0));
}
