//! Who gets the room.
//!
//! **Invariant:** everybody is asked once, in one order, and what was given is never taken back: so what leaves has no
//! room beside what is worth more, and what stays or comes has.

use std::cmp::Reverse;

use super::outcome::Outcome;
use super::unit::{Barred, Unit};
use super::{Cause, Refusal, Room, Settings, Snapshot};

/// What is asked for room.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Asks {
    /// What is here, to stay.
    Stay,
    /// A video, to come with all that travels with it.
    Come,
    /// Companions of a video that stays.
    Join,
}

/// Somebody who asks.
struct Asker {
    unit: usize,
    asks: Asks,
    /// What is here counts as it is, what would come as if it were not here.
    worth: i32,
    /// It is here and worth so much that it leaves for nobody.
    safe: bool,
}

/// The room, as it is given away.
struct Account {
    taken: u64,
    /// Never more than this.
    most: u64,
    /// From here on what is worth little leaves for what is worth more.
    mark: u64,
    /// Something comes.
    something_comes: bool,
}

impl Account {
    fn of(units: &[Unit<'_>], room: &Room, settings: &Settings) -> Self {
        let most = room.capacity();
        let mark = room.limit.map_or(most, |limit| {
            let mark = u128::from(limit) * u128::from(settings.evict_at.min(100)) / 100;
            most.min(u64::try_from(mark).unwrap_or(most))
        });
        // Copies on their way back, and whatever else has room and is not ours to decide on here.
        let here = units.iter().map(Unit::here_bytes).fold(0, u64::saturating_add);
        let others = room.used.saturating_sub(here).saturating_add(room.pending);
        Self { taken: others, most, mark, something_comes: false }
    }

    fn take(&mut self, size: u64, up_to: u64) -> Result<(), u64> {
        let taken = self.taken.saturating_add(size);
        if taken > up_to {
            return Err(taken - up_to);
        }
        self.taken = taken;
        Ok(())
    }
}

/// Shares out the room.
pub(super) fn share_out(units: &[Unit<'_>], snapshot: &Snapshot, settings: &Settings) -> Outcome {
    let mut outcome = Outcome::default();
    let mut account = Account::of(units, &snapshot.room, settings);
    let mut askers = Vec::with_capacity(units.len());
    let threshold = i32::from(settings.evict_below);
    for (place, unit) in units.iter().enumerate() {
        let stays = unit.fixed || unit.young || unit.is_wanted() || !settings.give_back;
        if unit.fixed {
            account.taken = account.taken.saturating_add(unit.here_bytes());
            outcome.stay.push(place);
        } else if !unit.here.is_empty() && !stays {
            outcome.leave.push((place, Cause::Unwanted));
        } else if !unit.here.is_empty() && !unit.would_come() {
            let safe = unit.score.points >= threshold;
            askers.push(Asker { unit: place, asks: Asks::Stay, worth: unit.score.points, safe });
        }
        let asks = if unit.would_come() { Asks::Come } else { Asks::Join };
        if asks == Asks::Come || (unit.video().is_some() && !unit.missing.is_empty()) {
            askers.push(Asker { unit: place, asks, worth: unit.score.plain, safe: false });
        }
    }
    // The strongest first; among equals who is here, who is nearer, who was used last.
    askers.sort_by_cached_key(|asker| {
        let unit = &units[asker.unit];
        (
            Reverse(asker.safe),
            Reverse(asker.worth),
            asker.asks,
            unit.ahead(),
            Reverse(unit.last_accessed()),
            // As bytes: comparing paths by their parts takes longer than all the rest.
            unit.path.as_os_str(),
        )
    });
    let mut gone = vec![false; units.len()];
    // Where one episode has no room, those after it do not come. What a person removed, or what could not be cached,
    // leaves no such gap.
    let mut turned_down = vec![false; units.len()];
    for asker in &askers {
        let unit = &units[asker.unit];
        let up_to = account.line_for(asker, unit, threshold);
        match asker.asks {
            Asks::Stay => match account.take(unit.here_bytes(), up_to) {
                Ok(()) => outcome.stay.push(asker.unit),
                Err(_) => {
                    gone[asker.unit] = true;
                    turned_down[asker.unit] = unit.barred.is_none();
                    outcome.leave.push((asker.unit, Cause::Room));
                }
            },
            Asks::Join => {
                if !gone[asker.unit] && account.take(unit.missing_bytes(), up_to).is_ok() {
                    account.something_comes = true;
                    outcome.come.push(asker.unit);
                }
            }
            Asks::Come => {
                let here = if unit.fixed { 0 } else { unit.here_bytes() };
                let gap = !unit.before.is_empty() && unit.before.iter().all(|&before| turned_down[before]);
                let refusal = match unit.barred {
                    Some(Barred::Held(until)) => Some(Refusal::Held { until }),
                    Some(Barred::PutOff(until)) => Some(Refusal::PutOff { until }),
                    None if gap => Some(Refusal::Gap),
                    None => account
                        .take(here.saturating_add(unit.missing_bytes()), up_to)
                        .err()
                        .map(|missing| Refusal::NoRoom { missing }),
                };
                if let Some(refusal) = refusal {
                    turned_down[asker.unit] = unit.barred.is_none();
                    outcome.refused.push((asker.unit, refusal));
                    let waits = matches!(refusal, Refusal::PutOff { .. });
                    if here > 0 && waits && account.take(here, up_to).is_ok() {
                        outcome.stay.push(asker.unit);
                    } else if here > 0 {
                        outcome.leave.push((asker.unit, Cause::Room));
                    }
                } else {
                    account.something_comes = true;
                    outcome.come.push(asker.unit);
                    if here > 0 {
                        outcome.stay.push(asker.unit);
                    }
                }
            }
        }
    }
    outcome
}

impl Account {
    /// Up to where somebody may take. Who would come and is worth little does not come beyond the mark; who is here and
    /// is worth little leaves from there on, but while somebody wants it only if something better comes.
    fn line_for(&self, asker: &Asker, unit: &Unit<'_>, threshold: i32) -> u64 {
        let weak = asker.worth < threshold;
        let leaves_early = match asker.asks {
            Asks::Stay => self.something_comes || !(unit.is_wanted() || unit.young),
            Asks::Come | Asks::Join => true,
        };
        if weak && leaves_early { self.mark } else { self.most }
    }
}
