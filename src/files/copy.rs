//! Copies a file's bytes, hashing them on the way, without flooding the page cache.
//!
//! 1 MiB at a time. Behind the writer, each finished window is made durable and its pages are given back, so that a
//! film of 80 GB costs some tens of MiB of memory and the machine keeps the pages it wants. Holes stay holes.
//!
//! **Invariant:** at most one window is being synced while the next is written, and none when a copy has returned,
//! however it ended. A file of less than a window is copied by one thread, each of its calls in a fixed order.

use std::ops::Range;
use std::thread::{Scope, ScopedJoinHandle};

use crate::domain::identity::Hash;
use crate::error::{IoContext, Result};
use crate::files::{Fd, Fs};

/// Bytes per read and write.
pub const CHUNK: usize = 1 << 20;
/// Bytes between two syncs of what was written.
const WINDOW: u64 = 32 << 20;
static ZEROS: [u8; 64 << 10] = [0; 64 << 10];

/// Asked before each chunk: may wait (bandwidth, pause) and may refuse (cancel).
pub trait Pace {
    /// About to move `bytes` more, after `done` of them.
    ///
    /// # Errors
    /// Ends the copy.
    fn step(&self, done: u64, bytes: u64) -> Result<()>;
}

/// Neither waits nor refuses.
pub struct Unpaced;

impl Pace for Unpaced {
    fn step(&self, _done: u64, _bytes: u64) -> Result<()> {
        Ok(())
    }
}

/// One end of a copy, with a name for errors.
pub struct End<'a> {
    /// The open file.
    pub fd: &'a Fd,
    /// Where it is, for messages.
    pub path: &'a std::path::Path,
}

/// Copies `size` bytes from `source` to the empty file `target` and returns their hash.
///
/// # Errors
/// Any error of reading or writing; the target is then incomplete. A source that turns out shorter or longer than
/// `size` is `SourceChanged`.
pub fn copy(fs: &dyn Fs, source: &End<'_>, target: &End<'_>, size: u64, pace: &dyn Pace) -> Result<Hash> {
    let mut hasher = blake3::Hasher::new();
    copy_past(fs, source, target, size, pace, &mut |bytes| {
        hasher.update(bytes);
    })?;
    Ok(Hash(*hasher.finalize().as_bytes()))
}

/// The same past a witness, who is shown every byte of the file in order, holes as zeros.
///
/// # Errors
/// As [`copy`].
pub fn copy_past(
    fs: &dyn Fs,
    source: &End<'_>,
    target: &End<'_>,
    size: u64,
    pace: &dyn Pace,
    witness: &mut dyn FnMut(&[u8]),
) -> Result<()> {
    fs.set_len(target.fd, size).doing("reserve", target.path)?;
    std::thread::scope(|scope| {
        let mut behind = Behind { synced: 0, syncing: None, scope, fs, source, target };
        let copied = copy_windows(&mut behind, size, pace, witness);
        // An error of the copy comes first, but the sync is waited for all the same.
        let synced = behind.wait();
        copied.and(synced)
    })?;
    pace.step(size, 0)
}

fn copy_windows(
    behind: &mut Behind<'_, '_>,
    size: u64,
    pace: &dyn Pace,
    witness: &mut dyn FnMut(&[u8]),
) -> Result<()> {
    let Behind { fs, source, target, .. } = *behind;
    let mut buffer = vec![0; CHUNK];
    let mut at = 0;
    while at < size {
        let data = fs.next_data(source.fd, at).doing("read", source.path)?;
        let Range { start, end } = data.map_or(size..size, |data| data.start.min(size)..data.end.min(size));
        show_zeros(witness, start - at, pace, at)?;
        at = start;
        while at < end {
            let want = usize::try_from(end - at).unwrap_or(CHUNK).min(CHUNK);
            pace.step(at, want as u64)?;
            let read = fs.read_at(source.fd, &mut buffer[..want], at).doing("read", source.path)?;
            if read == 0 {
                return Err(changed(source));
            }
            witness(&buffer[..read]);
            fs.write_at(target.fd, &buffer[..read], at).doing("write", target.path)?;
            at += read as u64;
            behind.catch_up(at)?;
        }
    }
    // The last byte is there and none after it. A file cut short looks like one that ends in a hole.
    let last = size.saturating_sub(1);
    let left = fs.read_at(source.fd, &mut buffer[..2], last).doing("read", source.path)?;
    if left as u64 == size - last { Ok(()) } else { Err(changed(source)) }
}

fn changed(source: &End<'_>) -> crate::Error {
    crate::Error::SourceChanged { path: source.path.to_path_buf() }
}

fn show_zeros(witness: &mut dyn FnMut(&[u8]), mut count: u64, pace: &dyn Pace, at: u64) -> Result<()> {
    let mut since_step = 0_u64;
    while count > 0 {
        if since_step == 0 {
            pace.step(at, 0)?;
        }
        let part = count.min(ZEROS.len() as u64);
        witness(&ZEROS[..usize::try_from(part).unwrap_or(ZEROS.len())]);
        count -= part;
        since_step = (since_step + part) % (WINDOW);
    }
    Ok(())
}

/// Follows the writer: each window is made durable, and leaves the page cache, while the next one is written.
struct Behind<'scope, 'env> {
    /// So far windows were handed over.
    synced: u64,
    syncing: Option<ScopedJoinHandle<'scope, Result<()>>>,
    scope: &'scope Scope<'scope, 'env>,
    fs: &'env dyn Fs,
    source: &'env End<'env>,
    target: &'env End<'env>,
}

impl Behind<'_, '_> {
    fn catch_up(&mut self, written: u64) -> Result<()> {
        if written - self.synced < WINDOW {
            return Ok(());
        }
        // A disk slower than the writer makes the writer wait here: never more than two windows are dirty.
        self.wait()?;
        let (fs, source, target) = (self.fs, self.source, self.target);
        let window = self.synced..written;
        self.synced = written;
        let sync = {
            let window = window.clone();
            move || sync_window(fs, source, target, window)
        };
        match std::thread::Builder::new().name("sync".to_owned()).spawn_scoped(self.scope, sync) {
            Ok(syncing) => self.syncing = Some(syncing),
            // No thread to be had: slower, not different.
            Err(_) => sync_window(fs, source, target, window)?,
        }
        Ok(())
    }

    /// Until the window that is being synced is durable.
    fn wait(&mut self) -> Result<()> {
        match self.syncing.take().map(ScopedJoinHandle::join) {
            None => Ok(()),
            Some(Ok(synced)) => synced,
            Some(Err(panic)) => std::panic::resume_unwind(panic),
        }
    }
}

fn sync_window(fs: &dyn Fs, source: &End<'_>, target: &End<'_>, window: Range<u64>) -> Result<()> {
    fs.sync_data(target.fd).doing("sync", target.path)?;
    // Advice only: a file system without it costs memory, not correctness.
    for end in [target, source] {
        if let Err(error) = fs.drop_pages(end.fd, window.clone()) {
            tracing::trace!(path = %end.path.display(), %error, "page cache advice refused");
        }
    }
    Ok(())
}

/// Hashes a whole file.
///
/// # Errors
/// Any error of reading.
pub fn hash(fs: &dyn Fs, file: &End<'_>, pace: &dyn Pace) -> Result<Hash> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; CHUNK];
    let mut at = 0;
    loop {
        pace.step(at, CHUNK as u64)?;
        let read = fs.read_at(file.fd, &mut buffer, at).doing("read back", file.path)?;
        if read == 0 {
            return Ok(Hash(*hasher.finalize().as_bytes()));
        }
        hasher.update(&buffer[..read]);
        at += read as u64;
    }
}
