//! Programs beside the media server that read the libraries, as a person told of them: each must find the copies, too.

use serde::{Deserialize, Serialize};

use super::file::closed_names;
use super::time::Time;

/// A program that reads a library. It is found by the name that a person gave it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ReaderRow {
    /// What it is.
    pub kind: ReaderKind,
    /// Whether it sees the cache dir where links lead; none where nobody knows.
    pub sees_cache: Option<bool>,
    /// When that was said.
    pub noted_at: Time,
}

/// What reads a library. Stored: new kinds come last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum ReaderKind {
    /// Sonarr, Radarr and their like.
    DownloadManager,
    /// SMB, NFS.
    FileShare,
    /// Jellyfin, Kodi and their like.
    Player,
    /// Anything else.
    Other,
}

closed_names!(ReaderKind {
    DownloadManager => "download_manager",
    FileShare => "file_share",
    Player => "player",
    Other => "other",
});
