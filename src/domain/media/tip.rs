//! What a webhook tells: a hint that somebody did something.

use super::{RatingKey, ServerPath};
use crate::domain::file::closed_names;

/// A hint. It may be late, repeated or of another server: a reason to look, never the truth.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tip {
    /// What happened.
    pub event: TipEvent,
    /// Which video it is about.
    pub video: Option<RatingKey>,
    /// Which file it is about, as the media server sees it.
    pub file: Option<ServerPath>,
    /// Who did it, by the name that the sender uses.
    pub user: Option<String>,
}

/// What happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TipEvent {
    /// Somebody pressed play.
    Started,
    /// The player waits for a person.
    Paused,
    /// It goes on.
    Resumed,
    /// The player ended.
    Stopped,
    /// It was watched, as far as the media server is concerned.
    Scrobbled,
    /// Something came into the library, or On Deck changed.
    LibraryChanged,
    /// Anything else.
    Other,
}

closed_names!(TipEvent {
    Started => "started",
    Paused => "paused",
    Resumed => "resumed",
    Stopped => "stopped",
    Scrobbled => "scrobbled",
    LibraryChanged => "library_changed",
    Other => "other",
});
