//! What was asked: a request, read once, with what Plex looks at.

use std::ops::Range;

use poem::http::{HeaderMap, Method};
use poem::{Request, RequestBody};

/// Whom the request means. One address answers for all of them: `X-Forwarded-Host`, or `Host` where that is one of
/// theirs, tells which.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Host {
    Server,
    /// plex.tv and clients.plex.tv.
    Cloud,
    /// discover.provider.plex.tv.
    Discover,
    /// metadata.provider.plex.tv, which lost the watchlists in 2025.
    Metadata,
    /// rss.plex.tv.
    Feeds,
    /// community.plex.tv, which speaks GraphQL.
    Community,
    /// Some other host of Plex's.
    Unknown,
}

impl Host {
    fn read(headers: &HeaderMap) -> (Self, String) {
        let named = |name| headers.get(name).and_then(|value: &poem::http::HeaderValue| value.to_str().ok());
        let name = named("x-forwarded-host").or_else(|| named("host")).unwrap_or_default();
        let name = name.split(':').next().unwrap_or_default().to_ascii_lowercase();
        let host = match name.as_str() {
            "plex.tv" | "www.plex.tv" | "clients.plex.tv" => Self::Cloud,
            "discover.provider.plex.tv" => Self::Discover,
            "metadata.provider.plex.tv" => Self::Metadata,
            "rss.plex.tv" => Self::Feeds,
            "community.plex.tv" => Self::Community,
            other if other.ends_with(".plex.tv") => Self::Unknown,
            _ => Self::Server,
        };
        (host, name)
    }
}

/// A request.
pub(super) struct Asked {
    pub method: Method,
    pub host: Host,
    /// As it was named.
    pub host_name: String,
    pub path: String,
    pub query: Vec<(String, String)>,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// Whether a page that is asked for is given, or everything.
    pub heeds_paging: bool,
    /// Where the simulator is reached.
    pub origin: String,
}

impl Asked {
    pub async fn read(request: &Request, body: &mut RequestBody, origin: String) -> Self {
        let (host, host_name) = Host::read(request.headers());
        let body = match body.take() {
            Ok(body) => body.into_vec().await.unwrap_or_default(),
            Err(_) => vec![],
        };
        let path = request.uri().path();
        Self {
            method: request.method().clone(),
            host,
            host_name,
            // A slash at the end makes no difference to Plex.
            path: if path == "/" { path } else { path.trim_end_matches('/') }.to_owned(),
            query: request.params().unwrap_or_default(),
            headers: request.headers().clone(),
            body,
            heeds_paging: true,
            origin,
        }
    }

    /// The parts of the path.
    pub fn parts(&self) -> Vec<&str> {
        self.path.split('/').filter(|part| !part.is_empty()).collect()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// What Plex takes as a header or as a parameter.
    pub fn plex(&self, name: &str) -> Option<&str> {
        self.header(name).or_else(|| self.param(name)).filter(|value| !value.is_empty())
    }

    pub fn token(&self) -> Option<&str> {
        self.plex("X-Plex-Token")
    }

    pub fn wants_json(&self) -> bool {
        self.header("accept").is_some_and(|accept| accept.contains("application/json"))
    }

    pub fn is_on(&self, param: &str) -> bool {
        self.param(param) == Some("1")
    }

    /// Which of so many are asked for; all when no page is.
    pub fn page(&self, total: usize) -> Option<Range<usize>> {
        let number = |name| self.plex(name).and_then(|text| text.parse::<usize>().ok());
        let (start, size) = (number("X-Plex-Container-Start"), number("X-Plex-Container-Size"));
        if !self.heeds_paging || (start.is_none() && size.is_none()) {
            return None;
        }
        let start = start.unwrap_or(0).min(total);
        Some(start..start.saturating_add(size.unwrap_or(total)).min(total))
    }
}
