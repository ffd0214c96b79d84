//! What usually breaks an installation, looked at one by one, and for each thing how to mend it.
//!
//! A run asks the media server ([`mod@server`]), tries libraries and cache (`disk`, by way of the engine), and then judges:
//! each file of [`checks`] turns what was seen into [`Finding`]s, and touches nothing.
//!
//! **Invariant:** the doctor changes nothing that is not its own: files of a trial come and go (`cacher::probe`), settings,
//! rows and films stay. What could not be seen is [`Verdict::Unknown`], never a failure.

pub mod checks;
mod disk;
pub mod finding;
pub mod mapping;
pub mod mounts;
pub mod server;
pub mod survey;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::Handle;

use crate::cacher::Cacher;
use crate::cacher::probe::Trial;
use crate::clock::Clock;
use crate::domain::actor::Actor;
use crate::domain::log::{LogKind, LogRow};
use crate::domain::mapping::Mapping;
use crate::domain::readers::{ReaderKind, ReaderRow};
use crate::domain::settings::{CacheSettings, Library};
use crate::domain::time::Time;
use crate::error::{Error, Result};
use crate::mover::Mover;
use crate::plex::Client;
use crate::store::Rows;

pub use finding::{Check, Diagnosis, Finding, Verdict};

/// Where the kernel says how much may be watched.
const INOTIFY: &str = "/proc/sys/fs/inotify";
/// Each library is swapped so often, before one reader.
const TRIAL: Trial = Trial { swaps: 20, readers: 1 };

/// The media server as it can be asked now; none while there is no token.
pub type FindServer = Box<dyn Fn() -> Result<Option<Client>> + Send + Sync>;

/// What the doctor works with.
pub struct Parts {
    /// The engine, through which media trees are reached.
    pub cacher: Cacher,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The cache, as configured.
    pub cache: CacheSettings,
    /// The libraries, as configured.
    pub libraries: Vec<Library>,
    /// The NAS's own mover.
    pub mover: Mover,
    /// Whether the folders of originals are watched.
    pub watches_originals: bool,
    /// Where the media server is found.
    pub server: FindServer,
    /// Where it is asked.
    pub runtime: Handle,
}

/// The doctor. Cheap to clone.
#[derive(Clone)]
pub struct Doctor(Arc<Inner>);

struct Inner {
    parts: Parts,
    places: Places,
    /// Held by the one run there is.
    running: Mutex<()>,
    /// Held while libraries are tried.
    trying: Mutex<()>,
    last: Mutex<Option<Arc<Diagnosis>>>,
}

/// Where the kernel tells.
struct Places {
    inotify: PathBuf,
    mounts: PathBuf,
}

/// What a person says of a program that reads the libraries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReaderNote {
    /// What it is.
    pub kind: ReaderKind,
    /// Whether it sees the cache dir where links lead.
    pub sees_cache: Option<bool>,
}

impl Doctor {
    /// Puts the parts together. Looks at nothing yet.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let places = Places { inotify: INOTIFY.into(), mounts: crate::domain::mounts::LIST.into() };
        Self(Arc::new(Inner {
            parts,
            places,
            running: Mutex::default(),
            trying: Mutex::default(),
            last: Mutex::default(),
        }))
    }

    /// What the last run of this process found.
    #[must_use]
    pub fn last(&self) -> Option<Arc<Diagnosis>> {
        self.0.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Looks at everything anew. Wakes the disks of all libraries, and takes about half a minute where links are renamed.
    /// To be called where blocking is allowed. Who asks while somebody else's run is under way waits for one of their own,
    /// which is shared by all who wait.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn run(&self) -> Result<Arc<Diagnosis>> {
        let inner = &*self.0;
        let asked = inner.parts.clock.now();
        let _one = inner.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(last) = self.last().filter(|last| last.ran_at > asked) {
            return Ok(last);
        }
        let diagnosis = Arc::new(inner.examine()?);
        *inner.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(diagnosis.clone());
        Ok(diagnosis)
    }

    /// Waits until no library is tried any more, which is soon once the engine stops.
    pub fn rest(&self) {
        drop(self.0.trying.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Who else reads the libraries, by name.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn readers(&self) -> Result<Vec<(String, ReaderRow)>> {
        self.0.parts.cacher.engine().store().read()?.readers()
    }

    /// Remembers that a program reads the libraries.
    ///
    /// # Errors
    /// The store cannot be written.
    pub fn note_reader(&self, name: &str, note: ReaderNote, by: &Actor) -> Result<ReaderRow> {
        let parts = &self.0.parts;
        let now = parts.clock.now();
        let row = ReaderRow { kind: note.kind, sees_cache: note.sees_cache, noted_at: now };
        let sees_cache = match row.sees_cache {
            Some(true) => "yes",
            Some(false) => "no",
            None => "unknown",
        };
        let facts = [("name", name), ("kind", row.kind.name()), ("sees_cache", sees_cache)];
        parts.cacher.engine().store().write(|w| {
            w.put_reader(name, &row)?;
            w.put_log(&entry("noted", &facts, by, now))
        })?;
        Ok(row)
    }

    /// Forgets one that reads them no longer.
    ///
    /// # Errors
    /// `NotFound`; the store cannot be written.
    pub fn forget_reader(&self, name: &str, by: &Actor) -> Result<ReaderRow> {
        let now = self.0.parts.clock.now();
        self.0.parts.cacher.engine().store().write(|w| {
            let known = w.readers()?.into_iter().find(|(known, _)| known == name);
            let (_, row) = known.ok_or(Error::NotFound { what: "reader" })?;
            w.remove_reader(name)?;
            w.put_log(&entry("forgotten", &[("name", name)], by, now))?;
            Ok(row)
        })
    }
}

/// What is written down of somebody who says what else reads the libraries.
fn entry(reason: &str, facts: &[(&str, &str)], by: &Actor, now: Time) -> LogRow {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    LogRow {
        reason: reason.to_owned(),
        metadata: facts.iter().map(owned).collect(),
        ..LogRow::of(LogKind::Reader, by.clone(), now)
    }
}

impl Inner {
    fn examine(&self) -> Result<Diagnosis> {
        let Parts { cacher, clock, cache, libraries, mover, watches_originals, server, runtime } =
            &self.parts;
        let engine = cacher.engine();
        let ran_at = clock.now();
        let (readers, active) = {
            let rows = engine.store().read()?;
            (rows.readers()?, server::newest_active(&rows)?)
        };
        let mapping = Mapping::of(libraries);
        let told = match server() {
            Err(error) => server::Server::Unusable(error.to_string()),
            Ok(None) => server::Server::Unconfigured,
            Ok(Some(client)) => runtime.block_on(server::ask(&client, clock.as_ref(), &mapping, &active)),
        };
        let grounds = {
            let _trying = self.trying.lock().unwrap_or_else(PoisonError::into_inner);
            let homes = if *watches_originals { Some(engine.homes()?.folders().len() as u64) } else { None };
            disk::Grounds { homes, ..disk::look(engine, cache, libraries, &self.places) }
        };
        let mut findings = checks::libraries::judge(&grounds);
        findings.extend(checks::cache::judge(&grounds, cache));
        findings.extend(checks::server::judge(&told));
        if let server::Server::Spoke(told) = &told {
            findings.extend(checks::files::judge(told, libraries, &mapping, engine));
            findings.extend(checks::link::judge(told, cache));
        }
        findings.extend(checks::readers::judge(&readers, cache));
        findings.extend(checks::mover::judge(&mover.examine(), &grounds));
        findings.extend(checks::system::judge(&grounds));
        findings.sort_by_key(|finding| finding.check);
        Ok(Diagnosis { ran_at, findings })
    }
}
