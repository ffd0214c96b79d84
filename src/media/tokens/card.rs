//! What is kept of an account: how we call it, and what was obtained for it.
//!
//! **Invariant:** here alone the text of a token is written out, into a [`Secret`] for the store.

use serde::{Deserialize, Serialize};

use crate::domain::secret::Secret;
use crate::domain::time::Time;
use crate::media::people::{Kind, Way};

/// A token that was obtained.
#[derive(Clone, PartialEq, Debug)]
pub struct Held {
    /// The token.
    pub token: Secret,
    /// Since when it is here.
    pub since: Time,
}

/// What is kept of an account.
#[derive(Clone, PartialEq, Debug)]
pub struct Card {
    /// Its number at plex.tv.
    pub account: u64,
    /// Its identifier there.
    pub uuid: Option<String>,
    /// How we call it, for good: rows bear this name, and must not lose it when somebody is renamed.
    pub name: String,
    /// How people saw it the last time.
    pub title: String,
    /// What it was to the server the last time.
    pub kind: Kind,
    /// Its token at plex.tv, signed in by itself.
    pub own: Option<Held>,
    /// Its token at plex.tv, by a switch within the home.
    pub switched: Option<Held>,
    /// Its token for the server, and how it came here.
    pub server: Option<(Held, Way)>,
}

impl Card {
    /// Its token at plex.tv, and how it came here.
    #[must_use]
    pub fn account_token(&self) -> Option<(&Held, Way)> {
        let own = self.own.as_ref().map(|held| (held, Way::OwnSignIn));
        own.or_else(|| self.switched.as_ref().map(|held| (held, Way::HomeSwitch)))
    }

    /// Drops what was obtained with the owner's token. Says how many tokens that were.
    pub fn forget_obtained(&mut self) -> usize {
        let theirs = self.server.take_if(|(_, way)| *way != Way::OwnSignIn);
        usize::from(theirs.is_some()) + usize::from(self.switched.take().is_some())
    }

    /// Drops what was signed in. Says how many tokens that were.
    pub(super) fn forget_own(&mut self) -> usize {
        let theirs = self.server.take_if(|(_, way)| *way == Way::OwnSignIn);
        usize::from(theirs.is_some()) + usize::from(self.own.take().is_some())
    }
}

/// As it is kept. Within 1.x fields are only added.
#[derive(Serialize, Deserialize)]
struct CardText {
    account: u64,
    #[serde(default)]
    uuid: Option<String>,
    name: String,
    #[serde(default)]
    title: String,
    kind: String,
    #[serde(default)]
    own: Option<HeldText>,
    #[serde(default)]
    switched: Option<HeldText>,
    #[serde(default)]
    server: Option<HeldText>,
    #[serde(default)]
    server_way: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct HeldText {
    #[serde(with = "crate::domain::secret::kept")]
    token: Secret,
    since: Time,
}

impl From<&Held> for HeldText {
    fn from(held: &Held) -> Self {
        Self { token: held.token.clone(), since: held.since }
    }
}

impl From<HeldText> for Held {
    fn from(text: HeldText) -> Self {
        Self { token: text.token, since: text.since }
    }
}

pub(super) fn write(card: &Card) -> Secret {
    let text = CardText {
        account: card.account,
        uuid: card.uuid.clone(),
        name: card.name.clone(),
        title: card.title.clone(),
        kind: card.kind.name().to_owned(),
        own: card.own.as_ref().map(Into::into),
        switched: card.switched.as_ref().map(Into::into),
        server: card.server.as_ref().map(|(held, _)| held.into()),
        server_way: card.server.as_ref().map(|(_, way)| way.name().to_owned()),
    };
    secret(&text)
}

pub(super) fn write_held(held: &Held) -> Secret {
    secret(&HeldText::from(held))
}

fn secret(text: &impl Serialize) -> Secret {
    // Texts and numbers: this cannot fail.
    Secret::new(serde_json::to_string(text).unwrap_or_default())
}

pub(super) fn read(name: &str, row: &Secret) -> Option<Card> {
    let text: CardText = parsed(name, row)?;
    let way = text.server_way.and_then(|way| way.parse().ok());
    Some(Card {
        account: text.account,
        uuid: text.uuid,
        name: text.name,
        title: text.title,
        kind: text.kind.parse().unwrap_or(Kind::Friend),
        own: text.own.map(Into::into),
        switched: text.switched.map(Into::into),
        server: text.server.map(Into::into).zip(way),
    })
}

pub(super) fn read_held(name: &str, row: &Secret) -> Option<Held> {
    parsed::<HeldText>(name, row).map(Into::into)
}

/// What cannot be read can be obtained again. The text of the error would quote it.
fn parsed<T: serde::de::DeserializeOwned>(name: &str, row: &Secret) -> Option<T> {
    let read = serde_json::from_str(row.expose()).ok();
    if read.is_none() {
        tracing::warn!(name, "what was kept of Plex cannot be read; it has to be obtained again");
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card() -> Card {
        let held = |token: &str| Held { token: Secret::new(token), since: Time::from_micros(7) };
        Card {
            account: 111,
            uuid: Some("u-1".to_owned()),
            name: "bob".to_owned(),
            title: "Bob".to_owned(),
            kind: Kind::Shared,
            own: Some(held("own")),
            switched: Some(held("switched")),
            server: Some((held("server"), Way::SharedToken)),
        }
    }

    #[test]
    fn a_card_comes_back_as_it_was_kept() {
        let kept = write(&card());
        assert_eq!(read("plex_user_111", &kept), Some(card()));
        assert_eq!(format!("{kept:?}"), "***");
        assert!(!format!("{:?}", card()).contains("switched\""));
    }

    #[test]
    fn what_cannot_be_read_is_nothing() {
        for text in ["", "{}", "null", "[1]"] {
            assert_eq!(read("plex_user_1", &Secret::new(text)), None, "{text}");
        }
    }

    #[test]
    fn own_tokens_and_those_of_the_owner_are_forgotten_apart() {
        let mut of_owner = card();
        assert_eq!(of_owner.forget_obtained(), 2);
        assert!(of_owner.own.is_some() && of_owner.server.is_none() && of_owner.switched.is_none());
        let mut own = card();
        assert_eq!(own.forget_own(), 1);
        assert!(own.own.is_none() && own.server.is_some());
    }
}
