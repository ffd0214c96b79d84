//! Hours in which nothing is copied, by the clock on the wall.
//!
//! **Invariant:** [`QuietHours::ends`] is the first instant from which [`QuietHours::is_quiet`] says no, and there always is
//! one: nobody can keep everything quiet for ever.

use jiff::ToSpan;
use jiff::civil::Time as Clock;
use jiff::tz::TimeZone;

use super::super::time::Time;

/// Hours in which nothing is copied.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct QuietHours(Vec<Range>);

/// From one time of the clock to another, which may be on the next day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Range {
    from: Clock,
    to: Clock,
}

impl Range {
    fn parse(text: &str) -> Option<Self> {
        let (from, to) = text.split_once('-')?;
        let (from, to) = (minute_of(from.trim())?, minute_of(to.trim())?);
        // At midnight the next day begins, and as a beginning it has but one name.
        (from != to && from < MINUTES).then(|| Self { from: clock(from), to: clock(to % MINUTES) })
    }

    fn has(self, at: Clock) -> bool {
        if self.from < self.to { self.from <= at && at < self.to } else { self.from <= at || at < self.to }
    }
}

const MINUTES: i16 = 24 * 60;

fn minute_of(text: &str) -> Option<i16> {
    let (hours, minutes) = text.split_once(':')?;
    let is_plain = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    if !is_plain(hours) || !is_plain(minutes) || minutes.len() != 2 {
        return None;
    }
    let (hours, minutes): (i16, i16) = (hours.parse().ok()?, minutes.parse().ok()?);
    let minute = hours * 60 + minutes;
    (minutes < 60 && minute <= MINUTES).then_some(minute)
}

fn clock(minute: i16) -> Clock {
    Clock::midnight().wrapping_add(i64::from(minute).minutes())
}

impl QuietHours {
    /// Reads hours such as `23:00-07:00`; `24:00` is the end of the day.
    ///
    /// # Errors
    /// What is allowed.
    pub fn parse(ranges: &[String]) -> Result<Self, String> {
        let range = |text: &String| {
            Range::parse(text).ok_or_else(|| {
                format!("must be hours from one time to another, such as \"23:00-07:00\"; {text:?} is not")
            })
        };
        let hours = Self(ranges.iter().map(range).collect::<Result<_, _>>()?);
        if (0..MINUTES).all(|minute| hours.has(clock(minute))) {
            return Err("must leave some time in which files may be copied".to_owned());
        }
        Ok(hours)
    }

    /// Whether it is quiet now.
    #[must_use]
    pub fn is_quiet(&self, now: Time, zone: &TimeZone) -> bool {
        self.has(zone.to_datetime(now.to_jiff()).time())
    }

    fn has(&self, at: Clock) -> bool {
        self.0.iter().any(|range| range.has(at))
    }

    /// When it is quiet no more; none where it is not quiet now.
    #[must_use]
    pub fn ends(&self, now: Time, zone: &TimeZone) -> Option<Time> {
        if !self.is_quiet(now, zone) {
            return None;
        }
        let today = zone.to_datetime(now.to_jiff()).date();
        // It ends where one of the hours does, the first or the second time that the clock shows it, or where the clock
        // is put elsewhere. Ends may meet other beginnings, but after two days all combinations were there.
        let days = (0..=2).filter_map(|days| today.checked_add(days.days()).ok());
        let shown = days.flat_map(|day| self.0.iter().map(move |range| day.to_datetime(range.to)));
        let shown = shown.flat_map(|at| {
            let ambiguous = zone.to_ambiguous_timestamp(at);
            [ambiguous.earlier(), ambiguous.later()].into_iter().flatten()
        });
        let put = zone.following(now.to_jiff()).take(2).map(|transition| transition.timestamp());
        let instants = shown.chain(put).map(Time::from_jiff);
        instants.filter(|at| *at > now && !self.is_quiet(*at, zone)).min()
    }
}
