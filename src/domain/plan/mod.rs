//! What is worth keeping: from everybody's wishes to what is cached next and what is given back.
//!
//! [`plan`] is a function of its arguments: no clock, no disk, no memory. Executed and asked again, it answers with an
//! empty plan. Start with [`plan`], then `evict` (who gets the room), `score` (what a file is worth) and `wishes` (which
//! wishes are in force).
//!
//! One order decides everything. What nobody wants leaves, unless it is pinned, played, young, or a source that wanted it
//! is blind. What must stay takes its room first. Then all others, those that are here and those that would come, are asked
//! from the most to the least valuable, and each has its room if what is before it leaves enough:
//!
//! - so a better file never leaves for a worse one, no more leave than must, and the least valuable leave first;
//! - from [`Settings::evict_below`] on, what is here is asked before anything that would come, so it leaves for none;
//! - an episode is worth no more than the one before it for the same user, and does not come where that one has no
//!   room: so a show has no gaps, and its farthest episode leaves first (`seasons`);
//! - being cached never makes a file worth less, so whoever got room has it the next time, too.
//!
//! **Invariant:** what is cached by a plan never takes more than [`Room::capacity`], companions included. Nothing that is
//! pinned, played, or wanted by a source that is blind is in [`Plan::give_back`]. What is wanted leaves only for room: for
//! something better where it is below the threshold, or because the room itself has shrunk.
//! **Invariant:** being asked twice changes nothing: a plan for the snapshot after the plan is empty.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::domain::file::{Metadata, Operation};
use crate::domain::id::FileId;
use crate::domain::time::Time;

pub mod companions;
mod evict;
pub mod exclude;
mod holds;
mod outcome;
mod score;
mod seasons;
pub mod settings;
pub mod snapshot;
#[cfg(test)]
mod tests;
mod unit;
mod wishes;
pub mod words;

pub use settings::{Settings, Weights};
pub use snapshot::{Blind, Cached, Companion, Hold, Room, Snapshot, Watched};

/// What is to be done, and why nothing else.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Plan {
    /// What is cached, the most valuable first.
    pub cache: Vec<Step>,
    /// What is given back, the least valuable first. It comes before what is cached: that may need its room.
    pub give_back: Vec<Step>,
    /// Who is added to files that stay, or gets a stronger reason.
    pub attribute: Vec<Attribute>,
    /// What stays, the most valuable first.
    pub keep: Vec<Scored>,
    /// Wishes that bring nothing, by path.
    pub refused: Vec<Refused>,
}

impl Plan {
    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cache.is_empty() && self.give_back.is_empty() && self.attribute.is_empty()
    }
}

/// A video that comes or leaves, with what travels with it.
#[derive(Clone, PartialEq, Debug)]
pub struct Step {
    /// The library path of the video.
    pub path: PathBuf,
    /// What comes or leaves: the video, if it does, and then its companions.
    pub parts: Vec<Part>,
    /// Why it leaves; none for what comes.
    pub cause: Option<Cause>,
    /// Whose wish it is, the strongest first.
    pub wishes: Vec<Wisher>,
    /// What the strongest wish knows of it.
    pub metadata: Metadata,
    /// Its score, 0 to 100,
    pub score: u8,
    /// which is the sum of these.
    pub why: Vec<Reason>,
}

impl Step {
    /// The bytes of all its parts.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.parts.iter().map(|part| part.size).fold(0, u64::saturating_add)
    }
}

/// A file that comes or leaves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// The library path.
    pub path: PathBuf,
    /// Its bytes.
    pub size: u64,
    /// Its id, for what leaves.
    pub file: Option<FileId>,
}

/// Why something leaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Cause {
    /// Nobody wants it any more.
    Unwanted,
    /// Its room is needed.
    Room,
}

/// Who wants a file, and why.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Wisher {
    /// The strongest of their reasons.
    pub operation: Operation,
    /// The user.
    pub user: String,
}

/// Somebody more wants a file that is here, or for a stronger reason.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Attribute {
    /// The file.
    pub file: FileId,
    /// Who wants it, and why.
    pub wisher: Wisher,
}

/// What a file that stays is worth.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scored {
    /// The file.
    pub file: FileId,
    /// Its score, 0 to 100,
    pub score: u8,
    /// which is the sum of these.
    pub why: Vec<Reason>,
    /// Whether anybody wants it.
    pub wanted: bool,
}

/// Points for or against a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reason {
    /// How many.
    pub points: i32,
    /// For what.
    pub text: &'static str,
    /// Because of whom.
    pub user: Option<String>,
}

/// A wish that brings nothing.
#[derive(Clone, PartialEq, Debug)]
pub struct Refused {
    /// The library path.
    pub path: PathBuf,
    /// Whose wish it is.
    pub user: String,
    /// Why not.
    pub refusal: Refusal,
    /// The score of the file, where the wish is in force,
    pub score: Option<u8>,
    /// which is the sum of these.
    pub why: Vec<Reason>,
}

/// Why a wish brings nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Refusal {
    /// Better files have the room; so many bytes are missing.
    NoRoom {
        /// Bytes.
        missing: u64,
    },
    /// The episode before it has no room.
    Gap,
    /// A person removed it.
    Held {
        /// Until when that holds.
        until: Time,
    },
    /// It could not be cached a moment ago.
    PutOff {
        /// When it is asked for again.
        until: Time,
    },
    /// A pattern excludes it.
    Excluded,
    /// The user has not played anything for so long that nobody believes their wishes.
    Inactive,
    /// It is farther ahead than episodes are cached.
    TooFarAhead,
    /// It has been wanted for so long that nobody believes it any more.
    Stale,
    /// The source has not confirmed it for longer than its grace.
    Unconfirmed,
    /// The user's other wishes have all the room that is theirs.
    UserLimit,
}

/// What to do. The whole of it: the same snapshot, settings and instant always give the same plan.
#[must_use]
pub fn plan(snapshot: &Snapshot, settings: &Settings, now: Time) -> Plan {
    let (wishes, turned_down) = wishes::in_force(snapshot, settings, now);
    let mut units = unit::gather(snapshot, settings, now, wishes);
    seasons::order(&mut units);
    let outcome = evict::share_out(&units, snapshot, settings);
    outcome.into_plan(units, turned_down)
}
