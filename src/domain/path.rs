//! Names and paths: the kept name, our other names, and where a copy lies.
//!
//! Paths are bytes. File names on a NAS need not be UTF-8, so nothing here goes through text.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Component, Path, PathBuf};

/// Longest name a Linux file system keeps, in bytes.
pub const NAME_MAX: usize = 255;
/// Longest link text we write: what every file system keeps inside the inode or one block.
pub const LINK_MAX: usize = 1023;

const KEPT: &[u8] = b".cacherr-original";
const TRASH: &[u8] = b".cacherr-trash-";
const RESTORE: &[u8] = b".cacherr-restore-";
const LINK: &[u8] = b".cacherr-link-";
const PROBE: &[u8] = b".cacherr-probe-";
const TRIAL: &[u8] = b".cacherr-trial-";

/// The hidden name under which the original of `name` is kept: `.<name>.cacherr-original`, or, where that is too
/// long, `.cacherr-original-<16 hex of BLAKE3(name)>`.
#[must_use]
pub fn kept_name(name: &OsStr) -> OsString {
    let mut kept = Vec::with_capacity(name.len() + 1 + KEPT.len());
    kept.push(b'.');
    kept.extend_from_slice(name.as_bytes());
    kept.extend_from_slice(KEPT);
    if kept.len() <= NAME_MAX {
        return OsString::from_vec(kept);
    }
    OsString::from_vec([KEPT, b"-", short_hash(name).as_bytes()].concat())
}

/// The name a kept name was made for, where the name itself tells.
#[must_use]
pub fn name_of_kept(kept: &OsStr) -> Option<OsString> {
    let inner = kept.as_bytes().strip_prefix(b".")?.strip_suffix(KEPT)?;
    (!inner.is_empty()).then(|| OsString::from_vec(inner.to_vec()))
}

/// Whether this is a kept name, of either form.
#[must_use]
pub fn is_kept_name(name: &OsStr) -> bool {
    name_of_kept(name).is_some() || name.as_bytes().starts_with(&[KEPT, b"-"].concat())
}

/// `.<name>.cacherr-trash-<yyyymmdd>-<id>`; a long name is cut and gets its hash.
#[must_use]
pub fn trash_name(name: &OsStr, date: &str, id: &str) -> OsString {
    let tail = [TRASH, date.as_bytes(), b"-", id.as_bytes()].concat();
    let room = NAME_MAX - tail.len() - 1;
    let mut trash = vec![b'.'];
    if name.len() <= room {
        trash.extend_from_slice(name.as_bytes());
    } else {
        trash.extend_from_slice(&name.as_bytes()[..room - 17]);
        trash.push(b'~');
        trash.extend_from_slice(short_hash(name).as_bytes());
    }
    trash.extend_from_slice(&tail);
    OsString::from_vec(trash)
}

/// Where a file that comes back is written before it takes its name.
#[must_use]
pub fn restore_name(id: &str) -> OsString {
    OsString::from_vec([RESTORE, id.as_bytes()].concat())
}

/// The link's temporary name in the link-and-rename protocol.
#[must_use]
pub fn link_name(id: &str) -> OsString {
    OsString::from_vec([LINK, id.as_bytes()].concat())
}

/// The name of a probe file.
#[must_use]
pub fn probe_name(id: &str) -> OsString {
    OsString::from_vec([PROBE, id.as_bytes()].concat())
}

/// Whether this is the name of a probe file.
#[must_use]
pub fn is_probe_name(name: &OsStr) -> bool {
    name.as_bytes().starts_with(PROBE)
}

/// The name of the folder in which swaps are tried. One for each store: what a trial left that did not end is found by it.
#[must_use]
pub fn trial_name(store: &str) -> OsString {
    OsString::from_vec([TRIAL, store.as_bytes()].concat())
}

/// Whether a name is one that only we make. Such files are never cached, scanned or reused.
#[must_use]
pub fn is_ours(name: &OsStr) -> bool {
    let bytes = name.as_bytes();
    is_kept_name(name)
        || [RESTORE, LINK, PROBE, TRIAL].iter().any(|prefix| bytes.starts_with(prefix))
        || (bytes.starts_with(b".") && is_trash_name(name))
}

/// Whether a name says that it is in our trash.
#[must_use]
pub fn is_trash_name(name: &OsStr) -> bool {
    name.as_bytes().windows(TRASH.len()).any(|window| window == TRASH)
}

/// The text a symlink at `library_folder` gets so that the media server finds `cached_path`.
///
/// `prefix` (`cache.link_target`) replaces `cache_dir` at its start. With `relative`, the text is relative to the
/// folder the link lies in.
#[must_use]
pub fn link_text(
    cache_dir: &Path,
    cached_path: &Path,
    prefix: Option<&Path>,
    relative_to: Option<&Path>,
) -> PathBuf {
    let target = match (prefix, cached_path.strip_prefix(cache_dir)) {
        (Some(prefix), Ok(below)) => prefix.join(below),
        _ => cached_path.to_path_buf(),
    };
    match relative_to {
        Some(folder) => relative(folder, &target),
        None => target,
    }
}

/// `target` as seen from the folder `from`; both absolute and without `..`.
fn relative(from: &Path, target: &Path) -> PathBuf {
    let common = from.components().zip(target.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().skip(common).map(|_| Component::ParentDir);
    up.chain(target.components().skip(common)).collect()
}

/// Removes `.` and `..` by text. Right for our own relative links, which have them only at the start and below real
/// folders.
#[must_use]
pub fn plain(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                out.pop();
            }
            Component::CurDir => {}
            other => out.push(other),
        }
    }
    out
}

/// Adds `~<id>` before the extension, for a cached path that another file has taken; the name stays within limits.
#[must_use]
pub fn with_suffix(path: &Path, id: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().as_bytes();
    let dot = name.iter().rposition(|byte| *byte == b'.').filter(|at| *at > 0 && name.len() - at <= 16);
    let (stem, extension) = name.split_at(dot.unwrap_or(name.len()));
    let room = NAME_MAX - extension.len() - id.len() - 1;
    let name = [&stem[..stem.len().min(room)], b"~", id.as_bytes(), extension].concat();
    path.with_file_name(OsString::from_vec(name))
}

fn short_hash(name: &OsStr) -> String {
    blake3::hash(name.as_bytes()).to_hex()[..16].to_owned()
}

/// Serde for paths and names as bytes, whatever their encoding.
pub mod bytes {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use serde_bytes::{ByteBuf, Bytes};
    use std::ffi::{OsStr, OsString};
    use std::os::unix::ffi::{OsStrExt, OsStringExt};

    /// Writes the bytes.
    pub fn serialize<T: AsRef<OsStr>, S: Serializer>(path: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(path.as_ref().as_bytes())
    }

    /// Reads the bytes.
    pub fn deserialize<'de, T: From<OsString>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        Ok(T::from(OsString::from_vec(ByteBuf::deserialize(deserializer)?.into_vec())))
    }

    /// The same for an optional path.
    pub mod option {
        use super::*;

        /// Writes the bytes, if any.
        pub fn serialize<T: AsRef<OsStr>, S: Serializer>(
            path: &Option<T>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            path.as_ref().map(|path| Bytes::new(path.as_ref().as_bytes())).serialize(serializer)
        }

        /// Reads the bytes, if any.
        pub fn deserialize<'de, T: From<OsString>, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<T>, D::Error> {
            let bytes = Option::<ByteBuf>::deserialize(deserializer)?;
            Ok(bytes.map(|bytes| T::from(OsString::from_vec(bytes.into_vec()))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kept_name_is_hidden_beside_the_file_and_never_too_long() {
        assert_eq!(kept_name(OsStr::new("Dune.mkv")), ".Dune.mkv.cacherr-original");
        let long = OsString::from_vec(vec![b'x'; 255]);
        let kept = kept_name(&long);
        assert!(kept.len() <= NAME_MAX && is_kept_name(&kept) && name_of_kept(&kept).is_none());
        assert_eq!(name_of_kept(OsStr::new(".Dune.mkv.cacherr-original")).unwrap(), "Dune.mkv");
    }

    #[test]
    fn trash_and_suffix_stay_within_the_limit_of_a_name() {
        let long = OsString::from_vec(vec![0xff; 255]);
        assert!(trash_name(&long, "20261122", "0123456789abcdef").len() <= NAME_MAX);
        assert!(is_ours(&trash_name(&long, "20261122", "0123456789abcdef")));
        assert_eq!(with_suffix(Path::new("/c/a.b.mkv"), "1f"), Path::new("/c/a.b~1f.mkv"));
        assert_eq!(with_suffix(Path::new("/c").join(&long).as_path(), "1f").file_name().unwrap().len(), 255);
    }

    #[test]
    fn link_text_follows_the_servers_view() {
        let (dir, copy) = (Path::new("/mnt/fast/c"), Path::new("/mnt/fast/c/Movies/a.mkv"));
        assert_eq!(link_text(dir, copy, None, None), copy);
        assert_eq!(link_text(dir, copy, Some(Path::new("/cache")), None), Path::new("/cache/Movies/a.mkv"));
        assert_eq!(
            link_text(dir, copy, None, Some(Path::new("/mnt/array/movies"))),
            Path::new("../../fast/c/Movies/a.mkv")
        );
    }
}
