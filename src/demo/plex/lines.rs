//! Connections that can be cut at any byte.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use poem::http::uri::Scheme;
use poem::listener::{Acceptor, TcpAcceptor};
use poem::web::{LocalAddr, RemoteAddr};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// How many bytes a connection still carries to its client.
#[derive(Clone)]
pub(super) struct Line(Arc<AtomicUsize>);

impl Line {
    /// It carries so many bytes more, then it ends.
    pub fn cut_after(&self, bytes: usize) {
        self.0.store(bytes, Ordering::SeqCst);
    }
}

/// All connections, by the address of the client.
#[derive(Clone, Default)]
pub(super) struct Lines(Arc<Mutex<HashMap<SocketAddr, Line>>>);

impl Lines {
    pub fn find(&self, client: &RemoteAddr) -> Option<Line> {
        self.with(|lines| lines.get(client.as_socket_addr()?).cloned())
    }

    fn with<T>(&self, act: impl FnOnce(&mut HashMap<SocketAddr, Line>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Takes connections, and keeps a hand on each.
pub(super) struct Exchange {
    pub acceptor: TcpAcceptor,
    pub lines: Lines,
}

impl Acceptor for Exchange {
    type Io = Connection;

    fn local_addr(&self) -> Vec<LocalAddr> {
        self.acceptor.local_addr()
    }

    async fn accept(&mut self) -> io::Result<(Connection, LocalAddr, RemoteAddr, Scheme)> {
        let (stream, local, remote, scheme) = self.acceptor.accept().await?;
        let line = Line(Arc::new(AtomicUsize::new(usize::MAX)));
        let client = remote.as_socket_addr().copied();
        if let Some(client) = client {
            self.lines.with(|lines| lines.insert(client, line.clone()));
        }
        Ok((Connection { stream, line, client, lines: self.lines.clone() }, local, remote, scheme))
    }
}

/// A connection that ends where its line was cut.
pub(super) struct Connection {
    stream: TcpStream,
    line: Line,
    client: Option<SocketAddr>,
    lines: Lines,
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(client) = self.client {
            self.lines.with(|lines| lines.remove(&client));
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let left = self.line.0.load(Ordering::SeqCst);
        if left == usize::MAX {
            return Pin::new(&mut self.stream).poll_write(cx, buf);
        }
        if left == 0 {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let some = &buf[..buf.len().min(left)];
        let written = Pin::new(&mut self.stream).poll_write(cx, some);
        if let Poll::Ready(Ok(bytes)) = &written {
            self.line.cut_after(left - bytes);
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
