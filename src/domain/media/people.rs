//! Those who watch: accounts of plex.tv, users of a home, people a server is shared with.

use crate::domain::secret::Secret;

/// Who plays, as a session says it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Viewer {
    /// The server's own number of the account; `1` is its owner, whatever plex.tv calls them.
    pub id: String,
    /// The name.
    pub title: String,
}

/// An account that the server itself counts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LocalAccount {
    /// The server's number; 1 is its owner.
    pub id: u64,
    /// The name; empty for the account of nobody.
    pub name: String,
}

/// An account of plex.tv.
#[derive(Clone, PartialEq, Debug)]
pub struct Account {
    /// Its number.
    pub id: u64,
    /// Its identifier.
    pub uuid: String,
    /// The name people see.
    pub title: String,
    /// The name they sign in with; users of a home may have none.
    pub username: Option<String>,
    /// Whether it has Plex Pass.
    pub pass: bool,
    /// Its token, where the answer carries one.
    pub token: Option<Secret>,
}

/// A user of a home.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HomeUser {
    /// Its number.
    pub id: u64,
    /// Its identifier, by which one switches to it.
    pub uuid: String,
    /// The name people see.
    pub title: String,
    /// The name they sign in with.
    pub username: Option<String>,
    /// Whether it owns the home.
    pub admin: bool,
    /// Whether what it may see is restricted.
    pub restricted: bool,
    /// Whether switching to it needs a PIN.
    pub protected: bool,
}

/// A friend, with the servers that are shared with them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Friend {
    /// Its number.
    pub id: u64,
    /// Its identifier, where the address of its picture tells it.
    pub uuid: Option<String>,
    /// The name people see.
    pub title: String,
    /// The name they sign in with.
    pub username: Option<String>,
    /// Whether it is a user of the home, too.
    pub home: bool,
    /// Servers shared with it, by their identifier.
    pub servers: Vec<String>,
}

/// Somebody with whom one server is shared.
#[derive(Clone, PartialEq, Debug)]
pub struct SharedUser {
    /// The account's number.
    pub id: u64,
    /// The name.
    pub username: String,
    /// Their token for this server. plex.tv may leave it out.
    pub token: Option<Secret>,
}

/// A server that an account may use.
#[derive(Clone, PartialEq, Debug)]
pub struct Resource {
    /// Its name.
    pub name: String,
    /// Its identifier.
    pub machine: String,
    /// Whether the account owns it.
    pub owned: bool,
    /// The account's token for it.
    pub token: Option<Secret>,
    /// Ways to it, best first: local before remote, relays last, encrypted before plain.
    pub connections: Vec<Connection>,
}

/// A way to a server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Connection {
    /// Its address.
    pub uri: String,
    /// Which way it goes.
    pub way: Way,
}

/// Which way a connection goes. In order of preference.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Way {
    /// Through the local network.
    Local,
    /// Through the internet.
    Remote,
    /// Through a relay of plex.tv, with little bandwidth.
    Relay,
}
