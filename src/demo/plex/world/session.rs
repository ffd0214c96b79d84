//! What is being played.

use super::item::RatingKey;
use super::person::PersonId;

/// Names a session, for as long as it lasts.
pub type SessionKey = u64;

/// What a player does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PlayState {
    /// It plays.
    Playing,
    /// It stands still.
    Paused,
    /// It waits for data.
    Buffering,
    /// It has ended.
    Stopped,
}

impl PlayState {
    /// The word on the wire.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Playing => "playing",
            Self::Paused => "paused",
            Self::Buffering => "buffering",
            Self::Stopped => "stopped",
        }
    }

    pub(crate) fn read(word: &str) -> Option<Self> {
        [Self::Playing, Self::Paused, Self::Buffering, Self::Stopped]
            .into_iter()
            .find(|state| state.word() == word)
    }
}

/// On what something is played.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Player {
    /// What tells it from others.
    pub identifier: String,
    /// What people call it.
    pub title: String,
    /// Which program it is.
    pub product: String,
    /// On which system.
    pub platform: String,
    /// Whether the server converts for it rather than sending the file as it is.
    pub transcodes: bool,
    /// Whether it is elsewhere than the server.
    pub remote: bool,
}

impl Player {
    /// A browser of this name that plays files as they are.
    #[must_use]
    pub fn named(title: &str) -> Self {
        let identifier = blake3::hash(title.as_bytes()).to_hex()[..24].to_owned();
        let (product, platform) = ("Plex Web".to_owned(), "Firefox".to_owned());
        Self { identifier, title: title.to_owned(), product, platform, transcodes: false, remote: false }
    }

    /// One for which the server converts.
    #[must_use]
    pub fn transcoding(self) -> Self {
        Self { transcodes: true, ..self }
    }

    /// One elsewhere than the server.
    #[must_use]
    pub fn remote(self) -> Self {
        Self { remote: true, ..self }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub key: SessionKey,
    pub person: PersonId,
    pub item: RatingKey,
    /// Which of the item's versions.
    pub version: usize,
    pub player: Player,
    pub state: PlayState,
    /// Milliseconds.
    pub offset: u64,
    /// It has played, and was not only about to.
    pub begun: bool,
    /// Counted as seen already.
    pub seen: bool,
}

impl Session {
    /// What a webhook tells of it, if anything.
    pub fn turn_to(&mut self, state: PlayState) -> Option<&'static str> {
        let was = std::mem::replace(&mut self.state, state);
        match state {
            PlayState::Playing if !std::mem::replace(&mut self.begun, true) => Some("media.play"),
            PlayState::Playing if was == PlayState::Paused => Some("media.resume"),
            PlayState::Paused if was != PlayState::Paused && self.begun => Some("media.pause"),
            PlayState::Stopped if self.begun => Some("media.stop"),
            PlayState::Playing | PlayState::Paused | PlayState::Buffering | PlayState::Stopped => None,
        }
    }
}
