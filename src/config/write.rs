//! Puts another text in the place of the configuration file.
//!
//! **Invariant:** at every instant, whatever dies, the name leads to the whole of the old text or the whole of the new
//! one. The old one is kept beside it, as `<name>.previous`, before the new one takes its name.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use crate::error::{IoContext, Result};

/// Of a file that is made: it may come to hold a token.
const MODE: u32 = 0o600;

/// How a write went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Written {
    /// It is in place, durably.
    Done,
    /// Somebody else wrote the file meanwhile; nothing was done.
    Overtaken,
}

/// What is in a file; nothing where there is none.
pub(super) fn bytes_of(path: &Path) -> std::io::Result<Option<Vec<u8>>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Replaces `old`, which was read there, by `new`.
pub(super) fn replace(path: &Path, old: Option<&[u8]>, new: &str) -> Result<Written> {
    // A link stays one: what it leads to is replaced.
    let path = if old.is_some() {
        path.canonicalize().doing("find the configuration", path)?
    } else {
        path.to_path_buf()
    };
    let folder = path.parent().unwrap_or(Path::new("/"));
    let face = match old {
        Some(_) => Some(std::fs::metadata(&path).doing("look at the configuration", &path)?),
        None => None,
    };
    let face = face.map(|found| Face { mode: found.mode() & 0o777, uid: found.uid(), gid: found.gid() });
    if let Some(old) = old {
        let previous = beside(&path, "previous");
        let made = make(&beside(&path, "previous.new"), old, face.as_ref())?;
        std::fs::rename(&made, &previous).doing("keep the configuration that was, as", &previous)?;
    }
    let made = make(&beside(&path, "new"), new.as_bytes(), face.as_ref())?;
    if bytes_of(&path).doing("read the configuration", &path)?.as_deref() != old {
        // What is left there otherwise is written over the next time.
        let _ = std::fs::remove_file(&made);
        return Ok(Written::Overtaken);
    }
    std::fs::rename(&made, &path).doing("replace the configuration", &path)?;
    File::open(folder).and_then(|folder| folder.sync_all()).doing("sync the folder", folder)?;
    Ok(Written::Done)
}

struct Face {
    mode: u32,
    uid: u32,
    gid: u32,
}

/// `<name>.<what>`.
fn beside(path: &Path, what: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(what);
    path.with_file_name(name)
}

/// Makes a file with this in it, durably. One that a crash left is none of anybody's.
fn make(path: &Path, bytes: &[u8], face: Option<&Face>) -> Result<PathBuf> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error).doing("remove", path)?,
        _ => {}
    }
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(MODE).open(path).doing("make", path)?;
    if let Some(Face { mode, uid, gid }) = face {
        // Only root may give a file away; whose it is matters less than that it can be changed. Before the mode: it takes
        // rights away.
        let _ = fchown(&file, Some(*uid), Some(*gid)).or_else(|_| fchown(&file, None, Some(*gid)));
        file.set_permissions(Permissions::from_mode(*mode)).doing("set the mode of", path)?;
    }
    file.write_all(bytes).doing("write", path)?;
    file.sync_all().doing("sync", path)?;
    Ok(path.to_path_buf())
}
