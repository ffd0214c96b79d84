//! Signing in by PIN: we get a code, the person enters it at plex.tv, we get a token. No public address is needed.

use std::time::Duration;

use super::cloud::Cloud;
use super::fault::{Fault, Kind};
use super::wire;
use crate::domain::secret::Secret;

/// A code that waits for a person.
#[derive(Clone, PartialEq, Debug)]
pub struct Pin {
    /// Its number, to ask with.
    pub id: u64,
    /// The code. Whoever enters it gives their token to this installation.
    pub code: Secret,
    /// How long it is valid.
    pub valid_for: Duration,
}

/// What came of a code.
#[derive(Clone, PartialEq, Debug)]
pub enum SignIn {
    /// Nobody entered it yet. Ask again, once per second at most.
    Waiting,
    /// Somebody did; this is the token of their account.
    Done(Secret),
    /// It is too late.
    Expired,
}

const PLEX: &str = "https://plex.tv";

impl Cloud {
    /// Gets a code.
    pub async fn begin_sign_in(&self) -> Result<Pin, Fault> {
        let mut url = self.url(PLEX, &["api", "v2", "pins"])?;
        url.query_pairs_mut().append_pair("strong", "true");
        let answer = self.http.ask(&self.post(url, None)).await?;
        match answer.json()? {
            wire::cloud::Pin { id: Some(id), code: Some(code), expires_in, .. } => {
                Ok(Pin { id, code, valid_for: Duration::from_secs(expires_in.unwrap_or(900)) })
            }
            _ => Err(Fault::bad_answer(&answer.who, "a PIN without id or code")),
        }
    }

    /// Where the person enters it; afterwards their browser goes to `forward`.
    pub fn sign_in_page(&self, pin: &Pin, forward: Option<&str>) -> Result<String, Fault> {
        // Escaped as a query; plex.tv reads what follows `#?` as one.
        let mut page = self.url("https://app.plex.tv", &["auth"])?;
        page.query_pairs_mut()
            .append_pair("clientID", &self.http.device().identifier)
            .append_pair("code", pin.code.expose())
            .append_pair("context[device][product]", "Cacherr")
            .extend_pairs(forward.map(|to| ("forwardUrl", to)));
        Ok(page.as_str().replacen('?', "#?", 1))
    }

    /// Asks what came of it.
    pub async fn poll_sign_in(&self, pin: &Pin) -> Result<SignIn, Fault> {
        let url = self.url(PLEX, &["api", "v2", "pins", &pin.id.to_string()])?;
        match self.http.ask(&self.get(url, None)).await {
            Ok(answer) => {
                Ok(answer.json::<wire::cloud::Pin>()?.auth_token.map_or(SignIn::Waiting, SignIn::Done))
            }
            Err(fault) if fault.kind() == Kind::NotFound => Ok(SignIn::Expired),
            Err(fault) => Err(fault),
        }
    }
}
