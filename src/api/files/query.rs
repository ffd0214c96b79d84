//! The words of a query for files, and places in a list as the text that clients carry around.

use crate::api::problem::Problem;
use crate::api::value::closed_type;
use crate::domain::query::{Direction, SearchType, Sort};
use crate::index::Cursor;

closed_type!(Sort, "FileSort", "What the list is sorted by. Ties are sorted by id, so pages are stable.");
closed_type!(
    Direction,
    "SortOrder",
    "`asc`: least first, files without the value before all others. `desc`: greatest first."
);
closed_type!(
    SearchType,
    "SearchType",
    "`filename`: in the name. `path`: in `file_path` or `original_path`. `user`: in the name of anybody who wants it, \
     as the reader sees it. \
     `operation`: in the reason it was cached for. `all`: in any of these."
);

/// A place as text.
#[must_use]
pub fn encode(cursor: &Cursor) -> String {
    // Plain data: nothing in it can fail to be written.
    let bytes = postcard::to_stdvec(cursor).unwrap_or_default();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A place from that text.
///
/// # Errors
/// It is not one of ours, or of a list sorted otherwise.
pub fn decode(text: &str, sort: Sort, direction: Direction) -> Result<Cursor, Problem> {
    let unknown = || Problem::invalid("cursor", "must be a next_cursor of an earlier page");
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return Err(unknown());
    }
    let bytes: Result<Vec<u8>, _> =
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16)).collect();
    let cursor: Cursor = postcard::from_bytes(&bytes.map_err(|_| unknown())?).map_err(|_| unknown())?;
    if (cursor.sort, cursor.direction) != (sort, direction) {
        return Err(Problem::invalid(
            "cursor",
            "comes from a list with another sort or order; repeat both with it",
        ));
    }
    Ok(cursor)
}
