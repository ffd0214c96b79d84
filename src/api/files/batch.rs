//! `POST /api/cached/files/batch`: the same with many files.

use poem_openapi::Object;
use poem_openapi::types::Example;

use super::body::{EXAMPLE_ID, EXAMPLE_JOB};
use crate::api::answer::{Answer, Payload};
use crate::api::problem::{Code, Problem};
use crate::api::text::Name;
use crate::api::value::{Id, Timestamp, closed_type, int64, text};
use crate::cacher::{BatchFiles, BatchRequest, Cacher};
use crate::domain::access::Principal;
use crate::domain::batch::{BatchAction, BatchFailure, BatchWork};
use crate::domain::file::{Operation, Status};
use crate::domain::id::FileId;
use crate::domain::query::Filter;

closed_type!(
    BatchAction,
    "BatchAction",
    "`remove`: each file is given back, as by `removeFile`. `pin`: it stays whatever happens. `unpin`: it may be evicted \
     again."
);

/// What to do with which files: exactly one of `ids` and `filter`.
#[derive(Object, Debug)]
#[oai(rename = "BatchRequest", deny_unknown_fields, example)]
pub struct Batch {
    /// What to do.
    action: BatchAction,
    /// These files, 1 to 10000 (given twice, a file is meant once). One that does not exist fails by itself; the others are done.
    #[oai(nullable, validator(min_items = 1, max_items = 10000))]
    ids: Option<Vec<Id>>,
    /// All files that the filter lets through when the job begins, and that were cached when it was asked for.
    #[oai(nullable)]
    filter: Option<BatchFilter>,
    /// Needed with a filter that lets everything through.
    #[oai(default)]
    all: bool,
    /// Why, for the log; `manual` when absent.
    #[oai(nullable)]
    reason: Option<Name>,
    /// The media user concerned, for the log.
    #[oai(nullable)]
    user_id: Option<Name>,
}

/// Which files, as in the list. Everything that is given must hold.
#[derive(Object, Debug, Default)]
#[oai(rename = "BatchFilterRequest", deny_unknown_fields)]
pub struct BatchFilter {
    /// Part of the file name or the library path, without regard to case; blank means no filter.
    #[oai(nullable)]
    search: Option<String>,
    /// Files that this user wants.
    #[oai(nullable)]
    user_id: Option<String>,
    /// Files in this state; without it, everything but `removed`.
    #[oai(nullable)]
    status: Option<Status>,
    /// Files cached for this reason.
    #[oai(nullable)]
    triggered_by_operation: Option<Operation>,
    /// Files of at least this many bytes.
    #[oai(nullable, validator(minimum(value = "0")))]
    size_min: Option<i64>,
    /// Files of at most this many bytes.
    #[oai(nullable, validator(minimum(value = "0")))]
    size_max: Option<i64>,
    /// Files cached then or later: RFC 3339 with any offset, or a date (midnight UTC).
    #[oai(nullable)]
    cached_since: Option<Timestamp>,
    /// Files of this library.
    #[oai(nullable)]
    library: Option<String>,
}

impl From<BatchFilter> for Filter {
    fn from(given: BatchFilter) -> Self {
        let BatchFilter {
            search,
            user_id,
            status,
            triggered_by_operation,
            size_min,
            size_max,
            cached_since,
            library,
        } = given;
        let size = |bound: Option<i64>| bound.and_then(|bound| u64::try_from(bound).ok());
        Self {
            search,
            user: user_id,
            status,
            operation: triggered_by_operation,
            size_min: size(size_min),
            size_max: size(size_max),
            since: cached_since.map(|since| since.0),
            library,
        }
    }
}

/// A batch that was accepted.
#[derive(Object, Debug)]
#[oai(rename = "BatchAccepted")]
pub struct BatchAccepted {
    /// The job that does it; its `batch` says how far it is and what failed.
    job_id: Id,
}

/// How far a batch is.
#[derive(Object, Debug)]
#[oai(rename = "BatchResult")]
pub struct BatchBody {
    /// What is done with each file.
    action: BatchAction,
    /// Files that are as was asked: given back, pinned, unpinned.
    done_count: i64,
    /// Files that are not.
    failed_count: i64,
    /// The first 20 of those, with the reason.
    failures: Vec<FailedFile>,
}

/// A file of a batch that is not as was asked.
#[derive(Object, Debug)]
#[oai(rename = "BatchFailure")]
pub struct FailedFile {
    /// The file.
    file_id: Id,
    /// Its library path; empty where there is no such file.
    file_path: String,
    /// Why, for programs.
    code: Code,
    /// Why, for people.
    message: String,
}

impl From<&BatchFailure> for FailedFile {
    fn from(failure: &BatchFailure) -> Self {
        Self {
            file_id: Id::of(failure.file),
            file_path: text(&failure.path),
            code: failure.error.code.parse().unwrap_or(Code::InternalError),
            message: failure.error.message.clone(),
        }
    }
}

impl BatchBody {
    /// What is known of it.
    #[must_use]
    pub fn of(action: BatchAction, work: &BatchWork) -> Self {
        Self {
            action,
            done_count: int64(work.done),
            failed_count: int64(work.failed),
            failures: work.failures.iter().map(Into::into).collect(),
        }
    }
}

/// Answers the request.
///
/// # Errors
/// What is asked for is not clear.
pub fn begin(cacher: &Cacher, asked: Batch, by: &Principal) -> Result<Answer<BatchAccepted>, Problem> {
    let Batch { action, ids, filter, all, reason, user_id } = asked;
    let reason = reason.map(|reason| reason.read("reason")).transpose()?;
    let user = user_id.map(|user| user.read("user_id")).transpose()?;
    let request = BatchRequest {
        action,
        files: files(ids, filter, all)?,
        reason: reason.unwrap_or_else(|| "manual".to_owned()),
        user,
        by: by.actor(),
    };
    let job = cacher.request_batch(&request)?;
    let sentence = match action {
        BatchAction::Remove => "The files will be removed from the cache.",
        BatchAction::Pin => "The files will be pinned.",
        BatchAction::Unpin => "The files will be unpinned.",
    };
    Ok(Answer::accepted(BatchAccepted { job_id: Id::of(job) }).saying(sentence.to_owned()))
}

/// Everything at once is only meant where that is said.
fn files(ids: Option<Vec<Id>>, filter: Option<BatchFilter>, all: bool) -> Result<BatchFiles, Problem> {
    match (ids, filter.map(Filter::from)) {
        (Some(_), Some(_)) => Err(Problem::invalid("ids", "and filter exclude each other; give one of them")),
        (None, None) => Err(Problem::invalid("ids", "or filter is needed, to say which files are meant")),
        (Some(_), None) if all => Err(Problem::invalid("all", "goes with a filter, not with ids")),
        (Some(ids), None) => {
            let ids: crate::Result<Vec<FileId>> = ids.iter().map(|id| id.read("file")).collect();
            ids.map(BatchFiles::Named).map_err(|_| Problem::invalid("ids", "must be ids of files"))
        }
        (None, Some(filter)) if filter.is_empty() && !all => Err(Problem::invalid(
            "all",
            "must be true with a filter that lets everything through, to say that every file is meant",
        )),
        (None, Some(filter)) => Ok(BatchFiles::Filter(filter)),
    }
}

impl Payload for BatchAccepted {
    const ANSWERS: &'static [(u16, &'static str)] = &[(202, "A job does it.")];
    const HAS_MESSAGE: bool = true;
}

impl Example for BatchAccepted {
    fn example() -> Self {
        Self { job_id: Id::of(EXAMPLE_JOB) }
    }
}

impl Example for Batch {
    fn example() -> Self {
        Self {
            action: BatchAction::Remove,
            ids: Some(vec![Id::of(EXAMPLE_ID)]),
            filter: None,
            all: false,
            reason: Some("manual_cleanup".into()),
            user_id: Some("user1".into()),
        }
    }
}
