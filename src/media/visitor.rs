//! Logging in here by signing in to Plex: somebody opens a page of plex.tv, says yes there, and we know who they are.
//!
//! **Invariant:** their token is asked once, whose it is, and dropped: it is not kept, and nothing else is asked with it.
//! **Invariant:** who they are to the media server is what plex.tv told the owner of it, never what a server in the network
//! says. **Invariant:** so many wait and no more; what nobody fetches is forgotten, and it is fetched once, by whoever began.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::SignedDuration;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::people::{Kind, People, Problem, Snapshot, Whom, Why, shown};
use super::reach::Reach;
use super::sign_in::{ask_for_code, confirmed, expiry};
use crate::clock::Clock;
use crate::domain::id::SignInId;
use crate::domain::rules::UserKind;
use crate::domain::secret::Secret;
use crate::domain::time::Time;
use crate::error::{Error, Result};
use crate::random;

/// So many wait at once. They have seats of their own: whoever is not let in yet keeps nobody from signing in.
const WAITING: usize = 16;
/// And so many of one address.
const WAITING_THERE: usize = 4;
/// For so long after its end one can be fetched.
const KEPT: SignedDuration = SignedDuration::from_mins(2);

/// Somebody whom plex.tv vouches for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Visitor {
    /// Their account at plex.tv.
    pub account: u64,
    /// How we call them.
    pub name: String,
    /// What they are to the media server.
    pub kind: UserKind,
}

/// How far one is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum State {
    /// Nobody said yes yet. A problem is what went wrong the last time plex.tv was asked.
    Waiting(Option<Problem>),
    /// They are known.
    Known(Visitor),
    /// It took too long.
    Expired,
    /// They have nothing to do with this media server.
    Refused(Problem),
}

/// What is needed to go on with one.
#[derive(Debug)]
pub struct Begun {
    /// By this whoever began asks for it; nobody else has it.
    pub claim: Secret,
    /// The page where it is confirmed.
    pub page: Secret,
    /// The code that the page knows it by.
    pub code: Secret,
    /// Until when.
    pub expires_at: Time,
}

/// All that wait. A clone is another handle; with the last one they end.
#[derive(Clone)]
pub struct Visits {
    desk: Desk,
    tasks: Arc<Mutex<JoinSet<()>>>,
    seats: Arc<Semaphore>,
}

#[derive(Clone)]
struct Desk {
    reach: Reach,
    people: People,
    clock: Arc<dyn Clock>,
    board: Arc<Mutex<Board>>,
}

type Board = BTreeMap<SignInId, Visit>;

struct Visit {
    from: IpAddr,
    claim: Secret,
    state: State,
    ended_at: Option<Time>,
}

impl Visits {
    /// Nobody comes yet.
    #[must_use]
    pub fn new(reach: Reach, people: People, clock: Arc<dyn Clock>) -> Self {
        let desk = Desk { reach, people, clock, board: Arc::default() };
        Self { desk, tasks: Arc::default(), seats: Arc::new(Semaphore::new(WAITING)) }
    }

    /// Whether it can be said who somebody is: the owner of the media server is connected.
    #[must_use]
    pub fn are_possible(&self) -> bool {
        self.desk.people.snapshot().account.is_some()
    }

    /// Begins one for whoever asks from there.
    ///
    /// # Errors
    /// Too many wait, or too many from there; plex.tv does not answer; the owner is not connected.
    pub async fn begin(&self, from: IpAddr) -> Result<Begun> {
        if !self.are_possible() {
            let sentence =
                "Plex is not connected yet, so it cannot say who somebody is; log in with a password";
            return Err(Error::Forbidden(sentence.to_owned()));
        }
        self.desk.forget_old();
        let is_waiting = |one: &&Visit| one.from == from && one.ended_at.is_none();
        if self.desk.board().values().filter(is_waiting).count() >= WAITING_THERE {
            return Err(Error::TooManySignIns { waiting: WAITING_THERE });
        }
        let seat = self.seats.clone().try_acquire_owned();
        let seat = seat.map_err(|_| Error::TooManySignIns { waiting: WAITING })?;
        let (pin, page) = ask_for_code(&self.desk.reach, None).await?;
        let (id, claim) = (SignInId::new(), Secret::new(random::hex::<24>()?));
        let (code, expires_at) = (pin.code.clone(), expiry(&pin, self.desk.clock.now()));
        let visit = Visit { from, claim: claim.clone(), state: State::Waiting(None), ended_at: None };
        self.desk.board().insert(id, visit);
        let desk = self.desk.clone();
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        // Those that ended leave something behind until they are taken note of.
        while tasks.try_join_next().is_some() {}
        tasks.spawn(async move {
            let settle = |token| {
                let desk = desk.clone();
                async move { desk.settle(token).await }
            };
            let waiting = |told| desk.set(id, State::Waiting(told));
            let ended = confirmed(&desk.reach, &pin, settle, waiting).await;
            desk.set(id, ended.unwrap_or(State::Expired));
            drop(seat);
        });
        Ok(Begun { claim, page, code, expires_at })
    }

    /// How far it is; once it has ended it is told once.
    ///
    /// # Errors
    /// There is none, or none any more.
    pub fn fetch(&self, claim: &str) -> Result<State> {
        self.desk.forget_old();
        let mut board = self.desk.board();
        let found = board.iter().find(|(_, visit)| visit.claim.matches(claim));
        let (id, visit) = found.ok_or(Error::NotFound { what: "sign-in" })?;
        let (id, state) = (*id, visit.state.clone());
        if visit.ended_at.is_some() {
            board.remove(&id);
        }
        Ok(state)
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

impl Desk {
    fn board(&self) -> MutexGuard<'_, Board> {
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

    /// Finds out who it is. A problem is one that may pass.
    async fn settle(&self, token: Secret) -> std::result::Result<State, Problem> {
        match self.reach.cloud().user(&token).await {
            Ok(account) => {
                let called = account.username.filter(|name| !name.is_empty()).unwrap_or(account.title);
                let visitor = visitor(&self.people.snapshot(), account.id, shown(&called));
                Ok(visitor.map_or_else(State::Refused, State::Known))
            }
            Err(fault) => match Problem::of_fault(Whom::Cloud, &fault) {
                problem if problem.is_refusal() => Ok(State::Refused(problem)),
                problem => Err(problem),
            },
        }
    }
}

/// Who an account is to the media server, as plex.tv told its owner.
fn visitor(snapshot: &Snapshot, account: u64, called: &str) -> std::result::Result<Visitor, Problem> {
    let of = |kind, name: &str| Visitor { account, name: name.to_owned(), kind };
    if snapshot.account == Some(account) {
        return Ok(of(UserKind::Owner, called));
    }
    let known = snapshot.people.iter().find(|person| person.account == Some(account));
    match known.map(|person| (person.kind, &*person.name)) {
        Some((Kind::Home, name)) => Ok(of(UserKind::Home, name)),
        Some((Kind::Shared, name)) => Ok(of(UserKind::Shared, name)),
        // Of the owner it was said above by their account alone.
        Some((Kind::Owner | Kind::Friend | Kind::Local, _)) | None => {
            let sentence = "this media server is not shared with that Plex account";
            Err(Problem::new(Why::NotShared, sentence))
        }
    }
}
