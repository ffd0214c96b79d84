//! What a source last said of one person's wishes, as it is remembered: so that they stay in force while nobody answers.
//!
//! A source speaks in lists (a section's deck, an entry of a watchlist with what the library has of it), and each is
//! remembered by itself: what happens to one says nothing of the others. How an answer follows from the one before is
//! decided in `librarian::fold`.
//!
//! **Invariant:** an item is here because a source said so, and with it the instant at which it first did.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::file::{Metadata, Operation};
use super::time::Time;
use super::wanted::{Series, Source};

/// What one source last said of one person.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Answer {
    /// Whose wishes, as the server counts people: 1 is its owner, everybody else goes by their account.
    pub person: u64,
    /// Who said so.
    pub source: Source,
    /// How we call that person.
    pub user: String,
    /// When it was first asked.
    pub first_asked: Time,
    /// When it last answered; none where it never did.
    pub at: Option<Time>,
    /// What it said, list by list, in the order of their names.
    pub lists: Vec<List>,
}

/// One list of a source.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct List {
    /// What tells it from the other lists of its source.
    pub name: String,
    /// When it was last confirmed; none where it never was answered.
    pub at: Option<Time>,
    /// Since when it comes empty, which is not believed yet.
    pub doubt: Option<Time>,
    /// Since when nobody confirms it: asked for in vain, doubted, or not asked for any more. None where it was confirmed when
    /// it was last asked for, however long ago that is: who was not asked has not failed.
    pub silent: Option<Time>,
    /// What is on it.
    pub items: Vec<Item>,
}

/// A film or an episode that somebody wishes for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Item {
    /// The server's number of it.
    pub key: String,
    /// The identifier that is the same on every server.
    pub guid: Option<String>,
    /// The files of the version that is meant.
    pub files: Vec<ItemFile>,
    /// Why.
    pub operation: Operation,
    /// How many episodes after the one that is current.
    pub ahead: u32,
    /// How many minutes after the end of the current one it begins; 0 for the item itself.
    pub minutes: u32,
    /// Where it stands in its show, if it is an episode.
    pub series: Option<Series>,
    /// What is known of it.
    pub metadata: Metadata,
    /// When this source first named it for this person.
    pub first_said: Time,
}

/// One file of an item.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ItemFile {
    /// Where it lies, as the media server sees it.
    pub path: String,
    /// Its bytes; 0 where the server does not say.
    pub size: u64,
}

impl Answer {
    /// Before the first answer.
    #[must_use]
    pub fn unheard(person: u64, source: Source, user: String, now: Time) -> Self {
        Self { person, source, user, first_asked: now, at: None, lists: vec![] }
    }

    /// Whether the source, or a list of it, never answered: then nobody can say what is not wished for.
    #[must_use]
    pub fn is_blind(&self) -> bool {
        self.at.is_none() || self.lists.iter().any(|list| list.at.is_none())
    }

    /// The lists that still hold, and when each was last confirmed: those that have been silent for no longer than the
    /// grace.
    pub fn in_force(&self, now: Time, grace: SignedDuration) -> impl Iterator<Item = (&List, Time)> {
        self.lists.iter().filter_map(move |list| {
            let at = list.at?;
            (list.silence(now) <= grace).then_some((list, at))
        })
    }

    /// Everything that it names.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.lists.iter().flat_map(|list| &list.items)
    }
}

impl List {
    /// For how long nobody has confirmed it. A clock that was set back makes that none.
    #[must_use]
    pub fn silence(&self, now: Time) -> SignedDuration {
        self.silent.map_or(SignedDuration::ZERO, |since| now.since(since).max(SignedDuration::ZERO))
    }
}

impl Item {
    /// Whether both are the same film or episode: a library that was made anew gives other numbers.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self.key == other.key || (self.guid.is_some() && self.guid == other.guid)
    }
}
