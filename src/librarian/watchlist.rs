//! What stands on somebody's watchlist, and what the library has of it.
//!
//! An entry names a work by an identifier that is the same everywhere; a library that was made otherwise knows it by
//! those of others (imdb, tmdb, tvdb). **Invariant:** nothing is ever matched by its title. **Invariant:** what was kept in
//! memory to ask less never makes an answer look confirmed: of nothing that came empty is anything kept.

use std::collections::{BTreeMap, HashMap};

use jiff::SignedDuration;

use super::eyes::{Eyes, odd, unless_for_all};
use super::item::{Place, in_a_row, item, unwatched};
use super::said::{Fault, Said};
use crate::domain::answer::{Answer, Item};
use crate::domain::file::Operation;
use crate::domain::media::wish::WatchlistEntry;
use crate::domain::media::{RatingKey, SectionKind, Video, VideoKind};
use crate::domain::secret::Secret;
use crate::domain::time::Time;
use crate::domain::wanted::Source;
use crate::media::ahead::{self, HowFar};
use crate::plex::Cloud;
use crate::plex::cloud::watchlist::{Mark, Watchlist};

/// So many works are looked up at plex.tv for one watchlist in one round; the others have their turn in the next.
const LOOKUPS: usize = 100;
/// The library is searched for what it does not know by the common identifier so often.
const SEARCH: SignedDuration = SignedDuration::from_hours(6);

/// Where works were found, by the common identifier; a fault for those of which nobody could say how others call them.
type Places = BTreeMap<String, Result<Vec<RatingKey>, Fault>>;

/// What is kept between rounds, to ask less.
#[derive(Default)]
pub(super) struct Memory {
    /// By person.
    lists: HashMap<u64, List>,
    /// Identifiers elsewhere, by the common one. They are of works, and so nobody's.
    ids: HashMap<String, Vec<String>>,
}

/// Of one watchlist.
#[derive(Default)]
struct List {
    mark: Option<Mark>,
    entries: Vec<WatchlistEntry>,
    /// Where works were found by identifiers elsewhere, and when that was searched for.
    found: HashMap<String, (Time, Vec<RatingKey>)>,
}

/// Who is asked for, with what.
pub(super) struct Reader<'a> {
    pub cloud: &'a Cloud,
    /// The account's own.
    pub token: &'a Secret,
    /// The server as the same person sees it.
    pub eyes: &'a mut Eyes,
    /// Episodes of a show that is wished for.
    pub episodes: u32,
}

impl Reader<'_> {
    /// The watchlist, entry by entry.
    pub async fn read(
        &mut self,
        person: u64,
        memory: &mut Memory,
        last: Option<&Answer>,
    ) -> Result<Said, Fault> {
        let list = memory.lists.entry(person).or_default();
        match self.cloud.watchlist(self.token, list.mark.as_ref()).await? {
            Watchlist::Unchanged => {}
            // The same empty list again has to be told, not inferred from a mark.
            Watchlist::Read { entries, mark } => {
                (list.mark, list.entries) = (mark.filter(|_| !entries.is_empty()), entries);
            }
        }
        list.found.retain(|guid, _| list.entries.iter().any(|entry| entry.guid == *guid));
        let had = |guid: &str| {
            let mut lists = last.into_iter().flat_map(|last| &last.lists);
            lists.any(|list| list.name == guid && !list.items.is_empty())
        };
        let (mut said, mut unmatched) = (Said::default(), vec![]);
        for entry in &list.entries {
            let found = self.eyes.client.find_by_guid(&entry.guid).await.map_err(Fault::from);
            match unless_for_all(found)? {
                Ok(found) if found.is_empty() => unmatched.push(entry),
                Ok(found) => said.put(&entry.guid, unless_for_all(self.items(entry, found).await)?),
                Err(fault) => said.put(&entry.guid, Err(fault)),
            }
        }
        let now = self.eyes.now;
        let is_due = |entry: &&WatchlistEntry| {
            list.found.get(&entry.guid).is_none_or(|(at, _)| now.since(*at) >= SEARCH || *at > now)
        };
        let mut due: Vec<&WatchlistEntry> = unmatched.iter().copied().filter(is_due).collect();
        // What held so far is looked for first.
        due.sort_by_key(|entry| !had(&entry.guid));
        let searched = self.search(&due, &mut memory.ids).await;
        for entry in unmatched {
            let outcome = match (&searched, list.found.get(&entry.guid).cloned()) {
                (Ok(searched), known) => match (searched.get(&entry.guid), known) {
                    (Some(Ok(keys)), _) => {
                        // Nothing where there was something may be found again in the next round.
                        if !keys.is_empty() || !had(&entry.guid) {
                            list.found.insert(entry.guid.clone(), (now, keys.clone()));
                        }
                        Ok(keys.clone())
                    }
                    (Some(Err(fault)), _) => Err(fault.clone()),
                    (None, Some((_, keys))) => Ok(keys),
                    // It has its turn in the next round.
                    (None, None) if had(&entry.guid) => Err(later()),
                    (None, None) => Ok(vec![]),
                },
                (Err(_), Some((at, keys))) if now.since(at) < SEARCH => Ok(keys),
                (Err(fault), _) => Err(fault.clone()),
            };
            let items = match outcome {
                Ok(keys) => self.at(entry, &keys).await,
                Err(fault) => Err(fault),
            };
            // What was found there before may be found elsewhere in the next round.
            if had(&entry.guid) && !items.as_ref().is_ok_and(|items| !items.is_empty()) {
                list.found.remove(&entry.guid);
            }
            said.put(&entry.guid, unless_for_all(items)?);
        }
        Ok(said)
    }

    /// Looks through the library for works by their identifiers elsewhere.
    async fn search(
        &mut self,
        due: &[&WatchlistEntry],
        ids: &mut HashMap<String, Vec<String>>,
    ) -> Result<Places, Fault> {
        let mut wanted: HashMap<String, Vec<&str>> = HashMap::new();
        let mut found = Places::new();
        let mut lookups = 0;
        for entry in due {
            if !ids.contains_key(&entry.guid) {
                if lookups == LOOKUPS {
                    continue;
                }
                lookups += 1;
                match self.cloud.guids(self.token, entry).await {
                    Ok(known) if !known.is_empty() => drop(ids.insert(entry.guid.clone(), known)),
                    Ok(_) => {}
                    Err(fault) if fault.kind() == crate::plex::Kind::NotFound => {}
                    Err(fault) => {
                        found.insert(entry.guid.clone(), unless_for_all(Err(fault.into()))?);
                        continue;
                    }
                }
            }
            found.insert(entry.guid.clone(), Ok(vec![]));
            for id in ids.get(&entry.guid).into_iter().flatten() {
                wanted.entry(id.clone()).or_default().push(&entry.guid);
            }
        }
        if wanted.is_empty() {
            return Ok(found);
        }
        let kinds: BTreeMap<&str, VideoKind> =
            due.iter().map(|entry| (entry.guid.as_str(), entry.kind)).collect();
        for section in self.eyes.client.sections().await? {
            let kind = match section.kind {
                SectionKind::Movies => VideoKind::Movie,
                SectionKind::Shows => VideoKind::Show,
                SectionKind::Other => continue,
            };
            if !kinds.values().any(|wanted| *wanted == kind) {
                continue;
            }
            for video in self.eyes.client.section_videos(&section.id, kind).await? {
                let works = video.guids.iter().filter_map(|id| wanted.get(id)).flatten();
                // One number of tmdb is a film, the same one is a show.
                for work in works.filter(|work| kinds.get(**work) == Some(&kind)) {
                    if let Some(Ok(keys)) = found.get_mut(*work)
                        && !keys.contains(&video.key)
                    {
                        keys.push(video.key.clone());
                    }
                }
            }
        }
        Ok(found)
    }

    /// What is to be cached of what was found under these numbers.
    async fn at(&mut self, entry: &WatchlistEntry, keys: &[RatingKey]) -> Result<Vec<Item>, Fault> {
        let mut found = vec![];
        for key in keys {
            found.extend(self.eyes.there(key).await?);
        }
        if !found.is_empty() && found.len() < keys.len() {
            // All of it or nothing: part of a list would be taken for the whole.
            return Err(odd("the media server does not say everything of a film that it has twice"));
        }
        self.items(entry, found).await
    }

    /// The film, or the first episodes of the show that are left to watch.
    async fn items(&mut self, entry: &WatchlistEntry, found: Vec<Video>) -> Result<Vec<Item>, Fault> {
        let (count, now, versions) = (self.episodes, self.eyes.now, self.eyes.versions);
        let (source, operation) = (Source::Watchlist, Operation::Watchlist);
        let first = Place { source, operation, ahead: 0, minutes: 0, now };
        let mut items = vec![];
        for video in found.into_iter().filter(|video| video.kind == entry.kind) {
            if video.kind == VideoKind::Show {
                let episodes = self.eyes.episodes(&video.key).await?;
                // Nothing is current: the first of them is one of those that count.
                let Some(after) = count.checked_sub(1) else { continue };
                let far = HowFar { episodes: after, minutes: None };
                let left = in_a_row(unwatched(episodes), far, first);
                items.extend(left.map(|(video, place)| item(video, ahead::chosen(video), versions, place)));
            } else {
                let video = self.eyes.with_files(video).await?;
                items.push(item(&video, ahead::chosen(&video), versions, first));
            }
        }
        Ok(items)
    }
}

/// Too much at once.
fn later() -> Fault {
    let sentence = "there is so much on this watchlist that plex.tv was not asked for all of it yet";
    Fault { code: "later", sentence: sentence.to_owned() }
}
