//! The words: who somebody is to the server, and how we know what they wish for.

use crate::domain::file::closed_names;
use crate::domain::rules::UserKind;
use crate::domain::time::Time;
use crate::plex;

/// Somebody who watches.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Person {
    /// The number of the account at plex.tv.
    pub account: Option<u64>,
    /// The server's own number; 1 is its owner.
    pub local: Option<u64>,
    /// The identifier of the account at plex.tv.
    pub uuid: Option<String>,
    /// How we call them everywhere, for good: the user name, else the title, as they were first seen.
    pub name: String,
    /// How Plex calls them now.
    pub title: String,
    /// What they are to the server.
    pub kind: Kind,
    /// How we know what they wish for; one for each source.
    pub knows: Vec<Knowledge>,
}

/// What somebody is to the server. Who is several things is the first of them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// Whose server it is.
    Owner,
    /// A user of the home.
    Home,
    /// Libraries are shared with them.
    Shared,
    /// A friend, with whom this server is not shared.
    Friend,
    /// The server counts them, and plex.tv does not tell who they are.
    Local,
}

closed_names!(Kind {
    Owner => "owner",
    Home => "home",
    Shared => "shared",
    Friend => "friend",
    Local => "local",
});

impl From<Kind> for UserKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Owner => Self::Owner,
            Kind::Home => Self::Home,
            Kind::Shared | Kind::Friend | Kind::Local => Self::Shared,
        }
    }
}

/// Where a wish shows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Source {
    /// What they play right now.
    Playback,
    /// What is next for them.
    OnDeck,
    /// What they have begun.
    ContinueWatching,
    /// What they have put on their list.
    Watchlist,
    /// What they have played.
    History,
}

closed_names!(Source {
    Playback => "playback",
    OnDeck => "on_deck",
    ContinueWatching => "continue_watching",
    Watchlist => "watchlist",
    History => "history",
});

/// By which way a source is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// The owner's token sees it.
    OwnerToken,
    /// Their own token, by a switch within the home.
    HomeSwitch,
    /// The token by which the server is shared with them.
    SharedToken,
    /// The server's history tells the owner.
    ServerHistory,
    /// A feed tells the owner.
    Feed,
    /// Their own token: they signed in.
    OwnSignIn,
    /// It is not known.
    None,
}

closed_names!(Way {
    OwnerToken => "owner_token",
    HomeSwitch => "home_switch",
    SharedToken => "shared_token",
    ServerHistory => "server_history",
    Feed => "feed",
    OwnSignIn => "own_sign_in",
    None => "none",
});

/// How one source of somebody's wishes is known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Knowledge {
    /// The source.
    pub source: Source,
    /// The way.
    pub way: Way,
    /// Since when there is a token for it.
    pub since: Option<Time>,
    /// When it was last seen to work.
    pub asked_at: Option<Time>,
    /// Why it is not known, or not as well as it could be.
    pub problem: Option<Problem>,
}

/// Why something is not known, and what to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// For programs.
    pub code: Why,
    /// For people.
    pub sentence: String,
}

/// The reasons, closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Why {
    /// Nobody has signed in as the owner, and no token is configured.
    SignInNeeded,
    /// Plex does not accept the token any more.
    TokenRefused,
    /// The file with the token cannot be used.
    TokenUnreadable,
    /// A PIN protects this user of the home.
    PinProtected,
    /// Plex does not tell a token of theirs.
    NoToken,
    /// This server is not shared with them.
    NotShared,
    /// plex.tv does not tell of them.
    NotAtPlexTv,
    /// The account does not own this server.
    NotTheOwner,
    /// plex.tv did not answer.
    CloudUnavailable,
    /// The media server did not answer.
    ServerUnavailable,
}

closed_names!(Why {
    SignInNeeded => "sign_in_needed",
    TokenRefused => "token_refused",
    TokenUnreadable => "token_unreadable",
    PinProtected => "pin_protected",
    NoToken => "no_token",
    NotShared => "not_shared",
    NotAtPlexTv => "not_at_plex_tv",
    NotTheOwner => "not_the_owner",
    CloudUnavailable => "plex_tv_unavailable",
    ServerUnavailable => "server_unavailable",
});

/// Who was asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Whom {
    /// The media server.
    Server,
    /// plex.tv.
    Cloud,
}

impl Problem {
    /// In these words.
    #[must_use]
    pub fn new(code: Why, sentence: impl Into<String>) -> Self {
        Self { code, sentence: sentence.into() }
    }

    /// From a fault. Its own sentence names addresses, so that goes to the log alone.
    #[must_use]
    pub fn of_fault(whom: Whom, fault: &plex::Fault) -> Self {
        let (name, unavailable) = match whom {
            Whom::Server => ("the media server", Why::ServerUnavailable),
            Whom::Cloud => ("plex.tv", Why::CloudUnavailable),
        };
        tracing::debug!(%fault, "{name} was asked in vain");
        match fault.kind() {
            plex::Kind::Unauthorized => Self::new(
                Why::TokenRefused,
                format!("{name} does not accept the token (any more); sign in again, or set a valid one"),
            ),
            kind => Self::new(
                unavailable,
                format!(
                    "{name} did not answer as it should ({}); what it said before holds, and it is asked again",
                    kind.name()
                ),
            ),
        }
    }

    /// Whether it says that the token is bad.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        self.code == Why::TokenRefused
    }
}
