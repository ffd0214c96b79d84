//! The real binary, as people and service managers use it.

mod access;
mod answers;
mod big;
mod cache_lost;
mod demo;
mod export;
mod instance;
mod plan;
mod rescue;
mod restart;
mod round_trip;
mod settings;
mod supervised;
mod watched;
mod zone;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;
use tempfile::TempDir;

/// Longer than anything here takes, even where many tests share a slow machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A library, a fast volume, a data dir and a configuration.
pub struct House {
    dir: TempDir,
}

pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl House {
    pub fn new() -> Self {
        // Beside the build: a file system with extended attributes, unlike some /tmp.
        Self::below(Path::new(env!("CARGO_TARGET_TMPDIR")))
    }

    /// The same on another file system.
    pub fn below(folder: &Path) -> Self {
        let dir = TempDir::new_in(folder).unwrap();
        fs::create_dir_all(dir.path().join("library")).unwrap();
        fs::create_dir_all(dir.path().join("fast")).unwrap();
        let house = Self { dir };
        house.configure("");
        house
    }

    /// Writes the configuration, with further lines for `[cache]`. A copy goes with its link.
    fn configure(&self, cache: &str) {
        self.configure_with("0s", cache);
    }

    /// The same where a copy outlives its link: for those who read a link first and open its target then.
    pub fn configure_with(&self, release_grace: &str, cache: &str) {
        let at = |name: &str| self.dir.path().join(name).display().to_string();
        let text = format!(
            "data_dir = \"{}\"\n[server]\nbind = \"127.0.0.1:0\"\n[cache]\ndir = \"{}\"\nmin_free = \"0\"\n\
             release_grace = \"{release_grace}\"\n{cache}\n[[library]]\nname = \"Movies\"\npath = \"{}\"\n",
            at("data"),
            at("fast"),
            at("library"),
        );
        fs::write(self.dir.path().join("cacherr.toml"), text).unwrap();
    }

    pub fn at(&self, below: impl AsRef<Path>) -> PathBuf {
        self.dir.path().join(below)
    }

    /// Makes a file of the library that nobody has written to for a while.
    pub fn film(&self, name: impl AsRef<Path>, bytes: &[u8]) -> PathBuf {
        let path = self.at("library").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        age(&path);
        path
    }

    pub fn command<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cacherr"));
        command.env_clear().env("HOME", self.dir.path()).current_dir(self.dir.path());
        command.arg("--config").arg(self.at("cacherr.toml")).args(args);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub fn run<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Ran {
        let output = self.command(args).output().unwrap();
        Ran {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs with `--json`: exit code and document.
    pub fn ask<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> (i32, Value) {
        let mut all: Vec<OsString> = args.into_iter().map(|arg| arg.as_ref().to_os_string()).collect();
        all.push("--json".into());
        let ran = self.run(all);
        let document = serde_json::from_str(&ran.stdout)
            .unwrap_or_else(|error| panic!("{error}: {:?} {:?}", ran.stdout, ran.stderr));
        (ran.code, document)
    }

    /// The same, and it works.
    pub fn tell<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Value {
        let (code, mut document) = self.ask(args);
        assert_eq!((code, &document["success"]), (0, &Value::Bool(true)), "{document:#}");
        document["data"].take()
    }

    pub fn cache<P: AsRef<OsStr>>(&self, paths: impl IntoIterator<Item = P>) -> Value {
        let args = [OsString::from("cache")];
        self.tell(args.into_iter().chain(paths.into_iter().map(|path| path.as_ref().to_os_string())))
    }

    /// Starts an instance, and waits until it answers.
    pub fn start(&self) -> Instance {
        self.start_by(self.command(["run"]))
    }

    /// The same by a command of one's own.
    pub fn start_by(&self, mut command: Command) -> Instance {
        let log = File::create(self.at("log")).unwrap();
        let child = command.stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let instance = Instance { child, log: self.at("log") };
        wait_for("the instance", || instance.log().contains("ready"));
        instance
    }

    pub fn active(&self) -> u64 {
        self.tell(["status"])["files"]["active"]["files"].as_u64().unwrap()
    }

    pub fn library(&self) -> Tree {
        tree(&self.at("library"))
    }

    /// What is left in the cache besides our own folder.
    pub fn copies(&self) -> Vec<PathBuf> {
        let found = fs::read_dir(self.at("fast")).unwrap().map(|entry| entry.unwrap().path());
        found.filter(|path| path.file_name().unwrap() != ".cacherr").collect()
    }
}

/// A running instance; killed when a test ends early.
pub struct Instance {
    child: Child,
    log: PathBuf,
}

impl Instance {
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to stop. The exit code, and how long that took.
    pub fn stop(mut self) -> (Option<i32>, Duration) {
        let asked = Instant::now();
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let code = self.child.wait().unwrap().code();
        (code, asked.elapsed())
    }

    /// Ends it as a power cut would, as far as a process can tell.
    pub fn kill(mut self) -> String {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.log()
    }

    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Looks again and again, until it is true or patience is over.
pub fn wait_for(what: &str, mut is: impl FnMut() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !is() {
        assert!(Instant::now() < until, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A file that changed a moment ago may still be changing, and is refused.
pub fn age(path: &Path) {
    let then = SystemTime::now() - Duration::from_secs(3 * 24 * 3600);
    File::options().write(true).open(path).unwrap().set_modified(then).unwrap();
}

/// Everything that must be as before, by path.
pub type Tree = BTreeMap<PathBuf, Leaf>;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Leaf {
    pub ino: u64,
    mode: u32,
    owner: (u32, u32),
    nlink: u64,
    pub blocks: u64,
    mtime: Option<(i64, i64)>,
    hash: Option<String>,
    xattrs: Vec<(OsString, Vec<u8>)>,
}

fn tree(root: &Path) -> Tree {
    let mut tree = Tree::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let found = path.symlink_metadata().unwrap();
            if found.is_dir() {
                folders.push(path.clone());
            }
            let leaf = Leaf {
                ino: found.ino(),
                mode: found.permissions().mode(),
                owner: (found.uid(), found.gid()),
                nlink: found.nlink(),
                blocks: found.blocks(),
                // A folder in which names were exchanged has changed.
                mtime: found.is_file().then(|| (found.mtime(), found.mtime_nsec())),
                hash: found.is_file().then(|| hash(&path)),
                xattrs: if found.is_file() { xattrs(&path) } else { vec![] },
            };
            tree.insert(path, leaf);
        }
    }
    tree
}

pub fn hash(path: &Path) -> String {
    blake3::Hasher::new().update_reader(File::open(path).unwrap()).unwrap().finalize().to_string()
}

fn xattrs(path: &Path) -> Vec<(OsString, Vec<u8>)> {
    let mut names = vec![0; 4096];
    let length = rustix::fs::listxattr(path, &mut names[..]).unwrap();
    let names = names[..length].split(|byte| *byte == 0).filter(|name| !name.is_empty());
    let ours = names.filter(|name| name.starts_with(b"user."));
    ours.map(|name| {
        let mut value = vec![0; 4096];
        let length = rustix::fs::getxattr(path, OsStr::from_bytes(name), &mut value[..]).unwrap();
        (OsStr::from_bytes(name).to_os_string(), value[..length].to_vec())
    })
    .collect()
}
