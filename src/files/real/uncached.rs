//! Reading past the page cache, whatever offset and length the caller likes.
//!
//! `O_DIRECT` wants buffer, offset and length aligned. The bounce buffer hides that; where the file system asks for
//! more than we give, or answers in a way that makes no sense, the handle becomes an ordinary one: right bytes matter
//! more than where they come from.

use std::io;
use std::os::fd::BorrowedFd;
use std::sync::{Mutex, PoisonError};

use rustix::fs::OFlags;
use rustix::io::{Errno, retry_on_intr};

/// Enough for every block size in use; a power of two.
const ALIGN: usize = 4096;
/// One read moves at most this much.
const MOST: usize = 1 << 20;

/// An aligned window in an over-allocated buffer; grows to what is asked for, up to [`MOST`].
#[derive(Default)]
pub(super) struct Bounce(Mutex<Vec<u8>>);

impl Bounce {
    pub(super) fn read_at(&self, fd: BorrowedFd<'_>, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let skip = (offset % ALIGN as u64) as usize;
        let start = offset - skip as u64;
        let length = (skip + buffer.len().min(MOST - ALIGN)).next_multiple_of(ALIGN);

        // What a panic left in the buffer is overwritten by the read.
        let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if memory.len() < length + ALIGN {
            memory.resize(length + ALIGN, 0);
        }
        let aligned = memory.as_ptr().addr().next_multiple_of(ALIGN) - memory.as_ptr().addr();
        let window = &mut memory[aligned..aligned + length];

        let found = match retry_on_intr(|| rustix::io::pread(fd, &mut *window, start)) {
            Err(Errno::INVAL) => return plain(fd, buffer, offset),
            other => other?,
        };
        if found <= skip {
            // The end, or a read cut short before it reached our bytes: an ordinary read knows.
            return if found == 0 { Ok(0) } else { plain(fd, buffer, offset) };
        }
        let take = (found - skip).min(buffer.len());
        buffer[..take].copy_from_slice(&window[skip..skip + take]);
        Ok(take)
    }
}

/// Makes the handle an ordinary one and reads.
fn plain(fd: BorrowedFd<'_>, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    let flags = rustix::fs::fcntl_getfl(fd)?;
    rustix::fs::fcntl_setfl(fd, flags.difference(OFlags::DIRECT))?;
    Ok(retry_on_intr(|| rustix::io::pread(fd, &mut *buffer, offset))?)
}
