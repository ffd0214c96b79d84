//! `GET /api/cached/files/search`: which files have this in their name, path, users or reason.

use poem_openapi::Object;
use poem_openapi::types::Example;

use super::body::FileBody;
use super::list::bodies;
use crate::api::answer::Payload;
use crate::api::problem::Problem;
use crate::api::value::int64;
use crate::api::view::View;
use crate::domain::query::{Direction, SearchType, Sort};
use crate::index::Start;
use crate::store::Store;

/// What is looked for, and where.
pub struct Asked {
    pub query: String,
    pub kind: SearchType,
    pub limit: i32,
    pub include_removed: bool,
}

/// What was found.
#[derive(Object, Debug)]
#[oai(rename = "SearchResults")]
pub struct SearchResults {
    /// As given.
    query: String,
    /// Where was looked.
    search_type: SearchType,
    /// The newest of them, newest first.
    results: Vec<FileBody>,
    /// So many match, exactly.
    total_found: i64,
    /// The limit: at most so many are listed.
    limited_to: i32,
}

/// Answers the request.
///
/// # Errors
/// The text is blank; people are looked for where nobody may be named; the store fails.
pub fn search(store: &Store, asked: Asked, view: &View) -> Result<SearchResults, Problem> {
    let Asked { query, kind, limit, include_removed } = asked;
    if query.trim().is_empty() {
        return Err(Problem::invalid("q", "must not be blank"));
    }
    if kind == SearchType::User {
        view.need_people()?;
    }
    let most = u64::try_from(limit).unwrap_or(0);
    let (page, rows) = store.look(|index| {
        let found = view.naming(|naming| index.search(&query, kind, naming, include_removed));
        index.page(&found, Sort::CachedAt, Direction::Desc, &Start::Offset(0), most)
    })?;
    Ok(SearchResults {
        results: bodies(&rows, &page, view)?,
        query,
        search_type: kind,
        total_found: int64(page.total),
        limited_to: limit,
    })
}

impl Payload for SearchResults {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "What was found.")];
    const HAS_TAG: bool = true;
}

impl Example for SearchResults {
    fn example() -> Self {
        Self {
            query: "dune".to_owned(),
            search_type: SearchType::Filename,
            results: vec![FileBody::example()],
            total_found: 1,
            limited_to: 50,
        }
    }
}
