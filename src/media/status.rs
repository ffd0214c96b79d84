//! How it stands with the media server, for people.
//!
//! **Invariant:** what is told here is true or says how old it is: a question that failed changes nothing that was known, it
//! is shown beside it.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::clock::Clock;
use crate::domain::file::closed_names;
use crate::domain::media::{ServerIdentity, ServerPath};
use crate::domain::time::Time;
use crate::plex::Fault;

/// So many paths that no library covers are named.
const UNMAPPED: usize = 20;

/// How it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Status {
    /// In a word.
    pub state: State,
    /// Since when.
    pub since: Time,
    /// The server, as it introduced itself the last time.
    pub server: Option<ServerIdentity>,
    /// When it last said who plays.
    pub asked_at: Option<Time>,
    /// Whether it tells of playbacks by itself. Where it does not, it is asked more often.
    pub line: Line,
    /// What went wrong the last time it was asked; none since it went well.
    pub problem: Option<Problem>,
    /// Files that somebody played and that no library covers, as the server sees them: at most 20.
    pub unmapped: Vec<ServerPath>,
}

/// How it stands, in a word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// There is no token: nobody signed in.
    NotConnected,
    /// It was not reached yet.
    Connecting,
    /// It answers.
    Connected,
    /// It does not answer, or not sensibly. It is asked again and again.
    Unreachable,
    /// It does not accept the token: somebody has to sign in anew.
    TokenRefused,
}

closed_names!(State {
    NotConnected => "not_connected",
    Connecting => "connecting",
    Connected => "connected",
    Unreachable => "unreachable",
    TokenRefused => "token_refused",
});

/// The line of notices.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Line {
    /// It is open since then.
    Open(Time),
    /// It is closed, and why if it was open before or could not be opened.
    Closed(Option<String>),
}

/// What went wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// Its stable name.
    pub code: String,
    /// In a sentence, with what to do.
    pub text: String,
    /// Since when it goes wrong.
    pub since: Time,
}

/// Where the status is written down.
pub(super) struct Board {
    clock: std::sync::Arc<dyn Clock>,
    status: Mutex<(Status, BTreeSet<ServerPath>)>,
}

impl Board {
    pub fn new(clock: std::sync::Arc<dyn Clock>) -> Self {
        let status = Status {
            state: State::NotConnected,
            since: clock.now(),
            server: None,
            asked_at: None,
            line: Line::Closed(None),
            problem: None,
            unmapped: vec![],
        };
        Self { clock, status: Mutex::new((status, BTreeSet::new())) }
    }

    pub fn read(&self) -> Status {
        let board = self.lock();
        Status { unmapped: board.1.iter().cloned().collect(), ..board.0.clone() }
    }

    fn lock(&self) -> MutexGuard<'_, (Status, BTreeSet<ServerPath>)> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, state: State) {
        let now = self.clock.now();
        let status = &mut self.lock().0;
        if status.state != state {
            (status.state, status.since) = (state, now);
        }
    }

    /// Another server, or none: nothing of what was known holds.
    pub fn begin(&self, state: State) {
        self.enter(state);
        let board = &mut *self.lock();
        board.0 = Status {
            server: None,
            asked_at: None,
            line: Line::Closed(None),
            problem: None,
            ..board.0.clone()
        };
        board.1.clear();
    }

    /// The server introduced itself.
    pub fn introduced(&self, server: ServerIdentity) {
        self.lock().0.server = Some(server);
    }

    /// It said who plays.
    pub fn answered(&self) {
        self.enter(State::Connected);
        let now = self.clock.now();
        let status = &mut self.lock().0;
        (status.asked_at, status.problem) = (Some(now), None);
    }

    /// A question failed. Returns whether the same was known already.
    pub fn failed(&self, fault: &Fault, state: State) -> bool {
        self.enter(state);
        let now = self.clock.now();
        let status = &mut self.lock().0;
        let code = fault.kind().name();
        let known = status.problem.as_ref().filter(|known| known.code == code);
        let is_known = known.is_some();
        let since = known.map_or(now, |known| known.since);
        status.problem = Some(Problem { code: code.to_owned(), text: fault.to_string(), since });
        is_known
    }

    /// The line of notices opened, or closed.
    pub fn line(&self, closed: Option<String>) {
        let now = self.clock.now();
        self.lock().0.line = closed.map_or(Line::Open(now), |why| Line::Closed(Some(why)));
    }

    /// A file that no library covers was played. Returns whether that is news.
    pub fn unmapped(&self, file: &ServerPath) -> bool {
        let paths = &mut self.lock().1;
        paths.len() < UNMAPPED && paths.insert(file.clone())
    }
}
