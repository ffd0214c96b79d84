//! The operating system: each method of [`Fs`] is the system call its documentation names.
//!
//! Start reading at [`RealFs`]. Opening (what keeps us below a root) is in `open`, what the kernel says of an inode
//! in `stat`, reading past the page cache in `uncached`, who has a file open in `holders`.
//!
//! **Invariant:** every call works on a handle, or on a single component relative to one; `component` refuses the
//! rest before the kernel sees it. No symlink is followed but in [`Fs::canonicalize`] and
//! [`Fs::read_as_others`].

mod holders;
pub mod open;
mod stat;
mod uncached;

use std::ffi::{OsStr, OsString};
use std::io::{self, Read};
use std::num::NonZeroU64;
use std::ops::Range;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use rustix::fs::{
    Advice, AtFlags, Dir, FileType, Mode, OFlags, RenameFlags, SeekFrom, Timespec, Timestamps, UTIME_OMIT,
    XattrFlags,
};
use rustix::io::{Errno, retry_on_intr};

use super::{Fd, Fs, Holders, Kind, Space, Stat, VisitName};
use crate::domain::time::FileTime;
use uncached::Bounce;

/// The operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealFs;

/// What an [`Fd`] of this file system holds.
struct Handle {
    fd: OwnedFd,
    /// Present where reads must be aligned.
    bounce: Option<Bounce>,
}

impl From<OwnedFd> for Fd {
    fn from(fd: OwnedFd) -> Self {
        Self::new(Handle { fd, bounce: None })
    }
}

impl AsFd for Fd {
    /// Only for handles of [`RealFs`].
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.get::<Handle>().fd.as_fd()
    }
}

/// A name that is exactly one component; everything else is `EINVAL`.
fn component(name: &OsStr) -> io::Result<&OsStr> {
    let bytes = name.as_bytes();
    if bytes.is_empty() || bytes == b"." || bytes == b".." || bytes.contains(&b'/') {
        return Err(Errno::INVAL.into());
    }
    Ok(name)
}

impl Fs for RealFs {
    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        path.canonicalize()
    }

    fn open_folder(&self, path: &Path) -> io::Result<Fd> {
        open::folder(path).map(Fd::from)
    }

    fn open_below(&self, root: &Fd, below: &Path) -> io::Result<Fd> {
        open::below(root.as_fd(), below).map(Fd::from)
    }

    fn open_file(&self, folder: &Fd, name: &OsStr) -> io::Result<Fd> {
        open::file(folder.as_fd(), component(name)?, OFlags::empty()).map(Fd::from)
    }

    fn open_uncached(&self, folder: &Fd, name: &OsStr) -> io::Result<Fd> {
        match open::file(folder.as_fd(), component(name)?, OFlags::DIRECT) {
            Ok(fd) => Ok(Fd::new(Handle { fd, bounce: Some(Bounce::default()) })),
            Err(error) if error.raw_os_error() == Some(Errno::INVAL.raw_os_error()) => {
                self.open_file(folder, name)
            }
            Err(error) => Err(error),
        }
    }

    fn read_as_others(&self, folder: &Fd, name: &OsStr, most: usize) -> io::Result<Vec<u8>> {
        let (name, flags) = (component(name)?, OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC);
        let fd = retry_on_intr(|| rustix::fs::openat(folder, name, flags, Mode::empty()))?;
        let mut bytes = Vec::new();
        std::fs::File::from(fd).take(most as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn create_file(&self, folder: &Fd, name: &OsStr) -> io::Result<Fd> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let name = component(name)?;
        Ok(retry_on_intr(|| rustix::fs::openat(folder, name, flags, Mode::RUSR | Mode::WUSR))?.into())
    }

    fn stat(&self, fd: &Fd) -> io::Result<Stat> {
        stat::of_handle(fd.as_fd())
    }

    fn stat_at(&self, folder: &Fd, name: &OsStr) -> io::Result<Stat> {
        stat::of_name(folder.as_fd(), component(name)?)
    }

    fn list(&self, folder: &Fd) -> io::Result<Vec<OsString>> {
        let mut names = Vec::new();
        for entry in Dir::read_from(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            if name != b"." && name != b".." {
                names.push(OsString::from_vec(name.to_vec()));
            }
        }
        Ok(names)
    }

    fn each_name(&self, folder: &Fd, visit: &mut VisitName<'_>) -> io::Result<()> {
        for entry in Dir::read_from(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            if name == b"." || name == b".." {
                continue;
            }
            let kind = match entry.file_type() {
                FileType::RegularFile => Some(Kind::File),
                FileType::Directory => Some(Kind::Folder),
                FileType::Symlink => Some(Kind::Link),
                FileType::Unknown => None,
                _ => Some(Kind::Special),
            };
            if visit(OsStr::from_bytes(name), kind).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn read_link(&self, folder: &Fd, name: &OsStr) -> io::Result<PathBuf> {
        let text = rustix::fs::readlinkat(folder, component(name)?, Vec::new())?;
        Ok(PathBuf::from(OsString::from_vec(text.into_bytes())))
    }

    fn space(&self, fd: &Fd) -> io::Result<Space> {
        let volume = rustix::fs::fstatvfs(fd)?;
        Ok(Space {
            available: volume.f_bavail.saturating_mul(volume.f_frsize),
            total: volume.f_blocks.saturating_mul(volume.f_frsize),
        })
    }

    fn holders(&self, stat: &Stat) -> io::Result<Holders> {
        holders::of(stat)
    }

    fn symlink(&self, text: &Path, folder: &Fd, name: &OsStr) -> io::Result<()> {
        Ok(rustix::fs::symlinkat(text, folder, component(name)?)?)
    }

    fn exchange(&self, folder: &Fd, a: &OsStr, b: &OsStr) -> io::Result<()> {
        let (a, b) = (component(a)?, component(b)?);
        Ok(rustix::fs::renameat_with(folder, a, folder, b, RenameFlags::EXCHANGE)?)
    }

    fn rename_new(&self, from: &Fd, name: &OsStr, to: &Fd, new: &OsStr) -> io::Result<()> {
        let (name, new) = (component(name)?, component(new)?);
        Ok(rustix::fs::renameat_with(from, name, to, new, RenameFlags::NOREPLACE)?)
    }

    fn rename_over(&self, folder: &Fd, name: &OsStr, new: &OsStr) -> io::Result<()> {
        Ok(rustix::fs::renameat(folder, component(name)?, folder, component(new)?)?)
    }

    fn hard_link(&self, folder: &Fd, name: &OsStr, new: &OsStr) -> io::Result<()> {
        Ok(rustix::fs::linkat(folder, component(name)?, folder, component(new)?, AtFlags::empty())?)
    }

    fn unlink(&self, folder: &Fd, name: &OsStr) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(folder, component(name)?, AtFlags::empty())?)
    }

    fn make_folder(&self, folder: &Fd, name: &OsStr, mode: u32) -> io::Result<()> {
        // Closed to others until it has the mode asked for; mkdir's own mode is subject to the umask.
        rustix::fs::mkdirat(folder, component(name)?, Mode::RWXU)?;
        let made = open::walk(folder.as_fd(), Path::new(name))?;
        Ok(rustix::fs::fchmod(made, Mode::from_raw_mode(mode))?)
    }

    fn remove_folder(&self, folder: &Fd, name: &OsStr) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(folder, component(name)?, AtFlags::REMOVEDIR)?)
    }

    fn read_at(&self, fd: &Fd, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let handle = fd.get::<Handle>();
        match &handle.bounce {
            Some(bounce) => bounce.read_at(handle.fd.as_fd(), buffer, offset),
            None => Ok(retry_on_intr(|| rustix::io::pread(&handle.fd, &mut *buffer, offset))?),
        }
    }

    fn write_at(&self, fd: &Fd, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
        while !bytes.is_empty() {
            let written = retry_on_intr(|| rustix::io::pwrite(fd, bytes, offset))?;
            if written == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            bytes = &bytes[written..];
            offset += written as u64;
        }
        Ok(())
    }

    fn set_len(&self, fd: &Fd, length: u64) -> io::Result<()> {
        Ok(retry_on_intr(|| rustix::fs::ftruncate(fd, length))?)
    }

    fn next_data(&self, fd: &Fd, offset: u64) -> io::Result<Option<Range<u64>>> {
        // Moves the handle's own position, which nothing here depends on: all reads and writes carry theirs.
        match rustix::fs::seek(fd, SeekFrom::Data(offset)) {
            Ok(start) => Ok(Some(start..rustix::fs::seek(fd, SeekFrom::Hole(start))?)),
            Err(Errno::NXIO) => Ok(None),
            Err(Errno::INVAL | Errno::OPNOTSUPP | Errno::NOSYS) => {
                let end = stat::of_handle(fd.as_fd())?.identity.size;
                Ok((offset < end).then_some(offset..end))
            }
            Err(error) => Err(error.into()),
        }
    }

    // None of the three is ever repeated, not even when interrupted: the kernel reports a failed write-back once.
    fn sync_data(&self, fd: &Fd) -> io::Result<()> {
        Ok(rustix::fs::fdatasync(fd)?)
    }

    fn sync(&self, fd: &Fd) -> io::Result<()> {
        Ok(rustix::fs::fsync(fd)?)
    }

    fn sync_volume(&self, fd: &Fd) -> io::Result<()> {
        Ok(rustix::fs::syncfs(fd)?)
    }

    fn drop_pages(&self, fd: &Fd, range: Range<u64>) -> io::Result<()> {
        // A length of zero would mean "to the end of the file".
        match range.end.checked_sub(range.start).and_then(NonZeroU64::new) {
            Some(length) => Ok(rustix::fs::fadvise(fd, range.start, Some(length), Advice::DontNeed)?),
            None => Ok(()),
        }
    }

    fn set_owner(&self, fd: &Fd, uid: u32, gid: u32) -> io::Result<()> {
        let (uid, gid) = owner(uid, gid)?;
        Ok(rustix::fs::fchown(fd, Some(uid), Some(gid))?)
    }

    fn set_mode(&self, fd: &Fd, mode: u32) -> io::Result<()> {
        Ok(rustix::fs::fchmod(fd, Mode::from_raw_mode(mode))?)
    }

    fn set_mtime(&self, fd: &Fd, mtime: FileTime) -> io::Result<()> {
        Ok(rustix::fs::futimens(fd, &only_mtime(mtime))?)
    }

    fn set_owner_at(&self, folder: &Fd, name: &OsStr, uid: u32, gid: u32) -> io::Result<()> {
        let (uid, gid) = owner(uid, gid)?;
        let name = component(name)?;
        Ok(rustix::fs::chownat(folder, name, Some(uid), Some(gid), AtFlags::SYMLINK_NOFOLLOW)?)
    }

    fn set_mtime_at(&self, folder: &Fd, name: &OsStr, mtime: FileTime) -> io::Result<()> {
        let (name, times) = (component(name)?, only_mtime(mtime));
        Ok(rustix::fs::utimensat(folder, name, &times, AtFlags::SYMLINK_NOFOLLOW)?)
    }

    fn list_xattrs(&self, fd: &Fd) -> io::Result<Vec<OsString>> {
        let names = match growing(|buffer| rustix::fs::flistxattr(fd, buffer)) {
            Err(Errno::OPNOTSUPP) => Vec::new(),
            other => other?,
        };
        let names = names.split(|byte| *byte == 0).filter(|name| !name.is_empty());
        Ok(names.map(|name| OsStr::from_bytes(name).to_owned()).collect())
    }

    fn get_xattr(&self, fd: &Fd, name: &OsStr) -> io::Result<Vec<u8>> {
        Ok(growing(|buffer| rustix::fs::fgetxattr(fd, name, buffer))?)
    }

    fn set_xattr(&self, fd: &Fd, name: &OsStr, value: &[u8]) -> io::Result<()> {
        Ok(rustix::fs::fsetxattr(fd, name, value, XattrFlags::empty())?)
    }
}

/// Owner and group; the all-ones value, which to the kernel means "leave as it is", is `EINVAL`.
fn owner(uid: u32, gid: u32) -> io::Result<(rustix::fs::Uid, rustix::fs::Gid)> {
    if uid == u32::MAX || gid == u32::MAX {
        return Err(Errno::INVAL.into());
    }
    Ok((rustix::fs::Uid::from_raw(uid), rustix::fs::Gid::from_raw(gid)))
}

fn only_mtime(mtime: FileTime) -> Timestamps {
    Timestamps {
        last_access: Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT },
        last_modification: Timespec { tv_sec: mtime.secs, tv_nsec: mtime.nanos.into() },
    }
}

/// Repeats `call` with a larger buffer while the answer does not fit.
fn growing(mut call: impl FnMut(&mut [u8]) -> rustix::io::Result<usize>) -> rustix::io::Result<Vec<u8>> {
    // The kernel's own limit of names and of a value is 64 KiB; a file system that asks for more than this is ill.
    const MOST: usize = 1 << 20;
    let mut buffer = vec![0; 1024];
    loop {
        match call(&mut buffer) {
            Ok(length) => {
                buffer.truncate(length);
                return Ok(buffer);
            }
            Err(Errno::RANGE) if buffer.len() < MOST => buffer.resize(buffer.len() * 8, 0),
            Err(error) => return Err(error),
        }
    }
}
