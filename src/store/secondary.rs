//! Secondary tables follow their rows by one function: compare what the old row and the new row say, change the
//! difference. So a secondary table cannot be forgotten, and [`super::check`] asks the same rows again.

use super::keys::{self, Key};
use super::rows::state_byte;
use super::tables::Table;
use crate::domain::id::FileId;
use crate::domain::job::JobState;

/// One line of a secondary table, as its row wants it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Entry {
    /// The secondary table.
    pub table: Table,
    /// Key in it.
    pub key: Vec<u8>,
    /// Value; empty where the key says it all.
    pub value: Vec<u8>,
}

impl Entry {
    /// An entry whose key says it all.
    pub fn key(table: Table, parts: &[&[u8]]) -> Self {
        Self { table, key: parts.concat(), value: Vec::new() }
    }
}

/// What has to change in secondary tables when the entries of a row change.
#[derive(Debug)]
pub struct Change {
    /// Entries that go.
    pub gone: Vec<Entry>,
    /// Entries that come.
    pub new: Vec<Entry>,
}

/// Compares the entries of a row before and after.
pub fn compare(old: Vec<Entry>, new: Vec<Entry>) -> Change {
    let gone = old.iter().filter(|entry| !new.contains(entry)).cloned().collect();
    let new = new.into_iter().filter(|entry| !old.contains(entry)).collect();
    Change { gone, new }
}

/// The row (its table and key) that an entry of a secondary table speaks of.
pub fn owner(table: Table, key: &[u8], value: &[u8]) -> Option<(Table, Vec<u8>)> {
    match table {
        Table::FileByPath => Some((Table::Files, value.to_vec())),
        Table::JobByState | Table::JobByFile | Table::JobByPath | Table::JobByTurn => {
            Some((Table::Jobs, keys::tail(key)?.to_vec()))
        }
        Table::IntentByFile => Some((Table::Intents, keys::tail(key)?.to_vec())),
        Table::LogByFile => Some((Table::Log, keys::timed_tail(key)?.to_vec())),
        Table::PlaybackOpen => Some((Table::Playbacks, key.to_vec())),
        Table::Meta
        | Table::Files
        | Table::Jobs
        | Table::BatchFiles
        | Table::Intents
        | Table::Trash
        | Table::Roots
        | Table::Log
        | Table::Playbacks
        | Table::Secrets
        | Table::Readers
        | Table::Answers
        | Table::Holds
        | Table::Accounts
        | Table::Sessions
        | Table::ApiKeys => None,
    }
}

/// What comes before the owner in a secondary key, for people.
pub fn show(table: Table, key: &[u8]) -> String {
    let head = match table {
        Table::FileByPath => key,
        Table::LogByFile | Table::PlaybackOpen => &key[..key.len().saturating_sub(24)],
        _ => &key[..key.len().saturating_sub(16)],
    };
    let shown = match table {
        Table::JobByPath => head.get(4..).map(|path| format!("\"{}\"", path.escape_ascii())),
        Table::JobByFile | Table::IntentByFile | Table::LogByFile => {
            FileId::decode(head).map(|file| file.to_string())
        }
        Table::JobByTurn => head.first().map(|turn| format!("turn {turn}")),
        Table::JobByState => {
            let state = JobState::ALL.iter().find(|state| [state_byte(**state)] == *head);
            state.map(|state| state.name().to_owned())
        }
        _ => None,
    };
    shown.unwrap_or_else(|| format!("\"{}\"", head.escape_ascii()))
}

/// The secondary tables.
pub fn tables() -> impl Iterator<Item = Table> {
    use Table::{
        FileByPath, IntentByFile, JobByFile, JobByPath, JobByState, JobByTurn, LogByFile, PlaybackOpen,
    };
    [FileByPath, JobByState, JobByFile, JobByPath, JobByTurn, IntentByFile, LogByFile, PlaybackOpen]
        .into_iter()
}
