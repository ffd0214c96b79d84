//! What a test does to a [`SimFs`] from outside: other people's acts, and looking.
//!
//! All acts are as volatile as ours are; [`SimFs::settle`] makes a prepared scene durable.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};

use cacherr::domain::time::FileTime;
use cacherr::files::{Holders, Kind, Stat};
use rustix::io::Errno;

use super::SimFs;
use super::state::{Change, Ino, Node, State, fail};

/// One thing in a tree, for comparisons.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Device and inode number.
    pub inode: (u64, u64),
    /// Permission bits.
    pub mode: u32,
    /// Owner and group.
    pub owner: (u32, u32),
    /// Of a file or link: folder times change with every act.
    pub mtime: Option<FileTime>,
    /// What it is.
    pub what: What,
}

/// What a name stands for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum What {
    /// A file and its bytes.
    File(Vec<u8>),
    /// A folder.
    Folder,
    /// A link and its text.
    Link(PathBuf),
}

impl SimFs {
    /// Makes all that was done so far durable.
    pub fn settle(&self) {
        self.state().settle();
    }

    /// Lets time pass.
    pub fn advance(&self, seconds: i64) {
        self.state().now += seconds * 1_000_000;
    }

    /// Puts a new file at a path, over what may be there, making folders as needed.
    pub fn put_file(&self, path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) {
        let mut state = self.state();
        let (folder, name) = state.place(path.as_ref(), true).unwrap();
        // One act, as a rename over the name is: nobody sees the name without a file.
        let volume = state.inode(folder).volume;
        let file = state.new_inode(volume, Node::File(Vec::new()), 0o644);
        state.change(vec![Change::put(folder, &name, file)]);
        state.write(file, bytes.as_ref(), 0).unwrap();
    }

    /// Makes a link, making folders as needed.
    pub fn put_link(&self, path: impl AsRef<Path>, text: impl AsRef<Path>) {
        let mut state = self.state();
        let (folder, name) = state.place(path.as_ref(), true).unwrap();
        state.create(folder, &name, Node::Link(text.as_ref().to_owned()), 0o777).unwrap();
    }

    /// Makes a folder and those above it.
    pub fn mkdir_all(&self, path: impl AsRef<Path>) {
        self.state().make_folders(path.as_ref()).unwrap();
    }

    /// Reads as any program does: through symlinks, across volumes.
    pub fn read(&self, path: impl AsRef<Path>) -> io::Result<Vec<u8>> {
        let state = self.state();
        let (_, found) = state.resolve(path.as_ref(), true)?;
        state.bytes(found).cloned()
    }

    /// Of the name itself.
    pub fn lstat(&self, path: impl AsRef<Path>) -> io::Result<Stat> {
        let state = self.state();
        state.resolve(path.as_ref(), false).map(|(_, found)| state.stat(found))
    }

    /// Everything there is, by path.
    pub fn tree(&self) -> BTreeMap<PathBuf, Entry> {
        let state = self.state();
        let mut tree = BTreeMap::new();
        state.collect(super::state::ROOT, Path::new("/"), &mut tree);
        tree
    }

    /// Writes new bytes into the file a path leads to, as an editor that keeps the inode does.
    pub fn write_in_place(&self, path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        let mut state = self.state();
        let (_, found) = state.resolve(path.as_ref(), true)?;
        state.set_len(found, 0)?;
        state.write(found, bytes.as_ref(), 0)
    }

    /// Removes a name that is not a folder. (Not `unlink`: that would hide the method of `Fs`.)
    pub fn remove(&self, path: impl AsRef<Path>) -> io::Result<()> {
        let mut state = self.state();
        let (folder, name) = state.place(path.as_ref(), false)?;
        let found = state.movable(folder, &name)?;
        if state.kind(found) == Kind::Folder {
            return fail(Errno::ISDIR);
        }
        state.change(vec![Change::take(folder, &name)]);
        Ok(())
    }

    /// Renames over whatever is there.
    pub fn rename(&self, from: impl AsRef<Path>, to: impl AsRef<Path>) -> io::Result<()> {
        let mut state = self.state();
        let (from, name) = state.place(from.as_ref(), false)?;
        let (to, new) = state.place(to.as_ref(), false)?;
        state.rename((from, &name), (to, &new), true)
    }

    /// Says how much room is left on the volume mounted there.
    pub fn set_space(&self, mount: impl AsRef<Path>, available: u64) {
        let mut state = self.state();
        let volume = state.volume(mount.as_ref());
        state.volumes[volume].space.available = available;
    }

    /// Says who has an inode open.
    pub fn set_holders(&self, of: &Stat, holders: Holders) {
        self.state().holders.insert((of.dev, of.identity.ino), holders);
    }

    /// Makes an inode immutable, or no longer so.
    pub fn set_frozen(&self, path: impl AsRef<Path>, frozen: bool) {
        let mut state = self.state();
        let (_, found) = state.resolve(path.as_ref(), false).unwrap();
        state.inodes[found].meta.frozen = frozen;
    }

    /// Lets the volume refuse to exchange names, as unions do.
    pub fn refuse_exchange(&self, mount: impl AsRef<Path>) {
        let mut state = self.state();
        let volume = state.volume(mount.as_ref());
        state.volumes[volume].exchange_refused = true;
    }

    /// Lets the volume take names that differ only in case for one, as some NAS volumes do.
    pub fn fold_case(&self, mount: impl AsRef<Path>) {
        let mut state = self.state();
        let volume = state.volume(mount.as_ref());
        state.volumes[volume].folds_case = true;
    }

    /// Takes a volume away: its mount point is an empty folder of another file system then.
    pub fn unmount(&self, mount: impl AsRef<Path>) {
        let mut state = self.state();
        let volume = state.volume(mount.as_ref());
        state.volumes[volume].mounted = false;
    }

    /// Brings it back.
    pub fn remount(&self, mount: impl AsRef<Path>) {
        let mut state = self.state();
        let volume = state.volume(mount.as_ref());
        state.volumes[volume].mounted = true;
    }
}

impl State {
    /// The folder a path lies in (symlinks followed), and its name there.
    fn place(&mut self, path: &Path, make: bool) -> io::Result<(Ino, OsString)> {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return fail(Errno::INVAL) };
        if make && self.resolve(folder, true).is_err() {
            self.make_folders(folder)?;
        }
        Ok((self.resolve(folder, true)?.1, OsStr::to_owned(name)))
    }

    fn volume(&self, mount: &Path) -> usize {
        self.volumes.iter().position(|volume| volume.mount == mount).unwrap()
    }

    fn collect(&self, folder: Ino, path: &Path, tree: &mut BTreeMap<PathBuf, Entry>) {
        for name in self.entries(folder).unwrap().keys() {
            let (path, found) = (path.join(name), self.child(folder, name).unwrap());
            let (inode, stat) = (self.inode(found), self.stat(found));
            let what = match &inode.node {
                Node::File(bytes) => What::File(bytes.clone()),
                Node::Folder(_) => What::Folder,
                Node::Link(text) => What::Link(text.clone()),
            };
            if what == What::Folder {
                self.collect(found, &path, tree);
            }
            let entry = Entry {
                inode: (stat.dev, stat.identity.ino),
                mode: inode.meta.mode,
                owner: (inode.meta.uid, inode.meta.gid),
                mtime: (what != What::Folder).then_some(inode.meta.mtime),
                what,
            };
            tree.insert(path, entry);
        }
    }
}
