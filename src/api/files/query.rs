//! Which files a list holds, and in which order.

use std::cmp::Ordering;
use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::api::problem::Problem;
use crate::api::value::closed_type;
use crate::domain::file::FileRow;
use crate::domain::fold::fold;
use crate::domain::id::FileId;
pub use crate::domain::query::{Direction, Filter, Sort};
use crate::store::Rows;

closed_type!(Sort, "FileSort", "What the list is sorted by. Ties are sorted by id, so pages are stable.");
closed_type!(
    Direction,
    "SortOrder",
    "`asc`: least first, files without the value before all others. `desc`: greatest first."
);

/// The value a file is sorted by.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum SortKey {
    /// All alike.
    None,
    /// A number, or no value.
    Number(Option<i128>),
    /// A name, folded.
    Name(String),
}

/// A place in a list: after this file.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Cursor {
    sort: Sort,
    direction: Direction,
    key: SortKey,
    id: FileId,
}

impl Cursor {
    /// As the text that clients carry around.
    #[must_use]
    pub fn encode(&self) -> String {
        let bytes = postcard::to_stdvec(self).unwrap_or_default();
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// From that text.
    ///
    /// # Errors
    /// It is not one of ours, or of a list sorted otherwise.
    pub fn decode(text: &str, sort: Sort, direction: Direction) -> Result<Self, Problem> {
        let unknown = || Problem::invalid("cursor", "must be a next_cursor of an earlier page");
        if !text.is_ascii() || !text.len().is_multiple_of(2) {
            return Err(unknown());
        }
        let bytes: Result<Vec<u8>, _> =
            (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16)).collect();
        let cursor: Self = postcard::from_bytes(&bytes.map_err(|_| unknown())?).map_err(|_| unknown())?;
        if (cursor.sort, cursor.direction) != (sort, direction) {
            return Err(Problem::invalid(
                "cursor",
                "comes from a list with another sort or order; repeat both with it",
            ));
        }
        Ok(cursor)
    }
}

/// The ids of the files that a filter lets through, in order.
#[derive(Debug)]
pub struct Found {
    sort: Sort,
    direction: Direction,
    entries: Vec<(SortKey, FileId)>,
}

impl Found {
    /// Reads every row once. (The index that answers this without reading rows takes this function's place.)
    ///
    /// # Errors
    /// The store fails.
    pub fn read(rows: &impl Rows, filter: &Filter, sort: Sort, direction: Direction) -> crate::Result<Self> {
        let of_user: Option<HashSet<FileId>> = match &filter.user {
            Some(user) => Some(rows.files_of_user(user)?.into_iter().collect()),
            None => None,
        };
        let needle = filter.needle();
        let mut entries = Vec::new();
        rows.for_each_file(&mut |row| {
            if filter.takes(&row, needle.as_deref())
                && of_user.as_ref().is_none_or(|of_user| of_user.contains(&row.id))
            {
                entries.push((key(&row, sort), row.id));
            }
            Ok(())
        })?;
        entries.sort_unstable_by(|a, b| directed(direction, a.cmp(b)));
        Ok(Self { sort, direction, entries })
    }

    /// How many.
    #[must_use]
    pub fn total(&self) -> usize {
        self.entries.len()
    }

    /// Where the files after a cursor begin. The file itself may be gone by now, or have moved in the order.
    #[must_use]
    pub fn after(&self, cursor: &Cursor) -> usize {
        let at = (&cursor.key, cursor.id);
        self.entries.partition_point(|(key, id)| directed(self.direction, (key, *id).cmp(&at)).is_le())
    }

    /// A page, and where the next begins, if there is one.
    #[must_use]
    pub fn page(&self, start: usize, limit: usize) -> (Vec<FileId>, Option<Cursor>) {
        let start = start.min(self.entries.len());
        let end = start.saturating_add(limit).min(self.entries.len());
        let next = (end < self.entries.len()).then(|| self.entries[start..end].last()).flatten();
        let next = next.map(|(key, id)| Cursor {
            sort: self.sort,
            direction: self.direction,
            key: key.clone(),
            id: *id,
        });
        (self.entries[start..end].iter().map(|(_, id)| *id).collect(), next)
    }
}

fn directed(direction: Direction, ordering: Ordering) -> Ordering {
    match direction {
        Direction::Asc => ordering,
        Direction::Desc => ordering.reverse(),
    }
}

fn key(row: &FileRow, sort: Sort) -> SortKey {
    let number = |number: i128| SortKey::Number(Some(number));
    match sort {
        Sort::CachedAt => number(row.cached_at.as_micros().into()),
        Sort::LastAccessed => SortKey::Number(row.last_accessed.map(|at| at.as_micros().into())),
        Sort::Filename => SortKey::Name(fold(&crate::api::value::filename(&row.file_path))),
        Sort::FileSizeBytes => number(row.size.into()),
        Sort::AccessCount => number(row.access_count.into()),
        Sort::Priority => SortKey::None,
    }
}
