//! Jobs: list, read, cancel, pause, resume.

use poem::web::Data;
use poem_openapi::param::{Path, Query};
use poem_openapi::types::Example;
use poem_openapi::{Object, OpenApi};

use super::Tag;
use super::answer::{Answer, Payload};
use super::bridge::blocking;
use super::cleanup::CleanupBody;
use super::document::Refusals;
use super::files::BatchBody;
use super::problem::{Code, Problem};
use super::value::{Id, Timestamp, closed_type, int64, text};
use super::view::{Shown, View};
use crate::cacher::{Cacher, Engine};
use crate::domain::access::Principal;
use crate::domain::file::closed_names;
use crate::domain::id::JobId;
use crate::domain::job::{Failure, JobKind, JobRow, JobState, Planned, Progress, RestoreAction};
use crate::store::Rows;

/// What each operation here may refuse with, beside what every operation may.
pub const REFUSALS: Refusals = &[
    ("listJobs", &[Code::InvalidParameter, Code::UnknownParameter]),
    ("getJob", &[Code::UnknownParameter, Code::NotFound]),
    ("cancelJob", &[Code::UnknownParameter, Code::NotFound, Code::WrongJobState]),
    ("pauseJob", &[Code::UnknownParameter, Code::NotFound, Code::WrongJobState]),
    ("resumeJob", &[Code::UnknownParameter, Code::NotFound, Code::WrongJobState]),
];

/// What a job does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Brings a file to the cache.
    Cache,
    /// Gives a file back: everything is put back.
    Restore,
    /// The same: nobody needs it, or room is needed.
    Evict,
    /// The same: a person removed it.
    Remove,
    /// The same: its copy is gone.
    Heal,
    /// A scan brought the row in line with what others did.
    Reconcile,
    /// Looks for every cached copy, and settles orphans.
    Cleanup,
    /// Does one thing with many files.
    Batch,
    /// Makes a plan of what is worth keeping, and carries it out.
    Plan,
}

closed_names!(Kind {
    Cache => "cache",
    Restore => "restore",
    Evict => "evict",
    Remove => "remove",
    Heal => "heal",
    Reconcile => "reconcile",
    Cleanup => "cleanup",
    Batch => "batch",
    Plan => "plan",
});
closed_type!(
    Kind,
    "JobKind",
    "`cache`: brings a file to the cache. These give one back: `restore`: everything is put back. `evict`: nobody \
     needs it, or room is needed. `remove`: a person removed it. `heal`: its copy is gone. `reconcile`: a scan \
     brought the row in line with what others did to its files. These are about many: `cleanup`: looks for every cached \
     copy and settles orphans. `batch`: does one thing with many files; it is `queued` until all of them are seen to. `plan`: asks what people \
     want, and caches and gives back accordingly; it is `queued` until all of that is asked for."
);

impl From<&JobKind> for Kind {
    fn from(kind: &JobKind) -> Self {
        match kind {
            JobKind::Cache { .. } => Self::Cache,
            JobKind::Restore { action: RestoreAction::Restore, .. } => Self::Restore,
            JobKind::Restore { action: RestoreAction::Evict, .. } => Self::Evict,
            JobKind::Restore { action: RestoreAction::Remove, .. } => Self::Remove,
            JobKind::Restore { action: RestoreAction::Heal, .. } => Self::Heal,
            JobKind::Restore { action: RestoreAction::Reconcile, .. } => Self::Reconcile,
            JobKind::Cleanup { .. } => Self::Cleanup,
            JobKind::Batch { .. } => Self::Batch,
            JobKind::Plan { .. } => Self::Plan,
        }
    }
}

/// A job.
#[derive(Object, Debug)]
#[oai(rename = "Job")]
pub struct JobBody {
    /// Its id.
    id: Id,
    /// What it does.
    kind: Kind,
    /// How far it is.
    state: JobState,
    /// A person halted it.
    paused: bool,
    /// The file; for a file that is not cached yet, the id it will have. Null for `cleanup`, `batch` and
    /// `plan`.
    #[oai(nullable)]
    file_id: Option<Id>,
    /// The library path; empty for `cleanup`, `batch` and `plan`.
    path: String,
    /// Bytes copied. For `batch`: files that were seen to.
    bytes_done: i64,
    /// Bytes to copy. For `batch`: files that are meant; 0 until they are known.
    bytes_total: i64,
    /// Bytes per second, over the last seconds. For `batch`: files.
    rate: i64,
    /// Why it failed, or what it waits for; `mover_runs` while the NAS's own mover does.
    #[oai(nullable)]
    error: Option<FailureBody>,
    /// Who asked for it: the authenticated principal, or `system`. To viewers who are not told names, whoever else it was is
    /// `someone`.
    triggered_by: Shown,
    /// When it was asked for.
    created_at: Timestamp,
    /// When it ended.
    #[oai(nullable)]
    finished_at: Option<Timestamp>,
    /// What a `cleanup` came to; null for all others.
    #[oai(nullable)]
    cleanup: Option<CleanupBody>,
    /// How far a `batch` is; null for all others.
    #[oai(nullable)]
    batch: Option<BatchBody>,
    /// What came of a `plan`, once it is done; null for all others.
    #[oai(nullable)]
    plan: Option<PlannedBody>,
}

/// What came of carrying out a plan. Copies and returns that were asked for have jobs of their own.
#[derive(Object, Debug)]
#[oai(rename = "PlanResult")]
struct PlannedBody {
    /// Files that were asked for.
    cached_count: i64,
    /// Files that are given back.
    given_back_count: i64,
    /// Users that were added to files, or got a stronger reason.
    attributed_count: i64,
    /// Files that come as soon as what is given back has left, or quiet hours have ended.
    waiting_count: i64,
    /// Files that could not be asked for, or given back; they are tried again later.
    failed_count: i64,
}

impl From<&Planned> for PlannedBody {
    fn from(planned: &Planned) -> Self {
        let Planned { cached, given_back, attributed, waiting, failed } = *planned;
        Self {
            cached_count: int64(cached),
            given_back_count: int64(given_back),
            attributed_count: int64(attributed),
            waiting_count: int64(waiting),
            failed_count: int64(failed),
        }
    }
}

/// Why a job failed, or what it waits for.
#[derive(Object, Debug)]
#[oai(rename = "JobError")]
pub struct FailureBody {
    /// For programs.
    code: Code,
    /// For people.
    message: String,
}

impl From<&Failure> for FailureBody {
    fn from(failure: &Failure) -> Self {
        let code = failure.code.parse().unwrap_or(Code::InternalError);
        Self { code, message: failure.message.clone() }
    }
}

impl JobBody {
    /// The same, with what the engine knows of why it does not move.
    fn told_by(self, engine: &Engine, row: &JobRow) -> Self {
        let waits = || engine.mover_in_the_way_of(row).as_ref().map(Into::into);
        Self { error: self.error.or_else(waits), ..self }
    }

    /// A job, with its progress while it runs, as it may be seen.
    #[must_use]
    pub fn of(row: &JobRow, progress: Option<&Progress>, view: &View) -> Self {
        let running = progress.filter(|_| !row.state.is_final());
        Self {
            id: Id::of(row.id),
            kind: (&row.kind).into(),
            state: state_of(row, running),
            paused: row.paused,
            file_id: row.file().map(Id::of),
            path: text(&row.path),
            bytes_done: int64(running.map_or(row.bytes_done, |now| now.bytes_done)),
            bytes_total: int64(running.map_or(row.bytes_total, |now| now.bytes_total)),
            rate: int64(running.map_or(0, |now| now.rate)),
            error: row.error.as_ref().map(Into::into),
            triggered_by: view.by(&row.by),
            created_at: Timestamp(row.created_at),
            finished_at: row.finished_at.map(Timestamp),
            cleanup: match &row.kind {
                JobKind::Cleanup { remove_orphaned, cleaned, .. } => {
                    Some(CleanupBody::of(*remove_orphaned, cleaned.as_ref(), Some(row.id)))
                }
                JobKind::Cache { .. }
                | JobKind::Restore { .. }
                | JobKind::Batch { .. }
                | JobKind::Plan { .. } => None,
            },
            batch: match &row.kind {
                JobKind::Batch { action, work, .. } => Some(BatchBody::of(*action, work)),
                JobKind::Cache { .. }
                | JobKind::Restore { .. }
                | JobKind::Cleanup { .. }
                | JobKind::Plan { .. } => None,
            },
            plan: match &row.kind {
                JobKind::Plan { done } => done.as_ref().map(Into::into),
                JobKind::Cache { .. }
                | JobKind::Restore { .. }
                | JobKind::Cleanup { .. }
                | JobKind::Batch { .. } => None,
            },
        }
    }
}

/// The running worker knows better than the row, as long as the row has not ended.
fn state_of(row: &JobRow, running: Option<&Progress>) -> JobState {
    match running {
        Some(now) if row.state == JobState::Queued => now.state,
        _ => row.state,
    }
}

/// A page of jobs.
#[derive(Object, Debug)]
#[oai(rename = "JobPage")]
pub struct JobPage {
    /// The jobs, newest first.
    jobs: Vec<JobBody>,
    /// Which part of the list this is.
    pagination: JobPagination,
}

/// Which part of the jobs a page is.
#[derive(Object, Debug)]
pub struct JobPagination {
    /// At most this many.
    limit: i32,
    /// So many were passed over.
    offset: i64,
    /// So many match, exactly.
    total_count: i64,
    /// More follow.
    has_more: bool,
}

/// Which jobs are meant.
struct Which {
    state: Option<JobState>,
    /// Those that have not ended, or those that have.
    active: Option<bool>,
}

fn list(cacher: &Cacher, view: &View, which: &Which, limit: i32, offset: i64) -> Result<JobPage, Problem> {
    let progress = cacher.progress();
    let rows = cacher.engine().store().read()?;
    let now = |row: &JobRow| progress.iter().find(|progress| progress.job == row.id);
    let mut jobs = match (which.state, which.active) {
        // Told by the running worker; the row says queued.
        (Some(JobState::Copying | JobState::Verifying), _) => rows.jobs_in(JobState::Queued)?,
        (Some(JobState::Swapping), _) | (None, Some(true)) => {
            [rows.jobs_in(JobState::Queued)?, rows.jobs_in(JobState::Swapping)?].concat()
        }
        (Some(state), _) => rows.jobs_in(state)?,
        (None, None | Some(false)) => rows.jobs(usize::MAX)?,
    };
    jobs.retain(|row| {
        which.state.is_none_or(|state| state_of(row, now(row)) == state)
            && which.active.is_none_or(|active| row.state.is_final() != active)
    });
    jobs.sort_unstable_by_key(|row| std::cmp::Reverse(row.id));
    let total = jobs.len();
    let start = usize::try_from(offset).unwrap_or(usize::MAX).min(total);
    let end = start.saturating_add(usize::try_from(limit).unwrap_or(0)).min(total);
    Ok(JobPage {
        jobs: jobs[start..end]
            .iter()
            .map(|row| JobBody::of(row, now(row), view).told_by(cacher.engine(), row))
            .collect(),
        pagination: JobPagination { limit, offset, total_count: int64(total as u64), has_more: end < total },
    })
}

/// The resource.
#[derive(Default)]
pub struct Jobs;

/// Does something to a job, and shows it as it is then.
async fn act(
    cacher: &Cacher,
    view: View,
    id: &Id,
    act: impl FnOnce(&Cacher, JobId) -> crate::Result<JobRow> + Send + 'static,
) -> Result<Answer<JobBody>, Problem> {
    let (cacher, id) = (cacher.clone(), id.read("job")?);
    blocking(move || {
        act(&cacher, id)?;
        let (row, progress) = cacher.job(id)?;
        Ok(Answer::ok(JobBody::of(&row, progress.as_ref(), &view).told_by(cacher.engine(), &row)))
    })
    .await
}

#[OpenApi(tag = "Tag::Jobs")]
impl Jobs {
    /// List jobs
    ///
    /// Newest first: what waits, what runs, and what ended.
    #[oai(path = "/api/jobs", method = "get", operation_id = "listJobs")]
    async fn list(
        &self,
        cacher: Data<&Cacher>,
        view: View,
        /// Jobs in this state.
        state: Query<Option<JobState>>,
        /// `true`: those that wait or run; `false`: those that have ended.
        active: Query<Option<bool>>,
        /// At most this many jobs; 50 when absent.
        #[oai(validator(minimum(value = "1"), maximum(value = "500")))]
        limit: Query<Option<i32>>,
        /// Pass over so many jobs; 0 when absent.
        #[oai(validator(minimum(value = "0")))]
        offset: Query<Option<i64>>,
    ) -> Result<Answer<JobPage>, Problem> {
        let cacher = cacher.0.clone();
        let (limit, offset) = (limit.0.unwrap_or(50), offset.0.unwrap_or(0));
        let which = Which { state: state.0, active: active.0 };
        blocking(move || list(&cacher, &view, &which, limit, offset)).await.map(Answer::ok)
    }

    /// Read one job
    ///
    /// With its progress while it runs.
    #[oai(path = "/api/jobs/:job_id", method = "get", operation_id = "getJob")]
    async fn get(
        &self,
        cacher: Data<&Cacher>,
        view: View,
        /// The job.
        job_id: Path<Id>,
    ) -> Result<Answer<JobBody>, Problem> {
        act(cacher.0, view, &job_id.0, |cacher, id| cacher.job(id).map(|(row, _)| row)).await
    }

    /// Cancel a job
    ///
    /// Possible until the file is swapped; it stays as it was. A batch begins with no further file; what it has begun
    /// goes on.
    #[oai(path = "/api/jobs/:job_id/cancel", method = "post", operation_id = "cancelJob")]
    async fn cancel(
        &self,
        cacher: Data<&Cacher>,
        view: View,
        by: Data<&Principal>,
        /// The job.
        job_id: Path<Id>,
    ) -> Result<Answer<JobBody>, Problem> {
        let by = by.0.actor();
        act(cacher.0, view, &job_id.0, move |cacher, id| cacher.cancel(id, &by)).await
    }

    /// Halt a job
    ///
    /// It stays halted until it is resumed, also over a restart.
    #[oai(path = "/api/jobs/:job_id/pause", method = "post", operation_id = "pauseJob")]
    async fn pause(
        &self,
        cacher: Data<&Cacher>,
        view: View,
        by: Data<&Principal>,
        /// The job.
        job_id: Path<Id>,
    ) -> Result<Answer<JobBody>, Problem> {
        let by = by.0.actor();
        act(cacher.0, view, &job_id.0, move |cacher, id| cacher.pause(id, true, &by)).await
    }

    /// Let a halted job go on
    ///
    /// Where it was halted, or from its place in the queue.
    #[oai(path = "/api/jobs/:job_id/resume", method = "post", operation_id = "resumeJob")]
    async fn resume(
        &self,
        cacher: Data<&Cacher>,
        view: View,
        by: Data<&Principal>,
        /// The job.
        job_id: Path<Id>,
    ) -> Result<Answer<JobBody>, Problem> {
        let by = by.0.actor();
        act(cacher.0, view, &job_id.0, move |cacher, id| cacher.pause(id, false, &by)).await
    }
}

impl Payload for JobBody {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "The job, as it is now.")];
}

impl Payload for JobPage {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "The page.")];
}

impl Example for JobPage {
    fn example() -> Self {
        let pagination = JobPagination { limit: 50, offset: 0, total_count: 1, has_more: false };
        Self { jobs: vec![JobBody::example()], pagination }
    }
}

impl Example for JobBody {
    fn example() -> Self {
        Self {
            id: Id::of(super::files::EXAMPLE_JOB),
            kind: Kind::Cache,
            state: JobState::Queued,
            paused: false,
            file_id: Some(Id::of(super::files::EXAMPLE_ID)),
            path: super::files::EXAMPLE_PATH.to_owned(),
            bytes_done: 0,
            bytes_total: 1_073_741_824,
            rate: 0,
            error: Some(FailureBody {
                code: Code::LibraryVolumeMissing,
                message: "the library Movies at /mnt/array/movies does not exist; nothing was concluded or \
                          changed there"
                    .to_owned(),
            }),
            triggered_by: Shown::example("api_key"),
            created_at: Timestamp::EXAMPLE,
            finished_at: None,
            cleanup: None,
            batch: None,
            plan: None,
        }
    }
}
