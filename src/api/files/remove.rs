//! `DELETE /api/cached/files/{id}`: give this file back.

use std::time::Duration;

use poem_openapi::Object;
use poem_openapi::types::Example;

use super::body::{EXAMPLE_ID, EXAMPLE_PATH};
use crate::Error;
use crate::api::answer::{Answer, Payload};
use crate::api::problem::Problem;
use crate::api::text::Name;
use crate::api::value::{Id, filename, text};
use crate::cacher::{Cacher, RestoreRequest};
use crate::domain::access::Principal;
use crate::domain::file::Status;
use crate::domain::id::FileId;
use crate::domain::job::{JobState, RestoreAction};
use crate::store::Rows;

/// How long an answer waits for the original to be back: an exchange takes microseconds, a sleeping disk seconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why and for whom.
#[derive(Object, Debug, Default)]
#[oai(rename = "RemoveFileRequest", deny_unknown_fields, example)]
pub struct RemoveFile {
    /// Why; `manual` when absent.
    #[oai(nullable)]
    pub reason: Option<Name>,
    /// The media user concerned.
    #[oai(nullable)]
    pub user_id: Option<Name>,
}

impl Example for RemoveFile {
    fn example() -> Self {
        Self { reason: Some("manual_cleanup".into()), user_id: Some("user1".into()) }
    }
}

/// What came of it.
#[derive(Object, Debug)]
#[oai(rename = "FileRemoved")]
pub struct FileRemoved {
    /// The file.
    file_id: Id,
    /// Its library path.
    file_path: String,
    /// The reason that was written down.
    reason: String,
    /// `removed` when the original is durably back, else `pending_removal`.
    status: Status,
    /// The job that gives it back.
    #[oai(nullable)]
    job_id: Option<Id>,
}

/// Answers the request. What the body says wins over the query.
///
/// # Errors
/// `NotFound`, `AlreadyRemoved`; why the file could not be given back.
pub fn remove(
    cacher: &Cacher,
    file: FileId,
    asked: RemoveFile,
    by: &Principal,
) -> Result<Answer<FileRemoved>, Problem> {
    let RemoveFile { reason, user_id } = asked;
    let reason = reason.map_or_else(|| Ok("manual".to_owned()), |reason| reason.read("reason"))?;
    let user = user_id.map(|user| user.read("user_id")).transpose()?;
    let job = cacher.request_restore(&RestoreRequest {
        file,
        action: RestoreAction::Remove,
        reason: reason.clone(),
        user,
        by: by.actor(),
    })?;
    let ended = cacher.wait(job, PATIENCE)?;
    let rows = cacher.engine().store().read()?;
    let row = rows.file(file)?.ok_or(Error::NotFound { what: "file" })?;
    let body = |status| FileRemoved {
        file_id: Id::of(file),
        file_path: text(&row.file_path),
        reason,
        status,
        job_id: Some(Id::of(job)),
    };
    let name = filename(&row.file_path);
    match (ended.state, &ended.error) {
        (JobState::Done, _) => {
            Ok(Answer::ok(body(Status::Removed)).saying(format!("Cached file removed successfully: {name}")))
        }
        (JobState::Failed | JobState::Cancelled, Some(failure)) => Err(Problem::of_failure(failure)),
        _ => Ok(Answer::accepted(body(Status::PendingRemoval))
            .saying(format!("Cached file will be removed: {name}"))),
    }
}

impl Payload for FileRemoved {
    const ANSWERS: &'static [(u16, &'static str)] = &[
        (200, "The original is durably back at its path."),
        (202, "A job gives the file back; its bytes have to be copied first, or its volume is away."),
    ];
    const HAS_MESSAGE: bool = true;
}

impl Example for FileRemoved {
    fn example() -> Self {
        Self {
            file_id: Id::of(EXAMPLE_ID),
            file_path: EXAMPLE_PATH.to_owned(),
            reason: "manual_cleanup".to_owned(),
            status: Status::Removed,
            job_id: Some(Id::of(super::body::EXAMPLE_JOB)),
        }
    }
}
