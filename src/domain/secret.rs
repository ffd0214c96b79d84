//! Text that must not be seen: passwords, keys, tokens.

use std::fmt;

/// A secret. Whoever prints, logs or serialises it gets `***`; there is one door, [`Secret::expose`], and [`kept`]
/// for what is stored.
///
/// **Invariant:** no implementation of a formatting or serialising trait shows the text.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Wraps the text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for the one call that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether `candidate` is this secret. How long the answer takes says nothing about where they differ: digests
    /// are compared, and those in constant time.
    #[must_use]
    pub fn matches(&self, candidate: &str) -> bool {
        blake3::hash(self.0.as_bytes()) == blake3::hash(candidate.as_bytes())
    }
}

impl Eq for Secret {}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.matches(&other.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Serde for the few places that keep secrets as they are. Named where it is used: `#[serde(with = "secret::kept")]`.
pub mod kept {
    use serde::{Deserialize, Deserializer, Serializer};

    use super::Secret;

    /// Writes the text.
    pub fn serialize<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(secret.expose())
    }

    /// Reads the text.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
        String::deserialize(deserializer).map(Secret::new)
    }
}

impl serde::Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Serialize)]
    struct Holds {
        token: Secret,
        maybe: Option<Secret>,
    }

    #[test]
    fn no_way_of_writing_shows_it() {
        let secret = Secret::new("t0ken-of-anna");
        let holds = Holds { token: secret.clone(), maybe: Some(secret.clone()) };
        let panicked = std::panic::catch_unwind(|| panic!("{secret} {secret:?}")).unwrap_err();
        let said = [
            format!("{secret} {secret:?} {secret:#?} {secret:>40} {secret:.3}"),
            format!("{holds:?} {holds:#?} {:?}", Err::<(), _>(&secret)),
            serde_json::to_string(&holds).unwrap(),
            postcard::to_stdvec(&holds).unwrap().escape_ascii().to_string(),
            panicked.downcast_ref::<String>().unwrap().clone(),
        ];
        for text in said {
            assert!(text.contains("***") && !text.contains("t0k"), "{text}");
        }
    }
}
