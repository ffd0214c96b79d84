//! The rows as the index sees them.

use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::keys;
use super::read::{Bytes, Order, Reader};
use super::rows::decode_entry;
use super::tables::Table;
use crate::Result;
use crate::index::{Builder, Index};

/// Bytes of rows that change hands at once, and how often that can be done before the reader waits.
const AT_ONCE: usize = 256 * 1024;
const AHEAD: usize = 4;

/// Rows as they were read, one behind the other.
#[derive(Default)]
struct Batch {
    bytes: Vec<u8>,
    /// Where each key and each value ends.
    ends: Vec<(usize, usize)>,
}

impl Batch {
    fn push(&mut self, key: &[u8], value: &[u8]) {
        self.bytes.extend_from_slice(key);
        let end_of_key = self.bytes.len();
        self.bytes.extend_from_slice(value);
        self.ends.push((end_of_key, self.bytes.len()));
    }

    fn rows(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let mut start = 0;
        self.ends.iter().map(move |(end_of_key, end)| {
            let row = (&self.bytes[start..*end_of_key], &self.bytes[*end_of_key..*end]);
            start = *end;
            row
        })
    }
}

/// The index of a snapshot. Rows are read by this thread; another one decodes them.
pub fn build(reader: &Reader) -> Result<Index> {
    let (sender, receiver) = sync_channel(AHEAD);
    std::thread::scope(|scope| {
        let adding = scope.spawn(|| add_all(receiver));
        let walked = send_all(reader, sender);
        let added = adding.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        walked.and(added).map(Builder::finish)
    })
}

fn send_all(reader: &Reader, sender: SyncSender<Batch>) -> Result<()> {
    let mut batch = Batch::default();
    // The order of ids is the order of making, and so nearly that of caching.
    reader.walk(Table::Files, keys::ALL, Order::Ascending, &mut |key, value| {
        batch.push(key, value);
        if batch.bytes.len() < AT_ONCE {
            return Ok(ControlFlow::Continue(()));
        }
        let sent = sender.send(std::mem::take(&mut batch));
        // Whoever does not receive any more came to a row that cannot be read.
        Ok(if sent.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })?;
    let _ = sender.send(batch);
    Ok(())
}

fn add_all(receiver: Receiver<Batch>) -> Result<Builder> {
    let mut builder = Index::builder();
    for batch in receiver {
        for (key, value) in batch.rows() {
            builder.add(&decode_entry(key, value)?);
        }
    }
    Ok(builder)
}
