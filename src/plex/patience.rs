//! How long to wait for an answer, how often to ask again, how much to read.

use std::time::Duration;

/// The bounds of a caller.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Patience {
    /// For a connection to stand.
    pub connect: Duration,
    /// For the whole answer, body included.
    pub answer: Duration,
    /// How often a request is sent at most.
    pub tries: u32,
    /// The most that is waited before the second try; doubles with each.
    pub first: Duration,
    /// The most that is ever waited between two tries. Who is told to come back later than that gives up at once and
    /// says so, so that the caller can do something else meanwhile.
    pub longest: Duration,
    /// The most bytes that are read of one answer.
    pub largest: usize,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(30),
            tries: 3,
            first: Duration::from_secs(2),
            longest: Duration::from_secs(30),
            largest: 64 << 20,
        }
    }
}

impl Patience {
    /// The wait after the try with this number (from 0): exponential, with full jitter, so that those who were refused
    /// together do not come back together.
    pub(super) fn pause(&self, tried: u32) -> Duration {
        self.ceiling(tried).mul_f64(fastrand::f64())
    }

    fn ceiling(&self, tried: u32) -> Duration {
        self.first.saturating_mul(2_u32.saturating_pow(tried)).min(self.longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_stay_below_the_longest() {
        let patience = Patience::default();
        assert_eq!(patience.ceiling(0), Duration::from_secs(2));
        assert_eq!(patience.ceiling(1), Duration::from_secs(4));
        assert_eq!(patience.ceiling(u32::MAX), patience.longest);
        assert!((0..100).all(|_| patience.pause(1) <= Duration::from_secs(4)));
    }
}
