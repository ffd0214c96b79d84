//! Servers: ours in a house of its own, and others, each until it is dropped.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::measure::{Outcome, copy_file, resident};
use super::place::{HOME, Place};
use super::records::fast;

/// Nobody needs longer to begin.
const PATIENCE: Duration = Duration::from_secs(300);
/// How often somebody who does not listen yet is asked.
const AGAIN: Duration = Duration::from_micros(200);

/// What a house has in its store.
#[derive(Clone, Copy, PartialEq)]
pub enum Stock {
    /// Nothing.
    Nothing,
    /// All records, though none of their files: at the start more than a fifth is missing, so nothing is concluded.
    Everything,
}

/// A data dir, a fast volume, a library and a configuration. Gone when dropped.
pub struct Home {
    dir: PathBuf,
    program: PathBuf,
    port: u16,
    stock: Stock,
}

impl Home {
    pub fn make(place: &Place, stock: Stock) -> Outcome<Self> {
        let port = free_port()?;
        let dir = place.dir.join(format!("{HOME}{}-{port}", std::process::id()));
        let home = Self { dir, program: place.cacherr()?, port, stock };
        let cache = match stock {
            Stock::Nothing => home.dir.join("fast"),
            Stock::Everything => fast(&place.dir),
        };
        // The marker of another copy of the store would be in it.
        let _ = fs::remove_dir_all(&cache);
        fs::create_dir_all(&cache)?;
        for name in ["data", "library/movies", "library/series"] {
            fs::create_dir_all(home.dir.join(name))?;
        }
        if stock == Stock::Everything {
            copy_file(&place.our_store()?, &home.dir.join("data/cacherr.redb"))?;
        }
        let at = |below: &str| home.dir.join(below).display().to_string();
        let config = format!(
            "data_dir = \"{}\"\n[server]\nbind = \"127.0.0.1:{}\"\n[cache]\ndir = \"{}\"\nmin_free = \"0\"\n\
             [access]\nlocal_role = \"admin\"\n[[library]]\nname = \"Movies\"\npath = \"{}\"\n[[library]]\nname = \"Series\"\npath = \"{}\"\n",
            at("data"),
            home.port,
            cache.display(),
            at("library/movies"),
            at("library/series"),
        );
        fs::write(home.dir.join("cacherr.toml"), config)?;
        Ok(home)
    }

    pub fn movies(&self) -> PathBuf {
        self.dir.join("library/movies")
    }

    /// Starts the program, and waits until it answers.
    pub fn start(self) -> Outcome<Server> {
        let mut command = Command::new(&self.program);
        command.env_clear().env("HOME", &self.dir).current_dir(&self.dir);
        command.arg("--config").arg(self.dir.join("cacherr.toml")).arg("run");
        command.stderr(fs::File::create(self.dir.join("log"))?);
        let (port, log, is_full) = (self.port, self.dir.join("log"), self.stock == Stock::Everything);
        let server = Server::start(command, port, "/healthz", Some(self))?;
        let said = fs::read_to_string(log)?;
        if is_full && !server.text("/api/cached/files?limit=1")?.contains("\"has_more\":true") {
            return Err(format!("the records are not there:\n{said}").into());
        }
        Ok(server)
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.dir) {
            eprintln!("bench: {} is left: {error}", self.dir.display());
        }
    }
}

/// A running server. Killed when dropped, and then its house goes.
pub struct Server {
    child: Child,
    pub port: u16,
    /// Seconds from its start to its first answer,
    pub answered: f64,
    /// and to the first page of files.
    pub listed: f64,
    pub home: Option<Home>,
}

impl Server {
    /// Starts something that answers there.
    pub fn start(mut command: Command, port: u16, path: &str, home: Option<Home>) -> Outcome<Self> {
        let started = Instant::now();
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?;
        let mut server = Self { child, port, answered: 0.0, listed: 0.0, home };
        server.wait_for(path, started)?;
        server.answered = started.elapsed().as_secs_f64();
        server.wait_for(NEWEST, started)?;
        server.listed = started.elapsed().as_secs_f64();
        Ok(server)
    }

    fn wait_for(&mut self, path: &str, since: Instant) -> Outcome {
        loop {
            match get(self.port, path) {
                Ok((200, _)) => return Ok(()),
                Ok((503, _)) | Err(_) if since.elapsed() < PATIENCE => {}
                Ok((status, _)) => return Err(format!("{path}: {status}").into()),
                Err(error) => return Err(error),
            }
            if let Some(status) = self.child.try_wait()? {
                let log = self.home.as_ref().map(|home| home.dir.join("log"));
                let log = log.and_then(|log| fs::read_to_string(log).ok()).unwrap_or_default();
                return Err(format!("the server ended: {status}\n{log}").into());
            }
            sleep(AGAIN);
        }
    }

    /// Waits until it has looked at all its copies (which are not there), as it does once it answers.
    pub fn rest(&self) -> Outcome {
        let home = self.home.as_ref().ok_or("it has no copies")?;
        let since = Instant::now();
        while !fs::read_to_string(home.dir.join("log"))?.contains("looked at") {
            if since.elapsed() > PATIENCE {
                return Err("it looks at its copies for ever".into());
            }
            sleep(AGAIN);
        }
        Ok(())
    }

    /// What it answers to a question.
    pub fn bytes(&self, path: &str) -> Outcome<Vec<u8>> {
        match get(self.port, path)? {
            (200, body) => Ok(body),
            (status, _) => Err(format!("{path}: {status}").into()),
        }
    }

    pub fn text(&self, path: &str) -> Outcome<String> {
        Ok(String::from_utf8(self.bytes(path)?)?)
    }

    /// Bytes of memory that it takes.
    pub fn resident(&self) -> Outcome<f64> {
        resident(self.child.id())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The page that everybody looks at.
pub const NEWEST: &str = "/api/cached/files?limit=50";

/// A port that nobody listens at.
pub fn free_port() -> Outcome<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// One question on a connection of its own: status and body.
fn get(port: u16, path: &str) -> Outcome<(u16, Vec<u8>)> {
    ask(port, &format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
}

/// Posts JSON.
pub fn post(port: u16, path: &str, body: &str) -> Outcome<(u16, Vec<u8>)> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    ask(port, &(head + body))
}

fn ask(port: u16, request: &str) -> Outcome<(u16, Vec<u8>)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").ok_or("no answer")?;
    let status = std::str::from_utf8(&answer[..end])?.split(' ').nth(1).ok_or("no status")?.parse()?;
    Ok((status, answer.split_off(end + 4)))
}

/// A command with its output where it can be read when something goes wrong.
pub fn logged(program: &Path, log: &Path) -> Outcome<Command> {
    let mut command = Command::new(program);
    command.stderr(fs::File::create(log)?);
    Ok(command)
}
