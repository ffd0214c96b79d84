//! How often somebody may try: by address and by account, with a wait that doubles. Pure; time is handed in.
//!
//! An attempt counts as failed from its beginning, so that a thousand at once are no more than one after the other, and
//! whoever hangs up early has still tried.
//!
//! **Invariant:** memory is bounded, whoever asks, and what is forgotten first is who does not wait.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::time::Duration;

use crate::domain::fold::fold;
use crate::domain::network::household;

/// So many failures are nobody's fault.
const FREE: u32 = 5;
/// The first wait; each further failure doubles it,
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// up to this.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);
/// After so long without an attempt, failures are forgotten.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(60 * 60);
/// So many addresses, and so many names, are remembered.
const MOST: usize = 4096;

/// Where attempts come from: whoever has an IPv6 address has 2^64 of them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Network(IpAddr);

impl Network {
    pub fn of(address: IpAddr) -> Self {
        Self(household(address))
    }
}

/// Which account is tried, by the digest of its name: names are as long as somebody likes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Target(pub [u8; 16]);

impl Target {
    pub fn of(name: &str) -> Self {
        let digest = *blake3::hash(fold(name).as_bytes()).as_bytes();
        let (half, _) = digest.split_at(16);
        Self(half.try_into().unwrap_or_default())
    }
}

/// An attempt under way. It has failed unless it is handed back.
#[must_use = "an attempt that is not handed back has failed"]
#[derive(Debug)]
pub(super) struct Attempt {
    from: Network,
    target: Option<Target>,
}

/// Who has tried how often.
#[derive(Default)]
pub(super) struct Throttle {
    networks: Book<Network>,
    targets: Book<Target>,
}

impl Throttle {
    /// Whether somebody may try now; if not, how long they have to wait. `target` is none where only the address counts:
    /// for who tries from where that account logged in before, whoever else attacks it.
    pub fn begin(
        &mut self,
        now: Duration,
        from: Network,
        target: Option<Target>,
    ) -> Result<Attempt, Duration> {
        let wait = self.networks.wait(now, from);
        let wait = wait.max(target.map_or(Duration::ZERO, |target| self.targets.wait(now, target)));
        if !wait.is_zero() {
            return Err(wait);
        }
        self.networks.count(now, from);
        if let Some(target) = target {
            self.targets.count(now, target);
        }
        Ok(Attempt { from, target })
    }

    /// It was them. What others tried with the same name stays counted.
    pub fn succeeded(&mut self, attempt: Attempt) {
        self.networks.0.remove(&attempt.from);
        if let Some(target) = attempt.target {
            self.targets.uncount(target);
        }
    }

    /// Nothing was found out.
    pub fn withdrawn(&mut self, attempt: Attempt) {
        self.networks.uncount(attempt.from);
        if let Some(target) = attempt.target {
            self.targets.uncount(target);
        }
    }
}

#[derive(Clone, Copy)]
struct Tally {
    failures: u32,
    last: Duration,
}

impl Tally {
    /// The earliest instant of the next attempt.
    fn until(self) -> Duration {
        let Some(doublings) = self.failures.checked_sub(FREE) else { return Duration::ZERO };
        let factor = 1_u32.checked_shl(doublings).unwrap_or(u32::MAX);
        self.last + FIRST_WAIT.saturating_mul(factor).min(LONGEST_WAIT)
    }
}

struct Book<K>(HashMap<K, Tally>);

impl<K> Default for Book<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Copy + Eq + Hash> Book<K> {
    fn wait(&self, now: Duration, who: K) -> Duration {
        self.0.get(&who).map_or(Duration::ZERO, |tally| tally.until().saturating_sub(now))
    }

    fn count(&mut self, now: Duration, who: K) {
        if !self.0.contains_key(&who) && self.0.len() >= MOST {
            self.make_room(now);
        }
        let tally = self.0.entry(who).or_insert(Tally { failures: 0, last: now });
        if now.saturating_sub(tally.last) >= FORGOTTEN_AFTER {
            tally.failures = 0;
        }
        tally.failures = tally.failures.saturating_add(1);
        tally.last = now;
    }

    fn uncount(&mut self, who: K) {
        if let Some(tally) = self.0.get_mut(&who) {
            tally.failures = tally.failures.saturating_sub(1);
            if tally.failures == 0 {
                self.0.remove(&who);
            }
        }
    }

    /// Forgets what is over; else whoever does not wait and was seen longest ago.
    fn make_room(&mut self, now: Duration) {
        self.0.retain(|_, tally| now.saturating_sub(tally.last) < FORGOTTEN_AFTER);
        if self.0.len() >= MOST {
            let least = self.0.iter().min_by_key(|(_, tally)| (tally.failures >= FREE, tally.last));
            if let Some(who) = least.map(|(who, _)| *who) {
                self.0.remove(&who);
            }
        }
    }
}

#[cfg(test)]
mod tests;
