//! plex.tv: accounts, the servers they may use, their watchlists.
//!
//! [`accounts`] tells who there is, [`watchlist`] and [`feed`] what they wish for. Every call names the account by its
//! token, since the watchlist of one must never be taken for another's.
//!
//! **Invariant:** a token goes to hosts of plex.tv, or to the one that the owner has set in their place, and nowhere else.
//! **Invariant:** two requests begin at least `plex.cloud_interval` apart.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use reqwest::header::HeaderValue;

use super::device::Device;
use super::fault::{Fault, Kind, shown};
use super::http::pace::Pace;
use super::http::{Ask, Http, web_address};
use super::patience::Patience;
use super::tls::Trust;
use crate::domain::secret::Secret;

pub mod accounts;
pub mod feed;
pub mod watchlist;

/// The hosts of plex.tv that are asked.
const PLEX: &str = "https://plex.tv";
const CLIENTS: &str = "https://clients.plex.tv";
const DISCOVER: &str = "https://discover.provider.plex.tv";

/// The most that is read of an answer.
const LARGEST: usize = 16 << 20;

/// plex.tv. Cheap to clone; the clones wait for each other.
#[derive(Clone)]
pub struct Cloud {
    pub(super) http: Arc<Http>,
    /// Who is asked in the place of every host of plex.tv.
    instead: Option<Url>,
}

impl std::fmt::Debug for Cloud {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cloud").field("instead", &self.instead.as_ref().map(shown)).finish_non_exhaustive()
    }
}

impl Cloud {
    /// plex.tv, or what stands at `cloud_url` in its place. Nothing is sent yet.
    pub fn new(
        cloud_url: &str,
        interval: Duration,
        device: Device,
        patience: Patience,
    ) -> Result<Self, Fault> {
        let url = web_address(cloud_url).ok_or_else(|| {
            Fault::new(
                Kind::Unreachable,
                "plex.cloud_url is no address; leave it out, or set https://plex.tv",
            )
        })?;
        let instead = (shown(&url) != PLEX).then_some(url);
        let http = Http::new(device, patience, Trust::Roots, Pace::new(interval));
        Ok(Self { http: Arc::new(http), instead })
    }

    /// An address at a host of plex.tv; each part of the path is escaped.
    pub(super) fn url(&self, host: &str, path: &[&str]) -> Result<Url, Fault> {
        let mut url = address(host)?;
        if let Ok(mut parts) = url.path_segments_mut() {
            parts.pop_if_empty().extend(path);
        }
        Ok(url)
    }

    /// A request that reads. The token is left out where the host is none of plex.tv.
    pub(super) fn get<'a>(&self, url: Url, token: Option<&'a Secret>) -> Ask<'a> {
        self.addressed(Ask::get(url, token, LARGEST))
    }

    /// A request that changes something.
    pub(super) fn post<'a>(&self, url: Url, token: Option<&'a Secret>) -> Ask<'a> {
        self.addressed(Ask::post(url, token, LARGEST))
    }

    fn addressed<'a>(&self, mut ask: Ask<'a>) -> Ask<'a> {
        if !is_plex(&ask.url) {
            ask.token = None;
            ask.anonymous = true;
            return ask;
        }
        let Some(instead) = &self.instead else { return ask };
        let meant = ask.url.host_str().unwrap_or_default().to_owned();
        // These fail for addresses without a host only; both were found to have one.
        let moved = ask.url.set_scheme(instead.scheme()).is_ok()
            && ask.url.set_host(instead.host_str()).is_ok()
            && ask.url.set_port(instead.port()).is_ok();
        debug_assert!(moved, "an address of http has a host");
        match HeaderValue::from_str(&meant) {
            Ok(meant) => ask.header("x-forwarded-host", meant),
            Err(_) => ask,
        }
    }

    /// Whether plain `http` may be followed: where somebody stands in for plex.tv in the own network.
    fn plain_is_fine(&self) -> bool {
        self.instead.is_some()
    }
}

/// Whether this is a host of plex.tv, and reached in a way that nobody reads along.
fn is_plex(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    url.scheme() == "https" && url.port().is_none() && (host == "plex.tv" || host.ends_with(".plex.tv"))
}

/// An address that somebody gave us.
fn address(text: &str) -> Result<Url, Fault> {
    Url::parse(text).map_err(|_| Fault::bad_answer("plex.tv", "something that is no address"))
}

/// Adds to the query.
fn with<'a>(mut url: Url, query: impl IntoIterator<Item = (&'a str, &'a str)>) -> Url {
    url.query_pairs_mut().extend_pairs(query);
    url
}
