//! What is mounted, from the kernel's list: which kind of file system a path lies on.

use std::path::{Path, PathBuf};

use crate::domain::mounts::unescaped;

/// Everything that is mounted, in the order of mounting.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Mounts(Vec<Mount>);

/// One mount.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mount {
    /// Where.
    pub at: PathBuf,
    /// The name of its kind: `ext4`, `fuse.mergerfs`.
    pub kind: String,
    /// Where it comes from: a device, a server.
    pub source: String,
}

/// How a kind of file system behaves, as far as it matters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Manner {
    /// On a disk of this machine.
    Local,
    /// Made by a program: a union of disks, a cloud.
    Fuse,
    /// On another machine.
    Network,
}

impl Mounts {
    /// From the text of `/proc/self/mountinfo`. Lines that say something else are left out.
    #[must_use]
    pub fn read(text: &str) -> Self {
        Self(text.lines().filter_map(mount).collect())
    }

    /// The mount that a path without symlinks lies on.
    #[must_use]
    pub fn of(&self, path: &Path) -> Option<&Mount> {
        // Of those at one place the last one hides the others.
        self.0
            .iter()
            .filter(|mount| path.starts_with(&mount.at))
            .max_by_key(|mount| mount.at.components().count())
    }
}

impl Mount {
    /// How it behaves.
    #[must_use]
    pub fn manner(&self) -> Manner {
        let network = [
            "nfs",
            "nfs4",
            "cifs",
            "smb3",
            "smbfs",
            "9p",
            "afs",
            "ceph",
            "glusterfs",
            "fuse.sshfs",
            "fuse.glusterfs",
        ];
        if network.contains(&self.kind.as_str()) {
            Manner::Network
        } else if self.kind == "fuse" || self.kind.starts_with("fuse.") || self.kind == "virtiofs" {
            Manner::Fuse
        } else {
            Manner::Local
        }
    }
}

/// `36 35 98:0 /root /at options optional… - kind source options`.
fn mount(line: &str) -> Option<Mount> {
    let (before, after) = line.split_once(" - ")?;
    let at = before.split(' ').nth(4)?;
    let mut after = after.split(' ');
    let (kind, source) = (after.next()?.to_owned(), after.next()?);
    let source = unescaped(source.as_bytes()).to_string_lossy().into_owned();
    Some(Mount { at: PathBuf::from(unescaped(at.as_bytes())), kind, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
40 22 0:35 / /mnt/user rw,nosuid - fuse.mergerfs a:b:c rw
41 22 0:36 /tank /mnt/my\\040films rw - nfs4 nas:/tank rw
42 22 0:37 / /mnt/user/tv rw - xfs /dev/sdb1 rw
43 22 0:38 / /mnt/user/tv rw - btrfs /dev/sdc1 rw
nonsense
";

    #[test]
    fn a_path_lies_on_the_deepest_mount_above_it_and_the_last_of_several() {
        let mounts = Mounts::read(TEXT);
        let kind = |path: &str| mounts.of(Path::new(path)).unwrap().kind.as_str();
        assert_eq!(kind("/home/a"), "ext4");
        assert_eq!(kind("/mnt/user/movies"), "fuse.mergerfs");
        assert_eq!(kind("/mnt/user/tv/Show"), "btrfs");
        assert_eq!(kind("/mnt/user/tv2"), "fuse.mergerfs");
        assert_eq!(kind("/mnt/my films/x"), "nfs4");
        assert_eq!(Mounts::read("").of(Path::new("/")), None);
    }

    #[test]
    fn kinds_that_behave_otherwise_are_known() {
        let mounts = Mounts::read(TEXT);
        let manner = |path: &str| mounts.of(Path::new(path)).unwrap().manner();
        assert_eq!(manner("/"), Manner::Local);
        assert_eq!(manner("/mnt/user"), Manner::Fuse);
        assert_eq!(manner("/mnt/my films"), Manner::Network);
    }
}
