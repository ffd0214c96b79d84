//! Everything that is on disk, on one page.
//!
//! All tables map bytes to bytes; what the bytes are is said here and nowhere else. Order matters: redb sorts keys
//! as byte strings, so numbers are big-endian (and signed ones have their sign bit flipped), and a text in front of
//! something else carries its length.
//!
//! | table | key | value |
//! |---|---|---|
//! | `meta_v1` | a name | `schema`: u32 · `store_id`: 16 bytes · `cache_marked`: one byte, 0 or 1 · `settings`: key → value, as they were last shown |
//! | `files_v1` | file id (16) | `FileRow` and its `Attribution`s |
//! | `jobs_v1` | job id (16) | `JobRow` |
//! | `batch_files_v1` | job id (16), file id (16) | `BatchFile`: what a batch has not settled yet |
//! | `intents_v1` | intent id (16) | `Intent` |
//! | `trash_v1` | trash id (16) | `TrashRow` |
//! | `roots_v1` | name of the library | `RootRow` |
//! | `log_v2` | time (8), log id (16) | `LogRow` |
//! | `playbacks_v1` | time (8), playback id (16) | `PlaybackRow`: somebody began to play a file |
//! | `secrets_v1` | a name | `SecretRow`: what this program obtained itself (tokens, its identifier) |
//! | `readers_v1` | a name | `ReaderRow`: what else reads the libraries |
//! | `answers_v1` | person (8), source (1, see [`super::keys`]) | `Answer`: what a source last said of somebody's wishes |
//! | `holds_v1` | library path, its bytes | `HoldRow`: what a person removed lately |
//! | `accounts_v1` | account id (16) | `AccountRow` and the hash of its password |
//! | `sessions_v1` | BLAKE3 of the token (32) | `SessionRow` |
//! | `api_keys_v1` | BLAKE3 of the key (32) | `KeyRow` |
//! | `file_by_path_v1` | library path, its bytes | file id: so a path has one row |
//! | `job_by_state_v1` | state (1, see [`super::rows`]), job id (16) | nothing |
//! | `job_by_file_v1` | file id (16), job id (16): jobs that have not ended | nothing |
//! | `job_by_path_v1` | length of path (4), path, job id (16): jobs that have not ended | nothing |
//! | `job_by_turn_v1` | turn (1, see [`super::rows`]), job id (16): jobs that may run | nothing |
//! | `intent_by_file_v1` | file id (16), intent id (16) | nothing |
//! | `log_by_file_v1` | file id (16), time (8), log id (16) | nothing |
//! | `playback_open_v1` | time (8), playback id (16): playbacks that go on | nothing |
//!
//! Ids are UUID version 7: their byte order is the order of making.
//!
//! **Invariant:** a change of what a key means is a new table name and a migration; a change of a row is a new
//! version byte in front of it. Nothing is ever read under the meaning of another version.

use redb::TableDefinition;

/// A table as redb sees it.
pub type Definition = TableDefinition<'static, &'static [u8], &'static [u8]>;

macro_rules! tables {
    ($($(#[$doc:meta])* $table:ident = $name:literal),+ $(,)?) => {
        /// One of the tables.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Table { $($(#[$doc])* $table),+ }

        impl Table {
            /// All of them, in the order of the page above.
            pub const ALL: &'static [Self] = &[$(Self::$table),+];

            /// Its name on disk.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$table => $name),+ }
            }
        }
    };
}

tables! {
    /// Facts about the store itself.
    Meta = "meta_v1",
    /// Cached files.
    Files = "files_v1",
    /// Units of work.
    Jobs = "jobs_v1",
    /// Files that batches have not settled.
    BatchFiles = "batch_files_v1",
    /// The engine's journal.
    Intents = "intents_v1",
    /// Files put aside.
    Trash = "trash_v1",
    /// Libraries as last seen.
    Roots = "roots_v1",
    /// The operation log.
    Log = "log_v2",
    /// Playbacks that were seen.
    Playbacks = "playbacks_v1",
    /// What this program obtained itself.
    Secrets = "secrets_v1",
    /// What else reads the libraries.
    Readers = "readers_v1",
    /// What sources last said.
    Answers = "answers_v1",
    /// What people removed lately.
    Holds = "holds_v1",
    /// Who may log in.
    Accounts = "accounts_v1",
    /// What log-ins began.
    Sessions = "sessions_v1",
    /// Keys of programs.
    ApiKeys = "api_keys_v1",
    /// Library path → file; unique.
    FileByPath = "file_by_path_v1",
    /// State → jobs.
    JobByState = "job_by_state_v1",
    /// File → jobs that have not ended.
    JobByFile = "job_by_file_v1",
    /// Library path → jobs that have not ended.
    JobByPath = "job_by_path_v1",
    /// Turn → jobs that may run.
    JobByTurn = "job_by_turn_v1",
    /// File → journal entries.
    IntentByFile = "intent_by_file_v1",
    /// File, time → log rows.
    LogByFile = "log_by_file_v1",
    /// Playbacks that go on.
    PlaybackOpen = "playback_open_v1",
}

impl Table {
    /// How redb is asked for it.
    pub const fn definition(self) -> Definition {
        TableDefinition::new(self.name())
    }
}

/// Names in [`Table::Meta`].
pub mod meta {
    /// Schema version: u32, big-endian.
    pub const SCHEMA: &[u8] = b"schema";
    /// The store's id: 16 bytes.
    pub const STORE_ID: &[u8] = b"store_id";
    /// Whether a marker was ever written into a cache dir: one byte.
    pub const CACHE_MARKED: &[u8] = b"cache_marked";
    /// The settings of the last start: a map of texts, by postcard.
    pub const SETTINGS: &[u8] = b"settings";
    /// That nothing happens by itself, because a person said so.
    pub const PAUSE: &[u8] = b"pause";
}
