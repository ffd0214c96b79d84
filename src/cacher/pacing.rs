//! The bandwidth that all copies share: a token bucket of one second.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Bytes per second for all copies together.
pub struct Pacing {
    rate: u64,
    /// When the bytes handed out so far will have been paid for.
    paid_until: Mutex<Option<Instant>>,
}

impl Pacing {
    /// `rate` bytes per second; 0 = unlimited.
    #[must_use]
    pub fn new(rate: u64) -> Self {
        Self { rate, paid_until: Mutex::new(None) }
    }

    /// How long to wait before `bytes` may move.
    #[must_use]
    pub fn delay(&self, bytes: u64, now: Instant) -> Duration {
        if self.rate == 0 || bytes == 0 {
            return Duration::ZERO;
        }
        let cost = Duration::from_secs_f64(bytes as f64 / self.rate as f64);
        let mut paid = self.paid_until.lock().unwrap_or_else(PoisonError::into_inner);
        let from = paid.map_or(now, |until| until.max(now));
        *paid = Some(from + cost);
        from.duration_since(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_share_the_rate() {
        let pacing = Pacing::new(1_000);
        let now = Instant::now();
        assert_eq!(pacing.delay(500, now), Duration::ZERO);
        assert_eq!(pacing.delay(500, now), Duration::from_millis(500));
        assert_eq!(pacing.delay(1, now), Duration::from_millis(1000));
        assert_eq!(Pacing::new(0).delay(1 << 40, now), Duration::ZERO);
    }
}
