//! What a stranger, or somebody with a key and bad intentions, sends to the real binary: each is refused with the right
//! status, and afterwards the process is well, has not grown, and nothing outside the library was read, moved or named.
//!
//! `CACHERR_ATTACKS` (200): rounds of the race, and guesses of keys and passwords.

mod bodies;
mod doors;
mod paths;

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use crate::process::{House, Instance};

const KEY: &str = "a-key-for-attacks-alone";
/// What must come out nowhere.
const TREASURE: &str = "treasure-outside-of-every-library";
/// So much more may be resident afterwards.
const GROWTH: u64 = 96 << 20;

fn rounds() -> usize {
    std::env::var("CACHERR_ATTACKS").ok().and_then(|number| number.parse().ok()).unwrap_or(200)
}

/// An instance, and a file beside its library that is none of its business.
struct Target {
    house: House,
    instance: Option<Instance>,
    address: SocketAddr,
    before: u64,
}

impl Target {
    fn new() -> Self {
        let house = House::new();
        fs::write(house.at("treasure"), TREASURE).unwrap();
        let mut command = house.command(["run"]);
        command.env("CACHERR_API_KEY", KEY);
        let instance = house.start_by(command);
        let log = instance.log();
        let at = log.split("listening at http://").nth(1).expect(&log);
        let address = at.split('/').next().unwrap().parse().expect(&log);
        let mut target = Self { house, instance: Some(instance), address, before: 0 };
        // What every first request takes is not what an attack takes.
        assert!(
            target
                .send("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                .starts_with("HTTP/1.1 200")
        );
        target.before = target.resident();
        target
    }

    fn resident(&self) -> u64 {
        let status = format!("/proc/{}/status", self.instance.as_ref().unwrap().pid());
        let status = fs::read_to_string(status).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream.set_write_timeout(Some(Duration::from_secs(30))).unwrap();
        stream
    }

    /// Sends bytes as they are, and reads until the other side has ended.
    fn send(&self, bytes: impl AsRef<[u8]>) -> String {
        let mut stream = self.connect();
        // Whoever refuses early need not read everything.
        let _ = stream.write_all(bytes.as_ref());
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Sends JSON with the key: status and body of the answer.
    fn post(&self, path: &str, body: &Value) -> (u16, String) {
        let body = body.to_string();
        let answer = self.send(format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: {KEY}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        ));
        let text = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        (status(&answer), text.to_owned())
    }

    /// A request with the key, with this target written as it is.
    fn get(&self, method: &str, target: &str) -> String {
        self.send(format!(
            "{method} {target} HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: {KEY}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        ))
    }

    /// Everything is as it should be: well, not grown, silent about what is none of its business.
    fn is_well(mut self) {
        let health = self.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        assert!(health.starts_with("HTTP/1.1 200"), "{health}");
        let after = self.resident();
        assert!(after < self.before + GROWTH, "grew from {} to {after} bytes", self.before);
        assert_eq!(fs::read_to_string(self.house.at("treasure")).unwrap(), TREASURE);
        assert!(!holds(&self.house.at("fast"), TREASURE) && !holds(&self.house.at("data"), TREASURE));
        let instance = self.instance.take().unwrap();
        let log = instance.log();
        assert_eq!(instance.stop().0, Some(0), "{log}");
        assert!(!log.contains("panicked") && !log.contains(" ERROR ") && !log.contains(TREASURE), "{log}");
    }
}

/// Whether any file below a folder holds a text.
fn holds(folder: &Path, text: &str) -> bool {
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            let kind = path.symlink_metadata().unwrap().file_type();
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                let bytes = fs::read(&path).unwrap();
                if memchr::memmem::find(&bytes, text.as_bytes()).is_some() {
                    return true;
                }
            }
        }
    }
    false
}

fn status(answer: &str) -> u16 {
    let line = answer.lines().next().unwrap_or_default();
    line.split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .unwrap_or_else(|| panic!("no status: {answer:?}"))
}
