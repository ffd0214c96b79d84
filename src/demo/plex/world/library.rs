//! What the owner does: libraries, what is in them, and who may use them.

use std::path::PathBuf;

use super::item::{Item, Kind, Part, RatingKey, Version, Video, guid_of};
use super::person::{Person, PersonId, Reach};
use super::{State, World};
use crate::demo::plex::notices::Notice;
use crate::demo::plex::webhooks::Message;
use crate::error::{Error, Result};

/// Where a section is offered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Visibility {
    /// Everywhere.
    Shown,
    /// Not on the home screen, and so not at `/library/onDeck` and in the home's hubs.
    NotAtHome,
    /// Neither there nor in searches.
    Hidden,
}

impl Visibility {
    pub(crate) fn number(self) -> i64 {
        match self {
            Self::Shown => 0,
            Self::NotAtHome => 1,
            Self::Hidden => 2,
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Section {
    pub id: u32,
    pub kind: Kind,
    pub title: String,
    pub uuid: String,
    pub locations: Vec<String>,
    pub visibility: Visibility,
    pub created_at: i64,
    pub scanned_at: i64,
}

impl World {
    /// A section of films ([`Kind::Movie`]) or shows ([`Kind::Show`]) with these folders, as Plex sees them.
    pub fn add_section(&self, kind: Kind, title: &str, locations: &[PathBuf]) -> u32 {
        let mut state = self.state();
        let id = state.sections.keys().next_back().map_or(1, |last| last + 1);
        let hash = blake3::hash(format!("section {id} {title}").as_bytes()).to_hex();
        let uuid =
            format!("{}-{}-{}-{}-{}", &hash[..8], &hash[8..12], &hash[12..16], &hash[16..20], &hash[20..32]);
        let locations = locations.iter().map(|path| path.to_string_lossy().into_owned()).collect();
        let now = state.now();
        let title = title.to_owned();
        let visibility = Visibility::Shown;
        let section =
            Section { id, kind, title, uuid, locations, visibility, created_at: now, scanned_at: now };
        state.sections.insert(id, section);
        id
    }

    /// Changes where a section is offered.
    pub fn offer_section(&self, section: u32, visibility: Visibility) {
        if let Some(section) = self.state().sections.get_mut(&section) {
            section.visibility = visibility;
        }
    }

    /// Adds a film, or a show without episodes, as the section has it.
    ///
    /// # Errors
    /// There is no such section.
    pub fn add(&self, section: u32, video: Video) -> Result<RatingKey> {
        let mut state = self.state();
        let kind =
            state.sections.get(&section).map(|section| section.kind).ok_or_else(|| unknown("section"))?;
        let key = state.put(section, kind, None, None, video);
        self.tell_of_arrival(&state, key);
        Ok(key)
    }

    /// Adds an episode, and its season where that is new. Season 0 holds the specials.
    ///
    /// # Errors
    /// There is no such show.
    pub fn add_episode(&self, show: RatingKey, season: u32, index: u32, video: Video) -> Result<RatingKey> {
        let mut state = self.state();
        let above = state.items.get(&show).filter(|item| item.kind == Kind::Show);
        let section = above.map(|item| item.section).ok_or_else(|| unknown("show"))?;
        let is_it = |item: &&Item| {
            item.kind == Kind::Season && item.parent == Some(show) && item.index == Some(season)
        };
        let season = if let Some(known) = state.items.values().find(is_it).map(|item| item.key) {
            known
        } else {
            let title = if season == 0 { "Specials".to_owned() } else { format!("Season {season}") };
            state.put(section, Kind::Season, Some(show), Some(season), Video::new(&title))
        };
        let key = state.put(section, Kind::Episode, Some(season), Some(index), video);
        self.tell_of_arrival(&state, key);
        Ok(key)
    }

    /// Created, then processed, as a scan tells it.
    fn tell_of_arrival(&self, state: &State, key: RatingKey) {
        if let Some(item) = state.items.get(&key) {
            self.tell(Notice::timeline(state, item, 0, Some("created")));
            self.tell(Notice::timeline(state, item, 5, None));
            self.send(Message::of_arrival(state, item));
        }
    }

    /// Takes an item out of its library, with everything below it.
    pub fn remove(&self, key: RatingKey) {
        let mut state = self.state();
        let mut gone = state.leaves(key);
        gone.extend(state.items.values().filter(|item| item.parent == Some(key)).map(|item| item.key));
        gone.push(key);
        for key in gone {
            if let Some(item) = state.items.remove(&key) {
                self.tell(Notice::timeline(&state, &item, 9, Some("deleted")));
            }
        }
    }

    /// Scans a section: nothing changes, but everybody hears of it.
    pub fn scan(&self, section: u32) {
        let mut state = self.state();
        let (now, number) = (state.now(), state.number());
        if let Some(scanned) = state.sections.get_mut(&section) {
            scanned.scanned_at = now;
            let title = scanned.title.clone();
            for notice in Notice::scan(section, &title, number) {
                self.tell(notice);
            }
        }
    }

    /// Lets somebody in; their tokens are valid from now on.
    pub fn add_person(&self, person: Person) -> PersonId {
        let mut state = self.state();
        let id = person.id;
        let account = if person.is_owner() { Reach::Both } else { Reach::Cloud };
        if !person.is_managed() {
            state.tokens.issue(&person.account_token, id, account);
        }
        if person.is_let_in() {
            state.tokens.issue(&person.server_token, id, Reach::Server);
        }
        state.people.insert(id, person);
        id
    }

    /// A token is good for nothing any more, as after a password was changed.
    pub fn revoke(&self, token: &str) {
        self.state().tokens.revoke(token);
    }
}

impl State {
    fn put(
        &mut self,
        section: u32,
        kind: Kind,
        parent: Option<RatingKey>,
        index: Option<u32>,
        video: Video,
    ) -> RatingKey {
        let Video { title, year, guid, ids, minutes, versions } = video;
        let key = self.items.keys().next_back().map_or(101, |last| last + 1);
        let beside = match parent {
            Some(above) => format!("{above}/{}", index.unwrap_or_default()),
            None => year.map(|year| year.to_string()).unwrap_or_default(),
        };
        let guid = guid.unwrap_or_else(|| guid_of(kind, &title, &beside));
        let now = self.now();
        let versions = versions.into_iter().map(|(resolution, parts)| {
            let parts = parts.into_iter().map(|path| {
                let file = path.to_string_lossy().into_owned();
                // What is not there (yet) has no size.
                let size = self.ours(&file).metadata().map_or(0, |found| found.len());
                Part { id: self.number(), file, size }
            });
            let parts = parts.collect();
            (resolution, parts)
        });
        let versions: Vec<(&'static str, Vec<Part>)> = versions.collect();
        let versions = versions
            .into_iter()
            .map(|(resolution, parts)| Version { id: self.number(), resolution, parts })
            .collect();
        let (duration, added_at) = (minutes * 60_000, now);
        let item = Item {
            key,
            section,
            kind,
            title,
            year,
            guid,
            ids,
            parent,
            index,
            duration,
            added_at,
            updated_at: now,
            versions,
        };
        self.items.insert(key, item);
        key
    }
}

pub(super) fn unknown(what: &str) -> Error {
    Error::Invalid(format!("the simulated server has no such {what}"))
}
