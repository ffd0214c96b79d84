//! Who watches at the media server, and how we know what they wish for.
//!
//! [`People`] asks at its start, hourly and on demand; what came of it is a [`Snapshot`], which holds until the next. One
//! round of asking is `round`, what was answered `answers`; `faces` and `join` make people of it, without asking anybody.
//!
//! **Invariant:** what is missing is said with its reason, and is no error: nobody's failure hides anybody else. The last
//! good answer holds, with its age. **Invariant:** how somebody is called is decided once, by their account.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, Notify, watch};

use super::bridge::blocking;
use super::reach::Reach;
use crate::clock::Clock;
use crate::domain::media::people::Viewer;
use crate::domain::media::{Section, ServerIdentity};
use crate::domain::rules::UserKind;
use crate::domain::secret::Secret;
use crate::domain::time::Time;

mod answers;
mod faces;
mod join;
mod person;
mod round;

pub use answers::Holding;
pub use person::{Kind, Knowledge, Person, Problem, Source, Way, Whom, Why};

pub(super) use faces::{shown, unlike};
pub(super) use round::fresh;

use answers::Answers;
use round::Round;

/// How often it is asked.
const EVERY: Duration = Duration::from_secs(60 * 60);
/// How soon after a round in which something failed; twice as long after each.
const SOON: Duration = Duration::from_secs(60);

/// What was last learnt.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Everybody, the owner first.
    pub people: Vec<Person>,
    /// The owner's token, or why there is none.
    pub owner: Result<Holding, Problem>,
    /// The account that it stands for.
    pub account: Option<u64>,
    /// Who the server is.
    pub identity: Option<ServerIdentity>,
    /// Its name.
    pub name: Option<String>,
    /// Its sections.
    pub sections: Vec<Section>,
    /// When the server last answered.
    pub server_at: Option<Time>,
    /// Why it does not, or not everything.
    pub server_problem: Option<Problem>,
    /// When plex.tv last answered.
    pub cloud_at: Option<Time>,
    /// Why it does not, or not everything.
    pub cloud_problem: Option<Problem>,
    /// When the last round ended; none before the first.
    pub asked_at: Option<Time>,
}

impl Snapshot {
    /// What somebody is to the server, by the name that rows bear.
    #[must_use]
    pub fn kind_of(&self, name: &str) -> Option<UserKind> {
        self.people.iter().find(|person| person.name == name).map(|person| person.kind.into())
    }
}

/// What came of a round.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// Everything was answered.
    Whole,
    /// Something was not.
    Partly {
        /// So long plex.tv wants to be left alone.
        wait: Duration,
    },
}

/// Who there is. A clone is another handle.
#[derive(Clone)]
pub struct People(Arc<Inner>);

struct Inner {
    reach: Reach,
    clock: Arc<dyn Clock>,
    /// Held by the round that runs.
    answers: Mutex<Answers>,
    shown: watch::Sender<Arc<Snapshot>>,
    wake: Notify,
}

impl People {
    /// Nobody is asked yet; what is kept of them is known. Blocks.
    #[must_use]
    pub fn new(reach: Reach, clock: Arc<dyn Clock>) -> Self {
        let mut answers = Answers::default();
        match reach.tokens().owner() {
            Ok(Some(owner)) => answers.owner = Ok(Holding { origin: owner.origin, since: owner.since }),
            Ok(None) => {}
            Err(error) => answers.owner = Err(Problem::new(Why::TokenUnreadable, error.to_string())),
        }
        let shown = watch::Sender::new(Arc::new(snapshot(&answers, &reach, None)));
        Self(Arc::new(Inner { reach, clock, answers: Mutex::new(answers), shown, wake: Notify::new() }))
    }

    /// What was last learnt.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.0.shown.borrow().clone()
    }

    /// Hears of each new snapshot.
    #[must_use]
    pub fn follow(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.0.shown.subscribe()
    }

    /// How we call who plays: the server tells its own number of them, and another name than ours.
    #[must_use]
    pub fn viewer_name(&self, viewer: &Viewer) -> String {
        let snapshot = self.snapshot();
        let id = viewer.id.parse::<u64>().ok();
        let people = || snapshot.people.iter();
        let person = id.and_then(|id| {
            people()
                .find(|one| one.local == Some(id))
                .or_else(|| people().find(|one| one.account == Some(id)))
        });
        match (person, shown(&viewer.title)) {
            (Some(person), _) => person.name.clone(),
            (None, "") => format!("account {}", viewer.id),
            (None, title) => title.to_owned(),
        }
    }

    /// A token that opens this person's watchlist, and nobody else's.
    #[must_use]
    pub fn watchlist_token(&self, person: &Person) -> Option<Secret> {
        self.0.reach.tokens().account_of(person.account?)
    }

    /// A token by which the server shows what this person sees.
    #[must_use]
    pub fn server_token(&self, person: &Person) -> Option<Secret> {
        self.0.reach.tokens().server_of(person.account?)
    }

    /// Asks soon: now, or once more after the round that runs.
    pub fn refresh_soon(&self) {
        self.0.wake.notify_one();
    }

    /// Forgets what was told to somebody who signed out; then asks anew.
    pub(super) fn forget(&self) {
        match self.0.answers.try_lock() {
            Ok(mut answers) => {
                *answers = Answers { identity: std::mem::take(&mut answers.identity), ..Answers::default() };
                self.show(&answers);
            }
            // The round that runs finds that its turn is over, and the next one that there is no token.
            Err(_) => self.show(&Answers::default()),
        }
        self.refresh_soon();
    }

    /// Forgets somebody, until a round finds them again.
    pub(super) fn forget_user(&self, name: &str) {
        self.0.shown.send_if_modified(|shown| {
            let is_there = shown.people.iter().any(|person| person.name == name);
            if is_there {
                Arc::make_mut(shown).people.retain(|person| person.name != name);
            }
            is_there
        });
    }

    /// Asks again and again; ends when it is dropped.
    pub async fn run(&self) {
        let mut soon = SOON;
        loop {
            let pause = match self.refresh().await {
                Outcome::Whole => {
                    soon = SOON;
                    EVERY
                }
                Outcome::Partly { wait } => {
                    let pause = soon.max(wait);
                    soon = (soon * 2).min(EVERY);
                    pause
                }
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.0.wake.notified() => soon = SOON,
            }
        }
    }

    /// Asks once. Says what came of it.
    pub async fn refresh(&self) -> Outcome {
        let Inner { reach, clock, .. } = &*self.0;
        let mut answers = self.0.answers.lock().await;
        let (turn, cards) = reach.tokens().cards();
        let mut round = Round::new(reach, clock.as_ref(), answers.clone(), cards);
        round.ask().await;
        let Round { answers: new, cards, wait, .. } = round;
        let tokens = reach.tokens().clone();
        match blocking(move || tokens.keep(turn, cards)).await {
            Ok(true) => {}
            // Somebody signed in or out meanwhile: what was asked for before is of no use any more.
            Ok(false) => {
                self.refresh_soon();
                return Outcome::Partly { wait };
            }
            Err(error) => tracing::error!(%error, "what Plex told of its people could not be kept"),
        }
        *answers = new;
        self.show(&answers);
        if wait.is_zero() && is_whole(&answers) { Outcome::Whole } else { Outcome::Partly { wait } }
    }

    fn show(&self, answers: &Answers) {
        let shown = snapshot(answers, &self.0.reach, Some(self.0.clock.now()));
        self.0.shown.send_replace(Arc::new(shown));
    }
}

/// Whether all that can be asked was answered. Without a token there is nothing to ask for.
fn is_whole(answers: &Answers) -> bool {
    answers.is_signed_out()
        || (answers.owner.is_ok() && server_problem(answers).is_none() && answers.cloud_problem().is_none())
}

fn server_problem(answers: &Answers) -> Option<&Problem> {
    let Answers { identity, locals, sections, .. } = answers;
    identity.problem.as_ref().or(locals.problem.as_ref()).or(sections.problem.as_ref())
}

fn snapshot(answers: &Answers, reach: &Reach, now: Option<Time>) -> Snapshot {
    let (_, cards) = reach.tokens().cards();
    let listed = answers.listed.get().and_then(Option::as_ref);
    let not_owner = answers.is_not_the_owners().then(|| {
        let sentence = "the account whose token this is does not own the media server, so it may not see who plays; use \
                        the owner's";
        Problem::new(Why::NotTheOwner, sentence)
    });
    Snapshot {
        people: join::join(answers, &cards),
        owner: answers.owner.clone(),
        account: answers.account.get().map(|account| account.id),
        identity: answers.identity.get().cloned(),
        name: listed.map(|listed| listed.name.clone()),
        sections: answers.sections.get().cloned().unwrap_or_default(),
        server_at: [answers.identity.at(), answers.locals.at()].into_iter().flatten().max(),
        server_problem: not_owner.or_else(|| server_problem(answers).cloned()),
        cloud_at: [answers.account.at(), answers.home.at(), answers.friends.at(), answers.shared.at()]
            .into_iter()
            .flatten()
            .max(),
        cloud_problem: answers.cloud_problem().cloned(),
        asked_at: now,
    }
}
