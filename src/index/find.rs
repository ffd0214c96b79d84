//! From a filter to the set of files that it lets through.

use std::borrow::Cow;

use roaring::RoaringBitmap;

use super::dictionary::{Dictionary, hits};
use super::{Index, Slot};
use crate::domain::file::{Operation, Status};
use crate::domain::fold::fold;
use crate::domain::id::FileId;
use crate::domain::query::{Filter, SearchType};

/// Of fewer files each is looked at; of more, whole columns.
const FEW: u64 = if cfg!(test) { 4 } else { 4096 };

/// Some files of the index.
#[derive(Clone, Debug)]
pub struct Files<'i>(pub(super) Cow<'i, RoaringBitmap>);

impl Files<'_> {
    /// How many.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// By which names people are found.
#[derive(Clone, Copy)]
pub enum Naming<'n> {
    /// By their own.
    Own,
    /// By what each is called instead.
    As(&'n dyn Fn(&str) -> String),
    /// By none.
    Nobody,
}

impl Naming<'_> {
    /// For each user, whether their name holds what is looked for.
    fn holding(self, users: &Dictionary, needle: &str) -> Vec<bool> {
        match self {
            Self::Own => users.texts().map(|user| fold(user).contains(needle)).collect(),
            Self::As(name) => users.texts().map(|user| fold(&name(user)).contains(needle)).collect(),
            Self::Nobody => Vec::new(),
        }
    }
}

/// Where a text is looked for.
#[derive(Clone, Copy, Default)]
struct Reach {
    name: bool,
    path: bool,
    original: bool,
    user: bool,
    operation: bool,
}

impl From<SearchType> for Reach {
    fn from(kind: SearchType) -> Self {
        let none = Self::default();
        match kind {
            SearchType::Filename => Self { name: true, ..none },
            SearchType::Path => Self { path: true, original: true, ..none },
            SearchType::User => Self { user: true, ..none },
            SearchType::Operation => Self { operation: true, ..none },
            SearchType::All => Self { path: true, original: true, user: true, operation: true, ..none },
        }
    }
}

impl Index {
    /// The files that a filter lets through.
    #[must_use]
    pub fn find(&self, filter: &Filter) -> Files<'_> {
        let Filter { search: _, user, status, operation, size_min, size_max, since, library } = filter;
        let sets = &self.sets;
        let mut found = Cow::Borrowed(match status {
            Some(status) => &sets.states[*status as usize],
            None => &sets.present,
        });
        if let Some(operation) = operation {
            narrow(&mut found, Some(&sets.operations[*operation as usize]));
        }
        if let Some(library) = library {
            let word = self.columns.libraries.find(library);
            narrow(&mut found, word.and_then(|word| sets.libraries.get(word as usize)));
        }
        if let Some(user) = user {
            let word = self.columns.users.find(user);
            narrow(&mut found, word.and_then(|word| sets.users.get(word as usize)).map(|user| &user.files));
        }
        if let Some(since) = since {
            let first = self.columns.cached_at.partition_point(|at| *at < since.as_micros());
            found.to_mut().remove_range(..first as Slot);
        }
        if size_min.is_some() || size_max.is_some() {
            let (least, most) = (size_min.unwrap_or(0), size_max.unwrap_or(u64::MAX));
            self.keep_sizes(&mut found, least, most);
        }
        if let Some(needle) = filter.needle() {
            let reach = Reach { path: true, ..Reach::default() };
            found = Cow::Owned(self.holding(&needle, reach, Naming::Nobody, &found));
        }
        Files(found)
    }

    /// No file at all.
    #[must_use]
    pub fn nothing(&self) -> Files<'_> {
        Files(Cow::Owned(RoaringBitmap::new()))
    }

    /// Every name that somebody has, or had, who wants a file.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.users.texts()
    }

    /// The files that a user wants, removed ones included, in the order of caching.
    #[must_use]
    pub fn wanted_by(&self, user: &str) -> Vec<FileId> {
        let word = self.columns.users.find(user);
        let wants = word.and_then(|word| self.sets.users.get(word as usize));
        let files = wants.iter().flat_map(|user| &user.files);
        files.map(|slot| self.columns.ids[slot as usize]).collect()
    }

    /// The files that hold a text, wherever is said; people are called as `naming` says.
    #[must_use]
    pub fn search(
        &self,
        text: &str,
        kind: SearchType,
        naming: Naming<'_>,
        include_removed: bool,
    ) -> Files<'_> {
        let within = if include_removed {
            Cow::Owned(&self.sets.present | &self.sets.states[Status::Removed as usize])
        } else {
            Cow::Borrowed(&self.sets.present)
        };
        Files(Cow::Owned(self.holding(&fold(text.trim()), kind.into(), naming, &within)))
    }

    fn keep_sizes(&self, found: &mut Cow<'_, RoaringBitmap>, least: u64, most: u64) {
        let sizes = &self.columns.sizes;
        let fits = |size: u64| (least..=most).contains(&size);
        if found.len() <= sizes.len() as u64 / 16 {
            found.to_mut().retain(|slot| fits(sizes[slot as usize]));
            return;
        }
        // Eight comparisons to a byte, without a branch.
        let bytes: Vec<u8> = sizes
            .chunks(8)
            .map(|eight| eight.iter().rev().fold(0, |byte, size| byte << 1 | u8::from(fits(*size))))
            .collect();
        *found.to_mut() &= RoaringBitmap::from_lsb0_bytes(0, &bytes);
    }

    fn holding(
        &self,
        needle: &str,
        reach: Reach,
        naming: Naming<'_>,
        within: &RoaringBitmap,
    ) -> RoaringBitmap {
        let mut found = RoaringBitmap::new();
        // It stands between the texts, and in none.
        if needle.contains('\0') {
            return found;
        }
        if reach.name {
            found |= self.names_holding(needle) & within;
        }
        if reach.path {
            found |= self.paths_holding(needle, within);
        }
        if reach.original && self.columns.has_originals() {
            found |= self.originals_holding(needle, within);
        }
        if reach.user {
            for (word, holds) in naming.holding(&self.columns.users, needle).into_iter().enumerate() {
                if let Some(user) = self.sets.users.get(word).filter(|_| holds) {
                    found |= &user.files & within;
                }
            }
        }
        if reach.operation {
            for operation in Operation::ALL.iter().filter(|operation| operation.name().contains(needle)) {
                found |= &self.sets.operations[*operation as usize] & within;
            }
        }
        found
    }

    fn names_holding(&self, needle: &str) -> RoaringBitmap {
        sorted(hits(&self.columns.names, &self.columns.name_at, needle))
    }

    /// A path is a folder, a slash and a name without one; what is looked for may lie in either, or across.
    fn paths_holding(&self, needle: &str, within: &RoaringBitmap) -> RoaringBitmap {
        let columns = &self.columns;
        let across = needle.rsplit_once('/');
        if within.len() <= FEW {
            let holds = |slot: &Slot| {
                let (folder, name) = (columns.folder(*slot), columns.name(*slot));
                folder.contains(needle)
                    || match across {
                        Some((end, start)) => folder.ends_with(end) && name.starts_with(start),
                        None => name.contains(needle),
                    }
            };
            return sorted(within.iter().filter(holds).collect());
        }
        let folders = columns.folders.holding(needle);
        let mut found = self.slots_in(&folders);
        match across {
            Some((end, start)) => {
                let ending = columns.folders.ending_with(end);
                let candidates = self.slots_in(&ending);
                let begins = |slot: &Slot| columns.name(*slot).starts_with(start);
                found |= sorted(candidates.iter().filter(begins).collect());
            }
            None => found |= self.names_holding(needle),
        }
        found & within
    }

    /// Files in any of these folders.
    fn slots_in(&self, folders: &[bool]) -> RoaringBitmap {
        if !folders.contains(&true) {
            return RoaringBitmap::new();
        }
        let of = |eight: &[u32]| {
            eight.iter().rev().fold(0, |byte, folder| byte << 1 | u8::from(folders[*folder as usize]))
        };
        let bytes: Vec<u8> = self.columns.folder.chunks(8).map(of).collect();
        RoaringBitmap::from_lsb0_bytes(0, &bytes)
    }

    /// Files that lay elsewhere than their links are; those that did not were found by their path.
    fn originals_holding(&self, needle: &str, within: &RoaringBitmap) -> RoaringBitmap {
        let columns = &self.columns;
        let folders = columns.folders.holding(needle);
        let across = needle.rsplit_once('/');
        let ending = across.map(|(end, start)| (columns.folders.ending_with(end), start));
        let holds = |slot: &Slot| {
            let Some(folder) = columns.original_folder(*slot) else { return false };
            let Some((_, name)) = columns.original(*slot) else { return false };
            folders[folder as usize]
                || match &ending {
                    Some((ending, start)) => ending[folder as usize] && name.starts_with(start),
                    // The same name was looked at with the path.
                    None => name.contains(needle),
                }
        };
        sorted(within.iter().filter(holds).collect())
    }
}

/// From slots that rise.
fn sorted(slots: Vec<Slot>) -> RoaringBitmap {
    let mut set = RoaringBitmap::new();
    // They do rise; if ever they did not, the order in which they come is of no importance to a set.
    if set.append(slots.iter().copied()).is_err() {
        set.extend(slots);
    }
    set
}

/// Keeps what is in the other set, too; nothing, if there is none.
fn narrow(found: &mut Cow<'_, RoaringBitmap>, by: Option<&RoaringBitmap>) {
    *found = Cow::Owned(by.map_or_else(RoaringBitmap::new, |by| &**found & by));
}
