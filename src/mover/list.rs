//! Keeps the list of what the mover leaves alone, as [`crate::domain::mover::list`] says it has to be.
//!
//! **Invariant:** whoever reads the list reads all of the old one or all of the new one, also after a power cut: it is written
//! beside itself, made durable, and renamed. Where that is impossible it stays as it is, and the doctor says why.

use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::domain::mover::list::{with_line, without};
use crate::domain::mover::{HostPath, to_host};
use crate::error::{Error, IoContext, Result};

/// Somebody who writes the list whenever we do is not one who keeps a list.
const TRIES: usize = 8;

/// The list, and what it says of us.
pub struct ExcludeList {
    file: PathBuf,
    cache_dir: PathBuf,
    host_paths: Vec<HostPath>,
}

/// Why the list is not as it should be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Trouble {
    /// What the host calls the cache dir is not known.
    Unmapped,
    /// Its name does not fit into a line.
    NotALine,
    /// The file is mounted by itself, so that nothing can take its place.
    MountedAlone,
    /// The system refuses.
    Io(ErrorKind, String),
}

impl ExcludeList {
    /// A list in that file. Looks at nothing yet.
    #[must_use]
    pub fn new(file: PathBuf, cache_dir: PathBuf, host_paths: Vec<HostPath>) -> Self {
        Self { file, cache_dir, host_paths }
    }

    /// Where it is.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The one line that is ours: the cache dir, as the host calls it.
    ///
    /// # Errors
    /// There is no such line.
    pub fn line(&self) -> Result<Vec<u8>, Trouble> {
        // A mover walks over folders, and never through a symlink to one.
        let real = |dir: &Path| dir.canonicalize().unwrap_or_else(|_| dir.to_path_buf());
        let dir = if self.host_paths.is_empty() { real(&self.cache_dir) } else { self.cache_dir.clone() };
        let host = to_host(&self.host_paths, &dir).ok_or(Trouble::Unmapped)?;
        let line = host.as_os_str().as_bytes().to_vec();
        let is_line = !line.contains(&b'\n') && !line.contains(&b'\r');
        is_line.then_some(line).ok_or(Trouble::NotALine)
    }

    /// Sees that our line is there. Writes nothing where it is.
    ///
    /// # Errors
    /// It cannot be; then the list is what it was.
    pub fn keep(&self) -> Result<(), Trouble> {
        let line = self.line()?;
        self.change(&|list| with_line(list, &line)).map(drop).map_err(Trouble::of)
    }

    /// Takes out what is ours. Whether anything was.
    ///
    /// # Errors
    /// It cannot be read or written; then the list is what it was.
    pub fn withdraw(&self) -> Result<bool> {
        self.change(&without)
    }

    fn change(&self, change: &dyn Fn(&[u8]) -> Vec<u8>) -> Result<bool> {
        // A symlink stays one: what it leads to is the list.
        let file = self.file.canonicalize().unwrap_or_else(|_| self.file.clone());
        for _ in 0..TRIES {
            let before = Before::read(&file)?;
            let list = change(&before.list);
            if list == before.list {
                return Ok(false);
            }
            let staged = stage(&file, &list, before.metadata.as_ref())?;
            let renamed = match before.is_still(&file) {
                Ok(true) => fs::rename(&staged, &file).doing("replace", &file),
                Ok(false) => Err(Error::Busy),
                Err(error) => Err(error),
            };
            match renamed {
                Ok(()) => {
                    sync_folder_of(&file);
                    return Ok(true);
                }
                Err(error) => {
                    // It is ours, and nobody looks for it.
                    let _ = fs::remove_file(&staged);
                    if !matches!(error, Error::Busy) {
                        return Err(error);
                    }
                }
            }
        }
        Err(Error::Busy)
    }
}

impl Trouble {
    fn of(error: Error) -> Self {
        match error {
            Error::Io { source, .. } if is_mounted_alone(&source) => Self::MountedAlone,
            Error::Io { source, .. } => Self::Io(source.kind(), source.to_string()),
            other => Self::Io(ErrorKind::Other, other.to_string()),
        }
    }
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unmapped => {
                write!(f, "none of mover.host_paths holds cache.dir, so nobody knows what the host calls it")
            }
            Self::NotALine => write!(f, "what the host calls cache.dir does not fit into a line"),
            Self::MountedAlone => {
                write!(f, "the file is mounted by itself, so it cannot be replaced in one step")
            }
            Self::Io(_, says) => write!(f, "{says}"),
        }
    }
}

/// What the kernel says of a rename onto a mount.
fn is_mounted_alone(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ResourceBusy | ErrorKind::CrossesDevices)
}

/// The list as it was read.
struct Before {
    list: Vec<u8>,
    metadata: Option<Metadata>,
}

impl Before {
    fn read(file: &Path) -> Result<Self> {
        match File::open(file) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Self { list: vec![], metadata: None }),
            Err(error) => Err(Error::io("read", file, error)),
            Ok(mut opened) => {
                let metadata = opened.metadata().doing("look at", file)?;
                let mut list = Vec::new();
                io::Read::read_to_end(&mut opened, &mut list).doing("read", file)?;
                Ok(Self { list, metadata: Some(metadata) })
            }
        }
    }

    /// Whether nobody wrote it since. Between this look and the rename somebody still may, and then their change is lost, as
    /// with whoever keeps such a list.
    fn is_still(&self, file: &Path) -> Result<bool> {
        let now = match fs::metadata(file) {
            Ok(now) => Some(now),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(Error::io("look at", file, error)),
        };
        let mark =
            |found: &Metadata| (found.dev(), found.ino(), found.size(), found.mtime(), found.mtime_nsec());
        Ok(self.metadata.as_ref().map(mark) == now.as_ref().map(mark))
    }
}

/// Writes a list beside the one that it will replace, durably, with that one's owner and rights.
fn stage(file: &Path, list: &[u8], like: Option<&Metadata>) -> Result<PathBuf> {
    let mut name = OsString::from(".");
    name.push(file.file_name().unwrap_or_default());
    name.push(".cacherr-new");
    let staged = file.with_file_name(name);
    match fs::remove_file(&staged) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(Error::io("replace", &staged, error));
        }
        _ => {}
    }
    // A mover that is not us has to read it.
    let mut written =
        OpenOptions::new().write(true).create_new(true).mode(0o644).open(&staged).doing("create", &staged)?;
    let write = |written: &mut File| {
        written.write_all(list)?;
        if let Some(like) = like {
            written.set_permissions(fs::Permissions::from_mode(like.mode() & 0o7777))?;
            // Who is not root keeps what they write, and file systems without owners refuse: the bytes matter more.
            if let Err(error) = std::os::unix::fs::fchown(&*written, Some(like.uid()), Some(like.gid())) {
                tracing::debug!(%error, "the list of the mover changes its owner");
            }
        }
        written.sync_all()
    };
    if let Err(error) = write(&mut written) {
        let _ = fs::remove_file(&staged);
        return Err(Error::io("write", &staged, error));
    }
    Ok(staged)
}

/// Best effort: some file systems refuse it, and the old list after a power cut is mended by the next start.
fn sync_folder_of(file: &Path) {
    let synced = file.parent().map(File::open).and_then(|folder| folder.ok()?.sync_all().err());
    if let Some(error) = synced {
        tracing::debug!(%error, "the folder of the mover's list was not synced");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(dir: &Path) -> ExcludeList {
        let host = HostPath { here: "/cache".into(), host: "/mnt/cache/cacherr".into() };
        ExcludeList::new(dir.join("exclude.txt"), "/cache".into(), vec![host])
    }

    #[test]
    fn our_line_is_there_by_its_host_path_and_goes_again() {
        let dir = tempfile::tempdir().unwrap();
        let list = list(dir.path());
        fs::write(list.file(), "/mnt/cache/theirs\n").unwrap();
        fs::set_permissions(list.file(), fs::Permissions::from_mode(0o664)).unwrap();
        list.keep().unwrap();
        let text = fs::read_to_string(list.file()).unwrap();
        assert!(
            text.starts_with("/mnt/cache/theirs\n#") && text.contains("\n/mnt/cache/cacherr\n#"),
            "{text}"
        );
        assert_eq!(fs::metadata(list.file()).unwrap().mode() & 0o777, 0o664);
        assert!(list.withdraw().unwrap() && !list.withdraw().unwrap());
        assert_eq!(fs::read_to_string(list.file()).unwrap(), "/mnt/cache/theirs\n");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_list_that_is_right_is_not_written_again() {
        let dir = tempfile::tempdir().unwrap();
        let list = list(dir.path());
        list.keep().unwrap();
        let before = fs::metadata(list.file()).unwrap();
        list.keep().unwrap();
        assert_eq!(before.ino(), fs::metadata(list.file()).unwrap().ino());
        // Somebody wrote another one over it.
        fs::write(list.file(), "theirs alone\n").unwrap();
        list.keep().unwrap();
        assert!(fs::read_to_string(list.file()).unwrap().contains("/mnt/cache/cacherr"));
    }

    #[test]
    fn whoever_has_the_old_list_open_reads_all_of_it() {
        let dir = tempfile::tempdir().unwrap();
        let list = list(dir.path());
        fs::write(list.file(), "theirs\n").unwrap();
        let mut old = File::open(list.file()).unwrap();
        list.keep().unwrap();
        let mut text = String::new();
        io::Read::read_to_string(&mut old, &mut text).unwrap();
        assert_eq!(text, "theirs\n");
    }

    #[test]
    fn what_a_start_that_died_left_behind_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let list = list(dir.path());
        fs::write(dir.path().join(".exclude.txt.cacherr-new"), "half a li").unwrap();
        list.keep().unwrap();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_symlink_to_a_list_stays_one() {
        let dir = tempfile::tempdir().unwrap();
        let list = list(dir.path());
        fs::write(dir.path().join("real.txt"), "theirs\n").unwrap();
        std::os::unix::fs::symlink("real.txt", list.file()).unwrap();
        list.keep().unwrap();
        assert!(list.file().is_symlink());
        assert!(fs::read_to_string(dir.path().join("real.txt")).unwrap().contains("/mnt/cache/cacherr"));
    }

    #[test]
    fn no_line_is_better_than_a_wrong_one() {
        let dir = tempfile::tempdir().unwrap();
        let other = HostPath { here: "/elsewhere".into(), host: "/mnt/cache".into() };
        let list = ExcludeList::new(dir.path().join("exclude.txt"), "/cache".into(), vec![other]);
        assert_eq!(list.keep(), Err(Trouble::Unmapped));
        let odd = ExcludeList::new(dir.path().join("exclude.txt"), "/ca\nche".into(), vec![]);
        assert_eq!(odd.keep(), Err(Trouble::NotALine));
        assert!(!list.file().exists());
    }

    #[test]
    fn where_it_cannot_be_written_it_stays_as_it_is_and_says_why() {
        let dir = tempfile::tempdir().unwrap();
        let nowhere = ExcludeList::new(dir.path().join("gone/exclude.txt"), "/cache".into(), vec![]);
        assert!(matches!(nowhere.keep(), Err(Trouble::Io(ErrorKind::NotFound, _))));
    }
}
