//! Whoever supervises the process, by the protocol of `sd_notify(3)`: told when it is ready, starts anew, stops, and lives.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr as UnixAddress, UnixDatagram, UnixStream};
use std::process::Command;
use std::time::Duration;

use rustix::process::Signal;
use rustix::time::{ClockId, clock_gettime};

use super::restart::{KEY, ask, signal, started_at};
use super::{House, Instance, wait_for};

/// Who listens, as systemd does.
struct Supervisor {
    socket: UnixDatagram,
    name: String,
}

impl Supervisor {
    /// At a socket in the file system.
    fn at_path(house: &House) -> Self {
        let path = house.at("notify");
        Self::of(UnixDatagram::bind(&path).unwrap(), path.display().to_string())
    }

    /// At one that has only a name.
    fn at_name(name: &str) -> Self {
        let name = format!("cacherr-{name}-{}", std::process::id());
        let address = UnixAddress::from_abstract_name(&name).unwrap();
        Self::of(UnixDatagram::bind_addr(&address).unwrap(), format!("@{name}"))
    }

    fn of(socket: UnixDatagram, name: String) -> Self {
        socket.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        Self { socket, name }
    }

    fn run(&self, house: &House, more: &[(&str, &str)]) -> Instance {
        let mut command: Command = house.command(["run"]);
        command.env("CACHERR_API_KEY", KEY).env("NOTIFY_SOCKET", &self.name);
        command.envs(more.iter().copied());
        house.start_by(command)
    }

    /// The next that is told.
    fn hears(&self) -> Vec<String> {
        let mut bytes = [0; 4096];
        let length = self.socket.recv(&mut bytes).expect("nothing was told");
        String::from_utf8_lossy(&bytes[..length]).lines().map(str::to_owned).collect()
    }

    /// All that is told up to a message with that line.
    fn hears_until(&self, line: &str) -> Vec<Vec<String>> {
        let mut told = vec![self.hears()];
        while !told.last().unwrap().iter().any(|one| one == line) {
            told.push(self.hears());
        }
        told
    }

    /// Whether nothing is told for a while.
    fn hears_nothing(&self, within: Duration) -> bool {
        self.socket.set_read_timeout(Some(within)).unwrap();
        let nothing = self.socket.recv(&mut [0; 4096]).is_err();
        self.socket.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        nothing
    }
}

fn value<'m>(message: &'m [String], name: &str) -> &'m str {
    let value = message.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    value.unwrap_or_else(|| panic!("{name} in {message:?}"))
}

/// Where it says that it is ready.
fn address(message: &[String]) -> SocketAddr {
    let status = value(message, "STATUS").strip_prefix("ready at http://").unwrap();
    status.split(['/', ';']).next().unwrap().parse().unwrap()
}

fn monotonic() -> i64 {
    let now = clock_gettime(ClockId::Monotonic);
    now.tv_sec * 1_000_000 + now.tv_nsec / 1_000
}

#[test]
fn ready_is_told_once_it_answers_and_the_end_before_it_comes() {
    let house = House::new();
    let supervisor = Supervisor::at_path(&house);
    // Nobody looks at the log first: what is told has to be true by itself.
    let mut command = house.command(["run"]);
    command.env("NOTIFY_SOCKET", &supervisor.name).env("CACHERR_API_KEY", KEY);
    let mut child = command.spawn().unwrap();
    let told = supervisor.hears_until("READY=1");
    let (ready, before) = told.split_last().unwrap();
    assert_eq!(ask(address(ready), "GET", "/readyz").0, 200);
    assert!(house.at("data/cacherr.redb").exists());
    let states: Vec<&str> = before.iter().map(|message| value(message, "STATUS")).collect();
    assert_eq!(states, ["opening the store", "looking at what was under way"]);
    assert!(!told.concat().iter().any(|line| line.starts_with("WATCHDOG")), "nobody asked: {told:?}");

    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, Signal::TERM).unwrap();
    assert_eq!(supervisor.hears(), ["STOPPING=1", "STATUS=stopping"]);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(supervisor.hears_nothing(Duration::from_millis(50)), "the end is told once");
}

#[test]
fn a_start_that_fails_is_never_ready_and_says_why() {
    let house = House::new();
    let supervisor = Supervisor::at_path(&house);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut command = house.command(["run"]);
    command.env("NOTIFY_SOCKET", &supervisor.name);
    command.env("CACHERR_SERVER__BIND", taken.local_addr().unwrap().to_string());
    assert_eq!(command.output().unwrap().status.code(), Some(1));
    let told = supervisor.hears_until("STOPPING=1");
    assert!(!told.concat().contains(&"READY=1".to_owned()), "{told:?}");
    let why = value(told.last().unwrap(), "STATUS");
    assert!(why.contains("listen at") && why.contains("in use"), "{why}");
}

#[test]
fn a_hangup_is_told_as_a_reload_and_ready_only_when_another_start_answers() {
    let house = House::new();
    let supervisor = Supervisor::at_name("reload");
    let instance = supervisor.run(&house, &[]);
    let at = address(supervisor.hears_until("READY=1").last().unwrap());
    let first = started_at(at);
    let asked = monotonic();
    signal(&instance, Signal::HUP);
    let told = supervisor.hears_until("READY=1");
    let reloads: Vec<_> = told.iter().filter(|message| message[0] == "RELOADING=1").collect();
    assert!(!reloads.is_empty() && told[0][0] == "RELOADING=1", "{told:?}");
    for reload in reloads {
        let when: i64 = value(reload, "MONOTONIC_USEC").parse().unwrap();
        assert!(asked <= when && when <= monotonic(), "{asked} {when}");
    }
    assert_eq!(address(told.last().unwrap()), at);
    assert_ne!(started_at(at), first, "ready is told of the new one");

    // What cannot be used is told, too: whoever waits for the reload does not wait in vain.
    let file = house.at("cacherr.toml");
    let good = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, good.replace("min_free", "min_fee")).unwrap();
    let second = started_at(at);
    signal(&instance, Signal::HUP);
    let told = supervisor.hears_until("READY=1");
    assert_eq!(told[0][0], "RELOADING=1");
    assert!(value(told.last().unwrap(), "STATUS").contains("min_fee"), "{told:?}");
    assert_eq!(started_at(at), second);

    // By the API it is the same.
    std::fs::write(&file, good).unwrap();
    assert_eq!(ask(at, "POST", "/api/system/restart").0, 202);
    let told = supervisor.hears_until("READY=1");
    assert_eq!(told[0][0], "RELOADING=1");
    assert_ne!(started_at(at), second);
    assert_eq!(instance.stop().0, Some(0));
    assert_eq!(supervisor.hears(), ["STOPPING=1", "STATUS=stopping"]);
}

#[test]
fn the_journal_stamps_lines_by_itself_and_nobody_else_does() {
    let house = House::new();
    let first_line = |is_named: bool| {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let stat = rustix::fs::fstat(&theirs).unwrap();
        let inode = if is_named { stat.st_ino } else { stat.st_ino + 1 };
        let mut command = house.command(["run"]);
        command.env("JOURNAL_STREAM", format!("{}:{inode}", stat.st_dev));
        let mut child = command.stderr(OwnedFd::from(theirs)).spawn().unwrap();
        drop(command);
        let line = BufReader::new(ours).lines().next().unwrap().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        line
    };
    let (named, other) = (first_line(true), first_line(false));
    let is_stamped = |line: &str| line.starts_with("20");
    assert!(["INFO", "WARN"].iter().any(|level| named.trim_start().starts_with(level)), "{named}");
    assert!(is_stamped(&other), "{other}");
}

#[test]
fn it_is_told_that_it_lives_for_as_long_as_it_does() {
    let house = House::new();
    let supervisor = Supervisor::at_name("watchdog");
    let instance = supervisor.run(&house, &[("WATCHDOG_USEC", "600000")]);
    let ready = supervisor.hears_until("READY=1").pop().unwrap();
    assert_eq!(value(&ready, "WATCHDOG_USEC"), "600000");
    for _ in 0..4 {
        assert_eq!(supervisor.hears(), ["WATCHDOG=1"]);
    }
    signal(&instance, Signal::STOP);
    wait_for("silence", || supervisor.hears_nothing(Duration::from_millis(600)));
    signal(&instance, Signal::CONT);
    assert_eq!(supervisor.hears(), ["WATCHDOG=1"]);

    signal(&instance, Signal::HUP);
    let told = supervisor.hears_until("READY=1");
    let anew = told.iter().position(|message| message.contains(&"STATUS=starting anew".to_owned())).unwrap();
    assert_eq!(value(&told[anew], "WATCHDOG_USEC"), "600000000", "they are asked for patience");
    assert!(!told[anew + 1..told.len() - 1].concat().contains(&"WATCHDOG=1".to_owned()), "{told:?}");
    assert_eq!(value(told.last().unwrap(), "WATCHDOG_USEC"), "600000", "until it is ready");
    supervisor.hears_until("WATCHDOG=1");
    assert_eq!(instance.stop().0, Some(0));
    supervisor.hears_until("STOPPING=1");
}
