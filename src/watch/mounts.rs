//! What is mounted around the libraries, from the kernel's list: a volume that comes or goes says nothing by itself. Pure.
//!
//! **Invariant:** only the list is read. Whether a path is there is never asked: that would wake a disk, and let an
//! automounter mount what it has just unmounted.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::domain::mounts::unescaped;

/// Mounts that concern some folders.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(super) struct Mounts(BTreeSet<Mount>);

/// One mount. Each has a number of its own; the same volume mounted again has another one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Mount {
    at: PathBuf,
    number: String,
    device: String,
}

/// What is otherwise than before.
#[derive(Default, PartialEq, Eq, Debug)]
pub(super) struct Change {
    /// Where something was unmounted, and nothing mounted.
    pub gone: Vec<PathBuf>,
    /// Where something was mounted.
    pub came: Vec<PathBuf>,
}

impl Mounts {
    /// Of a list as in `/proc/self/mountinfo`: what one of these folders lies on, or what lies below one of them.
    pub fn around<'p>(list: &[u8], folders: impl Iterator<Item = &'p Path> + Clone) -> Self {
        let mounts = list.split(|byte| *byte == b'\n').filter_map(parse);
        let concerns = |mount: &Mount| {
            folders.clone().any(|folder| folder.starts_with(&mount.at) || mount.at.starts_with(folder))
        };
        Self(mounts.filter(concerns).collect())
    }

    /// What has changed until `now`.
    pub fn until(&self, now: &Self) -> Change {
        let places = |a: &Self, b: &Self| -> BTreeSet<PathBuf> {
            a.0.difference(&b.0).map(|mount| mount.at.clone()).collect()
        };
        let came = places(now, self);
        let gone = places(self, now).difference(&came).cloned().collect();
        Change { gone, came: came.into_iter().collect() }
    }
}

/// `36 35 98:0 /root /at options…`
fn parse(line: &[u8]) -> Option<Mount> {
    let mut fields = line.split(|byte| *byte == b' ');
    let text = |field: &[u8]| String::from_utf8_lossy(field).into_owned();
    let number = text(fields.next()?);
    let device = text(fields.nth(1)?);
    let at = fields.nth(1)?;
    Some(Mount { at: PathBuf::from(unescaped(at)), number, device })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw";
    const FILMS: &str = "40 21 8:17 / /mnt/my\\040films rw shared:9 - xfs /dev/sdb1 rw";
    const AGAIN: &str = "41 21 8:17 / /mnt/my\\040films rw shared:9 - xfs /dev/sdb1 rw";
    const INNER: &str = "50 40 8:33 / /mnt/my\\040films/4k rw - xfs /dev/sdc1 rw";
    const OTHER: &str = "60 21 0:50 / /run/user/1000 rw - tmpfs tmpfs rw";
    const AUTO: &str = "39 21 0:40 / /mnt/my\\040films rw - autofs systemd-1 rw";

    fn mounts(lines: &[&str]) -> Mounts {
        let films = PathBuf::from("/mnt/my films/cinema");
        let all = PathBuf::from("/mnt/my films");
        Mounts::around(lines.join("\n").as_bytes(), [films.as_path(), all.as_path()].into_iter())
    }

    fn change(gone: &[&str], came: &[&str]) -> Change {
        let paths = |paths: &[&str]| paths.iter().map(PathBuf::from).collect();
        Change { gone: paths(gone), came: paths(came) }
    }

    #[test]
    fn what_comes_and_goes_around_the_folders_is_seen_and_nothing_else() {
        let films = "/mnt/my films";
        let all = mounts(&[ROOT, AUTO, FILMS]);
        assert_eq!(all.until(&mounts(&[ROOT, AUTO, FILMS, OTHER, ""])), Change::default());
        assert_eq!(all.until(&mounts(&[ROOT, AUTO])), change(&[films], &[]), "also below an automounter");
        assert_eq!(mounts(&[ROOT]).until(&all), change(&[], &[films]));
        assert_eq!(all.until(&mounts(&[ROOT, AUTO, AGAIN])), change(&[], &[films]), "it was away meanwhile");
        assert_eq!(
            mounts(&[ROOT, FILMS, INNER]).until(&mounts(&[ROOT, FILMS])),
            change(&["/mnt/my films/4k"], &[])
        );
        assert_eq!(mounts(&["nonsense", "1 2"]), Mounts::default());
    }
}
