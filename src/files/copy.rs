//! Copies a file's bytes, hashing them on the way, without flooding the page cache.
//!
//! One thread, 1 MiB at a time. Behind the writer, each finished window is made durable and its pages are given back,
//! so that a film of 80 GB costs some tens of MiB of memory and the machine keeps the pages it wants. Holes stay holes.

use std::ops::Range;

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
    let mut buffer = vec![0; CHUNK];
    let mut behind = Behind { synced: 0, fs, source, target };
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
    if fs.read_at(source.fd, &mut buffer[..1], size).doing("read", source.path)? != 0 {
        return Err(changed(source));
    }
    pace.step(size, 0)
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

/// Follows the writer: a window that lies a full window behind is made durable and leaves the page cache.
struct Behind<'a> {
    synced: u64,
    fs: &'a dyn Fs,
    source: &'a End<'a>,
    target: &'a End<'a>,
}

impl Behind<'_> {
    fn catch_up(&mut self, written: u64) -> Result<()> {
        if written - self.synced < WINDOW {
            return Ok(());
        }
        self.fs.sync_data(self.target.fd).doing("sync", self.target.path)?;
        let window = self.synced..written;
        // Advice only: a file system without it costs memory, not correctness.
        for end in [self.target, self.source] {
            if let Err(error) = self.fs.drop_pages(end.fd, window.clone()) {
                tracing::trace!(path = %end.path.display(), %error, "page cache advice refused");
            }
        }
        self.synced = written;
        Ok(())
    }
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
