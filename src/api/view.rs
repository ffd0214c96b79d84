//! What whoever asks may see: the one place that decides it.
//!
//! Operators and admins see everything. Viewers see who watches what as the owner chose (`privacy.attribution`): by name,
//! by pseudonym, or not at all; and never what concerns how the house is run (who logged in, which wish brought a file).
//! Bodies that tell of people are made with a [`View`], and hold what it gave out: a [`Shown`], which nobody else can make.
//!
//! **Invariant:** no other place looks at a role to decide what is told. Who is not known is a viewer.

use std::borrow::{Borrow, Cow};
use std::ops::Deref;

use poem::{FromRequest, Request, RequestBody};
use poem_openapi::registry::{MetaSchema, MetaSchemaRef};
use poem_openapi::types::{ParseError, ParseFromJSON, ParseResult, ToJSON, Type};
use serde::Serialize;
use serde_json::Value;

use super::problem::{Code, Problem};
use super::value::plain_type;
use crate::domain::access::{Principal, Role};
use crate::domain::actor::Actor;
use crate::domain::file::Operation;
use crate::domain::log::{LogKind, USER_FACT};
use crate::domain::privacy::{DELETED_USER, Privacy, PseudonymKey};
use crate::index::{Files, Index, Naming};
use crate::live::Ear;

/// Stands for whoever it was where that is not told.
const SOMEONE: &str = "someone";
/// The reason that people give who give none.
const PLAIN_REASON: &str = "manual";
/// Our own words for what people do.
const OUR_WORDS: [&str; 3] = ["cancelled", "paused", "resumed"];
/// Facts of the log that tell of nobody.
const PLAIN_FACTS: [&str; 11] = [
    "attributed",
    "cached",
    "failed",
    "files",
    "format",
    "given_back",
    "include_metadata",
    "job_id",
    "method",
    "status",
    "waiting",
];

/// A name, as it may be shown. Only a [`View`] gives it out.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Debug)]
#[serde(transparent)]
pub struct Shown(String);

impl Shown {
    /// In an example of the document.
    pub fn example(name: &'static str) -> Self {
        Self(name.to_owned())
    }
}

impl Deref for Shown {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Shown {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl Type for Shown {
    plain_type!(Shown);

    fn name() -> Cow<'static, str> {
        "string".into()
    }

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Inline(Box::new(MetaSchema::new("string")))
    }
}

impl ToJSON for Shown {
    fn to_json(&self) -> Option<Value> {
        self.0.to_json()
    }
}

impl ParseFromJSON for Shown {
    fn parse_from_json(_: Option<Value>) -> ParseResult<Self> {
        Err(ParseError::custom("is told, and never read"))
    }
}

/// What whoever asks may see.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct View(Sight);

#[derive(Clone, PartialEq, Eq, Debug)]
enum Sight {
    Admin,
    Operator,
    Viewer(Privacy),
}

impl View {
    /// Of somebody with this role.
    #[must_use]
    pub fn of(role: Role, privacy: &Privacy) -> Self {
        Self(match role {
            Role::Admin => Sight::Admin,
            Role::Operator => Sight::Operator,
            Role::Viewer => Sight::Viewer(privacy.clone()),
        })
    }

    /// Of whoever was let in with this request; of a viewer who is told nothing where that cannot be told.
    #[must_use]
    pub fn of_request(request: &Request, privacy: Option<&Privacy>) -> Self {
        let role = request.data::<Principal>().map_or(Role::Viewer, |principal| principal.role);
        Self::of(role, privacy.unwrap_or(&Privacy::Hidden))
    }

    /// With whom it shares what can be kept ready.
    #[must_use]
    pub fn ear(&self) -> Ear {
        match self.0 {
            Sight::Admin | Sight::Operator => Ear::Staff,
            Sight::Viewer(_) => Ear::Viewer,
        }
    }

    /// Whether people go by their names.
    #[must_use]
    pub fn has_names(&self) -> bool {
        matches!(self.0, Sight::Admin | Sight::Operator | Sight::Viewer(Privacy::Full))
    }

    /// Whether people can be told apart.
    fn has_people(&self) -> bool {
        self.0 != Sight::Viewer(Privacy::Hidden)
    }

    fn pseudonyms(&self) -> Option<&PseudonymKey> {
        match &self.0 {
            Sight::Viewer(Privacy::Pseudonym(key)) => Some(key),
            _ => None,
        }
    }

    /// A media user.
    #[must_use]
    pub fn user(&self, name: &str) -> Option<Shown> {
        if self.has_names() {
            return Some(Shown(name.to_owned()));
        }
        let key = self.pseudonyms()?;
        // That somebody was deleted tells of nobody.
        Some(Shown(if name == DELETED_USER { name.to_owned() } else { key.pseudonym(name) }))
    }

    /// The same, where one is named.
    #[must_use]
    pub fn some_user(&self, name: Option<&String>) -> Option<Shown> {
        self.user(name?)
    }

    /// Who somebody really is, for those who may know: which pseudonym is the owner's tells who that is.
    #[must_use]
    pub fn true_name(&self, name: &str) -> Option<Shown> {
        self.has_names().then(|| Shown(name.to_owned()))
    }

    /// Who asked for something: an account often bears the name of somebody who watches.
    #[must_use]
    pub fn by(&self, actor: &Actor) -> Shown {
        let is_told = self.has_names() || actor.is_system();
        Shown(if is_told { actor.name.clone() } else { SOMEONE.to_owned() })
    }

    /// From where they asked.
    #[must_use]
    pub fn address(&self, actor: &Actor) -> Option<String> {
        (self.0 == Sight::Admin).then_some(actor.address?).map(|address| address.to_string())
    }

    /// Why something was done. What a person wrote may name anybody.
    #[must_use]
    pub fn reason(&self, by: &Actor, reason: &str) -> String {
        let is_word = || OUR_WORDS.contains(&reason) || reason.parse::<Operation>().is_ok();
        let is_ours = by.is_system() || is_word();
        if self.has_names() || is_ours { reason.to_owned() } else { PLAIN_REASON.to_owned() }
    }

    /// A sentence about somebody, or another one that names nobody.
    #[must_use]
    pub fn sentence(&self, sentence: &str, instead: &str) -> String {
        if self.has_names() { sentence.to_owned() } else { instead.to_owned() }
    }

    /// Which wish brought a file.
    #[must_use]
    pub fn source(&self, source: Option<String>) -> Option<String> {
        source.filter(|_| self.is_staff())
    }

    /// Facts of the log.
    #[must_use]
    pub fn facts(&self, facts: Vec<(String, String)>) -> Vec<(String, String)> {
        if self.has_names() {
            return facts;
        }
        let shown = |(name, value): (String, String)| match name.as_str() {
            USER_FACT => Some((name, self.user(&value)?.0)),
            plain if PLAIN_FACTS.contains(&plain) => Some((name, value)),
            _ => None,
        };
        facts.into_iter().filter_map(shown).collect()
    }

    /// Whether entries of the log are told that are about this.
    #[must_use]
    pub fn sees(&self, kind: LogKind) -> bool {
        match kind {
            LogKind::Cache
            | LogKind::Restore
            | LogKind::Evict
            | LogKind::Remove
            | LogKind::Orphan
            | LogKind::Heal
            | LogKind::Supersede
            | LogKind::Attribute
            | LogKind::Pin
            | LogKind::Unpin
            | LogKind::Cleanup
            | LogKind::Export
            | LogKind::Recover
            | LogKind::Plan
            | LogKind::Job
            | LogKind::Reader => true,
            // Who has a way in, and how the house is run.
            LogKind::Settings
            | LogKind::Login
            | LogKind::Logout
            | LogKind::Account
            | LogKind::ApiKey
            | LogKind::Source
            | LogKind::Forget => self.is_staff(),
        }
    }

    fn is_staff(&self) -> bool {
        self.ear() == Ear::Staff
    }

    /// Only for those who see everything.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn need_staff(&self) -> Result<(), Problem> {
        if self.is_staff() {
            return Ok(());
        }
        Err(Problem::new(Code::Forbidden, "this needs the role operator or admin"))
    }

    /// Only where people can be told apart.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn need_people(&self) -> Result<(), Problem> {
        if self.has_people() {
            return Ok(());
        }
        let sentence = "who watches what is not told to viewers here (privacy.attribution is hidden); ask without a user, or \
                        with the role operator";
        Err(Problem::new(Code::Forbidden, sentence))
    }

    /// What a search finds people by.
    pub fn naming<T>(&self, search: impl FnOnce(Naming<'_>) -> T) -> T {
        match (self.has_names(), self.pseudonyms()) {
            (true, _) => search(Naming::Own),
            (false, Some(key)) => search(Naming::As(&|name| key.pseudonym(name))),
            (false, None) => search(Naming::Nobody),
        }
    }

    /// The name of whom a request means; none where nobody is called so. A name is not found where pseudonyms are told:
    /// that would say whose each is.
    #[must_use]
    pub fn meant(&self, index: &Index, asked: &str) -> Option<String> {
        if self.has_names() {
            return Some(asked.to_owned());
        }
        let key = self.pseudonyms()?;
        index.names().find(|name| key.pseudonym(name) == asked).map(str::to_owned)
    }

    /// Files that `find` finds for whom a request means; for everybody where it means nobody.
    pub fn find<'i>(
        &self,
        index: &'i Index,
        asked: Option<&str>,
        find: impl FnOnce(Option<String>) -> Files<'i>,
    ) -> Files<'i> {
        let Some(asked) = asked else { return find(None) };
        match self.meant(index, asked) {
            Some(name) => find(Some(name)),
            None => index.nothing(),
        }
    }
}

impl<'a> FromRequest<'a> for View {
    async fn from_request(request: &'a Request, _: &mut RequestBody) -> poem::Result<Self> {
        Ok(Self::of_request(request, request.data::<Privacy>()))
    }
}

#[cfg(test)]
mod tests;
