//! What is kept at plex.tv: watchlists, feeds of them, and PINs to sign in with.

use super::World;
use super::item::{Kind, RatingKey, guid_of};
use super::library::unknown;
use super::person::{PersonId, Reach};
use crate::error::Result;

/// A film or show as all the world knows it, whether or not a library has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Title {
    /// Film or show.
    pub kind: Kind,
    /// Its name.
    pub title: String,
    /// Its year.
    pub year: Option<u32>,
    /// `plex://movie/…`.
    pub guid: String,
    /// `imdb://…`, `tmdb://…`, `tvdb://…`.
    pub ids: Vec<String>,
}

impl Title {
    /// A film, under the address that follows from its name and year.
    #[must_use]
    pub fn movie(title: &str, year: u32) -> Self {
        Self::new(Kind::Movie, title, year)
    }

    /// A show.
    #[must_use]
    pub fn show(title: &str, year: u32) -> Self {
        Self::new(Kind::Show, title, year)
    }

    fn new(kind: Kind, title: &str, year: u32) -> Self {
        let guid = guid_of(kind, title, &year.to_string());
        Self { kind, title: title.to_owned(), year: Some(year), guid, ids: vec![] }
    }

    /// Known elsewhere as that.
    #[must_use]
    pub fn known_as(mut self, id: &str) -> Self {
        self.ids.push(id.to_owned());
        self
    }

    /// The last part of the address; `ratingKey` at the providers.
    #[must_use]
    pub fn key(&self) -> &str {
        self.guid.rsplit('/').next().unwrap_or_default()
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Wish {
    pub person: PersonId,
    /// Of the title.
    pub key: String,
    pub at: i64,
}

#[derive(Clone, Debug)]
pub(crate) struct Pin {
    pub id: u64,
    pub code: String,
    pub client: String,
    pub product: String,
    pub created_at: i64,
    pub lasts: i64,
    pub token: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum FeedKind {
    Own,
    Friends,
}

#[derive(Clone, Debug)]
pub(crate) struct Feed {
    pub person: PersonId,
    pub kind: FeedKind,
}

impl World {
    /// Somebody wishes for a title, whether or not the library has it.
    pub fn wish(&self, person: PersonId, title: Title) {
        let mut state = self.state();
        let (key, at) = (title.key().to_owned(), state.now());
        state.titles.insert(key.clone(), title);
        if !state.wishes.iter().any(|wish| wish.person == person && wish.key == key) {
            state.wishes.push(Wish { person, key, at });
        }
    }

    /// Somebody wishes for a film or show of the library.
    ///
    /// # Errors
    /// There is no such item.
    pub fn add_to_watchlist(&self, person: PersonId, item: RatingKey) -> Result<()> {
        let item = self.state().items.get(&item).cloned().ok_or_else(|| unknown("item"))?;
        let title =
            Title { kind: item.kind, title: item.title, year: item.year, guid: item.guid, ids: item.ids };
        self.wish(person, title);
        Ok(())
    }

    /// Somebody wishes no more for the title with this `plex://` address.
    pub fn remove_from_watchlist(&self, person: PersonId, guid: &str) {
        let key = guid.rsplit('/').next().unwrap_or_default();
        self.state().wishes.retain(|wish| wish.person != person || wish.key != key);
    }

    /// Somebody keeps their watchlist from their friends.
    pub fn hide_watchlist(&self, person: PersonId) {
        self.state().private.insert(person);
    }

    /// Somebody lets a program in that shows this code.
    ///
    /// # Errors
    /// There is no such code or person.
    pub fn approve(&self, code: &str, person: PersonId) -> Result<()> {
        let mut state = self.state();
        let id = state.people.get(&person).map(|person| person.id).ok_or_else(|| unknown("person"))?;
        let reach = if state.people[&id].is_owner() { Reach::Both } else { Reach::Cloud };
        let pin = state.pins.values_mut().find(|pin| pin.code == code).ok_or_else(|| unknown("code"))?;
        let token = format!("pin-{}-{}", pin.id, pin.code);
        pin.token = Some(token.clone());
        state.tokens.issue(&token, id, reach);
        Ok(())
    }
}
