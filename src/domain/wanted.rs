//! Wishes: one person wants one file, because one source said so.
//!
//! A source (what is next for a user, a watchlist, …) speaks of items; whoever asks it turns them into files of ours. What
//! is made of all wishes together is decided in `plan`.
//!
//! **Invariant:** a wish is what a source said last, however long ago that was. It ends when the source says so, never
//! because a question failed.

use std::path::PathBuf;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::file::{Metadata, Operation, closed_names};
use super::time::Time;

/// One person's wish for one file, as one source says it.
#[derive(Clone, PartialEq, Debug)]
pub struct Wanted {
    /// The library path.
    pub path: PathBuf,
    /// Its bytes.
    pub size: u64,
    /// Whose wish it is.
    pub user: String,
    /// Why.
    pub operation: Operation,
    /// Who says so.
    pub source: Source,
    /// When that source first said so for that user. It stays over all cycles in which the wish stands.
    pub since: Time,
    /// How many episodes after the one that is current: 0 is the item itself.
    pub ahead: u32,
    /// How many minutes after the end of the current episode it begins; 0 for the item itself.
    pub minutes: u32,
    /// Where it stands in its show, if it is an episode.
    pub series: Option<Series>,
    /// What is known of the film or episode.
    pub metadata: Metadata,
    /// For how long the source has not confirmed it though it was asked; none while it does.
    pub age: SignedDuration,
}

/// The place of an episode in its show. Ordered as one watches.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Series {
    /// What identifies the show. Compared, never shown.
    pub show: String,
    /// Number of the season; 0 are the specials.
    pub season: u32,
    /// Number of the episode in it.
    pub episode: u32,
}

/// Who says that a file is wanted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Source {
    /// The media server's list of what is next.
    OnDeck,
    /// The media server's list of what was begun.
    ContinueWatching,
    /// A watchlist, asked for with its owner's token.
    Watchlist,
    /// A watchlist's feed.
    Feed,
    /// A person.
    Manual,
}

closed_names!(Source {
    OnDeck => "on_deck",
    ContinueWatching => "continue_watching",
    Watchlist => "watchlist",
    Feed => "feed",
    Manual => "manual",
});
