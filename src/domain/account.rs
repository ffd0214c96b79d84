//! Who may come in, as it is remembered: accounts, the sessions that log-ins began, and API keys.
//!
//! **Invariant:** of a token there is its digest, of a password its hash; neither is in anything that can be printed or
//! sent.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::access::Role;
use super::fold::fold;
use super::id::{AccountId, KeyId, SessionId};
use super::secret::Secret;
use super::time::Time;
use crate::error::{Error, Result};

/// Names that mean somebody else in the log.
const TAKEN: [&str; 4] = ["system", "local", "api_key", "demo"];
/// Characters that a name has at most.
pub const LONGEST_NAME: usize = 64;
/// Fewest characters of a new password.
pub const SHORTEST_PASSWORD: usize = 8;

/// The BLAKE3 of a token, which is all that is kept of one. Tokens are 256 random bits, so nothing slower is needed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// Of this token.
    #[must_use]
    pub fn of(token: &str) -> Self {
        Self(*blake3::hash(token.as_bytes()).as_bytes())
    }
}

impl std::fmt::Display for Digest {
    /// Its beginning: enough to tell one from another.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0[..4].iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str("…")
    }
}

impl std::fmt::Debug for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

/// Somebody who may log in.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct AccountRow {
    /// Its id.
    pub id: AccountId,
    /// Its name; no other has the same, whatever the case.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The Plex account that may sign in as this one.
    pub plex: Option<i64>,
    /// When it was made.
    pub made_at: Time,
    /// When the password was last set.
    pub password_at: Option<Time>,
    /// When they last logged in.
    pub last_login: Option<Time>,
    /// From where they logged in, the latest first; at most [`AccountRow::MOST_ADDRESSES`].
    pub known: Vec<IpAddr>,
    /// The hash of the password, as a PHC string; none where nobody logs in by one. The store writes it behind the rest.
    #[serde(skip)]
    pub password: Option<Secret>,
}

impl AccountRow {
    /// So many addresses of earlier log-ins are remembered.
    pub const MOST_ADDRESSES: usize = 8;

    /// Whether it is the one of this name.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        fold(&self.name) == fold(name)
    }

    /// Notes a log-in.
    pub fn logged_in(&mut self, at: Time, from: IpAddr) {
        self.last_login = Some(at);
        self.known.retain(|known| *known != from);
        self.known.insert(0, from);
        self.known.truncate(Self::MOST_ADDRESSES);
    }
}

/// What a log-in began.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SessionRow {
    /// Its id. The token is another thing.
    pub id: SessionId,
    /// Whose it is.
    pub account: AccountId,
    /// When it began.
    pub made_at: Time,
    /// When it was last used, to about five minutes.
    pub seen_at: Time,
    /// From where it was begun.
    pub address: IpAddr,
    /// What the browser called itself.
    pub agent: Option<String>,
}

/// An API key that was made here.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct KeyRow {
    /// Its id. The key is another thing.
    pub id: KeyId,
    /// Its name; no other has the same, whatever the case.
    pub name: String,
    /// What it opens.
    pub role: Role,
    /// How it begins, so that a person finds it again.
    pub begins: String,
    /// Who made it.
    pub made_by: String,
    /// When.
    pub made_at: Time,
    /// From then on it opens nothing.
    pub expires_at: Option<Time>,
    /// When it was last used, to about five minutes.
    pub used_at: Option<Time>,
}

impl KeyRow {
    /// Whether its time is over.
    #[must_use]
    pub fn is_expired(&self, now: Time) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }

    /// Whether it is the one of this name.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        fold(&self.name) == fold(name)
    }
}

/// Whether an account can have this name.
///
/// # Errors
/// [`Error::Invalid`], with what is allowed.
pub fn check_account_name(name: &str) -> Result<()> {
    check_key_name(name)?;
    if name.contains(':') {
        return Err(Error::Invalid("the name must not contain a colon".to_owned()));
    }
    let folded = fold(name);
    if TAKEN.contains(&folded.as_str()) {
        return Err(Error::Invalid(format!("the name must not be one of {}", TAKEN.join(", "))));
    }
    Ok(())
}

/// Whether an API key can have this name.
///
/// # Errors
/// As [`check_account_name`].
pub fn check_key_name(name: &str) -> Result<()> {
    let length = name.chars().count();
    if length == 0 || length > LONGEST_NAME {
        return Err(Error::Invalid(format!("the name must have 1 to {LONGEST_NAME} characters")));
    }
    if name.trim() != name || name.chars().any(is_odd) {
        return Err(Error::Invalid(
            "the name must have no control characters, and no blank at its ends".to_owned(),
        ));
    }
    Ok(())
}

/// A name that an account can have, made of another system's one; `fallback` where nothing is left of it.
#[must_use]
pub fn account_name_from(text: &str, fallback: &str) -> String {
    let clean: String =
        text.chars().filter(|c| !is_odd(*c)).map(|c| if c == ':' { ' ' } else { c }).collect();
    let short: String = clean.trim().chars().take(LONGEST_NAME).collect();
    let short = short.trim().to_owned();
    if check_account_name(&short).is_ok() { short } else { fallback.to_owned() }
}

/// What would command a terminal, or make two names look alike: controls, and what turns the direction of writing or takes
/// no room.
fn is_odd(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_that_mean_somebody_else_are_refused_in_any_case() {
        for name in [
            "system",
            "System",
            "LOCAL",
            "Api_Key",
            "demo",
            "key:a",
            "a:b",
            "",
            " a",
            "a ",
            "a\nb",
            "a\u{202e}b",
        ] {
            assert!(check_account_name(name).is_err(), "{name:?}");
        }
        let longest = "ä".repeat(64);
        for name in ["a", "Jörg", "user 1", "a@b.example", &longest] {
            check_account_name(name).unwrap();
        }
        assert!(check_account_name(&"a".repeat(65)).is_err());
    }

    #[test]
    fn of_a_digest_only_its_beginning_is_shown() {
        let digest = Digest::of("token");
        assert_eq!(format!("{digest:?}").chars().count(), 9);
    }

    #[test]
    fn only_the_latest_addresses_are_remembered() {
        let mut row = AccountRow {
            id: AccountId::new(),
            name: "user1".to_owned(),
            role: Role::Viewer,
            plex: None,
            made_at: Time::from_micros(1),
            password_at: None,
            last_login: None,
            known: vec![],
            password: None,
        };
        for n in (0..20).chain([15]) {
            row.logged_in(Time::from_micros(2), IpAddr::from([192, 0, 2, n]));
        }
        let last: Vec<_> = row.known.iter().map(|known| known.to_string()).collect();
        assert_eq!(last.len(), AccountRow::MOST_ADDRESSES);
        assert_eq!(last[..2], ["192.0.2.15", "192.0.2.19"]);
    }

    proptest! {
        #[test]
        fn any_name_of_another_system_makes_one_of_ours(text in any::<String>()) {
            let name = account_name_from(&text, "plex 1");
            prop_assert!(check_account_name(&name).is_ok(), "{:?}", name);
        }
    }
}
