//! A server that follows a script, and remembers what it was asked.

use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    /// Path and query.
    pub target: String,
    pub headers: Vec<(String, String)>,
}

impl Asked {
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A page as it was asked for, of so many.
    pub fn page(&self, of: usize) -> std::ops::Range<usize> {
        let number = |name| self.header(name).unwrap().parse::<usize>().unwrap();
        let start = number("x-plex-container-start").min(of);
        start..(start + number("x-plex-container-size")).min(of)
    }
}

/// What it answers.
#[derive(Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    pub manner: Manner,
}

/// How it answers.
#[derive(Clone, Copy, PartialEq)]
pub enum Manner {
    Whole,
    /// Says nothing of how long the body is.
    Unannounced,
    /// Announces more than it sends, and hangs up.
    CutOff,
    /// Sends the head and half of the body, then nothing more.
    Stuck,
}

impl Reply {
    pub fn status(status: u16, body: &str) -> Self {
        Self { status, headers: vec![], body: body.into(), manner: Manner::Whole }
    }

    pub fn json(body: &Value) -> Self {
        Self::status(200, &body.to_string()).with("content-type", "application/json")
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub fn manner(mut self, manner: Manner) -> Self {
        self.manner = manner;
        self
    }
}

/// Ends with the test's runtime.
pub struct Server {
    pub origin: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    /// Answers what the script says; it is given the request and how many came before.
    pub async fn start(script: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_with(None, script).await
    }

    /// A media server: without a token, or with a wrong one, there is HTML, and without the wish for JSON, XML.
    pub async fn media(script: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        Self::start(move |asked, _| {
            if asked.path() != "/identity" && asked.header("x-plex-token") != Some(super::TOKEN) {
                return Reply::status(401, "<html><head><title>Unauthorized</title></head><body><h1>401 Unauthorized</h1></body></html>");
            }
            if asked.header("accept") != Some("application/json") {
                return Reply::status(200, "<MediaContainer size=\"0\"/>");
            }
            script(asked)
        })
        .await
    }

    pub async fn start_with(
        tls: Option<tokio_rustls::TlsAcceptor>,
        script: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let origin = format!("{scheme}://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(vec![]));
        let (script, heard) = (Arc::new(script), asked.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (script, heard, tls) = (script.clone(), heard.clone(), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => serve(stream, &*script, &heard).await,
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => serve(stream, &*script, &heard).await,
                            Err(_) => None,
                        },
                    }
                });
            }
        });
        Self { origin, asked }
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    pub fn paths(&self) -> Vec<String> {
        self.asked().iter().map(|asked| asked.path().to_owned()).collect()
    }
}

/// One request per connection. `None` where the other side went away.
async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    script: &(impl Fn(&Asked, usize) -> Reply + ?Sized),
    heard: &Mutex<Vec<Asked>>,
) -> Option<()> {
    let mut head = vec![];
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ');
    let header =
        |line: &str| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned()));
    let asked = Asked {
        method: first.next()?.to_owned(),
        target: first.next()?.to_owned(),
        headers: lines.filter_map(header).collect(),
    };
    let length = asked.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    stream.read_exact(&mut vec![0; length]).await.ok()?;
    let before = {
        let mut heard = heard.lock().unwrap();
        heard.push(asked.clone());
        heard.len() - 1
    };
    let reply = script(&asked, before);
    let mut out = format!("HTTP/1.1 {} Said\r\nconnection: close\r\n", reply.status);
    for (name, value) in &reply.headers {
        out += &format!("{name}: {value}\r\n");
    }
    let (announced, sent) = match reply.manner {
        Manner::Whole => (Some(reply.body.len()), reply.body.len()),
        Manner::Unannounced => (None, reply.body.len()),
        Manner::CutOff | Manner::Stuck => (Some(reply.body.len()), reply.body.len() / 2),
    };
    if let Some(announced) = announced.filter(|_| ![204, 304].contains(&reply.status)) {
        out += &format!("content-length: {announced}\r\n");
    }
    stream.write_all(format!("{out}\r\n").as_bytes()).await.ok()?;
    stream.write_all(&reply.body[..sent]).await.ok()?;
    stream.flush().await.ok()?;
    if reply.manner == Manner::Stuck {
        std::future::pending::<()>().await;
    }
    stream.shutdown().await.ok()
}
