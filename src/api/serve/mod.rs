//! How connections are served: who may connect, how long each may take, and how they end. What is asked is not looked at.
//!
//! `seats` counts who is connected, `line` is a socket, `pulse` knows for how long nothing happened, `body` keeps bodies in
//! motion, `greet` is the encryption. Start with [`serve`], then [`Served::converse`].
//!
//! **Invariant:** whoever takes nothing, or sends nothing, holds a seat and a few buffers for no longer than
//! [`ConnectionLimits`] says, and never a thread. What becomes a WebSocket has patience of its own (`socket`). No client
//! ends the server, nor does a system that has no more descriptors.

mod body;
mod greet;
mod line;
mod pulse;
mod seats;

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::{Body, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use poem::http::uri::Scheme;
use poem::http::{self, Version};
use poem::web::{LocalAddr, RemoteAddr};
use poem::{Addr, Endpoint, Request};
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use self::body::{Leaving, paced};
use self::line::Line;
use self::pulse::{Flight, Late, Overdue, Pulse};
use self::seats::{Full, Seat, Seats};

/// How long it is waited after an accept failed for want of descriptors or memory: trying at once would only burn time.
const BREATHER: Duration = Duration::from_millis(100);
/// The same complaint is made at most so often.
const COMPLAIN_EVERY: Duration = Duration::from_secs(60);
/// So much waits in the kernel for a client that reads slowly. A third of it has to be taken before the socket takes more,
/// so a client that takes 3 KB per second is seen to take something.
const SEND_BUFFER: usize = 128 << 10;
/// Largest head of a request, and the most that is read ahead.
const HEAD: usize = 64 << 10;
/// Most headers of a request.
const HEADERS: usize = 100;
/// HTTP/2: requests at the same time,
const STREAMS: u32 = 64;
/// headers of one of them, in bytes,
const HEADER_LIST: u32 = 16 << 10;
/// of each of them and of all together, what may be under way towards us,
const STREAM_WINDOW: u32 = 64 << 10;
const CONNECTION_WINDOW: u32 = 256 << 10;
/// what waits to be sent of each of them,
const STREAM_BUFFER: usize = 64 << 10;
/// and how many of them a client may take back before it is shown the door.
const RESETS: usize = 20;
const OUR_RESETS: usize = 64;

/// What connections may take. Tests have less patience.
#[derive(Clone, Debug)]
pub struct ConnectionLimits {
    /// Connections in all.
    pub connections: usize,
    /// Connections from one address; this machine may have any number.
    pub connections_per_address: usize,
    /// For agreeing on the encryption.
    pub handshake: Duration,
    /// For the head of a request, from its first byte, and for the first request.
    pub head: Duration,
    /// Between two requests.
    pub idle: Duration,
    /// Between two pieces of a request's body.
    pub body_pause: Duration,
    /// For each MiB of a request's body, and for what is less.
    pub body_pace: Duration,
    /// For taking anything of an answer.
    pub stall: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            connections: 2048,
            connections_per_address: 256,
            handshake: seconds(10),
            head: seconds(10),
            idle: seconds(75),
            body_pause: seconds(10),
            body_pace: seconds(30),
            stall: seconds(30),
        }
    }
}

/// How connections are served.
#[derive(Clone, Default)]
pub struct Connections {
    /// What each may take.
    pub limits: ConnectionLimits,
    /// What they are encrypted with, if they are: always the newest.
    pub encryption: Option<watch::Receiver<Arc<ServerConfig>>>,
}

/// Serves until `shutdown`; then nobody may connect any more, and what is being answered has `ending` to be answered.
pub(super) async fn serve<E: Endpoint + 'static>(
    listener: TcpListener,
    app: E,
    connections: Connections,
    ending: Duration,
    shutdown: impl Future<Output = ()>,
) {
    let seats = Seats::new(connections.limits.connections, connections.limits.connections_per_address);
    let (stop, stopped) = watch::channel(false);
    let served = Arc::new(Served { app, connections, builder: builder(), stopped });
    let mut open = JoinSet::new();
    let (mut failed, mut refused) = (Complaint::default(), Complaint::default());
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            Some(_) = open.join_next() => {}
            accepted = listener.accept() => match accepted.map(|(stream, peer)| (seats.take(peer.ip()), stream, peer)) {
                Ok((Ok(seat), stream, peer)) => {
                    open.spawn(Arc::clone(&served).connect(stream, peer, seat));
                }
                Ok((Err(full), _, peer)) => refused.make(|times| {
                    let says = match full {
                        Full::InAll => "there are as many as server.connections allows",
                        Full::OfOne => "there are as many from there as server.connections_per_address allows",
                    };
                    tracing::warn!(%peer, times, "a connection was refused: {says}");
                }),
                // Of the one connection, which has gone again.
                Err(error) if is_of_the_client(&error) => {}
                Err(error) => {
                    failed.make(|times| tracing::warn!(%error, times, "no connection can be accepted just now"));
                    tokio::time::sleep(BREATHER).await;
                }
            },
        }
    }
    drop(listener);
    stop.send_replace(true);
    let all_ended = async { while open.join_next().await.is_some() {} };
    if tokio::time::timeout(ending, all_ended).await.is_err() {
        tracing::info!(connections = open.len(), "some did not take their answers in time");
        open.shutdown().await;
    }
}

fn is_of_the_client(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().max_buf_size(HEAD).max_headers(HEADERS);
    builder
        .http2()
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(HEADER_LIST)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buf_size(STREAM_BUFFER)
        .max_pending_accept_reset_streams(RESETS)
        .max_local_error_reset_streams(OUR_RESETS);
    builder
}

/// What all connections have in common.
struct Served<E> {
    app: E,
    connections: Connections,
    builder: Builder<TokioExecutor>,
    stopped: watch::Receiver<bool>,
}

impl<E: Endpoint + 'static> Served<E> {
    /// One connection, from its beginning to its end or until it is something else.
    async fn connect(self: Arc<Self>, stream: TcpStream, peer: SocketAddr, seat: Seat) {
        // Neither changes what is said, only how fast.
        let _ = stream.set_nodelay(true);
        let _ = rustix::net::sockopt::set_socket_send_buffer_size(&stream, SEND_BUFFER);
        let Ok(local) = stream.local_addr() else { return };
        let limits = self.connections.limits.clone();
        let newest = self.connections.encryption.as_ref().map(|newest| Arc::clone(&newest.borrow()));
        let Some(config) = newest else {
            let pulse = Arc::new(Pulse::new(limits));
            let line = Line::new(stream, Arc::clone(&pulse), seat);
            return self.converse(line, &pulse, Scheme::HTTP, (local, peer)).await;
        };
        let pulse = Arc::new(Pulse::new(limits.clone()));
        let mut stopped = self.stopped.clone();
        let greeted = tokio::select! {
            greeted = tokio::time::timeout(limits.handshake, greet::greet(stream, &pulse, seat, config)) => greeted,
            _ = stopped.wait_for(|stop| *stop) => return,
        };
        match greeted {
            Ok(Ok(Some(line))) => {
                // The first request has its time from here on.
                pulse.part();
                self.converse(line, &pulse, Scheme::HTTPS, (local, peer)).await;
            }
            Ok(Ok(None)) => tracing::debug!(%peer, "somebody spoke plain HTTP where it is encrypted"),
            Ok(Err(error)) => tracing::debug!(%peer, %error, "no encryption was agreed on"),
            Err(_) => tracing::debug!(%peer, "agreeing on the encryption took too long"),
        }
    }

    async fn converse(
        self: Arc<Self>,
        line: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        pulse: &Arc<Pulse>,
        scheme: Scheme,
        (local, peer): (SocketAddr, SocketAddr),
    ) {
        let (local, remote) = (LocalAddr(Addr::SocketAddr(local)), RemoteAddr(Addr::SocketAddr(peer)));
        let service = service_fn(|request: http::Request<Incoming>| {
            let flight = Flight::begin(pulse, request.version() == Version::HTTP_2);
            let (served, scheme) = (Arc::clone(&self), scheme.clone());
            let (local, remote) = (local.clone(), remote.clone());
            async move {
                let has_body = !request.body().is_end_stream();
                let mut request = Request::from((request, local, remote, scheme));
                if has_body {
                    let body = paced(request.take_body(), &served.connections.limits);
                    request.set_body(body);
                }
                let response: http::Response<_> = served.app.get_response(request).await.into();
                Ok::<_, Infallible>(response.map(|body| Leaving::new(body, flight)))
            }
        });
        let mut connection = pin!(self.builder.serve_connection_with_upgrades(TokioIo::new(line), service));
        let mut overdue = pin!(Overdue::of(pulse));
        let mut stopped = self.stopped.clone();
        let mut is_parting = false;
        loop {
            // The watch comes last: it looks at what the connection has just done.
            tokio::select! {
                biased;
                ended = connection.as_mut() => {
                    if let Err(error) = ended {
                        tracing::debug!(%peer, %error, "a connection broke off");
                    }
                    return;
                }
                late = overdue.as_mut() => {
                    tracing::debug!(%peer, ?late, "a connection took too long");
                    if late != Late::Idle || is_parting {
                        return;
                    }
                }
                _ = stopped.wait_for(|stop| *stop), if !is_parting => {}
            }
            // What is being answered is answered, and then it is over.
            is_parting = true;
            pulse.part();
            connection.as_mut().graceful_shutdown();
        }
    }
}

/// What goes wrong again and again, and is told of now and then.
#[derive(Default)]
struct Complaint {
    at: Option<Instant>,
    /// Since the last time it was told.
    times: u64,
}

impl Complaint {
    fn make(&mut self, tell: impl FnOnce(u64)) {
        self.times += 1;
        if self.at.is_none_or(|at| at.elapsed() >= COMPLAIN_EVERY) {
            tell(std::mem::take(&mut self.times));
            self.at = Some(Instant::now());
        }
    }
}
