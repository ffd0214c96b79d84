//! Politeness: requests begin at least so far apart.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Gives out the times at which requests may begin.
pub struct Pace {
    apart: Duration,
    next: Mutex<Option<Instant>>,
}

impl Pace {
    pub fn new(apart: Duration) -> Self {
        Self { apart, next: Mutex::new(None) }
    }

    /// Until it is our turn. Each who asks has a turn of their own, in the order of asking.
    pub async fn wait(&self) {
        if self.apart.is_zero() {
            return;
        }
        let turn = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            let turn = next.map_or(now, |next| next.max(now));
            *next = Some(turn + self.apart);
            turn
        };
        tokio::time::sleep_until(turn).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn requests_begin_apart_even_when_they_are_made_together() {
        let pace = Pace::new(Duration::from_secs(1));
        let start = Instant::now();
        let turn = async || {
            pace.wait().await;
            start.elapsed().as_secs()
        };
        assert_eq!(tokio::join!(turn(), turn(), turn()), (0, 1, 2));
        tokio::time::advance(Duration::from_secs(60)).await;
        let before = Instant::now();
        pace.wait().await;
        assert_eq!(before.elapsed(), Duration::ZERO, "who comes late does not wait");
    }
}
