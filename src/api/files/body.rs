//! A cached file as the API shows it.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Display;
use std::path::{Path, PathBuf};

use poem_openapi::Object;
use poem_openapi::types::Example;
use serde::{Serialize, Serializer};

use crate::api::value::{Id, Timestamp, filename, int64, text};
use crate::api::view::{Shown, View};
use crate::domain::file::{Attribution, FileRow, Method, Operation, Status};
use crate::domain::playback::PlaybackRow;
use crate::domain::size::readable;
use crate::store::Rows;

/// A cached file. Bytes of a path that are not UTF-8 are shown as U+FFFD; the id names the file in any case.
#[derive(Object, Serialize, Clone, Debug)]
#[oai(rename = "CachedFile")]
pub struct FileBody {
    /// Its id, for life: removed and cached again, it keeps it.
    pub id: Id,
    /// The path the media server reads, as this machine sees it.
    pub file_path: String,
    /// Its last part.
    pub filename: String,
    /// Where the file really lay before caching. Usually equal to `file_path`.
    pub original_path: String,
    /// The copy on the fast volume.
    pub cached_path: String,
    /// How it is cached.
    #[serde(serialize_with = "as_shown")]
    pub cache_method: Method,
    /// Its size in bytes.
    pub file_size_bytes: i64,
    /// The same in words, 1024-based.
    pub file_size_readable: String,
    /// When it was (last) cached.
    pub cached_at: Timestamp,
    /// When it was last opened or played.
    #[oai(nullable)]
    pub last_accessed: Option<Timestamp>,
    /// How often it was opened or played.
    pub access_count: i64,
    /// Who wanted it first; null where nobody is named, or may be.
    #[oai(nullable)]
    pub triggered_by_user: Option<Shown>,
    /// Why it was cached.
    #[serde(serialize_with = "as_shown")]
    pub triggered_by_operation: Operation,
    /// Where in its life it is.
    #[serde(serialize_with = "as_shown")]
    pub status: Status,
    /// Everybody who wants it, in the order of attribution.
    pub users: Vec<Shown>,
    /// What is known of the film or episode.
    pub metadata: MetadataBody,
    /// The library it belongs to.
    pub library: String,
    /// A person said that it stays.
    pub pinned: bool,
    /// What it is worth, 0 to 100: the least valuable leave first where room is short. Null where nobody said so yet.
    #[oai(nullable)]
    pub priority: Option<i32>,
    /// Somebody plays it now.
    pub playing: bool,
}

/// What is known of the film or episode; what is not known is absent.
#[derive(Object, Serialize, Clone, Debug, Default)]
#[oai(rename = "Metadata", skip_serializing_if_is_none)]
pub struct MetadataBody {
    /// Title.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// Year of release.
    #[serde(skip_serializing_if = "Option::is_none")]
    year: Option<i32>,
    /// Season number.
    #[serde(skip_serializing_if = "Option::is_none")]
    season: Option<i32>,
    /// Episode number.
    #[serde(skip_serializing_if = "Option::is_none")]
    episode: Option<i32>,
    /// Ids by source, such as `imdb`.
    #[serde(skip_serializing_if = "Option::is_none")]
    media_ids: Option<BTreeMap<String, String>>,
    /// BLAKE3 of the bytes, in hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    hash: Option<String>,
    /// Which wish brought it; told to operators and admins only.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
}

/// Closed names are stored under other names than they are shown.
fn as_shown<S: Serializer>(value: &impl Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

/// Writes files as a JSON array: what [`poem_openapi::types::ToJSON`] says of them, without making a tree of it first.
pub fn write_files(files: &[FileBody], out: &mut Vec<u8>) {
    // A vector takes everything, and every key is a text.
    let _ = serde_json::to_writer(out, files);
}

/// The library paths that somebody plays.
pub type Playing = HashSet<PathBuf>;

/// Those of a snapshot.
///
/// # Errors
/// The store fails.
pub fn playing(rows: &impl Rows) -> crate::Result<Playing> {
    Ok(rows.open_playbacks()?.iter().flat_map(PlaybackRow::files).map(Path::to_path_buf).collect())
}

impl FileBody {
    /// A row with those who want it, in order, and what it is worth, as it may be seen.
    #[must_use]
    pub fn of(
        row: &FileRow,
        attributions: &[Attribution],
        playing: &Playing,
        score: Option<u8>,
        view: &View,
    ) -> Self {
        let metadata = row.metadata.clone();
        Self {
            id: Id::of(row.id),
            file_path: text(&row.file_path),
            filename: filename(&row.file_path),
            original_path: text(&row.original_path),
            cached_path: text(&row.place.cached_path),
            cache_method: row.method,
            file_size_bytes: int64(row.size),
            file_size_readable: readable(row.size),
            cached_at: Timestamp(row.cached_at),
            last_accessed: row.last_accessed.map(Timestamp),
            access_count: int64(row.access_count),
            triggered_by_user: attributions.first().and_then(|first| view.user(&first.user)),
            triggered_by_operation: row.operation,
            status: row.status,
            users: attributions.iter().filter_map(|wish| view.user(&wish.user)).collect(),
            metadata: MetadataBody {
                title: metadata.title,
                year: metadata.year,
                season: metadata.season,
                episode: metadata.episode,
                media_ids: Some(metadata.media_ids).filter(|ids| !ids.is_empty()),
                hash: Some(row.place.hash.to_string()),
                source: view.source(metadata.source),
            },
            library: row.library.clone(),
            pinned: row.pinned,
            priority: score.map(Into::into),
            playing: playing.contains(&row.file_path),
        }
    }
}

/// The id of the examples.
pub const EXAMPLE_ID: &str = "0190a6b8-9c1e-7cc3-98c4-dc0c0c07398f";
/// The job of the examples.
pub const EXAMPLE_JOB: &str = "0190a6b8-9c1f-7d02-8b5a-3f6a5e1f2b7c";
/// The path of the examples.
pub const EXAMPLE_PATH: &str = "/mnt/array/movies/Dune (2021)/Dune.mkv";

impl Example for FileBody {
    fn example() -> Self {
        let user = Shown::example("user1");
        Self {
            id: Id::of(EXAMPLE_ID),
            file_path: EXAMPLE_PATH.to_owned(),
            filename: "Dune.mkv".to_owned(),
            original_path: EXAMPLE_PATH.to_owned(),
            cached_path: "/mnt/fast/cacherr/Movies/Dune (2021)/Dune.mkv".to_owned(),
            cache_method: Method::AtomicCopy,
            file_size_bytes: 1 << 30,
            file_size_readable: readable(1 << 30),
            cached_at: Timestamp::EXAMPLE,
            last_accessed: None,
            access_count: 0,
            triggered_by_user: Some(user.clone()),
            triggered_by_operation: Operation::Watchlist,
            status: Status::Active,
            users: vec![user, Shown::example("user2")],
            metadata: MetadataBody {
                title: Some("Dune".to_owned()),
                year: Some(2021),
                ..MetadataBody::default()
            },
            library: "Movies".to_owned(),
            pinned: false,
            priority: Some(80),
            playing: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use poem_openapi::types::ToJSON;

    use super::*;

    #[test]
    fn files_are_written_as_the_document_says_that_they_are() {
        let mut odd = FileBody::example();
        odd.filename = "\"quotes\" \\ \u{1}\n🎬".to_owned();
        odd.last_accessed = Some(Timestamp::EXAMPLE);
        odd.triggered_by_user = None;
        odd.priority = Some(7);
        odd.metadata = MetadataBody {
            media_ids: Some(BTreeMap::from([("imdb".to_owned(), "tt1".to_owned())])),
            ..MetadataBody::default()
        };
        let files = vec![FileBody::example(), odd];
        let mut written = Vec::new();
        write_files(&files, &mut written);
        let written: serde_json::Value = serde_json::from_slice(&written).unwrap();
        assert_eq!(Some(written), files.to_json());
    }
}
