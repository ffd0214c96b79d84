//! Whether a connection lives: what was heard, what was taken, what is under way.
//!
//! One look at it, [`Overdue`], stands for every patience there is with a connection as a whole. It is polled by the task
//! that serves the connection, after everything else, so that nothing has to wake it.
//!
//! **Invariant:** while a handler works nobody is late; whoever then reads, however slowly, is not late either.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::time::{Instant, Sleep, sleep_until};

use super::ConnectionLimits;

/// What is known of a connection. Its socket, its answers and its watch share it.
pub(super) struct Pulse {
    limits: ConnectionLimits,
    state: Mutex<State>,
}

struct State {
    /// Requests whose answers have not left whole.
    flights: usize,
    /// What is waited for while there are none, and since when.
    awaits: Awaits,
    since: Instant,
    /// HTTP/2: frames of many streams, and of none.
    is_multiplexed: bool,
    /// When the socket took something the last time,
    written: Instant,
    /// and since when it takes nothing more.
    blocked: Option<Instant>,
    /// HTTP/2: answers of which a part was handed over, and since when nobody asks for the next.
    offered: HashMap<u64, Instant>,
    flown: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Awaits {
    /// The rest of a request's head.
    Head,
    /// Another request.
    Request,
}

/// Why a connection is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Late {
    /// A head, or a first request, takes too long.
    Head,
    /// Nothing was asked for.
    Idle,
    /// What was asked for is not taken.
    Stalled,
}

impl Pulse {
    pub fn new(limits: ConnectionLimits) -> Self {
        let now = Instant::now();
        let state = State {
            flights: 0,
            awaits: Awaits::Head,
            since: now,
            is_multiplexed: false,
            written: now,
            blocked: None,
            offered: HashMap::new(),
            flown: 0,
        };
        Self { limits, state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The client sent something. Between requests that is the beginning of the next; with HTTP/2 it may be anything.
    pub fn hear(&self) {
        let mut state = self.state();
        if state.flights == 0 && state.awaits == Awaits::Request && !state.is_multiplexed {
            (state.awaits, state.since) = (Awaits::Head, Instant::now());
        }
    }

    /// The socket took something.
    pub fn write(&self) {
        let mut state = self.state();
        (state.written, state.blocked) = (Instant::now(), None);
    }

    /// The socket takes nothing just now.
    pub fn block(&self) {
        self.state().blocked.get_or_insert_with(Instant::now);
    }

    /// From now on only what was begun counts, and no longer than a head may take.
    pub fn part(&self) {
        let mut state = self.state();
        (state.awaits, state.since) = (Awaits::Head, Instant::now());
    }

    /// The earliest instant at which something is too late.
    fn due(&self) -> Option<(Instant, Late)> {
        let (state, limits) = (self.state(), &self.limits);
        let waits = (state.flights == 0).then(|| match state.awaits {
            Awaits::Head => (state.since + limits.head, Late::Head),
            // Of many streams the socket says nothing: who only pings is idle.
            Awaits::Request if state.is_multiplexed => (state.since + limits.idle, Late::Idle),
            Awaits::Request => (state.since.max(state.written) + limits.idle, Late::Idle),
        });
        let stalled = state.offered.values().chain(&state.blocked).min();
        let stalled = stalled.map(|since| (*since + limits.stall, Late::Stalled));
        waits.into_iter().chain(stalled).min_by_key(|(at, _)| *at)
    }
}

/// A request, until its answer has left or was given up.
pub(super) struct Flight {
    pulse: Arc<Pulse>,
    number: u64,
    is_multiplexed: bool,
}

impl Flight {
    /// A request came.
    pub fn begin(pulse: &Arc<Pulse>, is_multiplexed: bool) -> Self {
        let mut state = pulse.state();
        state.flights += 1;
        state.flown += 1;
        state.is_multiplexed = is_multiplexed;
        Self { pulse: Arc::clone(pulse), number: state.flown, is_multiplexed }
    }

    /// Whether it shares its connection with others, so that the socket says nothing about it.
    pub fn is_multiplexed(&self) -> bool {
        self.is_multiplexed
    }

    /// A part of the answer was handed over.
    pub fn offer(&self) {
        if self.is_multiplexed {
            self.pulse.state().offered.insert(self.number, Instant::now());
        }
    }

    /// The next part is asked for.
    pub fn ask(&self) {
        if self.is_multiplexed {
            self.pulse.state().offered.remove(&self.number);
        }
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        let mut state = self.pulse.state();
        state.offered.remove(&self.number);
        state.flights -= 1;
        if state.flights == 0 {
            (state.awaits, state.since) = (Awaits::Request, Instant::now());
        }
    }
}

/// Resolves when something is too late.
pub(super) struct Overdue {
    pulse: Arc<Pulse>,
    sleep: Pin<Box<Sleep>>,
}

impl Overdue {
    pub fn of(pulse: &Arc<Pulse>) -> Self {
        let first = pulse.due().map_or_else(Instant::now, |(at, _)| at);
        Self { pulse: Arc::clone(pulse), sleep: Box::pin(sleep_until(first)) }
    }
}

impl Future for Overdue {
    type Output = Late;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Late> {
        loop {
            let Some((at, late)) = self.pulse.due() else { return Poll::Pending };
            if at <= Instant::now() {
                return Poll::Ready(late);
            }
            // One that is armed for an earlier instant is left alone: most of them come to nothing.
            if self.sleep.is_elapsed() || self.sleep.deadline() > at {
                self.sleep.as_mut().reset(at);
            }
            ready!(self.sleep.as_mut().poll(context));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::advance;

    use super::*;

    fn pulse() -> Arc<Pulse> {
        Arc::new(Pulse::new(ConnectionLimits::default()))
    }

    /// After how many seconds from now it is over, and why.
    fn due(pulse: &Pulse) -> Option<(u64, Late)> {
        pulse.due().map(|(at, late)| (at.saturating_duration_since(Instant::now()).as_secs(), late))
    }

    async fn pass(seconds: u64) {
        advance(Duration::from_secs(seconds)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_that_is_dribbled_is_late_and_silence_between_requests_lasts_longer() {
        let pulse = pulse();
        for _ in 0..9 {
            pass(1).await;
            pulse.hear();
        }
        assert_eq!(due(&pulse), Some((1, Late::Head)));
        let flight = Flight::begin(&pulse, false);
        assert_eq!(due(&pulse), None, "a handler may take its time");
        pass(1000).await;
        drop(flight);
        assert_eq!(due(&pulse), Some((75, Late::Idle)));
        pass(60).await;
        pulse.hear();
        assert_eq!(due(&pulse), Some((10, Late::Head)));
    }

    #[tokio::test(start_paused = true)]
    async fn who_reads_slowly_is_not_late_who_does_not_read_is() {
        let pulse = pulse();
        let flight = Flight::begin(&pulse, false);
        for _ in 0..5 {
            pulse.block();
            pass(29).await;
            pulse.block();
            assert_eq!(due(&pulse), Some((1, Late::Stalled)));
            pulse.write();
            assert_eq!(due(&pulse), None);
        }
        drop(flight);
        pass(70).await;
        pulse.write();
        assert_eq!(due(&pulse), Some((75, Late::Idle)), "the rest is still being taken");
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_that_takes_nothing_is_late_whatever_the_others_do() {
        let pulse = pulse();
        let (stalled, other) = (Flight::begin(&pulse, true), Flight::begin(&pulse, true));
        stalled.offer();
        pass(20).await;
        other.offer();
        other.ask();
        pulse.write();
        pulse.hear();
        assert_eq!(due(&pulse), Some((10, Late::Stalled)));
        drop(stalled);
        assert_eq!(due(&pulse), None);
        drop(other);
        pass(5).await;
        pulse.hear();
        pulse.write();
        assert_eq!(due(&pulse), Some((70, Late::Idle)), "a ping is not a request");
    }

    #[tokio::test(start_paused = true)]
    async fn the_watch_follows_what_happens_without_being_woken() {
        let pulse = pulse();
        let begun = Instant::now();
        let flight = Flight::begin(&pulse, false);
        drop(flight);
        assert_eq!(Overdue::of(&pulse).await, Late::Idle);
        assert_eq!(begun.elapsed().as_secs(), 75);
    }
}
