//! Opening, and what keeps us below a root.
//!
//! **Invariant:** nothing here follows a symlink below the handle it starts from, and nothing leaves it. A symlink in
//! the way is `ELOOP`, in the kernel's way of doing it and in ours.

use std::ffi::OsStr;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, ResolveFlags};
use rustix::io::{Errno, retry_on_intr};

/// Readable, not `O_PATH`: a folder's handle is what its names are synced through.
const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// A folder by its absolute path; its last component must not be a symlink.
pub(super) fn folder(path: &Path) -> io::Result<OwnedFd> {
    if !path.is_absolute() {
        return Err(Errno::INVAL.into());
    }
    step(CWD, path.as_os_str())
}

/// A folder below `root`; `below` may be empty, which is the root itself, opened anew.
///
/// # Errors
/// `EINVAL` for a path that is absolute or has a component `..`, `.` or an empty one; `ELOOP` for a symlink.
pub fn below(root: BorrowedFd<'_>, below: &Path) -> io::Result<OwnedFd> {
    components(below)?;
    if below.as_os_str().is_empty() {
        return step(root, OsStr::new("."));
    }
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    match retry_on_intr(|| rustix::fs::openat2(root, below, FOLDER, Mode::empty(), resolve)) {
        // Older kernels, and seccomp profiles that do not know the call.
        Err(Errno::NOSYS | Errno::PERM) => walk(root, below),
        // Said of a file and of a symlink alike; our walk tells them apart.
        Err(Errno::NOTDIR) => walk(root, below),
        other => Ok(other?),
    }
}

/// The same one component at a time, for where the kernel cannot do it.
///
/// # Errors
/// As [`below`].
pub fn walk(root: BorrowedFd<'_>, below: &Path) -> io::Result<OwnedFd> {
    let mut names = components(below)?.into_iter();
    let mut here = step(root, names.next().unwrap_or(OsStr::new(".")))?;
    for name in names {
        here = step(here.as_fd(), name)?;
    }
    Ok(here)
}

/// A file for reading. `O_NONBLOCK`, so that a fifo does not wait for its writer; without it changing the file's
/// access time where we are allowed that.
pub(super) fn file(folder: BorrowedFd<'_>, name: &OsStr, extra: OFlags) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | extra;
    let open = |flags| retry_on_intr(|| rustix::fs::openat(folder, name, flags, Mode::empty()));
    match open(flags | OFlags::NOATIME) {
        // Only the owner and root may leave the access time alone.
        Err(Errno::PERM) => Ok(open(flags)?),
        other => Ok(other?),
    }
}

fn step(from: BorrowedFd<'_>, name: &OsStr) -> io::Result<OwnedFd> {
    match retry_on_intr(|| rustix::fs::openat(from, name, FOLDER, Mode::empty())) {
        // The kernel says "not a folder" of a symlink here; the difference matters to whoever reads the message.
        Err(Errno::NOTDIR) if is_symlink(from, name) => Err(Errno::LOOP.into()),
        other => Ok(other?),
    }
}

fn is_symlink(from: BorrowedFd<'_>, name: &OsStr) -> bool {
    rustix::fs::statat(from, name, AtFlags::SYMLINK_NOFOLLOW)
        .is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Symlink)
}

/// Splits by hand: `Path::components` would drop `.` and doubled slashes silently.
fn components(path: &Path) -> io::Result<Vec<&OsStr>> {
    let bytes = path.as_os_str().as_bytes();
    if bytes.is_empty() {
        return Ok(Vec::new());
    }
    bytes.split(|byte| *byte == b'/').map(|name| super::component(OsStr::from_bytes(name))).collect()
}
