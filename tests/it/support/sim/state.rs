//! Inodes, names and volumes, each beside its durable self.
//!
//! Every change of names goes through [`State::change`], which writes it down: what was not synced since is what a
//! power cut may take back.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use cacherr::domain::identity::Identity;
use cacherr::domain::time::FileTime;
use cacherr::files::{Holders, Kind, Space, Stat};
use rustix::io::Errno;

/// Place of an inode in [`State::inodes`]; never reused.
pub type Ino = usize;
pub type Names = BTreeMap<OsString, Ino>;

/// `/`, in the volume of the same index.
pub const ROOT: Ino = 0;

#[derive(Clone)]
pub struct State {
    pub inodes: Vec<Inode>,
    pub volumes: Vec<Volume>,
    /// Acts on names that no sync has made durable yet, in order.
    pub journal: Vec<Naming>,
    /// Who has an inode open, by device and inode number.
    pub holders: HashMap<(u64, u64), Holders>,
    /// Microseconds since the epoch; each act takes one.
    pub now: i64,
}

#[derive(Clone)]
pub struct Volume {
    pub mount: PathBuf,
    /// The folder it is mounted on, in the volume of `/`.
    pub mounted_on: Ino,
    pub root: Ino,
    pub mounted: bool,
    pub space: Space,
    pub exchange_refused: bool,
    /// Names that differ only in the case of ASCII letters are one name.
    pub folds_case: bool,
    next_number: u64,
}

#[derive(Clone)]
pub struct Inode {
    pub volume: usize,
    /// As `stat` tells it. Volumes count alike, so that whoever forgets the device is found out.
    pub number: u64,
    pub nlink: u64,
    pub node: Node,
    pub meta: Meta,
    /// What a power cut leaves. A folder's names are what its synced acts made of them.
    pub durable_node: Node,
    pub durable_meta: Meta,
}

#[derive(Clone, PartialEq)]
pub enum Node {
    File(Vec<u8>),
    Folder(Names),
    Link(PathBuf),
}

#[derive(Clone, PartialEq)]
pub struct Meta {
    pub mode: u32,
    pub uid: u32,
    pub gid: u32,
    pub mtime: FileTime,
    pub ctime: FileTime,
    pub btime: FileTime,
    pub xattrs: BTreeMap<OsString, Vec<u8>>,
    pub frozen: bool,
}

/// One act on names: all its changes or none.
#[derive(Clone)]
pub struct Naming(pub Vec<Change>);

impl Naming {
    pub fn touches(&self, folder: Ino) -> bool {
        self.0.iter().any(|change| change.folder == folder)
    }
}

/// From now on the name in the folder stands for this.
#[derive(Clone)]
pub struct Change {
    pub folder: Ino,
    pub name: OsString,
    pub becomes: Option<Ino>,
}

impl Change {
    pub fn put(folder: Ino, name: &OsStr, ino: Ino) -> Self {
        Self { folder, name: name.to_owned(), becomes: Some(ino) }
    }

    pub fn take(folder: Ino, name: &OsStr) -> Self {
        Self { folder, name: name.to_owned(), becomes: None }
    }

    /// Makes it so; returns what the name stood for.
    pub fn apply(&self, names: &mut Names) -> Option<Ino> {
        match self.becomes {
            Some(ino) => names.insert(self.name.clone(), ino),
            None => names.remove(&self.name),
        }
    }
}

pub fn fail<T>(errno: Errno) -> io::Result<T> {
    Err(errno.into())
}

/// A name is one component of at most 255 bytes.
pub fn check_name(name: &OsStr) -> io::Result<()> {
    let bytes = name.as_bytes();
    match bytes {
        b"" | b"." | b".." => fail(Errno::INVAL),
        _ if bytes.contains(&b'/') => fail(Errno::INVAL),
        _ if bytes.len() > 255 => fail(Errno::NAMETOOLONG),
        _ => Ok(()),
    }
}

impl State {
    pub fn new() -> Self {
        let mut state = Self {
            inodes: Vec::new(),
            volumes: Vec::new(),
            journal: Vec::new(),
            holders: HashMap::new(),
            now: 1_700_000_000_000_000,
        };
        state.push_volume(Path::new("/"), ROOT);
        state
    }

    pub fn add_volume(&mut self, mount: &Path) {
        let on = self.make_folders(mount).unwrap();
        self.push_volume(mount, on);
    }

    fn push_volume(&mut self, mount: &Path, mounted_on: Ino) {
        let volume = self.volumes.len();
        let space = Space { available: 1 << 40, total: 1 << 41 };
        self.volumes.push(Volume {
            mount: mount.to_owned(),
            mounted_on,
            root: 0,
            mounted: true,
            space,
            exchange_refused: false,
            folds_case: false,
            next_number: 2,
        });
        let root = self.new_inode(volume, Node::Folder(Names::new()), 0o755);
        self.inodes[root].nlink = 1;
        self.volumes[volume].root = root;
    }

    pub fn inode(&self, ino: Ino) -> &Inode {
        &self.inodes[ino]
    }

    pub fn volume_of(&self, ino: Ino) -> &Volume {
        &self.volumes[self.inodes[ino].volume]
    }

    pub fn kind(&self, ino: Ino) -> Kind {
        match self.inodes[ino].node {
            Node::File(_) => Kind::File,
            Node::Folder(_) => Kind::Folder,
            Node::Link(_) => Kind::Link,
        }
    }

    pub fn tick(&mut self) -> FileTime {
        self.now += 1;
        FileTime {
            secs: self.now.div_euclid(1_000_000),
            nanos: u32::try_from(self.now.rem_euclid(1_000_000) * 1000).unwrap(),
        }
    }

    pub fn stat(&self, ino: Ino) -> Stat {
        let inode = &self.inodes[ino];
        let meta = &inode.meta;
        let volume = inode.volume as u64;
        let size = match &inode.node {
            Node::File(bytes) => bytes.len(),
            Node::Link(text) => text.as_os_str().len(),
            Node::Folder(_) => 4096,
        };
        Stat {
            kind: self.kind(ino),
            dev: 0x800 + volume,
            nlink: inode.nlink,
            frozen: meta.frozen,
            identity: Identity {
                fsid: 0xf5_0000 + volume,
                ino: inode.number,
                btime: Some(meta.btime),
                size: size as u64,
                mtime: meta.mtime,
                ctime: meta.ctime,
                mode: meta.mode,
                uid: meta.uid,
                gid: meta.gid,
            },
        }
    }

    pub fn entries(&self, folder: Ino) -> io::Result<&Names> {
        match &self.inodes[folder].node {
            Node::Folder(names) => Ok(names),
            Node::File(_) | Node::Link(_) => fail(Errno::NOTDIR),
        }
    }

    pub fn bytes(&self, file: Ino) -> io::Result<&Vec<u8>> {
        match &self.inodes[file].node {
            Node::File(bytes) => Ok(bytes),
            Node::Folder(_) => fail(Errno::ISDIR),
            Node::Link(_) => fail(Errno::INVAL),
        }
    }

    /// What a name stands for; where a volume is mounted on it, that volume's root.
    pub fn child(&self, folder: Ino, name: &OsStr) -> io::Result<Ino> {
        let names = self.entries(folder)?;
        if name.len() > 255 {
            return fail(Errno::NAMETOOLONG);
        }
        let found =
            names.get(&*self.spelled(folder, name)).copied().map_or_else(|| fail(Errno::NOENT), Ok)?;
        Ok(self.mounted_at(found).unwrap_or(found))
    }

    /// The name as the folder spells it, where case does not count there.
    fn spelled<'n>(&self, folder: Ino, name: &'n OsStr) -> Cow<'n, OsStr> {
        let known = match &self.inodes[folder].node {
            Node::Folder(names) if self.volume_of(folder).folds_case => {
                names.keys().find(|known| known.eq_ignore_ascii_case(name))
            }
            _ => None,
        };
        known.map_or(Cow::Borrowed(name), |known| Cow::Owned(known.clone()))
    }

    fn mounted_at(&self, ino: Ino) -> Option<Ino> {
        // The volume of `/` is mounted on itself.
        self.volumes
            .iter()
            .skip(1)
            .find(|volume| volume.mounted && volume.mounted_on == ino)
            .map(|volume| volume.root)
    }

    pub fn expect_folder(&self, ino: Ino) -> io::Result<Ino> {
        match self.kind(ino) {
            Kind::Folder => Ok(ino),
            Kind::Link => fail(Errno::LOOP),
            Kind::File | Kind::Special => fail(Errno::NOTDIR),
        }
    }

    pub fn expect_free(&self, folder: Ino, name: &OsStr) -> io::Result<()> {
        check_name(name)?;
        if self.entries(folder)?.contains_key(&*self.spelled(folder, name)) {
            return fail(Errno::EXIST);
        }
        // A folder that was removed while somebody held it takes no new names.
        if self.inodes[folder].nlink == 0 { fail(Errno::NOENT) } else { Ok(()) }
    }

    /// What a name stands for, if it may be renamed or removed.
    pub fn movable(&self, folder: Ino, name: &OsStr) -> io::Result<Ino> {
        let found = self.child(folder, name)?;
        if self.entries(folder)?.get(&*self.spelled(folder, name)) != Some(&found) {
            return fail(Errno::BUSY);
        }
        if self.inodes[found].meta.frozen || self.inodes[folder].meta.frozen {
            return fail(Errno::PERM);
        }
        Ok(found)
    }

    /// Follows a path from `/`; the last component only with `follow`. Returns the path without any symlink.
    pub fn resolve(&self, path: &Path, follow: bool) -> io::Result<(PathBuf, Ino)> {
        if !path.is_absolute() {
            return fail(Errno::INVAL);
        }
        let mut todo: VecDeque<OsString> = steps(path).collect();
        let mut walked: Vec<(OsString, Ino)> = Vec::new();
        let mut links = 0;
        while let Some(name) = todo.pop_front() {
            if name == ".." {
                walked.pop();
                continue;
            }
            let found = self.child(walked.last().map_or(ROOT, |(_, ino)| *ino), &name)?;
            match &self.inodes[found].node {
                Node::Link(text) if follow || !todo.is_empty() => {
                    links += 1;
                    if links > 40 {
                        return fail(Errno::LOOP);
                    }
                    if text.is_absolute() {
                        walked.clear();
                    }
                    todo = steps(text).chain(todo).collect();
                }
                _ => walked.push((name, found)),
            }
        }
        let ino = walked.last().map_or(ROOT, |(_, ino)| *ino);
        Ok((Path::new("/").join(walked.into_iter().map(|(name, _)| name).collect::<PathBuf>()), ino))
    }

    pub fn make_folders(&mut self, path: &Path) -> io::Result<Ino> {
        let mut here = ROOT;
        for name in steps(path) {
            here = match self.child(here, &name) {
                Ok(found) => self.expect_folder(found)?,
                Err(_) => self.create(here, &name, Node::Folder(Names::new()), 0o755)?,
            };
        }
        Ok(here)
    }

    pub fn new_inode(&mut self, volume: usize, node: Node, mode: u32) -> Ino {
        let now = self.tick();
        let number = self.volumes[volume].next_number;
        self.volumes[volume].next_number += 1;
        let meta = Meta {
            mode,
            uid: 0,
            gid: 0,
            mtime: now,
            ctime: now,
            btime: now,
            xattrs: BTreeMap::new(),
            frozen: false,
        };
        // What a name brings with it when it becomes durable: a link its text, a file no bytes yet.
        let durable_node = node.clone();
        self.inodes.push(Inode {
            volume,
            number,
            nlink: 0,
            durable_node,
            durable_meta: meta.clone(),
            node,
            meta,
        });
        self.inodes.len() - 1
    }

    pub fn create(&mut self, folder: Ino, name: &OsStr, node: Node, mode: u32) -> io::Result<Ino> {
        self.expect_free(folder, name)?;
        if self.volume_of(folder).space.available == 0 {
            return fail(Errno::NOSPC);
        }
        let made = self.new_inode(self.inodes[folder].volume, node, mode);
        self.change(vec![Change::put(folder, name, made)]);
        Ok(made)
    }

    pub fn rename(&mut self, from: (Ino, &OsStr), to: (Ino, &OsStr), over: bool) -> io::Result<()> {
        check_name(from.1)?;
        check_name(to.1)?;
        if self.inodes[from.0].volume != self.inodes[to.0].volume {
            return fail(Errno::XDEV);
        }
        let moved = self.child(from.0, from.1)?;
        match self.child(to.0, to.1) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.expect_free(to.0, to.1)?,
            Err(error) => return Err(error),
            Ok(_) if !over => return fail(Errno::EXIST),
            Ok(there) => match (self.kind(moved), self.kind(there)) {
                // Two names of one inode: the kernel does nothing and calls it success.
                _ if moved == there => return Ok(()),
                (Kind::Folder, Kind::Folder) if !self.entries(there)?.is_empty() => {
                    return fail(Errno::NOTEMPTY);
                }
                (Kind::Folder, Kind::Folder) => {}
                (Kind::Folder, _) => return fail(Errno::NOTDIR),
                (_, Kind::Folder) => return fail(Errno::ISDIR),
                _ => drop(self.movable(to.0, to.1)?),
            },
        }
        self.movable(from.0, from.1)?;
        if self.contains(moved, to.0) {
            return fail(Errno::INVAL);
        }
        self.change(vec![Change::take(from.0, from.1), Change::put(to.0, to.1, moved)]);
        Ok(())
    }

    /// Whether `inner` is `outer` or lies below it.
    fn contains(&self, outer: Ino, inner: Ino) -> bool {
        outer == inner
            || matches!(&self.inodes[outer].node, Node::Folder(names) if names.values().any(|ino| self.contains(*ino, inner)))
    }

    /// The one place where names change.
    pub fn change(&mut self, mut changes: Vec<Change>) {
        for change in &mut changes {
            change.name = self.spelled(change.folder, &change.name).into_owned();
        }
        let now = self.tick();
        let mut left = Vec::new();
        for change in &changes {
            let Node::Folder(names) = &mut self.inodes[change.folder].node else { continue };
            if let Some(before) = change.apply(names) {
                self.inodes[before].nlink -= 1;
                left.push(before);
            }
            if let Some(after) = change.becomes {
                self.inodes[after].nlink += 1;
                self.inodes[after].meta.ctime = now;
            }
            let meta = &mut self.inodes[change.folder].meta;
            (meta.mtime, meta.ctime) = (now, now);
        }
        for ino in left {
            self.inodes[ino].meta.ctime = now;
            if let (0, Node::File(bytes)) = (self.inodes[ino].nlink, &self.inodes[ino].node) {
                let freed = bytes.len() as u64;
                self.volumes[self.inodes[ino].volume].space.available += freed;
            }
        }
        self.journal.push(Naming(changes));
    }

    pub fn write(&mut self, file: Ino, new: &[u8], offset: usize) -> io::Result<()> {
        let end = offset + new.len();
        if end > self.bytes(file)?.len() {
            self.set_len(file, end)?;
        }
        let now = self.tick();
        let inode = &mut self.inodes[file];
        if let Node::File(bytes) = &mut inode.node {
            bytes[offset..end].copy_from_slice(new);
        }
        (inode.meta.mtime, inode.meta.ctime) = (now, now);
        Ok(())
    }

    pub fn set_len(&mut self, file: Ino, length: usize) -> io::Result<()> {
        let before = self.bytes(file)?.len();
        let now = self.tick();
        let inode = &mut self.inodes[file];
        let space = &mut self.volumes[inode.volume].space;
        // What has no name any more was given back already.
        if inode.nlink > 0 {
            match (space.available + before as u64).checked_sub(length as u64) {
                None => return fail(Errno::NOSPC),
                Some(available) => space.available = available,
            }
        }
        if let Node::File(bytes) = &mut inode.node {
            bytes.resize(length, 0);
        }
        (inode.meta.mtime, inode.meta.ctime) = (now, now);
        Ok(())
    }

    /// Bytes of all files of a volume that have a name.
    pub fn used(&self, volume: usize) -> u64 {
        let files = self.inodes.iter().filter(|inode| inode.volume == volume && inode.nlink > 0);
        files.map(|inode| if let Node::File(bytes) = &inode.node { bytes.len() as u64 } else { 0 }).sum()
    }

    pub fn set_meta(&mut self, ino: Ino, set: impl FnOnce(&mut Meta)) -> io::Result<()> {
        let now = self.tick();
        let meta = &mut self.inodes[ino].meta;
        if meta.frozen {
            return fail(Errno::PERM);
        }
        set(meta);
        meta.ctime = now;
        Ok(())
    }

    pub fn set_owner(&mut self, ino: Ino, uid: u32, gid: u32) -> io::Result<()> {
        if uid == u32::MAX || gid == u32::MAX {
            return fail(Errno::INVAL);
        }
        let is_file = self.kind(ino) == Kind::File;
        self.set_meta(ino, |meta| {
            (meta.uid, meta.gid) = (uid, gid);
            // As the kernel does: another owner's program does not run with this one's rights.
            if is_file {
                let group_runs = meta.mode & 0o010 != 0;
                meta.mode &= if group_runs { !0o6000 } else { !0o4000 };
            }
        })
    }
}

fn steps(path: &Path) -> impl Iterator<Item = OsString> {
    path.components().filter_map(|component| match component {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some(OsString::from("..")),
        Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
    })
}
