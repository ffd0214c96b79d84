//! Who watches what: an evening of four people in fast motion, without end.
//!
//! It begins by a script, so that a newcomer sees within seconds what there is to see: a film that has to be cached, an
//! episode that was cached ahead, a film that two people want. Then everybody follows their whims. The same seed, the
//! same evening.
//!
//! **Invariant:** people act on the simulated Plex alone. What is cached for that is Cacherr's doing.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::time::MissedTickBehavior;

use super::household::{Household, PEOPLE, Piece, USER1, USER2, USER3, USER4};
use super::library;
use super::plex::{PersonId, Player, RatingKey, SessionKey};
use crate::error::Result;

/// Between two acts.
const PACE: Duration = Duration::from_millis(2_500);
/// A player goes on by so much of a film with each act, in hundredths.
const STRIDE: u64 = 10;
/// Whoever stops later has seen it.
const SEEN: u64 = 95;

/// What somebody does.
#[derive(Clone, Copy, Debug)]
enum Deed {
    /// Starts what has this in the name of its file.
    Start(&'static str),
    /// Watches it to its end at once.
    Finish,
    /// Puts it on the watchlist.
    Wish(&'static str),
}

use Deed::{Finish, Start, Wish};

/// How every evening begins.
const OPENING: [(PersonId, Deed); 11] = [
    (USER1, Start("S03E05")),
    (USER2, Start("Dune (2021)")),
    (USER3, Wish("Arrival (2016)")),
    (USER1, Finish),
    // Cached ahead.
    (USER1, Start("S03E06")),
    (USER4, Start("S02E26")),
    (USER2, Finish),
    // What another one finished.
    (USER3, Start("Dune (2021)")),
    (USER4, Finish),
    (USER4, Start("S02E27")),
    (USER2, Start("Arrival (2016)")),
];

/// What somebody is at.
#[derive(Clone, Debug)]
struct Watching {
    session: SessionKey,
    key: RatingKey,
    length: u64,
    offset: u64,
    /// Where they will stop.
    until: u64,
    is_paused: bool,
}

/// The four of them.
pub(super) struct People {
    household: Household,
    dice: fastrand::Rng,
    /// So many acts were done.
    done: usize,
    watching: BTreeMap<PersonId, Watching>,
    seen: BTreeMap<PersonId, BTreeSet<RatingKey>>,
    /// Where they stopped short.
    left: BTreeMap<(PersonId, RatingKey), u64>,
}

impl People {
    /// With what they saw and wished for on other evenings.
    pub fn new(household: Household, seed: u64) -> Result<Self> {
        let dice = fastrand::Rng::with_seed(seed);
        let (watching, seen, left) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let mut people = Self { household, dice, done: 0, watching, seen, left };
        // Of the home: whoever only has a share must sign in before their watchlist can be read.
        for part in ["Amélie (2001)", "千と千尋の神隠し"] {
            people.wish(USER3, part)?;
        }
        let first = people.household.find("S01E01")?.key;
        people.household.world.mark_seen(USER3, first);
        people.seen.entry(USER3).or_default().insert(first);
        Ok(people)
    }

    /// Acts until the task is dropped.
    pub async fn live(mut self) {
        let mut pace = tokio::time::interval(PACE);
        // After a while in which nothing ran, they do not make up for it.
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            pace.tick().await;
            if let Err(error) = self.act() {
                tracing::error!(%error, "the people of the sample went home");
                return;
            }
        }
    }

    /// Everybody who watches goes on, and somebody does something.
    fn act(&mut self) -> Result<()> {
        for person in PEOPLE {
            self.go_on(person)?;
        }
        let scripted = OPENING.get(self.done).copied();
        self.done += 1;
        match scripted {
            Some((person, Start(part))) => {
                let piece = self.household.find(part)?.clone();
                self.start(person, &piece, SEEN + 5)
            }
            Some((person, Finish)) => self.move_to(person, u64::MAX),
            Some((person, Wish(part))) => self.wish(person, part),
            None => {
                let person = PEOPLE[self.dice.usize(..PEOPLE.len())];
                self.follow_whim(person)
            }
        }
    }

    fn wish(&self, person: PersonId, part: &str) -> Result<()> {
        self.household.world.add_to_watchlist(person, self.household.find(part)?.key)
    }

    fn go_on(&mut self, person: PersonId) -> Result<()> {
        match self.watching.get(&person) {
            Some(watching) if !watching.is_paused => {
                let stride = watching.length * STRIDE / 100;
                self.move_to(person, watching.offset + stride)
            }
            Some(_) | None => Ok(()),
        }
    }

    fn move_to(&mut self, person: PersonId, offset: u64) -> Result<()> {
        let Some(watching) = self.watching.get_mut(&person) else { return Ok(()) };
        watching.offset = offset.min(watching.length);
        let Watching { session, key, length, offset, until, .. } = *watching;
        self.household.world.progress(session, offset)?;
        if offset < until && offset < length {
            return Ok(());
        }
        if offset * 100 >= length * SEEN {
            self.seen.entry(person).or_default().insert(key);
        } else {
            self.left.insert((person, key), offset);
        }
        self.watching.remove(&person);
        self.household.world.stop(session)
    }

    /// Up to so many hundredths of it.
    fn start(&mut self, person: PersonId, piece: &Piece, hundredths: u64) -> Result<()> {
        if let Some(before) = self.watching.remove(&person) {
            self.left.insert((person, before.key), before.offset);
            self.household.world.stop(before.session)?;
        }
        let player = Player::named(if person == USER4 { "Tablet" } else { "Living room" });
        let player = Player { identifier: format!("{}-{person}", player.identifier), ..player };
        let session = self.household.world.start(person, piece.key, &player)?;
        let (key, length) = (piece.key, piece.length);
        // Where they were; the media server knows it, too.
        let offset = self.left.remove(&(person, key)).unwrap_or(0);
        let until = offset.max(length * hundredths / 100);
        self.watching.insert(person, Watching { session, key, length, offset, until, is_paused: false });
        Ok(())
    }

    fn follow_whim(&mut self, person: PersonId) -> Result<()> {
        let Some(watching) = self.watching.get_mut(&person) else {
            let piece = self.choose(person);
            // Not everybody gets to the end of everything.
            let hundredths = if self.dice.u8(..5) == 0 { self.dice.u64(20..80) } else { SEEN + 5 };
            return self.start(person, &piece, hundredths);
        };
        let session = watching.session;
        if watching.is_paused {
            watching.is_paused = false;
            self.household.world.resume(session)
        } else if self.dice.u8(..6) == 0 {
            watching.is_paused = true;
            self.household.world.pause(session)
        } else {
            let films = self.films();
            let key = films[self.dice.usize(..films.len())].key;
            // A child has no account to wish with.
            if person == USER4 { Ok(()) } else { self.household.world.add_to_watchlist(person, key) }
        }
    }

    /// The next episode, else what another one has seen, else anything new to them. Who has seen all begins anew.
    fn choose(&mut self, person: PersonId) -> Piece {
        let seen = self.seen.entry(person).or_default().clone();
        let is_new = |piece: &&Piece| !seen.contains(&piece.key);
        let begun = self.household.shows.iter().filter(|show| show.iter().any(|piece| !is_new(&piece)));
        let next: Vec<Piece> = begun.filter_map(|show| show.iter().find(is_new)).cloned().collect();
        let films = self.films();
        let others: BTreeSet<RatingKey> =
            self.seen.iter().filter(|(who, _)| **who != person).flat_map(|(_, seen)| seen).copied().collect();
        let known = films.iter().filter(is_new).filter(|piece| others.contains(&piece.key));
        let known: Vec<Piece> = known.cloned().collect();
        let firsts = self.household.shows.iter().filter_map(|show| show.first());
        let new: Vec<Piece> = films.iter().chain(firsts).filter(is_new).cloned().collect();
        let choices = match self.dice.u8(..4) {
            0 | 1 if !next.is_empty() => next,
            2 if !known.is_empty() => known,
            _ if !new.is_empty() => new,
            _ if !next.is_empty() => next,
            _ => {
                self.forget(person);
                films
            }
        };
        choices[self.dice.usize(..choices.len())].clone()
    }

    fn forget(&mut self, person: PersonId) {
        for key in self.seen.remove(&person).unwrap_or_default() {
            self.household.world.mark_unseen(person, key);
        }
    }

    /// All but the one that is left for the newcomer.
    fn films(&self) -> Vec<Piece> {
        self.household.films.iter().filter(|piece| piece.file != library::UNCACHED).cloned().collect()
    }
}

#[cfg(test)]
mod tests;
