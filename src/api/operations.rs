//! `GET /api/cached/operations`: the operation log.

use std::collections::BTreeMap;

use poem::web::Data;
use poem_openapi::param::Query;
use poem_openapi::types::Example;
use poem_openapi::{Object, OpenApi};

use super::Tag;
use super::answer::{Answer, Payload};
use super::bridge::blocking;
use super::document::Refusals;
use super::problem::{Code, Problem};
use super::value::{Id, Timestamp, text};
use super::view::{Shown, View};
use crate::cacher::Cacher;
use crate::domain::id::LogId;
use crate::domain::log::{LogKind, LogRow};
use crate::domain::time::Time;
use crate::store::{Rows, Store};

/// What each operation here may refuse with, beside what every operation may.
pub const REFUSALS: Refusals = &[("listOperations", &[Code::InvalidParameter, Code::UnknownParameter])];

/// Entries read at a time while those that match are looked for.
const CHUNK: usize = 500;

/// An entry of the operation log.
#[derive(Object, Debug)]
#[oai(rename = "LogEntry")]
pub struct OperationBody {
    /// Its id.
    id: Id,
    /// What was done.
    operation_type: LogKind,
    /// The library path it is about.
    file_path: String,
    /// The file it is about.
    #[oai(nullable)]
    file_id: Option<Id>,
    /// Who did it: the authenticated principal, or `system`. To viewers who are not told names, whoever else it was is
    /// `someone`.
    triggered_by: Shown,
    /// From which address they asked; told to admins only. Null for what was asked at this machine, and for `system`.
    #[oai(nullable)]
    address: Option<String>,
    /// The media user concerned; null where nobody is, or that is not told. Of whom everything was deleted it says
    /// `deleted user`.
    #[oai(nullable)]
    triggered_by_user: Option<Shown>,
    /// Why. To viewers who are not told names, what a person wrote is `manual`.
    reason: String,
    /// Whether it ended well.
    success: bool,
    /// What went wrong.
    #[oai(nullable)]
    error_message: Option<String>,
    /// Further facts; to viewers who are not told names, those that tell of nobody.
    metadata: BTreeMap<String, String>,
    /// When.
    timestamp: Timestamp,
}

impl OperationBody {
    /// An entry, as it may be seen; none where it may not be.
    #[must_use]
    pub fn of(row: &LogRow, view: &View) -> Option<Self> {
        let LogRow { id, kind, file_id, file_path, by, user, reason, success, error, metadata, at } =
            row.clone();
        view.sees(kind).then(|| Self {
            id: Id::of(id),
            operation_type: kind,
            file_path: text(file_path),
            file_id: file_id.map(Id::of),
            triggered_by: view.by(&by),
            address: view.address(&by),
            triggered_by_user: view.some_user(user.as_ref()),
            reason: view.reason(&by, &reason),
            success,
            error_message: error,
            metadata: view.facts(metadata).into_iter().collect(),
            timestamp: Timestamp(at),
        })
    }
}

/// A page of the log.
#[derive(Object, Debug)]
#[oai(rename = "OperationPage")]
pub struct OperationPage {
    /// The entries, newest first.
    operations: Vec<OperationBody>,
    /// Which part of the log this is.
    pagination: LogPagination,
}

/// Which part of the log a page is.
#[derive(Object, Debug)]
pub struct LogPagination {
    /// At most this many.
    limit: i32,
    /// More may follow.
    has_more: bool,
    /// Give this as `cursor` to get what follows; null at the end.
    #[oai(nullable)]
    next_cursor: Option<String>,
}

/// Which entries.
struct Wanted {
    view: View,
    kind: Option<LogKind>,
    user: Option<String>,
    success: Option<bool>,
    path: Option<String>,
    since: Option<Time>,
    until: Option<Time>,
}

impl Wanted {
    fn takes(&self, row: &LogRow) -> bool {
        self.view.sees(row.kind)
            && self.kind.is_none_or(|kind| row.kind == kind)
            && self.user.as_ref().is_none_or(|user| self.is_about(row, user))
            && self.success.is_none_or(|success| row.success == success)
            && self.path.as_ref().is_none_or(|path| row.file_path.to_string_lossy() == path.as_str())
            && self.until.is_none_or(|until| row.at <= until)
    }

    /// As it is shown: there is no other way to ask for somebody.
    fn is_about(&self, row: &LogRow, user: &str) -> bool {
        self.view.some_user(row.user.as_ref()).is_some_and(|shown| *shown == *user)
    }
}

type Place = (Time, LogId);

fn page(
    store: &Store,
    wanted: &Wanted,
    from: Option<Place>,
    limit: usize,
) -> crate::Result<(Vec<LogRow>, bool)> {
    let rows = store.read()?;
    let mut found = Vec::new();
    let mut before = from;
    loop {
        let chunk = rows.log(before, CHUNK)?;
        let last = chunk.len() < CHUNK;
        for row in chunk {
            before = Some((row.at, row.id));
            if wanted.since.is_some_and(|since| row.at < since) {
                return Ok((found, false));
            }
            if wanted.takes(&row) {
                if found.len() == limit {
                    return Ok((found, true));
                }
                found.push(row);
            }
        }
        if last {
            return Ok((found, false));
        }
    }
}

/// A place from the text of a cursor.
pub(super) fn decode(cursor: &str) -> Result<Place, Problem> {
    let place = cursor.split_once('.').and_then(|(at, id)| Some((at.parse().ok()?, id.parse().ok()?)));
    let (at, id) =
        place.ok_or_else(|| Problem::invalid("cursor", "must be a next_cursor of an earlier page"))?;
    Ok((Time::from_micros(at), id))
}

/// A place as that text.
pub(super) fn encode((at, id): Place) -> String {
    format!("{}.{id}", at.as_micros())
}

/// The resource.
#[derive(Default)]
pub struct Operations;

#[OpenApi(tag = "Tag::Operations")]
impl Operations {
    /// Read the operation log
    ///
    /// Who did what, and how it ended; failures are entries too. Newest first. Entries about log-ins, accounts, keys, settings,
    /// sources and deleted users are told to operators and admins only.
    #[oai(path = "/api/cached/operations", method = "get", operation_id = "listOperations")]
    #[expect(clippy::too_many_arguments, reason = "each is a parameter of the query")]
    async fn list(
        &self,
        cacher: Data<&Cacher>,
        view: View,
        /// Entries of this type.
        operation_type: Query<Option<LogKind>>,
        /// Entries that concern this media user, named as the reader sees them; refused where nobody is named.
        user_id: Query<Option<String>>,
        /// Only what ended well, or only what did not.
        success: Query<Option<bool>>,
        /// Entries about this library path, exactly.
        file_path: Query<Option<String>>,
        /// Entries of then or later: RFC 3339 with any offset, or a date (midnight UTC).
        since: Query<Option<Timestamp>>,
        /// Entries of then or earlier.
        until: Query<Option<Timestamp>>,
        /// At most this many entries; 50 when absent.
        #[oai(validator(minimum(value = "1"), maximum(value = "500")))]
        limit: Query<Option<i32>>,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<String>>,
    ) -> Result<Answer<OperationPage>, Problem> {
        if user_id.0.is_some() {
            view.need_people()?;
        }
        let wanted = Wanted {
            view: view.clone(),
            kind: operation_type.0,
            user: user_id.0,
            success: success.0,
            path: file_path.0,
            since: since.0.map(|at| at.0),
            until: until.0.map(|at| at.0),
        };
        let from = cursor.0.as_deref().map(decode).transpose()?;
        let limit = limit.0.unwrap_or(50);
        let store = cacher.0.engine().store().clone();
        let size = usize::try_from(limit).unwrap_or(0);
        let (rows, has_more) = blocking(move || Ok(page(&store, &wanted, from, size)?)).await?;
        let next_cursor = rows.last().filter(|_| has_more).map(|row| encode((row.at, row.id)));
        Ok(Answer::ok(OperationPage {
            operations: rows.iter().filter_map(|row| OperationBody::of(row, &view)).collect(),
            pagination: LogPagination { limit, has_more, next_cursor },
        }))
    }
}

impl Payload for OperationPage {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "The page.")];
    const HAS_TAG: bool = true;
}

impl Example for OperationPage {
    fn example() -> Self {
        Self {
            operations: vec![OperationBody::example()],
            pagination: LogPagination { limit: 50, has_more: false, next_cursor: None },
        }
    }
}

impl Example for OperationBody {
    fn example() -> Self {
        Self {
            id: Id::of("0190a6b8-9c20-7a41-9d3e-6f1a2b3c4d5e"),
            operation_type: LogKind::Cache,
            file_path: super::files::EXAMPLE_PATH.to_owned(),
            file_id: Some(Id::of(super::files::EXAMPLE_ID)),
            triggered_by: Shown::example("api_key"),
            address: None,
            triggered_by_user: Some(Shown::example("user1")),
            reason: "watchlist".to_owned(),
            success: true,
            error_message: None,
            metadata: BTreeMap::from([("method".to_owned(), "atomic_copy".to_owned())]),
            timestamp: Timestamp::EXAMPLE,
        }
    }
}
