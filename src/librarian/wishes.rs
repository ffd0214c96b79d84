//! Everybody's wishes: asked for in rounds, remembered between them.
//!
//! **Invariant:** what a round learnt is in the store before anybody sees it, as far as it is news (`fold::is_news`); where
//! the store fails it is seen all the same, and written after the next round. **Invariant:** rounds come one after the
//! other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::SignedDuration;
use tokio::sync::{Mutex, watch};

use super::fold::{fold, is_news, unasked};
use super::known::{Known, Standing};
use super::questions::{number, questions};
use super::round::Round;
use super::said::Fault;
use super::watchlist::Memory;
use crate::clock::Clock;
use crate::domain::answer::Answer;
use crate::domain::rules::{House, UserKind};
use crate::domain::settings::{LibrarianSettings, Versions};
use crate::domain::time::Time;
use crate::domain::wanted::Source;
use crate::error::Result;
use crate::media::Household;
use crate::media::ahead::HowFar;
use crate::media::bridge::blocking;
use crate::store::{Rows, Store};

/// So far back goes what somebody has played, where nobody says how far.
const HISTORY: SignedDuration = SignedDuration::from_hours(183 * 24);

/// How much is asked for, and how long it holds.
#[derive(Clone, PartialEq, Debug)]
pub struct Settings {
    /// Whose sources are asked.
    pub house: House,
    /// How far beyond the current episode: as far as anybody's rules may need. Who needs less is turned down in the plan.
    pub ahead: HowFar,
    /// Episodes of a show that stands on a watchlist.
    pub watchlist_episodes: u32,
    /// Which versions of what is wished for.
    pub versions: Versions,
    /// So far back goes what somebody has played, where that says what is next.
    pub history: SignedDuration,
    /// For so long what was said holds without being said again.
    pub grace: SignedDuration,
}

impl Settings {
    /// As much as any rules of the house need.
    #[must_use]
    pub fn of(settings: &LibrarianSettings) -> Self {
        let LibrarianSettings { house, plan, versions, .. } = settings;
        let nothing = Self {
            house: house.clone(),
            ahead: HowFar { episodes: 0, minutes: None },
            watchlist_episodes: 0,
            versions: *versions,
            history: plan.on_deck_stale.unwrap_or(HISTORY),
            grace: plan.source_grace,
        };
        house.all().fold(nothing, |settings, rules| Self {
            ahead: settings.ahead.or(rules.ahead.into()),
            watchlist_episodes: settings.watchlist_episodes.max(rules.watchlist_episodes),
            ..settings
        })
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::of(&LibrarianSettings::default())
    }
}

/// By person and source.
type Key = (u64, Source);

/// The wishes. A clone is another handle.
#[derive(Clone)]
pub struct Wishes(Arc<Inner>);

struct Inner {
    household: Household,
    store: Store,
    clock: Arc<dyn Clock>,
    settings: Settings,
    /// Held by the round that runs.
    book: Mutex<Book>,
    shown: watch::Sender<Arc<Known>>,
}

/// What a round begins with.
struct Book {
    standings: BTreeMap<Key, Standing>,
    /// What the store has.
    stored: BTreeMap<Key, Answer>,
    memory: Memory,
}

impl Wishes {
    /// What was said before holds at once; nobody is asked yet. Blocks.
    ///
    /// # Errors
    /// The store fails.
    pub fn open(
        household: Household,
        store: Store,
        clock: Arc<dyn Clock>,
        settings: Settings,
    ) -> Result<Self> {
        let answers = store.read()?.answers()?;
        let stored: BTreeMap<Key, Answer> =
            answers.into_iter().map(|answer| ((answer.person, answer.source), answer)).collect();
        let standing = |(key, answer): (&Key, &Answer)| {
            (*key, Standing { answer: answer.clone(), trouble: None, is_asked: false })
        };
        // What people are is not known yet; whose source is off for any of them is off.
        let standings: BTreeMap<Key, Standing> = stored
            .iter()
            .filter(|(_, answer)| !is_off(&settings.house, &BTreeMap::new(), answer))
            .map(standing)
            .collect();
        let known = known(&standings, None, settings.grace);
        let shown = watch::Sender::new(Arc::new(known));
        let book = Mutex::new(Book { standings, stored, memory: Memory::default() });
        Ok(Self(Arc::new(Inner { household, store, clock, settings, book, shown })))
    }

    /// What is known.
    #[must_use]
    pub fn known(&self) -> Arc<Known> {
        self.0.shown.borrow().clone()
    }

    /// Hears of each round that ended.
    #[must_use]
    pub fn follow(&self) -> watch::Receiver<Arc<Known>> {
        self.0.shown.subscribe()
    }

    /// Asks every source for everybody, once. Dropped meanwhile, nothing has happened.
    pub async fn ask(&self) -> Arc<Known> {
        let Inner { household, clock, settings, .. } = &*self.0;
        let mut book = self.0.book.lock().await;
        let people = household.people().snapshot();
        if people.asked_at.is_none() {
            // Nobody has said yet who there is.
            return self.known();
        }
        let mut round = Round::begin(household, clock.as_ref(), settings).await;
        let mut standings = book.standings.clone();
        let mut asked = BTreeSet::new();
        for question in questions(&people, &settings.house) {
            let key = (question.number, question.source);
            let (last, known_trouble) = match standings.remove(&key) {
                Some(Standing { answer, trouble, .. }) => (Some(answer), trouble),
                None => (None, None),
            };
            let came = round.ask(&question, &mut book.memory, last.as_ref()).await;
            let now = clock.now();
            let user = question.person.name.clone();
            let last = last.unwrap_or_else(|| Answer::unheard(key.0, key.1, user.clone(), now));
            let answer = fold(&Answer { user, ..last }, came.as_ref(), now);
            let trouble = match &came {
                Ok(said) => said.fault(),
                Err(fault) => Some(fault),
            };
            let trouble = trouble.cloned();
            // Once for all the hours in which nobody answers.
            let is_new = |fault: &&Fault| known_trouble.as_ref().is_none_or(|known| known.code != fault.code);
            if let Some(fault) = trouble.as_ref().filter(is_new) {
                tracing::info!(source = %key.1, code = fault.code, "a source did not say everybody's wishes; what it said before holds");
            }
            asked.insert(key);
            standings.insert(key, Standing { answer, trouble, is_asked: true });
        }
        let now = clock.now();
        for (key, standing) in &mut standings {
            standing.is_asked = asked.contains(key);
            if !standing.is_asked {
                standing.answer = unasked(&standing.answer, now);
            }
        }
        // What is off is forgotten at once; who is asked for no more, when nothing of them holds any more.
        let kinds = people.people.iter().filter_map(|one| Some((number(one)?, one.kind.into()))).collect();
        standings.retain(|_, Standing { answer, is_asked, .. }| {
            let holds = answer.in_force(now, settings.grace).next().is_some();
            *is_asked || (holds && !is_off(&settings.house, &kinds, answer))
        });
        book.standings = standings;
        if let Err(error) = self.write(&mut book).await {
            tracing::error!(%error, "what sources said was not written down; it is tried again after the next round");
        }
        self.0.shown.send_replace(Arc::new(known(&book.standings, Some(now), settings.grace)));
        self.known()
    }

    /// Whether something is known of somebody's wishes.
    #[must_use]
    pub fn knows(&self, user: &str) -> bool {
        self.known().standings.iter().any(|standing| standing.answer.user == user)
    }

    /// Forgets what sources said of somebody, and says how many sources that were. Waits for the round that runs; who is still
    /// there is asked for in the next.
    ///
    /// # Errors
    /// The store fails.
    pub async fn forget_user(&self, user: &str) -> Result<usize> {
        let mut book = self.0.book.lock().await;
        let count = book.standings.len();
        book.standings.retain(|_, standing| standing.answer.user != user);
        let forgotten = count - book.standings.len();
        let known = known(&book.standings, self.known().asked_at, self.0.settings.grace);
        self.0.shown.send_replace(Arc::new(known));
        self.write(&mut book).await?;
        Ok(forgotten)
    }

    /// Writes down what is news, in one transaction; without news nothing is written.
    async fn write(&self, book: &mut Book) -> Result<()> {
        let news: Vec<Answer> = book
            .standings
            .iter()
            .filter(|(key, standing)| is_news(book.stored.get(*key), &standing.answer))
            .map(|(_, standing)| standing.answer.clone())
            .collect();
        let gone: Vec<Key> =
            book.stored.keys().filter(|key| !book.standings.contains_key(*key)).copied().collect();
        if news.is_empty() && gone.is_empty() {
            return Ok(());
        }
        let store = self.0.store.clone();
        let (put, removed) = (news.clone(), gone.clone());
        blocking(move || {
            store.write(|writer| {
                put.iter().try_for_each(|answer| writer.put_answer(answer))?;
                removed.iter().try_for_each(|(person, source)| writer.remove_answer(*person, *source))
            })
        })
        .await?;
        book.stored.extend(news.into_iter().map(|answer| ((answer.person, answer.source), answer)));
        book.stored.retain(|key, _| !gone.contains(key));
        Ok(())
    }
}

impl std::fmt::Debug for Wishes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wishes").field("settings", &self.0.settings).finish_non_exhaustive()
    }
}

/// Whether this source is not to be asked for this person; of whom nobody knows what they are, whatever that is.
fn is_off(
    house: &House,
    kinds: &BTreeMap<u64, UserKind>,
    Answer { person, user, source, .. }: &Answer,
) -> bool {
    let asks = |kind| house.of(user, kind).asks(*source);
    match kinds.get(person) {
        Some(kind) => !asks(Some(*kind)),
        None => !asks(None) && !UserKind::ALL.iter().any(|kind| asks(Some(*kind))),
    }
}

fn known(standings: &BTreeMap<Key, Standing>, asked_at: Option<Time>, grace: SignedDuration) -> Known {
    Known { standings: standings.values().cloned().collect(), asked_at, grace }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rules::{Ahead, Exception, Rules};

    #[test]
    fn as_much_is_asked_for_as_anybody_may_need() {
        let ahead = Ahead { episodes: 5, minutes: Some(90) };
        let user1 =
            Exception { episodes_ahead: Some(7), watchlist_episodes: Some(9), ..Exception::default() };
        let house = House::for_all(Rules { ahead, ..Rules::default() }).with_person("user1", user1);
        let settings = LibrarianSettings { house, versions: Versions::All, ..LibrarianSettings::default() };
        let asked = Settings::of(&settings);
        assert_eq!(asked.ahead, HowFar { episodes: 7, minutes: Some(90) });
        assert_eq!((asked.watchlist_episodes, asked.versions), (9, Versions::All));
    }
}
