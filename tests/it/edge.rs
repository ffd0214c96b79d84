//! The edge: who connects and means no good, or nothing at all; encryption; what the process may do.
//!
//! After each of these the instance answers others as it did before.

mod crowd;
mod frames;
mod slow;
mod tls;
mod user;

use std::time::Duration;

use cacherr::api::{ConnectionLimits, Connections};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, timeout};

use cacherr::domain::access::Role;
use cacherr::domain::settings::AccessSettings;

use crate::support::app::{Options, TestApp};

/// Longer than anything here takes, even where many tests share a slow machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// The patience that a test gives the server, where it waits for its end.
const SHORT: Duration = Duration::from_millis(400);
/// The patience that it gives the server where nobody shall come to its end.
const LONG: Duration = Duration::from_secs(600);

/// Limits that nobody reaches.
fn endless() -> ConnectionLimits {
    ConnectionLimits {
        handshake: LONG,
        head: LONG,
        idle: LONG,
        body_pause: LONG,
        body_pace: LONG,
        stall: LONG,
        ..ConnectionLimits::default()
    }
}

/// Whoever asks from this machine is let in: what is tried here is the connection.
fn open_here() -> AccessSettings {
    AccessSettings { local_role: Some(Role::Admin), ..AccessSettings::default() }
}

async fn app(limits: ConnectionLimits) -> TestApp {
    let connections = Connections { limits, encryption: None };
    TestApp::start_with(Options { connections, in_memory: true, access: open_here(), ..Options::default() })
        .await
}

/// A client that says what it likes.
struct Wire {
    stream: TcpStream,
    since: Instant,
}

impl Wire {
    async fn to(app: &TestApp) -> Self {
        Self { stream: TcpStream::connect(app.origin()).await.unwrap(), since: Instant::now() }
    }

    /// One for whom little waits on its own side.
    async fn narrow(app: &TestApp) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        Self { stream: socket.connect(app.origin().parse().unwrap()).await.unwrap(), since: Instant::now() }
    }

    async fn say(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).await.unwrap();
    }

    /// Says one byte after the other, a moment apart, until the other side hangs up.
    async fn dribble(&mut self, byte: u8) -> Vec<u8> {
        let mut heard = Vec::new();
        let mut buffer = [0; 4096];
        timeout(PATIENCE, async {
            loop {
                tokio::select! {
                    read = self.stream.read(&mut buffer) => match read {
                        Ok(0) | Err(_) => return,
                        Ok(length) => heard.extend_from_slice(&buffer[..length]),
                    },
                    () = tokio::time::sleep(SHORT / 20) => {
                        // Once it has hung up, what is said is refused, and that is what is waited for.
                        if self.stream.write_all(&[byte]).await.is_err() {
                            return;
                        }
                    }
                }
            }
        })
        .await
        .expect("nobody hangs up");
        heard
    }

    /// The head of an answer.
    async fn head(&mut self) -> Vec<u8> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(timeout(PATIENCE, self.stream.read_u8()).await.expect("nobody answers").unwrap());
        }
        head
    }

    /// Everything that comes, until the other side hangs up.
    async fn rest(&mut self) -> Vec<u8> {
        let mut heard = Vec::new();
        // However it ends.
        let _ = timeout(PATIENCE, self.stream.read_to_end(&mut heard)).await.expect("nobody hangs up");
        heard
    }
}

/// The status of an answer.
fn status(answer: &[u8]) -> Option<u16> {
    std::str::from_utf8(answer.get(9..12)?).ok()?.parse().ok()
}

async fn is_well(app: &TestApp) {
    let answer = timeout(PATIENCE, app.get("/healthz")).await.expect("it does not answer");
    assert_eq!(answer.status, 200);
}
