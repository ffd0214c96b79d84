//! Who has an inode open: a walk over `/proc`.
//!
//! **Invariant:** whatever we may not see makes the answer incomplete; only what is gone is ignored. What no process
//! holds (a kernel NFS server, a loop device, a handle on its way through a socket) is beyond this.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::files::{Holders, Stat};

/// The initial pid namespace has had this number since namespaces exist.
const INITIAL_NAMESPACE: &str = "pid:[4026531836]";

pub(super) fn of(stat: &Stat) -> io::Result<Holders> {
    // Not `getpid`: what counts is our number in the namespace that /proc was mounted for.
    let own = match fs::read_link("/proc/self") {
        // Without /proc, or with one of processes that we are none of, nobody can be seen.
        Err(error) if is_gone(&error) => return Ok(Holders { writers: 0, readers: 0, complete: false }),
        own => own?,
    };
    let initial = fs::read_link("/proc/self/ns/pid").is_ok_and(|text| text.as_os_str() == INITIAL_NAMESPACE);
    let mut search = Search { stat, writers: 0, readers: 0, refused: !initial };
    let mut seen_first = false;
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name();
        if !name.as_bytes().iter().all(u8::is_ascii_digit) {
            continue;
        }
        seen_first |= name == "1";
        if name != own.as_os_str() {
            search.process(&Path::new("/proc").join(&name));
        }
    }
    // With `hidepid` the processes of others are not even listed, and the first one is never ours.
    let Search { writers, readers, refused, .. } = search;
    Ok(Holders { writers, readers, complete: !refused && seen_first })
}

struct Search<'a> {
    stat: &'a Stat,
    writers: u32,
    readers: u32,
    refused: bool,
}

impl Search<'_> {
    fn process(&mut self, process: &Path) {
        if self.handles(process) {
            self.mappings(process, process);
            return;
        }
        // A process whose first thread ended shows nothing, though its other threads hold what they held. They share
        // their handles: one that answers speaks for all.
        let Some(threads) = self.seen(fs::read_dir(process.join("task"))) else { return };
        for thread in threads {
            let Some(thread) = self.seen(thread) else { continue };
            self.mappings(process, &thread.path());
            if self.handles(&thread.path()) {
                return;
            }
        }
    }

    /// Whether there were any handles at all.
    fn handles(&mut self, process: &Path) -> bool {
        let Some(entries) = self.seen(fs::read_dir(process.join("fd"))) else { return false };
        let mut any = false;
        for entry in entries {
            let Some(entry) = self.seen(entry) else { continue };
            any = true;
            let Some(text) = self.seen(fs::read_link(entry.path())) else { continue };
            // Pipes, sockets and the like have no path; the rest is asked of the kernel, not of the text.
            if !text.is_absolute() || !self.is_it(&entry.path()) {
                continue;
            }
            let info = process.join("fdinfo").join(entry.file_name());
            let Some(info) = self.seen(fs::read_to_string(info)) else { continue };
            self.count(may_write(&info));
        }
        any
    }

    fn mappings(&mut self, process: &Path, thread: &Path) {
        let Some(maps) = self.seen(fs::read(thread.join("maps"))) else { return };
        for line in maps.split(|byte| *byte == b'\n') {
            let Some(mapping) = Mapping::parse(line) else { continue };
            if mapping.ino == self.stat.identity.ino && self.is_mapped(process, &mapping) {
                self.count(mapping.writes);
            }
        }
    }

    /// The device in `maps` is that of the superblock: btrfs and unions tell another one to `stat`.
    fn is_mapped(&mut self, process: &Path, mapping: &Mapping<'_>) -> bool {
        if mapping.dev == self.stat.dev {
            return true;
        }
        match fs::metadata(process.join("map_files").join(mapping.range)) {
            Ok(found) => self.matches(&found),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                // Following these links needs a capability; the path, seen from the process's root, does not.
                let below = mapping.path.strip_prefix("/").unwrap_or(&mapping.path);
                match fs::metadata(process.join("root").join(below)) {
                    Ok(found) => self.matches(&found),
                    Err(_) => {
                        self.refused = true;
                        false
                    }
                }
            }
            Err(error) => {
                self.refused |= !is_gone(&error);
                false
            }
        }
    }

    fn is_it(&mut self, path: &Path) -> bool {
        let found = self.seen(fs::metadata(path));
        found.is_some_and(|found| self.matches(&found))
    }

    fn matches(&self, found: &fs::Metadata) -> bool {
        (found.dev(), found.ino()) == (self.stat.dev, self.stat.identity.ino)
    }

    fn count(&mut self, writes: bool) {
        let counter = if writes { &mut self.writers } else { &mut self.readers };
        *counter = counter.saturating_add(1);
    }

    /// What was answered; what could not be asked makes the answer incomplete, unless it went meanwhile.
    fn seen<T>(&mut self, answer: io::Result<T>) -> Option<T> {
        match answer {
            Ok(value) => Some(value),
            Err(error) => {
                self.refused |= !is_gone(&error);
                None
            }
        }
    }
}

fn is_gone(error: &io::Error) -> bool {
    use rustix::io::Errno;
    matches!(error.raw_os_error().map(Errno::from_raw_os_error), Some(Errno::NOENT | Errno::SRCH))
}

/// Whether the flags in an `fdinfo` allow writing. A handle without readable flags counts as one that does.
fn may_write(info: &str) -> bool {
    const ACCESS_MODE: u32 = 0o3;
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
    let flags = flags.and_then(|text| u32::from_str_radix(text.trim(), 8).ok());
    flags.is_none_or(|flags| flags & ACCESS_MODE != 0)
}

/// A line of `maps`: `range perms offset major:minor inode path`.
struct Mapping<'a> {
    range: &'a OsStr,
    writes: bool,
    dev: u64,
    ino: u64,
    path: PathBuf,
}

impl<'a> Mapping<'a> {
    fn parse(line: &'a [u8]) -> Option<Self> {
        let mut fields = line.splitn(6, |byte| *byte == b' ');
        let (range, perms, _offset) = (fields.next()?, fields.next()?, fields.next()?);
        let (major, minor) = std::str::from_utf8(fields.next()?).ok()?.split_once(':')?;
        let dev =
            rustix::fs::makedev(u32::from_str_radix(major, 16).ok()?, u32::from_str_radix(minor, 16).ok()?);
        let ino = std::str::from_utf8(fields.next()?).ok()?.parse().ok()?;
        let path = fields.next().unwrap_or_default().trim_ascii_start();
        Some(Self {
            range: OsStr::from_bytes(range),
            writes: perms.get(1) == Some(&b'w') && perms.get(3) == Some(&b's'),
            dev,
            ino,
            path: PathBuf::from(OsStr::from_bytes(path)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_maps_is_read_with_its_blanks_and_without_its_path() {
        let line = b"7f00-7f10 rw-s 00000000 fe:00 247030                     /a b/c.mkv";
        let mapping = Mapping::parse(line).unwrap();
        assert_eq!((mapping.range, mapping.ino), (OsStr::new("7f00-7f10"), 247_030));
        assert_eq!((mapping.writes, mapping.path.as_path()), (true, Path::new("/a b/c.mkv")));
        assert_eq!(mapping.dev, rustix::fs::makedev(0xfe, 0));
        assert!(!Mapping::parse(b"7f00-7f10 rw-p 00000000 00:00 0 ").unwrap().writes);
        assert!(Mapping::parse(b"").is_none());
    }

    #[test]
    fn only_a_read_only_handle_counts_as_a_reader() {
        assert!(!may_write("pos:\t0\nflags:\t02100000\nmnt_id:\t29\n"));
        assert!(may_write("pos:\t0\nflags:\t0100001\n") && may_write("flags:\t0100002\n") && may_write(""));
    }
}
