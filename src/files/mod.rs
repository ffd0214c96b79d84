//! The only mutator of media trees.
//!
//! [`Fs`] is the seam: one method per system call (or per act the kernel makes indivisible), so that tests can count
//! the calls of a scenario and let each of them fail, take effect and fail, or be the last one before the power goes.
//! [`real`] is the operating system.
//!
//! **Invariant:** a name is always given as a single component relative to a folder that was opened below a proven
//! root; a path with two components never reaches a call that changes something.

pub mod copy;
pub mod errno;
pub mod folder;
pub mod real;
pub mod seal;

use std::any::Any;
use std::ffi::{OsStr, OsString};
use std::io;
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::domain::identity::Identity;
use crate::domain::time::FileTime;

/// An open file or folder. Closed when the last clone is dropped.
///
/// Opaque: each [`Fs`] puts its own value inside and only ever gets its own back.
#[derive(Clone)]
pub struct Fd(Arc<dyn Any + Send + Sync>);

impl Fd {
    /// Wraps a file system's own handle.
    pub fn new<T: Any + Send + Sync>(handle: T) -> Self {
        Self(Arc::new(handle))
    }

    /// The handle inside.
    ///
    /// # Panics
    /// When a handle of one file system is given to another: a mistake in the program, not in the world.
    #[must_use]
    pub fn get<T: Any + Send + Sync>(&self) -> &T {
        self.0.downcast_ref().expect("a handle is used with the file system that made it")
    }
}

impl std::fmt::Debug for Fd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fd")
    }
}

/// What kind of thing a name stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A device, socket or fifo.
    Special,
}

impl Kind {
    /// In a sentence, with its article.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::File => "a file",
            Self::Folder => "a folder",
            Self::Link => "a symlink",
            Self::Special => "a device, socket or fifo",
        }
    }
}

/// What the kernel says of one inode.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stat {
    /// What it is.
    pub kind: Kind,
    /// Device number: comparable within one run only.
    pub dev: u64,
    /// Links to it.
    pub nlink: u64,
    /// Immutable or append-only.
    pub frozen: bool,
    /// The rest, as the store remembers it.
    pub identity: Identity,
}

impl Stat {
    /// The same inode, within one run.
    #[must_use]
    pub fn same_inode(&self, other: &Self) -> bool {
        (self.dev, self.identity.ino) == (other.dev, other.identity.ino)
    }
}

/// Room on a volume, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Space {
    /// For us.
    pub available: u64,
    /// In all.
    pub total: u64,
}

/// Who has an inode open, as far as we can see.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Holders {
    /// Handles (or shared mappings) that can write.
    pub writers: u32,
    /// Handles and mappings that can read only.
    pub readers: u32,
    /// Every process of this machine was seen. Otherwise zero means "none that we can see".
    pub complete: bool,
}

/// Told of a name in a folder, and of what it stands for, if that is known.
pub type VisitName<'v> = dyn FnMut(&OsStr, Option<Kind>) -> ControlFlow<()> + 'v;

/// The system calls that the engine makes.
///
/// All names are single components. Errors are the system's own; "not found" is an error like any other here, and
/// only the callers decide what it means.
pub trait Fs: Send + Sync + 'static {
    /// Resolves every symlink of an existing path.
    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf>;
    /// Opens a folder by its absolute, canonical path. Refuses a symlink as last component.
    fn open_folder(&self, path: &Path) -> io::Result<Fd>;
    /// Opens a folder below another one: no symlink on the way, no escape. An empty path is the folder itself.
    fn open_below(&self, root: &Fd, below: &Path) -> io::Result<Fd>;
    /// Opens a file for reading. Never follows a symlink, never blocks on a fifo.
    fn open_file(&self, folder: &Fd, name: &OsStr) -> io::Result<Fd>;
    /// Opens a file for reading past the page cache where the file system can; otherwise as [`Fs::open_file`].
    fn open_uncached(&self, folder: &Fd, name: &OsStr) -> io::Result<Fd>;
    /// Reads a small file as every other program does: a symlink at its name is followed. Of a longer one the beginning.
    fn read_as_others(&self, folder: &Fd, name: &OsStr, most: usize) -> io::Result<Vec<u8>>;
    /// Creates a file (mode 0600) for reading and writing; fails if the name exists.
    fn create_file(&self, folder: &Fd, name: &OsStr) -> io::Result<Fd>;
    /// Of an open file or folder.
    fn stat(&self, fd: &Fd) -> io::Result<Stat>;
    /// Of a name, not following a symlink, asking a network server anew.
    fn stat_at(&self, folder: &Fd, name: &OsStr) -> io::Result<Stat>;
    /// All names in a folder, without `.` and `..`, in no order.
    fn list(&self, folder: &Fd) -> io::Result<Vec<OsString>>;
    /// Each name in a folder as it comes, with what it stands for where the file system tells that by itself, until `visit`
    /// says that it is enough. However many there are, no more than one is held.
    fn each_name(&self, folder: &Fd, visit: &mut VisitName<'_>) -> io::Result<()> {
        // For file systems that are made of lists.
        for name in self.list(folder)? {
            if visit(&name, None).is_break() {
                break;
            }
        }
        Ok(())
    }
    /// What a link says.
    fn read_link(&self, folder: &Fd, name: &OsStr) -> io::Result<PathBuf>;
    /// Room on the volume of an open file or folder.
    fn space(&self, fd: &Fd) -> io::Result<Space>;
    /// Who else has the inode open. Handles of this process do not count.
    fn holders(&self, stat: &Stat) -> io::Result<Holders>;

    /// Makes a link; fails if the name exists.
    fn symlink(&self, text: &Path, folder: &Fd, name: &OsStr) -> io::Result<()>;
    /// Exchanges two names of one folder atomically. Watchers are told of `a` last.
    fn exchange(&self, folder: &Fd, a: &OsStr, b: &OsStr) -> io::Result<()>;
    /// Renames within one file system; fails if the new name exists.
    fn rename_new(&self, from: &Fd, name: &OsStr, to: &Fd, new: &OsStr) -> io::Result<()>;
    /// Renames within one folder over whatever has the new name. Only the link-and-rename protocol uses this.
    fn rename_over(&self, folder: &Fd, name: &OsStr, new: &OsStr) -> io::Result<()>;
    /// Gives an inode a second name; fails if that exists.
    fn hard_link(&self, folder: &Fd, name: &OsStr, new: &OsStr) -> io::Result<()>;
    /// Removes a name that is not a folder.
    fn unlink(&self, folder: &Fd, name: &OsStr) -> io::Result<()>;
    /// Makes a folder with this mode, whatever the umask.
    fn make_folder(&self, folder: &Fd, name: &OsStr, mode: u32) -> io::Result<()>;
    /// Removes an empty folder.
    fn remove_folder(&self, folder: &Fd, name: &OsStr) -> io::Result<()>;

    /// Reads up to `buffer.len()` bytes; 0 at the end.
    fn read_at(&self, fd: &Fd, buffer: &mut [u8], offset: u64) -> io::Result<usize>;
    /// Writes all bytes.
    fn write_at(&self, fd: &Fd, bytes: &[u8], offset: u64) -> io::Result<()>;
    /// Sets the length; what is new reads as zeros.
    fn set_len(&self, fd: &Fd, length: u64) -> io::Result<()>;
    /// The next range at or after `offset` that may hold data; `None` when only a hole is left.
    fn next_data(&self, fd: &Fd, offset: u64) -> io::Result<Option<Range<u64>>>;
    /// Makes the bytes durable (not the names).
    fn sync_data(&self, fd: &Fd) -> io::Result<()>;
    /// Makes a file or the names in a folder durable.
    fn sync(&self, fd: &Fd) -> io::Result<()>;
    /// Makes the whole volume durable; for folders that cannot be synced.
    fn sync_volume(&self, fd: &Fd) -> io::Result<()>;
    /// Tells the kernel that clean pages of this range will not be needed again. Advice: changes no bytes.
    fn drop_pages(&self, fd: &Fd, range: Range<u64>) -> io::Result<()>;

    /// Owner and group of an open file or folder.
    fn set_owner(&self, fd: &Fd, uid: u32, gid: u32) -> io::Result<()>;
    /// Permission bits of an open file or folder.
    fn set_mode(&self, fd: &Fd, mode: u32) -> io::Result<()>;
    /// Modification time of an open file or folder; the access time stays.
    fn set_mtime(&self, fd: &Fd, mtime: FileTime) -> io::Result<()>;
    /// Owner and group of a name itself, not of what a link points to.
    fn set_owner_at(&self, folder: &Fd, name: &OsStr, uid: u32, gid: u32) -> io::Result<()>;
    /// Modification time of a name itself.
    fn set_mtime_at(&self, folder: &Fd, name: &OsStr, mtime: FileTime) -> io::Result<()>;
    /// Names of all extended attributes.
    fn list_xattrs(&self, fd: &Fd) -> io::Result<Vec<OsString>>;
    /// One extended attribute.
    fn get_xattr(&self, fd: &Fd, name: &OsStr) -> io::Result<Vec<u8>>;
    /// Sets one extended attribute.
    fn set_xattr(&self, fd: &Fd, name: &OsStr, value: &[u8]) -> io::Result<()>;
}

/// The user whose rights our calls have.
#[must_use]
pub fn effective_user() -> u32 {
    rustix::process::geteuid().as_raw()
}
