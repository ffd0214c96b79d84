//! Signing in by PIN: somebody opens a page of plex.tv, says yes there, and their token comes here.
//!
//! Each sign-in is asked after by a task of its own until it ends, so that nobody has to keep a page open.
//!
//! **Invariant:** it is done when the token is durable, and not before. A token is kept as the owner's only if plex.tv
//! says that this account owns the server. **Invariant:** so many at once and no more; what ended is forgotten.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::SignedDuration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;

use super::bridge::blocking;
use super::people::{People, Problem, Whom, Why, fresh, shown, unlike};
use super::reach::Reach;
use crate::clock::Clock;
use crate::domain::actor::Actor;
use crate::domain::file::closed_names;
use crate::domain::id::SignInId;
use crate::domain::media::people::Account;
use crate::domain::secret::Secret;
use crate::domain::time::Time;
use crate::error::{Error, Result};
use crate::plex;
use crate::plex::sign_in::{Pin, SignIn as Answer};

/// So many wait at once.
const WAITING: usize = 4;
/// For so long after its end a sign-in can be asked for.
const KEPT: SignedDuration = SignedDuration::from_mins(10);

/// Whose token it shall be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Whose {
    /// The owner's, by which the server is asked.
    Owner,
    /// That of whoever signs in, for their own wishes.
    User,
}

closed_names!(Whose {
    Owner => "owner",
    User => "user",
});

/// How far a sign-in is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum State {
    /// Nobody said yes yet. A problem is what went wrong the last time plex.tv was asked.
    Waiting(Option<Problem>),
    /// The token is kept.
    Done {
        /// How we call them.
        name: String,
        /// Whose it turned out to be.
        whose: Whose,
    },
    /// It is too late.
    Expired,
    /// The token cannot be used as it was meant, and was not kept.
    Refused(Problem),
}

/// A sign-in.
#[derive(Clone, PartialEq, Debug)]
pub struct SignIn {
    /// Its id.
    pub id: SignInId,
    /// Whose token it shall be.
    pub whose: Whose,
    /// The page where it is confirmed.
    pub page: Secret,
    /// The code that the page knows it by.
    pub code: Secret,
    /// Until when.
    pub expires_at: Time,
    /// How far it is.
    pub state: State,
    ended_at: Option<Time>,
}

/// All sign-ins. A clone is another handle; with the last one those that wait end.
#[derive(Clone)]
pub struct SignIns {
    desk: Desk,
    tasks: Arc<Mutex<JoinSet<()>>>,
    seats: Arc<Semaphore>,
}

/// What was asked for, and by whom.
#[derive(Clone)]
struct Asked {
    whose: Whose,
    by: Actor,
}

/// What a task works with.
#[derive(Clone)]
struct Desk {
    reach: Reach,
    people: People,
    clock: Arc<dyn Clock>,
    board: Arc<Mutex<BTreeMap<SignInId, SignIn>>>,
}

impl SignIns {
    /// Nobody signs in yet.
    #[must_use]
    pub fn new(reach: Reach, people: People, clock: Arc<dyn Clock>) -> Self {
        let desk = Desk { reach, people, clock, board: Arc::default() };
        Self { desk, tasks: Arc::default(), seats: Arc::new(Semaphore::new(WAITING)) }
    }

    /// Begins one. After it is confirmed, the person's browser goes to `forward`.
    ///
    /// # Errors
    /// Too many wait; plex.tv does not answer.
    pub async fn begin(&self, whose: Whose, forward: Option<&str>, by: &Actor) -> Result<SignIn> {
        if whose == Whose::Owner && self.desk.reach.tokens().is_configured() {
            return Err(Error::TokenConfigured);
        }
        self.desk.forget_old();
        let seat = self.seats.clone().try_acquire_owned();
        let seat = seat.map_err(|_| Error::TooManySignIns { waiting: WAITING })?;
        let (pin, page) = ask_for_code(&self.desk.reach, forward).await?;
        let begun = SignIn {
            id: SignInId::new(),
            whose,
            page,
            code: pin.code.clone(),
            expires_at: expiry(&pin, self.desk.clock.now()),
            state: State::Waiting(None),
            ended_at: None,
        };
        self.desk.board().insert(begun.id, begun.clone());
        let (desk, id, by) = (self.desk.clone(), begun.id, by.clone());
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        // Those that ended leave something behind until they are taken note of.
        while tasks.try_join_next().is_some() {}
        tasks.spawn(async move { desk.attend(id, &Asked { whose, by }, pin, seat).await });
        Ok(begun)
    }

    /// How far one is.
    ///
    /// # Errors
    /// There is none, or none any more.
    pub fn get(&self, id: SignInId) -> Result<SignIn> {
        self.desk.forget_old();
        self.desk.board().get(&id).cloned().ok_or(Error::NotFound { what: "sign-in" })
    }

    /// Ends those that wait.
    pub async fn stop(&self) {
        let mut tasks = {
            let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *tasks)
        };
        tasks.shutdown().await;
    }
}

/// Begins one at plex.tv: the code, and the page where it is confirmed. After that the person's browser goes to `forward`.
pub(super) async fn ask_for_code(reach: &Reach, forward: Option<&str>) -> Result<(Pin, Secret)> {
    let unavailable = |fault: plex::Fault| {
        tracing::debug!(%fault, "no sign-in began");
        Error::PlexUnavailable { sentence: Problem::of_fault(Whom::Cloud, &fault).sentence }
    };
    let pin = reach.cloud().begin_sign_in().await.map_err(unavailable)?;
    let page = reach.cloud().sign_in_page(&pin, forward).map_err(unavailable)?;
    Ok((pin, Secret::new(page)))
}

/// Until when a code is valid.
pub(super) fn expiry(pin: &Pin, now: Time) -> Time {
    now.plus(SignedDuration::try_from(pin.valid_for).unwrap_or(SignedDuration::from_mins(15)))
}

/// Asks, no more often than plex.tv wants, until somebody said yes and `settle` made something of their token. A problem of
/// `settle` is one that may pass: the token is told again as long as the code is valid. `waiting` hears why nothing came of it
/// the last time. None when the code is no more.
pub(super) async fn confirmed<T, F: Future<Output = std::result::Result<T, Problem>>>(
    reach: &Reach,
    pin: &Pin,
    settle: impl Fn(Secret) -> F,
    waiting: impl Fn(Option<Problem>),
) -> Option<T> {
    let ask = async {
        let mut pause = reach.sign_in_interval();
        loop {
            tokio::time::sleep(pause).await;
            pause = reach.sign_in_interval();
            let told = match reach.cloud().poll_sign_in(pin).await {
                Ok(Answer::Waiting) => None,
                Ok(Answer::Expired) => return None,
                Ok(Answer::Done(token)) => match settle(token).await {
                    Ok(settled) => return Some(settled),
                    Err(problem) => Some(problem),
                },
                Err(fault) => {
                    if let plex::Kind::RateLimited { retry_after: Some(wait) } = fault.kind() {
                        pause = pause.max(wait);
                    }
                    Some(Problem::of_fault(Whom::Cloud, &fault))
                }
            };
            waiting(told);
        }
    };
    tokio::time::timeout(pin.valid_for, ask).await.ok().flatten()
}

impl Desk {
    fn board(&self) -> MutexGuard<'_, BTreeMap<SignInId, SignIn>> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn forget_old(&self) {
        let now = self.clock.now();
        self.board().retain(|_, one| one.ended_at.is_none_or(|ended| now.since(ended) < KEPT));
    }

    fn set(&self, id: SignInId, state: State) {
        let ended_at = (!matches!(state, State::Waiting(_))).then(|| self.clock.now());
        if let Some(one) = self.board().get_mut(&id) {
            (one.state, one.ended_at) = (state, ended_at);
        }
    }

    /// Asks until it ends; the seat is free then.
    async fn attend(&self, id: SignInId, asked: &Asked, pin: Pin, seat: OwnedSemaphorePermit) {
        let settle = |token| {
            let (desk, asked) = (self.clone(), asked.clone());
            async move { desk.settle(&asked, token).await }
        };
        let ended = confirmed(&self.reach, &pin, settle, |told| self.set(id, State::Waiting(told))).await;
        self.set(id, ended.unwrap_or(State::Expired));
        drop(seat);
    }

    /// Finds out whose token it is, and keeps it. A problem is one that may pass.
    async fn settle(&self, asked: &Asked, token: Secret) -> std::result::Result<State, Problem> {
        let cloud = self.reach.cloud();
        let account = match cloud.user(&token).await {
            Ok(account) => account,
            Err(fault) => {
                let problem = Problem::of_fault(Whom::Cloud, &fault);
                return if problem.is_refusal() { Ok(State::Refused(problem)) } else { Err(problem) };
            }
        };
        let owns = self.owns_the_server(&token).await?;
        match (asked.whose, owns) {
            (Whose::Owner, Some(false)) => {
                let sentence = "this account does not own the media server, so its token was not kept; sign in as the \
                                owner, or let them sign in for themselves";
                Ok(State::Refused(Problem::new(Why::NotTheOwner, sentence)))
            }
            // Who owns the server is its owner, whatever was meant. One that cannot be asked is believed to be theirs.
            (_, Some(true)) if !self.reach.tokens().is_configured() => {
                self.keep(account, Whose::Owner, token, &asked.by).await
            }
            (whose, _) => self.keep(account, whose, token, &asked.by).await,
        }
    }

    /// Whether the account owns the server; unknown where that does not say who it is.
    async fn owns_the_server(&self, token: &Secret) -> std::result::Result<Option<bool>, Problem> {
        let machine = match self.reach.server().identity().await {
            Ok(identity) => identity.machine,
            Err(fault) => {
                tracing::debug!(%fault, "the server does not say who it is; whoever signs in is believed");
                return Ok(None);
            }
        };
        let listed = self.reach.cloud().resources(token).await;
        let listed = listed.map_err(|fault| Problem::of_fault(Whom::Cloud, &fault))?;
        Ok(Some(listed.iter().any(|one| one.machine == machine && one.owned)))
    }

    async fn keep(
        &self,
        account: Account,
        whose: Whose,
        token: Secret,
        by: &Actor,
    ) -> std::result::Result<State, Problem> {
        let tokens = self.reach.tokens().clone();
        let wanted =
            account.username.clone().filter(|name| !name.is_empty()).unwrap_or(account.title.clone());
        let (_, cards) = tokens.cards();
        let name = cards.get(&account.id).map(|card| card.name.clone()).unwrap_or_else(|| {
            let mut taken = cards.values().map(|card| card.name.clone()).collect();
            unlike(shown(&wanted).to_owned(), account.id, &mut taken)
        });
        let mut card = fresh(account.id, name.clone());
        (card.uuid, card.title) = (Some(account.uuid), shown(&account.title).to_owned());
        let by = by.clone();
        let kept = blocking(move || match whose {
            Whose::Owner => tokens.sign_in_owner(token, &by),
            Whose::User => tokens.sign_in_user(card, token, &by),
        });
        kept.await.map_err(|error| {
            tracing::error!(%error, "a token that was signed in could not be kept");
            Problem::new(Why::ServerUnavailable, "the store could not keep the token; the log says more")
        })?;
        tracing::info!(user = name, whose = whose.name(), "signed in to Plex");
        self.people.refresh_soon();
        Ok(State::Done { name, whose })
    }
}
