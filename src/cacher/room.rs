//! How much of the cache volume is used and promised.
//!
//! A reservation covers a copy's full size from admission until its row is active or its bytes are gone; sparse files
//! are counted in full. A released copy counts until it is deleted, since an open one frees nothing.

use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::file::Status;
use crate::domain::intent::Phase;
use crate::domain::settings::{CacheSettings, Limit};
use crate::error::Result;
use crate::files::Space;
use crate::store::{Rows, Store};

/// The account of the cache volume.
#[derive(Clone)]
pub struct Room(Arc<Mutex<Account>>);

#[derive(Default)]
struct Account {
    /// Bytes of published copies.
    used: u64,
    /// Bytes promised to running jobs and not written yet.
    promised: u64,
    /// Bytes promised to running jobs, written or not.
    reserved: u64,
}

impl Account {
    fn available(&self, space: Space, settings: &CacheSettings) -> u64 {
        let on_volume = space.available.saturating_sub(settings.min_free).saturating_sub(self.promised);
        let limit = limit(space, settings).unwrap_or(u64::MAX);
        on_volume.min(limit.saturating_sub(self.used + self.reserved))
    }
}

/// At most so many bytes may be copies; none where only the volume bounds them.
pub(super) fn limit(space: Space, settings: &CacheSettings) -> Option<u64> {
    match settings.limit {
        Limit::None => None,
        Limit::Bytes(bytes) => Some(bytes),
        Limit::Percent(percent) => Some(space.total / 100 * u64::from(percent)),
    }
}

/// Room for one copy. Given back when dropped; [`Reservation::spend`] turns it into used room.
#[must_use]
pub struct Reservation {
    room: Room,
    size: u64,
    unwritten: u64,
}

impl Room {
    /// Counts what the store says is there.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn counted(store: &Store) -> Result<Self> {
        let (mut used, rows) =
            store.look(|index| index.size_in(Status::Active) + index.size_in(Status::PendingRemoval))?;
        for intent in rows.intents()? {
            if matches!(intent.phase, Phase::Swapping | Phase::Released { .. } | Phase::Unclaimed { .. }) {
                used += intent.place.original.size;
            }
        }
        Ok(Self(Arc::new(Mutex::new(Account { used, ..Account::default() }))))
    }

    fn account(&self) -> std::sync::MutexGuard<'_, Account> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reserves `size` bytes, or says how many are available.
    pub(super) fn reserve(
        &self,
        size: u64,
        space: Space,
        settings: &CacheSettings,
    ) -> Result<Reservation, u64> {
        let mut account = self.account();
        let available = account.available(space, settings);
        if size > available {
            return Err(available);
        }
        account.promised += size;
        account.reserved += size;
        Ok(Reservation { room: self.clone(), size, unwritten: size })
    }

    /// How many bytes could be reserved now.
    pub(super) fn available(&self, space: Space, settings: &CacheSettings) -> u64 {
        self.account().available(space, settings)
    }

    /// Bytes of published copies, and those that running jobs have written so far.
    pub(super) fn now(&self) -> (u64, u64) {
        let account = self.account();
        (account.used, account.reserved.saturating_sub(account.promised))
    }

    /// Bytes promised to running jobs, written or not.
    pub(super) fn reserved(&self) -> u64 {
        self.account().reserved
    }

    /// A copy is gone.
    pub(super) fn free(&self, size: u64) {
        let mut account = self.account();
        account.used = account.used.saturating_sub(size);
    }

    /// A copy is there that was not counted.
    pub(super) fn take(&self, size: u64) {
        self.account().used += size;
    }
}

impl Reservation {
    /// So many bytes are written: the volume's own account has them now.
    pub(super) fn written(&mut self, done: u64) {
        let left = self.size.saturating_sub(done);
        let mut account = self.room.account();
        account.promised = account.promised.saturating_sub(self.unwritten.saturating_sub(left));
        self.unwritten = left.min(self.unwritten);
    }

    /// The copy is published: from now on it counts as used.
    pub(super) fn spend(self) {
        self.room.take(self.size);
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let mut account = self.room.account();
        account.promised = account.promised.saturating_sub(self.unwritten);
        account.reserved = account.reserved.saturating_sub(self.size);
    }
}
