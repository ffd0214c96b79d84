//! Web pages: which of them may act with what a browser adds by itself (a cookie, an address), and which may read the
//! answers.
//!
//! **Invariant:** a page of another origin that nobody named changes nothing and hears nothing; `*` opens to those alone
//! who carry a key, and never together with what a browser adds by itself.

use poem::http::uri::{Authority, Uri};
use poem::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use poem::{Request, Response};

use super::source::Source;
use crate::api::problem::{Code, Problem};

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// What a page of another origin may send, and read.
const SENT: &str = "Authorization, Content-Type, If-None-Match, X-Api-Key";
const READ: &str = "Content-Disposition, ETag, Retry-After, X-Request-Id";
/// Seconds for which a browser need not ask again.
const ASK_AGAIN: &str = "600";

/// The origins that somebody named.
#[derive(Debug)]
pub struct Origins {
    named: Vec<String>,
    any: bool,
}

/// Who sent a request, by what a browser says of it.
#[derive(PartialEq, Debug)]
enum Sender<'a> {
    /// No page of another origin: one of ours, a person who wrote the address, or no browser at all.
    Own,
    /// A page of another origin, which is named here where the browser tells.
    Foreign(Option<&'a str>),
}

impl Sender<'_> {
    fn of<'a>(headers: &'a HeaderMap, source: &Source) -> Sender<'a> {
        let origin = headers.get(header::ORIGIN).map(|origin| origin.to_str().unwrap_or("?"));
        match headers.get(SITE).map(HeaderValue::as_bytes) {
            Some(b"same-origin" | b"none") => Sender::Own,
            Some(_) => Sender::Foreign(origin),
            // Over plain HTTP browsers send only an origin; what is no browser sends neither.
            None if origin.is_none_or(|origin| is_ours(origin, source)) => Sender::Own,
            None => Sender::Foreign(origin),
        }
    }
}

/// Whether an origin has a name under which the request was asked for.
fn is_ours(origin: &str, source: &Source) -> bool {
    let Ok(uri) = origin.parse::<Uri>() else { return false };
    let port = match (uri.port_u16(), uri.scheme_str()) {
        (Some(port), _) => port,
        (None, Some("http")) => 80,
        (None, Some("https")) => 443,
        (None, _) => return false,
    };
    let is_same = |name: &Authority| {
        // A port that is not said is that of the scheme; and a proxy that nobody named may have changed the scheme.
        let is_port = match name.port_u16() {
            Some(asked) => asked == port,
            None if source.is_secure => port == 443,
            None => matches!(port, 80 | 443),
        };
        is_port && uri.host().is_some_and(|host| host.eq_ignore_ascii_case(name.host()))
    };
    source.names.iter().any(is_same)
}

impl Origins {
    /// From the settings.
    #[must_use]
    pub fn of(allowed: &[String]) -> Self {
        let (any, named): (Vec<_>, Vec<_>) = allowed.iter().cloned().partition(|origin| origin == "*");
        Self { named, any: !any.is_empty() }
    }

    /// Refuses what a page of another origin must not ask for. `carries_key`: what lets the request in was put there by
    /// whoever wrote the page, and not added by the browser.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn check(&self, request: &Request, source: &Source, carries_key: bool) -> Result<(), Problem> {
        let is_safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
        // What a WebSocket tells, a browser keeps from no page.
        let is_upgrade = request.headers().contains_key(header::UPGRADE);
        if !is_upgrade && (is_safe || carries_key) {
            return Ok(());
        }
        match Sender::of(request.headers(), source) {
            Sender::Own => Ok(()),
            Sender::Foreign(Some(origin)) if self.is_named(origin) || self.any && carries_key => Ok(()),
            Sender::Foreign(_) => {
                let sentence =
                    "web pages of another origin are not served; access.allowed_origins names those that are";
                Err(Problem::new(Code::Forbidden, sentence))
            }
        }
    }

    fn is_named(&self, origin: &str) -> bool {
        self.named.iter().any(|named| named == origin)
    }

    /// The answer to a browser that asks whether a page may ask; none where nobody may, or nobody asks.
    #[must_use]
    pub fn preflight<'a>(
        &self,
        request: &Request,
        source: &Source,
        methods: impl FnOnce() -> Vec<&'a str>,
    ) -> Option<Response> {
        if *request.method() != Method::OPTIONS
            || !request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
        {
            return None;
        }
        // Whether it will carry a key is not known yet: without one it is let in nowhere, and may read nothing.
        let readers = self.readers(request, source, true)?;
        if readers == Readers::Nobody {
            return None;
        }
        let mut response = Response::builder()
            .status(StatusCode::NO_CONTENT)
            .header(header::ACCESS_CONTROL_ALLOW_METHODS, methods().join(", "))
            .header(header::ACCESS_CONTROL_ALLOW_HEADERS, SENT)
            .header(header::ACCESS_CONTROL_MAX_AGE, ASK_AGAIN)
            .finish();
        readers.open(response.headers_mut());
        Some(response)
    }

    /// Who may read the answer to a request; none where pages of other origins are nobody's concern.
    #[must_use]
    pub fn readers(&self, request: &Request, source: &Source, carries_key: bool) -> Option<Readers> {
        if self.named.is_empty() && !self.any {
            return None;
        }
        let origin = match Sender::of(request.headers(), source) {
            Sender::Foreign(origin) => origin,
            // Whoever keeps the answer must know that it is not for everybody.
            Sender::Own => None,
        };
        Some(match origin.filter(|origin| self.is_named(origin)).and_then(|origin| origin.parse().ok()) {
            Some(origin) => Readers::One(origin),
            None if self.any && carries_key && origin.is_some() => Readers::Any,
            None => Readers::Nobody,
        })
    }
}

/// Which pages of another origin may read an answer.
#[derive(Clone, PartialEq, Debug)]
pub enum Readers {
    /// Those of this origin, whatever the browser added.
    One(HeaderValue),
    /// All, as long as the browser adds nothing.
    Any,
    /// None.
    Nobody,
}

impl Readers {
    /// Says so.
    pub fn open(&self, headers: &mut HeaderMap) {
        headers.append(header::VARY, HeaderValue::from_static("origin"));
        let origin = match self {
            Self::One(origin) => {
                let yes = HeaderValue::from_static("true");
                headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, yes);
                origin.clone()
            }
            Self::Any => HeaderValue::from_static("*"),
            Self::Nobody => return,
        };
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(READ));
        // What is said above would be in vain otherwise.
        let cross = HeaderValue::from_static("cross-origin");
        headers.insert(HeaderName::from_static("cross-origin-resource-policy"), cross);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UPGRADE: (&str, &str) = ("upgrade", "websocket");

    fn asked(method: Method, headers: &[(&str, &str)]) -> Request {
        let builder = Request::builder().method(method).header("host", "nas.lan:5445");
        headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value)).finish()
    }

    /// Whether a request is let through without a key, and with one.
    fn passes(allowed: &[&str], method: Method, headers: &[(&str, &str)]) -> (bool, bool) {
        let allowed: Vec<String> = allowed.iter().map(|origin| (*origin).to_owned()).collect();
        let (origins, request) = (Origins::of(&allowed), asked(method, headers));
        let source = Source::of(&request, &[]);
        let checked = |carries_key| origins.check(&request, &source, carries_key).is_ok();
        (checked(false), checked(true))
    }

    #[test]
    fn pages_of_other_origins_change_nothing_and_hear_nothing() {
        let own = ("origin", "http://nas.lan:5445");
        for headers in [&[][..], &[own], &[("sec-fetch-site", "same-origin")], &[("sec-fetch-site", "none")]]
        {
            assert_eq!(passes(&[], Method::POST, headers), (true, true), "{headers:?}");
        }
        let foreign = [
            "http://evil.example",
            "null",
            "http://nas.lan:1",
            "https://nas.lan",
            "http://nas.lan",
            "nonsense",
        ];
        for origin in foreign {
            let from = ("origin", origin);
            assert_eq!(passes(&[], Method::POST, &[from]), (false, true), "{origin}");
            assert_eq!(passes(&[], Method::GET, &[from]), (true, true), "{origin}");
            assert_eq!(passes(&[], Method::GET, &[from, UPGRADE]), (false, false), "{origin}");
        }
        for site in ["same-site", "cross-site", "nonsense"] {
            // What a browser says of itself counts for more than a name that may have been made to fit.
            assert_eq!(passes(&[], Method::POST, &[own, ("sec-fetch-site", site)]), (false, true), "{site}");
        }
    }

    #[test]
    fn named_origins_act_and_any_origin_acts_with_a_key_alone() {
        let (friend, stranger) = (("origin", "https://app.example"), ("origin", "https://evil.example"));
        let named = &["https://app.example"][..];
        assert_eq!(passes(named, Method::POST, &[friend]), (true, true));
        assert_eq!(passes(named, Method::POST, &[friend, ("sec-fetch-site", "cross-site")]), (true, true));
        assert_eq!(passes(named, Method::GET, &[friend, UPGRADE]), (true, true));
        assert_eq!(passes(named, Method::GET, &[stranger, UPGRADE]), (false, false));
        assert_eq!(passes(&["*"], Method::POST, &[stranger]), (false, true));
        assert_eq!(passes(&["*"], Method::GET, &[stranger, UPGRADE]), (false, true));
    }

    #[test]
    fn credentials_go_with_named_origins_alone() {
        let read = |allowed: &[&str], headers: &[(&str, &str)], carries_key| {
            let allowed: Vec<String> = allowed.iter().map(|origin| (*origin).to_owned()).collect();
            let request = asked(Method::GET, headers);
            Origins::of(&allowed).readers(&request, &Source::of(&request, &[]), carries_key)
        };
        let friend = ("origin", "https://app.example");
        let one = Some(Readers::One(HeaderValue::from_static("https://app.example")));
        assert_eq!(read(&[], &[friend], true), None);
        for carries_key in [false, true] {
            assert_eq!(read(&["*", "https://app.example"], &[friend], carries_key), one);
            assert_eq!(
                read(&["https://app.example"], &[("origin", "null")], carries_key),
                Some(Readers::Nobody)
            );
            assert_eq!(read(&["*"], &[], carries_key), Some(Readers::Nobody));
        }
        assert_eq!(read(&["*"], &[friend], true), Some(Readers::Any));
        assert_eq!(read(&["*"], &[friend], false), Some(Readers::Nobody));
        let mut headers = HeaderMap::new();
        Readers::Any.open(&mut headers);
        assert!(
            !headers.contains_key("access-control-allow-credentials")
                && headers["access-control-allow-origin"] == "*"
        );
    }
}
