//! What was decided, in the words of a plan.

use std::cmp::Reverse;

use crate::domain::file::Attribution;

use super::unit::Unit;
use super::{Attribute, Cached, Cause, Part, Plan, Refusal, Refused, Scored, Step, Wisher};

/// What becomes of each unit.
#[derive(Default)]
pub(super) struct Outcome {
    /// What comes, in the order in which it was asked; whole, or only its companions.
    pub come: Vec<usize>,
    pub stay: Vec<usize>,
    pub leave: Vec<(usize, Cause)>,
    pub refused: Vec<(usize, Refusal)>,
}

impl Outcome {
    /// Says it in the words of a plan.
    pub fn into_plan(self, mut units: Vec<Unit<'_>>, not_in_force: Vec<Refused>) -> Plan {
        let mut plan = Plan::default();
        for place in self.come {
            plan.cache.push(units[place].step(None));
        }
        for (place, cause) in self.leave {
            plan.give_back.push(units[place].step(Some(cause)));
        }
        plan.give_back.sort_by(|a, b| (a.score, &a.path).cmp(&(b.score, &b.path)));
        plan.refused = self
            .refused
            .into_iter()
            .filter_map(|(place, refusal)| {
                let unit = &units[place];
                Some(Refused {
                    path: unit.path.to_owned(),
                    user: unit.wishes.first()?.user.to_owned(),
                    refusal,
                    score: Some(points(unit)),
                    why: unit.score.why.clone(),
                })
            })
            .chain(not_in_force)
            .collect();
        plan.refused.sort_by(|a, b| (&a.path, &a.user, a.refusal).cmp(&(&b.path, &b.user, b.refusal)));
        // What several sources say of one person is one wish to people.
        plan.refused.dedup_by(|a, b| (&a.path, &a.user, a.refusal) == (&b.path, &b.user, b.refusal));
        let mut stay = self.stay;
        stay.sort_by_cached_key(|&place| (Reverse(units[place].score.points), units[place].path.as_os_str()));
        for place in stay {
            // Twenty thousand lists need not be copied; nobody asks for them after this.
            let why = std::mem::take(&mut units[place].score.why);
            let unit = &units[place];
            let each = unit.here.iter().zip(std::iter::repeat_n(why, unit.here.len()));
            plan.keep.extend(each.map(|(file, why)| Scored {
                file: file.id,
                score: points(unit),
                why,
                wanted: unit.is_wanted(),
            }));
            unit.attribute(&mut plan.attribute);
        }
        plan.attribute.sort_unstable();
        plan
    }
}

fn points(unit: &Unit<'_>) -> u8 {
    u8::try_from(unit.score.points.clamp(0, 100)).unwrap_or(100)
}

impl Unit<'_> {
    fn step(&self, cause: Option<Cause>) -> Step {
        let parts = if cause.is_some() {
            let leaves =
                |file: &&Cached| Part { path: file.path.clone(), size: file.size, file: Some(file.id) };
            self.here.iter().map(leaves).collect()
        } else {
            self.missing
                .iter()
                .map(|&(path, size)| Part { path: path.to_owned(), size, file: None })
                .collect()
        };
        Step {
            path: self.path.to_owned(),
            parts,
            cause,
            wishes: self.wishers(),
            metadata: self.wishes.iter().find_map(|wish| wish.metadata).cloned().unwrap_or_default(),
            score: points(self),
            why: self.score.why.clone(),
        }
    }

    /// Who wants it, each once, for the strongest of their reasons.
    fn wishers(&self) -> Vec<Wisher> {
        let mut wishers: Vec<Wisher> = Vec::new();
        for wish in &self.wishes {
            if wishers.iter().all(|known| known.user != wish.user) {
                wishers.push(Wisher { operation: wish.operation, user: wish.user.to_owned() });
            }
        }
        wishers
    }

    /// Who is not attributed yet, or for a weaker reason.
    fn attribute(&self, list: &mut Vec<Attribute>) {
        let Some(video) = self.video() else { return };
        for wisher in self.wishers() {
            let said = |one: &Attribution| one.user == wisher.user && one.reason <= wisher.operation;
            if !video.attributions.iter().any(said) {
                list.push(Attribute { file: video.id, wisher });
            }
        }
    }
}
