//! A media server: what is in its library, what was begun, what plays.
//!
//! [`library`] lists and reads items, [`deck`] tells what comes next, [`playing`] who plays and what was played. Lists come
//! whole: `paging` fetches page after page and believes nothing that the server says about them.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;

use super::device::Device;
use super::fault::{Fault, Kind, shown};
use super::http::pace::Pace;
use super::http::{Answer, Ask, Http, web_address};
use super::patience::Patience;
use super::tls::Trust;
use super::wire;
use crate::domain::media::people::LocalAccount;
use crate::domain::media::{Preference, ServerIdentity};
use crate::domain::secret::Secret;
use crate::domain::time::Time;

pub mod deck;
pub mod library;
mod paging;
pub mod playing;
mod search;

/// A media server, seen by one token. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    pub(super) http: Arc<Http>,
    pub(super) base: Url,
    pub(super) token: Secret,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("server", &shown(&self.base)).finish_non_exhaustive()
    }
}

impl Client {
    /// A client of the server at this address. Nothing is sent yet.
    pub fn new(
        url: &str,
        token: Secret,
        device: Device,
        patience: Patience,
        trust: Trust,
    ) -> Result<Self, Fault> {
        let base = web_address(url).ok_or_else(no_address)?;
        let http = Http::new(device, patience, trust, Pace::new(Duration::ZERO));
        Ok(Self { http: Arc::new(http), base, token })
    }

    /// Scheme, host and port of the server; nothing else of its address may be shown.
    #[must_use]
    pub fn origin(&self) -> String {
        shown(&self.base)
    }

    /// The same server as somebody else sees it.
    #[must_use]
    pub fn with_token(&self, token: Secret) -> Self {
        Self { token, ..self.clone() }
    }

    /// Another server, with a token for it. Nothing is sent yet, and nothing of this one's.
    pub fn elsewhere(&self, url: &str, token: Secret) -> Result<Self, Fault> {
        let base = web_address(url).ok_or_else(no_address)?;
        Ok(Self { http: self.http.clone(), base, token })
    }

    /// Who the server is. It tells everybody, so this says nothing about the token.
    pub async fn identity(&self) -> Result<ServerIdentity, Fault> {
        let ask = Ask::get(self.url(&["identity"]), None, self.http.patience().largest);
        let answer = self.http.ask(&ask).await?;
        let identity = answer.container::<wire::server::Identity>()?;
        ServerIdentity::try_from(identity).map_err(|missing| missing.fault(&answer))
    }

    /// What time it is there, to the second; `None` where it does not say.
    pub async fn time(&self) -> Result<Option<Time>, Fault> {
        let ask = Ask::get(self.url(&["identity"]), None, self.http.patience().largest);
        Ok(self.http.ask(&ask).await?.header("date").and_then(Time::from_http_date))
    }

    /// The accounts that the server counts: 1 is its owner.
    pub async fn accounts(&self) -> Result<Vec<LocalAccount>, Fault> {
        let answer = self.read(self.url(&["accounts"])).await?;
        Ok(wire::usable(answer.container::<wire::server::Accounts>()?.accounts))
    }

    /// Its preferences.
    pub async fn preferences(&self) -> Result<Vec<Preference>, Fault> {
        let answer = self.read(self.url(&[":", "prefs"])).await?;
        Ok(wire::usable(answer.container::<wire::server::Settings>()?.settings))
    }

    pub(super) async fn read(&self, url: Url) -> Result<Answer, Fault> {
        self.http.ask(&Ask::get(url, Some(&self.token), self.http.patience().largest)).await
    }

    /// An address below the server's; each part is escaped, so that none can lead elsewhere.
    pub(super) fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        url.set_query(None);
        url.set_fragment(None);
        if let Ok(mut parts) = url.path_segments_mut() {
            parts.pop_if_empty().extend(path);
        }
        url
    }

    /// The address that a `key` in the answer to `asked` means: absolute, or as seen from there. It has to be on the
    /// same server, since the token goes along.
    fn follow(&self, asked: &Url, key: &str) -> Result<Url, Fault> {
        let who = shown(&self.base);
        let mut from = asked.clone();
        from.set_path(&format!("{}/", from.path().trim_end_matches('/')));
        let below = self.base.path().trim_end_matches('/');
        let target = if key.starts_with('/') && !key.starts_with("//") {
            from.join(&format!("{below}{key}"))
        } else {
            from.join(key)
        };
        let target = target.map_err(|_| Fault::bad_answer(&who, "a key that is no address"))?;
        if target.origin() != self.base.origin() {
            return Err(Fault::bad_answer(&who, "a key that leads to another server"));
        }
        Ok(target)
    }
}

fn no_address() -> Fault {
    Fault::new(
        Kind::Unreachable,
        "the address of the media server is none; it looks like http://192.168.1.2:32400",
    )
}

/// Adds to the query.
fn with<'a>(mut url: Url, query: impl IntoIterator<Item = (&'a str, &'a str)>) -> Url {
    url.query_pairs_mut().extend_pairs(query);
    url
}
