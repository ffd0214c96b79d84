//! When playbacks began, and which of them the cache served: the hit ratio without reading rows.

use std::ops::ControlFlow;

use super::read::Rows;
use crate::Result;
use crate::domain::playback::Hits;
use crate::domain::time::Time;

/// Starts of playbacks in the order of time.
pub struct Starts {
    /// Those that began earlier were not read.
    since: Time,
    /// When each began, and how many of it and those before were hits.
    starts: Vec<(Time, u64)>,
}

impl Starts {
    /// Reads those that began at `since` or later.
    pub fn read(rows: &impl Rows, since: Time) -> Result<Self> {
        let (mut starts, mut hits) = (Vec::new(), 0);
        rows.walk_playbacks(since, &mut |row| {
            hits += u64::from(row.hit);
            starts.push((row.started_at, hits));
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(Self { since, starts })
    }

    /// Whether it knows everything that began at `since` or later.
    pub fn reaches(&self, since: Time) -> bool {
        self.since <= since
    }

    /// Those that began at each of these instants or later, and before the next of them; the last one bounds them. They rise.
    pub fn between(&self, instants: &[Time]) -> Vec<Hits> {
        let place = |at: &Time| self.starts.partition_point(|(start, _)| start < at);
        let hits = |place: usize| place.checked_sub(1).map_or(0, |last| self.starts[last].1);
        let places: Vec<usize> = instants.iter().map(place).collect();
        let of =
            |pair: &[usize]| Hits { starts: (pair[1] - pair[0]) as u64, hits: hits(pair[1]) - hits(pair[0]) };
        places.windows(2).map(of).collect()
    }

    /// Those that began at `since` or later.
    pub fn hits(&self, since: Time) -> Hits {
        let first = self.starts.partition_point(|(at, _)| *at < since);
        let before = first.checked_sub(1).map_or(0, |last| self.starts[last].1);
        let all = self.starts.last().map_or(0, |last| last.1);
        Hits { starts: (self.starts.len() - first) as u64, hits: all - before }
    }
}
