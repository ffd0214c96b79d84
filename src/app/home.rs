//! The data dir, and the lock that says who works on it.

use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::command::client::Instance;
use crate::config::Config;
use crate::error::{Error, IoContext, Result};

/// A start waits for a short command no longer than this.
const PATIENCE: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_millis(50);
const LOCK: &str = "cacherr.lock";
const STORE: &str = "cacherr.redb";
/// What is ours in a data dir, and nobody else's to read.
pub(super) const OURS: [&str; 5] = [LOCK, STORE, "cacherr.redb.new", "cacherr.sock", "setup-token"];

/// What there is in a data dir, for people who look for it.
#[must_use]
pub fn files_of(data_dir: &Path) -> [(&'static str, PathBuf); 4] {
    let [lock, store, _, socket, token] = OURS;
    [("store", store), ("lock", lock), ("control socket", socket), ("setup token", token)]
        .map(|(what, name)| (what, data_dir.join(name)))
}

/// A data dir that is ours until this is dropped.
pub(super) struct Home {
    dir: PathBuf,
    _lock: File,
}

impl Home {
    /// Makes the data dir if there is none, and locks it.
    pub fn enter(config: &Config) -> Result<Self> {
        let dir = config.data_dir.clone();
        make_private(&dir)?;
        let lock = lock(&dir)?;
        OURS.iter().for_each(|name| narrow(&dir.join(name)));
        let home = Self { dir, _lock: lock };
        home.make_cache(config)?;
        Ok(home)
    }

    /// The default cache dir is part of the data dir. Any other is a volume: making it would hide that it is away.
    pub fn make_cache(&self, config: &Config) -> Result<()> {
        let is_default = config.cache.dir.parent() == Some(&self.dir);
        if is_default { make_private(&config.cache.dir) } else { Ok(()) }
    }

    /// Keeps everybody else out of a data dir for as long as the answer lives, and makes nothing but the lock. `None`
    /// where there is no data dir to work on.
    pub fn keep_out(dir: &Path) -> Result<Option<File>> {
        match dir.symlink_metadata() {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            found => found.doing("look at the data dir", dir)?,
        };
        match lock(dir) {
            // Nobody starts here; one that started before this was so has locked what is there.
            Err(Error::Io { source, .. }) if source.kind() == ErrorKind::ReadOnlyFilesystem => {
                let path = dir.join(LOCK);
                match File::open(&path) {
                    Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
                    opened => hold(dir, &path, opened.doing("open the lock", &path)?).map(Some),
                }
            }
            locked => locked.map(Some),
        }
    }

    /// The store's file.
    pub fn store(&self) -> PathBuf {
        self.dir.join(STORE)
    }
}

/// Closes a file to others that somebody opened to them: a restored backup, a careless `chmod`.
fn narrow(file: &Path) {
    let Ok(found) = file.symlink_metadata() else { return };
    if found.is_symlink() || found.mode() & 0o077 == 0 {
        return;
    }
    match std::fs::set_permissions(file, Permissions::from_mode(0o600)) {
        Ok(()) => tracing::warn!("others could read {}; that is over", file.display()),
        Err(error) => tracing::warn!(%error, "others can read {}", file.display()),
    }
}

/// Makes the folder, closed to others, unless it is there.
pub(super) fn make_private(dir: &Path) -> Result<()> {
    if let Some(parent) = dir.parent() {
        std::fs::create_dir_all(parent).doing("make the folder", parent)?;
    }
    match DirBuilder::new().mode(0o700).create(dir) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists && dir.is_dir() => Ok(()),
        made => made.doing("make the folder", dir),
    }
}

fn lock(dir: &Path) -> Result<File> {
    let path = dir.join(LOCK);
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(&path)
        .doing("open the lock", &path)?;
    let file = hold(dir, &path, file)?;
    give_to_owner(dir, &file).doing("give to the data dir's owner", &path)?;
    Ok(file)
}

fn hold(dir: &Path, path: &Path, file: File) -> Result<File> {
    let until = Instant::now() + PATIENCE;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(Error::io("lock", path, error)),
            // A command that works on the store itself is done in a moment, as a rule; an instance is not.
            Err(TryLockError::WouldBlock) => {
                if Instant::now() >= until || Instance::of(dir)?.is_some() {
                    return Err(Error::DataDirInUse { dir: dir.to_path_buf() });
                }
                std::thread::sleep(LOOK_EVERY);
            }
        }
    }
}

/// A command that root runs must not lock the service out of its own data dir.
fn give_to_owner(dir: &Path, file: &File) -> std::io::Result<()> {
    let (dir, found) = (std::fs::metadata(dir)?, file.metadata()?);
    if rustix::process::geteuid().is_root() && found.uid() != dir.uid() {
        std::os::unix::fs::fchown(file, Some(dir.uid()), Some(dir.gid()))?;
    }
    Ok(())
}
