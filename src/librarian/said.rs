//! What comes in when a source is asked. Pure.

use std::collections::BTreeMap;

use crate::domain::answer::Item;

/// Why a question has no answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// For programs: a kind of [`crate::plex::Kind`], or a reason of [`crate::media::people::Why`].
    pub code: &'static str,
    /// For people: what happened, and what to do. Of the sentences of [`crate::plex::Fault`], which name no tokens.
    pub sentence: String,
}

/// What a source said: its lists by name.
///
/// A list that is not here is not a list of the source any more, unless it was [left open](Said::leave_open). One that could not be asked for is here with its fault,
/// so that what it said before stays.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Said {
    lists: BTreeMap<String, Result<Vec<Item>, Fault>>,
    /// There may be others.
    is_open: bool,
}

impl Said {
    /// Adds a list.
    pub fn put(&mut self, name: impl Into<String>, list: Result<Vec<Item>, Fault>) {
        self.lists.insert(name.into(), list);
    }

    /// Not all lists could be found out: those that are not here may be lists of the source all the same.
    pub fn leave_open(&mut self) {
        self.is_open = true;
    }

    /// Whether there may be lists that are not here.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    /// The list of this name, if it is one of the source's.
    #[must_use]
    pub fn list(&self, name: &str) -> Option<Result<&[Item], &Fault>> {
        self.lists.get(name).map(|list| list.as_deref())
    }

    /// All lists in the order of their names.
    pub fn lists(&self) -> impl Iterator<Item = (&str, Result<&[Item], &Fault>)> {
        self.lists.iter().map(|(name, list)| (name.as_str(), list.as_deref()))
    }

    /// Whether the source has no list at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lists.is_empty()
    }

    /// The first list that could not be asked for.
    #[must_use]
    pub fn fault(&self) -> Option<&Fault> {
        self.lists.values().find_map(|list| list.as_ref().err())
    }
}

impl From<&crate::plex::Fault> for Fault {
    fn from(fault: &crate::plex::Fault) -> Self {
        Self { code: fault.kind().name(), sentence: fault.to_string() }
    }
}

impl From<crate::plex::Fault> for Fault {
    fn from(fault: crate::plex::Fault) -> Self {
        Self::from(&fault)
    }
}
