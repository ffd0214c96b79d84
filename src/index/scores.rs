//! What each file is worth, by slot: one byte each.
//!
//! **Invariant:** nothing of this follows from a row. It is laid over the index by whoever knows it, is gone with the
//! process, and no check compares it. Whoever is not named has none.

use std::collections::HashMap;

use super::{Index, OnceLock, Slot};
use crate::domain::id::FileId;
use crate::domain::query::Sort;

/// No score.
const NONE: u8 = 0;
/// A score is at most this.
const MOST: u8 = 100;

/// The scores of all slots: each one more than it is, so that none comes before all others.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Scores(Vec<u8>);

impl Scores {
    /// So many slots without any.
    fn none(length: usize) -> Self {
        Self(vec![NONE; length])
    }

    /// One slot more.
    pub fn push(&mut self) {
        self.0.push(NONE);
    }

    /// Forgets the slots from this length on.
    pub fn truncate(&mut self, length: usize) {
        self.0.truncate(length);
    }

    /// The score in a slot, 0 to 100.
    pub fn get(&self, slot: Slot) -> Option<u8> {
        self.0[slot as usize].checked_sub(1)
    }

    /// Replaces it.
    pub fn set(&mut self, slot: Slot, score: Option<u8>) {
        self.0[slot as usize] = score.map_or(NONE, |score| score.min(MOST) + 1);
    }
}

impl Index {
    /// What a file is worth, if anybody said so.
    #[must_use]
    pub fn score(&self, id: FileId) -> Option<u8> {
        self.slot(id).and_then(|slot| self.columns.scores.get(slot))
    }

    /// Whether these are the scores of all files.
    #[must_use]
    pub fn has_scores(&self, scores: &HashMap<FileId, u8>) -> bool {
        self.columns.scores == self.laid_out(scores)
    }

    /// From now on these are the scores of all files; who is not named has none. Says whether any is another than before.
    pub fn set_scores(&mut self, scores: &HashMap<FileId, u8>) -> bool {
        let scores = self.laid_out(scores);
        let is_other = self.columns.scores != scores;
        if is_other {
            self.columns.scores = scores;
            self.orders[Sort::Priority as usize] = OnceLock::new();
        }
        is_other
    }

    fn laid_out(&self, scores: &HashMap<FileId, u8>) -> Scores {
        let mut laid_out = Scores::none(self.columns.len());
        for (id, score) in scores {
            if let Some(slot) = self.slot(*id) {
                laid_out.set(slot, Some(*score));
            }
        }
        laid_out
    }
}
