//! Who may do what: the roles, and who was let in.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::actor::Actor;
use super::file::closed_names;
use super::id::{AccountId, KeyId, SessionId};

/// What somebody may do. Each role may what those before it may.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Role {
    /// Reads.
    Viewer,
    /// Caches, removes, cleans up, exports.
    Operator,
    /// Changes settings, accounts and keys.
    Admin,
}

closed_names!(Role {
    Viewer => "viewer",
    Operator => "operator",
    Admin => "admin",
});

/// Somebody who was let in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Principal {
    /// How the operation log calls them: the name of an account, `key:` and the name of a key, `api_key` for the configured
    /// one, `local` for those who need no log-in.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// By what they were let in.
    pub way: Way,
    /// From where they ask; none for whoever asks at this machine, without the network.
    pub address: Option<IpAddr>,
}

/// By what somebody was let in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// The key of the configuration.
    ConfiguredKey,
    /// A key that was made here.
    Key(KeyId),
    /// A session that a log-in began.
    Session {
        /// The session.
        id: SessionId,
        /// Whose it is.
        account: AccountId,
    },
    /// A proxy that is trusted vouches for them.
    Proxy(AccountId),
    /// The owner chose that their address is enough.
    Local,
}

impl Principal {
    /// As it is written down.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor { name: self.name.clone(), address: self.address }
    }

    /// Their account, where they have one.
    #[must_use]
    pub const fn account(&self) -> Option<AccountId> {
        match self.way {
            Way::Session { account, .. } | Way::Proxy(account) => Some(account),
            Way::ConfiguredKey | Way::Key(_) | Way::Local => None,
        }
    }
}
