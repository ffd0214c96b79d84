//! [`SimFs`]: a file system in memory that behaves as the kernel does, remembers what is durable, and can be cut off.
//!
//! `state` holds inodes and names, `hands` is what tests do to it from outside, `power` what may be found after the
//! power went. That it behaves as [`cacherr::files::real::RealFs`] does is tested in `tests/it/sim.rs`.

mod hands;
mod power;
mod state;

use std::ffi::{OsStr, OsString};
use std::io;
use std::ops::Range;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cacherr::domain::time::FileTime;
use cacherr::files::{Fd, Fs, Holders, Kind, Space, Stat};
use rustix::io::Errno;

pub use hands::{Entry, What};
use state::{Change, Ino, Node, State, check_name, fail};

/// A file system in memory. Clones are the same one; [`SimFs::fork`] makes an independent one.
#[derive(Clone)]
pub struct SimFs(Arc<Mutex<State>>);

/// What an [`Fd`] of this file system holds. Inodes are never freed, so it stays valid whatever happens.
#[derive(Clone, Copy)]
struct Handle {
    ino: Ino,
    writable: bool,
}

impl SimFs {
    /// A file system with one volume for each mount point, and one for the folders that lead there.
    pub fn with_volumes<P: AsRef<Path>>(mounts: impl IntoIterator<Item = P>) -> Self {
        let mut state = State::new();
        for mount in mounts {
            state.add_volume(mount.as_ref());
        }
        state.settle();
        Self(Arc::new(Mutex::new(state)))
    }

    /// An independent copy of everything, with the same inode numbers: handles are good in both.
    pub fn fork(&self) -> Self {
        Self(Arc::new(Mutex::new(self.state().clone())))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn ino(fd: &Fd) -> Ino {
    fd.get::<Handle>().ino
}

fn writable(fd: &Fd, otherwise: Errno) -> io::Result<Ino> {
    let handle = fd.get::<Handle>();
    if handle.writable { Ok(handle.ino) } else { fail(otherwise) }
}

fn reading(ino: Ino) -> Fd {
    Fd::new(Handle { ino, writable: false })
}

impl Fs for SimFs {
    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        self.state().resolve(path, true).map(|(path, _)| path)
    }

    fn open_folder(&self, path: &Path) -> io::Result<Fd> {
        let state = self.state();
        let (_, found) = state.resolve(path, false)?;
        state.expect_folder(found).map(reading)
    }

    fn open_below(&self, root: &Fd, below: &Path) -> io::Result<Fd> {
        let state = self.state();
        let names: Vec<_> =
            below.as_os_str().as_bytes().split(|byte| *byte == b'/').map(OsStr::from_bytes).collect();
        let mut here = ino(root);
        if below.as_os_str().is_empty() {
            return state.expect_folder(here).map(reading);
        }
        names.iter().try_for_each(|name| check_name(name))?;
        for name in names {
            here = state.expect_folder(state.child(here, name)?)?;
        }
        Ok(reading(here))
    }

    fn open_file(&self, folder: &Fd, name: &OsStr) -> io::Result<Fd> {
        check_name(name)?;
        let state = self.state();
        let found = state.child(ino(folder), name)?;
        match state.inode(found).node {
            Node::Link(_) => fail(Errno::LOOP),
            Node::File(_) | Node::Folder(_) => Ok(reading(found)),
        }
    }

    fn open_uncached(&self, folder: &Fd, name: &OsStr) -> io::Result<Fd> {
        self.open_file(folder, name)
    }

    fn read_as_others(&self, folder: &Fd, name: &OsStr, most: usize) -> io::Result<Vec<u8>> {
        check_name(name)?;
        let state = self.state();
        let found = state.child(ino(folder), name)?;
        let found = match &state.inode(found).node {
            Node::Link(text) if text.is_absolute() => state.resolve(text, true)?.1,
            // Into the same folder: nothing else is needed here.
            Node::Link(text) => state.child(ino(folder), text.as_os_str())?,
            Node::File(_) | Node::Folder(_) => found,
        };
        Ok(state.bytes(found)?.iter().take(most).copied().collect())
    }

    fn create_file(&self, folder: &Fd, name: &OsStr) -> io::Result<Fd> {
        let made = self.state().create(ino(folder), name, Node::File(Vec::new()), 0o600)?;
        Ok(Fd::new(Handle { ino: made, writable: true }))
    }

    fn stat(&self, fd: &Fd) -> io::Result<Stat> {
        Ok(self.state().stat(ino(fd)))
    }

    fn stat_at(&self, folder: &Fd, name: &OsStr) -> io::Result<Stat> {
        check_name(name)?;
        let state = self.state();
        Ok(state.stat(state.child(ino(folder), name)?))
    }

    fn list(&self, folder: &Fd) -> io::Result<Vec<OsString>> {
        Ok(self.state().entries(ino(folder))?.keys().cloned().collect())
    }

    fn read_link(&self, folder: &Fd, name: &OsStr) -> io::Result<PathBuf> {
        check_name(name)?;
        let state = self.state();
        match &state.inode(state.child(ino(folder), name)?).node {
            Node::Link(text) => Ok(text.clone()),
            Node::File(_) | Node::Folder(_) => fail(Errno::INVAL),
        }
    }

    fn space(&self, fd: &Fd) -> io::Result<Space> {
        Ok(self.state().volume_of(ino(fd)).space)
    }

    fn holders(&self, stat: &Stat) -> io::Result<Holders> {
        let none = Holders { writers: 0, readers: 0, complete: true };
        Ok(self.state().holders.get(&(stat.dev, stat.identity.ino)).copied().unwrap_or(none))
    }

    fn symlink(&self, text: &Path, folder: &Fd, name: &OsStr) -> io::Result<()> {
        match text.as_os_str().len() {
            0 => fail(Errno::NOENT),
            4096.. => fail(Errno::NAMETOOLONG),
            _ => self.state().create(ino(folder), name, Node::Link(text.to_owned()), 0o777).map(|_| ()),
        }
    }

    fn exchange(&self, folder: &Fd, a: &OsStr, b: &OsStr) -> io::Result<()> {
        check_name(a)?;
        check_name(b)?;
        let mut state = self.state();
        let folder = ino(folder);
        let (at_a, at_b) = (state.movable(folder, a)?, state.movable(folder, b)?);
        if state.volume_of(folder).exchange_refused {
            return fail(Errno::INVAL);
        }
        if at_a != at_b {
            state.change(vec![Change::put(folder, a, at_b), Change::put(folder, b, at_a)]);
        }
        Ok(())
    }

    fn rename_new(&self, from: &Fd, name: &OsStr, to: &Fd, new: &OsStr) -> io::Result<()> {
        self.state().rename((ino(from), name), (ino(to), new), false)
    }

    fn rename_over(&self, folder: &Fd, name: &OsStr, new: &OsStr) -> io::Result<()> {
        self.state().rename((ino(folder), name), (ino(folder), new), true)
    }

    fn hard_link(&self, folder: &Fd, name: &OsStr, new: &OsStr) -> io::Result<()> {
        check_name(name)?;
        check_name(new)?;
        let mut state = self.state();
        let folder = ino(folder);
        let found = state.child(folder, name)?;
        state.expect_free(folder, new)?;
        if state.kind(found) == Kind::Folder || state.inode(found).meta.frozen {
            return fail(Errno::PERM);
        }
        state.change(vec![Change::put(folder, new, found)]);
        Ok(())
    }

    fn unlink(&self, folder: &Fd, name: &OsStr) -> io::Result<()> {
        check_name(name)?;
        let mut state = self.state();
        let folder = ino(folder);
        let found = state.child(folder, name)?;
        if state.kind(found) == Kind::Folder {
            return fail(Errno::ISDIR);
        }
        state.movable(folder, name)?;
        state.change(vec![Change::take(folder, name)]);
        Ok(())
    }

    fn make_folder(&self, folder: &Fd, name: &OsStr, mode: u32) -> io::Result<()> {
        self.state().create(ino(folder), name, Node::Folder(Default::default()), mode & 0o7777).map(|_| ())
    }

    fn remove_folder(&self, folder: &Fd, name: &OsStr) -> io::Result<()> {
        check_name(name)?;
        let mut state = self.state();
        let folder = ino(folder);
        let found = state.movable(folder, name)?;
        if !state.entries(found)?.is_empty() {
            return fail(Errno::NOTEMPTY);
        }
        state.change(vec![Change::take(folder, name)]);
        Ok(())
    }

    fn read_at(&self, fd: &Fd, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let state = self.state();
        let rest = state.bytes(ino(fd))?.get(index(offset)..).unwrap_or_default();
        let length = rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        Ok(length)
    }

    fn write_at(&self, fd: &Fd, bytes: &[u8], offset: u64) -> io::Result<()> {
        let ino = writable(fd, Errno::BADF)?;
        self.state().write(ino, bytes, index(offset))
    }

    fn set_len(&self, fd: &Fd, length: u64) -> io::Result<()> {
        let ino = writable(fd, Errno::INVAL)?;
        self.state().set_len(ino, index(length))
    }

    fn next_data(&self, fd: &Fd, offset: u64) -> io::Result<Option<Range<u64>>> {
        const BLOCK: usize = 4096;
        let state = self.state();
        let bytes = state.bytes(ino(fd))?;
        let is_data = |at: usize| bytes[at..bytes.len().min(at + BLOCK)].iter().any(|byte| *byte != 0);
        let blocks = || (index(offset) / BLOCK * BLOCK..bytes.len()).step_by(BLOCK);
        let Some(start) = blocks().find(|at| is_data(*at)) else { return Ok(None) };
        let end = blocks().find(|at| *at > start && !is_data(*at)).unwrap_or(bytes.len());
        let start = start.max(index(offset));
        Ok((start < end).then_some(start as u64..end as u64))
    }

    fn sync_data(&self, fd: &Fd) -> io::Result<()> {
        self.state().sync(ino(fd));
        Ok(())
    }

    fn sync(&self, fd: &Fd) -> io::Result<()> {
        self.state().sync(ino(fd));
        Ok(())
    }

    fn sync_volume(&self, fd: &Fd) -> io::Result<()> {
        let mut state = self.state();
        let volume = state.inode(ino(fd)).volume;
        state.sync_volume(volume);
        Ok(())
    }

    fn drop_pages(&self, _: &Fd, _: Range<u64>) -> io::Result<()> {
        Ok(())
    }

    fn set_owner(&self, fd: &Fd, uid: u32, gid: u32) -> io::Result<()> {
        self.state().set_owner(ino(fd), uid, gid)
    }

    fn set_mode(&self, fd: &Fd, mode: u32) -> io::Result<()> {
        self.state().set_meta(ino(fd), |meta| meta.mode = mode & 0o7777)
    }

    fn set_mtime(&self, fd: &Fd, mtime: FileTime) -> io::Result<()> {
        self.state().set_meta(ino(fd), |meta| meta.mtime = mtime)
    }

    fn set_owner_at(&self, folder: &Fd, name: &OsStr, uid: u32, gid: u32) -> io::Result<()> {
        check_name(name)?;
        let mut state = self.state();
        let found = state.child(ino(folder), name)?;
        state.set_owner(found, uid, gid)
    }

    fn set_mtime_at(&self, folder: &Fd, name: &OsStr, mtime: FileTime) -> io::Result<()> {
        check_name(name)?;
        let mut state = self.state();
        let found = state.child(ino(folder), name)?;
        state.set_meta(found, |meta| meta.mtime = mtime)
    }

    fn list_xattrs(&self, fd: &Fd) -> io::Result<Vec<OsString>> {
        Ok(self.state().inode(ino(fd)).meta.xattrs.keys().cloned().collect())
    }

    fn get_xattr(&self, fd: &Fd, name: &OsStr) -> io::Result<Vec<u8>> {
        let found = self.state().inode(ino(fd)).meta.xattrs.get(name).cloned();
        found.map_or_else(|| fail(Errno::NODATA), Ok)
    }

    fn set_xattr(&self, fd: &Fd, name: &OsStr, value: &[u8]) -> io::Result<()> {
        self.state().set_meta(ino(fd), |meta| drop(meta.xattrs.insert(name.to_owned(), value.to_owned())))
    }
}

fn index(offset: u64) -> usize {
    usize::try_from(offset).unwrap()
}
