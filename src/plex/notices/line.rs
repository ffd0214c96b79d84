//! Opening a line: connection, encryption, handshake.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use reqwest::Url;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, http::Request};

use crate::names::Unknown;
use crate::plex::client::Client;
use crate::plex::fault::{Fault, Kind, shown};
use crate::plex::http::token_header;

/// No frame of notices is larger.
const LARGEST: usize = 4 << 20;

/// A connection, encrypted or not.
pub enum Line {
    Plain(TcpStream),
    Encrypted(Box<TlsStream<TcpStream>>),
}

/// Opens a line. The path has two spellings; servers know one, or both.
pub async fn open(client: &Client) -> Result<WebSocketStream<Line>, Fault> {
    match open_at(client, "websockets").await {
        Err(fault) if fault.kind() == Kind::NotFound => open_at(client, "websocket").await,
        line => line,
    }
}

async fn open_at(client: &Client, spelling: &str) -> Result<WebSocketStream<Line>, Fault> {
    let url = client.url(&[":", spelling, "notifications"]);
    let who = shown(&url);
    let patience = client.http.patience();
    let request = request(client, &url, &who)?;
    let line = timeout(patience.connect, connect(client, &url, &who)).await;
    let line = line.map_err(|_| Fault::timeout(&who))??;
    let config = WebSocketConfig::default().max_message_size(Some(LARGEST)).max_frame_size(Some(LARGEST));
    let handshake = tokio_tungstenite::client_async_with_config(request, line, Some(config));
    match timeout(patience.answer, handshake).await {
        Err(_) => Err(Fault::timeout(&who)),
        Ok(Ok((line, _))) => Ok(line),
        Ok(Err(tungstenite::Error::Http(answer))) => {
            Err(Fault::of_status(answer.status().as_u16(), None, "", &who))
        }
        Ok(Err(tungstenite::Error::Io(error))) => Err(of_io(&error, &who)),
        Ok(Err(_)) => Err(Fault::bad_answer(&who, "it does not speak WebSocket here")),
    }
}

fn request(client: &Client, url: &Url, who: &str) -> Result<Request<()>, Fault> {
    // The library wants the scheme of WebSockets; a URL does not let http become ws.
    let address = url.as_str().replacen("http", "ws", 1);
    let mut request =
        address.into_client_request().map_err(|_| Fault::unreachable(who, "its address is none"))?;
    let headers = request.headers_mut();
    // The library writes text of ASCII alone; what the device is called is not worth a line.
    let device = client.http.device().headers();
    headers.extend(device.into_iter().filter(|(_, value)| value.to_str().is_ok()));
    headers.insert("x-plex-token", token_header(&client.token, who)?);
    Ok(request)
}

async fn connect(client: &Client, url: &Url, who: &str) -> Result<Line, Fault> {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let port = url.port_or_known_default().unwrap_or(32400);
    let stream = client.http.names().connect(host, port).await.map_err(|error| of_io(&error, who))?;
    if url.scheme() == "http" {
        return Ok(Line::Plain(stream));
    }
    let name = rustls::pki_types::ServerName::try_from(host.to_owned());
    let name = name.map_err(|_| Fault::unreachable(who, "its name is none"))?;
    let connector = TlsConnector::from(client.http.tls().await?);
    let stream = connector.connect(name, stream).await.map_err(|error| of_io(&error, who))?;
    Ok(Line::Encrypted(Box::new(stream)))
}

fn of_io(error: &io::Error, who: &str) -> Fault {
    let inner = error.get_ref();
    if let Some(error) = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return Fault::of_tls(error, who);
    }
    match inner.and_then(|inner| inner.downcast_ref::<Unknown>()) {
        Some(unknown) => Fault::of_name(unknown, who),
        None => Fault::unreachable(who, &error.kind().to_string()),
    }
}

impl AsyncRead for Line {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(line) => Pin::new(line).poll_read(cx, buf),
            Self::Encrypted(line) => Pin::new(line).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Line {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(line) => Pin::new(line).poll_write(cx, buf),
            Self::Encrypted(line) => Pin::new(line).poll_write(cx, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(line) => Pin::new(line).poll_flush(cx),
            Self::Encrypted(line) => Pin::new(line).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(line) => Pin::new(line).poll_shutdown(cx),
            Self::Encrypted(line) => Pin::new(line).poll_shutdown(cx),
        }
    }
}
