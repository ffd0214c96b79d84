//! What the program obtains itself, and keeps: who it is to Plex, the owner's token, the webhook's, and what was obtained
//! for each of the others.
//!
//! **Invariant:** what is told to be kept is durable before anybody is answered. **Invariant:** a configured token wins
//! over one that was signed in, and is never written down. **Invariant:** no token is in anything that can be printed,
//! and [`Tokens::account_of`] gives nobody a token of somebody else.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::sign_in::Whose;
use crate::clock::Clock;
use crate::domain::actor::Actor;
use crate::domain::file::closed_names;
use crate::domain::id::anonymous;
use crate::domain::log::{LogKind, LogRow};
use crate::domain::secret::Secret;
use crate::domain::time::Time;
use crate::error::{Error, IoContext, Result};
use crate::random;
use crate::store::{Rows, Store};

mod card;

pub use card::{Card, Held};

/// Names in the store's table of secrets.
const CLIENT: &str = "plex_client";
const WEBHOOK: &str = "plex_webhook";
const OWNER: &str = "plex_owner";
const USER: &str = "plex_user_";

/// What the configuration says of the owner's token; one of the two at most.
#[derive(Clone, Default, Debug)]
pub struct Configured {
    /// The token.
    pub token: Option<Secret>,
    /// The file that holds it.
    pub file: Option<PathBuf>,
}

/// Where the owner's token comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// From the configuration or the environment.
    Configured,
    /// From the file that the configuration names.
    File,
    /// Somebody signed in here.
    SignedIn,
}

closed_names!(Origin {
    Configured => "configured",
    File => "file",
    SignedIn => "signed_in",
});

/// The owner's token.
#[derive(Clone, PartialEq, Debug)]
pub struct OwnerToken {
    /// The token.
    pub token: Secret,
    /// Where it comes from.
    pub origin: Origin,
    /// When it was signed in.
    pub since: Option<Time>,
}

/// Counts what changes who may be asked for: what was obtained before is worth nothing after.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Turn(u64);

/// The tokens. A clone is another handle on the same ones.
#[derive(Clone)]
pub struct Tokens(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Arc<dyn Clock>,
    configured: Configured,
    identifier: String,
    webhook: Secret,
    kept: Mutex<Kept>,
    /// Counts changes.
    changes: watch::Sender<u64>,
}

/// What the store has of it.
#[derive(Clone, Default)]
struct Kept {
    owner: Option<Held>,
    cards: BTreeMap<u64, Card>,
    turn: Turn,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens").field("identifier", &self.0.identifier).finish_non_exhaustive()
    }
}

impl Tokens {
    /// Reads what is kept; the first time it makes the identifier and the webhook's token. Blocks, as everything here
    /// does that returns a `Result`.
    ///
    /// # Errors
    /// The store fails, or the kernel has no random numbers.
    pub fn open(store: Store, clock: Arc<dyn Clock>, configured: Configured) -> Result<Self> {
        let identifier = made_once(&store, CLIENT, || Ok(anonymous(random::bytes()?)))?;
        let webhook = made_once(&store, WEBHOOK, random::hex::<24>)?;
        let rows = store.read()?;
        let owner = rows.secret(OWNER)?.and_then(|row| card::read_held(OWNER, &row));
        let mut cards = BTreeMap::new();
        for name in rows.secret_names(USER)? {
            if let Some(card) = rows.secret(&name)?.and_then(|row| card::read(&name, &row)) {
                cards.insert(card.account, card);
            }
        }
        let identifier = identifier.expose().to_owned();
        let kept = Mutex::new(Kept { owner, cards, turn: Turn::default() });
        let changes = watch::Sender::new(0);
        Ok(Self(Arc::new(Inner { store, clock, configured, identifier, webhook, kept, changes })))
    }

    /// Hears of every change of what is kept.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.0.changes.subscribe()
    }

    /// By this Plex knows the installation; for life.
    #[must_use]
    pub fn identifier(&self) -> &str {
        &self.0.identifier
    }

    /// The last part of the address that webhooks are sent to.
    #[must_use]
    pub fn webhook(&self) -> &Secret {
        &self.0.webhook
    }

    /// The owner's token, if there is one. The file is read anew each time.
    ///
    /// # Errors
    /// The file cannot be read, or holds no token. What was signed in does not stand in for it: whoever names a file means
    /// that one.
    pub fn owner(&self) -> Result<Option<OwnerToken>> {
        let Configured { token, file } = &self.0.configured;
        if let Some(token) = token {
            let token = token.clone();
            return Ok(Some(OwnerToken { token, origin: Origin::Configured, since: None }));
        }
        if let Some(file) = file {
            let text = std::fs::read_to_string(file).doing("read the Plex token in", file)?;
            let text = text.trim();
            if text.is_empty() || !text.chars().all(|c| c.is_ascii_graphic()) {
                let file = file.display();
                return Err(Error::Config(format!(
                    "{file} holds no Plex token; it is one line of printable ASCII without spaces"
                )));
            }
            let token = Secret::new(text);
            return Ok(Some(OwnerToken { token, origin: Origin::File, since: None }));
        }
        Ok(self.kept().owner.clone().map(|held| OwnerToken {
            token: held.token,
            origin: Origin::SignedIn,
            since: Some(held.since),
        }))
    }

    /// Whether the configuration has the owner's token, or names the file that has it.
    #[must_use]
    pub fn is_configured(&self) -> bool {
        self.0.configured.token.is_some() || self.0.configured.file.is_some()
    }

    /// What is kept of each account, and the turn that this holds for.
    #[must_use]
    pub fn cards(&self) -> (Turn, BTreeMap<u64, Card>) {
        let kept = self.kept();
        (kept.turn, kept.cards.clone())
    }

    /// A token that stands for this account at plex.tv, as its watchlist needs. Never the owner's, never one for a server.
    #[must_use]
    pub fn account_of(&self, account: u64) -> Option<Secret> {
        self.kept().cards.get(&account)?.account_token().map(|(held, _)| held.token.clone())
    }

    /// This account's token for the server: it sees what they see.
    #[must_use]
    pub fn server_of(&self, account: u64) -> Option<Secret> {
        self.kept().cards.get(&account)?.server.as_ref().map(|(held, _)| held.token.clone())
    }

    /// Keeps what was learnt of the others, unless the turn is over: then nothing is, and the answer is false.
    ///
    /// # Errors
    /// The store fails, here and below; then what was kept before holds.
    pub fn keep(&self, turn: Turn, cards: BTreeMap<u64, Card>) -> Result<bool> {
        self.change(None, |kept| {
            let holds = kept.turn == turn;
            if holds {
                kept.cards = cards;
            }
            holds
        })
    }

    /// The owner signed in.
    ///
    /// # Errors
    /// As [`Tokens::keep`].
    pub fn sign_in_owner(&self, token: Secret, by: &Actor) -> Result<()> {
        let since = self.0.clock.now();
        self.change(Some(entry("signed_in", Whose::Owner, None, by, since)), |kept| {
            kept.owner = Some(Held { token, since });
            kept.turn.0 += 1;
        })
    }

    /// Somebody signed in for themselves. `fresh` is their card where there is none yet.
    ///
    /// # Errors
    /// As [`Tokens::keep`].
    pub fn sign_in_user(&self, fresh: Card, token: Secret, by: &Actor) -> Result<()> {
        let since = self.0.clock.now();
        self.change(Some(entry("signed_in", Whose::User, Some(&fresh.name), by, since)), |kept| {
            let card = kept.cards.entry(fresh.account).or_insert(fresh);
            card.own = Some(Held { token, since });
            // What their own token opens is asked for with it.
            card.server = None;
            kept.turn.0 += 1;
        })
    }

    /// Forgets the owner's token and what was obtained with it, and says how many tokens that were. What others signed in
    /// for themselves stays.
    ///
    /// # Errors
    /// [`Error::TokenConfigured`]; or as [`Tokens::keep`].
    pub fn sign_out_owner(&self, by: &Actor) -> Result<usize> {
        if self.is_configured() {
            return Err(Error::TokenConfigured);
        }
        let now = self.0.clock.now();
        self.change(Some(entry("signed_out", Whose::Owner, None, by, now)), |kept| {
            let mut forgotten = usize::from(kept.owner.take().is_some());
            for card in kept.cards.values_mut() {
                forgotten += card.forget_obtained();
            }
            kept.turn.0 += 1;
            forgotten
        })
    }

    /// Forgets what somebody signed in for themselves, and says how many tokens that were.
    ///
    /// # Errors
    /// As [`Tokens::keep`].
    pub fn sign_out_user(&self, account: u64, by: &Actor) -> Result<usize> {
        let name = self.kept().cards.get(&account).map(|card| card.name.clone());
        let now = self.0.clock.now();
        self.change(Some(entry("signed_out", Whose::User, name.as_deref(), by, now)), |kept| {
            let forgotten = kept.cards.get_mut(&account).map_or(0, Card::forget_own);
            kept.turn.0 += 1;
            forgotten
        })
    }

    /// Whether something is kept of somebody whom we call so.
    #[must_use]
    pub fn knows(&self, name: &str) -> bool {
        self.kept().cards.values().any(|card| card.name == name)
    }

    /// Forgets everything that is kept of somebody whom we call so, and says how many tokens that were. The owner's own
    /// token is none of an account.
    ///
    /// # Errors
    /// As [`Tokens::keep`].
    pub fn forget_user(&self, name: &str) -> Result<usize> {
        if !self.knows(name) {
            return Ok(0);
        }
        self.change(None, |kept| {
            let mut forgotten = 0;
            kept.cards.retain(|_, card| {
                let is_theirs = card.name == name;
                if is_theirs {
                    forgotten += card.forget_obtained() + card.forget_own();
                }
                !is_theirs
            });
            kept.turn.0 += 1;
            forgotten
        })
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes what is kept, in the store first, with the entry of the log where somebody asked for it. The lock is held
    /// meanwhile, so changes come one after the other.
    fn change<T>(&self, entry: Option<LogRow>, act: impl FnOnce(&mut Kept) -> T) -> Result<T> {
        let mut kept = self.kept();
        let mut new = kept.clone();
        let done = act(&mut new);
        let names: std::collections::BTreeSet<u64> =
            kept.cards.keys().chain(new.cards.keys()).copied().collect();
        let changed: Vec<u64> =
            names.into_iter().filter(|account| kept.cards.get(account) != new.cards.get(account)).collect();
        if kept.owner != new.owner || !changed.is_empty() {
            self.0.store.write(|writer| {
                match &new.owner {
                    Some(held) => writer.put_secret(OWNER, &card::write_held(held))?,
                    None => writer.remove_secret(OWNER)?,
                }
                for account in changed {
                    let name = format!("{USER}{account}");
                    match new.cards.get(&account) {
                        Some(card) => writer.put_secret(&name, &card::write(card))?,
                        None => writer.remove_secret(&name)?,
                    }
                }
                entry.iter().try_for_each(|entry| writer.put_log(entry))
            })?;
        }
        *kept = new;
        drop(kept);
        self.0.changes.send_modify(|count| *count += 1);
        Ok(done)
    }
}

/// What is written down of somebody who signs in to Plex, or out of it.
fn entry(reason: &str, whose: Whose, user: Option<&str>, by: &Actor, now: Time) -> LogRow {
    let fact = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    LogRow {
        user: user.map(str::to_owned),
        reason: reason.to_owned(),
        metadata: vec![fact("source", "plex"), fact("whose", whose.name())],
        ..LogRow::of(LogKind::Source, by.clone(), now)
    }
}

/// A secret that is made when it is first asked for.
pub(super) fn made_once(store: &Store, name: &str, make: impl FnOnce() -> Result<String>) -> Result<Secret> {
    if let Some(secret) = store.read()?.secret(name)? {
        return Ok(secret);
    }
    let secret = Secret::new(make()?);
    store.write(|writer| writer.put_secret(name, &secret))?;
    Ok(secret)
}
