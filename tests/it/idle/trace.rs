//! The system calls of a running process, as strace writes them down.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// It attaches within milliseconds, or says why not.
const PATIENCE: Duration = Duration::from_secs(20);

/// A process that is traced with all its threads. Not any more when it is dropped.
pub struct Trace {
    strace: Child,
    out: PathBuf,
}

impl Trace {
    /// From now on. None, with a word about it, where processes cannot be traced.
    pub fn attach(pid: u32, out: PathBuf) -> Option<Self> {
        let mut strace = Command::new("strace");
        // Descriptors with their paths; of what is read and written nothing: answers and logs may name films.
        strace.args(["-f", "-y", "-s", "0", "-e", "trace=all", "-e", "signal=none", "-o"]);
        strace.arg(&out).args(["-p", &pid.to_string()]).stdin(Stdio::null()).stderr(Stdio::piped());
        let Ok(mut child) = strace.spawn() else {
            crate::support::tell("skipped: there is no strace here");
            return None;
        };
        let said = BufReader::new(child.stderr.take().unwrap());
        let mut trace = Self { strace: child, out };
        let (tell, told) = channel();
        // Threads that come later are told of too; whoever did not listen would stop it.
        std::thread::spawn(move || said.lines().map_while(Result::ok).for_each(|line| drop(tell.send(line))));
        match told.recv_timeout(PATIENCE) {
            Ok(line) if line.contains("attached") => {
                std::thread::spawn(move || told.into_iter().for_each(drop));
                Some(trace)
            }
            Ok(line) => {
                crate::support::tell(&format!("skipped: processes cannot be traced here: {line}"));
                None
            }
            Err(RecvTimeoutError::Disconnected) => {
                let ended = trace.strace.wait();
                crate::support::tell(&format!("skipped: strace ended: {ended:?}"));
                None
            }
            Err(RecvTimeoutError::Timeout) => panic!("strace says nothing"),
        }
    }

    /// Until now: what was called.
    pub fn detach(mut self) -> Calls {
        let pid = rustix::process::Pid::from_child(&self.strace);
        rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
        self.strace.wait().unwrap();
        // A name may be any bytes.
        Calls(String::from_utf8_lossy(&fs::read(&self.out).unwrap()).lines().map(str::to_owned).collect())
    }
}

impl Drop for Trace {
    fn drop(&mut self) {
        let _ = self.strace.kill();
        let _ = self.strace.wait();
    }
}

/// One line for each system call; two, where others came between its begin and its end.
pub struct Calls(Vec<String>);

impl Calls {
    /// How many there were.
    pub fn count(&self) -> usize {
        self.0.iter().filter(|line| name(line).is_some()).count()
    }

    /// Those that name a path there, or use a descriptor of something there.
    pub fn below(&self, folder: &Path) -> Vec<&str> {
        let folder = folder.to_str().unwrap();
        self.0.iter().map(String::as_str).filter(|line| line.contains(folder)).collect()
    }

    /// How often each was called, most often first.
    pub fn by_name(&self) -> Vec<(String, usize)> {
        let mut counts = BTreeMap::<String, usize>::new();
        for name in self.0.iter().filter_map(|line| name(line)) {
            *counts.entry(name.to_owned()).or_default() += 1;
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        counts
    }
}

/// The call that a line begins, if it begins one.
fn name(line: &str) -> Option<&str> {
    let (_, call) = line.split_once(' ')?;
    let (name, _) = call.trim_start().split_once('(')?;
    name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_').then_some(name)
}
