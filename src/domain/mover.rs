//! The NAS's own mover: what a person said of it, how it is known that it runs, and what the host calls our folders.
//!
//! A mover carries files between fast and slow disks, by a schedule of its own, as copies whose source is deleted. Two
//! programs that do so at once slow each other down, and may carry the same file to and fro; so we step aside.
//!
//! Pure: who looks at files and processes is [`crate::mover`].

use std::path::{Path, PathBuf};

use jiff::SignedDuration;

use super::time::Time;

pub mod list;

/// What a person said of the mover. Nothing of it is set by itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MoverSettings {
    /// Files that hold its number while it runs.
    pub pid_files: Vec<PathBuf>,
    /// What its process is called.
    pub processes: Vec<String>,
    /// It is waited for no longer than this.
    pub longest: SignedDuration,
    /// Where the list of what it must leave alone is kept.
    pub exclude_file: Option<PathBuf>,
    /// What the host calls our folders.
    pub host_paths: Vec<HostPath>,
}

impl Default for MoverSettings {
    fn default() -> Self {
        Self {
            pid_files: vec![],
            processes: vec![],
            longest: SignedDuration::from_hours(24),
            exclude_file: None,
            host_paths: vec![],
        }
    }
}

impl MoverSettings {
    /// Whether anything tells that a mover runs.
    #[must_use]
    pub fn is_watched(&self) -> bool {
        !self.pid_files.is_empty() || !self.processes.is_empty()
    }
}

/// A folder as we see it, and as the host does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HostPath {
    /// Here, in the container.
    pub here: PathBuf,
    /// There.
    pub host: PathBuf,
}

/// What the host calls a path of ours: by the longest folder that holds it, whole components compared. Where no folder is
/// named, host and we see the same; where none of those that are named holds it, nobody knows.
#[must_use]
pub fn to_host(host_paths: &[HostPath], path: &Path) -> Option<PathBuf> {
    if host_paths.is_empty() {
        return Some(path.to_path_buf());
    }
    let holding = host_paths.iter().filter(|pair| path.starts_with(&pair.here));
    let pair = holding.max_by_key(|pair| pair.here.components().count())?;
    let below = path.strip_prefix(&pair.here).ok()?;
    // Joining nothing would leave a slash at the end.
    Some(pair.host.join(below).components().collect())
}

/// A mover that runs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Running {
    /// Since when, as far as can be told.
    pub since: Time,
    /// What tells of it, for people: a file, or a process.
    pub sign: String,
}

/// A process, as the kernel tells of it.
#[derive(Clone, Copy, Debug)]
pub struct Process<'a> {
    /// Its name, of at most 15 bytes.
    pub comm: &'a [u8],
    /// Its arguments, each ended by a zero.
    pub arguments: &'a [u8],
}

/// The kernel cuts names off after so many bytes.
const COMM: usize = 15;
/// A script that is given to one of these bears its name. What follows (a version) does not matter.
const INTERPRETERS: &[&str] = &["sh", "ash", "bash", "dash", "zsh", "busybox", "php", "python", "perl"];

impl Process<'_> {
    /// Whether it is called that: by its own name, or as the script that an interpreter runs. Not as a mere argument: who
    /// edits or follows the mover's file is no mover.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        let name = name.as_bytes();
        if name.is_empty() {
            return false;
        }
        let is_comm = self.comm == &name[..name.len().min(COMM)];
        let mut arguments = self.arguments.split(|byte| *byte == 0);
        let first = base_name(arguments.next().unwrap_or_default());
        // A longer name is compared in full where it can be.
        if is_comm && (name.len() <= COMM || first == name) {
            return true;
        }
        is_interpreter(first)
            && arguments
                .find(|argument| !argument.starts_with(b"-"))
                .is_some_and(|script| base_name(script) == name)
    }

    /// Whether its arguments have to be known: its name alone says that it is what is looked for, or that it runs a script.
    #[must_use]
    pub fn may_be(comm: &[u8], name: &str) -> bool {
        let name = name.as_bytes();
        comm == &name[..name.len().min(COMM)] || is_interpreter(comm)
    }
}

fn is_interpreter(name: &[u8]) -> bool {
    INTERPRETERS.iter().any(|known| {
        name.strip_prefix(known.as_bytes())
            .is_some_and(|version| version.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.'))
    })
}

fn base_name(path: &[u8]) -> &[u8] {
    path.rsplit(|byte| *byte == b'/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(here: &str, host: &str) -> HostPath {
        HostPath { here: here.into(), host: host.into() }
    }

    fn process<'a>(comm: &'a str, arguments: &'a str) -> Process<'a> {
        Process { comm: comm.as_bytes(), arguments: arguments.as_bytes() }
    }

    #[test]
    fn the_longest_folder_that_holds_a_path_says_what_the_host_calls_it() {
        let pairs =
            [pair("/", "/host"), pair("/cache", "/mnt/cache/cacherr"), pair("/cache/deep", "/mnt/nvme")];
        let host = |path: &str| to_host(&pairs, Path::new(path)).unwrap();
        assert_eq!(host("/cache"), Path::new("/mnt/cache/cacherr"));
        assert_eq!(host("/cache").as_os_str(), "/mnt/cache/cacherr");
        assert_eq!(host("/cache/Movies"), Path::new("/mnt/cache/cacherr/Movies"));
        assert_eq!(host("/cache/deep/a"), Path::new("/mnt/nvme/a"));
        assert_eq!(host("/cache2"), Path::new("/host/cache2"));
    }

    #[test]
    fn a_path_that_no_folder_holds_has_no_name_at_the_host() {
        assert_eq!(to_host(&[pair("/cache", "/mnt/cache")], Path::new("/cache2/a")), None);
        assert_eq!(to_host(&[], Path::new("/fast/a")), Some("/fast/a".into()));
    }

    #[test]
    fn a_mover_is_known_by_its_name_or_as_a_script() {
        assert!(process("mover", "/bin/bash\0/usr/local/sbin/mover\0start\0").is_called("mover"));
        assert!(process("bash", "bash\0/usr/local/sbin/mover\0").is_called("mover"));
        assert!(process("python3", "python3\0-u\0/opt/cache-mover.py\0").is_called("cache-mover.py"));
        assert!(process("python3.11", "/usr/bin/python3.11\0cache-mover.py\0").is_called("cache-mover.py"));
        assert!(process("a-very-long-nam", "/bin/a-very-long-name\0").is_called("a-very-long-name"));
    }

    #[test]
    fn who_only_names_the_mover_is_none() {
        assert!(!process("vi", "vi\0/usr/local/sbin/mover\0").is_called("mover"));
        assert!(!process("tail", "tail\0-f\0mover\0").is_called("mover"));
        assert!(!process("bash", "bash\0-c\0mover start\0").is_called("mover"));
        assert!(!process("mover2", "mover2\0").is_called("mover"));
        assert!(!process("a-very-long-nam", "/bin/a-very-long-namesake\0").is_called("a-very-long-name"));
        assert!(!process("mover", "mover\0").is_called(""));
    }

    #[test]
    fn only_who_may_be_one_is_asked_for_its_arguments() {
        assert!(Process::may_be(b"mover", "mover") && Process::may_be(b"python3.11", "mover"));
        assert!(!Process::may_be(b"shfs", "mover") && !Process::may_be(b"python-agent", "mover"));
    }
}
