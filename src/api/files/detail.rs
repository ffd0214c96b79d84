//! `GET /api/cached/files/{id}`: everything about one file.

use poem_openapi::Object;
use poem_openapi::types::Example;

use super::body::{FileBody, playing};
use crate::Error;
use crate::api::answer::Payload;
use crate::api::operations::OperationBody;
use crate::api::problem::Problem;
use crate::api::value::Timestamp;
use crate::api::view::{Shown, View};
use crate::domain::file::{Attribution, Operation};
use crate::domain::id::FileId;
use crate::domain::plan::Reason;
use crate::librarian::Drawn;
use crate::store::{Rows, Store};

/// Entries of the log that are shown with a file.
const HISTORY: usize = 100;

/// Everything about one file.
#[derive(Object, Debug)]
#[oai(rename = "FileDetail")]
pub struct FileDetail {
    #[oai(flatten)]
    file: FileBody,
    /// Who wants it and why, in order; empty for viewers who are not told.
    attributions: Vec<AttributionBody>,
    /// The newest entries of the operation log about it, newest first, at most 100.
    history: Vec<OperationBody>,
    /// BLAKE3 of its bytes, in hex.
    hash: String,
    /// When the copy was last read back and found equal.
    verified_at: Timestamp,
    /// What speaks for keeping it, and against: adds up to `priority`. Empty where no plan was drawn up since it was cached.
    why: Vec<WhyBody>,
}

/// One person's wish.
#[derive(Object, Debug)]
#[oai(rename = "Attribution")]
struct AttributionBody {
    /// The media user.
    user: Shown,
    /// The strongest of their reasons.
    reason: Operation,
    /// When it was added.
    added_at: Timestamp,
}

impl AttributionBody {
    fn of(attribution: &Attribution, view: &View) -> Option<Self> {
        let Attribution { user, reason, added_at, ordinal: _ } = attribution;
        Some(Self { user: view.user(user)?, reason: *reason, added_at: Timestamp(*added_at) })
    }
}

/// One reason to keep a file, or not to.
#[derive(Object, Debug)]
#[oai(rename = "Why")]
pub struct WhyBody {
    /// How much it counts; negative where it speaks against.
    pub points: i32,
    /// In words.
    pub text: String,
    /// Because of whom; null where it is nobody's, or that is not told.
    #[oai(nullable)]
    pub user: Option<Shown>,
}

impl WhyBody {
    /// A reason, as it may be seen.
    #[must_use]
    pub fn of(points: i32, text: &str, user: Option<&String>, view: &View) -> Self {
        Self { points, text: text.to_owned(), user: view.some_user(user) }
    }
}

/// Answers the request. `drawn` is the last plan, which knows why.
///
/// # Errors
/// `NotFound`; the store fails.
pub fn detail(store: &Store, drawn: Option<&Drawn>, id: FileId, view: &View) -> Result<FileDetail, Problem> {
    let (score, rows) = store.look(|index| index.score(id))?;
    let (row, attributions) = rows.wanted_file(id)?.ok_or(Error::NotFound { what: "file" })?;
    let why = drawn.and_then(|drawn| drawn.worth(id)).map_or(&[][..], |(_, why)| why);
    let reason = |Reason { points, text, user }: &Reason| WhyBody::of(*points, text, user.as_ref(), view);
    Ok(FileDetail {
        attributions: attributions.iter().filter_map(|wish| AttributionBody::of(wish, view)).collect(),
        history: rows.log_of(id, HISTORY)?.iter().filter_map(|row| OperationBody::of(row, view)).collect(),
        hash: row.place.hash.to_string(),
        verified_at: Timestamp(row.verified_at),
        why: why.iter().map(reason).collect(),
        file: FileBody::of(&row, &attributions, &playing(&rows)?, score, view),
    })
}

impl Payload for FileDetail {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "The file.")];
}

impl Example for FileDetail {
    fn example() -> Self {
        Self {
            file: FileBody::example(),
            attributions: vec![AttributionBody {
                user: Shown::example("user1"),
                reason: Operation::Watchlist,
                added_at: Timestamp::EXAMPLE,
            }],
            history: vec![OperationBody::example()],
            hash: "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262".to_owned(),
            verified_at: Timestamp::EXAMPLE,
            why: [
                (50, "every file", None),
                (15, "On Deck", Some("user1")),
                (15, "the current episode", Some("user1")),
            ]
            .map(|(points, text, user)| WhyBody {
                points,
                text: text.to_owned(),
                user: user.map(Shown::example),
            })
            .into(),
        }
    }
}
