//! Who did something, as it is written down.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// The name of the program itself, for what it does without being asked.
const SYSTEM: &str = "system";

/// Who asked for an act, as jobs and the operation log keep it.
///
/// **Invariant:** nobody else is called `system`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Actor {
    /// The authenticated principal, or `system`.
    pub name: String,
    /// From where they asked; none for what was asked at this machine, without the network. The store writes it behind
    /// the rest of a row.
    #[serde(skip)]
    pub address: Option<IpAddr>,
}

impl Actor {
    /// The program itself.
    #[must_use]
    pub fn system() -> Self {
        SYSTEM.into()
    }

    /// Whether nobody asked for it.
    #[must_use]
    pub fn is_system(&self) -> bool {
        self.name == SYSTEM
    }
}

impl From<&str> for Actor {
    fn from(name: &str) -> Self {
        name.to_owned().into()
    }
}

impl From<String> for Actor {
    fn from(name: String) -> Self {
        Self { name, address: None }
    }
}
