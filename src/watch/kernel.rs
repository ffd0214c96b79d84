//! inotify, as far as it is needed here. The only user of `notify`.
//!
//! **Invariant:** each folder is watched by itself, and none that was not asked for. What is told is told on a thread of
//! `notify`, which must not be kept waiting.

use std::convert::Infallible;
use std::io::ErrorKind as Io;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use notify::{Config, Event, RecommendedWatcher, RecursiveMode, Watcher};

use super::Blind;

/// Types of file systems of which others know more than this kernel: what they do there is not told here.
const SHARED: [u32; 8] = [
    0x6969,      // NFS
    0x517b,      // SMB
    0xff53_4d42, // CIFS
    0xfe53_4d42, // SMB 2
    0x6573_5546, // FUSE
    0x0102_1997, // 9P
    0x00c3_6400, // Ceph
    0x5346_414f, // AFS
];
/// `notify`'s thread ends within this time, or is left to itself.
const PATIENCE: Duration = Duration::from_secs(5);

/// Folders that are watched. Ends when dropped.
pub(super) struct Kernel {
    /// Absent only while it is dropped.
    watcher: Option<RecommendedWatcher>,
    /// Never gets anything; is closed when `notify`'s thread has ended.
    ended: Receiver<Infallible>,
}

impl Kernel {
    /// Of no folder yet. `hear` is called with everything that is told.
    pub fn open(mut hear: impl FnMut(notify::Result<Event>) + Send + 'static) -> Result<Self, Blind> {
        let (alive, ended) = channel::<Infallible>();
        let handler = move |event: notify::Result<Event>| {
            let _alive = &alive;
            hear(event);
        };
        let config = Config::default().with_follow_symlinks(false);
        let watcher = RecommendedWatcher::new(handler, config).map_err(|error| blind(&error))?;
        Ok(Self { watcher: Some(watcher), ended })
    }

    /// Watches a folder, and nothing below it. One that is watched already may be another one by now.
    pub fn watch(&mut self, folder: &Path) -> Result<(), Blind> {
        let Some(watcher) = &mut self.watcher else { return Err(Blind::Away) };
        watcher.watch(folder, RecursiveMode::NonRecursive).map_err(|error| blind(&error))
    }

    /// Watches a folder no more. The folder itself is not touched.
    pub fn unwatch(&mut self, folder: &Path) {
        if let Some(watcher) = &mut self.watcher {
            // One that was deleted, or whose volume is away, is watched no more anyway.
            let _ = watcher.unwatch(folder);
        }
    }
}

impl Drop for Kernel {
    fn drop(&mut self) {
        self.watcher = None;
        // Nothing is told after this: whoever hears is gone with the thread.
        let _ = self.ended.recv_timeout(PATIENCE);
    }
}

/// Whether everything that happens there is told, also what other machines and processes behind the file system do.
pub(super) fn hears_all(folder: &Path) -> bool {
    // The field's width differs from machine to machine; the numbers have 32 bits.
    rustix::fs::statfs(folder).is_ok_and(|volume| !SHARED.contains(&(volume.f_type as u32)))
}

/// Why nothing is seen.
pub(super) fn blind(error: &notify::Error) -> Blind {
    match &error.kind {
        notify::ErrorKind::MaxFilesWatch => Blind::Watches,
        notify::ErrorKind::PathNotFound => Blind::Away,
        notify::ErrorKind::Io(source) => match (source.kind(), source.raw_os_error()) {
            (Io::NotFound | Io::NotADirectory, _) => Blind::Away,
            (Io::PermissionDenied, _) => Blind::Forbidden,
            (_, Some(number)) if number == rustix::io::Errno::MFILE.raw_os_error() => Blind::Instances,
            _ => Blind::Other(source.to_string()),
        },
        _ => Blind::Other(error.to_string()),
    }
}
