//! What is worth keeping: the plan, and carrying it out.

mod body;
mod names;
mod pause;

use poem::web::Data;
use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use poem_openapi::types::Example;
use poem_openapi::{Object, OpenApi};

pub use self::pause::PausedBody;

use self::body::{PlanBody, Stops};
use self::pause::SetPaused;
use super::Tag;
use super::answer::{Answer, Payload};
use super::bridge::blocking;
use super::document::Refusals;
use super::problem::{Code, Problem};
use super::value::Id;
use super::view::View;
use crate::cacher::Cacher;
use crate::domain::access::Principal;
use crate::librarian::Librarian;
use crate::librarian::shown::{Shown, Window};
use crate::store::Rows;

/// What each operation here may refuse with, beside what every operation may.
pub const REFUSALS: Refusals = &[
    (
        "getPlan",
        &[
            Code::InvalidParameter,
            Code::UnknownParameter,
            Code::IoError,
            Code::CacheVolumeMissing,
            Code::LibraryVolumeMissing,
        ],
    ),
    ("runPlan", &[Code::UnknownParameter, Code::Paused]),
    ("getPaused", &[Code::UnknownParameter]),
    ("pausePlan", &[]),
];

/// A run was asked for.
#[derive(Object, Debug)]
#[oai(rename = "PlanAccepted")]
struct PlanAccepted {
    /// The job that does it; its `plan` says what came of it.
    job_id: Id,
}

/// The resource.
#[derive(Default)]
pub struct PlanApi;

#[OpenApi(tag = "Tag::Plan")]
impl PlanApi {
    /// See what would be cached and given back
    ///
    /// Drawn up now, from what the sources said last; nobody is asked, and nothing is done. As long as nothing changes, the
    /// next run does exactly this. Why everything is as it is, is said with it: points that add up to a score, who wants it,
    /// what has no room or is turned down, and how old each source's word is.
    ///
    /// `limit` and `offset` hold for each of `cache`, `give_back`, `attribute`, `refused` and `unresolved`; `totals` are
    /// exact whatever is shown. Pages that are read one after the other are each drawn up anew.
    #[oai(path = "/api/plan", method = "get", operation_id = "getPlan")]
    async fn get(
        &self,
        cacher: Data<&Cacher>,
        librarian: Data<&Librarian>,
        view: View,
        /// At most so many entries of each list; 100 when absent.
        #[oai(validator(minimum(value = "1"), maximum(value = "500")))]
        limit: Query<Option<i32>>,
        /// Pass over so many entries of each list; 0 when absent.
        #[oai(validator(minimum(value = "0")))]
        offset: Query<Option<i64>>,
    ) -> Result<Answer<PlanBody>, Problem> {
        let (limit, offset) = (limit.0.unwrap_or(100), offset.0.unwrap_or(0));
        let window = Window {
            offset: usize::try_from(offset).unwrap_or(usize::MAX),
            limit: usize::try_from(limit).unwrap_or(0),
        };
        let drawn = librarian.0.draw().await?;
        let cacher = cacher.0.clone();
        blocking(move || {
            let rows = cacher.engine().store().read()?;
            // A file whose row cannot be read is shown without its path.
            let path_of = |file| rows.file(file).ok().flatten().map(|row| row.file_path);
            let pause = rows.pause()?;
            let mover = cacher.engine().mover();
            let stops = Stops { pause: pause.as_ref(), mover: mover.as_ref() };
            Ok(PlanBody::of(&Shown::of(&drawn, window, path_of), stops, limit, offset, &view))
        })
        .await
        .map(Answer::ok)
    }

    /// Ask the sources, plan, and carry it out
    ///
    /// One cycle, now; during one it means exactly one more after it, and whoever asks meanwhile shares that. It happens by
    /// itself as the schedule says. The job is done when everything was asked for; copies and returns have jobs of their own.
    #[oai(path = "/api/plan/run", method = "post", operation_id = "runPlan")]
    async fn run(
        &self,
        librarian: Data<&Librarian>,
        by: Data<&Principal>,
    ) -> Result<Answer<PlanAccepted>, Problem> {
        let job = librarian.0.run(&by.actor()).await?;
        Ok(Answer::accepted(PlanAccepted { job_id: Id::of(job) })
            .saying("The sources are asked, and a plan is carried out.".to_owned()))
    }

    /// Read whether anything happens by itself
    ///
    /// Also part of `getPlan`; nothing is drawn up for it here.
    #[oai(path = "/api/plan/paused", method = "get", operation_id = "getPaused")]
    async fn paused(&self, cacher: Data<&Cacher>, view: View) -> Result<Answer<PausedBody>, Problem> {
        let store = cacher.0.engine().store().clone();
        let pause = blocking(move || Ok(store.read()?.pause()?)).await?;
        Ok(Answer::ok(PausedBody::of(pause.as_ref(), &view)))
    }

    /// Pause what happens by itself, or resume it
    ///
    /// While it is paused no plan is carried out and playbacks ask for nothing, whatever the schedule says and over every start;
    /// what was asked for before and is not cached yet is called off. What people ask for is done: caching, removing, cleaning
    /// up. To put everything back: pause, then `startBatch` with `remove` and all files.
    #[oai(path = "/api/plan/paused", method = "put", operation_id = "pausePlan")]
    async fn pause(
        &self,
        librarian: Data<&Librarian>,
        by: Data<&Principal>,
        view: View,
        /// What is to be.
        body: Json<SetPaused>,
    ) -> Result<Answer<PausedBody>, Problem> {
        let SetPaused { paused, reason } = body.0;
        let reason = reason.map(|reason| reason.read("reason")).transpose()?;
        let pause = match paused {
            true => Some(librarian.0.pause(&by.actor(), reason).await?),
            false => {
                librarian.0.resume(&by.actor()).await?;
                None
            }
        };
        Ok(Answer::ok(PausedBody::of(pause.as_ref(), &view)))
    }
}

impl Payload for PlanAccepted {
    const ANSWERS: &'static [(u16, &'static str)] = &[(202, "A job does it.")];
    const HAS_MESSAGE: bool = true;
}

impl Example for PlanAccepted {
    fn example() -> Self {
        Self { job_id: Id::of(super::files::EXAMPLE_JOB) }
    }
}
