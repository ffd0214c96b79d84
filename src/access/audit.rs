//! What is written into the operation log: in the transaction of what it tells of.

use std::collections::HashMap;
use std::time::Duration;

use super::throttle::{LONGEST_WAIT, Network, Target};
use crate::domain::actor::Actor;
use crate::domain::log::{LogKind, LogRow};
use crate::domain::time::Time;
use crate::error::Result;
use crate::store::Writer;

/// So many entries about failures are written within an hour.
const MOST: u32 = 120;
const HOUR: Duration = Duration::from_secs(60 * 60);

/// An entry that is not written yet.
pub(super) struct Entry(LogRow);

/// That something was done.
pub(super) fn entry(kind: LogKind, by: &Actor, reason: &str, at: Time) -> Entry {
    Entry(LogRow { reason: reason.to_owned(), ..LogRow::of(kind, by.clone(), at) })
}

impl Entry {
    /// With a further fact.
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.metadata.push((name.to_owned(), value.into()));
        self
    }

    /// It was tried and failed.
    pub fn failed(mut self, error: &crate::Error) -> Self {
        self.0.success = false;
        self.0.error = Some(error.to_string());
        self
    }

    pub fn write(self, writer: &mut Writer<'_>) -> Result<()> {
        writer.put_log(&self.0)
    }
}

/// Which failures are told of: those of one address with one name once in a quarter of an hour, and of all never more than
/// so many in an hour. Pure; time is handed in.
#[derive(Default)]
pub(super) struct Reticence {
    told: HashMap<(Network, Target), Duration>,
    hour: Duration,
    within: u32,
    untold: u64,
}

impl Reticence {
    /// Whether this failure is told of, and how many were not since the last one was.
    pub fn tell(&mut self, now: Duration, from: Network, target: Target) -> Option<u64> {
        if now.saturating_sub(self.hour) >= HOUR {
            (self.hour, self.within) = (now, 0);
        }
        // No more than so many are told of in an hour, so there are never many more here.
        self.told.retain(|_, told| now.saturating_sub(*told) < LONGEST_WAIT);
        if self.within >= MOST || self.told.contains_key(&(from, target)) {
            self.untold += 1;
            return None;
        }
        self.within += 1;
        self.told.insert((from, target), now);
        Some(std::mem::take(&mut self.untold))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_fails_again_and_again_is_told_of_once_in_a_quarter_of_an_hour() {
        let mut reticence = Reticence::default();
        let from = Network::of([192, 0, 2, 1].into());
        let mut told = Vec::new();
        for minute in 0..31 {
            told.extend(reticence.tell(Duration::from_secs(60 * minute), from, Target::of("user1")));
        }
        assert_eq!(told, [0, 14, 14]);
        assert_eq!(reticence.tell(Duration::from_secs(60), from, Target::of("user2")), Some(0));
    }

    #[test]
    fn a_crowd_of_attackers_fills_no_log() {
        let mut reticence = Reticence::default();
        let told = |reticence: &mut Reticence, now| {
            let told = (0..10_000_u32).filter(|n| {
                let from = Network::of(n.wrapping_add(0x0a00_0000).to_be_bytes().into());
                reticence.tell(now, from, Target::of("user1")).is_some()
            });
            told.count()
        };
        assert_eq!(told(&mut reticence, Duration::ZERO), 120);
        assert_eq!(told(&mut reticence, HOUR - Duration::from_secs(1)), 0);
        assert_eq!(told(&mut reticence, HOUR), 120);
        assert!(reticence.told.len() <= 240);
    }
}
