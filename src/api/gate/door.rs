//! Lets in, or not: from what a request shows to who asks.

use std::sync::Arc;

use poem::Request;

use super::claims::{Claim, claims};
use super::cookie::Cookie;
use super::origin::Origins;
use super::source::Source;
use crate::access::{Access, Caller};
use crate::api::bridge::blocking;
use crate::api::problem::{Code, Problem};
use crate::domain::access::{Principal, Way};
use crate::domain::settings::AccessSettings;

/// How the log calls those who need no log-in.
const LOCAL: &str = "local";

/// What the gate and those behind it need to know who asks. Clone = another handle.
#[derive(Clone, Debug)]
pub struct Door(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    access: Access,
    base_path: String,
    origins: Origins,
}

impl Door {
    /// Of an instance that is served below a path.
    #[must_use]
    pub fn new(access: Access, base_path: String) -> Self {
        let origins = Origins::of(&access.settings().allowed_origins);
        Self(Arc::new(Inner { access, base_path, origins }))
    }

    fn settings(&self) -> &AccessSettings {
        self.0.access.settings()
    }

    /// Where a request comes from.
    #[must_use]
    pub fn source(&self, request: &Request) -> Source {
        Source::of(request, &self.settings().trusted_proxies)
    }

    /// Which pages of other origins may ask.
    #[must_use]
    pub fn origins(&self) -> &Origins {
        &self.0.origins
    }

    /// The cookie for whoever asks from there.
    #[must_use]
    pub fn cookie(&self, source: &Source) -> Cookie {
        Cookie::of(&self.0.base_path, source.is_secure)
    }

    /// What a request shows of who asks.
    #[must_use]
    pub fn claims(&self, request: &Request, source: &Source, takes_tickets: bool) -> Vec<Claim> {
        let tickets = request.uri().query().filter(|_| takes_tickets);
        claims(request.headers(), source, self.settings(), self.cookie(source).name, tickets)
    }

    /// Who asks, by the first claim that holds.
    ///
    /// # Errors
    /// `Unauthorized`; the store fails.
    pub async fn admit(&self, claims: Vec<Claim>, from: &Caller) -> Result<Principal, Problem> {
        let wrong = wrong(claims.last());
        for claim in claims {
            if let Some(principal) = self.try_claim(claim, from).await? {
                return Ok(principal);
            }
        }
        Err(wrong)
    }

    async fn try_claim(&self, claim: Claim, from: &Caller) -> Result<Option<Principal>, Problem> {
        let (access, from) = (self.0.access.clone(), from.clone());
        match claim {
            Claim::Near(role) => {
                let (name, address) = (LOCAL.to_owned(), Some(from.address));
                Ok(Some(Principal { name, role, way: Way::Local, address }))
            }
            Claim::Ticket(ticket) => blocking(move || Ok(access.by_ticket(&ticket))).await,
            Claim::Key(key) => match access.by_configured_key(&key, &from) {
                Some(principal) => Ok(Some(principal)),
                None => blocking(move || Ok(access.by_key(&key, &from)?)).await,
            },
            Claim::Session(token) => blocking(move || Ok(access.by_session(&token, &from)?)).await,
            Claim::Named(name) => blocking(move || Ok(access.by_account_name(&name, &from)?)).await,
        }
    }
}

/// Why nobody was let in, by what was shown last.
fn wrong(claim: Option<&Claim>) -> Problem {
    let sentence = match claim {
        Some(Claim::Key(_)) => "this is no API key, or it was revoked or has expired",
        Some(Claim::Ticket(_)) => "the ticket is unknown, used or too old; ask for another one",
        Some(Claim::Session(_)) => "the session has ended; log in again",
        Some(Claim::Named(_)) => "whom the reverse proxy names has no account here",
        Some(Claim::Near(_)) | None => {
            "log in, or send an API key in the header X-Api-Key or as a bearer token"
        }
    };
    Problem::new(Code::Unauthorized, sentence)
}
