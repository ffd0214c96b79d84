//! Writers take turns, and those who wait share a commit: making it durable costs the same for one act as for many.
//!
//! A writer that leaves while others wait hands its transaction on. Whoever finds nobody waiting commits, and tells
//! those who handed on what became of it.
//!
//! **Invariant:** nobody hears that an act is durable before the commit that it is part of. A transaction that was
//! handed on is always taken up or given up, and either way its writers hear of it.

use std::ops::Deref;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use redb::WriteTransaction;

use super::health::Health;
use super::write::{Changes, Writer};
use crate::{Error, Result};

/// So many acts share a commit at most, so that the first of them is not kept waiting for ever.
const MOST: usize = 64;

/// Where writers stand in line.
#[derive(Default)]
pub struct Line {
    waiting: AtomicUsize,
    handed_on: Mutex<Option<Group>>,
}

/// A writer's turn: nobody else writes, or replaces the database, as long as it lasts.
pub struct Turn<'l> {
    waiting: &'l AtomicUsize,
    handed_on: MutexGuard<'l, Option<Group>>,
}

impl Line {
    /// Waits for a turn to write.
    pub fn wait(&self) -> Turn<'_> {
        self.waiting.fetch_add(1, Ordering::AcqRel);
        let turn = self.wait_aside();
        self.waiting.fetch_sub(1, Ordering::AcqRel);
        turn
    }

    /// Waits for a turn, but not in order to write: nothing is handed on to whoever waits so.
    pub fn wait_aside(&self) -> Turn<'_> {
        // A writer that panicked left nothing behind but its turn: its transaction is never committed.
        let handed_on = self.handed_on.lock().unwrap_or_else(PoisonError::into_inner);
        Turn { waiting: &self.waiting, handed_on }
    }

    /// A turn, if nobody has it.
    pub fn try_now(&self) -> Option<Turn<'_>> {
        use std::sync::TryLockError::{Poisoned, WouldBlock};
        let handed_on = match self.handed_on.try_lock() {
            Ok(guard) => guard,
            Err(Poisoned(guard)) => guard.into_inner(),
            Err(WouldBlock) => return None,
        };
        Some(Turn { waiting: &self.waiting, handed_on })
    }

    #[cfg(test)]
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Acquire)
    }
}

impl Turn<'_> {
    /// What the writer before left uncommitted.
    pub fn take(&mut self) -> Option<Group> {
        self.handed_on.take()
    }

    /// Whether the transaction is better left to the next in line: there is one, and it has not grown too large.
    pub fn should_hand_on(&self, group: &Group) -> bool {
        self.waiting.load(Ordering::Acquire) > 0 && group.acts < MOST
    }

    /// Leaves the transaction to the next in line.
    pub fn hand_on(&mut self, group: Group) -> Ticket {
        let ticket = Ticket(group.promise.0.clone());
        *self.handed_on = Some(group);
        ticket
    }
}

/// A transaction and the acts in it.
pub struct Group {
    pub txn: WriteTransaction,
    pub promise: Promise,
    /// What views have to follow.
    pub changes: Changes,
    acts: usize,
}

impl Group {
    /// Without any act so far.
    pub fn new(txn: WriteTransaction) -> Self {
        Self { txn, promise: Promise::default(), changes: Changes::default(), acts: 0 }
    }

    /// Nothing was done in it.
    pub fn is_empty(&self) -> bool {
        self.acts == 0
    }

    /// Adds an act; one that fails leaves those before it as they are, unless the storage failed.
    pub fn act<T>(&mut self, health: &Health, act: impl FnOnce(&mut Writer<'_>) -> Result<T>) -> Result<T> {
        let mut writer = Writer::new(&self.txn, health.clone());
        // The first act takes nothing back by itself: the whole transaction is given up.
        if !self.is_empty() {
            writer.remember();
        }
        match act(&mut writer) {
            Ok(value) => {
                self.changes.append(writer.finish());
                self.acts += 1;
                Ok(value)
            }
            Err(error) => {
                // Can that not be done, then the storage failed, and all acts hear of it.
                let _ = writer.take_back();
                Err(error)
            }
        }
    }
}

/// What became of a commit, for those who wait for it.
#[derive(Default)]
struct Outcome {
    /// The operation that failed, and how.
    known: Mutex<Option<std::result::Result<(), (&'static str, String)>>>,
    told: Condvar,
}

/// The duty to tell what became of a commit. One that is dropped tells that it failed.
#[derive(Default)]
pub struct Promise(Arc<Outcome>);

impl Promise {
    /// Tells it.
    pub fn keep(self, result: &Result<()>) {
        self.tell(match result {
            Ok(()) => Ok(()),
            Err(Error::Store { operation, detail }) => Err((operation, detail.clone())),
            Err(error) => Err(("commit", error.to_string())),
        });
    }

    fn tell(&self, result: std::result::Result<(), (&'static str, String)>) {
        let mut known = self.0.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get_or_insert(result);
        drop(known);
        self.0.told.notify_all();
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        self.tell(Err(("commit", "the storage failed while others wrote; nothing was changed".to_owned())));
    }
}

/// The right to hear what became of a commit.
#[must_use]
pub struct Ticket(Arc<Outcome>);

impl Ticket {
    /// Waits until it is known.
    ///
    /// # Errors
    /// That of the commit.
    pub fn wait(self) -> Result<()> {
        let known = self.0.known.lock().unwrap_or_else(PoisonError::into_inner);
        let known = self.0.told.wait_while(known, |known| known.is_none());
        match known.unwrap_or_else(PoisonError::into_inner).deref() {
            Some(Err((operation, detail))) => Err(Error::Store { operation, detail: detail.clone() }),
            Some(Ok(())) | None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
