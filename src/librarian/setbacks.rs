//! Files that could not be cached: they are left alone for a while, so that nothing is given back for them in vain.
//!
//! **Invariant:** what failed is not asked for again before its time; each failure doubles it, up to a day.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use jiff::SignedDuration;

use crate::domain::id::JobId;
use crate::domain::job::JobState;
use crate::domain::time::Time;
use crate::error::Result;
use crate::store::{Reader, Rows};

const LEAST: SignedDuration = SignedDuration::from_mins(15);
const MOST: SignedDuration = SignedDuration::from_hours(24);

/// What failed, and what is under way.
#[derive(Default)]
pub(super) struct Setbacks {
    failed: HashMap<PathBuf, Setback>,
    /// Jobs that were asked for and have not ended.
    asked: HashMap<JobId, PathBuf>,
}

struct Setback {
    times: u32,
    until: Time,
}

impl Setbacks {
    /// A job was asked for: how it ends is looked at later.
    pub fn asked(&mut self, job: JobId, path: PathBuf) {
        self.asked.insert(job, path);
    }

    /// Takes down how jobs have ended since. Returns what did not come.
    pub fn look(&mut self, rows: &Reader, now: Time) -> Result<Vec<PathBuf>> {
        let mut failed = Vec::new();
        let mut open = HashMap::with_capacity(self.asked.len());
        for (job, path) in std::mem::take(&mut self.asked) {
            match rows.job(job)?.map(|row| row.state) {
                Some(JobState::Failed) => {
                    self.note(&path, now);
                    failed.push(path);
                }
                Some(JobState::Done) => drop(self.failed.remove(&path)),
                // A person's word is a hold, which is written down elsewhere.
                Some(JobState::Cancelled) | None => {}
                Some(_) => drop(open.insert(job, path)),
            }
        }
        self.asked = open;
        Ok(failed)
    }

    /// It failed.
    pub fn note(&mut self, path: &Path, now: Time) {
        let times = self.failed.get(path).map_or(0, |known| known.times);
        // 2^7 times a quarter of an hour is more than a day.
        let wait = LEAST.saturating_mul(1 << times.min(7)).min(MOST);
        self.failed
            .insert(path.to_path_buf(), Setback { times: times.saturating_add(1), until: now.plus(wait) });
    }

    /// What is left alone, and until when. What has not been wished for since is forgotten.
    pub fn in_force(&mut self, now: Time, is_wanted: impl Fn(&Path) -> bool) -> BTreeMap<PathBuf, Time> {
        self.failed.retain(|path, _| is_wanted(path));
        let left = self.failed.iter().filter(|(_, one)| now < one.until && one.until.since(now) <= MOST);
        left.map(|(path, one)| (path.clone(), one.until)).collect()
    }

    /// Everything is tried again.
    pub fn clear(&mut self) {
        self.failed.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_micros(1_790_000_000_000_000);

    #[test]
    fn each_failure_doubles_the_wait_up_to_a_day() {
        let mut setbacks = Setbacks::default();
        let path = Path::new("/films/a.mkv");
        let waits: Vec<i64> = (0..9)
            .map(|_| {
                setbacks.note(path, NOW);
                setbacks.in_force(NOW, |_| true)[path].since(NOW).as_mins()
            })
            .collect();
        assert_eq!(waits, [15, 30, 60, 120, 240, 480, 960, 1440, 1440]);
        assert!(setbacks.in_force(NOW.plus(MOST), |_| true).is_empty(), "its time has come");
        assert!(
            setbacks.in_force(NOW.plus(-MOST), |_| true).is_empty(),
            "a clock that was set back keeps nothing"
        );
        setbacks.note(path, NOW);
        assert!(setbacks.in_force(NOW, |_| false).is_empty());
        assert!(setbacks.in_force(NOW, |_| true).is_empty(), "what nobody wanted was forgotten");
    }
}
