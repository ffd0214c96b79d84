//! A file row as it is written since version 2: what follows from another part of the same row is not written again.
//!
//! Paths make up most of a row, and they repeat each other: the folder and the name are those of the original path,
//! the kept name follows from the name, the copy has the same path below its root, the link says where it is. Nothing
//! here follows from a setting: each part is compared with the others when it is written, and where it is not as
//! expected it is written out.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::domain::file::{Attribution, FileRow, Metadata, Method, Operation, Placement, Removed, Status};
use crate::domain::id::FileId;
use crate::domain::identity::{Hash, Identity};
use crate::domain::path::kept_name;
use crate::domain::time::{FileTime, Time};

/// The row. Absent parts follow from others.
#[derive(Serialize, Deserialize)]
pub struct Packed {
    id: FileId,
    file_path: Bytes,
    original_path: Option<Bytes>,
    library: String,
    method: Method,
    size: u64,
    cached_at: Time,
    last_accessed: Option<Time>,
    access_count: u64,
    operation: Operation,
    status: Status,
    removed: Option<Removed>,
    metadata: Metadata,
    pinned: bool,
    folder: Option<Bytes>,
    name: Option<Bytes>,
    kept: Kept,
    cached_path: Shared,
    link_text: Option<Bytes>,
    original: Identity,
    copy: Option<Twin>,
    hash: Hash,
    verified_at: Option<Time>,
    link_missing_since: Option<Time>,
    attention: Option<String>,
}

type Bytes = Vec<u8>;

/// The hidden name of the kept original.
#[derive(Serialize, Deserialize)]
enum Kept {
    /// There is none.
    Nothing,
    /// The one that its name leads to.
    ByRule,
    /// Another.
    Other(Bytes),
}

/// A path that ends as the library path does.
#[derive(Serialize, Deserialize)]
struct Shared {
    start: Bytes,
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

impl From<&FileRow> for Packed {
    fn from(row: &FileRow) -> Self {
        let place = &row.place;
        let expected = Expected::of(&row.original_path);
        Self {
            id: row.id,
            file_path: bytes(&row.file_path),
            original_path: unless(&row.original_path, Some(row.file_path.as_os_str())),
            library: row.library.clone(),
            method: row.method,
            size: row.size,
            cached_at: row.cached_at,
            last_accessed: row.last_accessed,
            access_count: row.access_count,
            operation: row.operation,
            status: row.status,
            removed: row.removed.clone(),
            metadata: row.metadata.clone(),
            pinned: row.pinned,
            folder: unless(&place.folder, expected.folder),
            name: unless(&place.name, expected.name),
            kept: match &place.kept {
                None => Kept::Nothing,
                Some(kept) if *kept == kept_name(&place.name) => Kept::ByRule,
                Some(kept) => Kept::Other(kept.as_bytes().to_vec()),
            },
            cached_path: Shared::of(&place.cached_path, &row.file_path),
            link_text: unless(&place.link_text, Some(place.cached_path.as_os_str())),
            original: place.original,
            copy: place.copy.map(|copy| Twin::of(&copy, &place.original)),
            hash: place.hash,
            verified_at: (row.verified_at != row.cached_at).then_some(row.verified_at),
            link_missing_since: row.link_missing_since,
            attention: row.attention.clone(),
        }
    }
}

impl From<Packed> for FileRow {
    fn from(packed: Packed) -> Self {
        let file_path = PathBuf::from(OsString::from_vec(packed.file_path));
        let original_path = packed.original_path.map_or_else(|| file_path.clone(), path);
        let expected = Expected::of(&original_path);
        let or_expected = |written: Option<Bytes>, expected: Option<&OsStr>| {
            written.map_or_else(|| expected.unwrap_or_default().to_owned(), OsString::from_vec)
        };
        let folder = or_expected(packed.folder, expected.folder).into();
        let name = or_expected(packed.name, expected.name);
        let cached_path = packed.cached_path.path(&file_path);
        let place = Placement {
            folder,
            kept: match packed.kept {
                Kept::Nothing => None,
                Kept::ByRule => Some(kept_name(&name)),
                Kept::Other(kept) => Some(OsString::from_vec(kept)),
            },
            name,
            link_text: packed.link_text.map_or_else(|| cached_path.clone(), path),
            cached_path,
            original: packed.original,
            copy: packed.copy.map(|twin| twin.identity(&packed.original)),
            hash: packed.hash,
        };
        Self {
            id: packed.id,
            file_path,
            original_path,
            library: packed.library,
            method: packed.method,
            size: packed.size,
            cached_at: packed.cached_at,
            last_accessed: packed.last_accessed,
            access_count: packed.access_count,
            operation: packed.operation,
            status: packed.status,
            removed: packed.removed,
            metadata: packed.metadata,
            pinned: packed.pinned,
            place,
            verified_at: packed.verified_at.unwrap_or(packed.cached_at),
            link_missing_since: packed.link_missing_since,
            attention: packed.attention,
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

impl Shared {
    fn of(path: &Path, like: &Path) -> Self {
        let (path, like) = (path.as_os_str().as_bytes(), like.as_os_str().as_bytes());
        let alike = path.iter().rev().zip(like.iter().rev()).take_while(|(a, b)| a == b).count();
        let shared = u32::try_from(alike).unwrap_or(u32::MAX);
        Self { start: path[..path.len() - shared as usize].to_vec(), shared }
    }

    fn path(self, like: &Path) -> PathBuf {
        let like = like.as_os_str().as_bytes();
        // A number that the row cannot have written leads to a path that is not the copy's, and never out of bounds.
        let from = like.len().saturating_sub(self.shared as usize);
        path([&self.start, &like[from..]].concat())
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

fn bytes(text: impl AsRef<OsStr>) -> Bytes {
    text.as_ref().as_bytes().to_vec()
}

fn path(bytes: Bytes) -> PathBuf {
    PathBuf::from(OsString::from_vec(bytes))
}

/// The bytes, unless they are as expected. Compared byte by byte: paths that lead to the same place differ.
fn unless(text: impl AsRef<OsStr>, expected: Option<&OsStr>) -> Option<Bytes> {
    (expected != Some(text.as_ref())).then(|| bytes(text))
}

/// An attribution; most were added when the file was cached.
#[derive(Serialize, Deserialize)]
pub struct PackedWish {
    user: String,
    reason: Operation,
    added_at: Option<Time>,
    ordinal: u32,
}

impl PackedWish {
    /// Of a file that was cached then.
    pub fn of(attribution: &Attribution, cached_at: Time) -> Self {
        let Attribution { user, reason, added_at, ordinal } = attribution.clone();
        Self { user, reason, added_at: (added_at != cached_at).then_some(added_at), ordinal }
    }

    /// The attribution again.
    pub fn attribution(self, cached_at: Time) -> Attribution {
        let Self { user, reason, added_at, ordinal } = self;
        Attribution { user, reason, added_at: added_at.unwrap_or(cached_at), ordinal }
    }
}
