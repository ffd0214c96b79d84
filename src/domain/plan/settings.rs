//! What a person can set about what is worth keeping.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::exclude::Pattern;
use crate::domain::rules::Rules;

const fn days(count: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * count)
}

/// What a person can set, with its defaults.
#[derive(Clone, PartialEq, Debug)]
pub struct Settings {
    /// What makes a file worth keeping.
    pub weights: Weights,
    /// Eviction starts when copies fill so many hundredths of what they may,
    pub evict_at: u8,
    /// and only files below this score leave for better ones.
    pub evict_below: u8,
    /// A file that nobody wants any more stays for so long after it was cached or last begun, unless it was watched since.
    pub retention: SignedDuration,
    /// A file that nobody wants any more is given back; otherwise it leaves when its room is needed.
    pub give_back: bool,
    /// What has been next for longer is not wanted any more.
    pub on_deck_stale: Option<SignedDuration>,
    /// What has been on a watchlist for longer is not wanted any more.
    pub watchlist_stale: Option<SignedDuration>,
    /// The wishes of a source that does not answer stay in force for so long after its last good answer.
    pub source_grace: SignedDuration,
    /// What holds for everybody's wishes,
    pub everybody: Rules,
    /// but for those of these users.
    pub users: BTreeMap<String, Rules>,
    /// What is never cached.
    pub exclude: Vec<Pattern>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            weights: Weights::default(),
            evict_at: 90,
            evict_below: 60,
            retention: SignedDuration::from_hours(12),
            give_back: true,
            on_deck_stale: Some(days(183)),
            watchlist_stale: None,
            source_grace: SignedDuration::from_hours(72),
            everybody: Rules::default(),
            users: BTreeMap::new(),
            exclude: Vec::new(),
        }
    }
}

impl Settings {
    /// What holds for the wishes of a user.
    #[must_use]
    pub fn rules(&self, user: &str) -> &Rules {
        self.users.get(user).unwrap_or(&self.everybody)
    }

    /// Whether anybody's wishes are bounded in bytes.
    pub(super) fn has_limits(&self) -> bool {
        self.everybody.limit.is_some() || self.users.values().any(|rules| rules.limit.is_some())
    }
}

/// Points for and against a file. A score is their sum, at least 0 and at most 100.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Weights {
    /// Every file.
    pub base: i32,
    /// It is next, or begun, for somebody.
    pub on_deck: i32,
    /// For each user who wants it,
    pub per_user: i32,
    /// at most so much for all of them.
    pub users_most: i32,
    /// Cached less than a day ago.
    pub cached_day: i32,
    /// Cached less than three days ago.
    pub cached_three_days: i32,
    /// On a watchlist for less than seven days.
    pub watchlist_new: i32,
    /// On a watchlist for more than sixty days.
    pub watchlist_old: i32,
    /// Next for less than seven days.
    pub on_deck_new: i32,
    /// Next for fourteen to thirty days.
    pub on_deck_old: i32,
    /// Next for thirty days or longer.
    pub on_deck_older: i32,
    /// The episode that is current.
    pub current: i32,
    /// The first half of those ahead.
    pub next: i32,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            base: 50,
            on_deck: 15,
            per_user: 5,
            users_most: 15,
            cached_day: 5,
            cached_three_days: 3,
            watchlist_new: 10,
            watchlist_old: -10,
            on_deck_new: 5,
            on_deck_old: -5,
            on_deck_older: -10,
            current: 15,
            next: 10,
        }
    }
}
