//! Who there is: what the different answers say about one account, put together.
//!
//! **Invariant:** accounts are joined by their number, never by a name. Nothing is asked here.

use std::collections::{BTreeMap, BTreeSet};

use super::answers::Answers;
use super::person::Kind;
use crate::media::tokens::Card;

/// So many of a kind are looked at, more than plex.tv lets anybody have.
const MOST: usize = 1000;

/// What is said about an account.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Face {
    pub kind: Kind,
    pub uuid: Option<String>,
    pub username: Option<String>,
    pub title: Option<String>,
    /// A PIN protects it within the home.
    pub protected: bool,
    /// The home lists it, so it can be switched to.
    pub in_home: bool,
}

impl Face {
    fn of(kind: Kind) -> Self {
        Self { kind, uuid: None, username: None, title: None, protected: false, in_home: false }
    }

    /// Adds what another answer says; what is known already stays.
    fn fill(&mut self, uuid: Option<&str>, username: Option<&str>, title: &str) {
        let text = |text: Option<&str>| text.map(shown).filter(|text| !text.is_empty()).map(str::to_owned);
        self.uuid = self.uuid.take().or_else(|| uuid.filter(|uuid| !uuid.is_empty()).map(str::to_owned));
        self.username = self.username.take().or_else(|| text(username));
        self.title = self.title.take().or_else(|| text(Some(title)));
    }
}

/// Accounts that never gave themselves a name are shown by their address of mail; its host is nobody's business.
pub fn shown(name: &str) -> &str {
    let name = name.trim();
    match name.split_once('@') {
        Some((local, host)) if host.contains('.') => local,
        _ => name,
    }
}

/// Everybody with an account at plex.tv.
pub fn faces(answers: &Answers, cards: &BTreeMap<u64, Card>) -> BTreeMap<u64, Face> {
    let mut faces: BTreeMap<u64, Face> = BTreeMap::new();
    let mut face = |account: u64, kind: Kind, fill: &dyn Fn(&mut Face)| {
        fill(faces.entry(account).or_insert(Face::of(kind)))
    };
    if let Some(owner) = answers.account.get() {
        // Somebody else's token may have been configured.
        let kind = if answers.is_not_the_owners() { Kind::Shared } else { Kind::Owner };
        face(owner.id, kind, &|face| {
            face.fill(Some(&owner.uuid), owner.username.as_deref(), &owner.title);
        });
    }
    for user in answers.home.get().into_iter().flatten().take(MOST) {
        face(user.id, Kind::Home, &|face| {
            face.fill(Some(&user.uuid), user.username.as_deref(), &user.title);
            (face.protected, face.in_home) = (user.protected, true);
        });
    }
    for user in answers.shared.get().into_iter().flatten().take(MOST) {
        face(user.id, Kind::Shared, &|face| face.fill(None, Some(&user.username), ""));
    }
    let machine = answers.identity.get().map(|identity| identity.machine.as_str());
    for friend in answers.friends.get().into_iter().flatten().take(MOST) {
        let shares = friend.servers.iter().any(|server| Some(server.as_str()) == machine);
        let kind = match (friend.home, shares) {
            (true, _) => Kind::Home,
            (false, true) => Kind::Shared,
            // A server that never said who it is cannot be found among those that are shared.
            (false, false) if machine.is_none() => {
                cards.get(&friend.id).map_or(Kind::Friend, |card| card.kind)
            }
            (false, false) => Kind::Friend,
        };
        face(friend.id, kind, &|face| {
            face.fill(friend.uuid.as_deref(), friend.username.as_deref(), &friend.title);
        });
    }
    for card in cards.values() {
        // Nobody is gone as long as plex.tv did not say so, and who signed in is somebody whatever it lists.
        let is_unheard = !answers.is_signed_out()
            && match card.kind {
                Kind::Owner => answers.account.get().is_none(),
                Kind::Home => answers.home.get().is_none(),
                Kind::Shared => answers.shared.get().is_none(),
                Kind::Friend | Kind::Local => answers.friends.get().is_none(),
            };
        // Another account may own the server by now.
        let kind = if is_unheard || card.kind != Kind::Owner { card.kind } else { Kind::Friend };
        if is_unheard || card.own.is_some() {
            face(card.account, kind, &|face| face.fill(card.uuid.as_deref(), None, &card.title));
        }
    }
    faces
}

/// How each account is called for good: as it was called before, else the user name, else the title. No two are alike.
pub fn names(faces: &BTreeMap<u64, Face>, cards: &BTreeMap<u64, Card>) -> BTreeMap<u64, String> {
    let mut names: BTreeMap<u64, String> =
        cards.values().map(|card| (card.account, card.name.clone())).collect();
    let mut taken: BTreeSet<String> = names.values().cloned().collect();
    for (account, face) in faces {
        names.entry(*account).or_insert_with(|| {
            let wanted = face.username.clone().or_else(|| face.title.clone());
            unlike(wanted.unwrap_or_else(|| format!("account {account}")), *account, &mut taken)
        });
    }
    names
}

/// The name, with its number where somebody else has it.
pub fn unlike(name: String, number: u64, taken: &mut BTreeSet<String>) -> String {
    let name = if taken.contains(&name) { format!("{name} ({number})") } else { name };
    taken.insert(name.clone());
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn face(username: Option<&str>, title: &str) -> Face {
        let mut face = Face::of(Kind::Shared);
        face.fill(None, username, title);
        face
    }

    #[test]
    fn an_address_of_mail_is_shown_without_its_host() {
        for (name, expected) in [
            ("bob@example.com", "bob"),
            (" Bob ", "Bob"),
            ("bob@home", "bob@home"),
            ("@bob", "@bob"),
            ("", ""),
        ] {
            assert_eq!(shown(name), expected);
        }
    }

    #[test]
    fn everybody_gets_a_name_of_their_own_and_keeps_it() {
        let faces = BTreeMap::from([
            (1, face(Some("bob"), "Bob")),
            (2, face(None, "Kid")),
            (3, face(None, "Kid")),
            (4, face(None, "")),
            (5, face(None, "bob@example.com")),
        ]);
        let first = names(&faces, &BTreeMap::new());
        let all: Vec<&str> = first.values().map(String::as_str).collect();
        assert_eq!(all, ["bob", "Kid", "Kid (3)", "account 4", "bob (5)"]);
        let card = |(account, name): (&u64, &String)| {
            (*account, crate::media::people::fresh(*account, name.clone()))
        };
        let cards = first.iter().map(card).collect();
        let renamed = BTreeMap::from([(1, face(Some("robert"), "Robert")), (6, face(Some("bob"), "Bob"))]);
        let later = names(&renamed, &cards);
        assert_eq!(
            (later[&1].as_str(), later[&6].as_str(), later[&3].as_str()),
            ("bob", "bob (6)", "Kid (3)")
        );
    }
}
