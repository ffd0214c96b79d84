//! The state of a simulated server, and what people do to it.
//!
//! **Invariant:** one lock around plain data. A change and what is told of it happen under the same hold of the lock, so
//! that nobody hears of what cannot be read yet.

mod acts;
mod deck;
mod item;
mod library;
mod person;
mod session;
mod wishes;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use poem::http::Uri;
use tokio::sync::broadcast;

use super::notices::Notice;
use super::webhooks::{self, Message};
use crate::clock::Clock;
use crate::error::Result;

pub(crate) use item::{Item, Part, Version};
pub use item::{Kind, RatingKey, Video};
pub(crate) use library::Section;
pub use library::Visibility;
pub use person::{Person, PersonId, Role};
pub(crate) use person::{Reach, Tokens};
pub(crate) use session::Session;
pub use session::{PlayState, Player, SessionKey};
pub use wishes::Title;
pub(crate) use wishes::{Feed, FeedKind, Pin, Wish};

use deck::View;

/// So many notices are kept for a listener that is late.
const BACKLOG: usize = 4096;

/// A server with its people. Clones are handles of the same one.
#[derive(Clone)]
pub struct World {
    state: Arc<Mutex<State>>,
    notices: broadcast::Sender<Notice>,
    messages: broadcast::Sender<Message>,
}

/// Everything there is to know of a server.
pub(crate) struct State {
    clock: Arc<dyn Clock>,
    pub machine: String,
    pub version: String,
    pub prefs: BTreeMap<String, String>,
    pub sections: BTreeMap<u32, Section>,
    pub items: BTreeMap<RatingKey, Item>,
    pub people: BTreeMap<PersonId, Person>,
    pub tokens: Tokens,
    pub sessions: BTreeMap<SessionKey, Session>,
    pub views: BTreeMap<(PersonId, RatingKey), View>,
    /// In Continue Watching though seen to the end, as it happens on real servers.
    pub lingering: BTreeSet<(PersonId, RatingKey)>,
    pub history: Vec<Seen>,
    pub titles: BTreeMap<String, Title>,
    pub wishes: Vec<Wish>,
    /// Whose watchlist friends do not see.
    pub private: BTreeSet<PersonId>,
    pub pins: BTreeMap<u64, Pin>,
    pub feeds: BTreeMap<String, Feed>,
    /// Where Plex's view of files differs from that of this process: its prefix, ours.
    pub mounts: Vec<(PathBuf, PathBuf)>,
    /// Folders of this process that Plex does not see: links that lead there lead nowhere for it.
    pub hidden: BTreeSet<PathBuf>,
    /// Whether plex.tv tells the owner the tokens of those with whom libraries are shared.
    pub tells_share_tokens: bool,
    /// Whether feeds have left rss.plex.tv, as they did in 2026.
    pub feeds_moved: bool,
    /// Where the server sends what happens.
    pub webhooks: Vec<Uri>,
    /// The next number of anything that is numbered.
    next: u64,
}

/// One line of the history.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub number: u64,
    pub person: PersonId,
    pub item: RatingKey,
    pub at: i64,
}

impl World {
    /// A claimed server with no library and nobody in it.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let prefs = [
            ("FriendlyName", "Simulator"),
            ("FSEventLibraryUpdatesEnabled", "1"),
            ("FSEventLibraryPartialScanEnabled", "1"),
            ("autoEmptyTrash", "1"),
            ("LibraryVideoPlayedThreshold", "90"),
            ("OnDeckWindow", "16"),
        ];
        let state = State {
            clock,
            machine: "96f2fe7a78c9dc1f16a16bedbe90f98149be16b4".to_owned(),
            version: "1.43.0.10492-121068a07".to_owned(),
            prefs: prefs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            sections: BTreeMap::new(),
            items: BTreeMap::new(),
            people: BTreeMap::new(),
            tokens: Tokens::default(),
            sessions: BTreeMap::new(),
            views: BTreeMap::new(),
            lingering: BTreeSet::new(),
            history: vec![],
            titles: BTreeMap::new(),
            wishes: vec![],
            private: BTreeSet::new(),
            pins: BTreeMap::new(),
            feeds: BTreeMap::new(),
            mounts: vec![],
            hidden: BTreeSet::new(),
            tells_share_tokens: true,
            feeds_moved: true,
            webhooks: vec![],
            next: 1,
        };
        let (notices, messages) = (broadcast::Sender::new(BACKLOG), broadcast::Sender::new(BACKLOG));
        Self { state: Arc::new(Mutex::new(state)), notices, messages }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn listen(&self) -> broadcast::Receiver<Notice> {
        self.notices.subscribe()
    }

    /// Told to whoever listens; to nobody is fine. Called while the lock is held.
    fn tell(&self, notice: Notice) {
        let _ = self.notices.send(notice);
    }

    pub(super) fn listen_for_webhooks(&self) -> broadcast::Receiver<Message> {
        self.messages.subscribe()
    }

    /// Sent to whoever the owner named; to nobody is fine. Called while the lock is held.
    fn send(&self, message: Option<Message>) {
        if let Some(message) = message {
            let _ = self.messages.send(message);
        }
    }

    /// From now on the server sends what happens to this address, too, as its owner says it at plex.tv.
    ///
    /// # Errors
    /// It is no address that begins with `http://`.
    pub fn send_webhooks_to(&self, url: &str) -> Result<()> {
        let address = webhooks::read_address(url)?;
        self.state().webhooks.push(address);
        Ok(())
    }

    /// From now on the server sends nothing to anybody.
    pub fn forget_webhooks(&self) {
        self.state().webhooks.clear();
    }

    /// How many listen at the moment.
    #[must_use]
    pub fn listeners(&self) -> usize {
        self.notices.receiver_count()
    }

    /// The identity that everything about the server names.
    #[must_use]
    pub fn machine_identifier(&self) -> String {
        self.state().machine.clone()
    }

    /// All that opens something, or did: tokens, and what stands in the addresses of feeds. For those who look whether any of
    /// it was seen where it should not be.
    #[must_use]
    pub fn secrets(&self) -> BTreeSet<String> {
        let state = self.state();
        state.tokens.ever().chain(state.feeds.keys()).cloned().collect()
    }

    /// Changes a preference, by its name at `/:/prefs`.
    pub fn set_preference(&self, name: &str, value: &str) {
        let mut state = self.state();
        state.prefs.insert(name.to_owned(), value.to_owned());
        self.tell(Notice::preference(name, value));
    }

    /// Files that Plex sees below `plex` lie below `ours` for this process. Without such a line they are where Plex says.
    pub fn mount(&self, plex: impl AsRef<Path>, ours: impl AsRef<Path>) {
        self.state().mounts.push((plex.as_ref().to_path_buf(), ours.as_ref().to_path_buf()));
    }

    /// Whether Plex sees what lies below a folder, by its real path: a container without the mount does not.
    pub fn see(&self, folder: impl AsRef<Path>, sees: bool) {
        let mut state = self.state();
        if sees {
            state.hidden.remove(folder.as_ref());
        } else {
            state.hidden.insert(folder.as_ref().to_path_buf());
        }
    }

    /// Whether plex.tv tells the owner the tokens of those with whom libraries are shared. It did until 2026.
    pub fn tell_share_tokens(&self, tells: bool) {
        self.state().tells_share_tokens = tells;
    }

    /// Whether feeds have left rss.plex.tv for discover.provider.plex.tv, as in July 2026.
    pub fn move_feeds(&self, moved: bool) {
        self.state().feeds_moved = moved;
    }
}

impl State {
    /// Seconds since the epoch.
    pub fn now(&self) -> i64 {
        self.clock.now().as_micros() / 1_000_000
    }

    pub fn number(&mut self) -> u64 {
        let number = self.next;
        self.next += 1;
        number
    }

    pub fn pref(&self, name: &str) -> &str {
        self.prefs.get(name).map_or("", String::as_str)
    }

    /// Where a file of Plex's lies for this process.
    pub fn ours(&self, file: &str) -> PathBuf {
        let file = Path::new(file);
        let below =
            |(plex, ours): &(PathBuf, PathBuf)| file.strip_prefix(plex).ok().map(|rest| ours.join(rest));
        self.mounts.iter().find_map(below).unwrap_or_else(|| file.to_path_buf())
    }

    /// Whether Plex finds something there.
    pub fn finds(&self, path: &Path) -> bool {
        let is_hidden = |real: PathBuf| self.hidden.iter().any(|folder| real.starts_with(folder));
        path.canonicalize().is_ok_and(|real| !is_hidden(real))
    }

    pub fn owner(&self) -> Option<&Person> {
        self.people.values().find(|person| person.is_owner())
    }
}
