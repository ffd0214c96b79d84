//! What the kernel says of an inode, as [`Stat`].

use std::ffi::OsStr;
use std::io;
use std::os::fd::BorrowedFd;

use rustix::fs::{AtFlags, FileType, StatxAttributes, StatxFlags, StatxTimestamp};
use rustix::io::Errno;

use crate::domain::identity::Identity;
use crate::domain::time::FileTime;
use crate::files::{Kind, Stat};

pub(super) fn of_handle(fd: BorrowedFd<'_>) -> io::Result<Stat> {
    with_flags(fd, OsStr::new(""), AtFlags::EMPTY_PATH)
}

/// Asks a network server anew: what it said a while ago is no reason to swap a file.
pub(super) fn of_name(folder: BorrowedFd<'_>, name: &OsStr) -> io::Result<Stat> {
    with_flags(folder, name, AtFlags::SYMLINK_NOFOLLOW | AtFlags::STATX_FORCE_SYNC)
}

/// The file system's id is that of `at`, also for a name in it: a name that another volume is mounted on differs from
/// its siblings by device.
fn with_flags(at: BorrowedFd<'_>, name: &OsStr, flags: AtFlags) -> io::Result<Stat> {
    let fsid = rustix::fs::fstatvfs(at)?.f_fsid;
    match rustix::fs::statx(at, name, flags, StatxFlags::BASIC_STATS | StatxFlags::BTIME) {
        Ok(found) => Ok(from_statx(&found, fsid)),
        Err(Errno::NOSYS) => {
            let flags = flags.difference(AtFlags::STATX_FORCE_SYNC);
            Ok(from_stat(&rustix::fs::statat(at, name, flags)?, fsid))
        }
        Err(error) => Err(error.into()),
    }
}

fn from_statx(found: &rustix::fs::Statx, fsid: u64) -> Stat {
    let time = |at: StatxTimestamp| FileTime { secs: at.tv_sec, nanos: at.tv_nsec };
    let has_btime = StatxFlags::from_bits_retain(found.stx_mask).contains(StatxFlags::BTIME);
    let mode = u32::from(found.stx_mode);
    Stat {
        kind: kind(mode),
        dev: rustix::fs::makedev(found.stx_dev_major, found.stx_dev_minor),
        nlink: found.stx_nlink.into(),
        frozen: found.stx_attributes.intersects(StatxAttributes::IMMUTABLE | StatxAttributes::APPEND),
        identity: Identity {
            fsid,
            ino: found.stx_ino,
            btime: has_btime.then(|| time(found.stx_btime)),
            size: found.stx_size,
            mtime: time(found.stx_mtime),
            ctime: time(found.stx_ctime),
            mode: mode & 0o7777,
            uid: found.stx_uid,
            gid: found.stx_gid,
        },
    }
}

/// Kernels before 4.11 and sandboxes without statx: no birth time, no attributes.
#[expect(clippy::unnecessary_cast, reason = "the widths of these fields differ between architectures")]
fn from_stat(found: &rustix::fs::Stat, fsid: u64) -> Stat {
    let time = |secs: i64, nanos: u64| FileTime { secs, nanos: u32::try_from(nanos).unwrap_or(0) };
    Stat {
        kind: kind(found.st_mode),
        dev: found.st_dev as u64,
        nlink: found.st_nlink as u64,
        frozen: false,
        identity: Identity {
            fsid,
            ino: found.st_ino as u64,
            btime: None,
            size: u64::try_from(found.st_size).unwrap_or(0),
            mtime: time(found.st_mtime as i64, found.st_mtime_nsec as u64),
            ctime: time(found.st_ctime as i64, found.st_ctime_nsec as u64),
            mode: found.st_mode & 0o7777,
            uid: found.st_uid,
            gid: found.st_gid,
        },
    }
}

fn kind(mode: u32) -> Kind {
    match FileType::from_raw_mode(mode) {
        FileType::RegularFile => Kind::File,
        FileType::Directory => Kind::Folder,
        FileType::Symlink => Kind::Link,
        _ => Kind::Special,
    }
}
