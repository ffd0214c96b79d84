//! What a file is worth, from 0 to 100, and why.
//!
//! **Invariant:** a score is the sum of its reasons. What caching adds is never negative, so nothing is worth less for
//! being cached.

use jiff::SignedDuration;

use crate::domain::time::Time;
use crate::domain::wanted::Source;

use super::unit::{Unit, Wish};
use super::{Reason, Settings};

/// What a file is worth.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(super) struct Score {
    /// As it is.
    pub points: i32,
    /// As if it were not here: neither cached lately, nor wanted by those whose wish only stands because it is.
    pub plain: i32,
    pub why: Vec<Reason>,
}

const fn days(count: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * count)
}

fn is_next(wish: &Wish<'_>) -> bool {
    matches!(wish.source, Source::OnDeck | Source::ContinueWatching)
}

fn is_watchlisted(wish: &Wish<'_>) -> bool {
    matches!(wish.source, Source::Watchlist | Source::Feed)
}

/// Adds up a unit.
pub(super) fn score(unit: &Unit<'_>, settings: &Settings, now: Time) -> Score {
    let mut why = Vec::new();
    for (said, text) in [
        (unit.here.iter().any(|file| file.playing), "somebody plays it"),
        (unit.here.iter().any(|file| file.pinned), "pinned"),
    ] {
        if said {
            why.push(Reason { points: 100, text, user: None });
            return Score { points: 100, plain: 100, why };
        }
    }
    let all: Vec<&Wish<'_>> = unit.wishes.iter().collect();
    add_wishes(&mut why, &all, settings, now);
    let said: Vec<&Wish<'_>> = unit.said().collect();
    let plain = if said.len() == all.len() {
        clamped(&why)
    } else {
        let mut without = Vec::new();
        add_wishes(&mut without, &said, settings, now);
        clamped(&without)
    };
    // A subtitle that comes later makes its film no younger: else what a plan brings would change what it was drawn from.
    if let Some(video) = unit.video() {
        let weights = settings.weights;
        let age = now.since(video.cached_at);
        if age < days(1) {
            add(&mut why, weights.cached_day.max(0), "cached within a day", None);
        } else if age < days(3) {
            add(&mut why, weights.cached_three_days.max(0), "cached within three days", None);
        }
    }
    let sum: i32 = why.iter().map(|reason| reason.points).sum();
    let points = sum.clamp(0, 100);
    add(&mut why, points - sum, if sum > 100 { "never more than 100" } else { "never less than 0" }, None);
    Score { points, plain, why }
}

fn clamped(why: &[Reason]) -> i32 {
    why.iter().map(|reason| reason.points).sum::<i32>().clamp(0, 100)
}

fn add(why: &mut Vec<Reason>, points: i32, text: &'static str, user: Option<&str>) {
    if points != 0 {
        why.push(Reason { points, text, user: user.map(str::to_owned) });
    }
}

/// What those who want it bring. Of several wishes the one counts that says most.
fn add_wishes(why: &mut Vec<Reason>, wishes: &[&Wish<'_>], settings: &Settings, now: Time) {
    let weights = settings.weights;
    add(why, weights.base, "every file", None);
    if wishes.is_empty() {
        return;
    }
    let newest = |which: fn(&Wish<'_>) -> bool| {
        wishes.iter().filter(|wish| which(wish)).max_by_key(|wish| (wish.since, wish.user))
    };
    if let Some(next) = wishes.iter().find(|wish| is_next(wish)) {
        add(why, weights.on_deck, "On Deck", Some(next.user));
    }
    let mut users: Vec<&str> = wishes.iter().map(|wish| wish.user).collect();
    users.sort_unstable();
    users.dedup();
    let mut left = weights.users_most;
    for user in users {
        let points = weights.per_user.min(left);
        left -= points;
        add(why, points, "wanted", Some(user));
    }
    if let Some(wish) = newest(is_watchlisted) {
        let age = now.since(wish.since);
        if age < days(7) {
            add(why, weights.watchlist_new, "new on the watchlist", Some(wish.user));
        } else if age > days(60) {
            add(why, weights.watchlist_old, "on the watchlist for more than 60 days", Some(wish.user));
        }
    }
    if let Some(wish) = newest(is_next) {
        let age = now.since(wish.since);
        if age < days(7) {
            add(why, weights.on_deck_new, "new on On Deck", Some(wish.user));
        } else if age >= days(30) {
            add(why, weights.on_deck_older, "On Deck for 30 days or longer", Some(wish.user));
        } else if age >= days(14) {
            add(why, weights.on_deck_old, "On Deck for 14 days or longer", Some(wish.user));
        }
    }
    let nearest = wishes
        .iter()
        .filter(|wish| is_next(wish) && wish.show.is_some())
        .min_by_key(|wish| (wish.ahead, wish.user));
    if let Some(wish) = nearest {
        let half = settings.rules(wish.user).ahead.half();
        if wish.ahead == 0 {
            add(why, weights.current, "the current episode", Some(wish.user));
        } else if half.covers(wish.ahead, wish.minutes) {
            add(why, weights.next, "one of the next episodes", Some(wish.user));
        }
    }
}
