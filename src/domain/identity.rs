//! When are two files the same file, and when do they hold the same bytes?
//!
//! Within a job, (device, inode) answers; across restarts device numbers change, so rows carry the file system's id,
//! the inode and its birth time. Size and modification time stand for the bytes; where they differ, only the hash
//! decides (ARCHITECTURE.md, "Which file is it?").

use serde::{Deserialize, Serialize};

use super::time::FileTime;

/// What the store remembers of an inode.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Identity {
    /// `f_fsid`: stable across mounts on ext4 and btrfs, of the device on xfs.
    pub fsid: u64,
    /// Inode number.
    pub ino: u64,
    /// Birth time, where the file system keeps one. Tells a reused inode number apart.
    pub btime: Option<FileTime>,
    /// Bytes.
    pub size: u64,
    /// Modification time.
    pub mtime: FileTime,
    /// Status change time: a hint that something touched the inode, never a proof of difference.
    pub ctime: FileTime,
    /// Permission bits, with setuid, setgid and sticky.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
}

impl Identity {
    /// The same inode, as far as can be told after a restart.
    #[must_use]
    pub fn same_file(&self, other: &Self) -> bool {
        self.fsid == other.fsid
            && self.ino == other.ino
            && match (self.btime, other.btime) {
                (Some(a), Some(b)) => a == b,
                _ => true,
            }
    }

    /// The same bytes, as far as size and modification time tell.
    #[must_use]
    pub fn same_bytes(&self, other: &Self) -> bool {
        self.size == other.size && self.mtime == other.mtime
    }

    /// The same file with the same bytes.
    #[must_use]
    pub fn unchanged(&self, other: &Self) -> bool {
        self.same_file(other) && self.same_bytes(other)
    }

    /// Permissions and owner agree.
    #[must_use]
    pub fn same_owner_and_mode(&self, other: &Self) -> bool {
        (self.mode, self.uid, self.gid) == (other.mode, other.uid, other.gid)
    }
}

/// BLAKE3 of a whole file.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hash(pub [u8; 32]);

impl std::fmt::Display for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&blake3::Hash::from_bytes(self.0).to_hex())
    }
}

impl std::fmt::Debug for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}
