//! Who may come in: accounts with passwords, the sessions that log-ins begin, API keys, tickets for a moment, and the token
//! by which the first admin is made.
//!
//! Start with [`Access`]. What is asked for every request ([`Access::by_session`], [`Access::by_key`]) is one look into the
//! store. What takes a password ([`passwords`]) is bounded, in time by how often somebody may try ([`throttle`]), in memory
//! by how many are worked on.
//!
//! **Invariant:** of what opens the door the store has digests and hashes only, and nothing here prints more. Whoever is
//! refused learns nothing about which part was wrong, neither from words nor from the time it took. What was changed is
//! durable, and in the operation log, before anybody is answered.

mod accounts;
mod audit;
mod keys;
mod log_in;
mod passwords;
mod plex;
mod seen;
mod sessions;
mod setup;
mod throttle;
mod tickets;

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::watch;
use tokio::time::Instant;

pub use accounts::{AccountChange, NewAccount};
pub use keys::NewKey;
pub use passwords::Password;

use audit::Reticence;
use passwords::Passwords;
use seen::Scribe;
use sessions::Lifetime;
use setup::Setup;
use throttle::Throttle;
use tickets::Tickets;

use crate::clock::Clock;
use crate::domain::access::{Principal, Way};
use crate::domain::account::{AccountRow, Digest, SessionRow};
use crate::domain::secret::Secret;
use crate::domain::settings::AccessSettings;
use crate::domain::time::Time;
use crate::error::{Error, Result};
use crate::random;
use crate::store::{Rows, Store, Writer};

/// How tickets begin.
const TICKET: &str = "ct_";
/// Characters of what a browser calls itself that are kept.
const LONGEST_AGENT: usize = 200;

/// What it is made of.
pub struct Parts {
    /// Where accounts, sessions and keys are.
    pub store: Store,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// What a person has set.
    pub settings: AccessSettings,
    /// Where the setup token lies.
    pub data_dir: PathBuf,
    /// The key of the configuration.
    pub configured_key: Option<Secret>,
}

/// Who may come in. A clone is another handle on the same.
#[derive(Clone)]
pub struct Access(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Arc<dyn Clock>,
    settings: AccessSettings,
    configured: Option<blake3::Hash>,
    passwords: Passwords,
    scribe: Scribe,
    setup: Setup,
    guard: Mutex<Guard>,
    /// When this was made: waits and tickets count from here, by a clock that nobody sets.
    since: Instant,
    changes: watch::Sender<u64>,
}

/// What is remembered for a while, and not written down.
#[derive(Default)]
struct Guard {
    throttle: Throttle,
    reticence: Reticence,
    tickets: Tickets,
}

/// From where somebody asks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Caller {
    /// The address: the client's, where a trusted proxy tells it.
    pub address: IpAddr,
    /// What the browser calls itself, for people who look at their sessions.
    pub agent: Option<String>,
}

impl Caller {
    /// `agent` is shortened, and loses what is no text.
    #[must_use]
    pub fn new(address: IpAddr, agent: Option<&str>) -> Self {
        let clean = |agent: &str| -> String {
            agent.chars().filter(|c| !c.is_control()).take(LONGEST_AGENT).collect()
        };
        let agent = agent.map(clean).filter(|agent| !agent.trim().is_empty());
        Self { address: address.to_canonical(), agent }
    }
}

/// A session that was begun just now.
#[derive(Clone, Debug)]
pub struct Opened {
    /// What opens it. Nobody is told it again.
    pub token: Secret,
    /// The session.
    pub session: SessionRow,
    /// Who was let in.
    pub principal: Principal,
}

impl Access {
    /// Opens for those who ask over the network. As long as nobody can log in as an admin there is a setup token, in a file
    /// beside the store; it is told in the log, each time, unless a configured key or the owner's choice for local addresses
    /// lets an admin in anyway.
    ///
    /// # Errors
    /// The store fails; the data dir cannot be written.
    pub fn open(parts: Parts) -> Result<Self> {
        let scribe = Scribe::start(parts.store.clone(), Lifetime::of(&parts.settings))?;
        let access = Self::with(parts, scribe);
        access.prepare_setup()?;
        Ok(access)
    }

    /// The same for a command at this machine: nobody is let in here, and nobody is told the setup token.
    #[must_use]
    pub fn at_rest(parts: Parts) -> Self {
        Self::with(parts, Scribe::none())
    }

    fn with(parts: Parts, scribe: Scribe) -> Self {
        let Parts { store, clock, settings, data_dir, configured_key } = parts;
        Self(Arc::new(Inner {
            store,
            clock,
            settings,
            configured: configured_key.map(|key| blake3::hash(key.expose().as_bytes())),
            passwords: Passwords::new(),
            scribe,
            setup: Setup::below(&data_dir),
            guard: Mutex::default(),
            since: Instant::now(),
            changes: watch::Sender::new(0),
        }))
    }

    /// What a person has set.
    #[must_use]
    pub fn settings(&self) -> &AccessSettings {
        &self.0.settings
    }

    /// Hears of every change of accounts and keys, and of each end of a session that somebody brought about: who was let in
    /// before may not be any more ([`Access::still`]).
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.0.changes.subscribe()
    }

    /// Somebody who was let in, as they would be let in now; none where they would not be. For connections that stay.
    ///
    /// # Errors
    /// The store fails.
    pub fn still(&self, principal: &Principal) -> Result<Option<Principal>> {
        let rows = self.store().read()?;
        let as_account = |account: &AccountRow| Principal {
            name: account.name.clone(),
            role: account.role,
            ..principal.clone()
        };
        Ok(match principal.way {
            Way::ConfiguredKey | Way::Local => Some(principal.clone()),
            Way::Proxy(account) => rows.account(account)?.as_ref().map(as_account),
            Way::Session { id, account } => {
                let (now, lifetime) = (self.now(), self.lifetime());
                let mut sessions = rows.sessions()?.into_iter().map(|(_, row)| row);
                let goes_on = sessions.any(|row| row.id == id && !lifetime.is_over(&row, now));
                rows.account(account)?.as_ref().map(as_account).filter(|_| goes_on)
            }
            Way::Key(id) => {
                let now = self.now();
                let mut keys = rows.api_keys()?.into_iter().map(|(_, row)| row);
                let key = keys.find(|row| row.id == id && !row.is_expired(now));
                key.map(|row| Principal { role: row.role, ..principal.clone() })
            }
        })
    }

    /// Who is meant by the name that a trusted proxy tells. That the proxy is trusted is the caller's concern.
    ///
    /// # Errors
    /// The store fails.
    pub fn by_account_name(&self, name: &str, from: &Caller) -> Result<Option<Principal>> {
        let account = self.account_named(name)?;
        Ok(account.map(|account| Principal {
            name: account.name,
            role: account.role,
            way: Way::Proxy(account.id),
            address: Some(from.address),
        }))
    }

    /// A ticket for somebody who was let in: it opens once, within 30 seconds.
    ///
    /// # Errors
    /// [`Error::Busy`] where too many are out.
    pub fn ticket(&self, principal: &Principal) -> Result<Secret> {
        let ticket = token(TICKET)?;
        let elapsed = self.elapsed();
        if !self.guard().tickets.add(elapsed, Digest::of(&ticket), principal) {
            return Err(Error::Busy);
        }
        Ok(Secret::new(ticket))
    }

    /// Whose ticket it is, if it is one, and they would still be let in. From now on it opens nothing.
    #[must_use]
    pub fn by_ticket(&self, ticket: &str) -> Option<Principal> {
        let elapsed = self.elapsed();
        let principal = self.guard().tickets.take(elapsed, Digest::of(ticket))?;
        self.still(&principal).unwrap_or_else(|error| {
            tracing::error!(%error, "a ticket could not be looked at");
            None
        })
    }

    /// How often a password was worked on since the start.
    #[must_use]
    pub fn password_work(&self) -> u64 {
        self.0.passwords.done()
    }

    /// This much from now: when something expires that lasts so long.
    #[must_use]
    pub fn after(&self, lasts: SignedDuration) -> Time {
        self.now().plus(lasts)
    }

    /// Waits until it is written down who was here.
    pub fn settle(&self) {
        self.0.scribe.settle();
    }

    fn store(&self) -> &Store {
        &self.0.store
    }

    fn now(&self) -> Time {
        self.0.clock.now()
    }

    fn elapsed(&self) -> Duration {
        self.0.since.elapsed()
    }

    fn lifetime(&self) -> Lifetime {
        Lifetime::of(&self.0.settings)
    }

    fn scribe(&self) -> &Scribe {
        &self.0.scribe
    }

    fn guard(&self) -> MutexGuard<'_, Guard> {
        self.0.guard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One durable change that takes nothing from anybody.
    fn write<T>(&self, act: impl FnOnce(&mut Writer<'_>, Time) -> Result<T>) -> Result<T> {
        let at = self.now();
        self.store().write(|writer| act(writer, at))
    }

    /// One durable change, of which those hear who watch.
    fn change<T>(&self, act: impl FnOnce(&mut Writer<'_>, Time) -> Result<T>) -> Result<T> {
        let value = self.write(act)?;
        self.0.changes.send_modify(|count| *count += 1);
        Ok(value)
    }
}

impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Access").field("settings", &self.0.settings).finish_non_exhaustive()
    }
}

/// What opens something: 256 bits, behind a beginning by which people and scanners know what it is.
fn token(begins: &str) -> Result<String> {
    Ok(format!("{begins}{}", random::letters::<43>()?))
}

/// Runs what blocks where blocking is allowed.
async fn blocking<T: Send + 'static>(act: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    joined(tokio::task::spawn_blocking(act)).await
}

/// Goes on to its end, whether or not anybody waits for it: an attempt must not become another one by hanging up.
async fn to_the_end<T: Send + 'static>(act: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
    joined(tokio::spawn(act)).await
}

async fn joined<T>(task: tokio::task::JoinHandle<Result<T>>) -> Result<T> {
    task.await.unwrap_or_else(|error| Err(Error::Store { operation: "finish", detail: error.to_string() }))
}
