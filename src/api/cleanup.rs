//! `POST /api/cached/cleanup`: is everything as the rows say; what of the orphans is settled?

use poem::web::Data;
use poem_openapi::payload::Json;
use poem_openapi::types::Example;
use poem_openapi::{Object, OpenApi};

use super::Tag;
use super::answer::{Answer, Payload};
use super::bridge::blocking;
use super::document::Refusals;
use super::problem::{Code, Problem};
use super::text::Name;
use super::value::{Id, int64, text};
use crate::cacher::{Cacher, Cleanup, CleanupRequest};
use crate::domain::access::Principal;
use crate::domain::cleanup::{Cleaned, Lost};
use crate::domain::id::JobId;

/// What each operation here may refuse with, beside what every operation may.
pub const REFUSALS: Refusals =
    &[("cleanUp", &[Code::MassOrphanBrake, Code::IoError, Code::CacheVolumeMissing])];

/// How to clean up.
#[derive(Object, Debug, Default)]
#[oai(rename = "CleanupRequest", deny_unknown_fields, example)]
pub struct CleanUp {
    /// Forget the orphans whose original is back at its path (or whose path another file has taken).
    #[oai(default)]
    remove_orphaned: bool,
    /// The media user whom it concerns, for the log. No filter.
    #[oai(nullable)]
    user_id: Option<Name>,
    /// It is true that so much is gone: `mass_orphan_brake` shall not hold.
    #[oai(default)]
    confirm: bool,
}

impl Example for CleanUp {
    fn example() -> Self {
        Self { remove_orphaned: false, user_id: Some("admin".into()), confirm: false }
    }
}

/// What a cleanup found and did. While a job does it the counts are null; the job has them when it is done.
#[derive(Object, Debug)]
#[oai(rename = "CleanupResult")]
pub struct CleanupBody {
    /// Orphans, known ones included: files whose cached copy is gone.
    #[oai(nullable)]
    orphaned_count: Option<i64>,
    /// Of those, files that are removed now.
    #[oai(nullable)]
    removed_count: Option<i64>,
    /// As it was asked for.
    remove_orphaned: bool,
    /// Of those, files whose original is gone as well.
    #[oai(nullable)]
    unrecoverable_count: Option<i64>,
    /// Which. They stay orphans, as long as neither copy nor original comes back. A job names the first 1000.
    unrecoverable: Vec<LostBody>,
    /// The job that does it, where there are more than 10000 files.
    #[oai(nullable)]
    job_id: Option<Id>,
}

/// A file of which neither cached copy nor original was found.
#[derive(Object, Debug)]
#[oai(rename = "UnrecoverableFile")]
pub struct LostBody {
    /// Its id.
    file_id: Id,
    /// Its library path.
    file_path: String,
    /// Its size in bytes.
    file_size_bytes: i64,
    /// BLAKE3 of its bytes, in hex.
    hash: String,
}

impl From<&Lost> for LostBody {
    fn from(lost: &Lost) -> Self {
        Self {
            file_id: Id::of(lost.file),
            file_path: text(&lost.path),
            file_size_bytes: int64(lost.size),
            hash: lost.hash.to_string(),
        }
    }
}

impl CleanupBody {
    /// What came of it; `None`: nothing yet.
    #[must_use]
    pub fn of(remove_orphaned: bool, cleaned: Option<&Cleaned>, job: Option<JobId>) -> Self {
        let count = |count: fn(&Cleaned) -> u64| cleaned.map(|cleaned| int64(count(cleaned)));
        Self {
            orphaned_count: count(|cleaned| cleaned.orphaned),
            removed_count: count(|cleaned| cleaned.removed),
            remove_orphaned,
            unrecoverable_count: count(|cleaned| cleaned.lost),
            unrecoverable: cleaned
                .iter()
                .flat_map(|cleaned| &cleaned.unrecoverable)
                .map(Into::into)
                .collect(),
            job_id: job.map(Id::of),
        }
    }
}

fn clean_up(cacher: &Cacher, asked: CleanUp, by: &Principal) -> Result<Answer<CleanupBody>, Problem> {
    let CleanUp { remove_orphaned, user_id, confirm } = asked;
    let user = user_id.map(|user| user.read("user_id")).transpose()?;
    let request = CleanupRequest { remove_orphaned, confirmed: confirm, user, by: by.actor() };
    Ok(match cacher.request_cleanup(&request)? {
        Cleanup::Done(cleaned) => {
            let marked = format!("Cache cleanup completed. {} files marked as orphaned", cleaned.orphaned);
            let sentence = match remove_orphaned {
                true => format!("{marked}, {} removed.", cleaned.removed),
                false => format!("{marked}."),
            };
            Answer::ok(CleanupBody::of(remove_orphaned, Some(&cleaned), None)).saying(sentence)
        }
        Cleanup::Queued(job) => Answer::accepted(CleanupBody::of(remove_orphaned, None, Some(job)))
            .saying("Cache cleanup started.".to_owned()),
    })
}

/// The resource.
#[derive(Default)]
pub struct CleanupApi;

#[OpenApi(tag = "Tag::Files")]
impl CleanupApi {
    /// Clean up
    ///
    /// Looks for every cached copy. Where one is gone the original is put back at its path at once, and the file is an
    /// orphan until it is removed. With `remove_orphaned`, orphans whose original is seen at its path are removed; what
    /// cannot be looked at stays. If more than a fifth of at least ten copies seem to be gone, nothing is concluded:
    /// `mass_orphan_brake`; repeat with `confirm` if it is true. With more than 10000 files a job does it: 202 with its
    /// id, and the result is in the job's `cleanup` when it is done.
    #[oai(path = "/api/cached/cleanup", method = "post", operation_id = "cleanUp")]
    async fn clean_up(
        &self,
        cacher: Data<&Cacher>,
        by: Data<&Principal>,
        /// How.
        body: Json<Option<CleanUp>>,
    ) -> Result<Answer<CleanupBody>, Problem> {
        let (cacher, by) = (cacher.0.clone(), by.0.clone());
        blocking(move || clean_up(&cacher, body.0.unwrap_or_default(), &by)).await
    }
}

impl Payload for CleanupBody {
    const ANSWERS: &'static [(u16, &'static str)] =
        &[(200, "It is done."), (202, "A job does it: there are more than 10000 files.")];
    const HAS_MESSAGE: bool = true;
}

impl Example for CleanupBody {
    fn example() -> Self {
        let cleaned = Cleaned { orphaned: 3, removed: 0, lost: 0, unrecoverable: vec![] };
        Self::of(false, Some(&cleaned), None)
    }
}
