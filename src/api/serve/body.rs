//! Bodies on their way: those that come keep a pace, those that leave are told of in the pulse.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::{StreamExt, stream};
use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::time::{Instant, timeout_at};

use super::ConnectionLimits;
use super::pulse::Flight;

/// What `body_pace` is for.
const PACE: u64 = 1 << 20;
/// So much of an answer is handed over at once where it shares a connection: what was handed over waits in memory.
const PART: usize = 16 << 10;

/// The same body, which fails if it comes too slowly.
pub(super) fn paced(body: poem::Body, limits: &ConnectionLimits) -> poem::Body {
    let (pause, pace, begun) = (limits.body_pause, limits.body_pace, Instant::now());
    let chunks = Box::pin(body.into_bytes_stream());
    poem::Body::from_bytes_stream(stream::unfold(Some((chunks, 0)), move |rest| async move {
        let (mut chunks, come) = rest?;
        let begun_parts = u32::try_from(come / PACE).unwrap_or(u32::MAX).saturating_add(1);
        let until = (begun + pace.saturating_mul(begun_parts)).min(Instant::now() + pause);
        match timeout_at(until, chunks.next()).await {
            Ok(Some(Ok(chunk))) => {
                let come = come + chunk.len() as u64;
                Some((Ok(chunk), Some((chunks, come))))
            }
            Ok(Some(Err(error))) => Some((Err(error), None)),
            Ok(None) => None,
            Err(_) => Some((Err(io::Error::new(io::ErrorKind::TimedOut, "the body comes too slowly")), None)),
        }
    }))
}

/// A body that leaves.
pub(super) struct Leaving<B> {
    body: B,
    flight: Flight,
    /// What is left of a chunk.
    rest: Bytes,
}

impl<B> Leaving<B> {
    pub fn new(body: B, flight: Flight) -> Self {
        Self { body, flight, rest: Bytes::new() }
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for Leaving<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let this = &mut *self;
        this.flight.ask();
        if this.rest.is_empty() {
            match Pin::new(&mut this.body).poll_frame(context) {
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(bytes) => this.rest = bytes,
                    Err(frame) => return Poll::Ready(Some(Ok(frame))),
                },
                other => return other,
            }
        }
        let most = if this.flight.is_multiplexed() { PART } else { usize::MAX };
        let part = this.rest.split_to(this.rest.len().min(most));
        this.flight.offer();
        Poll::Ready(Some(Ok(Frame::data(part))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (inner, rest) = (self.body.size_hint(), self.rest.len() as u64);
        let mut hint = SizeHint::new();
        hint.set_lower(inner.lower().saturating_add(rest));
        if let Some(upper) = inner.upper() {
            hint.set_upper(upper.saturating_add(rest));
        }
        hint
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// What comes of a body of `count` chunks, each `size` long and `seconds` after the one before.
    async fn come(count: u64, size: usize, seconds: u64) -> Option<usize> {
        let chunks = stream::unfold(0, move |sent| async move {
            if sent == count {
                return None;
            }
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            Some((io::Result::Ok(vec![b'x'; size]), sent + 1))
        });
        let body = paced(poem::Body::from_bytes_stream(chunks), &ConnectionLimits::default());
        body.into_vec().await.ok().map(|bytes| bytes.len())
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_pauses_or_crawls_fails_and_a_large_one_has_its_time() {
        assert_eq!(come(29, 10, 1).await, Some(290));
        assert_eq!(come(3, 10, 11).await, None);
        assert_eq!(come(31, 10, 1).await, None);
        assert_eq!(come(300, 1 << 16, 1).await, Some(300 << 16), "five minutes, at the pace");
        assert_eq!(come(300, 1 << 14, 1).await, None);
    }
}
