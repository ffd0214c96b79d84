//! Gives a file the face of another one: owner, extended attributes, mode, time; in this order, since each step may
//! undo a later one (chown clears setuid, writing attributes needs permission, everything touches times).

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;

use rustix::io::Errno;

use crate::domain::identity::Identity;
use crate::files::errno::{is_forbidden, is_full, is_unsupported};
use crate::files::{Fd, Fs};

/// Makes `target` look like `source`, whose identity is `like`.
///
/// Owner and attributes are best effort where we lack the right or the file system the notion: a copy with another
/// owner is still the right bytes. Mode and time must succeed.
///
/// # Errors
/// Any other error of the file system.
pub fn seal(fs: &dyn Fs, source: &Fd, like: &Identity, target: &Fd) -> io::Result<()> {
    let now = fs.stat(target)?.identity;
    if (now.uid, now.gid) != (like.uid, like.gid) {
        best_effort(fs.set_owner(target, like.uid, like.gid))?;
    }
    carry_attributes(fs, source, target)?;
    fs.set_mode(target, like.mode)?;
    fs.set_mtime(target, like.mtime)
}

/// Extended attributes that belong to the file rather than to its place: `user.*`, POSIX ACLs, SELinux label.
fn carry_attributes(fs: &dyn Fs, source: &Fd, target: &Fd) -> io::Result<()> {
    for name in best_effort(fs.list_xattrs(source))?.unwrap_or_default() {
        if !is_carried(&name) {
            continue;
        }
        if let Some(value) = best_effort(fs.get_xattr(source, &name))? {
            best_effort(fs.set_xattr(target, &name, &value))?;
        }
    }
    Ok(())
}

fn is_carried(name: &OsStr) -> bool {
    let name = name.as_bytes();
    name.starts_with(b"user.")
        || matches!(name, b"system.posix_acl_access" | b"system.posix_acl_default" | b"security.selinux")
}

/// `None` where we may not, or the file system cannot, or an attribute does not fit.
fn best_effort<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if is_forbidden(&error) || is_unsupported(&error) || is_full(&error) => Ok(None),
        // ENODATA: the attribute went away between listing and reading. E2BIG: it does not fit there.
        Err(error) if matches!(Errno::from_io_error(&error), Some(Errno::NODATA | Errno::TOOBIG)) => Ok(None),
        Err(error) => Err(error),
    }
}
