//! What is exported, and the walk over it.

use std::ops::ControlFlow;

use serde::Serialize;

use super::file::ExportedFile;
use crate::Result;
use crate::api::view::View;
use crate::domain::file::{Attribution, FileRow, Status};
use crate::domain::log::USER_FACT;
use crate::domain::query::Filter;
use crate::domain::time::Time;
use crate::store::{Order, Reader, Rows};

/// Whether each file brings what is known of the film.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Detail {
    /// Without.
    Plain,
    /// With.
    Metadata,
}

/// One export: what of which moment.
#[derive(Debug)]
pub struct Selection {
    /// Attributed to this user.
    pub user: Option<String>,
    /// In this state; all but `removed` when absent.
    pub status: Option<Status>,
    /// How much is told of each.
    pub detail: Detail,
    /// When it was asked for.
    pub at: Time,
    /// What whoever asked may see.
    pub view: View,
    /// How many files it holds.
    pub total: u64,
}

/// The filters that were given, as an export repeats them.
#[derive(Serialize)]
pub struct FiltersApplied<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'a str>,
}

impl Selection {
    /// The filters that were given.
    pub fn filters(&self) -> FiltersApplied<'_> {
        FiltersApplied { user_id: self.user.as_deref(), status: self.status.map(Status::name) }
    }

    /// The same as a filter of lists.
    pub fn filter(&self) -> Filter {
        Filter { user: self.user.clone(), status: self.status, ..Filter::default() }
    }

    /// The instant as it stands in the names of files: `YYYYMMDD_HHMMSS`, UTC.
    pub fn stamp(&self) -> String {
        self.at.to_jiff().strftime("%Y%m%d_%H%M%S").to_string()
    }

    /// What the log says of it.
    pub fn facts(&self, format: &str) -> Vec<(String, String)> {
        let given = [
            ("format", Some(format.to_owned())),
            ("files", Some(self.total.to_string())),
            (USER_FACT, self.user.clone()),
            ("status", self.status.map(|status| status.name().to_owned())),
            ("include_metadata", (self.detail == Detail::Metadata).then(|| "true".to_owned())),
        ];
        given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }

    /// Calls `write` for each file, newest first.
    ///
    /// # Errors
    /// The store fails, or `write`.
    pub fn each(
        &self,
        rows: &Reader,
        write: &mut dyn FnMut(&ExportedFile) -> std::io::Result<()>,
    ) -> Result<()> {
        let filter = self.filter();
        rows.walk_files(Order::Descending, &mut |row, users| {
            if takes(&filter, &row, &users) {
                let file = ExportedFile::of(&row, &users, self.detail, &self.view);
                write(&file).map_err(|error| crate::Error::io("send", "an export", error))?;
            }
            Ok(ControlFlow::Continue(()))
        })
    }
}

/// Of a filter, an export has these two.
fn takes(filter: &Filter, row: &FileRow, users: &[Attribution]) -> bool {
    filter.status.map_or(row.status != Status::Removed, |status| row.status == status)
        && filter.user.as_ref().is_none_or(|user| users.iter().any(|wish| wish.user == *user))
}
