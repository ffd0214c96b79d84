//! Encryption: by certificates that come and go, spoken well, badly, or not at all.

use std::fs;
use std::net::TcpListener;
use std::sync::Arc;

use cacherr::api::{ConnectionLimits, Connections};
use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::crowd::port;
use super::{PATIENCE, SHORT, Wire, endless, status};
use crate::process::{House, Instance, wait_for};
use crate::support::app::{Options, TestApp};

type Pair = CertifiedKey<KeyPair>;

fn pair() -> Pair {
    generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap()
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn server(pair: &Pair) -> Arc<ServerConfig> {
    let key = PrivateKeyDer::from_pem_slice(pair.signing_key.serialize_pem().as_bytes()).unwrap();
    let builder =
        ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions().unwrap();
    let mut config =
        builder.with_no_client_auth().with_single_cert(vec![pair.cert.der().clone()], key).unwrap();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Arc::new(config)
}

/// A client that trusts this one certificate.
fn client(trusted: &CertificateDer<'static>, protocols: &[&str]) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let builder =
        ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions().unwrap();
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    TlsConnector::from(Arc::new(config))
}

async fn connect(port: u16, pair: &Pair, protocols: &[&str]) -> std::io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let name = ServerName::try_from("localhost").unwrap();
    client(pair.cert.der(), protocols).connect(name, stream).await
}

async fn is_well(port: u16, pair: &Pair) -> bool {
    let Ok(mut stream) = connect(port, pair, &["http/1.1"]).await else { return false };
    stream.write_all(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    status(&answer) == Some(200)
}

/// A house with a port of its own, and what it is told to encrypt with.
struct Encrypted {
    house: House,
}

impl Encrypted {
    fn new() -> Self {
        let house = House::new();
        // Free a moment ago.
        let bind = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let (file, at) = (house.at("cacherr.toml"), |name| house.at(name).display().to_string());
        let tls = format!("tls_certificate = {:?}\ntls_key = {:?}\n[cache]", at("tls.crt"), at("tls.key"));
        let text = fs::read_to_string(&file).unwrap();
        let text = text.replace("127.0.0.1:0", &bind.to_string()).replacen("[cache]", &tls, 1);
        fs::write(file, text).unwrap();
        Self { house }
    }

    fn put(&self, name: &str, text: &str) {
        // As those who renew certificates do it.
        let new = self.house.at(format!("{name}.new"));
        fs::write(&new, text).unwrap();
        fs::rename(new, self.house.at(name)).unwrap();
    }

    fn put_pair(&self, pair: &Pair) {
        self.put("tls.crt", &pair.cert.pem());
        self.put("tls.key", &pair.signing_key.serialize_pem());
    }

    fn start(&self) -> (Instance, u16) {
        let instance = self.house.start();
        let port = port(&instance);
        (instance, port)
    }
}

#[test]
fn certificates_come_and_go_while_it_runs_and_what_cannot_be_used_changes_nothing() {
    let (first, second) = (pair(), pair());
    let encrypted = Encrypted::new();
    encrypted.put_pair(&first);
    let (instance, port) = encrypted.start();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let serves = |pair: &Pair| runtime.block_on(is_well(port, pair));
    assert!(serves(&first) && !serves(&second));
    assert!(instance.log().contains("listening at https://"), "{}", instance.log());
    let health = encrypted.house.run(["healthcheck"]);
    assert_eq!(health.code, 0, "{}", health.stderr);

    // What was agreed on before goes on, whatever comes.
    let mut kept = runtime.block_on(connect(port, &first, &["http/1.1"])).unwrap();
    encrypted.put_pair(&second);
    wait_for("the second certificate", || serves(&second));
    assert!(!serves(&first));
    let answered = runtime.block_on(async {
        kept.write_all(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n").await.unwrap();
        let mut answer = Vec::new();
        kept.read_to_end(&mut answer).await.unwrap();
        status(&answer)
    });
    assert_eq!(answered, Some(200));

    encrypted.put("tls.crt", &first.cert.pem());
    wait_for("a word about it", || instance.log().contains("stays as it was"));
    assert!(instance.log().contains("is not the key of"), "{}", instance.log());
    assert!(serves(&second));
    fs::remove_file(encrypted.house.at("tls.key")).unwrap();
    wait_for("another word", || instance.log().contains("cannot be read"));
    assert!(serves(&second));
    encrypted.put("tls.key", &first.signing_key.serialize_pem());
    wait_for("the first certificate", || serves(&first));
    assert_eq!(instance.log().matches("stays as it was").count(), 2, "{}", instance.log());
    assert_eq!(instance.stop().0, Some(0));
}

#[test]
fn what_is_wrong_with_the_files_is_said_at_the_start() {
    let (one, other) = (pair(), pair());
    let encrypted = Encrypted::new();
    let says = |words: &str| {
        let ran = encrypted.house.run(["run"]);
        assert_eq!(ran.code, 3, "{}", ran.stderr);
        assert!(ran.stderr.contains(words), "{words}: {}", ran.stderr);
    };
    says("tls.crt\" cannot be read");
    encrypted.put("tls.crt", &one.signing_key.serialize_pem());
    says("tls.crt\" holds no certificate");
    encrypted.put("tls.crt", &one.cert.pem());
    says("tls.key\" cannot be read");
    encrypted.put("tls.key", &one.cert.pem());
    says("tls.key\" holds no private key");
    encrypted.put("tls.key", &other.signing_key.serialize_pem());
    says("tls.key\" is not the key of the first certificate");
    let file = encrypted.house.at("cacherr.toml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.lines().filter(|line| !line.starts_with("tls_key")).collect::<Vec<_>>().join("\n"))
        .unwrap();
    says("is of no use without server.tls_key");
}

/// An instance in this process, encrypted.
async fn app(pair: &Pair, limits: ConnectionLimits) -> TestApp {
    let encryption = Some(watch::channel(server(pair)).1);
    let connections = Connections { limits, encryption };
    TestApp::start_with(Options {
        connections,
        in_memory: true,
        access: super::open_here(),
        ..Options::default()
    })
    .await
}

fn port_of(app: &TestApp) -> u16 {
    app.origin().rsplit(':').next().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_speaks_plain_http_is_told_so() {
    let pair = pair();
    let app = app(&pair, endless()).await;
    let mut wire = Wire::to(&app).await;
    wire.say("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    wire.stream.shutdown().await.unwrap();
    let answer = wire.rest().await;
    assert_eq!(status(&answer), Some(400));
    let body = String::from_utf8(answer).unwrap().split_once("\r\n\r\n").unwrap().1.to_owned();
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!((&body["success"], &body["code"]), (&false.into(), &"invalid_parameter".into()));
    assert!(body["error"].as_str().unwrap().contains("https://"), "{body}");
    assert!(is_well(port_of(&app), &pair).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn agreeing_on_the_encryption_has_its_time_and_holds_up_nobody() {
    let pair = pair();
    let app = app(&pair, ConnectionLimits { handshake: SHORT, ..endless() }).await;
    let mut wires = Vec::new();
    for begun in [&b""[..], &[22, 3, 1, 2], &[22, 3, 1, 2, 0, 1], b"\0nonsense", b"G"] {
        let mut wire = Wire::to(&app).await;
        wire.say(begun).await;
        wires.push(wire);
    }
    assert!(is_well(port_of(&app), &pair).await);
    for mut wire in wires {
        wire.rest().await;
    }
    let mut wire = Wire::to(&app).await;
    wire.say([22, 3, 1, 2, 0]).await;
    wire.dribble(1).await;
    assert!(is_well(port_of(&app), &pair).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_have_their_time_when_they_are_encrypted_too() {
    let pair = pair();
    let app = app(&pair, ConnectionLimits { head: SHORT, ..endless() }).await;
    for begun in ["", "GET / HTTP/1.1\r\nX: "] {
        let mut stream = connect(port_of(&app), &pair, &[]).await.unwrap();
        stream.write_all(begun.as_bytes()).await.unwrap();
        let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut Vec::new())).await;
        // An error, where it ends without a word.
        let _ = read.expect("nobody hangs up");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_versions_of_http_and_websockets_are_spoken() {
    let pair = pair();
    let app = app(&pair, endless()).await;
    for (protocols, agreed) in
        [(&["h2", "http/1.1"][..], Some("h2")), (&["http/1.1"], Some("http/1.1")), (&[], None)]
    {
        let stream = connect(port_of(&app), &pair, protocols).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), agreed.map(str::as_bytes));
    }
    let stream = connect(port_of(&app), &pair, &["http/1.1"]).await.unwrap();
    let url = format!("wss://localhost:{}/ws", port_of(&app));
    let (mut socket, _) = tokio_tungstenite::client_async(url, stream).await.unwrap();
    use futures_util::{SinkExt, StreamExt};
    socket.send(tokio_tungstenite::tungstenite::Message::text(r#"{"type":"ping"}"#)).await.unwrap();
    let heard = tokio::time::timeout(PATIENCE, socket.next()).await.unwrap().unwrap().unwrap();
    assert!(heard.to_text().unwrap().contains("pong"), "{heard:?}");
}
