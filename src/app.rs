//! The composition root: what runs, in which order it starts, and in which it stops. Read [`run`] aloud.
//!
//! **Invariant:** one process at a time works on a data dir; whoever holds its lock. Nothing is a global: everything
//! that runs was made here and is ended here.

mod doctor;
mod home;
mod household;
mod librarian;
mod log;
mod looks;
mod process;
mod rescue;
mod stop;
mod tls;
mod web;

use std::sync::Arc;
use std::time::Duration;

use crate::access::{self, Access};
use crate::api::Instance;
use crate::cacher::{Cacher, Engine, Parts, Sink};
use crate::clock::{Clock, SystemClock};
use crate::command::server::{Door, With};
use crate::command::{self, Context, Copies, Reply, Request};
use crate::config::Config;
use crate::domain::intent::{Intent, Phase};
use crate::error::{Error, IoContext, Result};
use crate::files::real::RealFs;
use crate::librarian::Librarian;
use crate::media::Household;
use crate::store::{Rows, Store};
use crate::watch::{self, Means, Rhythm, Watch};

use doctor::doctor;
use home::Home;
pub use log::{Chatter, start_log};
use looks::{Looks, look_at_cache};
pub use process::settle;
pub use rescue::rescue;
pub use stop::Stopped;
use web::Web;

/// A failed store is noticed within this time.
const WATCH_EVERY: Duration = Duration::from_millis(500);

/// Runs until a signal says stop, or the store fails.
///
/// # Errors
/// The data dir is in use, or cannot be used; the store fails.
pub fn run(config: Config) -> Result<Stopped> {
    run_with(config, |_| Ok(()))
}

/// The same; `begin` is called once when the engine runs.
///
/// # Errors
/// As [`run`], and those of `begin`.
pub fn run_with(config: Config, begin: impl FnOnce(&Cacher) -> Result<()>) -> Result<Stopped> {
    let home = Home::enter(&config)?;
    let door = Door::bind(&config.data_dir)?;
    let web = Web::bind(&config)?;
    let engine = open(&config, &home, web.hub.sink())?;
    engine.note_settings(&config.shown())?;
    let recovered = engine.recover()?;
    tracing::info!(data_dir = %config.data_dir.display(), "recovered: {recovered}");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .doing("start the", "asynchronous runtime")?;
    let config = Arc::new(config);
    let household = household::open(&config, engine.store())?;
    // Jobs that an earlier process left must not be swapped in unseen before the server is named.
    engine.expect_reader(household.tokens().owner().is_ok_and(|owner| owner.is_some()));
    let cacher = Cacher::start(engine)?;
    let stopped = runtime.block_on(serve(&config, &cacher, household, door, web, begin));
    // Commands that still wait for something hear no more; what they asked for is written down.
    runtime.shutdown_background();
    drop(home);
    stopped
}

/// Opens to the world, and closes in order whatever the reason.
async fn serve(
    config: &Arc<Config>,
    cacher: &Cacher,
    household: Household,
    door: Door,
    web: Web,
    begin: impl FnOnce(&Cacher) -> Result<()>,
) -> Result<Stopped> {
    let media = household::watch(config, cacher, household, web.hub.clone());
    let doctor = doctor(config, cacher, media.household(), tokio::runtime::Handle::current());
    let parts = librarian::parts(config, cacher, media.household(), media.changes())?;
    let librarian = Librarian::start(parts);
    let access = Access::open(access_parts(config, cacher.engine().store()))?;
    let instance = Instance {
        started_at: SystemClock.now(),
        data_dir: config.data_dir.clone(),
        config_file: config.config_file.clone(),
        is_demo: false,
    };
    let mut web = web.open(cacher, &media, &librarian, &doctor, access.clone(), instance)?;
    let watch = watch_cache(config, cacher)?;
    let begun = begin(cacher);
    let looks = Looks::start(cacher);
    let ended = match begun {
        Ok(()) => {
            let (cacher, librarian, config) = (cacher.clone(), librarian.clone(), config.clone());
            let with = With { cacher, doctor: doctor.clone(), librarian, access: access.clone(), config };
            listen(&with, &door, &mut web).await
        }
        Err(error) => Err(error),
    };
    drop(door);
    let stopped = stop::in_order(cacher, doctor, watch, looks, &media, &librarian, web.close()).await?;
    ended.map(|()| stopped)
}

/// Everything that listens, until the first of it ends.
async fn listen(with: &With, door: &Door, web: &mut web::Open) -> Result<()> {
    let signal = stop::asked()?;
    tracing::info!("ready");
    tokio::select! {
        ended = door.serve(with) => ended,
        failure = web.failure() => Err(failure),
        failure = store_failure(&with.cacher) => Err(failure),
        name = signal => {
            tracing::info!("{name}: stopping; a second one ends at once");
            Ok(())
        }
    }
}

/// Does what a command asks for, in a process of its own. The caller found no running instance.
///
/// # Errors
/// The data dir is in use; the store fails. What goes wrong with the request itself is its last reply.
pub fn directly(config: &Config, request: &Request, sink: command::Sink<'_>) -> Result<()> {
    let home = Home::enter(config)?;
    // Whoever waits for the lock opens the store next: by then nothing here has it open any more.
    at_home(config, &home, request, sink)
}

fn at_home(config: &Config, home: &Home, request: &Request, sink: command::Sink<'_>) -> Result<()> {
    // A command in a process of its own has no listeners.
    let engine = open(config, home, Arc::new(|_| {}))?;
    if let Request::Restore { copies: Copies::Lost, .. } = request {
        engine.declare_cache_lost();
    }
    let cacher = match request {
        Request::Status
        | Request::AdoptCacheDir
        | Request::Doctor
        | Request::Plan
        | Request::Users(_)
        | Request::ApiKeys(_) => Cacher::at_rest(engine),
        Request::Check { .. } => {
            engine.recover()?;
            Cacher::at_rest(engine)
        }
        Request::Cache { .. } | Request::Restore { .. } => {
            engine.recover()?;
            Cacher::start(engine)?
        }
    };
    let by = command::actor(rustix::process::getuid().as_raw());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.doing("start the", "asynchronous runtime")?;
    let household = household::open(config, cacher.engine().store())?;
    let doctor = doctor(config, &cacher, &household, runtime.handle().clone());
    let librarian = librarian::at_rest(config, &cacher, &household)?;
    if let Request::Plan = request {
        librarian::ask(&librarian, &household, &runtime, sink)?;
    }
    let access = &Access::at_rest(access_parts(config, cacher.engine().store()));
    let (doctor, librarian, runtime) = (&doctor, &librarian, runtime.handle());
    let context = Context { cacher: &cacher, doctor, librarian, access, runtime, config, by: &by };
    command::run(request, &context, sink);
    let waited = match request {
        Request::Status
        | Request::AdoptCacheDir
        | Request::Doctor
        | Request::Plan
        | Request::Users(_)
        | Request::ApiKeys(_) => Ok(()),
        Request::Check { .. } | Request::Cache { .. } | Request::Restore { .. } => {
            wait_out_graces(config, &cacher, sink)
        }
    };
    cacher.stop();
    waited
}

/// A process that ends takes nobody else along who would delete what has its time.
fn wait_out_graces(config: &Config, cacher: &Cacher, sink: command::Sink<'_>) -> Result<()> {
    let count = deletions(cacher)?.len();
    if count > 0 {
        let grace = config.cache.release_grace;
        let note =
            format!("waiting up to {grace:#} until no reader can miss what is deleted now ({count} files)");
        // It is waited for, heard or not.
        let _ = sink(Reply::Note(note));
    }
    cacher.wait_out_graces()?;
    // What one of its threads looks at just now has been looked at then.
    cacher.stop();
    let left = deletions(cacher)?;
    let copies = left.iter().filter(|intent| matches!(intent.phase, Phase::Released { .. })).count();
    for (count, one, many) in [
        (copies, "copy is still open and goes", "copies are still open and go"),
        (left.len() - copies, "original is still in use and goes", "originals are still in use and go"),
    ] {
        if count > 0 {
            let what = if count == 1 { one } else { many };
            let _ = sink(Reply::Note(format!("{count} {what} later, when Cacherr runs")));
        }
    }
    Ok(())
}

/// What waits for the end of a grace. What waits for a person is told of elsewhere.
fn deletions(cacher: &Cacher) -> Result<Vec<Intent>> {
    let intents = cacher.engine().store().read()?.intents()?.into_iter();
    Ok(intents.filter(|one| one.phase.delete_at().is_some() && one.attention.is_none()).collect())
}

fn open(config: &Config, home: &Home, events: Sink) -> Result<Arc<Engine>> {
    let engine = Engine::new(Parts {
        fs: Arc::new(RealFs),
        store: Store::open(&home.store())?,
        clock: Arc::new(SystemClock),
        cache: config.cache.clone(),
        libraries: config.libraries.clone(),
        events,
    })?;
    Ok(Arc::new(engine))
}

fn access_parts(config: &Config, store: &Store) -> access::Parts {
    access::Parts {
        store: store.clone(),
        clock: Arc::new(SystemClock),
        settings: config.access.clone(),
        data_dir: config.data_dir.clone(),
        configured_key: config.server.api_key.clone(),
    }
}

/// Opens of copies are counted, and changes in the cache dir looked at, from now on.
fn watch_cache(config: &Config, cacher: &Cacher) -> Result<Watch> {
    let looking = cacher.clone();
    Watch::start(watch::Parts {
        cacher: cacher.clone(),
        clock: Arc::new(SystemClock),
        dir: config.cache.dir.clone(),
        look: Box::new(move || look_at_cache(looking.engine())),
        means: Means::Kernel,
        rhythm: Rhythm::default(),
    })
}

async fn store_failure(cacher: &Cacher) -> Error {
    loop {
        if let Some(detail) = cacher.failure() {
            return Error::Store { operation: "go on", detail };
        }
        tokio::time::sleep(WATCH_EVERY).await;
    }
}
