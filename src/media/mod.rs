//! What happens at the media server: who its people are and how we know their wishes; and what it tells, turned into
//! requests to the engine: who plays what is written down, what plays is cached at once, and what comes next behind it.
//!
//! People: start with [`household`]. [`tokens`] owns what the program obtained itself, [`people`] asks who there is,
//! [`sign_in`] lets somebody in, [`reach`] is how Plex is asked for all of them.
//!
//! Playbacks: start with `plays` (what a playback is, pure) and `watcher` (where its beginnings and ends come from); `play`
//! follows one, `ahead` says what comes next, `line` keeps the server's notices coming, [`status`] is what people see.
//!
//! **Invariant:** a token is used for whom it was given, and for nothing else: nobody is asked for with the owner's.
//! **Invariant:** nothing here touches a file or changes a row of one: the engine is asked. **Invariant:** what a server, a
//! webhook or plex.tv says is a reason to look, never a reason to give anything back: a question that fails changes nothing.

pub mod ahead;
pub mod bridge;
pub mod household;
mod line;
mod owner;
pub mod people;
mod play;
mod plays;
pub mod pseudonyms;
pub mod reach;
mod reader;
pub mod search;
pub mod sign_in;
pub mod status;
pub mod tokens;
pub mod visitor;
mod watcher;

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::{Mutex, mpsc, watch};
use tokio::task::JoinHandle;

use crate::cacher::Cacher;
use crate::clock::Clock;
use crate::domain::mapping::Mapping;
use crate::domain::media::tip::Tip;
use crate::domain::rules::{House, Rules};
use crate::domain::settings::{Versions, Viewers};
use crate::live::Hub;

pub use household::Household;
pub use line::Retry;
pub use status::{State, Status};
pub use watcher::Rhythm;

/// So many tips wait; what comes in a flood is found by asking.
const TIPS: usize = 64;
/// So long is waited for what was begun before the process ends.
const ENDING: Duration = Duration::from_secs(5);

/// What is needed to watch a media server.
pub struct Parts {
    /// The running engine.
    pub cacher: Cacher,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The server's view of files and ours.
    pub mapping: Mapping,
    /// Its people, and how it is reached.
    pub household: Household,
    /// What the engine tells.
    pub hub: Hub,
    /// Whose playbacks ask for what.
    pub house: House,
    /// Which versions of what comes next.
    pub versions: Versions,
    /// Whose playbacks ask for something, by where they watch.
    pub viewers: Viewers,
    /// A playback shorter than this leaves nothing behind that is not cached yet.
    pub min_watch: SignedDuration,
    /// How often things are done.
    pub rhythm: Rhythm,
}

/// What everybody here works with.
struct Context {
    cacher: Cacher,
    mapping: Mapping,
    household: Household,
    house: House,
    versions: Versions,
    viewers: Viewers,
    min_watch: SignedDuration,
    rhythm: Rhythm,
    board: status::Board,
    claims: Mutex<play::Claims>,
    /// Rises when the server has something else to say than before.
    changes: watch::Sender<Changes>,
}

/// How often the server had something else to say than before.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Changes {
    /// Of its library: files came or went, or may have while nobody listened.
    pub library: u64,
    /// Of somebody's wishes.
    pub wishes: u64,
}

impl Context {
    /// What holds for somebody. Who is not known has the rules of everybody.
    fn rules(&self, user: Option<&str>) -> Rules {
        let Some(user) = user else { return *self.house.everybody() };
        self.house.of(user, self.household.people().snapshot().kind_of(user))
    }

    /// The server has something else to say than before, of its library.
    fn library_changed(&self) {
        self.changes.send_modify(|changes| changes.library += 1);
    }

    /// The same of somebody's wishes.
    fn wishes_changed(&self) {
        self.changes.send_modify(|changes| changes.wishes += 1);
    }

    /// Asks the engine, off the threads that wait.
    async fn off<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Cacher) -> crate::Result<T> + Send + 'static,
    ) -> crate::Result<T> {
        bridge::ask(&self.cacher, ask).await
    }
}

/// The media server, watched. A clone is another handle.
#[derive(Clone)]
pub struct Media(Arc<Inner>);

struct Inner {
    context: Arc<Context>,
    tips: mpsc::Sender<Tip>,
    running: Mutex<Option<Running>>,
}

struct Running {
    watching: JoinHandle<()>,
    asking: [JoinHandle<()>; 3],
}

impl Media {
    /// Begins to watch. Called within the runtime.
    #[must_use]
    pub fn start(parts: Parts) -> Self {
        let Parts { cacher, clock, mapping, household, hub, house, versions, viewers, min_watch, rhythm } =
            parts;
        let context = Arc::new(Context {
            cacher,
            mapping,
            household: household.clone(),
            house,
            versions,
            viewers,
            min_watch,
            rhythm,
            board: status::Board::new(clock),
            claims: Mutex::default(),
            changes: watch::Sender::new(Changes::default()),
        });
        let (tips, told) = mpsc::channel(TIPS);
        let (naming, named) = watch::channel(owner::Named::Unknown);
        let reading = tokio::spawn(reader::ask(context.clone(), named.clone(), hub));
        let watching = tokio::spawn(watcher::watch(context.clone(), told, named));
        let owner = tokio::spawn(owner::keep(household.clone(), naming));
        let people = tokio::spawn(async move { household.run().await });
        let running = Running { watching, asking: [owner, people, reading] };
        Self(Arc::new(Inner { context, tips, running: Mutex::new(Some(running)) }))
    }

    /// The people of the server, and how it is reached.
    #[must_use]
    pub fn household(&self) -> &Household {
        &self.0.context.household
    }

    /// Takes what a webhook told. Never waits.
    pub fn tip(&self, tip: Tip) {
        if self.0.tips.try_send(tip).is_err() {
            tracing::debug!("a tip was passed over: there are too many");
        }
    }

    /// Hears when its library or somebody's wishes may be other than before.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<Changes> {
        self.0.context.changes.subscribe()
    }

    /// How it stands with the server.
    #[must_use]
    pub fn status(&self) -> Status {
        self.0.context.board.read()
    }

    /// Ends. Playbacks go on, as far as anybody knows; the next start asks.
    pub async fn stop(&self) {
        self.household().stop().await;
        let Some(Running { watching, asking }) = self.0.running.lock().await.take() else { return };
        // With the one who names servers, the watcher ends.
        asking.iter().for_each(JoinHandle::abort);
        match tokio::time::timeout(ENDING, watching).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "watching the media server had panicked"),
            Err(_) => tracing::warn!("watching the media server did not end in time"),
        }
    }
}

impl std::fmt::Debug for Media {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Media").field("status", &self.status()).finish_non_exhaustive()
    }
}
