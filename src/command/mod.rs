//! What a person asks at the command line, and how it is answered: the same words and the same acts, whether a running
//! instance does it (through its [`server`]) or the command itself, on the store, when there is none.
//!
//! Start with [`Request`] and [`Reply`], then [`run`].
//!
//! **Invariant:** [`run`] is the only executor. Paths travel as bytes. A request that was accepted is written down as
//! jobs, so whoever stops listening changes nothing.

pub mod access;
mod address;
mod cache;
mod check;
pub mod client;
mod follow;
mod plan;
pub mod report;
mod restore;
pub mod server;
pub mod status;

use std::ops::ControlFlow;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;

use crate::access::Access;
use crate::cacher::Cacher;
use crate::config::Config;
use crate::doctor::Doctor;
use crate::domain::actor::Actor;
use crate::domain::file::{Method, Operation};
use crate::domain::job::{Failure, JobState};
use crate::domain::path::bytes;
use crate::error::Result;
use crate::librarian::Librarian;

pub use access::{KeyRequest, Told, UserRequest};
pub use report::{Checked, Outcome, Report, Restored, Status};

/// A path, whatever its encoding.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Named(#[serde(with = "bytes")] pub PathBuf);

/// What is asked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Request {
    /// Cache these files and wait for them.
    Cache {
        /// Absolute paths.
        paths: Vec<Named>,
        /// Why.
        operation: Operation,
        /// For whom.
        user: Option<String>,
        /// How; the configured mode when absent.
        method: Option<Method>,
    },
    /// Give files back and wait for them.
    Restore {
        /// Which.
        what: Selection,
        /// What is known of the copies.
        copies: Copies,
    },
    /// How things are. Changes nothing.
    Status,
    /// Is everything as the store says? Puts in order what is not.
    Check {
        /// How far to look.
        reach: Reach,
        /// Whether much may be concluded at once.
        brake: Brake,
    },
    /// This cache dir is mine from now on.
    AdoptCacheDir,
    /// What is wrong with this installation, and how is it mended? Wakes the libraries' disks.
    Doctor,
    /// What would be cached and given back now, and why? Does nothing of it.
    Plan,
    /// Who may log in.
    Users(UserRequest),
    /// Which programs may come in.
    ApiKeys(KeyRequest),
}

/// Which files are meant.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Selection {
    /// These.
    Paths(Vec<Named>),
    /// Every file that is not removed; what waits to be cached is called off.
    All,
}

/// What is known of the cached copies.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Copies {
    /// They are where they should be, or will be when their volume is back.
    Expected,
    /// A person said that they are gone for good.
    Lost,
}

/// How far a check looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Reach {
    /// At the store and the cache dir: no library disk is woken.
    Cache,
    /// At every link and kept original as well.
    Libraries,
}

/// Whether a check stops where much seems to be gone at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Brake {
    /// It does.
    Holds,
    /// A person said that it is true.
    Released,
}

/// What comes back: any number of [`Reply::Progress`], [`Reply::Finished`] and [`Reply::Note`], then one of the others.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Reply {
    /// What runs of it now. Sent again and again, also when nothing does: so a listener that left is noticed.
    Progress(Vec<Running>),
    /// One file has ended.
    Finished(Outcome),
    /// A sentence for whoever waits.
    Note(String),
    /// The answer.
    Done(Report),
    /// It failed as a whole.
    Failed(Failure),
}

/// A file that is being worked on.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Running {
    /// Its library path.
    pub path: Named,
    /// How far it is.
    pub state: JobState,
    /// Bytes copied.
    pub bytes_done: u64,
    /// Bytes to copy.
    pub bytes_total: u64,
    /// Bytes per second.
    pub rate: u64,
}

/// Where replies go; it says whether anybody still listens.
pub type Sink<'s> = &'s mut dyn FnMut(Reply) -> ControlFlow<()>;

/// What a request works with.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The running engine.
    pub cacher: &'a Cacher,
    /// Who looks at the installation.
    pub doctor: &'a Doctor,
    /// Who decides what is worth keeping.
    pub librarian: &'a Librarian,
    /// Who may come in.
    pub access: &'a Access,
    /// Where it does so. Requests are answered outside of it.
    pub runtime: &'a Handle,
    /// What is configured.
    pub config: &'a Config,
    /// Who asks.
    pub by: &'a Actor,
}

/// A person at this machine.
#[must_use]
pub fn actor(uid: u32) -> Actor {
    format!("local:{uid}").into()
}

/// Answers a request. The last reply is [`Reply::Done`] or [`Reply::Failed`].
pub fn run(request: &Request, context: &Context<'_>, sink: Sink<'_>) {
    let last = match answer(request, context, sink) {
        Ok(report) => Reply::Done(report),
        Err(error) => Reply::Failed(Failure::from(&error)),
    };
    // Nobody listens any more: nobody needs to know.
    let _ = sink(last);
}

fn answer(request: &Request, context: &Context<'_>, sink: Sink<'_>) -> Result<Report> {
    match request {
        Request::Cache { paths, operation, user, method } => {
            let wish = cache::Wanted { operation: *operation, user: user.as_deref(), method: *method };
            cache::cache(context, paths, &wish, sink).map(Report::Cached)
        }
        Request::Restore { what, copies } => {
            restore::restore(context, what, *copies, sink).map(Report::Restored)
        }
        Request::Status => {
            let running = context.cacher.progress();
            status::status(context.cacher.engine(), context.config, &running).map(Report::Status)
        }
        Request::Check { reach, brake } => check::check(context, *reach, *brake).map(Report::Checked),
        Request::AdoptCacheDir => {
            context.cacher.engine().adopt_cache_dir(context.by)?;
            Ok(Report::Adopted(Named(context.config.cache.dir.clone())))
        }
        Request::Doctor => {
            let note =
                "looking at libraries, cache and media server; this may take a minute, and wakes their disks";
            follow::tell(sink, Reply::Note(note.to_owned()))?;
            Ok(Report::Diagnosed(context.doctor.run()?.as_ref().clone()))
        }
        Request::Plan => plan::plan(context).map(|shown| Report::Planned(Box::new(shown))),
        Request::Users(request) => access::users(context, request),
        Request::ApiKeys(request) => access::keys(context, request),
    }
}
