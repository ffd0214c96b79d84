//! `GET /api/cached/files`: which page was asked for, and what is on it.

use poem_openapi::Object;
use poem_openapi::types::{Example, ToJSON};

use super::body::{FileBody, playing, write_files};
use super::query;
use crate::api::answer::Payload;
use crate::api::problem::Problem;
use crate::api::value::{Timestamp, int64};
use crate::api::view::View;
use crate::domain::file::{Operation, Status};
use crate::domain::query::{Direction, Filter, Sort};
use crate::index::{Page, Start};
use crate::store::{Reader, Rows, Store};

/// A page of the list.
#[derive(Object, Debug)]
#[oai(rename = "FilePage")]
pub struct FilePage {
    /// The files.
    files: Vec<FileBody>,
    /// Which part of the list this is.
    pagination: Pagination,
    /// Exactly the parameters that were given.
    filter_applied: FilterApplied,
}

/// Which part of a list a page is.
#[derive(Object, Debug)]
pub struct Pagination {
    /// At most this many.
    pub limit: i32,
    /// So many were passed over.
    pub offset: i64,
    /// So many match, exactly.
    pub total_count: i64,
    /// More follow.
    pub has_more: bool,
    /// Give this as `cursor` to get what follows, however far the list goes; null on the last page.
    #[oai(nullable)]
    pub next_cursor: Option<String>,
}

/// Exactly the parameters that were given.
#[derive(Object, Debug, Clone, Default)]
#[oai(skip_serializing_if_is_none)]
pub struct FilterApplied {
    /// As given.
    pub search: Option<String>,
    /// As given.
    pub user_id: Option<String>,
    /// As given.
    pub status: Option<Status>,
    /// As given.
    pub triggered_by_operation: Option<Operation>,
    /// As given.
    pub size_min: Option<i64>,
    /// As given.
    pub size_max: Option<i64>,
    /// As given, in UTC.
    pub cached_since: Option<Timestamp>,
    /// As given.
    pub library: Option<String>,
    /// As given.
    pub sort: Option<Sort>,
    /// As given.
    pub order: Option<Direction>,
    /// As given.
    pub limit: Option<i32>,
    /// As given.
    pub offset: Option<i64>,
    /// As given.
    pub cursor: Option<String>,
}

impl FilterApplied {
    /// But for the user: who is meant is for the view to say.
    fn filter(&self) -> Filter {
        let size = |bound: Option<i64>| bound.and_then(|bound| u64::try_from(bound).ok());
        Filter {
            search: self.search.clone(),
            user: None,
            status: self.status,
            operation: self.triggered_by_operation,
            size_min: size(self.size_min),
            size_max: size(self.size_max),
            since: self.cached_since.map(|since| since.0),
            library: self.library.clone(),
        }
    }
}

/// Answers the request, with the store's count of changes that the page is of.
///
/// # Errors
/// A user is named where nobody may be; the cursor is none, or comes with an offset; the store fails.
pub fn list(store: &Store, given: FilterApplied, view: &View) -> Result<(u64, FilePage), Problem> {
    if given.user_id.is_some() {
        view.need_people()?;
    }
    let sort = given.sort.unwrap_or(Sort::CachedAt);
    let direction = given.order.unwrap_or(Direction::Desc);
    let limit = given.limit.unwrap_or(50);
    let start = match (&given.cursor, given.offset) {
        (Some(_), Some(_)) => {
            return Err(Problem::invalid("cursor", "and offset exclude each other; give one of them"));
        }
        (Some(cursor), None) => Start::After(query::decode(cursor, sort, direction)?),
        (None, offset) => Start::Offset(offset.and_then(|offset| u64::try_from(offset).ok()).unwrap_or(0)),
    };
    let filter = given.filter();
    let size = u64::try_from(limit).unwrap_or(0);
    // What is counted is what is listed: index and rows are of one commit.
    let ((changes, page), rows) = store.look(|index| {
        let found =
            view.find(index, given.user_id.as_deref(), |user| index.find(&Filter { user, ..filter.clone() }));
        (store.changes(), index.page(&found, sort, direction, &start, size))
    })?;
    let pagination = Pagination {
        limit,
        offset: int64(page.offset),
        total_count: int64(page.total),
        has_more: page.next.is_some(),
        next_cursor: page.next.as_ref().map(query::encode),
    };
    Ok((changes, FilePage { files: bodies(&rows, &page, view)?, pagination, filter_applied: given }))
}

/// The files of a page.
///
/// # Errors
/// The store fails.
pub fn bodies(rows: &Reader, page: &Page, view: &View) -> Result<Vec<FileBody>, Problem> {
    let playing = playing(rows)?;
    let mut files = Vec::with_capacity(page.ids.len());
    for (id, score) in page.ids.iter().zip(&page.scores) {
        if let Some((row, attributions)) = rows.wanted_file(*id)? {
            files.push(FileBody::of(&row, &attributions, &playing, *score, view));
        }
    }
    Ok(files)
}

impl Payload for FilePage {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "The page.")];
    const HAS_TAG: bool = true;

    fn write(&self, out: &mut Vec<u8>) {
        let Self { files, pagination, filter_applied } = self;
        out.extend_from_slice(br#"{"files":"#);
        write_files(files, out);
        let rest = [("pagination", pagination.to_json()), ("filter_applied", filter_applied.to_json())];
        for (name, value) in rest {
            out.extend_from_slice(format!(r#","{name}":{}"#, value.unwrap_or_default()).as_bytes());
        }
        out.push(b'}');
    }
}

impl Example for FilePage {
    fn example() -> Self {
        Self {
            files: vec![FileBody::example()],
            pagination: Pagination {
                limit: 50,
                offset: 0,
                total_count: 1,
                has_more: false,
                next_cursor: None,
            },
            filter_applied: FilterApplied {
                user_id: Some("user1".to_owned()),
                limit: Some(50),
                ..FilterApplied::default()
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_written_as_the_document_says_that_it_is() {
        let page = FilePage::example();
        let mut written = Vec::new();
        page.write(&mut written);
        let written: serde_json::Value = serde_json::from_slice(&written).unwrap();
        assert_eq!(Some(written), page.to_json());
    }
}
