//! Who watches: the owner, the home, friends with whom libraries are shared.

use std::collections::{BTreeMap, BTreeSet};

/// Names a person; the id of the plex.tv account.
pub type PersonId = u64;

/// What somebody is to the server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Role {
    /// Whose server it is; the administrator of the home.
    Owner,
    /// A member of the home, who may have a PIN, and may have no account of their own.
    Home {
        /// Needed to switch to them.
        pin: Option<String>,
        /// A managed user: no name and address of their own.
        managed: bool,
    },
    /// Somebody with whom libraries are shared.
    Shared,
    /// Somebody whom the owner knows, and with whom nothing is shared.
    Friend,
}

/// One person.
#[derive(Clone, Debug)]
pub struct Person {
    /// Of the account at plex.tv.
    pub id: PersonId,
    /// Of the account at plex.tv.
    pub uuid: String,
    /// How they are called.
    pub name: String,
    /// What they are to the server.
    pub role: Role,
    /// What plex.tv knows them by.
    pub account_token: String,
    /// What the server knows them by.
    pub server_token: String,
    /// The sections that are shared with them; all when absent.
    pub sections: Option<Vec<u32>>,
}

impl Person {
    fn new(id: PersonId, name: &str, role: Role) -> Self {
        let hash = blake3::hash(format!("person {id}").as_bytes()).to_hex();
        Self {
            id,
            uuid: hash[..16].to_owned(),
            name: name.to_owned(),
            role,
            account_token: format!("account-{}", &hash[16..32]),
            server_token: format!("server-{}", &hash[32..48]),
            sections: None,
        }
    }

    /// Whose server it is.
    #[must_use]
    pub fn owner(id: PersonId, name: &str) -> Self {
        Self::new(id, name, Role::Owner)
    }

    /// A member of the home.
    #[must_use]
    pub fn home(id: PersonId, name: &str) -> Self {
        Self::new(id, name, Role::Home { pin: None, managed: false })
    }

    /// A member of the home without an account of their own: a child.
    #[must_use]
    pub fn managed(id: PersonId, name: &str) -> Self {
        Self::new(id, name, Role::Home { pin: None, managed: true })
    }

    /// Somebody with whom libraries are shared.
    #[must_use]
    pub fn shared(id: PersonId, name: &str) -> Self {
        Self::new(id, name, Role::Shared)
    }

    /// Somebody whom the owner knows, and with whom nothing is shared.
    #[must_use]
    pub fn friend(id: PersonId, name: &str) -> Self {
        Self::new(id, name, Role::Friend)
    }

    /// Nobody becomes them without these digits. Only for the home.
    #[must_use]
    pub fn with_pin(mut self, digits: &str) -> Self {
        if let Role::Home { pin, .. } = &mut self.role {
            *pin = Some(digits.to_owned());
        }
        self
    }

    /// They see these sections and no others.
    #[must_use]
    pub fn seeing(self, sections: &[u32]) -> Self {
        Self { sections: Some(sections.to_vec()), ..self }
    }

    /// The server counts its owner as 1, and everybody else by the account.
    #[must_use]
    pub fn local_id(&self) -> u64 {
        if self.is_owner() { 1 } else { self.id }
    }

    pub(crate) fn is_owner(&self) -> bool {
        self.role == Role::Owner
    }

    pub(crate) fn is_managed(&self) -> bool {
        matches!(self.role, Role::Home { managed: true, .. })
    }

    pub(crate) fn pin(&self) -> Option<&str> {
        match &self.role {
            Role::Home { pin, .. } => pin.as_deref(),
            Role::Owner | Role::Shared | Role::Friend => None,
        }
    }

    pub(crate) fn in_home(&self) -> bool {
        matches!(self.role, Role::Owner | Role::Home { .. })
    }

    /// Whether the server lets them in.
    pub(crate) fn is_let_in(&self) -> bool {
        self.role != Role::Friend
    }

    pub(crate) fn sees(&self, section: u32) -> bool {
        self.sections.as_ref().is_none_or(|sections| sections.contains(&section))
    }

    pub(crate) fn thumb(&self) -> String {
        format!("https://plex.tv/users/{}/avatar?c=1700000000", self.uuid)
    }

    pub(crate) fn email(&self) -> Option<String> {
        (!self.is_managed()).then(|| format!("{}@example.com", self.name.to_lowercase().replace(' ', ".")))
    }
}

/// What a token opens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reach {
    Cloud,
    Server,
    /// The owner's account token opens the server, too.
    Both,
}

/// Every token that is good for something.
#[derive(Default)]
pub(crate) struct Tokens {
    valid: BTreeMap<String, (PersonId, Reach)>,
    ever: BTreeSet<String>,
}

impl Tokens {
    pub fn issue(&mut self, token: &str, person: PersonId, reach: Reach) {
        self.ever.insert(token.to_owned());
        self.valid.insert(token.to_owned(), (person, reach));
    }

    /// Every token that ever was good for something.
    pub fn ever(&self) -> impl Iterator<Item = &String> {
        self.ever.iter()
    }

    pub fn revoke(&mut self, token: &str) {
        self.valid.remove(token);
    }

    pub fn who(&self, token: &str, reach: Reach) -> Option<PersonId> {
        let (person, opens) = self.valid.get(token)?;
        (*opens == reach || *opens == Reach::Both).then_some(*person)
    }
}
