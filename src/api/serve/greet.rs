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

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::time::Duration;

    use poem::endpoint::make_sync;
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{PrivateKeyDer, ServerName};
    use rustls::{ClientConfig, RootCertStore};
    use tokio::net::TcpListener;
    use tokio::sync::watch;
    use tokio_rustls::TlsConnector;

    use super::*;
    use crate::api::serve::{Connections, serve};

    #[tokio::test]
    async fn who_is_asked_knows_whether_it_was_encrypted() {
        let provider = || Arc::new(rustls::crypto::ring::default_provider());
        let pair = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::from_pem_slice(pair.signing_key.serialize_pem().as_bytes()).unwrap();
        let builder = ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions();
        let builder = builder.unwrap().with_no_client_auth();
        let config = Arc::new(builder.with_single_cert(vec![pair.cert.der().clone()], key).unwrap());
        let mut roots = RootCertStore::empty();
        roots.add(pair.cert.der().clone()).unwrap();
        let client = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions();
        let client = client.unwrap().with_root_certificates(roots).with_no_client_auth();
        for encryption in [None, Some(watch::channel(config).1)] {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let is_encrypted = encryption.is_some();
            let connections = Connections { encryption, ..Connections::default() };
            let answer = make_sync(|request| format!("by {}", request.scheme()));
            let serving = tokio::spawn(serve(listener, answer, connections, Duration::ZERO, pending()));
            let mut plain = TcpStream::connect(address).await.unwrap();
            let (request, mut heard) = (b"GET / HTTP/1.0\r\n\r\n", String::new());
            if is_encrypted {
                let name = ServerName::try_from("localhost").unwrap();
                let mut line =
                    TlsConnector::from(Arc::new(client.clone())).connect(name, plain).await.unwrap();
                line.write_all(request).await.unwrap();
                line.read_to_string(&mut heard).await.unwrap();
            } else {
                plain.write_all(request).await.unwrap();
                plain.read_to_string(&mut heard).await.unwrap();
            }
            assert!(heard.ends_with(if is_encrypted { "by https" } else { "by http" }), "{heard}");
            serving.abort();
        }
    }
}
