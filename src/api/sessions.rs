//! `GET /api/sessions`: who plays what.

use poem::web::Data;
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
use crate::domain::playback::PlaybackRow;
use crate::store::Rows;

/// What each operation here may refuse with, beside what every operation may.
pub const REFUSALS: Refusals = &[("listSessions", &[Code::UnknownParameter])];

/// A playback of a file of a library, as the media server told of it.
#[derive(Object, Debug)]
#[oai(rename = "Session")]
pub struct SessionBody {
    /// Its id.
    id: Id,
    /// Who plays; null where the media server did not say, or that is not told.
    #[oai(nullable)]
    user_id: Option<Shown>,
    /// The title; where only the file is known, its name without the ending.
    title: String,
    /// The library path of the file.
    file_path: String,
    /// The library.
    library: String,
    /// Whether the cache served the file when it began.
    hit: bool,
    /// When it began.
    started_at: Timestamp,
    /// When it ended; null while it goes on.
    #[oai(nullable)]
    ended_at: Option<Timestamp>,
}

impl SessionBody {
    /// From a row, as it may be seen.
    #[must_use]
    pub fn of(row: &PlaybackRow, view: &View) -> Self {
        Self {
            id: Id::of(row.id),
            user_id: view.some_user(row.user.as_ref()),
            title: row.title.clone(),
            file_path: text(&row.path),
            library: row.library.clone(),
            hit: row.hit,
            started_at: Timestamp(row.started_at),
            ended_at: row.ended_at.map(Timestamp),
        }
    }
}

/// The playbacks that go on.
#[derive(Object, Debug)]
#[oai(rename = "SessionList")]
struct SessionList {
    /// Oldest first.
    sessions: Vec<SessionBody>,
    /// How many there are.
    total_count: i64,
}

/// The resource.
#[derive(Default)]
pub struct Sessions;

#[OpenApi(tag = "Tag::Media")]
impl Sessions {
    /// List who plays what
    ///
    /// The playbacks of files of the libraries that go on now, as far as a media server tells of them. The events
    /// `session_started` and `session_ended` carry the same objects.
    #[oai(path = "/api/sessions", method = "get", operation_id = "listSessions")]
    async fn list(&self, cacher: Data<&Cacher>, view: View) -> Result<Answer<SessionList>, Problem> {
        let cacher = cacher.0.clone();
        let open = blocking(move || Ok(cacher.engine().store().read()?.open_playbacks()?)).await?;
        let sessions: Vec<_> = open.iter().map(|row| SessionBody::of(row, &view)).collect();
        let total_count = super::value::int64(sessions.len() as u64);
        Ok(Answer::ok(SessionList { sessions, total_count }))
    }
}

impl Payload for SessionList {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "Who plays what.")];
}

impl Example for SessionList {
    fn example() -> Self {
        let session = SessionBody {
            id: Id::of(super::files::EXAMPLE_ID),
            user_id: Some(Shown::example("user1")),
            title: "Dune (2021)".to_owned(),
            file_path: super::files::EXAMPLE_PATH.to_owned(),
            library: "Movies".to_owned(),
            hit: true,
            started_at: Timestamp::EXAMPLE,
            ended_at: None,
        };
        Self { sessions: vec![session], total_count: 1 }
    }
}
