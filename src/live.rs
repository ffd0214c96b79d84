//! The event hub: what happened gets a number and lies in a ring; whoever listens reads on from where they were.
//!
//! The ring is the only queue. A client is a place in it, so a slow or dead one costs little and holds nobody up; when
//! the ring has moved on past its place it is told to read everything again. Replay after a lost connection is the
//! same: a place further back.
//!
//! **Invariant:** numbers rise by one with each event and never repeat, not even after a restart: they begin at the
//! microsecond of the start. Events come in after the commit they tell of.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::sync::{Notify, watch};

use crate::clock::Clock;
use crate::domain::event::Event;
use crate::domain::statistics::Statistics;
use crate::domain::time::Time;

/// Events that are kept for those who come back.
pub const RING: usize = 1024;
/// A listener takes at most so many out of the ring at a time: what it holds while it waits for its client is memory.
pub const HANDFUL: usize = 64;

/// The hub. Cheap to clone.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

struct Inner {
    clock: Arc<dyn Clock>,
    ring: Mutex<Ring>,
    /// The number of the newest event.
    latest: watch::Sender<u64>,
    /// The statistics changed since they were last told.
    stale: Notify,
}

struct Ring {
    told: VecDeque<Arc<Told>>,
    latest: u64,
}

/// What was told, once, for everybody.
#[derive(Debug)]
pub struct Told {
    /// Its number.
    pub seq: u64,
    /// When.
    pub at: Time,
    /// What.
    pub what: What,
    texts: [OnceLock<String>; Ear::ALL.len()],
}

/// Who listens. Not everybody may hear the same of one event.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Ear {
    /// Those who are told everything.
    Staff,
    /// Those who may only look.
    Viewer,
}

impl Ear {
    /// All there are.
    pub const ALL: [Self; 2] = [Self::Staff, Self::Viewer];
}

/// What can be told.
#[derive(Debug)]
pub enum What {
    /// Something happened.
    Event(Event),
    /// The numbers are these now.
    Statistics(Statistics),
}

impl Told {
    /// The event as text for this ear; `encode` is called by the first of them who asks.
    pub fn text(&self, ear: Ear, encode: impl FnOnce(&Self) -> String) -> &str {
        self.texts[ear as usize].get_or_init(|| encode(self))
    }
}

impl Hub {
    /// An empty hub.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let latest = u64::try_from(clock.now().as_micros()).unwrap_or(0);
        Self(Arc::new(Inner {
            clock,
            ring: Mutex::new(Ring { told: VecDeque::with_capacity(RING), latest }),
            latest: watch::Sender::new(latest),
            stale: Notify::new(),
        }))
    }

    /// Where the engine puts its events.
    #[must_use]
    pub fn sink(&self) -> Arc<dyn Fn(Event) + Send + Sync> {
        let hub = self.clone();
        Arc::new(move |event| match event {
            Event::StatisticsChanged => hub.0.stale.notify_one(),
            event => hub.tell(What::Event(event)),
        })
    }

    /// Tells the numbers as they are now.
    pub fn tell_statistics(&self, statistics: Statistics) {
        self.tell(What::Statistics(statistics));
    }

    /// Forgets what was told. Whoever has not heard all of it is told to read everything again; numbers go on.
    pub fn forget(&self) {
        self.ring().told.clear();
    }

    /// Returns when the statistics changed since the last call.
    pub async fn statistics_changed(&self) {
        self.0.stale.notified().await;
    }

    /// Listens from the event after `since` on, or from now on.
    #[must_use]
    pub fn listen(&self, since: Option<u64>) -> Listener {
        let wake = self.0.latest.subscribe();
        let latest = self.ring().latest;
        // A number that was never given comes from another store or a clock set back: nothing can be replayed.
        let (next, lost) = match since {
            None => (latest + 1, false),
            Some(since) => (since.saturating_add(1), since > latest),
        };
        Listener { hub: self.clone(), wake, next, lost }
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.0.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, what: What) {
        let at = self.0.clock.now();
        let mut ring = self.ring();
        ring.latest += 1;
        let seq = ring.latest;
        if ring.told.len() == RING {
            ring.told.pop_front();
        }
        ring.told.push_back(Arc::new(Told { seq, at, what, texts: Default::default() }));
        // Under the lock, so that the numbers arrive in order.
        self.0.latest.send_replace(seq);
    }
}

/// A place in the ring.
pub struct Listener {
    hub: Hub,
    wake: watch::Receiver<u64>,
    next: u64,
    lost: bool,
}

/// What a listener hears.
#[derive(Debug)]
pub enum Heard {
    /// What comes next, in order; at most [`HANDFUL`].
    Events(Vec<Arc<Told>>),
    /// Something was missed: read everything again. What comes next has a number above this one.
    Missed(u64),
}

impl Listener {
    /// Waits for news. Cancelling the wait loses nothing.
    pub async fn hear(&mut self) -> Heard {
        loop {
            self.wake.mark_unchanged();
            if let Some(heard) = self.look() {
                return heard;
            }
            // The hub that this listener holds holds the sender.
            let _ = self.wake.changed().await;
        }
    }

    /// The number of the newest event.
    #[must_use]
    pub fn latest(&self) -> u64 {
        self.hub.ring().latest
    }

    /// Passes over all there is. Returns the number of the newest event.
    pub fn skip(&mut self) -> u64 {
        let latest = self.hub.ring().latest;
        self.next = latest + 1;
        latest
    }

    /// News, if there are any.
    pub fn look(&mut self) -> Option<Heard> {
        let ring = self.hub.ring();
        let oldest = ring.told.front().map_or(ring.latest + 1, |told| told.seq);
        if self.lost || self.next < oldest {
            self.lost = false;
            self.next = ring.latest + 1;
            return Some(Heard::Missed(ring.latest));
        }
        let passed = usize::try_from(self.next - oldest).unwrap_or(usize::MAX);
        let news: Vec<_> = ring.told.iter().skip(passed).take(HANDFUL).cloned().collect();
        self.next += news.len() as u64;
        (!news.is_empty()).then_some(Heard::Events(news))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use crate::domain::actor::Actor;
    use crate::domain::id::FileId;

    fn hub() -> Hub {
        Hub::new(Arc::new(ManualClock::at(Time::from_micros(1_000))))
    }

    fn event() -> Event {
        let (file_id, file_path) = (FileId::new(), "/m/a".into());
        let by = Actor::system();
        Event::FileRemoved { file_id, file_path, user: None, reason: String::new(), by }
    }

    fn numbers(heard: Heard) -> Vec<u64> {
        match heard {
            Heard::Events(told) => told.iter().map(|told| told.seq).collect(),
            Heard::Missed(_) => panic!("missed"),
        }
    }

    #[tokio::test]
    async fn numbers_rise_by_one_and_everybody_hears_them_in_order() {
        let hub = hub();
        let (mut a, mut b) = (hub.listen(None), hub.listen(None));
        let sink = hub.sink();
        (0..3).for_each(|_| sink(event()));
        assert_eq!(numbers(a.hear().await), [1_001, 1_002, 1_003]);
        sink(event());
        assert_eq!(numbers(a.hear().await), [1_004]);
        assert_eq!(numbers(b.hear().await), [1_001, 1_002, 1_003, 1_004]);
    }

    #[tokio::test]
    async fn who_comes_back_hears_what_was_missed() {
        let hub = hub();
        (0..3).for_each(|_| hub.sink()(event()));
        assert_eq!(numbers(hub.listen(Some(1_001)).hear().await), [1_002, 1_003]);
    }

    #[tokio::test]
    async fn a_full_ring_is_heard_to_its_end_and_little_of_it_is_held_at_a_time() {
        let hub = hub();
        (0..RING).for_each(|_| hub.sink()(event()));
        let (mut listener, mut heard) = (hub.listen(Some(1_000)), Vec::new());
        while heard.len() < RING {
            let next = numbers(listener.hear().await);
            assert!(next.len() <= HANDFUL);
            heard.extend(next);
        }
        assert!(heard.into_iter().eq(1_001..=1_000 + RING as u64));
        assert!(listener.look().is_none());
    }

    #[tokio::test]
    async fn who_was_away_too_long_or_comes_from_elsewhere_is_told_to_read_again() {
        let hub = hub();
        let mut slow = hub.listen(None);
        (0..=RING).for_each(|_| hub.sink()(event()));
        assert!(matches!(slow.hear().await, Heard::Missed(latest) if latest == 1_001 + RING as u64));
        assert!(matches!(hub.listen(Some(5)).hear().await, Heard::Missed(_)));
        let mut foreign = hub.listen(Some(u64::MAX));
        assert!(matches!(foreign.hear().await, Heard::Missed(_)));
        hub.sink()(event());
        assert_eq!(numbers(foreign.hear().await).len(), 1);
    }

    #[tokio::test]
    async fn an_instance_without_events_has_nothing_for_an_older_place() {
        assert!(matches!(hub().listen(Some(7)).hear().await, Heard::Missed(1_000)));
    }

    #[tokio::test]
    async fn many_changes_of_the_statistics_are_one() {
        let hub = hub();
        (0..9).for_each(|_| hub.sink()(Event::StatisticsChanged));
        hub.statistics_changed().await;
        let again = std::pin::pin!(hub.statistics_changed());
        assert!(futures_util::poll!(again).is_pending());
    }
}
