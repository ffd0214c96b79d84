//! Encrypted connections: nobody is trusted without a reason, and a system without roots is no reason to panic.

use std::sync::Arc;

use cacherr::plex::{Kind, Trust};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::json;
use tokio_rustls::TlsAcceptor;

use super::server::{Reply, Server};
use super::{client_with, patience};

/// With a certificate that nobody vouches for.
pub fn acceptor() -> TlsAcceptor {
    let certificate = CertificateDer::from_pem_slice(include_bytes!("own.crt")).unwrap();
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("own.key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    TlsAcceptor::from(Arc::new(
        config.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap(),
    ))
}

#[tokio::test]
async fn a_certificate_of_its_own_is_refused_unless_the_owner_allows_it() {
    let server =
        Server::start_with(Some(acceptor()), |_, _| Reply::json(&json!({"MediaContainer": {}}))).await;
    let fault = client_with(&server.origin, patience(), Trust::Roots).sections().await.unwrap_err();
    assert_eq!(fault.kind(), Kind::Tls, "{fault}");
    assert!(server.asked().is_empty(), "nothing was sent");
    let sections = client_with(&server.origin, patience(), Trust::Anything).sections().await.unwrap();
    assert!(sections.is_empty());
}

#[tokio::test]
async fn plain_http_where_encryption_is_spoken_is_a_fault_and_the_other_way_round() {
    let server = Server::start_with(Some(acceptor()), |_, _| Reply::status(200, "")).await;
    let plain = server.origin.replace("https", "http");
    let fault = client_with(&plain, patience(), Trust::Anything).sections().await.unwrap_err();
    assert_eq!(fault.kind(), Kind::Unreachable, "{fault}");
    let server = Server::start(|_, _| Reply::status(200, "")).await;
    let encrypted = server.origin.replace("http", "https");
    let fault = client_with(&encrypted, patience(), Trust::Anything).sections().await.unwrap_err();
    // Some answer, some hang up, and this one waits for more.
    assert!([Kind::Tls, Kind::Unreachable, Kind::Timeout].contains(&fault.kind()), "{fault}");
}
