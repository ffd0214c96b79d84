//! `POST /api/cached/files`: cache this file.

use std::path::PathBuf;

use poem_openapi::Object;
use poem_openapi::types::Example;

use super::body::{EXAMPLE_ID, EXAMPLE_JOB, EXAMPLE_PATH};
use super::mode::Mode;
use crate::api::answer::{Answer, Payload};
use crate::api::auth::Principal;
use crate::api::problem::Problem;
use crate::api::text::{is_blank_or_long, name_rule};
use crate::cacher::{Accepted, CacheRequest, Cacher};
use crate::domain::file::{Method, Operation};

/// What to cache.
#[derive(Object, Debug)]
#[oai(rename = "AddFileRequest", deny_unknown_fields, example)]
pub struct AddFile {
    /// The library path, absolute.
    #[oai(validator(min_length = 1, max_length = 4096))]
    file_path: String,
    /// Why. `active_watching` and `real_time_watch` are always cached as `atomic_copy`.
    #[oai(default = "manual")]
    operation: Operation,
    /// The media user who wants it.
    #[oai(nullable)]
    user_id: Option<String>,
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
            file_path: EXAMPLE_PATH.to_owned(),
            operation: Operation::Manual,
            user_id: Some("user1".to_owned()),
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
    job_id: Option<String>,
    /// The id the file has, or will have.
    file_id: String,
    /// How it is or will be cached; not always what was asked for.
    method: Method,
}

/// Answers the request.
///
/// # Errors
/// Why the file cannot be cached.
pub fn add(cacher: &Cacher, asked: AddFile, by: &Principal) -> Result<Answer<FileAccepted>, Problem> {
    let AddFile { file_path, operation, user_id, mode } = asked;
    let path = PathBuf::from(&file_path);
    if !path.is_absolute() || file_path.contains('\0') {
        return Err(Problem::invalid("file_path", "must be an absolute path"));
    }
    if user_id.as_deref().is_some_and(is_blank_or_long) {
        return Err(Problem::invalid("user_id", name_rule()));
    }
    let request = CacheRequest {
        path,
        operation,
        user: user_id,
        method: mode.map(|mode| mode.method()).transpose()?,
        principal: by.name().to_owned(),
    };
    Ok(match cacher.request_cache(&request)? {
        Accepted::Queued { job, file, method } => {
            let body = FileAccepted { job_id: Some(job.to_string()), file_id: file.to_string(), method };
            Answer::accepted(body).saying("The file will be cached.".to_owned())
        }
        Accepted::UserAdded { file, job, method } => {
            let job_id = job.map(|job| job.to_string());
            Answer::ok(FileAccepted { job_id, file_id: file.to_string(), method })
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
        let (job_id, file_id) = (Some(EXAMPLE_JOB.to_owned()), EXAMPLE_ID.to_owned());
        Self { job_id, file_id, method: Method::AtomicCopy }
    }
}
