//! What a media server tells, turned into requests to the engine: who plays what is written down, what plays is cached at
//! once, and what comes next behind it.
//!
//! Start with `plays` (what a playback is, pure) and `watcher` (where its beginnings and ends come from); `play` follows
//! one, `ahead` says what comes next, `line` keeps the server's notices coming, [`status`] is what people see of all this.
//!
//! **Invariant:** nothing here touches a file or changes a row: the engine is asked. **Invariant:** what a server, a
//! webhook or plex.tv says is a reason to look, never a reason to give anything back: a question that fails changes nothing.

mod ahead;
mod line;
mod play;
mod plays;
pub mod status;
mod watcher;

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::{Mutex, mpsc, watch};
use tokio::task::JoinHandle;

use crate::cacher::Cacher;
use crate::clock::Clock;
use crate::domain::mapping::Mapping;
use crate::domain::media::people::Viewer;
use crate::domain::media::tip::Tip;
use crate::error::Error;
use crate::plex::Client;

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
    /// The server; none until somebody signs in.
    pub client: Option<Client>,
    /// What a viewer is called.
    pub name: Arc<dyn Fn(&Viewer) -> String + Send + Sync>,
    /// Episodes after the one that plays.
    pub episodes_ahead: usize,
    /// A playback shorter than this leaves nothing behind that is not cached yet.
    pub min_watch: SignedDuration,
    /// How often things are done.
    pub rhythm: Rhythm,
}

/// What everybody here works with.
struct Context {
    cacher: Cacher,
    mapping: Mapping,
    name: Arc<dyn Fn(&Viewer) -> String + Send + Sync>,
    episodes_ahead: usize,
    min_watch: SignedDuration,
    rhythm: Rhythm,
    board: status::Board,
    claims: Mutex<play::Claims>,
}

impl Context {
    /// Asks the engine, off the threads that wait.
    async fn off<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Cacher) -> crate::Result<T> + Send + 'static,
    ) -> crate::Result<T> {
        let cacher = self.cacher.clone();
        match tokio::task::spawn_blocking(move || ask(&cacher)).await {
            Ok(answer) => answer,
            Err(error) => Err(Error::io("ask", "the engine", std::io::Error::other(error.to_string()))),
        }
    }
}

/// The media server, watched. A clone is another handle.
#[derive(Clone)]
pub struct Media(Arc<Inner>);

struct Inner {
    context: Arc<Context>,
    tips: mpsc::Sender<Tip>,
    clients: std::sync::Mutex<Option<watch::Sender<Option<Client>>>>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Media {
    /// Begins to watch. Called within the runtime.
    #[must_use]
    pub fn start(parts: Parts) -> Self {
        let Parts { cacher, clock, mapping, client, name, episodes_ahead, min_watch, rhythm } = parts;
        let context = Arc::new(Context {
            cacher,
            mapping,
            name,
            episodes_ahead,
            min_watch,
            rhythm,
            board: status::Board::new(clock),
            claims: Mutex::default(),
        });
        let (tips, told) = mpsc::channel(TIPS);
        let (clients, named) = watch::channel(client);
        let task = tokio::spawn(watcher::watch(context.clone(), told, named));
        let clients = std::sync::Mutex::new(Some(clients));
        Self(Arc::new(Inner { context, tips, clients, task: Mutex::new(Some(task)) }))
    }

    /// Takes what a webhook told. Never waits.
    pub fn tip(&self, tip: Tip) {
        if self.0.tips.try_send(tip).is_err() {
            tracing::debug!("a tip was passed over: there are too many");
        }
    }

    /// How it stands with the server.
    #[must_use]
    pub fn status(&self) -> Status {
        self.0.context.board.read()
    }

    /// From now on this server is watched, or none.
    pub fn connect(&self, client: Option<Client>) {
        if let Some(clients) = &*self.0.clients.lock().unwrap_or_else(std::sync::PoisonError::into_inner) {
            clients.send_replace(client);
        }
    }

    /// Ends. Playbacks go on, as far as anybody knows; the next start asks.
    pub async fn stop(&self) {
        drop(self.0.clients.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take());
        if let Some(task) = self.0.task.lock().await.take()
            && tokio::time::timeout(ENDING, task).await.is_err()
        {
            tracing::warn!("watching the media server did not end in time");
        }
    }
}

impl std::fmt::Debug for Media {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Media").field("status", &self.status()).finish_non_exhaustive()
    }
}
