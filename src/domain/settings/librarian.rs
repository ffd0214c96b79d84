//! What a person can set about whose wishes count, what is worth keeping, and when that is looked at.

use jiff::SignedDuration;

use crate::domain::plan;
use crate::domain::rules::House;
use crate::domain::schedule::{QuietHours, Schedule};
use crate::domain::settings::{Versions, Viewers};

/// What is worth keeping, for whom, and when that is looked at.
#[derive(Clone, PartialEq, Debug)]
pub struct LibrarianSettings {
    /// What makes a file worth keeping. Its rules for single users are put in by whoever knows them.
    pub plan: plan::Settings,
    /// Whose wishes count, and how far.
    pub house: House,
    /// When it is looked at.
    pub schedule: Schedule,
    /// When nothing is begun.
    pub quiet: QuietHours,
    /// For so long a person's removal holds.
    pub hold: SignedDuration,
    /// Subtitles travel with their video.
    pub companions: bool,
    /// Of a film that is there several times.
    pub versions: Versions,
    /// Whose playbacks are cached for.
    pub viewers: Viewers,
}

impl Default for LibrarianSettings {
    fn default() -> Self {
        Self {
            plan: plan::Settings::default(),
            house: House::default(),
            schedule: Schedule::default(),
            quiet: QuietHours::default(),
            hold: SignedDuration::from_hours(72),
            companions: true,
            versions: Versions::One,
            viewers: Viewers::All,
        }
    }
}
