//! A plan, as it was drawn up: with what it was made of, for people.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use super::known::Known;
use super::look::Seen;
use crate::domain::id::FileId;
use crate::domain::media::ServerPath;
use crate::domain::plan::{Plan, Reason, Room, plan};
use crate::domain::time::Time;

/// A plan, as it was drawn up.
#[derive(Debug)]
pub struct Drawn {
    /// When.
    pub at: Time,
    /// Of which number of changes of the store.
    pub(super) changes: u64,
    /// What is to be done.
    pub plan: Plan,
    /// What every source said last, with its age.
    pub known: Arc<Known>,
    /// The room that was shared out.
    pub room: Room,
    /// Nothing is begun before that: quiet hours.
    pub quiet_until: Option<Time>,
    /// What is wished for, lies in a library, and is not there; with its path as the server sees it.
    pub missing: BTreeMap<PathBuf, ServerPath>,
    /// What is wished for and lies in no library, as the server sees it.
    pub unmapped: Vec<ServerPath>,
    /// Something could not be looked at, so nothing is given back for want of wishes.
    pub unsure: bool,
    /// Where the score of each file stands.
    scores: HashMap<FileId, Place>,
}

/// Where a score stands in a plan.
#[derive(Clone, Copy, Debug)]
enum Place {
    Kept(usize),
    GivenBack(usize),
}

impl Drawn {
    /// Draws up a plan of what was seen.
    pub(super) fn up(seen: &Seen, known: Arc<Known>, quiet_until: Option<Time>, now: Time) -> Self {
        let Seen { snapshot, settings, missing, unmapped, unsure, changes, .. } = seen;
        let (changes, unsure) = (*changes, *unsure);
        let plan = plan(snapshot, settings, now);
        let mut scores = HashMap::with_capacity(plan.keep.len());
        scores.extend(plan.keep.iter().enumerate().map(|(at, kept)| (kept.file, Place::Kept(at))));
        for (at, step) in plan.give_back.iter().enumerate() {
            let files = step.parts.iter().filter_map(|part| part.file);
            scores.extend(files.map(|file| (file, Place::GivenBack(at))));
        }
        Self {
            at: now,
            changes,
            plan,
            known,
            room: snapshot.room,
            quiet_until,
            missing: missing.clone(),
            unmapped: unmapped.clone(),
            unsure,
            scores,
        }
    }

    /// When the sources were last asked by this process; none before the first round.
    #[must_use]
    pub fn asked_at(&self) -> Option<Time> {
        self.known.asked_at
    }

    /// The score of a file that was here, and the reasons that add up to it.
    #[must_use]
    pub fn worth(&self, file: FileId) -> Option<(u8, &[Reason])> {
        Some(match self.scores.get(&file)? {
            Place::Kept(at) => {
                let kept = self.plan.keep.get(*at)?;
                (kept.score, &kept.why)
            }
            Place::GivenBack(at) => {
                let step = self.plan.give_back.get(*at)?;
                (step.score, &step.why)
            }
        })
    }

    /// The scores of all files that were here.
    #[must_use]
    pub fn scores(&self) -> HashMap<FileId, u8> {
        let mut scores = HashMap::with_capacity(self.scores.len());
        scores.extend(self.plan.keep.iter().map(|kept| (kept.file, kept.score)));
        for step in &self.plan.give_back {
            scores.extend(step.parts.iter().filter_map(|part| Some((part.file?, step.score))));
        }
        scores
    }
}
