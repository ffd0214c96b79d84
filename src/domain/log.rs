//! The operation log: who did what, and how it ended. Failures are rows too.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::actor::Actor;
use super::file::closed_names;
use super::id::{FileId, LogId};
use super::path::bytes;
use super::time::Time;

/// The name of a fact in [`LogRow::metadata`] that names a media user.
pub const USER_FACT: &str = "user_id";

/// One entry.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LogRow {
    /// Its id.
    pub id: LogId,
    /// What was done.
    pub kind: LogKind,
    /// The file, where it is about one.
    pub file_id: Option<FileId>,
    /// Its library path.
    #[serde(with = "bytes")]
    pub file_path: PathBuf,
    /// The authenticated principal, or `system`.
    pub by: Actor,
    /// The media user concerned.
    pub user: Option<String>,
    /// Why.
    pub reason: String,
    /// Whether it ended well.
    pub success: bool,
    /// What went wrong.
    pub error: Option<String>,
    /// Further facts, in order.
    pub metadata: Vec<(String, String)>,
    /// When.
    pub at: Time,
}

impl LogRow {
    /// An act that went well and concerns no file.
    #[must_use]
    pub fn of(kind: LogKind, by: Actor, at: Time) -> Self {
        Self {
            id: LogId::new(),
            kind,
            file_id: None,
            file_path: PathBuf::new(),
            by,
            user: None,
            reason: String::new(),
            success: true,
            error: None,
            metadata: Vec::new(),
            at,
        }
    }
}

/// What was done.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum LogKind {
    /// Cached.
    Cache,
    /// Put back.
    Restore,
    /// Given back for want of need or room.
    Evict,
    /// Removed by a person.
    Remove,
    /// Its copy was found missing.
    Orphan,
    /// Its original was put back because the copy was missing, or its copy came back.
    Heal,
    /// Somebody else's file took its path.
    Supersede,
    /// A user was added.
    Attribute,
    /// Pinned.
    Pin,
    /// Unpinned.
    Unpin,
    /// A cleanup ran.
    Cleanup,
    /// Data left the house.
    Export,
    /// A start found unfinished work and finished it.
    Recover,
    /// Settings changed.
    Settings,
    /// Somebody signed in.
    Login,
    /// A plan was made and carried out because a person asked for it.
    Plan,
    /// Somebody signed out, or a session was ended.
    Logout,
    /// An account was made, changed or removed.
    Account,
    /// An API key was made or revoked.
    ApiKey,
    /// A job was cancelled, paused or resumed.
    Job,
    /// Somebody signed in to the media server, or out of it.
    Source,
    /// What else reads the libraries was said.
    Reader,
    /// What was known of a media user was deleted.
    Forget,
}

closed_names!(LogKind {
    Cache => "cache",
    Restore => "restore",
    Evict => "evict",
    Remove => "remove",
    Orphan => "orphan",
    Heal => "heal",
    Supersede => "supersede",
    Attribute => "attribute",
    Pin => "pin",
    Unpin => "unpin",
    Cleanup => "cleanup",
    Export => "export",
    Recover => "recover",
    Settings => "settings",
    Login => "login",
    Plan => "plan",
    Logout => "logout",
    Account => "account",
    ApiKey => "api_key",
    Job => "job",
    Source => "source",
    Reader => "reader",
    Forget => "forget",
});
