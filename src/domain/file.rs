//! The life of a cached file.
//!
//! ```text
//!            cached               copy missing, original put back
//!   (no row) ──────▶ active ──────────────────────────────▶ orphaned
//!                    │    ▲ ◀────── the copy came back ──────┘  │
//!      restore asked │    │ cached again (same id)              │ cleanup
//!                    ▼    │                                     ▼
//!           pending_removal ── original back, durably ──▶ removed ── history_days ──▶ (no row)
//! ```

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::id::FileId;
use super::identity::{Hash, Identity};
use super::path::bytes;
use super::time::Time;

/// A cached file, as the store keeps it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct FileRow {
    /// Its id, for life.
    pub id: FileId,
    /// The path the media server reads, as this machine sees it.
    #[serde(with = "bytes")]
    pub file_path: PathBuf,
    /// Where the file really lay before caching: canonical.
    #[serde(with = "bytes")]
    pub original_path: PathBuf,
    /// Name of the library it belongs to.
    pub library: String,
    /// How it was cached.
    pub method: Method,
    /// Bytes.
    pub size: u64,
    /// When (last) cached.
    pub cached_at: Time,
    /// When last opened or played.
    pub last_accessed: Option<Time>,
    /// How often opened or played.
    pub access_count: u64,
    /// Why: the operation that brought it here first.
    pub operation: Operation,
    /// Where in its life it is.
    pub status: Status,
    /// When and why it was removed, for `removed` rows.
    pub removed: Option<Removed>,
    /// What is known of the film or episode.
    pub metadata: Metadata,
    /// A person said that it stays.
    pub pinned: bool,
    /// Where everything lies, and how to recognise it.
    pub place: Placement,
    /// When the copy was last read back and found equal.
    pub verified_at: Time,
    /// When the link was first not found at its path, if it is not there.
    pub link_missing_since: Option<Time>,
    /// Something only a person can decide, in a sentence.
    pub attention: Option<String>,
}

/// Where the parts of a cached file lie, and how each is recognised. Stored, never derived.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Placement {
    /// The library folder that holds the link: canonical, below its root.
    #[serde(with = "bytes")]
    pub folder: PathBuf,
    /// The file's name in it.
    #[serde(with = "bytes")]
    pub name: std::ffi::OsString,
    /// The hidden name of the kept original in the same folder; absent once it was given up.
    #[serde(with = "bytes::option")]
    pub kept: Option<std::ffi::OsString>,
    /// The copy: absolute, below the cache dir.
    #[serde(with = "bytes")]
    pub cached_path: PathBuf,
    /// What the link says.
    #[serde(with = "bytes")]
    pub link_text: PathBuf,
    /// The original, when last seen.
    pub original: Identity,
    /// The copy, when it was published. Absent before.
    pub copy: Option<Identity>,
    /// Of the bytes.
    pub hash: Hash,
}

/// When and why a row was removed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Removed {
    /// When.
    pub at: Time,
    /// Why: a person's reason, `superseded`, `unclaimed`, …
    pub reason: String,
}

/// What is known of a film or episode. Never tokens, addresses or device names.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Metadata {
    /// Title.
    pub title: Option<String>,
    /// Year of release.
    pub year: Option<i32>,
    /// Season number.
    pub season: Option<i32>,
    /// Episode number.
    pub episode: Option<i32>,
    /// Ids by source, such as `imdb` → `tt1160419`.
    pub media_ids: std::collections::BTreeMap<String, String>,
    /// Which wish brought it, for operators.
    pub source: Option<String>,
}

/// One person's wish for one file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Attribution {
    /// The media user.
    pub user: String,
    /// The strongest of their reasons.
    pub reason: Operation,
    /// When it was added.
    pub added_at: Time,
    /// Place in the order of attribution, from 0.
    pub ordinal: u32,
}

macro_rules! closed_names {
    ($name:ident { $($variant:ident => $text:literal),+ $(,)? }) => {
        impl $name {
            /// Every value, in the order of the specification.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// Their names, in the same order.
            pub const NAMES: &'static [&'static str] = &[$($text),+];

            /// Its name in the API, the configuration and exports.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.name())
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::Error;
            fn from_str(text: &str) -> crate::Result<Self> {
                Self::ALL.iter().copied().find(|value| value.name() == text).ok_or_else(|| {
                    crate::Error::Invalid(format!("unknown value; allowed are {}", Self::NAMES.join(", ")))
                })
            }
        }
    };
}
pub(crate) use closed_names;

/// Where in its life a file is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Status {
    /// Cached and served from the cache.
    Active,
    /// The cached copy is missing; the original is back at its path.
    Orphaned,
    /// A restore is queued or running.
    PendingRemoval,
    /// Given back.
    Removed,
}

closed_names!(Status {
    Active => "active",
    Orphaned => "orphaned",
    PendingRemoval => "pending_removal",
    Removed => "removed",
});

/// Why a file is cached. Ordered: of several wishes of one user the first in this order is the reason.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Operation {
    /// The very file that plays.
    ActiveWatching,
    /// Because of a live session: the next episodes.
    RealTimeWatch,
    /// Begun.
    ContinueWatching,
    /// Next up.
    Ondeck,
    /// On a watchlist.
    Watchlist,
    /// From Trakt.
    Trakt,
    /// A person asked.
    Manual,
}

closed_names!(Operation {
    ActiveWatching => "active_watching",
    RealTimeWatch => "real_time_watch",
    ContinueWatching => "continue_watching",
    Ondeck => "ondeck",
    Watchlist => "watchlist",
    Trakt => "trakt",
    Manual => "manual",
});

impl Operation {
    /// A file that somebody plays is only ever copied: giving up the original could interrupt them.
    #[must_use]
    pub const fn copy_only(self) -> bool {
        matches!(self, Self::ActiveWatching | Self::RealTimeWatch)
    }
}

/// How a file is cached.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Method {
    /// Copy mode: the original is kept beside the link.
    AtomicCopy,
    /// Move mode: copy mode first; the original is given up later.
    AtomicSymlink,
    /// Legacy value of imports; cannot be asked for.
    Hardlink,
}

closed_names!(Method {
    AtomicCopy => "atomic_copy",
    AtomicSymlink => "atomic_symlink",
    Hardlink => "hardlink",
});

impl Method {
    /// From any name people and imports use: `copy`, `move` and the legacy names are upgraded.
    ///
    /// # Errors
    /// [`crate::Error::MethodNotSupported`] for `hardlink`, [`crate::Error::Invalid`] for anything unknown.
    pub fn from_request(name: &str) -> crate::Result<Self> {
        match name {
            "copy" | "atomic_copy" => Ok(Self::AtomicCopy),
            "move" | "symlink" | "atomic_symlink" => Ok(Self::AtomicSymlink),
            "hardlink" => Err(crate::Error::MethodNotSupported {
                method: "hardlink",
                reason: "one inode cannot be both preserved and cached; use copy or move",
            }),
            _ => Err(crate::Error::Invalid(
                "unknown mode; allowed are copy, move, atomic_copy, atomic_symlink, symlink".to_owned(),
            )),
        }
    }
}
