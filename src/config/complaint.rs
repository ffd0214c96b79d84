//! What is wrong with a configuration: a sentence with its place, and the key that it is about.

use std::fmt;

use super::origin::Origin;

/// One thing that is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Complaint {
    /// The key, as it is used; absent where it is about none, or one that nobody knows.
    pub key: Option<String>,
    /// What is wrong with it, or what is allowed; without place and value.
    pub words: String,
    place: Option<String>,
    /// The value, as it may be shown.
    value: Option<String>,
}

impl Complaint {
    /// About no key.
    pub(super) fn of(words: impl Into<String>) -> Self {
        Self { key: None, words: words.into(), place: None, value: None }
    }

    /// At a place.
    pub(super) fn at(place: &Origin, words: impl Into<String>) -> Self {
        Self { place: Some(place.to_string()), ..Self::of(words) }
    }

    /// About a key.
    pub(super) fn about(self, key: impl Into<String>) -> Self {
        Self { key: Some(key.into()), ..self }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        match (&self.key, &self.value) {
            (Some(key), Some(value)) => write!(f, "{key} = {value:?} {}", self.words),
            _ => f.write_str(&self.words),
        }
    }
}

/// A value, and who said so: the beginning of a sentence about it.
pub(super) struct Blame {
    pub place: Origin,
    pub key: String,
    /// As it may be shown.
    pub value: String,
}

impl Blame {
    /// The sentence.
    pub fn says(self, words: impl Into<String>) -> Complaint {
        let Self { place, key, value } = self;
        Complaint { value: Some(value), ..Complaint::at(&place, words).about(key) }
    }
}

impl fmt::Display for Blame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} = {:?}", self.place, self.key, self.value)
    }
}
