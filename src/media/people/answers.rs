//! What Plex answered the last time, question by question. An answer holds until the next good one.

use std::collections::BTreeMap;

use super::person::{Problem, Whom, Why};
use crate::domain::media::people::{Account, Friend, HomeUser, LocalAccount, SharedUser};
use crate::domain::media::{Section, ServerIdentity};
use crate::domain::time::Time;
use crate::media::tokens::Origin;
use crate::plex::Fault;

/// The last good answer to a question, and what went wrong since.
#[derive(Clone, Debug)]
pub struct Known<T> {
    /// The answer, and when it came.
    pub answer: Option<(T, Time)>,
    /// Why there was none the last time.
    pub problem: Option<Problem>,
}

impl<T> Default for Known<T> {
    fn default() -> Self {
        Self { answer: None, problem: None }
    }
}

impl<T> Known<T> {
    /// The last good answer.
    pub fn get(&self) -> Option<&T> {
        self.answer.as_ref().map(|(answer, _)| answer)
    }

    /// When it came.
    pub fn at(&self) -> Option<Time> {
        self.answer.as_ref().map(|(_, at)| *at)
    }

    /// Takes over what came. Says whether it was an answer.
    pub fn take(&mut self, came: Result<T, Fault>, whom: Whom, now: Time) -> bool {
        match came {
            Ok(answer) => *self = Self { answer: Some((answer, now)), problem: None },
            Err(fault) => self.problem = Some(Problem::of_fault(whom, &fault)),
        }
        self.problem.is_none()
    }
}

/// Whether a token worked.
#[derive(Clone, Default, Debug)]
pub struct Check {
    /// When it last did.
    pub worked_at: Option<Time>,
    /// Why it did not since.
    pub problem: Option<Problem>,
}

impl Check {
    pub fn works(now: Time) -> Self {
        Self { worked_at: Some(now), problem: None }
    }
}

/// The checks of somebody's tokens.
#[derive(Clone, Default, Debug)]
pub struct Checks {
    /// At plex.tv.
    pub account: Check,
    /// At the server.
    pub server: Check,
}

/// The owner's token, without the token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Holding {
    /// Where it comes from.
    pub origin: Origin,
    /// When it was signed in.
    pub since: Option<Time>,
}

/// The server, as plex.tv lists it for an account.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// Whether the account owns it.
    pub owned: bool,
}

/// Everything that was answered.
#[derive(Clone, Debug)]
pub struct Answers {
    /// The owner's token, or why there is none.
    pub owner: Result<Holding, Problem>,
    /// Who the server is.
    pub identity: Known<ServerIdentity>,
    /// Its sections, as the owner sees them.
    pub sections: Known<Vec<Section>>,
    /// Whom it counts.
    pub locals: Known<Vec<LocalAccount>>,
    /// Whose token the owner's is.
    pub account: Known<Account>,
    /// The server, as plex.tv lists it for that account.
    pub listed: Known<Option<Listed>>,
    /// The home.
    pub home: Known<Vec<HomeUser>>,
    /// The friends.
    pub friends: Known<Vec<Friend>>,
    /// With whom this server is shared.
    pub shared: Known<Vec<SharedUser>>,
    /// Tokens of others, by their account.
    pub checks: BTreeMap<u64, Checks>,
}

impl Answers {
    /// Whether plex.tv says that the token belongs to somebody who does not own this server.
    pub fn is_not_the_owners(&self) -> bool {
        self.listed.get().is_some_and(|listed| listed.as_ref().is_none_or(|listed| !listed.owned))
    }

    /// Why plex.tv could not be asked for one of its lists, if it could not.
    pub fn cloud_problem(&self) -> Option<&Problem> {
        let lists = [&self.home.problem, &self.friends.problem, &self.shared.problem];
        self.account.problem.as_ref().or_else(|| lists.into_iter().find_map(Option::as_ref))
    }
}

impl Default for Answers {
    fn default() -> Self {
        let needed =
            "nobody has signed in as the owner of the media server yet; sign in, or set plex.token_file";
        Self {
            owner: Err(Problem::new(Why::SignInNeeded, needed)),
            identity: Known::default(),
            sections: Known::default(),
            locals: Known::default(),
            account: Known::default(),
            listed: Known::default(),
            home: Known::default(),
            friends: Known::default(),
            shared: Known::default(),
            checks: BTreeMap::new(),
        }
    }
}
