//! Where the data dir and the configuration file are: both have to be known before the file can be read.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags};

use super::key::About;
use super::keys;
use super::origin::Origin;
use super::{Environment, Flags};
use crate::domain::mounts::{LIST, unescaped};
use crate::error::{Error, IoContext, Result};

/// Name of the configuration file in the data dir.
const FILE: &str = "cacherr.toml";
/// Where containers expect it.
const CONTAINER: &str = "/config";

/// A path, and who named it.
pub(super) struct Place {
    pub path: PathBuf,
    pub origin: Origin,
}

/// The configuration file that an argument or the environment names.
pub(super) fn named_file(flags: &Flags, env: &Environment) -> Result<Option<Place>> {
    said(flags.config.as_deref(), "--config", env, &keys::CONFIG.about)
}

/// The configuration file where nobody names one.
pub(super) fn default_file(data_dir: &Path) -> PathBuf {
    data_dir.join(FILE)
}

/// The data dir. `in_file` is what a file says that was named.
pub(super) fn data_dir(flags: &Flags, env: &Environment, in_file: Option<Place>) -> Result<Place> {
    if let Some(place) =
        said(flags.data_dir.as_deref(), "--data-dir", env, &keys::DATA_DIR.about)?.or(in_file)
    {
        return Ok(place);
    }
    // systemd separates several with colons; the first is ours.
    let systemd = |value: &OsStr| {
        value
            .as_bytes()
            .split(|byte| *byte == b':')
            .next()
            .map(|first| PathBuf::from(OsStr::from_bytes(first)))
    };
    if let Some(path) =
        env.get(OsStr::new("STATE_DIRECTORY")).and_then(|value| systemd(value)).filter(absolute)
    {
        return Ok(Place { path, origin: Origin::Env("STATE_DIRECTORY".to_owned()) });
    }
    if is_mount_point(Path::new(CONTAINER)) {
        return Ok(Place { path: PathBuf::from(CONTAINER), origin: Origin::Default });
    }
    let folder = |name: &str| env.get(OsStr::new(name)).map(PathBuf::from).filter(absolute);
    let share = folder("XDG_DATA_HOME").or_else(|| Some(folder("HOME")?.join(".local/share")));
    match share {
        Some(share) => Ok(Place { path: share.join("cacherr"), origin: Origin::Default }),
        None => Err(Error::Config(
            "nothing says where the data dir is, and there is no home folder; use --data-dir or CACHERR_DATA_DIR"
                .to_owned(),
        )),
    }
}

fn said(flag: Option<&Path>, name: &'static str, env: &Environment, about: &About) -> Result<Option<Place>> {
    let variable = keys::variable(about.name);
    let (path, origin) = match (flag, env.get(OsStr::new(&variable))) {
        (Some(path), _) => (path, Origin::Flag(name)),
        (None, Some(value)) => (Path::new(value), Origin::Env(variable)),
        (None, None) => return Ok(None),
    };
    if path.as_os_str().is_empty() {
        return Err(Error::Config(format!("{origin} = \"\" must be a path")));
    }
    let path = std::path::absolute(path).doing("find the working folder for", path)?;
    Ok(Some(Place { path, origin }))
}

#[expect(clippy::ptr_arg, reason = "the signature that Option::filter asks for")]
fn absolute(path: &PathBuf) -> bool {
    path.is_absolute()
}

/// Bind mounts of the same file system count: device numbers would not tell them.
fn is_mount_point(path: &Path) -> bool {
    let asked = rustix::fs::statx(CWD, path, AtFlags::empty(), StatxFlags::TYPE);
    match asked.map(|stat| (stat.stx_attributes_mask, stat.stx_attributes)) {
        Ok((known, is)) if known.contains(StatxAttributes::MOUNT_ROOT) => {
            is.contains(StatxAttributes::MOUNT_ROOT)
        }
        // Kernels before 5.8, as some NAS have them, do not say.
        _ => is_listed_as_mount_point(path),
    }
}

/// The same, as the list of mounts says it. Where there is none, nothing is mounted that anybody knows of.
fn is_listed_as_mount_point(path: &Path) -> bool {
    let list = std::fs::read(LIST).unwrap_or_default();
    let mut mounts =
        list.split(|byte| *byte == b'\n').filter_map(|line| line.split(|byte| *byte == b' ').nth(4));
    mounts.any(|mount| unescaped(mount) == path.as_os_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mount_is_known_whichever_way_it_is_asked_for() {
        for (path, is) in [("/proc", true), ("/proc/self", false), ("/config-of-nobody", false)] {
            let path = Path::new(path);
            assert_eq!((is_mount_point(path), is_listed_as_mount_point(path)), (is, is), "{path:?}");
        }
    }
}
