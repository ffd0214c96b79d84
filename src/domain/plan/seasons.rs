//! Shows without gaps: what is nearer comes before what is farther, and leaves after it.
//!
//! Users stand at different places of a show. An episode belongs to the way of those for whom it is nearest; somebody who
//! will only reach it later has no say in its place.
//!
//! **Invariant:** an episode is worth no more than the one before it is without having been cached lately. So none is
//! asked before the one before it, wherever either lies; and what was turned down by a plan is worth no more after it.

use std::collections::HashMap;

use super::Reason;
use super::unit::Unit;

/// Lowers what is worth more than what is before it, and notes for every unit what that is.
pub(super) fn order(units: &mut [Unit<'_>]) {
    let mut ways: HashMap<(&str, &str), Vec<(u32, usize)>> = HashMap::new();
    for (place, unit) in units.iter().enumerate() {
        for wish in &unit.wishes {
            if let Some(show) = wish.show {
                ways.entry((wish.user, show)).or_default().push((wish.ahead, place));
            }
        }
    }
    let mut steps: Vec<(usize, usize)> = Vec::new();
    for way in ways.values_mut() {
        way.sort_unstable_by(|a, b| (a.0, units[a.1].path).cmp(&(b.0, units[b.1].path)));
        // Versions of one episode stand at one place; the first of them stands for it.
        let mut before = None;
        for same in way.chunk_by(|a, b| a.0 == b.0) {
            for &(ahead, place) in same {
                steps.extend(before.filter(|_| units[place].ahead() == ahead).map(|before| (before, place)));
            }
            before = Some(same[0].1);
        }
    }
    // From near to far, so that what is before was lowered already.
    steps.sort_unstable_by_key(|&(before, place)| (units[place].ahead(), place, before));
    steps.dedup();
    for ways_to_it in steps.chunk_by(|a, b| a.1 == b.1) {
        let before: Vec<usize> = ways_to_it.iter().map(|step| step.0).collect();
        let Some(most) = before.iter().map(|&place| units[place].score.plain).min() else { continue };
        let unit = &mut units[ways_to_it[0].1];
        unit.before = before;
        if !unit.is_pinned_or_playing() {
            unit.score.plain = unit.score.plain.min(most);
            let over = unit.score.points - most;
            if over > 0 {
                unit.score.points = most;
                let text = "no more than the episode before it";
                unit.score.why.push(Reason { points: -over, text, user: None });
            }
        }
    }
}
