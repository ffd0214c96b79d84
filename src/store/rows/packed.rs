//! A file row as it is written since version 2: what follows from another part of the same row is not written again.
//!
//! Paths make up most of a row, and they repeat each other: the folder and the name are those of the original path,
//! the kept name follows from the name, the copy has the same path below its root, the link says where it is. Nothing
//! here follows from a setting: each part is compared with the others when it is written, and where it is not as
//! expected it is written out.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_bytes::Bytes;

use crate::domain::file::{Attribution, FileRow, Metadata, Method, Operation, Placement, Removed, Status};
use crate::domain::id::FileId;
use crate::domain::identity::{Hash, Identity};
use crate::domain::path::kept_name;
use crate::domain::time::{FileTime, Time};
use crate::index::{Entry, PathText, Wish};

/// The row. Absent parts follow from others.
#[derive(Serialize, Deserialize)]
pub struct Packed<'a> {
    id: FileId,
    #[serde(borrow)]
    file_path: &'a Bytes,
    original_path: Option<&'a Bytes>,
    library: &'a str,
    method: Method,
    size: u64,
    cached_at: Time,
    last_accessed: Option<Time>,
    access_count: u64,
    operation: Operation,
    status: Status,
    removed: Cow<'a, Option<Removed>>,
    metadata: Cow<'a, Metadata>,
    pinned: bool,
    folder: Option<&'a Bytes>,
    name: Option<&'a Bytes>,
    kept: Kept<'a>,
    cached_path: Shared<'a>,
    link_text: Option<&'a Bytes>,
    original: Identity,
    copy: Option<Twin>,
    hash: Hash,
    verified_at: Option<Time>,
    link_missing_since: Option<Time>,
    attention: Option<&'a str>,
}

/// The hidden name of the kept original.
#[derive(Serialize, Deserialize)]
enum Kept<'a> {
    /// There is none.
    Nothing,
    /// The one that its name leads to.
    ByRule,
    /// Another.
    Other(#[serde(borrow)] &'a Bytes),
}

/// A path that ends as the library path does.
#[derive(Serialize, Deserialize)]
struct Shared<'a> {
    #[serde(borrow)]
    start: &'a Bytes,
    /// So many bytes of the library path follow.
    shared: u32,
}

/// The copy's identity. It has the original's face, as a rule.
#[derive(Serialize, Deserialize)]
struct Twin {
    fsid: u64,
    ino: u64,
    btime: Option<FileTime>,
    ctime: FileTime,
    face: Option<Face>,
}

/// What a copy has of its original.
#[derive(PartialEq, Serialize, Deserialize)]
struct Face {
    size: u64,
    mtime: FileTime,
    mode: u32,
    uid: u32,
    gid: u32,
}

impl<'a> Packed<'a> {
    /// A row, without what follows.
    pub fn of(row: &'a FileRow) -> Self {
        let place = &row.place;
        let expected = Expected::of(&row.original_path);
        Self {
            id: row.id,
            file_path: bytes(row.file_path.as_os_str()),
            original_path: unless(row.original_path.as_os_str(), Some(row.file_path.as_os_str())),
            library: &row.library,
            method: row.method,
            size: row.size,
            cached_at: row.cached_at,
            last_accessed: row.last_accessed,
            access_count: row.access_count,
            operation: row.operation,
            status: row.status,
            removed: Cow::Borrowed(&row.removed),
            metadata: Cow::Borrowed(&row.metadata),
            pinned: row.pinned,
            folder: unless(place.folder.as_os_str(), expected.folder),
            name: unless(&place.name, expected.name),
            kept: match &place.kept {
                None => Kept::Nothing,
                Some(kept) if *kept == kept_name(&place.name) => Kept::ByRule,
                Some(kept) => Kept::Other(bytes(kept)),
            },
            cached_path: Shared::of(&place.cached_path, &row.file_path),
            link_text: unless(place.link_text.as_os_str(), Some(place.cached_path.as_os_str())),
            original: place.original,
            copy: place.copy.map(|copy| Twin::of(&copy, &place.original)),
            hash: place.hash,
            verified_at: (row.verified_at != row.cached_at).then_some(row.verified_at),
            link_missing_since: row.link_missing_since,
            attention: row.attention.as_deref(),
        }
    }

    /// What the index takes from it and those who want it.
    pub fn entry(&self, wishes: &[PackedWish<'_>]) -> Entry {
        Entry {
            id: self.id,
            cached_at: self.cached_at,
            last_accessed: self.last_accessed,
            size: self.size,
            access_count: self.access_count,
            status: self.status,
            operation: self.operation,
            library: self.library.to_owned(),
            path: PathText::of(self.file_path()),
            original: PathText::elsewhere(self.original_path(), self.file_path()),
            pinned: self.pinned,
            wishes: wishes.iter().map(|wish| wish.wish(self.cached_at)).collect(),
        }
    }

    fn file_path(&self) -> &'a Path {
        path(self.file_path)
    }

    fn original_path(&self) -> &'a Path {
        path(self.original_path.unwrap_or(self.file_path))
    }

    /// The whole row again.
    pub fn row(self) -> FileRow {
        let (file_path, original_path) = (self.file_path(), self.original_path());
        let expected = Expected::of(original_path);
        let or_expected = |written: Option<&'a Bytes>, expected: Option<&'a OsStr>| {
            written.map_or_else(|| expected.unwrap_or_default(), text).to_owned()
        };
        let folder = or_expected(self.folder, expected.folder).into();
        let name = or_expected(self.name, expected.name);
        let cached_path = self.cached_path.path(self.file_path);
        let place = Placement {
            folder,
            kept: match self.kept {
                Kept::Nothing => None,
                Kept::ByRule => Some(kept_name(&name)),
                Kept::Other(kept) => Some(text(kept).to_owned()),
            },
            name,
            link_text: self.link_text.map_or_else(|| cached_path.clone(), |link| path(link).to_owned()),
            cached_path,
            original: self.original,
            copy: self.copy.map(|twin| twin.identity(&self.original)),
            hash: self.hash,
        };
        FileRow {
            id: self.id,
            file_path: file_path.to_owned(),
            original_path: original_path.to_owned(),
            library: self.library.to_owned(),
            method: self.method,
            size: self.size,
            cached_at: self.cached_at,
            last_accessed: self.last_accessed,
            access_count: self.access_count,
            operation: self.operation,
            status: self.status,
            removed: self.removed.into_owned(),
            metadata: self.metadata.into_owned(),
            pinned: self.pinned,
            place,
            verified_at: self.verified_at.unwrap_or(self.cached_at),
            link_missing_since: self.link_missing_since,
            attention: self.attention.map(str::to_owned),
        }
    }
}

/// Where an original lies, as its path says.
struct Expected<'p> {
    folder: Option<&'p OsStr>,
    name: Option<&'p OsStr>,
}

impl<'p> Expected<'p> {
    fn of(path: &'p Path) -> Self {
        Self { folder: path.parent().map(Path::as_os_str), name: path.file_name() }
    }
}

impl<'a> Shared<'a> {
    fn of(path: &'a Path, like: &Path) -> Self {
        let (path, like) = (path.as_os_str().as_bytes(), like.as_os_str().as_bytes());
        let alike = path.iter().rev().zip(like.iter().rev()).take_while(|(a, b)| a == b).count();
        let shared = u32::try_from(alike).unwrap_or(u32::MAX);
        Self { start: Bytes::new(&path[..path.len() - shared as usize]), shared }
    }

    fn path(&self, like: &[u8]) -> PathBuf {
        // A number that the row cannot have written leads to a path that is not the copy's, and never out of bounds.
        let from = like.len().saturating_sub(self.shared as usize);
        let mut path = OsString::with_capacity(self.start.len() + like.len() - from);
        path.push(text(self.start));
        path.push(OsStr::from_bytes(&like[from..]));
        path.into()
    }
}

impl Twin {
    fn of(copy: &Identity, original: &Identity) -> Self {
        let Identity { fsid, ino, btime, ctime, .. } = *copy;
        let face = Face::of(copy);
        Self { fsid, ino, btime, ctime, face: (face != Face::of(original)).then_some(face) }
    }

    fn identity(self, original: &Identity) -> Identity {
        let Self { fsid, ino, btime, ctime, face } = self;
        let Face { size, mtime, mode, uid, gid } = face.unwrap_or_else(|| Face::of(original));
        Identity { fsid, ino, btime, size, mtime, ctime, mode, uid, gid }
    }
}

impl Face {
    fn of(identity: &Identity) -> Self {
        let Identity { fsid: _, ino: _, btime: _, size, mtime, ctime: _, mode, uid, gid } = *identity;
        Self { size, mtime, mode, uid, gid }
    }
}

fn bytes(text: &OsStr) -> &Bytes {
    Bytes::new(text.as_bytes())
}

fn text(bytes: &Bytes) -> &OsStr {
    OsStr::from_bytes(bytes)
}

fn path(bytes: &Bytes) -> &Path {
    Path::new(text(bytes))
}

/// The bytes, unless they are as expected. Compared byte by byte: paths that lead to the same place differ.
fn unless<'a>(text: &'a OsStr, expected: Option<&OsStr>) -> Option<&'a Bytes> {
    (expected != Some(text)).then(|| bytes(text))
}

/// An attribution; most were added when the file was cached.
#[derive(Serialize, Deserialize)]
pub struct PackedWish<'a> {
    #[serde(borrow)]
    user: &'a str,
    reason: Operation,
    added_at: Option<Time>,
    ordinal: u32,
}

impl<'a> PackedWish<'a> {
    /// Of a file that was cached then.
    pub fn of(attribution: &'a Attribution, cached_at: Time) -> Self {
        let Attribution { user, reason, added_at, ordinal } = attribution;
        let added_at = (*added_at != cached_at).then_some(*added_at);
        Self { user, reason: *reason, added_at, ordinal: *ordinal }
    }

    /// The attribution again.
    pub fn attribution(&self, cached_at: Time) -> Attribution {
        let Wish { user, reason, at: added_at } = self.wish(cached_at);
        Attribution { user, reason, added_at, ordinal: self.ordinal }
    }

    fn wish(&self, cached_at: Time) -> Wish {
        Wish { user: self.user.to_owned(), reason: self.reason, at: self.added_at.unwrap_or(cached_at) }
    }
}
