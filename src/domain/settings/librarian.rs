//! What a person can set about whose wishes count, what is worth keeping, and when that is looked at.

use jiff::SignedDuration;

use crate::domain::file::closed_names;
use crate::domain::plan;
use crate::domain::rules::House;
use crate::domain::schedule::{QuietHours, Schedule};

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

/// What is cached of a film or an episode that is there several times.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Versions {
    /// The version that is played, or would be.
    One,
    /// All of them.
    All,
}

closed_names!(Versions {
    One => "one",
    All => "all",
});

/// Whose playbacks are cached for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Viewers {
    /// Everybody's.
    All,
    /// Those in the network of the media server.
    Local,
    /// Those elsewhere.
    Remote,
}

closed_names!(Viewers {
    All => "all",
    Local => "local",
    Remote => "remote",
});
