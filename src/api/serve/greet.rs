//! Agreeing on the encryption; a word to whoever speaks without any.

use std::io;
use std::sync::Arc;

use poem::IntoResponse;
use rustls::ServerConfig;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::line::Line;
use super::pulse::Pulse;
use super::seats::Seat;
use crate::api::problem::{Code, Problem};

/// So much of a request that was not understood is read before the connection is closed: what is left unread would take the
/// answer along.
const UNREAD: u64 = 64 << 10;

/// An encrypted connection; `None` if it was none, and was told so.
pub(super) async fn greet(
    mut stream: TcpStream,
    pulse: &Arc<Pulse>,
    seat: Seat,
    config: Arc<ServerConfig>,
) -> io::Result<Option<TlsStream<Line>>> {
    let mut first = [0];
    // TLS begins with the number 22, HTTP with the letters of a method.
    if stream.peek(&mut first).await? == 1 && first[0].is_ascii_alphabetic() {
        stream.write_all(&refusal().await).await?;
        stream.shutdown().await?;
        tokio::io::copy(&mut stream.take(UNREAD), &mut tokio::io::sink()).await?;
        return Ok(None);
    }
    let line = Line::new(stream, Arc::clone(pulse), seat);
    TlsAcceptor::from(config).accept(line).await.map(Some)
}

/// What whoever speaks plain HTTP understands.
async fn refusal() -> Vec<u8> {
    let sentence = "this port speaks HTTPS; begin the address with https://";
    let mut response = Problem::new(Code::InvalidParameter, sentence).into_response();
    let body = response.take_body().into_vec().await.unwrap_or_default();
    let mut refusal = format!(
        "HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    )
    .into_bytes();
    refusal.extend(body);
    refusal
}
