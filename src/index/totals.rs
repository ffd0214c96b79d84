//! Counts and sums: over everything, and over what one user wants.

use std::collections::BTreeMap;

use super::sets::User;
use super::{Index, Slot};
use crate::domain::file::{Operation, Status};
use crate::domain::id::FileId;
use crate::domain::time::Time;

/// Counts and sums over everything that is not removed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Totals {
    /// Files.
    pub files: u64,
    /// Their bytes.
    pub size: u64,
    /// Files served from the cache.
    pub active: u64,
    /// Files whose copy is missing.
    pub orphaned: u64,
    /// Files on their way back.
    pub pending: u64,
    /// Distinct attributed users.
    pub users: u64,
    /// The oldest time of caching.
    pub oldest: Option<Time>,
    /// The file opened or played most often; of several the one used last.
    pub most_accessed: Option<FileId>,
}

/// What a user came to want within a time.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct UserTotals {
    /// Files, also those that were removed.
    pub files: u64,
    /// Files served from the cache.
    pub active: u64,
    /// Bytes of what is not removed.
    pub size: u64,
    /// The reason that most of what is not removed has; of several the one of the newest.
    pub most_common: Option<Operation>,
    /// The newest that are not removed, newest first, with the reason.
    pub recent: Vec<(FileId, Operation)>,
}

/// How much a user wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct UserCounts {
    /// Files that are not removed.
    pub files: u64,
    /// Those of them that are served from the cache.
    pub active: u64,
}

impl Index {
    /// Everybody who wants something that is not removed.
    #[must_use]
    pub fn users(&self) -> BTreeMap<String, UserCounts> {
        let active = &self.sets.states[Status::Active as usize];
        let counts = |user: &User| UserCounts {
            files: user.files.intersection_len(&self.sets.present),
            active: user.files.intersection_len(active),
        };
        (0..)
            .zip(&self.sets.users)
            .map(|(word, user)| (word, counts(user)))
            .filter(|(_, counts)| counts.files > 0)
            .map(|(word, counts)| (self.columns.users.get(word).to_owned(), counts))
            .collect()
    }

    /// Counts and sums over everything that is not removed.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let count = |status: Status| self.sets.states[status as usize].len();
        let id = |slot: Slot| self.columns.ids[slot as usize];
        Totals {
            files: self.sets.present.len(),
            size: self.sets.size,
            active: count(Status::Active),
            orphaned: count(Status::Orphaned),
            pending: count(Status::PendingRemoval),
            users: self.sets.users_count(),
            oldest: self.sets.present.min().map(|slot| Time::from_micros(self.columns.place(slot).0)),
            most_accessed: self.most.get_or_init(|| self.most_accessed()).map(id),
        }
    }

    /// Bytes of the files in a state.
    #[must_use]
    pub fn size_in(&self, status: Status) -> u64 {
        self.sets.states[status as usize].iter().map(|slot| self.columns.sizes[slot as usize]).sum()
    }

    /// Bytes of the files that are served from the cache and pinned, and of those that are not, but wanted by somebody.
    #[must_use]
    pub fn held(&self) -> (u64, u64) {
        (self.sets.pinned, self.sets.wanted)
    }

    fn most_accessed(&self) -> Option<Slot> {
        let used = |slot: &Slot| self.columns.counts[*slot as usize] > 0;
        self.sets.present.iter().filter(used).max_by_key(|slot| self.use_of(*slot))
    }

    /// How much a file was used; greatest is most.
    pub(super) fn use_of(&self, slot: Slot) -> (u32, Option<Time>, FileId) {
        let at = slot as usize;
        (self.columns.counts[at], self.columns.accessed(slot), self.columns.ids[at])
    }

    /// What a user came to want at `since` or later; `recent` lists at most so many.
    #[must_use]
    pub fn user_totals(&self, user: &str, since: Time, recent: usize) -> UserTotals {
        let mut totals = UserTotals::default();
        let word = self.columns.users.find(user);
        let Some((word, wants)) = word.and_then(|word| Some((word, self.sets.users.get(word as usize)?)))
        else {
            return totals;
        };
        let first = self.columns.cached_at.partition_point(|at| *at < since.as_micros()) as Slot;
        let wish = |slot: Slot| self.columns.wishes.of(slot).find(|wish| wish.user == word);
        let was_wanted_late =
            |slot: &Slot| wish(*slot).and_then(|wish| wish.late).is_some_and(|at| at >= since);
        // What was cached since, but for what was wanted before; and what was cached before, and wanted since.
        let mut wanted = wants.files.clone();
        wanted.remove_range(..first);
        let earlier: Vec<Slot> =
            wants.wanted_earlier(first, since).filter(|slot| !was_wanted_late(slot)).collect();
        for slot in earlier {
            wanted.remove(slot);
        }
        wanted.extend(wants.wanted_later(first, since).filter(was_wanted_late));
        totals.files = wanted.len();
        wanted &= &self.sets.present;
        totals.active = wanted.intersection_len(&self.sets.states[Status::Active as usize]);
        totals.size =
            wanted.iter().fold(0, |size: u64, slot| size.saturating_add(self.columns.sizes[slot as usize]));
        let common = Operation::ALL.iter().copied().max_by_key(|reason| {
            let files = &wanted & &wants.reasons[*reason as usize];
            (files.len(), files.max())
        });
        totals.most_common = common.filter(|_| !wanted.is_empty());
        let recent = wanted.iter().rev().take(recent);
        totals.recent =
            recent.filter_map(|slot| Some((self.columns.ids[slot as usize], wish(slot)?.reason))).collect();
        totals
    }
}
