//! One request and its answer: sent, waited for, tried again where that is safe, bounded, judged by its status.
//!
//! **Invariant:** no redirect is followed here, since headers would follow it; and what the environment says of proxies
//! is not heard, since the environment is read in one place.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Request, Url};
use rustls::ClientConfig;
use tokio::sync::OnceCell;

use super::device::Device;
use super::fault::{Fault, Kind, shown};
use super::patience::Patience;
use super::tls::{self, Trust};
use super::{text, wire};
use crate::domain::secret::Secret;
use crate::domain::time::Time;
use crate::names::Names;
use pace::Pace;
use resolve::Resolving;

pub mod pace;
mod resolve;

/// Of a body that comes with a refusal so much is read.
const REFUSAL: usize = 64 << 10;

/// A shorter part of an address is a word that many addresses have.
const OWN: usize = 10;

/// Sends requests. The encryption is made ready with the first, so that a program that never asks needs none.
pub struct Http {
    device: Device,
    patience: Patience,
    trust: Trust,
    pace: Pace,
    names: Names,
    ready: OnceCell<Ready>,
}

struct Ready {
    client: Client,
    tls: Arc<ClientConfig>,
}

/// A request.
pub struct Ask<'a> {
    pub method: Method,
    pub url: Url,
    /// Goes into its header.
    pub token: Option<&'a Secret>,
    pub headers: Vec<(HeaderName, HeaderValue)>,
    pub body: Option<String>,
    /// The most that is read of the answer.
    pub largest: usize,
    /// Statuses besides success that are answers, too.
    pub welcome: &'static [u16],
    /// Without our name, for those who are not Plex.
    pub anonymous: bool,
    /// Besides the token what is secret of it: a server may quote what it was asked.
    pub hidden: Vec<Secret>,
    /// Whom errors name.
    pub who: String,
}

impl<'a> Ask<'a> {
    pub fn get(url: Url, token: Option<&'a Secret>, largest: usize) -> Self {
        let who = shown(&url);
        Self {
            method: Method::GET,
            url,
            token,
            headers: vec![],
            body: None,
            largest,
            welcome: &[],
            anonymous: false,
            hidden: vec![],
            who,
        }
    }

    pub fn post(url: Url, token: Option<&'a Secret>, largest: usize) -> Self {
        Self { method: Method::POST, ..Self::get(url, token, largest) }
    }

    /// The address is a secret: nothing long enough to be one of its own is quoted of it.
    pub fn hiding_address(mut self) -> Self {
        let parts = self.url.path_segments().into_iter().flatten().map(str::to_owned);
        let values = self.url.query_pairs().map(|(_, value)| value.into_owned());
        let own = parts.chain(values).filter(|text| text.len() >= OWN);
        self.hidden.extend(own.map(Secret::new).collect::<Vec<_>>());
        self
    }

    pub fn header(mut self, name: &'static str, value: impl Into<HeaderValue>) -> Self {
        self.headers.push((HeaderName::from_static(name), value.into()));
        self
    }
}

/// An answer that is none of the refusals.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    pub who: String,
}

impl Answer {
    /// The body as JSON. What is wrong with it is told by place only: the text of serde's errors may quote it.
    pub fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T, Fault> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            Fault::bad_answer(&self.who, format!("no JSON as expected at line {line}, column {column}"))
        })
    }

    /// The body as JSON of a media server.
    pub fn container<T: serde::de::DeserializeOwned>(&self) -> Result<T, Fault> {
        self.json().map(|envelope: wire::container::Envelope<T>| envelope.container)
    }

    pub fn text(&self) -> Result<&str, Fault> {
        std::str::from_utf8(&self.body).map_err(|_| Fault::bad_answer(&self.who, "no UTF-8"))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl Http {
    pub fn new(device: Device, patience: Patience, trust: Trust, pace: Pace) -> Self {
        Self { device, patience, trust, pace, names: Names::of_this_machine(), ready: OnceCell::new() }
    }

    pub fn patience(&self) -> &Patience {
        &self.patience
    }

    pub fn device(&self) -> &Device {
        &self.device
    }

    pub fn names(&self) -> &Names {
        &self.names
    }

    /// How encrypted connections are made.
    pub async fn tls(&self) -> Result<Arc<ClientConfig>, Fault> {
        self.ready().await.map(|ready| ready.tls.clone())
    }

    /// Sends it, and again where that is safe: a request that only reads after anything that may pass, one that
    /// changes something only when it was refused unread (429).
    pub async fn ask(&self, ask: &Ask<'_>) -> Result<Answer, Fault> {
        let mut tried = 0;
        loop {
            let fault = match self.ask_once(ask).await {
                Ok(answer) => return Ok(answer),
                Err(fault) => fault,
            };
            let pause = self.pause(ask, &fault, tried);
            tried += 1;
            let Some(pause) = pause.filter(|_| tried < self.patience.tries) else { return Err(fault) };
            tracing::debug!(who = ask.who, kind = fault.kind().name(), tried, "Plex is asked again");
            tokio::time::sleep(pause).await;
        }
    }

    /// How long to wait before the next try, if there may be one.
    fn pause(&self, ask: &Ask<'_>, fault: &Fault, tried: u32) -> Option<Duration> {
        let limited = matches!(fault.kind(), Kind::RateLimited { .. });
        if !fault.may_pass() || (ask.method != Method::GET && !limited) {
            return None;
        }
        match fault.kind() {
            Kind::RateLimited { retry_after: Some(wait) } => (wait <= self.patience.longest).then_some(wait),
            _ => Some(self.patience.pause(tried)),
        }
    }

    async fn ask_once(&self, ask: &Ask<'_>) -> Result<Answer, Fault> {
        let client = &self.ready().await?.client;
        let request = self.request(ask)?;
        self.pace.wait().await;
        let mut response =
            client.execute(request).await.map_err(|error| Fault::of_transport(&error, &ask.who))?;
        let status = response.status().as_u16();
        let headers = std::mem::take(response.headers_mut());
        if (200..300).contains(&status) || ask.welcome.contains(&status) {
            let body = read(&mut response, ask.largest, &ask.who).await?;
            return Ok(Answer { status, headers, body, who: ask.who.clone() });
        }
        // What is refused is refused, whether or not the reason arrives.
        let body = read(&mut response, REFUSAL, &ask.who).await.unwrap_or_default();
        let said = text::said(&hidden(&String::from_utf8_lossy(&body), ask));
        Err(Fault::of_status(status, retry_after(&headers), &said, &ask.who))
    }

    fn request(&self, ask: &Ask<'_>) -> Result<Request, Fault> {
        let mut request = Request::new(ask.method.clone(), ask.url.clone());
        let headers = request.headers_mut();
        if !ask.anonymous {
            headers.extend(self.device.headers());
        }
        if let Some(token) = ask.token {
            headers.insert("x-plex-token", token_header(token, &ask.who)?);
        }
        for (name, value) in &ask.headers {
            headers.insert(name, value.clone());
        }
        if let Some(body) = &ask.body {
            headers.insert("content-type", HeaderValue::from_static("application/json"));
            *request.body_mut() = Some(body.clone().into());
        }
        Ok(request)
    }

    async fn ready(&self) -> Result<&Ready, Fault> {
        self.ready
            .get_or_try_init(|| async {
                let trust = self.trust;
                let tls = tokio::task::spawn_blocking(move || tls::config(trust)).await;
                let tls = tls.map_err(|_| unready("it could not be made ready"))?.map_err(unready)?;
                let client = Client::builder()
                    .tls_backend_preconfigured(tls.clone())
                    .redirect(Policy::none())
                    .no_proxy()
                    .dns_resolver(Resolving::by(self.names.clone()))
                    .referer(false)
                    .connect_timeout(self.patience.connect)
                    .timeout(self.patience.answer)
                    .build()
                    .map_err(|error| unready(error.without_url()))?;
                Ok(Ready { client, tls: Arc::new(tls) })
            })
            .await
    }
}

fn unready(error: impl std::fmt::Display) -> Fault {
    Fault::new(Kind::Tls, format!("no encrypted connections are possible here: {error}; please report this"))
}

/// The address of a web server, if the text is one.
pub(super) fn web_address(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(|url| ["http", "https"].contains(&url.scheme()))
}

/// The token as a header that nobody prints.
pub fn token_header(token: &Secret, who: &str) -> Result<HeaderValue, Fault> {
    let mut value = HeaderValue::from_str(token.expose()).map_err(|_| {
        Fault::new(
            Kind::Unauthorized,
            format!("the token for {who} has characters that no token has; set it anew, without line breaks"),
        )
    })?;
    value.set_sensitive(true);
    Ok(value)
}

async fn read(response: &mut reqwest::Response, largest: usize, who: &str) -> Result<Vec<u8>, Fault> {
    let announced = response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
    if announced > largest {
        return Err(Fault::too_large(who, largest));
    }
    let mut body = Vec::with_capacity(announced.min(1 << 20));
    while let Some(chunk) = response.chunk().await.map_err(|error| Fault::of_transport(&error, who))? {
        if body.len() + chunk.len() > largest {
            return Err(Fault::too_large(who, largest));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// In seconds, or a date: then as seen from the date of the answer, since whose clock is right is not known here.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name)?.to_str().ok().map(str::trim);
    let said = text("retry-after")?;
    if let Ok(seconds) = said.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let wait = Time::from_http_date(said)?.since(Time::from_http_date(text("date")?)?);
    // A date that has passed: at once.
    Some(wait.try_into().unwrap_or_default())
}

/// A server may quote what it was sent. To be hidden before anything is cut, which might leave half of it.
fn hidden(body: &str, ask: &Ask<'_>) -> String {
    let secrets = ask.token.into_iter().chain(&ask.hidden).map(Secret::expose);
    secrets
        .filter(|secret| !secret.is_empty())
        .fold(body.to_owned(), |body, secret| body.replace(secret, "***"))
}
