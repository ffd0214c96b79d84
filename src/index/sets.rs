//! Which files have what: one set of slots per status, reason, library and user. They follow from the columns.

use std::collections::BTreeMap;

use roaring::RoaringBitmap;

use super::Slot;
use super::columns::Columns;
use crate::domain::file::{Operation, Status};
use crate::domain::time::Time;

/// The sets.
#[derive(Default, Debug)]
pub struct Sets {
    /// Everything but removed files.
    pub present: RoaringBitmap,
    pub states: [RoaringBitmap; Status::ALL.len()],
    pub operations: [RoaringBitmap; Operation::ALL.len()],
    /// By their numbers in the dictionaries.
    pub libraries: Vec<RoaringBitmap>,
    pub users: Vec<User>,
    /// Bytes of what is present.
    pub size: u64,
    /// Bytes of what is served from the cache and pinned,
    pub pinned: u64,
    /// and of what is not pinned, but wanted by somebody.
    pub wanted: u64,
}

/// What a user wants.
#[derive(Default, PartialEq, Debug)]
pub struct User {
    pub files: RoaringBitmap,
    /// The same by their reason.
    pub reasons: [RoaringBitmap; Operation::ALL.len()],
    /// Those of them that they wanted at another time than they were cached, by the day of that.
    late: BTreeMap<i64, RoaringBitmap>,
    /// How many of them are present.
    present: u64,
}

impl User {
    /// Files before this slot that may have come to be wanted at that time or later.
    pub fn wanted_later(&self, first: Slot, since: Time) -> impl Iterator<Item = Slot> + '_ {
        self.late.range(day(since)..).flat_map(move |(_, slots)| slots.range(..first))
    }

    /// Files from this slot on that may have come to be wanted before that time.
    pub fn wanted_earlier(&self, first: Slot, since: Time) -> impl Iterator<Item = Slot> + '_ {
        self.late.range(..=day(since)).flat_map(move |(_, slots)| slots.range(first..))
    }
}

/// A day of UTC.
fn day(at: Time) -> i64 {
    at.as_micros().div_euclid(24 * 60 * 60 * 1_000_000)
}

impl Sets {
    /// Puts a file where it belongs.
    pub fn add(&mut self, columns: &Columns, slot: Slot) {
        self.change(columns, slot, |set| {
            set.insert(slot);
        });
        self.weigh(columns, slot, u64::saturating_add);
    }

    /// Takes a file from where it is; called before its columns change.
    pub fn take(&mut self, columns: &Columns, slot: Slot) {
        self.weigh(columns, slot, u64::saturating_sub);
        self.change(columns, slot, |set| {
            set.remove(slot);
        });
    }

    fn change(&mut self, columns: &Columns, slot: Slot, act: impl Fn(&mut RoaringBitmap)) {
        let status = columns.status(slot);
        act(&mut self.states[status as usize]);
        if status != Status::Removed {
            act(&mut self.present);
        }
        act(&mut self.operations[columns.operation(slot) as usize]);
        act(grown(&mut self.libraries, columns.library[slot as usize].into()));
        for wish in columns.wishes.of(slot) {
            let user = grown(&mut self.users, wish.user as usize);
            act(&mut user.files);
            act(&mut user.reasons[wish.reason as usize]);
            if let Some(at) = wish.late {
                let day = day(at);
                let of_day = user.late.entry(day).or_default();
                act(of_day);
                if of_day.is_empty() {
                    user.late.remove(&day);
                }
            }
        }
    }

    /// Counts a file that is present in, or out.
    fn weigh(&mut self, columns: &Columns, slot: Slot, step: impl Fn(u64, u64) -> u64) {
        if columns.status(slot) == Status::Removed {
            return;
        }
        let size = columns.sizes[slot as usize];
        self.size = step(self.size, size);
        if columns.status(slot) == Status::Active {
            if columns.pinned.contains(slot) {
                self.pinned = step(self.pinned, size);
            } else if columns.wishes.of(slot).next().is_some() {
                self.wanted = step(self.wanted, size);
            }
        }
        for wish in columns.wishes.of(slot) {
            let user = grown(&mut self.users, wish.user as usize);
            user.present = step(user.present, 1);
        }
    }

    /// Whether both have the same in them. A user or library may be known that has nothing (any more).
    pub fn agrees_with(&self, other: &Self) -> bool {
        let alike = |a: &[RoaringBitmap], b: &[RoaringBitmap]| {
            let none = RoaringBitmap::new();
            (0..a.len().max(b.len())).all(|at| a.get(at).unwrap_or(&none) == b.get(at).unwrap_or(&none))
        };
        let nobody = User::default();
        let users = 0..self.users.len().max(other.users.len());
        (&self.present, self.size) == (&other.present, other.size)
            && (self.pinned, self.wanted) == (other.pinned, other.wanted)
            && self.states == other.states
            && self.operations == other.operations
            && alike(&self.libraries, &other.libraries)
            && users
                .into_iter()
                .all(|at| self.users.get(at).unwrap_or(&nobody) == other.users.get(at).unwrap_or(&nobody))
    }

    /// Distinct users of what is present.
    pub fn users_count(&self) -> u64 {
        self.users.iter().filter(|user| user.present > 0).count() as u64
    }
}

/// The element at a place, which comes into being if it has to.
fn grown<T: Default>(list: &mut Vec<T>, at: usize) -> &mut T {
    if list.len() <= at {
        list.resize_with(at + 1, T::default);
    }
    &mut list[at]
}
