//! Watches one media server: listens to what it tells, asks it who plays, and lets each playback be followed.
//!
//! **Invariant:** a question that failed ends no playback. After every gap (a line that was closed, another server, our own
//! start) everything is asked for anew.

use std::collections::HashMap;
use std::future::pending;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};

use super::Context;
use super::line::{self, Said};
use super::owner::Named;
use super::play::{Beginning, follow};
use super::plays::{Change, PlayKey, Plays};
use super::status::State;
use crate::domain::media::tip::{Tip, TipEvent};
use crate::domain::media::{ServerIdentity, Session, Video};
use crate::plex::{Client, Fault, Kind};
use crate::store::Rows;

/// So many questions in a row may fail until what was told of is believed without a list.
const FAILURES: u32 = 4;
/// The same for questions that it refuses to answer: it answers at all, so it means that.
const REFUSALS: u32 = 2;
/// While a server tells nothing by itself, its library counts as changed after so long.
const UNHEARD: Duration = Duration::from_secs(60 * 60);
/// What a line says while nobody has the time to listen.
const BACKLOG: usize = 256;

/// What the server answered.
type Answer = Result<(Option<ServerIdentity>, Vec<Session>), Fault>;

/// Runs until nobody can connect it to a server any more.
pub(super) async fn watch(
    context: Arc<Context>,
    mut tips: mpsc::Receiver<Tip>,
    mut named: watch::Receiver<Named>,
) {
    loop {
        let whom = named.borrow_and_update().clone();
        let goes_on = match whom {
            Named::Server(client) => {
                context.board.begin(State::Connecting);
                context.know_people().await;
                Watching::new(context.clone(), client).run(&mut tips, &mut named).await
            }
            Named::Unknown => idle(&mut tips, &mut named).await,
            Named::Nobody => {
                tracing::info!(
                    "there is no Plex token, so nobody tells who plays; sign in, or set plex.token_file"
                );
                context.board.begin(State::NotConnected);
                context.tells(false).await;
                context.end_all_but(|_, _| false).await;
                idle(&mut tips, &mut named).await
            }
        };
        if !goes_on {
            return;
        }
    }
}

/// Waits for a server. What is told meanwhile is about none. Whether there can be another one.
async fn idle(tips: &mut mpsc::Receiver<Tip>, named: &mut watch::Receiver<Named>) -> bool {
    loop {
        tokio::select! {
            changed = named.changed() => return changed.is_ok(),
            Some(_) = tips.recv() => {}
        }
    }
}

/// A playback that is followed.
struct Followed {
    /// Told that it is over.
    ended: watch::Sender<bool>,
    /// Told what it plays now instead.
    over: mpsc::UnboundedSender<Video>,
}

struct Watching {
    context: Arc<Context>,
    client: Client,
    plays: Plays,
    /// Who tells each playback that it is over.
    followed: HashMap<PlayKey, Followed>,
    tasks: JoinSet<()>,
    /// The question that is under way.
    asking: Option<JoinHandle<Answer>>,
    /// Something was told meanwhile.
    again: bool,
    /// When it is asked next, unless something is told.
    next: Instant,
    asked: Instant,
    failures: u32,
    line_is_open: bool,
    line_was_open: bool,
    /// Since when nobody said that its library has changed, nor would have.
    unheard: Instant,
    /// It answered at least once.
    has_answered: bool,
}

impl Watching {
    fn new(context: Arc<Context>, client: Client) -> Self {
        let now = Instant::now();
        Self {
            context,
            client,
            plays: Plays::default(),
            followed: HashMap::new(),
            tasks: JoinSet::new(),
            asking: None,
            again: false,
            next: now,
            asked: now,
            failures: 0,
            line_is_open: false,
            line_was_open: false,
            unheard: now,
            has_answered: false,
        }
    }

    /// Watches until another server is named. Whether there can be one.
    async fn run(mut self, tips: &mut mpsc::Receiver<Tip>, named: &mut watch::Receiver<Named>) -> bool {
        let (to, mut said) = mpsc::channel(BACKLOG);
        let rhythm = self.context.rhythm;
        let line = tokio::spawn(line::keep(self.client.clone(), rhythm.pulse, rhythm.line, to));
        let goes_on = loop {
            tokio::select! {
                changed = named.changed() => break changed.is_ok(),
                Some(said) = said.recv() => self.hear(said),
                Some(tip) = tips.recv() => {
                    match tip.event {
                        TipEvent::LibraryChanged => self.context.library_changed(),
                        TipEvent::Scrobbled => self.context.wishes_changed(),
                        _ => {}
                    }
                    let (change, look) = self.plays.tipped(tip);
                    self.act(change, look);
                }
                answer = answer_of(&mut self.asking) => self.answered(answer).await,
                () = tokio::time::sleep_until(self.next.into()), if self.asking.is_none() => self.ask(),
                Some(joined) = self.tasks.join_next(), if !self.tasks.is_empty() => {
                    if let Err(error) = joined {
                        tracing::error!(%error, "following a playback had panicked");
                    }
                }
            }
        };
        line.abort();
        if goes_on {
            // Another server: what played at this one is not heard of any more.
            for (_, followed) in self.followed.drain() {
                followed.ended.send_replace(true);
            }
            while self.tasks.join_next().await.is_some() {}
        }
        goes_on
    }

    fn hear(&mut self, said: Said) {
        match said {
            Said::Open => {
                if self.line_was_open {
                    // Whatever happened meanwhile was not told.
                    self.context.library_changed();
                }
                (self.line_is_open, self.line_was_open) = (true, true);
                self.context.board.line(None);
                self.look();
            }
            Said::Closed(why) => {
                if self.line_is_open {
                    tracing::warn!("{why}; it is opened again");
                }
                self.line_is_open = false;
                self.context.board.line(Some(why));
                self.look();
            }
            Said::Changed => self.context.library_changed(),
            Said::Playing(playing) => {
                let (change, look) = self.plays.told(&playing, Instant::now());
                self.act(change, look);
            }
        }
    }

    fn act(&mut self, change: Option<Change>, look: bool) {
        change.into_iter().for_each(|change| self.follow(change));
        if look {
            self.look();
        }
    }

    /// Asks who plays, as soon as is polite.
    fn look(&mut self) {
        if self.asking.is_some() {
            self.again = true;
        } else {
            self.next = self.next.min(self.asked + self.context.rhythm.least);
        }
    }

    fn ask(&mut self) {
        self.asked = Instant::now();
        if self.line_is_open {
            self.unheard = self.asked;
        } else if self.unheard.elapsed() >= UNHEARD {
            self.unheard = self.asked;
            self.context.library_changed();
        }
        self.again = false;
        let (client, introduce) = (self.client.clone(), !self.has_answered);
        self.asking = Some(tokio::spawn(async move {
            let identity = if introduce { Some(client.identity().await?) } else { None };
            Ok((identity, client.sessions().await?))
        }));
    }

    async fn answered(&mut self, answer: Answer) {
        self.asking = None;
        let (now, rhythm) = (Instant::now(), self.context.rhythm);
        let poll = if self.line_is_open { rhythm.poll } else { rhythm.poll_without_line };
        self.next = now + poll;
        match answer {
            Ok((identity, sessions)) => {
                self.failures = 0;
                if let Some(identity) = identity {
                    tracing::info!(version = identity.version, "the media server answers");
                    self.context.board.introduced(identity);
                }
                self.context.board.answered();
                let changes = self.plays.listed(sessions, now);
                changes.into_iter().for_each(|change| self.follow(change));
                if !self.has_answered {
                    self.has_answered = true;
                    self.context.tells(true).await;
                    let plays = &self.plays;
                    self.context.end_all_but(|session, video| plays.goes_on(session, video)).await;
                }
                if self.again || self.plays.awaits() {
                    self.next = self.asked + rhythm.soon;
                }
            }
            Err(fault) => {
                self.failures += 1;
                self.failed(&fault, now);
            }
        }
    }

    fn failed(&mut self, fault: &Fault, now: Instant) {
        let rhythm = self.context.rhythm;
        let (state, wait) = match fault.kind() {
            // It answers; it only does not say who plays. Those whom it shares its library with are not told.
            Kind::Refused => (State::Connected, rhythm.poll),
            Kind::Unauthorized => (State::TokenRefused, rhythm.poll),
            Kind::RateLimited { retry_after } => (State::Unreachable, retry_after.unwrap_or(rhythm.again)),
            _ => (State::Unreachable, rhythm.again),
        };
        if !self.context.board.failed(fault, state) {
            tracing::warn!(%fault, "who plays is not known");
        }
        self.next = now + wait;
        let most = if fault.kind() == Kind::Refused { REFUSALS } else { FAILURES };
        let is_alone = self.failures >= most;
        let may_ask = !matches!(fault.kind(), Kind::RateLimited { .. });
        if !is_alone && may_ask && self.plays.awaits() {
            self.next = self.next.min(now + rhythm.soon);
        }
        let changes = if is_alone { self.plays.refused(now) } else { vec![] };
        changes.into_iter().for_each(|change| self.follow(change));
    }

    fn follow(&mut self, change: Change) {
        let (key, beginning) = match change {
            Change::Ended(key) => {
                if let Some(followed) = self.followed.remove(&key) {
                    followed.ended.send_replace(true);
                }
                return;
            }
            Change::WentOver(key, session) => {
                if let Some(followed) = self.followed.get(&key) {
                    // Nobody listens only where following it had panicked.
                    let _ = followed.over.send(session.video);
                }
                return;
            }
            Change::Began(key, session) => {
                let people = self.context.household.people();
                let user = session.user.as_ref().map(|viewer| people.viewer_name(viewer));
                (key.clone(), Beginning::listed(key, *session, user))
            }
            Change::Heard(key, hearsay) => (key.clone(), Beginning::heard(key, hearsay)),
        };
        let (ended, is_over) = watch::channel(false);
        let (over, others) = mpsc::unbounded_channel();
        self.followed.insert(key, Followed { ended, over });
        self.tasks.spawn(follow(self.context.clone(), self.client.clone(), beginning, is_over, others));
    }
}

/// The answer to the question that is under way; never, where none is.
async fn answer_of(asking: &mut Option<JoinHandle<Answer>>) -> Answer {
    match asking {
        Some(task) => match task.await {
            Ok(answer) => answer,
            // A panic is a bug of ours; the question is asked again, and nothing is concluded.
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        },
        None => pending().await,
    }
}

impl Context {
    /// Waits until it is known who there is, so that nobody is called by another name at first; but not for ever.
    async fn know_people(&self) {
        let mut people = self.household.people().follow();
        let known = people.wait_for(|snapshot| snapshot.asked_at.is_some());
        // Then they are called as the server calls them.
        let _ = tokio::time::timeout(self.rhythm.people, known).await;
    }

    async fn tells(&self, told: bool) {
        self.cacher.engine().told_of_playbacks(told);
    }

    /// Playbacks that earlier processes or other servers left open, and that do not go on, end.
    async fn end_all_but(&self, goes_on: impl Fn(&str, &str) -> bool) {
        let open = self.off(|cacher| cacher.engine().store().read()?.open_playbacks()).await;
        let stale = open.map(|open| {
            open.into_iter().filter(|row| !goes_on(&row.session, &row.video)).collect::<Vec<_>>()
        });
        let ended = match stale {
            Ok(stale) => {
                let end = move |cacher: &crate::cacher::Cacher| {
                    stale.iter().try_for_each(|row| cacher.engine().playback_ended(row).map(drop))
                };
                self.off(end).await
            }
            Err(error) => Err(error),
        };
        if let Err(error) = ended {
            tracing::error!(%error, "playbacks that ended meanwhile were not written down as such");
        }
    }
}

/// How often things are done.
#[derive(Clone, Copy, Debug)]
pub struct Rhythm {
    /// Who plays is asked this often while the server tells by itself, as a safety net.
    pub poll: Duration,
    /// The same while it does not.
    pub poll_without_line: Duration,
    /// Two questions are at least so far apart.
    pub least: Duration,
    /// What was told of and is in no list is looked for again after so long.
    pub soon: Duration,
    /// What could not be done is tried again after so long.
    pub again: Duration,
    /// So long is waited at first until it is known who there is.
    pub people: Duration,
    /// When a silent line is asked whether it is alive.
    pub pulse: crate::plex::notices::Pulse,
    /// When a line that ended is opened again.
    pub line: line::Retry,
}

impl Default for Rhythm {
    fn default() -> Self {
        Self {
            poll: Duration::from_secs(60),
            poll_without_line: Duration::from_secs(10),
            least: Duration::from_millis(100),
            soon: Duration::from_millis(500),
            again: Duration::from_secs(10),
            people: Duration::from_secs(2),
            pulse: crate::plex::notices::Pulse::default(),
            line: line::Retry { first: Duration::from_secs(1), longest: Duration::from_secs(60) },
        }
    }
}
