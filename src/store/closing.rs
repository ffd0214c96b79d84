//! Knowing when a store is closed: whoever opens it anew in the same process waits for that.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

#[derive(Debug, Default)]
struct Shared {
    closed: Mutex<bool>,
    told: Condvar,
}

/// Held by what is open. The last that goes.
#[derive(Default)]
pub struct Open(Arc<Shared>);

impl Open {
    /// A way to wait for its end.
    pub fn closing(&self) -> Closing {
        Closing(self.0.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        *self.0.closed.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.0.told.notify_all();
    }
}

/// The end of a store, which comes with the last handle on it. Holds none itself.
#[derive(Clone, Debug)]
pub struct Closing(Arc<Shared>);

impl Closing {
    /// Waits until it is closed, or `patience` is over. Whether it is closed.
    #[must_use]
    pub fn wait(&self, patience: Duration) -> bool {
        let closed = self.0.closed.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.0.told.wait_timeout_while(closed, patience, |closed| !*closed);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_told_to_all_who_wait_and_to_those_who_come_later() {
        let open = Open::default();
        let closing = open.closing();
        assert!(!closing.wait(Duration::ZERO));
        let waiting = closing.clone();
        let waits = std::thread::spawn(move || waiting.wait(Duration::from_secs(60)));
        drop(open);
        assert!(waits.join().unwrap() && closing.wait(Duration::ZERO));
    }
}
