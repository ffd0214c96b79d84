//! What goes wrong with Plex.
//!
//! **Invariant:** the sentence of a fault holds no token, no address beyond scheme, host and port, no header, and of a
//! body at most a short text without markup.

use std::time::Duration;

use reqwest::Url;

use crate::names::Unknown;

/// Why there is no answer, and what to do about it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{sentence}")]
pub struct Fault {
    kind: Kind,
    sentence: String,
}

/// The kinds of faults, closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// The token is bad. Nothing else says so.
    Unauthorized,
    /// It may not do this, or a PIN is needed; the token is as good as before.
    Refused,
    /// There is no such thing.
    NotFound,
    /// No answer in time.
    Timeout,
    /// No connection, or it broke.
    Unreachable,
    /// Asked too often.
    RateLimited {
        /// How long to wait, if it was said.
        retry_after: Option<Duration>,
    },
    /// The answer is not one that Plex gives.
    BadAnswer,
    /// The answer is larger than any that is read.
    TooLarge,
    /// No encrypted connection that can be trusted.
    Tls,
    /// The server failed by itself.
    ServerError,
}

impl Kind {
    /// Its stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unauthorized => "unauthorized",
            Self::Refused => "refused",
            Self::NotFound => "not_found",
            Self::Timeout => "timeout",
            Self::Unreachable => "unreachable",
            Self::RateLimited { .. } => "rate_limited",
            Self::BadAnswer => "bad_answer",
            Self::TooLarge => "too_large",
            Self::Tls => "tls",
            Self::ServerError => "server_error",
        }
    }
}

impl Fault {
    /// What kind it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    pub(super) fn new(kind: Kind, sentence: impl Into<String>) -> Self {
        Self { kind, sentence: sentence.into() }
    }

    pub(super) fn bad_answer(who: &str, what: impl std::fmt::Display) -> Self {
        Self::new(
            Kind::BadAnswer,
            format!("{who} gave an answer that cannot be used: {what}; is this address a Plex server?"),
        )
    }

    /// From what happened on the way. `reqwest` puts addresses into its texts; none of them is used.
    pub(super) fn of_transport(error: &reqwest::Error, who: &str) -> Self {
        let chain = || {
            std::iter::successors(Some(error as &(dyn std::error::Error + 'static)), |error| error.source())
        };
        if let Some(tls) = chain().find_map(tls_cause) {
            return Self::of_tls(&tls, who);
        }
        if error.is_timeout() {
            return Self::timeout(who);
        }
        if let Some(unknown) = chain().find_map(|error| error.downcast_ref::<Unknown>()) {
            return Self::of_name(unknown, who);
        }
        let cause = chain().find_map(|error| error.downcast_ref::<std::io::Error>());
        let cause = cause.map_or("the connection broke".to_owned(), |error| error.kind().to_string());
        Self::unreachable(who, &cause)
    }

    /// A name that is not found has no kind of its own.
    pub(super) fn of_name(unknown: &Unknown, who: &str) -> Self {
        Self::new(Kind::Unreachable, format!("{who} cannot be reached: {unknown}"))
    }

    pub(super) fn of_tls(error: &rustls::Error, who: &str) -> Self {
        Self::new(
            Kind::Tls,
            format!(
                "no trusted encrypted connection to {who}: {error}; check its certificate, or allow this server's \
                 own certificate explicitly"
            ),
        )
    }

    pub(super) fn timeout(who: &str) -> Self {
        Self::new(
            Kind::Timeout,
            format!("{who} did not answer in time; it is tried again later, check its load and the network"),
        )
    }

    pub(super) fn unreachable(who: &str, cause: &str) -> Self {
        Self::new(
            Kind::Unreachable,
            format!("{who} cannot be reached ({cause}); check that it runs and that the address is right"),
        )
    }

    pub(super) fn too_large(who: &str, limit: usize) -> Self {
        Self::new(
            Kind::TooLarge,
            format!("{who} sent more than {limit} bytes; nothing was read, is this address a Plex server?"),
        )
    }

    /// From a status that is no success. `said` is what the body says, as plain text.
    pub(super) fn of_status(status: u16, retry_after: Option<Duration>, said: &str, who: &str) -> Self {
        let said = if said.is_empty() { String::new() } else { format!(" ({said})") };
        let (kind, sentence) = match status {
            401 => (
                Kind::Unauthorized,
                format!("{who} does not accept the token{said}; sign in again or set a valid one"),
            ),
            404 => (Kind::NotFound, format!("{who} knows nothing of this{said}; it may have been removed")),
            429 => (
                Kind::RateLimited { retry_after },
                format!("{who} was asked too often{said}; it is asked again later"),
            ),
            500.. => (
                Kind::ServerError,
                format!("{who} failed with status {status}{said}; it is tried again later, look at its log"),
            ),
            400..500 => (
                Kind::Refused,
                format!("{who} refused with status {status}{said}; check what this account may do"),
            ),
            _ => (
                Kind::BadAnswer,
                format!("{who} answered with status {status}{said}; set the address that it leads to"),
            ),
        };
        Self { kind, sentence }
    }

    /// Whether asking the same again may help.
    pub(super) fn may_pass(&self) -> bool {
        match self.kind {
            Kind::Timeout | Kind::Unreachable | Kind::RateLimited { .. } | Kind::ServerError => true,
            Kind::Unauthorized
            | Kind::Refused
            | Kind::NotFound
            | Kind::BadAnswer
            | Kind::TooLarge
            | Kind::Tls => false,
        }
    }
}

/// What of an address may be shown: user, path and query may hold secrets.
pub(super) fn shown(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// The error of rustls in this one; io errors hide theirs from `source()`.
fn tls_cause(error: &(dyn std::error::Error + 'static)) -> Option<rustls::Error> {
    match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
        Some(inner) => tls_cause(inner),
        None => error.downcast_ref::<rustls::Error>().cloned(),
    }
}
