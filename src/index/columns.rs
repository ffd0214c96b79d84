//! What is known of each file, column by column. A file is a slot: its place in every column.
//!
//! **Invariant:** once [`Columns::sorted`], the order of slots is the order of caching (ties by id), and the order of
//! names in their text. A file that is gone leaves its slot behind until then.

use std::collections::HashMap;

use roaring::RoaringBitmap;

use super::Slot;
use super::dictionary::{Dictionary, Word};
use super::entry::{Entry, PathText, Wish};
use super::scores::Scores;
use super::wishes::{Packed, Wishes};
use crate::domain::file::{Operation, Status};
use crate::domain::id::FileId;
use crate::domain::time::Time;

/// No time: before all others.
const NEVER: i64 = i64::MIN;
/// Where the file lay is where its link is.
const SAME: Word = Word::MAX;

/// The columns.
#[derive(Default, Debug)]
pub struct Columns {
    pub ids: Vec<FileId>,
    pub cached_at: Vec<i64>,
    pub sizes: Vec<u64>,
    pub counts: Vec<u32>,
    pub scores: Scores,
    accessed: Vec<i64>,
    states: Vec<Status>,
    operations: Vec<Operation>,
    pub library: Vec<u16>,
    pub folder: Vec<Word>,
    /// Empty as long as every file lay where its link is.
    original: Vec<Word>,
    /// Names of originals that differ from those of their links.
    original_names: HashMap<Slot, Box<str>>,
    pub pinned: RoaringBitmap,
    pub wishes: Wishes,
    /// Folded names, one behind the other, each after a NUL.
    pub names: Vec<u8>,
    pub name_at: Vec<u32>,
    pub folders: Dictionary,
    pub libraries: Dictionary,
    pub users: Dictionary,
}

impl Columns {
    /// Slots, also of files that are gone.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Adds a file behind all others.
    pub fn push(&mut self, entry: &Entry) -> Slot {
        let slot = Slot::try_from(self.len()).unwrap_or(Slot::MAX);
        self.ids.push(entry.id);
        self.cached_at.push(entry.cached_at.as_micros());
        self.sizes.push(0);
        self.counts.push(0);
        self.scores.push();
        self.accessed.push(NEVER);
        self.states.push(entry.status);
        self.operations.push(entry.operation);
        self.library.push(0);
        self.wishes.push();
        self.folder.push(self.folders.add(&entry.path.folder));
        self.names.push(0);
        self.name_at.push(u32::try_from(self.names.len()).unwrap_or(u32::MAX));
        self.names.extend_from_slice(entry.path.name.as_bytes());
        self.push_original(slot, entry);
        self.set(slot, entry);
        slot
    }

    fn push_original(&mut self, slot: Slot, entry: &Entry) {
        match &entry.original {
            Some(original) => {
                self.original.resize(slot as usize, SAME);
                self.original.push(self.folders.add(&original.folder));
                if original.name != entry.path.name {
                    self.original_names.insert(slot, original.name.as_str().into());
                }
            }
            None if self.original.is_empty() => {}
            None => self.original.push(SAME),
        }
    }

    /// Whether an entry can take the place of the one in this slot: the order and the texts stay.
    pub fn fits(&self, slot: Slot, entry: &Entry) -> bool {
        let original = entry.original.as_ref();
        self.cached_at[slot as usize] == entry.cached_at.as_micros()
            && (self.folder(slot), self.name(slot)) == (&*entry.path.folder, &*entry.path.name)
            && self.original(slot) == original.map(|path| (&*path.folder, &*path.name))
    }

    /// Replaces what can change of a file without a change of its order or texts.
    pub fn set(&mut self, slot: Slot, entry: &Entry) {
        let at = slot as usize;
        self.sizes[at] = entry.size;
        self.counts[at] = u32::try_from(entry.access_count).unwrap_or(u32::MAX);
        self.accessed[at] = entry.last_accessed.map_or(NEVER, Time::as_micros);
        self.states[at] = entry.status;
        self.operations[at] = entry.operation;
        if entry.pinned {
            self.pinned.insert(slot);
        } else {
            self.pinned.remove(slot);
        }
        self.library[at] = u16::try_from(self.libraries.add(&entry.library)).unwrap_or(u16::MAX);
        let packed: Vec<Packed> = entry
            .wishes
            .iter()
            .map(|wish| Packed {
                user: self.users.add(&wish.user),
                reason: wish.reason,
                late: (wish.at != entry.cached_at).then_some(wish.at),
            })
            .collect();
        self.wishes.set(slot, &packed);
    }

    pub fn status(&self, slot: Slot) -> Status {
        self.states[slot as usize]
    }

    pub fn operation(&self, slot: Slot) -> Operation {
        self.operations[slot as usize]
    }

    pub fn accessed(&self, slot: Slot) -> Option<Time> {
        let at = self.accessed[slot as usize];
        (at != NEVER).then(|| Time::from_micros(at))
    }

    /// What slots are ordered by.
    pub fn place(&self, slot: Slot) -> (i64, FileId) {
        (self.cached_at[slot as usize], self.ids[slot as usize])
    }

    /// The folded folder of the library path.
    pub fn folder(&self, slot: Slot) -> &str {
        self.folders.get(self.folder[slot as usize])
    }

    /// The folded name.
    pub fn name(&self, slot: Slot) -> &str {
        let at = slot as usize;
        let end = self.name_at.get(at + 1).map_or(self.names.len(), |next| *next as usize - 1);
        // Pushed as text, and cut at the same places again.
        std::str::from_utf8(&self.names[self.name_at[at] as usize..end]).unwrap_or_default()
    }

    /// Folder and name of where the file lay, where that is not where its link is.
    pub fn original(&self, slot: Slot) -> Option<(&str, &str)> {
        let folder = self.original_folder(slot)?;
        let name = self.original_names.get(&slot).map_or(self.name(slot), AsRef::as_ref);
        Some((self.folders.get(folder), name))
    }

    /// The folder of where the file lay, where that is not where its link is.
    pub fn original_folder(&self, slot: Slot) -> Option<Word> {
        self.original.get(slot as usize).copied().filter(|word| *word != SAME)
    }

    /// Whether any file lay elsewhere than its link is.
    pub fn has_originals(&self) -> bool {
        !self.original.is_empty()
    }

    /// What was put in.
    pub fn entry(&self, slot: Slot) -> Entry {
        let at = slot as usize;
        let path = |folder: &str, name: &str| PathText { folder: folder.to_owned(), name: name.to_owned() };
        let cached_at = Time::from_micros(self.cached_at[at]);
        let wish = |packed: Packed| Wish {
            user: self.users.get(packed.user).to_owned(),
            reason: packed.reason,
            at: packed.late.unwrap_or(cached_at),
        };
        Entry {
            id: self.ids[at],
            cached_at,
            last_accessed: self.accessed(slot),
            size: self.sizes[at],
            access_count: self.counts[at].into(),
            status: self.states[at],
            operation: self.operations[at],
            library: self.libraries.get(self.library[at].into()).to_owned(),
            path: path(self.folder(slot), self.name(slot)),
            original: self.original(slot).map(|(folder, name)| path(folder, name)),
            pinned: self.pinned.contains(slot),
            wishes: self.wishes.of(slot).map(wish).collect(),
        }
    }

    /// The first slot whose place is not before this one.
    pub fn behind(&self, place: (i64, FileId)) -> Slot {
        let (mut low, mut high) = (0, self.len() as Slot);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.place(middle) < place { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// Forgets the slots from this one on; nobody may know them any more.
    pub fn truncate(&mut self, first: Slot) {
        let length = first as usize;
        let Some(start) = self.name_at.get(length) else { return };
        self.names.truncate(*start as usize - 1);
        self.name_at.truncate(length);
        self.ids.truncate(length);
        self.cached_at.truncate(length);
        self.sizes.truncate(length);
        self.counts.truncate(length);
        self.scores.truncate(length);
        self.accessed.truncate(length);
        self.states.truncate(length);
        self.operations.truncate(length);
        self.library.truncate(length);
        self.folder.truncate(length);
        self.original.truncate(length);
        self.original_names.retain(|slot, _| *slot < first);
        self.pinned.remove_range(first..);
        self.wishes.truncate(first);
    }

    /// Whether the slots are in order, from the one before `first` on.
    pub fn is_sorted_from(&self, first: usize) -> bool {
        (first.max(1) as Slot..self.len() as Slot).all(|slot| self.place(slot - 1) < self.place(slot))
    }

    /// The files of these slots, in order.
    pub fn sorted(&self, slots: impl Iterator<Item = Slot>) -> Self {
        let mut order: Vec<Slot> = slots.collect();
        order.sort_unstable_by_key(|slot| self.place(*slot));
        let mut sorted = Self::default();
        for slot in order {
            let new = sorted.push(&self.entry(slot));
            sorted.scores.set(new, self.scores.get(slot));
        }
        sorted
    }
}
