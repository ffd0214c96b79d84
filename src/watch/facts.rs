//! What was seen and not acted on yet: opens that wait to be written, changes that wait for quiet. Pure.
//!
//! **Invariant:** what is noted stays until it is taken, and what is taken and could not be used is put back.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::cacher::accesses::{ACCESS_WINDOW, Access, Changes, counts};
use crate::domain::time::Time;

/// More changed names than this are one change of everything.
const MANY: usize = 10_000;
/// So many remembered opens are looked through for those that have served their time.
const SWEEP_FROM: usize = 1_000;

/// One thing that was seen below the cache dir.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Saw {
    /// A file was opened.
    Opened(PathBuf),
    /// A file was removed; a file or folder was renamed.
    Gone(PathBuf),
    /// A file or folder arrived.
    Came(PathBuf),
    /// A folder to be watched as well.
    Folder(PathBuf),
    /// The cache dir itself was opened, perhaps by us to see whether that is told.
    Here,
    /// The kernel told less than there was.
    Missed,
    /// The watch cannot go on, and why.
    Blind(super::Blind),
}

/// Opens that count, and that wait to be written.
#[derive(Default)]
pub(super) struct Opens {
    counted: HashMap<PathBuf, Time>,
    waiting: Vec<Access>,
    sweep_at: usize,
}

impl Opens {
    /// Notes an open, if it counts. True when it is the first that waits.
    pub fn note(&mut self, copy: PathBuf, now: Time) -> bool {
        if !counts(self.counted.get(&copy).copied(), now) {
            return false;
        }
        if self.counted.len() >= self.sweep_at.max(SWEEP_FROM) {
            self.counted.retain(|_, last| now.since(*last).abs() < ACCESS_WINDOW);
            self.sweep_at = self.counted.len() * 2;
        }
        self.counted.insert(copy.clone(), now);
        self.waiting.push(Access { copy, at: now });
        self.waiting.len() == 1
    }

    /// What waits, to be written.
    pub fn take(&mut self) -> Vec<Access> {
        std::mem::take(&mut self.waiting)
    }

    /// It could not be written.
    pub fn put_back(&mut self, mut accesses: Vec<Access>) {
        accesses.append(&mut self.waiting);
        self.waiting = accesses;
    }
}

/// Changes that wait until it is quiet, but not for ever.
#[derive(Default)]
pub(super) struct Unrest {
    changes: Changes,
    everything: bool,
    since: Option<(Instant, Instant)>,
}

/// What changed.
#[derive(PartialEq, Eq, Debug)]
pub(super) enum Changed {
    /// These names.
    Names(Changes),
    /// Nobody knows what.
    Everything,
}

impl Unrest {
    /// Notes one change.
    pub fn note(&mut self, saw: &Saw, now: Instant) {
        match saw {
            Saw::Gone(path) => drop(self.changes.gone.insert(path.clone())),
            Saw::Came(path) => drop(self.changes.came.insert(path.clone())),
            Saw::Missed => self.everything = true,
            Saw::Opened(_) | Saw::Folder(_) | Saw::Here | Saw::Blind(_) => return,
        }
        if self.changes.gone.len() + self.changes.came.len() > MANY {
            self.everything = true;
        }
        if self.everything {
            self.changes = Changes::default();
        }
        let first = self.since.map_or(now, |(first, _)| first);
        self.since = Some((first, now));
    }

    /// Whether nothing waits.
    pub fn is_quiet(&self) -> bool {
        self.since.is_none()
    }

    /// When it is to be looked at: after `quiet`, and at last after `most`.
    pub fn due(&self, quiet: Duration, most: Duration) -> Option<Instant> {
        self.since.map(|(first, last)| (last + quiet).min(first + most))
    }

    /// What changed, if anything did; from now on, nothing has.
    pub fn take(&mut self) -> Option<Changed> {
        let Self { changes, everything, since } = std::mem::take(self);
        since.map(|_| if everything { Changed::Everything } else { Changed::Names(changes) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    fn at(minutes: i64) -> Time {
        Time::from_micros(0).plus(SignedDuration::from_mins(minutes))
    }

    #[test]
    fn opens_within_ten_minutes_of_one_that_counted_are_part_of_it() {
        let mut opens = Opens::default();
        let film = PathBuf::from("film");
        assert!(opens.note(film.clone(), at(0)));
        for minute in 1..10 {
            assert!(!opens.note(film.clone(), at(minute)), "the window is not moved by what does not count");
        }
        assert!(!opens.note("other".into(), at(5)), "it counts, and is not the first that waits");
        opens.note(film.clone(), at(10));
        let taken: Vec<_> = opens.take().into_iter().map(|access| (access.copy, access.at)).collect();
        assert_eq!(taken, [(film.clone(), at(0)), ("other".into(), at(5)), (film, at(10))]);
        assert_eq!(opens.take(), []);
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_silence_a_file() {
        let mut opens = Opens::default();
        opens.note("film".into(), at(600));
        opens.note("film".into(), at(0));
        assert_eq!(opens.take().len(), 2);
    }

    #[test]
    fn what_could_not_be_written_is_written_first_the_next_time() {
        let mut opens = Opens::default();
        opens.note("one".into(), at(0));
        let taken = opens.take();
        opens.note("two".into(), at(1));
        opens.put_back(taken);
        let order: Vec<_> = opens.take().into_iter().map(|access| access.copy).collect();
        assert_eq!(order, [PathBuf::from("one"), PathBuf::from("two")]);
    }

    #[test]
    fn remembered_opens_do_not_pile_up() {
        let mut opens = Opens::default();
        for minute in 0..50_000 {
            opens.note(format!("film {minute}").into(), at(minute));
            opens.take();
        }
        assert!(opens.counted.len() <= SWEEP_FROM);
    }

    #[test]
    fn changes_are_looked_at_when_it_is_quiet_and_at_last_anyway() {
        let (quiet, most) = (Duration::from_secs(2), Duration::from_secs(30));
        let (start, mut unrest) = (Instant::now(), Unrest::default());
        assert_eq!((unrest.due(quiet, most), unrest.take()), (None, None));
        for second in 0..20 {
            unrest.note(&Saw::Gone("film".into()), start + Duration::from_secs(second));
        }
        assert_eq!(unrest.due(quiet, most), Some(start + Duration::from_secs(21)));
        unrest.note(&Saw::Came("film".into()), start + Duration::from_secs(29));
        assert_eq!(unrest.due(quiet, most), Some(start + most));
        let Some(Changed::Names(changes)) = unrest.take() else { panic!("names changed") };
        assert_eq!((changes.gone.len(), changes.came.len()), (1, 1));
        assert_eq!(unrest.due(quiet, most), None);
    }

    #[test]
    fn very_many_changes_are_one_of_everything() {
        let mut unrest = Unrest::default();
        for number in 0..=MANY {
            unrest.note(&Saw::Gone(number.to_string().into()), Instant::now());
        }
        assert_eq!(unrest.changes, Changes::default());
        assert_eq!(unrest.take(), Some(Changed::Everything));
    }
}
