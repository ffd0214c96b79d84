//! What somebody has seen, and what follows from it: On Deck and Continue Watching.

use std::collections::BTreeMap;

use super::State;
use super::item::{Kind, RatingKey};
use super::person::{Person, PersonId};

/// What one person saw of one item.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct View {
    /// Where it goes on, in milliseconds; none when it is not in progress.
    pub offset: Option<u64>,
    pub count: u32,
    /// Seconds since the epoch.
    pub last: i64,
    /// Rises with everything that anybody does: what orders views of the same second.
    pub turn: u64,
}

impl State {
    pub fn view(&self, person: PersonId, item: RatingKey) -> View {
        self.views.get(&(person, item)).copied().unwrap_or_default()
    }

    /// What goes on in these sections, the latest first: what is in progress, else the episode that follows the one
    /// watched last.
    pub fn on_deck(&self, person: &Person, section: impl Fn(u32) -> bool) -> Vec<RatingKey> {
        let mut shows: BTreeMap<RatingKey, Vec<(u64, RatingKey)>> = BTreeMap::new();
        let mut deck: Vec<(u64, RatingKey)> = vec![];
        for ((who, key), view) in &self.views {
            let Some(item) = self.items.get(key) else { continue };
            if *who != person.id || !person.sees(item.section) || !section(item.section) {
                continue;
            }
            match item.kind {
                Kind::Movie if view.offset.is_some() => deck.push((view.turn, *key)),
                Kind::Episode => {
                    if let Some(show) = self.show_of(*key) {
                        shows.entry(show).or_default().push((view.turn, *key));
                    }
                }
                Kind::Movie | Kind::Show | Kind::Season => {}
            }
        }
        for mut seen in shows.into_values() {
            seen.sort_unstable_by(|a, b| b.cmp(a));
            // Opened and closed again at the very beginning is neither.
            let counts = |key: RatingKey| {
                let view = self.view(person.id, key);
                view.offset.is_some() || view.count > 0 && self.place_of(key).is_some_and(|at| at.0 > 0)
            };
            let Some((turn, last)) = seen.into_iter().find(|(_, key)| counts(*key)) else { continue };
            let next = if self.view(person.id, last).offset.is_some() {
                Some(last)
            } else {
                self.next_after(person.id, last)
            };
            deck.extend(next.map(|key| (turn, key)));
        }
        deck.sort_unstable_by(|a, b| b.cmp(a));
        deck.into_iter().map(|(_, key)| key).collect()
    }

    /// On Deck as far as it was touched within the window of the preferences, and what lingers though it was seen.
    pub fn continue_watching(&self, person: &Person, section: impl Fn(u32) -> bool) -> Vec<RatingKey> {
        let weeks: i64 = self.pref("OnDeckWindow").parse().unwrap_or(16);
        let since = self.now() - weeks * 7 * 24 * 60 * 60;
        let mut list = self.on_deck(person, &section);
        list.retain(|key| self.touched(person.id, *key) >= since);
        let lingering = self.lingering.iter().filter(|(who, _)| *who == person.id).map(|(_, key)| *key);
        list.extend(lingering.filter(|key| self.items.get(key).is_some_and(|item| section(item.section))));
        list
    }

    /// When somebody last had to do with an item, or with the show that it belongs to.
    fn touched(&self, person: PersonId, item: RatingKey) -> i64 {
        let show = self.show_of(item);
        let same = |key: RatingKey| key == item || (show.is_some() && self.show_of(key) == show);
        let views = self.views.iter().filter(|((who, key), _)| *who == person && same(*key));
        views.map(|(_, view)| view.last).max().unwrap_or(0)
    }

    pub fn show_of(&self, episode: RatingKey) -> Option<RatingKey> {
        self.items.get(&self.items.get(&episode)?.parent?)?.parent
    }

    /// Season and number of an episode.
    fn place_of(&self, episode: RatingKey) -> Option<(u32, u32)> {
        let item = self.items.get(&episode)?;
        Some((self.items.get(&item.parent?)?.index?, item.index?))
    }

    /// The episodes below a show or a season, in order; specials first.
    pub fn leaves(&self, above: RatingKey) -> Vec<RatingKey> {
        let below = |key: RatingKey| {
            self.show_of(key) == Some(above)
                || self.items.get(&key).and_then(|item| item.parent) == Some(above)
        };
        let episodes = self.items.values().filter(|item| item.kind == Kind::Episode && below(item.key));
        let mut leaves: Vec<RatingKey> = episodes.map(|item| item.key).collect();
        leaves.sort_by_key(|key| self.place_of(*key));
        leaves
    }

    /// The next that was not seen, across seasons, without specials.
    fn next_after(&self, person: PersonId, episode: RatingKey) -> Option<RatingKey> {
        let (show, place) = (self.show_of(episode)?, self.place_of(episode)?);
        self.leaves(show).into_iter().find(|key| {
            self.place_of(*key).is_some_and(|at| at > place && at.0 > 0) && self.view(person, *key).count == 0
        })
    }
}
