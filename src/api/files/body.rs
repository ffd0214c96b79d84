//! A cached file as the API shows it.

use std::collections::BTreeMap;

use poem_openapi::Object;
use poem_openapi::types::Example;

use crate::api::value::{Id, Timestamp, filename, int64, text};
use crate::domain::file::{Attribution, FileRow, Method, Operation, Status};
use crate::domain::size::readable;

/// A cached file. Bytes of a path that are not UTF-8 are shown as U+FFFD; the id names the file in any case.
#[derive(Object, Clone, Debug)]
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
    /// Who wanted it first.
    #[oai(nullable)]
    pub triggered_by_user: Option<String>,
    /// Why it was cached.
    pub triggered_by_operation: Operation,
    /// Where in its life it is.
    pub status: Status,
    /// Everybody who wants it, in the order of attribution.
    pub users: Vec<String>,
    /// What is known of the film or episode.
    pub metadata: MetadataBody,
    /// The library it belongs to.
    pub library: String,
    /// A person said that it stays.
    pub pinned: bool,
    /// 0 to 100; null before it was scored.
    #[oai(nullable)]
    pub priority: Option<i32>,
    /// Somebody plays it now.
    pub playing: bool,
}

/// What is known of the film or episode; what is not known is absent.
#[derive(Object, Clone, Debug, Default)]
#[oai(rename = "Metadata", skip_serializing_if_is_none)]
pub struct MetadataBody {
    /// Title.
    title: Option<String>,
    /// Year of release.
    year: Option<i32>,
    /// Season number.
    season: Option<i32>,
    /// Episode number.
    episode: Option<i32>,
    /// Ids by source, such as `imdb`.
    media_ids: Option<BTreeMap<String, String>>,
    /// BLAKE3 of the bytes, in hex.
    hash: Option<String>,
    /// Which wish brought it.
    source: Option<String>,
}

impl FileBody {
    /// A row with those who want it, in order.
    #[must_use]
    pub fn of(row: &FileRow, attributions: &[Attribution]) -> Self {
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
            triggered_by_user: attributions.first().map(|first| first.user.clone()),
            triggered_by_operation: row.operation,
            status: row.status,
            users: attributions.iter().map(|attribution| attribution.user.clone()).collect(),
            metadata: MetadataBody {
                title: metadata.title,
                year: metadata.year,
                season: metadata.season,
                episode: metadata.episode,
                media_ids: Some(metadata.media_ids).filter(|ids| !ids.is_empty()),
                hash: Some(row.place.hash.to_string()),
                source: metadata.source,
            },
            library: row.library.clone(),
            pinned: row.pinned,
            priority: None,
            playing: false,
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
        let user = "user1".to_owned();
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
            users: vec![user, "user2".to_owned()],
            metadata: MetadataBody {
                title: Some("Dune".to_owned()),
                year: Some(2021),
                ..MetadataBody::default()
            },
            library: "Movies".to_owned(),
            pinned: false,
            priority: None,
            playing: false,
        }
    }
}
