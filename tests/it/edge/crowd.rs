//! Very many connections, and fewer descriptors than that.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::PATIENCE;
use crate::process::{House, Instance, wait_for};
use crate::support::tell;

/// What an idle connection may cost, in bytes.
const EACH: u64 = 24 << 10;

/// The port that an instance says it listens at.
pub fn port(instance: &Instance) -> u16 {
    let log = instance.log();
    let (_, rest) = log.split_once("://127.0.0.1:").expect(&log);
    rest.split('/').next().unwrap().parse().expect(&log)
}

fn ask(port: u16, path: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap_or_default();
    answer
}

fn is_well(port: u16) -> bool {
    ask(port, "/healthz").starts_with("HTTP/1.0 200")
}

/// Resident memory in bytes.
fn memory(instance: &Instance) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", instance.pid())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() << 10
}

/// Time that the processor spent on it, in ticks.
fn spent(instance: &Instance) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{}/stat", instance.pid())).unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

fn allow_files(count: u64) {
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_some_and(|current| current < count) {
        let current = limit.maximum.map_or(count, |maximum| maximum.min(count));
        setrlimit(Resource::Nofile, Rlimit { current: Some(current), ..limit }).unwrap();
    }
}

#[test]
fn five_thousand_who_say_nothing_cost_little_and_leave_nothing() {
    allow_files(8_000);
    let house = House::new();
    let mut command = house.command(["run"]);
    command.env("CACHERR_SERVER__CONNECTIONS", "6000");
    let instance = house.start_by(command);
    let port = port(&instance);
    assert!(is_well(port));
    let before = memory(&instance);
    // What is begun costs more than nothing.
    let silent: Vec<TcpStream> = (0..5_000)
        .map(|number| {
            let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
            if number % 2 == 0 {
                stream.write_all(b"GET /api/cached/files HTTP/1.1\r\nX: ").unwrap();
            }
            stream
        })
        .collect();
    assert!(is_well(port), "{}", instance.log());
    let grown = memory(&instance).saturating_sub(before);
    tell(&format!("5000 idle connections take {:.1} MiB", grown as f64 / f64::from(1 << 20)));
    assert!(grown < 5_000 * EACH, "{grown} bytes");
    // By then the first of them have been sent away.
    wait_for("them to be let go", || files(&instance) < 100);
    assert!(is_well(port));
    drop(silent);
    assert_eq!(instance.stop().0, Some(0));
}

/// Files that a process has open.
fn files(instance: &Instance) -> usize {
    fs::read_dir(format!("/proc/{}/fd", instance.pid())).unwrap().count()
}

#[test]
fn more_than_there_may_be_are_refused_and_told_of_once() {
    let house = House::new();
    let mut command = house.command(["run"]);
    command.env("CACHERR_SERVER__CONNECTIONS", "16");
    let instance = house.start_by(command);
    let port = port(&instance);
    let taken: Vec<TcpStream> = (0..100).map(|_| TcpStream::connect(("127.0.0.1", port)).unwrap()).collect();
    wait_for("a refusal", || instance.log().contains("server.connections allows"));
    assert_eq!(instance.log().matches("a connection was refused").count(), 1, "{}", instance.log());
    drop(taken);
    wait_for("an answer", || is_well(port));
    assert_eq!(instance.stop().0, Some(0));
}

#[test]
fn without_descriptors_it_waits_and_goes_on_when_there_are_some() {
    let house = House::new();
    let run = house.command(["run"]);
    let mut command = Command::new("sh");
    command.env_clear().envs(run.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.args(["-c", "ulimit -n 64 && exec \"$@\"", "sh"]).arg(run.get_program()).args(run.get_args());
    let instance = house.start_by(command);
    let port = port(&instance);
    let taken: Vec<TcpStream> = (0..100).map(|_| TcpStream::connect(("127.0.0.1", port)).unwrap()).collect();
    wait_for("a failure", || instance.log().contains("no connection can be accepted"));
    let (since, spent_before) = (Instant::now(), spent(&instance));
    // This is what is measured: what it does in a second in which it can do nothing.
    std::thread::sleep(Duration::from_secs(1));
    let busy = spent(&instance) - spent_before;
    assert!(busy < 30, "{busy} ticks within {:?}: it spins", since.elapsed());
    assert_eq!(instance.log().matches("no connection can be accepted").count(), 1, "{}", instance.log());
    drop(taken);
    wait_for("an answer", || is_well(port));
    assert_eq!(instance.stop().0, Some(0));
}
