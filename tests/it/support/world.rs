//! One small world: a library volume, a cache volume, a store on a disk of its own, and a clock; and an engine on top
//! of it that may die or fail at any call and any commit.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cacherr::cacher::recover::Recovered;
use cacherr::cacher::{Accepted, CacheRequest, Engine, Parts, Ran, RestoreRequest};
use cacherr::clock::ManualClock;
use cacherr::domain::file::{FileRow, Method, Operation, Status};
use cacherr::domain::id::JobId;
use cacherr::domain::job::{JobRow, JobState, RestoreAction};
use cacherr::domain::settings::{CacheSettings, Library, SwapMethod};
use cacherr::domain::time::Time;
use cacherr::store::{Rows, Store};
use cacherr::{Error, Result};
use jiff::SignedDuration;
use redb::StorageBackend;

use super::faulty::{Faults, Faulty, Gate, Plan};
use super::sim::SimFs;

pub const LIBRARY: &str = "/lib/movies";
pub const CACHE: &str = "/fast/cache";
pub const FOLDER: &str = "/lib/movies/Dune (2021)";
pub const FILM: &str = "/lib/movies/Dune (2021)/Dune.mkv";
pub const KEPT: &str = "/lib/movies/Dune (2021)/.Dune.mkv.cacherr-original";
pub const COPY: &str = "/fast/cache/Movies/Dune (2021)/Dune.mkv";

/// The bytes of the store, and those of its last sync.
#[derive(Clone, Debug, Default)]
struct Bytes {
    now: Vec<u8>,
    durable: Vec<u8>,
}

/// The disk that the store lies on.
#[derive(Clone, Debug, Default)]
pub struct Disk(Arc<Mutex<Bytes>>);

impl Disk {
    fn bytes(&self) -> MutexGuard<'_, Bytes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fork(&self) -> Self {
        Self(Arc::new(Mutex::new(self.bytes().clone())))
    }

    /// What is left after the power went.
    fn after_power_cut(&self) -> Self {
        let durable = self.bytes().durable.clone();
        Self(Arc::new(Mutex::new(Bytes { now: durable.clone(), durable })))
    }
}

/// The store's disk as the engine's process sees it: each commit's sync passes through the plan.
struct Backend {
    disk: Disk,
    faults: Arc<Faults>,
}

impl std::fmt::Debug for Backend {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Backend")
    }
}

impl Backend {
    fn alive(&self) -> io::Result<()> {
        if self.faults.is_dead() { Err(io::Error::other("the process is dead")) } else { Ok(()) }
    }

    fn sync(&self) {
        let mut bytes = self.disk.bytes();
        bytes.durable = bytes.now.clone();
    }
}

impl StorageBackend for Backend {
    fn len(&self) -> io::Result<u64> {
        self.alive()?;
        Ok(self.disk.bytes().now.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.alive()?;
        let from = usize::try_from(offset).unwrap();
        let bytes = self.disk.bytes();
        let found = bytes.now.get(from..from + out.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        out.copy_from_slice(found);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.alive()?;
        self.disk.bytes().now.resize(usize::try_from(len).unwrap(), 0);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        self.alive()?;
        match self.faults.gate("store.sync") {
            Gate::Proceed => {
                self.sync();
                Ok(())
            }
            Gate::Die => Err(self.faults.die()),
            Gate::Fail(errno) => Err(errno.into()),
            Gate::EffectThenFail(errno) => {
                self.sync();
                Err(errno.into())
            }
            Gate::EffectThenDie => {
                self.sync();
                Err(self.faults.die())
            }
        }
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.alive()?;
        let from = usize::try_from(offset).unwrap();
        let mut bytes = self.disk.bytes();
        bytes.now.get_mut(from..from + data.len()).ok_or(io::ErrorKind::UnexpectedEof)?.copy_from_slice(data);
        Ok(())
    }
}

/// How files take their places in this world.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ways {
    pub swap: SwapMethod,
    pub method: Method,
}

pub const COPYING: Ways = Ways { swap: SwapMethod::Exchange, method: Method::AtomicCopy };
pub const MOVING: Ways = Ways { swap: SwapMethod::Exchange, method: Method::AtomicSymlink };
pub const BY_LINK: Ways = Ways { swap: SwapMethod::LinkRename, method: Method::AtomicCopy };

pub struct World {
    pub sim: SimFs,
    pub disk: Disk,
    pub now: Time,
    pub ways: Ways,
}

impl World {
    /// A library with one film, an empty cache dir, a new store.
    pub fn new(ways: Ways, film: &[u8]) -> Self {
        let sim = SimFs::with_volumes(["/lib", "/fast"]);
        sim.mkdir_all(FOLDER);
        sim.mkdir_all(CACHE);
        sim.put_file(FILM, film);
        sim.put_file("/lib/movies/other.mkv", b"another film");
        if ways.swap == SwapMethod::LinkRename {
            sim.refuse_exchange("/lib");
        }
        sim.settle();
        // The film was written long ago, as far as this clock is concerned.
        let now = Time::from_micros(4_000_000_000_000_000);
        let world = Self { sim, disk: Disk::default(), now, ways };
        let engine = world.engine(&Faults::new(Plan::None)).unwrap();
        engine.recover().unwrap();
        // The first request writes marker and root rows; those belong to the installation, not to the scenario.
        engine.request_cache(&CacheRequest { path: "/lib/movies/none".into(), ..world.wish() }).unwrap_err();
        drop(engine);
        world.sim.settle();
        world
    }

    /// The same world again, to be changed on its own.
    pub fn fork(&self) -> Self {
        Self { sim: self.sim.fork(), disk: self.disk.fork(), now: self.now, ways: self.ways }
    }

    /// All worlds that may be found if the power goes now.
    pub fn after_power_cuts(&self, cap: usize) -> Vec<Self> {
        let cut = |sim| Self { sim, disk: self.disk.after_power_cut(), now: self.now, ways: self.ways };
        self.sim.power_cut_states(cap).into_iter().map(cut).collect()
    }

    pub fn engine(&self, faults: &Arc<Faults>) -> Result<Engine> {
        self.engine_with(faults, |_| {})
    }

    pub fn engine_with(
        &self,
        faults: &Arc<Faults>,
        change: impl FnOnce(&mut CacheSettings),
    ) -> Result<Engine> {
        let (disk, gate) = (self.disk.clone(), Arc::clone(faults));
        let store = Store::open_with(move || {
            Ok(Box::new(Backend { disk: disk.clone(), faults: Arc::clone(&gate) }) as Box<dyn StorageBackend>)
        })?;
        let mut cache = CacheSettings { min_free: 0, ..CacheSettings::at(PathBuf::from(CACHE)) };
        change(&mut cache);
        let library = Library {
            name: "Movies".into(),
            path: LIBRARY.into(),
            server_path: LIBRARY.into(),
            swap: self.ways.swap,
        };
        Engine::new(Parts {
            fs: Arc::new(Faulty::new(self.sim.clone(), faults)),
            store,
            clock: Arc::new(ManualClock::at(self.now)),
            cache,
            libraries: vec![library],
            events: Arc::new(|_| {}),
        })
    }

    /// An engine to which nothing happens.
    pub fn calm(&self) -> Engine {
        self.engine(&Faults::new(Plan::None)).unwrap()
    }

    pub fn later(&mut self, by: SignedDuration) {
        self.now = self.now.plus(by);
    }

    pub fn wish(&self) -> CacheRequest {
        CacheRequest {
            path: FILM.into(),
            operation: Operation::Watchlist,
            user: Some("user1".into()),
            metadata: Default::default(),
            method: Some(self.ways.method),
            by: "test".into(),
        }
    }

    /// Caches the film, and lets graces pass.
    pub fn cached(mut self) -> Self {
        cache(&self.calm(), &self).unwrap();
        self.settle_for(SignedDuration::from_mins(3));
        self.sim.settle();
        assert_eq!(self.row().unwrap().status, Status::Active);
        self
    }

    /// Lets time pass, and the engine see to what is due.
    pub fn settle_for(&mut self, time: SignedDuration) {
        self.later(time);
        self.calm().settle_due().unwrap();
    }

    /// The row, read from a copy of the store: an engine may be at work on the store itself.
    pub fn row(&self) -> Option<FileRow> {
        let (disk, faults) = (self.disk.fork(), Faults::new(Plan::None));
        let copy = Store::open_with(move || {
            Ok(Box::new(Backend { disk: disk.clone(), faults: Arc::clone(&faults) })
                as Box<dyn StorageBackend>)
        });
        copy.unwrap().read().unwrap().files().unwrap().into_iter().next()
    }

    pub fn read(&self, path: impl AsRef<Path>) -> io::Result<Vec<u8>> {
        self.sim.read(path)
    }

    /// As a new process would: recover, then work off the queue.
    pub fn recover(&self) -> Result<Recovered> {
        let engine = self.calm();
        let report = engine.recover()?;
        work_off(&engine)?;
        Ok(report)
    }
}

/// Runs whatever is queued until nothing moves any more.
pub fn work_off(engine: &Engine) -> Result<()> {
    for _ in 0..4 {
        for job in engine.store().read()?.jobs_in(JobState::Queued)? {
            engine.run_job(job.id)?;
        }
    }
    Ok(())
}

/// Asks for the film and runs the job.
pub fn cache(engine: &Engine, world: &World) -> Result<JobRow> {
    match engine.request_cache(&world.wish())? {
        Accepted::Queued { job, .. } => run(engine, job),
        Accepted::UserAdded { .. } => Err(Error::AlreadyTracked { path: FILM.into() }),
    }
}

/// Gives back what is cached.
pub fn restore(engine: &Engine, action: RestoreAction) -> Result<JobRow> {
    let rows = engine.store().read()?.files()?;
    let row = rows.first().ok_or(Error::NotFound { what: "file" })?;
    let job = engine.request_restore(&RestoreRequest {
        file: row.id,
        action,
        reason: "test".into(),
        user: None,
        by: "test".into(),
    })?;
    run(engine, job)
}

fn run(engine: &Engine, job: JobId) -> Result<JobRow> {
    let ran = engine.run_job(job)?;
    let row = engine.store().read()?.job(job)?.ok_or(Error::NotFound { what: "job" })?;
    if matches!(ran, Ran::Later) && row.error.is_none() {
        return Err(Error::PathLocked { path: FILM.into() });
    }
    Ok(row)
}
