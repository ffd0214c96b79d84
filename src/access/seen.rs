//! That a session or a key was used is written down by a thread of its own, a few minutes late, so that no request waits
//! for the disk because it was let in.
//!
//! **Invariant:** what is not written down in time is written down by the next request; nothing depends on it but when an
//! unused session ends.

use std::collections::HashSet;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use jiff::SignedDuration;

use super::sessions::Lifetime;
use crate::domain::account::Digest;
use crate::domain::time::Time;
use crate::error::{IoContext, Result};
use crate::store::{Rows, Store};

/// It is written down again after so long.
const EVERY: SignedDuration = SignedDuration::from_mins(5);
/// So many notes wait; what finds no place comes again with the next request.
const NOTES: usize = 64;

/// Whether it is time to write down that something was used.
pub(super) fn is_due(last: Option<Time>, now: Time) -> bool {
    last.is_none_or(|last| now.since(last) >= EVERY)
}

/// What was used.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Used {
    Session(Digest),
    Key(Digest),
}

enum Note {
    Used(Used, Time),
    /// Everything before this was written down.
    Settle(SyncSender<()>),
}

/// The thread, and the way to it. It ends when this is dropped.
pub(super) struct Scribe(Option<(SyncSender<Note>, JoinHandle<()>)>);

impl Scribe {
    /// Nothing is noted: nobody is let in here.
    pub fn none() -> Self {
        Self(None)
    }

    pub fn start(store: Store, lifetime: Lifetime) -> Result<Self> {
        let (sender, notes) = sync_channel(NOTES);
        let thread = std::thread::Builder::new()
            .name("access".to_owned())
            .spawn(move || {
                while let Ok(first) = notes.recv() {
                    write_all(&store, lifetime, first, &notes);
                }
            })
            .doing("start", "a thread")?;
        Ok(Self(Some((sender, thread))))
    }

    pub fn note(&self, used: Used, at: Time) {
        if let Some((sender, _)) = &self.0 {
            let _ = sender.try_send(Note::Used(used, at));
        }
    }

    /// Waits until everything that was noted is written down.
    pub fn settle(&self) {
        let Some((sender, _)) = &self.0 else { return };
        let (done, settled) = sync_channel(1);
        if sender.send(Note::Settle(done)).is_ok() {
            let _ = settled.recv();
        }
    }
}

impl Drop for Scribe {
    fn drop(&mut self) {
        if let Some((sender, thread)) = self.0.take() {
            drop(sender);
            // It holds a handle on the store, which whoever drops this may want to open anew.
            let _ = thread.join();
        }
    }
}

fn write_all(store: &Store, lifetime: Lifetime, first: Note, notes: &Receiver<Note>) {
    let (mut used, mut latest, mut settled) = (HashSet::new(), None, Vec::new());
    for note in std::iter::once(first).chain(notes.try_iter().take(NOTES)) {
        match note {
            Note::Used(what, at) => {
                used.insert(what);
                latest = latest.max(Some(at));
            }
            Note::Settle(done) => settled.push(done),
        }
    }
    if let Some(at) = latest
        && let Err(error) = write(store, lifetime, &used, at)
    {
        tracing::warn!(%error, "that somebody was here could not be written down");
    }
    for done in settled {
        let _ = done.send(());
    }
}

fn write(store: &Store, lifetime: Lifetime, used: &HashSet<Used>, at: Time) -> Result<()> {
    // Requests that came while the one before was written tell of the same again.
    let rows = store.read()?;
    let mut due = Vec::new();
    for used in used {
        let last = match used {
            Used::Session(token) => rows.session(*token)?.map(|row| Some(row.seen_at)),
            Used::Key(key) => rows.api_key(*key)?.map(|row| row.used_at),
        };
        if last.is_some_and(|last| is_due(last, at)) {
            due.push(*used);
        }
    }
    if due.is_empty() {
        return Ok(());
    }
    store.write(|writer| {
        for used in due {
            match used {
                Used::Session(token) => {
                    if let Some(mut row) = writer.session(token)? {
                        row.seen_at = at.max(row.seen_at);
                        writer.put_session(token, &row)?;
                    }
                }
                Used::Key(key) => {
                    if let Some(mut row) = writer.api_key(key)? {
                        row.used_at = row.used_at.max(Some(at));
                        writer.put_api_key(key, &row)?;
                    }
                }
            }
        }
        lifetime.purge(writer, at)
    })
}
