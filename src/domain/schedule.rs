//! When a cycle begins by itself, by the clock on the wall.
//!
//! Who names hours means that clock: each of its times comes once a day, also on the days on which it is put forward or
//! back. Who names none, or says `every 30m`, means a rhythm, which goes on through both. The zone comes in as an argument: nothing here asks
//! the system for it.
//!
//! **Invariant:** a time that the clock leaves out comes as much later as the clock jumps, one that it shows twice comes the
//! first time; so no day is skipped and none is repeated.

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::SignedDuration;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::time::Time;

mod quiet;
#[cfg(test)]
mod tests;

pub use quiet::QuietHours;

/// How often a cycle runs where nobody says when.
pub const RHYTHM: SignedDuration = SignedDuration::from_mins(15);
/// What stands for a schedule that never begins by itself.
const MANUAL: &str = "manual";
/// What stands before a rhythm of one's own,
const EVERY: &str = "every ";
/// which is no quicker than this.
const QUICKEST: SignedDuration = SignedDuration::from_secs(5);
/// Every minute of a day, and then some.
const PAUSES: usize = 1500;
/// No clock was ever put forward by more.
const LEAP: SignedDuration = SignedDuration::from_hours(25);

/// When a cycle begins by itself.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Schedule(When);

#[derive(Clone, PartialEq, Debug, Default)]
enum When {
    /// Every [`RHYTHM`], and when something has changed.
    #[default]
    Often,
    /// Never.
    Manual,
    /// Again and again, so long after the one before.
    Every(SignedDuration),
    /// At the times of any of these.
    At(Vec<Cron>),
}

impl Schedule {
    /// Reads cron expressions. None at all is the default, the one word `manual` is never, and `every 30m` alone a rhythm.
    ///
    /// # Errors
    /// What is allowed.
    pub fn parse(expressions: &[String]) -> Result<Self, String> {
        let when = match expressions {
            [] => When::Often,
            [one] if one.trim() == MANUAL => When::Manual,
            [one] if one.trim().starts_with(EVERY) => When::Every(rhythm(one.trim())?),
            many => When::At(many.iter().map(|text| expression(text)).collect::<Result<_, _>>()?),
        };
        Ok(Self(when))
    }

    /// Whether nobody said when: a cycle runs every [`RHYTHM`], and when something has changed.
    #[must_use]
    pub fn is_default(&self) -> bool {
        self.0 == When::Often
    }

    /// The longest time between two of its times, as far as that shows soon; none where no cycle ever begins by itself.
    #[must_use]
    pub fn longest_pause(&self) -> Option<SignedDuration> {
        let mut last = Time::from_micros(0);
        let next = |now: &Time| self.next(*now, &TimeZone::UTC);
        let times = std::iter::successors(next(&last), next).take(PAUSES);
        times.map(|at| at.since(std::mem::replace(&mut last, at))).skip(1).max()
    }

    /// The first time after `now`; none where no cycle ever begins by itself.
    #[must_use]
    pub fn next(&self, now: Time, zone: &TimeZone) -> Option<Time> {
        match &self.0 {
            When::Often => Some(now.plus(RHYTHM)),
            When::Manual => None,
            When::Every(rhythm) => Some(now.plus(*rhythm)),
            When::At(expressions) => expressions.iter().filter_map(|cron| next(cron, now, zone)).min(),
        }
    }
}

fn rhythm(text: &str) -> Result<SignedDuration, String> {
    let every = text[EVERY.len()..].trim().parse().ok().filter(|every| *every >= QUICKEST);
    every.ok_or_else(|| {
        format!("must be \"{EVERY}\" and a time such as 30m, no less than 5s; {text:?} is none")
    })
}

fn expression(text: &str) -> Result<Cron, String> {
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    let cron = parser.parse(text).map_err(|_| {
        format!(
            "must be cron expressions of minute, hour, day of the month, month and day of the week, such as \
             \"30 3 * * *\", or \"{EVERY}30m\" or \"{MANUAL}\" alone; {text:?} is none"
        )
    })?;
    // The calendar repeats itself after 400 years; what does not come within eight comes never.
    let leap_year = DateTime::constant(2096, 3, 1, 0, 0, 0, 0);
    match cron.find_next_occurrence(&leap_year, true) {
        Ok(_) => Ok(cron),
        Err(_) => Err(format!("must be times that come; {text:?} never does")),
    }
}

fn next(cron: &Cron, now: Time, zone: &TimeZone) -> Option<Time> {
    let at = now.to_jiff().to_zoned(zone.clone());
    if cron.pattern.hours.values().len() == 24 {
        let next = cron.find_next_occurrence(&at, false).ok()?;
        return Some(Time::from_jiff(next.timestamp()));
    }
    // Where the clock was put forward a moment ago, a time that it has left out may still come.
    let before = now.plus(-LEAP).to_jiff();
    let was_put_forward = zone.to_offset(before) < at.offset();
    let mut shown = if was_put_forward { zone.to_datetime(before) } else { at.datetime() };
    let mut first: Option<Time> = None;
    loop {
        shown = cron.find_next_occurrence(&shown, false).ok()?;
        if first.is_some_and(|first| zone.to_datetime(first.to_jiff()) < shown) {
            return first;
        }
        let comes = Time::from_jiff(zone.to_timestamp(shown).ok()?);
        if comes > now {
            first = Some(first.map_or(comes, |first| first.min(comes)));
        }
    }
}
