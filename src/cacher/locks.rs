//! Which files and names are being worked on, by inode and by place, not by text: two paths may lead to one file.

use jiff::SignedDuration;
use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::time::Time;

/// What a lock is held on.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Key {
    /// A name in a folder: (device, inode of the folder, name).
    Name(u64, u64, OsString),
    /// A file: (device, inode).
    Inode(u64, u64),
    /// An intent in the store.
    Intent(crate::domain::id::IntentId),
    /// A tracked file, by id.
    File(crate::domain::id::FileId),
}

/// The set of held locks, and when the last spaced swap of each library was.
#[derive(Clone, Default)]
pub struct Locks {
    held: Arc<Mutex<HashSet<Key>>>,
    swaps: Arc<Mutex<HashMap<String, Time>>>,
}

/// Holds its keys until dropped.
#[must_use]
pub struct Held {
    locks: Locks,
    keys: Vec<Key>,
}

impl Locks {
    /// Takes all keys or none.
    pub fn try_hold(&self, keys: Vec<Key>) -> Option<Held> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.iter().any(|key| held.contains(key)) {
            return None;
        }
        held.extend(keys.iter().cloned());
        Some(Held { locks: self.clone(), keys })
    }

    /// How long to wait before the next swap of a library whose swaps must be spaced; books that swap.
    #[must_use]
    pub fn next_swap(&self, library: &str, now: Time, spacing: SignedDuration) -> SignedDuration {
        let mut swaps = self.swaps.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that was set back must not make anybody wait for longer than the spacing.
        let at = swaps.get(library).map_or(now, |last| last.plus(spacing).max(now).min(now.plus(spacing)));
        swaps.insert(library.to_owned(), at);
        at.since(now)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut held = self.locks.held.lock().unwrap_or_else(PoisonError::into_inner);
        for key in &self.keys {
            held.remove(key);
        }
    }
}
