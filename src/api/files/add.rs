//! `POST /api/cached/files`: cache this file.

use poem_openapi::Object;
use poem_openapi::types::Example;

use super::body::{EXAMPLE_ID, EXAMPLE_JOB, EXAMPLE_PATH};
use super::mode::Mode;
use crate::api::answer::{Answer, Payload};
use crate::api::problem::Problem;
use crate::api::text::{AbsolutePath, Name};
use crate::api::value::Id;
use crate::cacher::{Accepted, CacheRequest, Cacher};
use crate::domain::access::Principal;
use crate::domain::file::{Method, Operation};

/// What to cache.
#[derive(Object, Debug)]
#[oai(rename = "AddFileRequest", deny_unknown_fields, example)]
pub struct AddFile {
    /// The library path, absolute.
    file_path: AbsolutePath,
    /// Why. `active_watching` and `real_time_watch` are always cached as `atomic_copy`.
    #[oai(default = "manual")]
    operation: Operation,
    /// The media user who wants it.
    #[oai(nullable)]
    user_id: Option<Name>,
    /// How; the configured mode when absent.
    #[oai(nullable)]
    mode: Option<Mode>,
}

fn manual() -> Operation {
    Operation::Manual
}

impl Example for AddFile {
    fn example() -> Self {
        Self {
            file_path: EXAMPLE_PATH.into(),
            operation: Operation::Manual,
            user_id: Some("user1".into()),
            mode: Some(Mode("copy".to_owned())),
        }
    }
}

/// What came of it.
#[derive(Object, Debug)]
#[oai(rename = "FileAccepted")]
pub struct FileAccepted {
    /// The job that brings it; null when the file is cached already and only the user was added.
    #[oai(nullable)]
    job_id: Option<Id>,
    /// The id the file has, or will have.
    file_id: Id,
    /// How it is or will be cached; not always what was asked for.
    method: Method,
}

/// Answers the request.
///
/// # Errors
/// Why the file cannot be cached.
pub fn add(cacher: &Cacher, asked: AddFile, by: &Principal) -> Result<Answer<FileAccepted>, Problem> {
    let AddFile { file_path, operation, user_id, mode } = asked;
    let request = CacheRequest {
        path: file_path.read("file_path")?,
        operation,
        user: user_id.map(|user| user.read("user_id")).transpose()?,
        metadata: Default::default(),
        method: mode.map(|mode| mode.method()).transpose()?,
        by: by.actor(),
    };
    Ok(match cacher.request_cache(&request)? {
        Accepted::Queued { job, file, method } => {
            let body = FileAccepted { job_id: Some(Id::of(job)), file_id: Id::of(file), method };
            Answer::accepted(body).saying("The file will be cached.".to_owned())
        }
        Accepted::UserAdded { file, job, method } => {
            Answer::ok(FileAccepted { job_id: job.map(Id::of), file_id: Id::of(file), method })
                .saying("The user was added.".to_owned())
        }
    })
}

impl Payload for FileAccepted {
    const ANSWERS: &'static [(u16, &'static str)] = &[
        (200, "The file is cached already, or on its way; the user was added to it."),
        (202, "A job will cache the file."),
    ];
    const HAS_MESSAGE: bool = true;
}

impl Example for FileAccepted {
    fn example() -> Self {
        let (job_id, file_id) = (Some(Id::of(EXAMPLE_JOB)), Id::of(EXAMPLE_ID));
        Self { job_id, file_id, method: Method::AtomicCopy }
    }
}
