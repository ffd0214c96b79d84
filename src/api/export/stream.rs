//! From a thread that writes to a body that is read: a few chunks, then the writer waits.
//!
//! **Invariant:** a body ends well only if its writer said that it is complete. Whatever else ends the writer (the store
//! fails, it panics) breaks the connection off, so that no half of an export looks like a whole one.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures_util::Stream;
use poem::Body;

use crate::error::{IoContext, Result};

/// Bytes of a chunk, about.
const CHUNK: usize = 64 << 10;
/// So many chunks wait for the client.
const CHUNKS: usize = 4;
/// A client that takes nothing for so long is given up: the snapshot that its export reads keeps the store from using
/// old room again.
const PATIENCE: Duration = Duration::from_secs(5 * 60);

/// Lets a thread of its own write a body. It begins at once.
///
/// # Errors
/// There is no room for another thread.
pub fn body(write: impl FnOnce(&mut dyn io::Write) -> Result<()> + Send + 'static) -> Result<Body> {
    let (mut pipe, chunks) = pipe(PATIENCE);
    let work = move || match write(&mut pipe).and_then(|()| pipe.complete().doing("send", "an export")) {
        Ok(()) => {}
        Err(_) if pipe.is_unread() => tracing::debug!("an export was broken off by its reader"),
        Err(error) => tracing::error!(%error, "an export was broken off"),
    };
    std::thread::Builder::new().name("export".to_owned()).spawn(work).doing("start", "a thread")?;
    Ok(Body::from_bytes_stream(chunks))
}

fn pipe(patience: Duration) -> (Pipe, Chunks) {
    let shared = Arc::new(Shared::default());
    (Pipe { shared: Arc::clone(&shared), buffer: Vec::new(), patience }, Chunks(shared))
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    room: Condvar,
}

#[derive(Default)]
struct State {
    chunks: VecDeque<Vec<u8>>,
    /// The writer has ended, and whether it was complete.
    ended: Option<bool>,
    unread: bool,
    reader: Option<Waker>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell_reader(mut state: MutexGuard<'_, State>) {
        let reader = state.reader.take();
        drop(state);
        if let Some(reader) = reader {
            reader.wake();
        }
    }
}

/// The end that is written to.
struct Pipe {
    shared: Arc<Shared>,
    buffer: Vec<u8>,
    patience: Duration,
}

impl Pipe {
    fn is_unread(&self) -> bool {
        self.shared.state().unread
    }

    fn send(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let full = |state: &mut State| state.chunks.len() >= CHUNKS && !state.unread;
        let (mut state, _) = self
            .shared
            .room
            .wait_timeout_while(self.shared.state(), self.patience, full)
            .unwrap_or_else(PoisonError::into_inner);
        if state.unread {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        if state.chunks.len() >= CHUNKS {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "the client took nothing for too long"));
        }
        state.chunks.push_back(std::mem::replace(&mut self.buffer, Vec::with_capacity(CHUNK)));
        Shared::tell_reader(state);
        Ok(())
    }

    fn complete(&mut self) -> io::Result<()> {
        self.send()?;
        self.shared.state().ended = Some(true);
        Ok(())
    }
}

impl io::Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= CHUNK {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.send()
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        state.ended.get_or_insert(false);
        Shared::tell_reader(state);
    }
}

/// The end that is read.
struct Chunks(Arc<Shared>);

impl Stream for Chunks {
    type Item = io::Result<Vec<u8>>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut state = self.0.state();
        if let Some(chunk) = state.chunks.pop_front() {
            self.0.room.notify_one();
            return Poll::Ready(Some(Ok(chunk)));
        }
        match state.ended {
            None => {
                state.reader = Some(context.waker().clone());
                Poll::Pending
            }
            Some(true) => Poll::Ready(None),
            // Ends the connection, or with HTTP/2 the stream, without the mark of a body's end.
            Some(false) => Poll::Ready(Some(Err(io::Error::other("an export is not complete")))),
        }
    }
}

impl Drop for Chunks {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.unread = true;
        state.chunks.clear();
        self.0.room.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::io::Write;

    use futures_util::{FutureExt, StreamExt};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;
    use crate::api::Connections;
    use crate::api::serve::serve;

    fn next(chunks: &mut Chunks) -> Option<Option<io::Result<Vec<u8>>>> {
        chunks.next().now_or_never()
    }

    fn breaks_off(chunks: &mut Chunks) -> bool {
        matches!(next(chunks), Some(Some(Err(_))))
    }

    #[test]
    fn only_a_writer_that_says_so_ends_a_body_well() {
        for complete in [true, false] {
            let (mut pipe, mut chunks) = pipe(PATIENCE);
            assert!(next(&mut chunks).is_none(), "there is nothing yet");
            pipe.write_all(b"begun").unwrap();
            assert!(next(&mut chunks).is_none(), "a chunk is not full");
            pipe.flush().unwrap();
            assert_eq!(next(&mut chunks).unwrap().unwrap().unwrap(), b"begun");
            if complete {
                pipe.complete().unwrap();
            }
            drop(pipe);
            match complete {
                true => assert!(next(&mut chunks).unwrap().is_none()),
                false => assert!(breaks_off(&mut chunks)),
            }
        }
    }

    #[test]
    fn a_panic_is_not_an_end() {
        let (mut pipe, mut chunks) = pipe(PATIENCE);
        let ended = std::thread::spawn(move || {
            pipe.write_all(b"x").unwrap();
            panic!("as the test wants it");
        });
        assert!(ended.join().is_err());
        assert!(breaks_off(&mut chunks));
    }

    #[test]
    fn a_writer_waits_for_its_reader_and_ends_when_there_is_none() {
        let (mut pipe, mut chunks) = pipe(PATIENCE);
        let writer = std::thread::spawn(move || {
            let written = (0..).take_while(|_| pipe.write_all(&[7; CHUNK]).is_ok()).count();
            assert!(pipe.is_unread());
            written
        });
        for _ in 0..10 {
            drop(next(&mut chunks));
        }
        drop(chunks);
        assert!(writer.join().unwrap() <= 10 + CHUNKS);
    }

    #[test]
    fn a_reader_that_takes_nothing_is_given_up() {
        let (mut pipe, _chunks) = pipe(Duration::from_millis(10));
        for _ in 0..CHUNKS {
            pipe.write_all(&[7; CHUNK]).unwrap();
        }
        assert_eq!(pipe.write_all(&[7; CHUNK]).unwrap_err().kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_fails_in_the_middle_breaks_the_connection_off() {
        for fails in [false, true] {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let answer = poem::endpoint::make_sync(move |_| {
                body(move |out| {
                    out.write_all(&[b'x'; 3 * CHUNK]).doing("send", "it")?;
                    if fails { Err(crate::Error::Cancelled) } else { Ok(()) }
                })
                .map(|body| poem::Response::builder().body(body))
                .unwrap()
            });
            let serving = serve(listener, answer, Connections::default(), Duration::ZERO, pending());
            let serving = tokio::spawn(serving);
            let mut line = tokio::net::TcpStream::connect(address).await.unwrap();
            line.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
            let mut answer = Vec::new();
            // A connection that is broken off may end with an error.
            let _ = line.read_to_end(&mut answer).await;
            assert!(answer.starts_with(b"HTTP/1.1 200 "));
            assert_eq!(answer.ends_with(b"0\r\n\r\n"), !fails, "the last chunk says that it is whole");
            serving.abort();
        }
    }
}
