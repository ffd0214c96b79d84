//! What this process is to the system: its user, what it may do, what others may do with what it makes.
//!
//! A container starts as root and is told by PUID and PGID whom its files shall belong to. Root then gives the data dir
//! to that user and becomes it, and keeps four rights, because copies have the owners of what they are copies of:
//!
//! | | |
//! |---|---|
//! | `CAP_CHOWN` | a copy belongs to the film's owner, so do its folder and what comes back |
//! | `CAP_FOWNER`, `CAP_FSETID` | and has its mode and times, set when it already belongs to them |
//! | `CAP_DAC_OVERRIDE` | it is read again, renamed and removed in their folders |
//!
//! Nothing else of root is left, and nothing can bring it back. Who was started as somebody else (`--user`) stays that,
//! and nothing is given to anybody.
//!
//! **Invariant:** [`settle`] runs while the process has one thread: the kernel changes users of threads, not of processes.

use std::fmt::Display;
use std::io;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, chownat, fstat, openat};
use rustix::process::{Resource, Rlimit, geteuid, getrlimit, setrlimit, umask};
use rustix::thread::{
    CapabilitySet, CapabilitySets, capabilities, clear_ambient_capability_set, set_capabilities,
    set_keep_capabilities, set_no_new_privs, set_thread_groups, set_thread_res_gid, set_thread_res_uid,
};

use super::home::{OURS, make_private};
use crate::config::Config;
use crate::error::{Error, IoContext, Result};

/// What is kept of root.
const KEPT: CapabilitySet = CapabilitySet::CHOWN
    .union(CapabilitySet::DAC_OVERRIDE)
    .union(CapabilitySet::FOWNER)
    .union(CapabilitySet::FSETID);
/// Files that are open beside connections: watches, copies, the store.
const FILES: u64 = 2_048;

#[derive(Clone, Copy)]
struct User {
    uid: rustix::fs::Uid,
    gid: rustix::fs::Gid,
}

/// Becomes what is configured. To be called before anything else is done, and before there is a second thread.
///
/// # Errors
/// [`Error::Config`] where it may not become the user; the data dir cannot be made.
pub fn settle(config: &Config) -> Result<()> {
    umask(Mode::from_raw_mode(config.process.umask));
    allow_files(config.serving.connections);
    let Some((uid, gid)) = config.process.user else { return Ok(()) };
    let user = User { uid: rustix::fs::Uid::from_raw(uid), gid: rustix::fs::Gid::from_raw(gid) };
    if !geteuid().is_root() {
        if geteuid() != user.uid {
            tracing::warn!(
                "PUID = {uid} is ignored: only root can become somebody else, and this is user {}",
                geteuid()
            );
        }
        return Ok(());
    }
    let threads =
        std::fs::read_dir("/proc/self/task").doing("count the threads in", "/proc/self/task")?.count();
    if threads != 1 {
        let error = io::Error::other(format!("there are {threads} threads already"));
        return Err(Error::io("become the user of", &config.data_dir, error));
    }
    take_over(config, user)?;
    let kept = user.become_it().map_err(|error| {
        Error::Config(format!(
            "PUID = {uid}: this process may not become that user ({error}); let the container have the capabilities SETUID \
             and SETGID, or start it as that user (`--user {uid}:{gid}`) and leave PUID out"
        ))
    })?;
    if kept == KEPT {
        tracing::info!("running as user {uid}, group {gid}");
    } else {
        tracing::warn!(
            "running as user {uid}, group {gid}, without {:?}: copies may not get the owners of what they are copies of. \
             Let the container have CHOWN, DAC_OVERRIDE, FOWNER and FSETID, or see to it that all films belong to that user",
            KEPT.difference(kept)
        );
    }
    Ok(())
}

/// As many files as connections may take, where the system grants them. Most start with 1,024 and may have more.
pub(super) fn allow_files(connections: usize) {
    let needed = connections as u64 + FILES;
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= needed) {
        return;
    }
    let current = limit.maximum.map_or(needed, |maximum| maximum.min(needed));
    if setrlimit(Resource::Nofile, Rlimit { current: Some(current), ..limit }).is_err() || current < needed {
        tracing::debug!(current, needed, "fewer files may be open than connections could need");
    }
}

/// Gives what is ours to the user: the data dir and what we made in it, nothing else. Copies have owners of their own.
fn take_over(config: &Config, user: User) -> Result<()> {
    let dir = &config.data_dir;
    make_private(dir)?;
    give(dir, user);
    let file = config.config_file.as_deref().filter(|file| file.parent() == Some(dir));
    let cache = Some(config.cache.dir.as_path()).filter(|cache| cache.parent() == Some(dir));
    for path in OURS.iter().map(|name| dir.join(name)) {
        give(&path, user);
    }
    file.into_iter().chain(cache).for_each(|path| give(path, user));
    Ok(())
}

/// Gives one file or folder, if it is no link, and has no other name: either could lead to somebody else's file.
fn give(path: &Path, user: User) {
    let cannot = |error: &dyn Display| {
        tracing::warn!(
            "{} cannot be given to user {}: {error}; `chown {}:{}` it yourself",
            path.display(),
            user.uid,
            user.uid,
            user.gid
        );
    };
    let file = match openat(CWD, path, OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty()) {
        Err(rustix::io::Errno::NOENT) => return,
        Err(error) => return cannot(&error),
        Ok(file) => file,
    };
    let found = match fstat(&file) {
        Err(error) => return cannot(&error),
        Ok(found) => found,
    };
    let kind = FileType::from_raw_mode(found.st_mode);
    if kind == FileType::Symlink || kind != FileType::Directory && found.st_nlink > 1 {
        return cannot(&"it is a link, or has another name");
    }
    if (found.st_uid, found.st_gid) != (user.uid.as_raw(), user.gid.as_raw())
        && let Err(error) = chownat(&file, "", Some(user.uid), Some(user.gid), AtFlags::EMPTY_PATH)
    {
        cannot(&error);
    }
}

impl User {
    /// Becomes it, for good. Returns what was kept.
    fn become_it(self) -> io::Result<CapabilitySet> {
        let kept = capabilities(None)?.permitted.intersection(KEPT);
        set_keep_capabilities(true)?;
        set_thread_groups(&[self.gid])?;
        set_thread_res_gid(self.gid, self.gid, self.gid)?;
        set_thread_res_uid(self.uid, self.uid, self.uid)?;
        set_keep_capabilities(false)?;
        let sets = CapabilitySets { effective: kept, permitted: kept, inheritable: CapabilitySet::empty() };
        set_capabilities(None, sets)?;
        // What programs that we would start are given: none is started, and none shall get anything.
        clear_ambient_capability_set()?;
        set_no_new_privs(true)?;
        Ok(kept)
    }
}
