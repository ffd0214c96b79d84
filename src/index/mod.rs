//! What lists, searches and statistics ask: a view of the store's rows, in memory.
//!
//! Every file has a slot; slots are in the order of caching. `entry` is what is taken from a row, `columns` hold it by
//! slot, `sets` say which slots have what, `find` combines sets, `page` puts the result in an order, and `totals`
//! counts. The store changes the index after each commit, before anybody can read the new rows. `scores` are laid over it.
//!
//! **Invariant:** everything here but the scores follows from the rows: it can be thrown away and built again at any time,
//! and the store's check does so to compare. Nothing here is durable, and nothing reads a file or a clock.

mod columns;
mod dictionary;
mod entry;
mod find;
mod page;
mod scores;
mod sets;
mod totals;
mod wishes;

use std::hash::BuildHasher;
use std::sync::OnceLock;

use hashbrown::{DefaultHashBuilder, HashTable};

use columns::Columns;
use sets::Sets;

use crate::domain::id::FileId;
use crate::domain::query::Sort;

pub use entry::{Entry, PathText, Wish};
pub use find::{Files, Naming};
pub use page::{Cursor, Page, SortKey, Start};
pub use totals::{Totals, UserCounts, UserTotals};

/// A file's place in every column.
type Slot = u32;

/// More changes at once than this, and orders are made anew when they are asked for.
const MANY: usize = 64;

/// The index.
#[derive(Default)]
pub struct Index {
    columns: Columns,
    sets: Sets,
    /// The slots of files that are there, by id.
    slots: HashTable<Slot>,
    hasher: DefaultHashBuilder,
    /// Slots in the order of each value that was asked for; see `page`.
    orders: [OnceLock<Vec<Slot>>; Sort::ALL.len()],
    /// The file that was used most.
    most: OnceLock<Option<Slot>>,
}

/// So many slots may be empty, and so many numbers left over, before it pays to sort.
const SPARE: usize = if cfg!(test) { 8 } else { 4096 };

/// What became of a file.
#[derive(Debug)]
pub enum Change {
    /// It is so now.
    Put(Entry),
    /// It is gone.
    Gone(FileId),
}

/// What is known of a file, and what it is worth.
type Scored = (Entry, Option<u8>);

/// An index that is being built.
#[derive(Default)]
pub struct Builder(Columns);

impl Builder {
    /// Adds a file; each comes once.
    pub fn add(&mut self, entry: &Entry) {
        self.0.push(entry);
    }

    /// The index of what was added.
    #[must_use]
    pub fn finish(self) -> Index {
        let columns = self.0;
        if columns.is_sorted_from(0) {
            Index::of(columns)
        } else {
            Index::of(columns.sorted(0..columns.len() as Slot))
        }
    }
}

impl Index {
    /// From all entries, in any order; quickest in the order of caching.
    #[must_use]
    pub fn builder() -> Builder {
        Builder(Columns::default())
    }

    fn of(columns: Columns) -> Self {
        let hasher = DefaultHashBuilder::default();
        let hash = |slot: &Slot| hasher.hash_one(columns.ids[*slot as usize]);
        let all = 0..columns.len() as Slot;
        let slots = || {
            let mut slots = HashTable::with_capacity(columns.len());
            for slot in all.clone() {
                slots.insert_unique(hash(&slot), slot, hash);
            }
            slots
        };
        let mut sets = Sets::default();
        let slots = std::thread::scope(|scope| {
            let slots = scope.spawn(slots);
            all.clone().for_each(|slot| sets.add(&columns, slot));
            slots.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        });
        Self { sets, slots, hasher, columns, ..Self::default() }
    }

    /// Follows a commit.
    pub fn apply(&mut self, changes: Vec<Change>) {
        if changes.is_empty() {
            return;
        }
        if changes.len() > MANY {
            self.orders = Default::default();
        }
        let mut new = Vec::new();
        for change in changes {
            match change {
                Change::Gone(id) => self.take_out(id),
                Change::Put(entry) => match self.slot(entry.id) {
                    Some(slot) if self.columns.fits(slot, &entry) => self.replace(slot, &entry),
                    _ => {
                        let score = self.score(entry.id);
                        self.take_out(entry.id);
                        new.push((entry, score));
                    }
                },
            }
        }
        new.extend(self.take_tail(&new));
        new.sort_unstable_by_key(|(entry, _)| (entry.cached_at, entry.id));
        for (entry, score) in &new {
            self.append(entry, *score);
        }
        if !self.columns.is_sorted_from(self.columns.len() - new.len()) || self.is_wasteful() {
            self.sort();
        }
    }

    /// How many files there are, of whatever status.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// What is known of a file.
    #[must_use]
    pub fn entry(&self, id: FileId) -> Option<Entry> {
        self.slot(id).map(|slot| self.columns.entry(slot))
    }

    /// What this index says otherwise than one that was built from the rows, in words.
    #[must_use]
    pub fn differences(&self, fresh: &Self) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        if self.len() != fresh.len() {
            found.push(format!("the index has {} files, the rows are {}", self.len(), fresh.len()));
        }
        let differ =
            |slot: &Slot| self.entry(fresh.columns.ids[*slot as usize]) != Some(fresh.columns.entry(*slot));
        let id = |slot: Slot| fresh.columns.ids[slot as usize];
        found.extend(
            fresh.live().filter(differ).map(|slot| format!("the index knows file {} otherwise", id(slot))),
        );
        let mut sets = Sets::default();
        self.live().for_each(|slot| sets.add(&self.columns, slot));
        if !self.sets.agrees_with(&sets) {
            found.push("the sets of the index do not follow from its columns".to_owned());
        }
        if self.totals() != fresh.totals() {
            found.push("the index counts otherwise than the rows".to_owned());
        }
        for (sort, order) in Sort::ALL.iter().zip(&self.orders) {
            let rises = |pair: &[Slot]| self.compare(*sort, pair[0], pair[1]).is_lt();
            let is_good = |order: &Vec<Slot>| order.len() == self.len() && order.windows(2).all(rises);
            if !order.get().is_none_or(is_good) {
                found.push(format!("the order by {sort} of the index is not one"));
            }
        }
        found
    }

    fn live(&self) -> impl Iterator<Item = Slot> + '_ {
        (0..self.columns.len() as Slot)
            .filter(|slot| self.slot(self.columns.ids[*slot as usize]) == Some(*slot))
    }

    fn slot(&self, id: FileId) -> Option<Slot> {
        let is_it = |slot: &Slot| self.columns.ids[*slot as usize] == id;
        self.slots.find(self.hasher.hash_one(id), is_it).copied()
    }

    fn append(&mut self, entry: &Entry, score: Option<u8>) {
        let slot = self.columns.push(entry);
        self.columns.scores.set(slot, score);
        let Self { slots, hasher, columns, .. } = self;
        let hash = |slot: &Slot| hasher.hash_one(columns.ids[*slot as usize]);
        slots.insert_unique(hash(&slot), slot, hash);
        self.admit(slot);
    }

    /// Takes out what comes behind the first of the new ones, so that all of it is appended in order. Two that are
    /// cached at about the same time may be committed in the other order, and clocks are set back.
    fn take_tail(&mut self, new: &[Scored]) -> Vec<Scored> {
        let Some(first) = new.iter().map(|(entry, _)| (entry.cached_at.as_micros(), entry.id)).min() else {
            return vec![];
        };
        let slots = 0..self.columns.len() as Slot;
        let tail = self.columns.behind(first);
        if slots.end - tail > slots.end / 2 + SPARE as Slot {
            // So many of them that giving out all slots anew costs no more.
            return vec![];
        }
        if (slots.end - tail) as usize > MANY {
            self.orders = Default::default();
        }
        let mut entries = Vec::new();
        for slot in tail..slots.end {
            if self.slot(self.columns.ids[slot as usize]) == Some(slot) {
                entries.push((self.columns.entry(slot), self.columns.scores.get(slot)));
                self.take_out(self.columns.ids[slot as usize]);
            }
        }
        self.columns.truncate(tail);
        entries
    }

    fn replace(&mut self, slot: Slot, entry: &Entry) {
        self.dismiss(slot);
        self.columns.set(slot, entry);
        self.admit(slot);
    }

    fn take_out(&mut self, id: FileId) {
        let Some(slot) = self.slot(id) else { return };
        self.dismiss(slot);
        if let Ok(entry) = self.slots.find_entry(self.hasher.hash_one(id), |other| *other == slot) {
            entry.remove();
        }
        self.columns.scores.set(slot, None);
    }

    /// A slot has values now: puts it wherever they say.
    fn admit(&mut self, slot: Slot) {
        self.sets.add(&self.columns, slot);
        self.in_orders(|index, sort, order| {
            let at = order.partition_point(|other| index.compare(sort, *other, slot).is_lt());
            order.insert(at, slot);
        });
        let used = self.use_of(slot);
        let is_most = |most: &Option<Slot>| most.is_none_or(|most| used > self.use_of(most));
        if used.0 > 0 && self.sets.present.contains(slot) && self.most.get().is_some_and(is_most) {
            self.most = OnceLock::from(Some(slot));
        }
    }

    /// The values of a slot are about to change or go: takes it from wherever they say.
    fn dismiss(&mut self, slot: Slot) {
        self.sets.take(&self.columns, slot);
        self.in_orders(|index, sort, order| {
            if let Ok(at) = order.binary_search_by(|other| index.compare(sort, *other, slot)) {
                order.remove(at);
            }
        });
        if self.most.get() == Some(&Some(slot)) {
            self.most = OnceLock::new();
        }
    }

    fn in_orders(&mut self, act: impl Fn(&Self, Sort, &mut Vec<Slot>)) {
        let mut orders = std::mem::take(&mut self.orders);
        for (sort, order) in Sort::ALL.iter().zip(&mut orders) {
            if let Some(order) = order.get_mut() {
                act(self, *sort, order);
            }
        }
        self.orders = orders;
    }

    /// Slots without a file, and what is left over of wishes, take room.
    fn is_wasteful(&self) -> bool {
        let empty = self.columns.len() - self.len();
        empty > SPARE && empty > self.len() || self.columns.wishes.is_wasteful()
    }

    /// Gives out the slots anew, in order.
    fn sort(&mut self) {
        let sorted = self.columns.sorted(self.live());
        *self = Self::of(sorted);
    }
}

#[cfg(test)]
mod tests;
