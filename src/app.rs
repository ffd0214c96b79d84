//! The composition root: what runs, in which order it starts, and in which it stops. Read [`run`] aloud.
//!
//! **Invariant:** one process at a time works on a data dir; whoever holds its lock. Nothing is a global: everything
//! that runs was made here and is ended here.

mod again;
mod doctor;
mod home;
mod household;
mod librarian;
mod log;
mod looks;
mod mover;
mod process;
mod pulse;
mod rescue;
mod signals;
mod stop;
mod supervisor;
mod tls;
mod web;

use std::sync::Arc;
use std::time::Duration;

use crate::access::{self, Access};
use crate::api::{Instance, Parting};
use crate::cacher::{Cacher, Engine, Parts, Sink};
use crate::clock::{self, Clock, SystemClock};
use crate::command::server::{Door, With};
use crate::command::{self, Context, Copies, Reply, Request};
use crate::config::Config;
use crate::domain::intent::{Intent, Phase};
use crate::error::{Error, IoContext, Result};
use crate::files::real::RealFs;
use crate::librarian::Librarian;
use crate::media::Household;
use crate::mover::Mover;
use crate::store::{Rows, Store};
use crate::watch::{self, Means, Originals, OriginalsParts, Rhythm, Watch};

pub use again::Load;
use again::{Again, Next};
use doctor::doctor;
use home::Home;
pub use home::files_of;
pub use log::{Chatter, start_log};
use looks::{Looks, look_at_cache};
pub use process::settle;
use pulse::Pulse;
pub use rescue::rescue;
use signals::Signals;
pub use stop::Stopped;
use stop::Working;
pub use supervisor::Supervisor;
use web::{Bound, Web};

/// A failed store is noticed within this time.
const WATCH_EVERY: Duration = Duration::from_millis(500);

/// So long it is waited for what a start that is over still holds, before the next.
const LETTING_GO: Duration = Duration::from_secs(20);

/// What is run.
pub struct Program {
    /// The configuration of the first start.
    pub config: Config,
    /// Reads it anew, for a restart in place.
    pub load: Load,
    /// Whether it is a sample.
    pub is_demo: bool,
    /// Who is told how it is.
    pub supervisor: Supervisor,
    /// Called once, when the engine runs for the first time.
    pub begin: Begin,
}

/// What is done when the engine runs for the first time.
pub type Begin = Box<dyn FnOnce(&Cacher) -> Result<()>>;

/// Runs until a signal says stop, or the store fails. Who asks for a restart in place is given one: everything ends in
/// order and starts again with the configuration as it is then, while the address, the lock and the control socket are kept.
///
/// # Errors
/// The data dir is in use, or cannot be used; the store fails; what `begin` says.
pub fn run(program: Program) -> Result<Stopped> {
    let Program { config, load, is_demo, supervisor, begin } = program;
    let supervisor = Arc::new(supervisor);
    tell_zone();
    let home = Home::enter(&config)?;
    let door = Door::bind(&config.data_dir)?;
    let again = Again::of(load, config.data_dir.clone());
    let config = Arc::new(config);
    let mut run = Run {
        config,
        bound: None,
        home,
        door: Some(door),
        again,
        signals: None,
        begin: Some(begin),
        is_demo,
        is_started: false,
        supervisor: supervisor.clone(),
    };
    let mut before = None;
    let stopped = loop {
        run.is_started = false;
        match run.once() {
            Ok(Ended::Stopped(stopped)) => break Ok(stopped),
            Ok(Ended::Again(next)) => before = Some(run.take(*next)),
            Err(error) if run.is_started => break Err(error),
            Err(error) => match before.take() {
                None => break Err(error),
                Some(ran) => {
                    tracing::error!(%error, "the new configuration does not start; the one that ran before is used again");
                    run.again.restart.came_to_nothing(&error);
                    run.config = ran;
                }
            },
        }
    };
    match &stopped {
        Ok(_) => supervisor.stops(&"stopped"),
        Err(error) => supervisor.stops(error),
    }
    // Nobody is left who could be told of a signal; the next one ends the process.
    run.signals.into_iter().for_each(Signals::end);
    stopped
}

/// Which time schedules are in; where that is UTC for want of anything better, what to do about it.
fn tell_zone() {
    match clock::said_zone() {
        Ok(zone) => tracing::info!("local time is that of {}", zone.iana_name().unwrap_or("/etc/localtime")),
        Err(error) => {
            tracing::warn!("local time is UTC ({error}); set TZ to a name such as Europe/Berlin for your own")
        }
    }
}

/// How a start ended.
enum Ended {
    Stopped(Stopped),
    Again(Box<Next>),
}

/// What stays from one start to the next, and what the present one runs with.
struct Run {
    config: Arc<Config>,
    /// The address. Clients who come between two starts wait there.
    bound: Option<Bound>,
    door: Option<Door>,
    again: Again,
    signals: Option<Signals>,
    begin: Option<Begin>,
    is_demo: bool,
    /// Whether what runs now has been ready: what fails from then on is no failure to start.
    is_started: bool,
    supervisor: Arc<Supervisor>,
    /// The lock: given back last.
    home: Home,
}

impl Run {
    /// The next start begins with this. Returns what ran before.
    fn take(&mut self, next: Next) -> Arc<Config> {
        let Next { config, bound } = next;
        for warning in &config.warnings {
            tracing::warn!("{warning}");
        }
        process::allow_files(config.serving.connections);
        // One that stays is not taken anew: whoever waits there would be sent away.
        if !self.bound.as_ref().is_some_and(|bound| bound.is_for(config.server.bind)) {
            self.bound = bound;
        }
        std::mem::replace(&mut self.config, Arc::new(config))
    }

    /// One start, to its end.
    fn once(&mut self) -> Result<Ended> {
        let config = self.config.clone();
        let bound = match self.bound.take().filter(|bound| bound.is_for(config.server.bind)) {
            Some(bound) => bound,
            // The other one, which may have stood in the way of this one, is given back.
            None => Bound::at(config.server.bind)?,
        };
        let web = Web::on(self.bound.insert(bound), &config)?;
        self.home.make_cache(&config)?;
        self.supervisor.starts("opening the store");
        let engine = open(&config, &self.home, web.hub.sink())?;
        let closing = engine.store().closing();
        let ended = self.work(&config, engine, web);
        match ended {
            Ok(Ended::Stopped(_)) => ended,
            Err(_) if self.is_started => ended,
            // The next start opens the same store.
            _ if closing.wait(LETTING_GO) => ended,
            _ => {
                tracing::error!("something does not let go of the store; the process has to be started anew");
                Ok(Ended::Stopped(Stopped::AtOnce))
            }
        }
    }

    fn work(&mut self, config: &Arc<Config>, engine: Arc<Engine>, web: Web) -> Result<Ended> {
        engine.note_settings(&config.shown())?;
        self.supervisor.starts("looking at what was under way");
        // Before anything is copied, the list says what is ours. The recovery does not wait: it moves names, for readers.
        let mover = mover::attend(config, &engine);
        let recovered = engine.recover()?;
        tracing::info!(data_dir = %config.data_dir.display(), "recovered: {recovered}");
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .doing("start the", "asynchronous runtime")?;
        let household = household::open(config, engine.store())?;
        // Jobs that an earlier process left must not be swapped in unseen before the server is named.
        engine.expect_reader(household.tokens().owner().is_ok_and(|owner| owner.is_some()));
        let cacher = Cacher::start(engine)?;
        let ended = runtime.block_on(self.serve(config, &cacher, household, mover.clone(), web));
        if let Ok(Ended::Stopped(Stopped::InOrder)) = &ended {
            mover::take_leave(&mover, cacher.engine())?;
        }
        match &ended {
            // Commands that still wait for something hear no more; what they asked for is written down.
            Ok(Ended::Stopped(_)) => runtime.shutdown_background(),
            Err(_) if self.is_started => runtime.shutdown_background(),
            Ok(Ended::Again(_)) | Err(_) => {
                cacher.stop();
                runtime.shutdown_timeout(LETTING_GO);
            }
        }
        ended
    }

    /// Opens to the world, and closes in order whatever the reason.
    async fn serve(
        &mut self,
        config: &Arc<Config>,
        cacher: &Cacher,
        household: Household,
        mover: Mover,
        web: Web,
    ) -> Result<Ended> {
        let media = household::watch(config, cacher, household, web.hub.clone());
        let here = tokio::runtime::Handle::current();
        let doctor = doctor(config, cacher, media.household(), mover.clone(), here);
        let parts = librarian::parts(config, cacher, media.household(), media.changes())?;
        let librarian = Librarian::start(parts);
        let access = Access::open(access_parts(config, cacher.engine().store()))?;
        let about = (self.instance(), self.again.restart.clone());
        let mut web = web.open(cacher, &media, &librarian, &doctor, access.clone(), about)?;
        let watch = watch_cache(config, cacher)?;
        let originals = watch_originals(config, cacher)?;
        let signals = match self.signals.take() {
            Some(signals) => signals,
            None => Signals::listen(self.again.restart.clone(), self.supervisor.clone())?,
        };
        let signals = &*self.signals.insert(signals);
        self.is_started = true;
        let begun = self.begin.take().map_or(Ok(()), |begin| begin(cacher));
        let looks = Looks::start(cacher, mover);
        let pulse = Pulse::start(&self.supervisor, cacher);
        let (to_librarian, config) = (librarian.clone(), config.clone());
        let with =
            With { cacher: cacher.clone(), doctor: doctor.clone(), librarian: to_librarian, access, config };
        let ended = match (begun, &self.door) {
            (Ok(()), Some(door)) => {
                self.supervisor.is_ready(&web.address, self.again.restart.trouble().as_deref());
                listen(&with, door, &mut web, signals, &self.again).await
            }
            (Ok(()), None) => Ok(Heard::Stop),
            (Err(error), _) => Err(error),
        };
        drop((with, pulse));
        let parting = if matches!(ended, Ok(Heard::Again(_))) { Parting::Restart } else { Parting::Stop };
        match (parting, &ended) {
            (Parting::Restart, _) => self.supervisor.starts_anew(),
            (Parting::Stop, Ok(_)) => self.supervisor.stops(&"stopping"),
            (Parting::Stop, Err(error)) => self.supervisor.stops(error),
        }
        if parting == Parting::Stop {
            self.door = None;
        }
        let working =
            Working { cacher, doctor, watch, originals, looks, media: &media, librarian: &librarian };
        let stopped = stop::in_order(working, web.close(parting), parting, signals).await;
        Ok(match (ended?, stopped) {
            (Heard::Again(next), Stopped::InOrder) if !signals.say_stop() => Ended::Again(next),
            (Heard::Again(_) | Heard::Stop, stopped) => Ended::Stopped(stopped),
        })
    }

    fn instance(&self) -> Instance {
        Instance {
            started_at: SystemClock.now(),
            data_dir: self.config.data_dir.clone(),
            config_file: self.config.config_file.clone(),
            is_demo: self.is_demo,
        }
    }
}

/// What ends a start in order.
enum Heard {
    Stop,
    Again(Box<Next>),
}

/// Everything that listens, until the first of it ends.
async fn listen(
    with: &With,
    door: &Door,
    web: &mut web::Open,
    signals: &Signals,
    again: &Again,
) -> Result<Heard> {
    tracing::info!("ready");
    tokio::select! {
        ended = door.serve(with) => ended.map(|()| Heard::Stop),
        failure = web.failure() => Err(failure),
        failure = store_failure(&with.cacher) => Err(failure),
        name = signals.stop(0) => {
            tracing::info!("{name}: stopping; a second one ends at once");
            Ok(Heard::Stop)
        }
        next = again.next() => {
            tracing::info!("starting anew with the configuration as it is now");
            Ok(Heard::Again(Box::new(next)))
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
    let mover = mover::attend(config, &engine);
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
    let doctor = doctor(config, &cacher, &household, mover.clone(), runtime.handle().clone());
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
    waited.and_then(|()| mover::take_leave(&mover, cacher.engine()))
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

/// What others do to links and originals is looked at, from now on; unless somebody said otherwise.
fn watch_originals(config: &Config, cacher: &Cacher) -> Result<Option<Originals>> {
    if !config.watch_libraries {
        return Ok(None);
    }
    let mounts = crate::domain::mounts::LIST.into();
    let (clock, rhythm) = (Arc::new(SystemClock), Rhythm::default());
    Originals::start(OriginalsParts { cacher: cacher.clone(), clock, rhythm, mounts }).map(Some)
}

async fn store_failure(cacher: &Cacher) -> Error {
    loop {
        if let Some(detail) = cacher.failure() {
            return Error::Store { operation: "go on", detail };
        }
        tokio::time::sleep(WATCH_EVERY).await;
    }
}
