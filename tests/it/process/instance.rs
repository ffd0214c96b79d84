//! One instance at a time; commands reach it; it stops in order and goes on where it was.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use super::{House, hash, wait_for};

#[test]
fn a_second_instance_is_refused_and_commands_go_to_the_first() {
    let house = House::new();
    let film = house.film("a.mkv", &[1; 100_000]);
    let instance = house.start();
    let second = house.run(["run"]);
    assert_eq!(second.code, 4, "{}", second.stderr);
    assert!(second.stderr.contains("code: data_dir_in_use"), "{}", second.stderr);

    house.cache([&film]);
    assert!(film.is_symlink());
    assert_eq!(house.tell(["status"])["running"], true);
    house.tell(["check", "--deep"]);
    house.tell(["restore", "--all"]);
    assert!(!film.is_symlink());
    assert!(instance.log().contains("cached"), "{}", instance.log());

    let (code, _) = instance.stop();
    assert_eq!(code, Some(0));
    assert!(!house.at("data/cacherr.sock").exists());
    assert_eq!(house.tell(["status"])["running"], false);
}

#[test]
fn an_instance_on_a_free_port_says_which_it_became() {
    let house = House::new();
    let instance = house.start();
    let log = instance.log();
    let (_, rest) = log.split_once("listening at http://127.0.0.1:").expect(&log);
    let port: u16 = rest.split('/').next().unwrap().parse().expect(&log);
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_ok(), "{log}");
    assert_eq!(instance.stop().0, Some(0));
}

#[tokio::test]
async fn a_first_start_lets_nobody_in_and_shows_how_to_make_an_account() {
    let house = House::new();
    let instance = house.start();
    let log = instance.log();
    let (_, rest) = log.split_once("listening at ").expect(&log);
    let url = rest.split_whitespace().next().unwrap().trim_end_matches('/').to_owned();
    let client = crate::support::http_client();
    let status =
        async |path: &str| client.get(format!("{url}{path}")).send().await.unwrap().status().as_u16();
    assert_eq!((status("/healthz").await, status("/api/version").await), (200, 401));
    let token = fs::read_to_string(house.at("data/setup-token")).unwrap();
    assert!(log.contains(token.trim()), "{log}");
    let body =
        serde_json::json!({ "token": token.trim(), "name": "user1", "password": "correct horse battery" });
    let answer = client.post(format!("{url}/api/auth/setup")).json(&body).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let me = client.get(format!("{url}/api/auth/me")).header("Cookie", cookie).send().await.unwrap();
    assert_eq!(me.status(), 200);
    assert_eq!(instance.stop().0, Some(0));
}

#[test]
fn the_data_dir_and_its_socket_are_private_and_a_dead_socket_is_replaced() {
    let house = House::new();
    drop(house.start());
    assert!(house.at("data/cacherr.sock").exists(), "it was killed");
    assert_eq!(house.tell(["status"])["running"], false);
    let instance = house.start();
    assert_eq!(house.tell(["status"])["running"], true);
    let mode = |name: &str| fs::metadata(house.at(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("data"), mode("data/cacherr.sock")), (0o700, 0o600));
    assert_eq!(instance.stop().0, Some(0));
}

#[test]
fn commands_without_an_instance_take_turns() {
    let house = House::new();
    let films = [house.film("a.mkv", b"aaaa"), house.film("b.mkv", b"bbbb")];
    let commands: Vec<_> = films
        .iter()
        .map(|film| house.command(["cache".as_ref(), film.as_os_str()]).spawn().unwrap())
        .collect();
    for command in commands {
        let output = command.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(house.active(), 2);
}

#[test]
fn a_socket_is_reached_however_long_the_name_of_its_folder() {
    let house = House::new();
    let text = fs::read_to_string(house.at("cacherr.toml")).unwrap();
    let long = house.at("data").join("d".repeat(150));
    fs::write(
        house.at("cacherr.toml"),
        text.replacen(house.at("data").to_str().unwrap(), long.to_str().unwrap(), 1),
    )
    .unwrap();
    let mut child = house.command(["run"]).spawn().unwrap();
    wait_for("the socket", || long.join("cacherr.sock").exists());
    assert_eq!(house.tell(["status"])["running"], true);
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::INT)
        .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_copy_under_way_stops_within_ten_seconds_and_goes_on_after_the_restart() {
    let house = House::new();
    house.configure("bandwidth = \"1MB\"");
    let film = house.film("long.mkv", &[5; 40 << 20]);
    let before = hash(&film);
    let instance = house.start();
    let mut command = house.command(["cache".as_ref(), film.as_os_str()]).spawn().unwrap();
    wait_for("the copy to begin", || {
        house.tell(["status"])["jobs"][0]["bytes_done"].as_u64().is_some_and(|done| done > 0)
    });
    let (code, took) = instance.stop();
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(10), "{took:?}");
    assert_eq!(command.wait().unwrap().code(), Some(1), "whoever waited is told");
    assert!(!film.is_symlink());
    assert_eq!(house.tell(["status"])["jobs"][0]["state"], "queued");

    house.configure("");
    let instance = house.start();
    wait_for("the copy to be finished", || house.active() == 1);
    assert!(film.is_symlink());
    assert_eq!(hash(&film), before);
    assert_eq!(instance.stop().0, Some(0));
}

#[test]
fn a_trial_of_the_doctor_ends_with_the_process_and_leaves_nothing_in_the_library() {
    let house = House::new();
    let text = fs::read_to_string(house.at("cacherr.toml")).unwrap();
    // Twenty swaps by link and rename take longer than anybody waits for the end of a process.
    fs::write(house.at("cacherr.toml"), format!("{text}swap = \"link_rename\"\n")).unwrap();
    let instance = house.start();
    let mut doctor = house.command(["doctor"]).spawn().unwrap();
    let is_there = || fs::read_dir(house.at("library")).unwrap().count();
    wait_for("the trial to begin", || is_there() == 1);
    let (code, took) = instance.stop();
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(8), "{took:?}");
    assert_eq!(is_there(), 0, "the trial's folder is gone");
    assert!(!doctor.wait().unwrap().success(), "nobody was told that all is well");
}
