//! Files in an order, page by page.

use std::cmp::Ordering;

use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};

use super::find::Files;
use super::{Index, Slot};
use crate::domain::id::FileId;
use crate::domain::query::{Direction, Sort};

/// Fewer files than this share of all are sorted when they are asked for; for more, the order of all is kept.
const SHARE: u64 = 16;

/// The value that a file is sorted by.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum SortKey {
    /// A number, or no value.
    Number(Option<i64>),
    /// A name, folded.
    Name(String),
}

/// A place in a list: after this file, even if it is gone by now or has moved in the order.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Cursor {
    /// What the list is sorted by.
    pub sort: Sort,
    /// Which end comes first.
    pub direction: Direction,
    key: SortKey,
    id: FileId,
}

/// Where a page begins.
#[derive(Clone, PartialEq, Debug)]
pub enum Start {
    /// So many files are passed over.
    Offset(u64),
    /// After this place.
    After(Cursor),
}

/// A page.
#[derive(Clone, PartialEq, Debug)]
pub struct Page {
    /// What is on it, in order.
    pub ids: Vec<FileId>,
    /// What each of them is worth.
    pub scores: Vec<Option<u8>>,
    /// So many files come before it.
    pub offset: u64,
    /// So many files the list has.
    pub total: u64,
    /// Where the next begins, if there is one.
    pub next: Option<Cursor>,
}

/// Files in ascending order.
enum Ranked<'i> {
    /// In the order of slots.
    Slots(&'i RoaringBitmap),
    /// In this order.
    List(Vec<Slot>),
    /// Those of an order that are in a set.
    Among(&'i [Slot], &'i RoaringBitmap),
}

impl Index {
    /// A page of files. With a cursor, sort and direction are those of the cursor.
    #[must_use]
    pub fn page(
        &self,
        files: &Files<'_>,
        sort: Sort,
        direction: Direction,
        start: &Start,
        limit: u64,
    ) -> Page {
        let ranked = self.ranked(&files.0, sort);
        let total = files.len();
        let offset = match (start, direction) {
            (Start::Offset(offset), _) => *offset,
            (Start::After(at), Direction::Asc) => self.count_before(&ranked, at, Ordering::is_le),
            (Start::After(at), Direction::Desc) => {
                total - self.count_before(&ranked, at, Ordering::is_lt).min(total)
            }
        };
        let from = offset.min(total);
        let to = from.saturating_add(limit).min(total);
        let slots = match direction {
            Direction::Asc => ranked.between(from, to),
            Direction::Desc => {
                let mut slots = ranked.between(total - to, total - from);
                slots.reverse();
                slots
            }
        };
        let next = slots.last().filter(|_| to < total).map(|slot| Cursor {
            sort,
            direction,
            key: self.key(sort, *slot),
            id: self.columns.ids[*slot as usize],
        });
        let ids = slots.iter().map(|slot| self.columns.ids[*slot as usize]).collect();
        let scores = slots.iter().map(|slot| self.columns.scores.get(*slot)).collect();
        Page { ids, scores, offset, total, next }
    }

    /// All of them, in the order of caching.
    #[must_use]
    pub fn ids(&self, files: &Files<'_>) -> Vec<FileId> {
        files.0.iter().map(|slot| self.columns.ids[slot as usize]).collect()
    }

    fn ranked<'i>(&'i self, files: &'i RoaringBitmap, sort: Sort) -> Ranked<'i> {
        if sort == Sort::CachedAt {
            return Ranked::Slots(files);
        }
        if files.len() <= self.columns.len() as u64 / SHARE {
            let mut list: Vec<Slot> = files.iter().collect();
            list.sort_unstable_by(|a, b| self.compare(sort, *a, *b));
            return Ranked::List(list);
        }
        let order = self.orders[sort as usize].get_or_init(|| {
            let mut order: Vec<Slot> = self.slots.iter().copied().collect();
            order.sort_unstable_by(|a, b| self.compare(sort, *a, *b));
            order
        });
        Ranked::Among(order, files)
    }

    /// How many of the files come before a place.
    fn count_before(&self, ranked: &Ranked<'_>, at: &Cursor, comes: fn(Ordering) -> bool) -> u64 {
        let is_before = |slot: &Slot| {
            let id = &self.columns.ids[*slot as usize];
            comes(self.key(at.sort, *slot).cmp(&at.key).then_with(|| id.cmp(&at.id)))
        };
        match ranked {
            Ranked::Slots(files) => {
                let (mut low, mut high) = (0, self.columns.len() as Slot);
                while low < high {
                    let middle = low + (high - low) / 2;
                    if is_before(&middle) { low = middle + 1 } else { high = middle }
                }
                files.range_cardinality(..low)
            }
            Ranked::List(list) => list.partition_point(is_before) as u64,
            Ranked::Among(order, files) => {
                let before = order.partition_point(is_before);
                order[..before].iter().filter(|slot| files.contains(**slot)).count() as u64
            }
        }
    }

    /// By the value, then by id.
    pub(super) fn compare(&self, sort: Sort, a: Slot, b: Slot) -> Ordering {
        let columns = &self.columns;
        let (x, y) = (a as usize, b as usize);
        let by_value = match sort {
            Sort::CachedAt => columns.cached_at[x].cmp(&columns.cached_at[y]),
            Sort::LastAccessed => columns.accessed(a).cmp(&columns.accessed(b)),
            Sort::Filename => columns.name(a).cmp(columns.name(b)),
            Sort::FileSizeBytes => columns.sizes[x].cmp(&columns.sizes[y]),
            Sort::AccessCount => columns.counts[x].cmp(&columns.counts[y]),
            Sort::Priority => columns.scores.get(a).cmp(&columns.scores.get(b)),
        };
        by_value.then_with(|| columns.ids[x].cmp(&columns.ids[y]))
    }

    fn key(&self, sort: Sort, slot: Slot) -> SortKey {
        let columns = &self.columns;
        let at = slot as usize;
        match sort {
            Sort::CachedAt => SortKey::Number(Some(columns.cached_at[at])),
            Sort::LastAccessed => SortKey::Number(columns.accessed(slot).map(|time| time.as_micros())),
            Sort::Filename => SortKey::Name(columns.name(slot).to_owned()),
            Sort::FileSizeBytes => {
                SortKey::Number(Some(i64::try_from(columns.sizes[at]).unwrap_or(i64::MAX)))
            }
            Sort::AccessCount => SortKey::Number(Some(columns.counts[at].into())),
            Sort::Priority => SortKey::Number(columns.scores.get(slot).map(Into::into)),
        }
    }
}

impl Ranked<'_> {
    /// The slots from one rank to another.
    fn between(&self, from: u64, to: u64) -> Vec<Slot> {
        let (skip, take) = (from as usize, (to - from) as usize);
        match self {
            Self::Slots(files) => match u32::try_from(from).ok().and_then(|from| files.select(from)) {
                Some(first) => files.range(first..).take(take).collect(),
                None => vec![],
            },
            Self::List(list) => list[skip..skip + take].to_vec(),
            Self::Among(order, files) => {
                let is_one = |slot: &&Slot| files.contains(**slot);
                if from * 2 <= files.len() {
                    return order.iter().filter(is_one).skip(skip).take(take).copied().collect();
                }
                // The end is nearer.
                let behind = (files.len() - to) as usize;
                let mut slots: Vec<Slot> =
                    order.iter().rev().filter(is_one).skip(behind).take(take).copied().collect();
                slots.reverse();
                slots
            }
        }
    }
}
