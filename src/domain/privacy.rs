//! What those who may only look are told of who watches what.
//!
//! **Invariant:** a pseudonym is the same for the same name everywhere and for good, and leads back to no name without the
//! key of this instance.

use std::fmt;

use super::file::closed_names;

/// What viewers are told of who wants what.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Attributions {
    /// Everything, by name.
    #[default]
    Full,
    /// Everything, by pseudonym.
    Pseudonym,
    /// Nothing.
    Hidden,
}

closed_names!(Attributions {
    Full => "full",
    Pseudonym => "pseudonym",
    Hidden => "hidden",
});

/// Stands in the operation log and in jobs for somebody of whom everything else was deleted.
pub const DELETED_USER: &str = "deleted user";

/// How much of a media user was deleted.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Forgotten {
    /// Files that they wanted.
    pub files: u64,
    /// Playbacks that named them.
    pub playbacks: u64,
    /// Entries of the log that did.
    pub entries: u64,
    /// Jobs that did.
    pub jobs: u64,
    /// Removals that were remembered for them.
    pub holds: u64,
    /// Sources of whose word on them something was remembered.
    pub sources: u64,
    /// Tokens of theirs.
    pub tokens: u64,
}

/// Makes pseudonyms of names. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct PseudonymKey([u8; 32]);

impl PseudonymKey {
    /// From random bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// What somebody is called instead. Eight digits tell a house apart: of a hundred people two share one in one of a
    /// million instances, and then they are told as one.
    #[must_use]
    pub fn pseudonym(&self, name: &str) -> String {
        let hash = blake3::keyed_hash(&self.0, name.as_bytes()).to_hex();
        format!("user-{}", &hash[..8])
    }
}

impl fmt::Debug for PseudonymKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// What viewers are told, with what that takes.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub enum Privacy {
    /// See [`Attributions::Full`].
    #[default]
    Full,
    /// See [`Attributions::Pseudonym`].
    Pseudonym(PseudonymKey),
    /// See [`Attributions::Hidden`].
    Hidden,
}

impl Privacy {
    /// As it was chosen; `key` is asked for only where it is needed.
    ///
    /// # Errors
    /// What `key` says.
    pub fn of<E>(chosen: Attributions, key: impl FnOnce() -> Result<PseudonymKey, E>) -> Result<Self, E> {
        Ok(match chosen {
            Attributions::Full => Self::Full,
            Attributions::Pseudonym => Self::Pseudonym(key()?),
            Attributions::Hidden => Self::Hidden,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pseudonym_is_the_same_for_a_name_and_another_for_each_key() {
        let (one, other) = (PseudonymKey::new([1; 32]), PseudonymKey::new([2; 32]));
        let anna = one.pseudonym("anna");
        assert_eq!(anna, one.pseudonym("anna"));
        assert!(
            anna != one.pseudonym("Anna") && anna != one.pseudonym("ben") && anna != other.pseudonym("anna")
        );
        let digits = anna.strip_prefix("user-").unwrap();
        assert!(
            digits.len() == 8 && digits.chars().all(|c| c.is_ascii_hexdigit() && !c.is_ascii_uppercase())
        );
        assert_eq!(format!("{:?}", Privacy::Pseudonym(one)), "Pseudonym(***)");
    }
}
