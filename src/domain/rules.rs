//! What holds for one person: which of their sources are asked, how far ahead is looked, how much room is theirs.
//!
//! A person's rules are put together from three places: those for everybody, those for their kind, those for themselves.
//! **Invariant:** each setting comes from the nearest place that names it, and from no other; what names nothing changes
//! nothing.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::file::closed_names;
use super::wanted::Source;

/// What holds for one person.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rules {
    /// What is next for them is wanted.
    pub on_deck: bool,
    /// What they have begun is wanted.
    pub continue_watching: bool,
    /// What stands on their watchlist is wanted.
    pub watchlist: bool,
    /// What they play is wanted, and what follows it.
    pub playback: bool,
    /// How far beyond the current episode.
    pub ahead: Ahead,
    /// Episodes of a show on their watchlist.
    pub watchlist_episodes: u32,
    /// At most so many bytes for their wishes.
    pub limit: Option<u64>,
    /// Only while they have played something within so long.
    pub active_within: Option<SignedDuration>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            on_deck: true,
            continue_watching: true,
            watchlist: true,
            playback: true,
            ahead: Ahead { episodes: 5, minutes: None },
            watchlist_episodes: 3,
            limit: None,
            active_within: None,
        }
    }
}

impl Rules {
    /// Whether this source is asked for them. What a person asked for counts always.
    #[must_use]
    pub const fn asks(&self, source: Source) -> bool {
        match source {
            Source::OnDeck => self.on_deck,
            Source::ContinueWatching => self.continue_watching,
            Source::Watchlist | Source::Feed => self.watchlist,
            Source::Manual => true,
        }
    }
}

/// How far beyond the current episode.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ahead {
    /// So many episodes;
    pub episodes: u32,
    /// or instead as many as begin within so many minutes after the current one ends.
    pub minutes: Option<u32>,
}

impl Ahead {
    /// Whether it reaches so many episodes after the current one, to one that begins so many minutes after its end. The
    /// current one is always within.
    #[must_use]
    pub const fn covers(self, episodes: u32, minutes: u32) -> bool {
        match self.minutes {
            Some(most) => episodes == 0 || minutes <= most,
            None => episodes <= self.episodes,
        }
    }

    /// Half as far, and at least one episode.
    #[must_use]
    pub fn half(self) -> Self {
        let half = self.episodes / 2;
        Self { episodes: half.max(1), minutes: self.minutes.map(|minutes| minutes / 2) }
    }
}

/// What somebody is to the media server.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum UserKind {
    /// Whose server it is.
    Owner,
    /// A user of their home.
    Home,
    /// Anybody else who watches.
    Shared,
}

closed_names!(UserKind {
    Owner => "owner",
    Home => "home",
    Shared => "shared",
});

/// What is said of somebody, or of a kind of people, in particular. What is `None` is not named.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Exception {
    /// See [`Rules::on_deck`].
    pub on_deck: Option<bool>,
    /// See [`Rules::continue_watching`].
    pub continue_watching: Option<bool>,
    /// See [`Rules::watchlist`].
    pub watchlist: Option<bool>,
    /// See [`Rules::playback`].
    pub playback: Option<bool>,
    /// See [`Ahead::episodes`]. Named without minutes it counts, whatever others say of minutes.
    pub episodes_ahead: Option<u32>,
    /// See [`Ahead::minutes`]; `Some(None)`: episodes are counted.
    pub minutes_ahead: Option<Option<u32>>,
    /// See [`Rules::watchlist_episodes`].
    pub watchlist_episodes: Option<u32>,
    /// See [`Rules::limit`]; `Some(None)`: none.
    pub limit: Option<Option<u64>>,
    /// See [`Rules::active_within`]; `Some(None)`: always.
    pub active_within: Option<Option<SignedDuration>>,
}

impl Exception {
    fn over(&self, under: Rules) -> Rules {
        let Self {
            on_deck,
            continue_watching,
            watchlist,
            playback,
            episodes_ahead,
            minutes_ahead,
            watchlist_episodes,
            limit,
            active_within,
        } = *self;
        let minutes = if episodes_ahead.is_some() { None } else { under.ahead.minutes };
        Rules {
            on_deck: on_deck.unwrap_or(under.on_deck),
            continue_watching: continue_watching.unwrap_or(under.continue_watching),
            watchlist: watchlist.unwrap_or(under.watchlist),
            playback: playback.unwrap_or(under.playback),
            ahead: Ahead {
                episodes: episodes_ahead.unwrap_or(under.ahead.episodes),
                minutes: minutes_ahead.unwrap_or(minutes),
            },
            watchlist_episodes: watchlist_episodes.unwrap_or(under.watchlist_episodes),
            limit: limit.unwrap_or(under.limit),
            active_within: active_within.unwrap_or(under.active_within),
        }
    }
}

/// Everybody's rules.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct House {
    everybody: Rules,
    kinds: BTreeMap<UserKind, Exception>,
    people: BTreeMap<String, Exception>,
}

impl House {
    /// A house in which the same holds for all.
    #[must_use]
    pub fn for_all(everybody: Rules) -> Self {
        Self { everybody, ..Self::default() }
    }

    /// Says something of a kind of people; what was said of it before no longer counts.
    #[must_use]
    pub fn with_kind(mut self, kind: UserKind, exception: Exception) -> Self {
        self.kinds.insert(kind, exception);
        self
    }

    /// Says something of one person; what was said of them before no longer counts.
    #[must_use]
    pub fn with_person(mut self, name: impl Into<String>, exception: Exception) -> Self {
        self.people.insert(name.into(), exception);
        self
    }

    /// What holds where nothing else is said.
    #[must_use]
    pub const fn everybody(&self) -> &Rules {
        &self.everybody
    }

    /// All rules that hold for somebody, or would.
    pub fn all(&self) -> impl Iterator<Item = Rules> {
        let kinds = || std::iter::once(None).chain(UserKind::ALL.iter().copied().map(Some));
        // Nobody's name is empty.
        let names = std::iter::once("").chain(self.people.keys().map(String::as_str));
        names.flat_map(move |name| kinds().map(move |kind| self.of(name, kind)))
    }

    /// What holds for somebody, by the name that rows bear. Whose kind is not known has the rules of none.
    #[must_use]
    pub fn of(&self, user: &str, kind: Option<UserKind>) -> Rules {
        let of_kind = kind.and_then(|kind| self.kinds.get(&kind));
        let of_them = self.people.get(user);
        of_kind.into_iter().chain(of_them).fold(self.everybody, |rules, exception| exception.over(rules))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_setting_is_the_one_of_the_nearest_place_that_names_it() {
        let home = Exception { watchlist: Some(false), limit: Some(Some(7)), ..Exception::default() };
        let user1 = Exception { watchlist: Some(true), watchlist_episodes: Some(9), ..Exception::default() };
        let house = House::for_all(Rules { on_deck: false, ..Rules::default() })
            .with_kind(UserKind::Home, home)
            .with_person("user1", user1);
        let everybody = *house.everybody();
        assert_eq!(house.of("user2", None), everybody);
        assert_eq!(house.of("user2", Some(UserKind::Shared)), everybody);
        let of_home = Rules { watchlist: false, limit: Some(7), ..everybody };
        assert_eq!(house.of("user2", Some(UserKind::Home)), of_home);
        let of_user1 = Rules { watchlist: true, watchlist_episodes: 9, ..of_home };
        assert_eq!(house.of("user1", Some(UserKind::Home)), of_user1);
        assert_eq!(house.of("user1", None).limit, None, "the rules of no kind");
    }

    #[test]
    fn all_rules_are_told_that_hold_for_anybody() {
        let watchlist = |episodes| Exception { watchlist_episodes: Some(episodes), ..Exception::default() };
        let house = House::default()
            .with_kind(UserKind::Owner, watchlist(7))
            .with_person("user1", Exception { watchlist: Some(false), ..Exception::default() })
            .with_person("user2", watchlist(9));
        let mut all: Vec<_> = house.all().map(|rules| (rules.watchlist_episodes, rules.watchlist)).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all, [(3, false), (3, true), (7, false), (7, true), (9, true)]);
    }

    #[test]
    fn what_holds_for_everybody_can_be_taken_back_for_one() {
        let bounds = Rules {
            limit: Some(1),
            active_within: Some(SignedDuration::from_hours(24)),
            ahead: Ahead { episodes: 5, minutes: Some(90) },
            ..Rules::default()
        };
        let free = Exception {
            limit: Some(None),
            active_within: Some(None),
            minutes_ahead: Some(None),
            ..Exception::default()
        };
        let house = House::for_all(bounds).with_person("user1", free);
        assert_eq!(house.of("user1", None), Rules::default());
    }

    #[test]
    fn who_names_a_count_of_episodes_has_it_whatever_others_say_of_minutes() {
        let everybody = Rules { ahead: Ahead { episodes: 5, minutes: Some(90) }, ..Rules::default() };
        let ahead =
            |exception| House::for_all(everybody).with_person("user1", exception).of("user1", None).ahead;
        let episodes_ahead = Some(2);
        let count = Exception { episodes_ahead, ..Exception::default() };
        assert_eq!(ahead(count), Ahead { episodes: 2, minutes: None });
        let both = Exception { minutes_ahead: Some(Some(30)), ..count };
        assert_eq!(ahead(both), Ahead { episodes: 2, minutes: Some(30) });
        assert_eq!(ahead(Exception::default()), everybody.ahead);
    }

    #[test]
    fn a_source_is_asked_where_the_rules_say_so_and_a_person_always() {
        let off = Rules { on_deck: false, continue_watching: false, watchlist: false, ..Rules::default() };
        for source in Source::ALL {
            assert!(Rules::default().asks(*source));
            assert_eq!(off.asks(*source), *source == Source::Manual);
        }
    }
}
