//! `GET /api/cached/statistics`, and the same numbers for those who listen.

use poem::web::Data;
use poem_openapi::types::Example;
use poem_openapi::{Object, OpenApi};

use super::Tag;
use super::answer::{Answer, Payload};
use super::bridge::blocking;
use super::document::Refusals;
use super::problem::{Code, Problem};
use super::value::{Timestamp, int64, text};
use crate::cacher::{Cacher, Engine};
use crate::domain::size::readable;
use crate::domain::statistics::Statistics;
use crate::index::Index;
use crate::store::Rows;

/// What each operation here may refuse with, beside what every operation may.
pub const REFUSALS: Refusals = &[("getStatistics", &[Code::UnknownParameter])];

/// Counts and sums over every file that is not removed.
#[derive(Object, Debug)]
#[oai(rename = "CacheStatistics")]
pub struct StatisticsBody {
    /// Files.
    total_files: i64,
    /// Their bytes.
    total_size_bytes: i64,
    /// The same in words, 1024-based.
    total_size_readable: String,
    /// Files served from the cache.
    active_files: i64,
    /// Files whose copy is missing.
    orphaned_files: i64,
    /// Files on their way back.
    pending_files: i64,
    /// Distinct users who want something.
    users_count: i64,
    /// The oldest time of caching; null without files.
    #[oai(nullable)]
    oldest_cached_at: Option<Timestamp>,
    /// Library path of the file opened or played most often; null when none was.
    #[oai(nullable)]
    most_accessed_file: Option<String>,
    /// Playback starts served from the cache, of all seen in the last 30 days; 0 when none was.
    cache_hit_ratio: f64,
}

impl From<&Statistics> for StatisticsBody {
    fn from(statistics: &Statistics) -> Self {
        Self {
            total_files: int64(statistics.total_files),
            total_size_bytes: int64(statistics.total_size),
            total_size_readable: readable(statistics.total_size),
            active_files: int64(statistics.active_files),
            orphaned_files: int64(statistics.orphaned_files),
            pending_files: int64(statistics.pending_files),
            users_count: int64(statistics.users_count),
            oldest_cached_at: statistics.oldest_cached_at.map(Timestamp),
            most_accessed_file: statistics.most_accessed_file.as_ref().map(text),
            cache_hit_ratio: statistics.cache_hit_ratio,
        }
    }
}

/// The numbers as they are now.
///
/// # Errors
/// The store fails.
pub fn read(engine: &Engine) -> crate::Result<Statistics> {
    let (totals, rows) = engine.store().look(Index::totals)?;
    let most_accessed = totals.most_accessed.map(|id| rows.file(id)).transpose()?.flatten();
    Ok(Statistics {
        total_files: totals.files,
        total_size: totals.size,
        active_files: totals.active,
        orphaned_files: totals.orphaned,
        pending_files: totals.pending,
        users_count: totals.users,
        oldest_cached_at: totals.oldest,
        most_accessed_file: most_accessed.map(|row| row.file_path),
        cache_hit_ratio: engine.hits()?.ratio(),
    })
}

/// The resource.
#[derive(Default)]
pub struct StatisticsApi;

#[OpenApi(tag = "Tag::Statistics")]
impl StatisticsApi {
    /// Read the statistics of the cache
    ///
    /// Over every file that is not removed. The event `cache_statistics_updated` carries the same.
    #[oai(path = "/api/cached/statistics", method = "get", operation_id = "getStatistics")]
    async fn get(&self, cacher: Data<&Cacher>) -> Result<Answer<StatisticsBody>, Problem> {
        let cacher = cacher.0.clone();
        let statistics = blocking(move || Ok(read(cacher.engine())?)).await?;
        Ok(Answer::ok((&statistics).into()))
    }
}

impl Payload for StatisticsBody {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "The numbers.")];
    const HAS_TAG: bool = true;
}

impl Example for StatisticsBody {
    fn example() -> Self {
        Self {
            total_files: 150,
            total_size_bytes: 107_374_182_400,
            total_size_readable: readable(107_374_182_400),
            active_files: 144,
            orphaned_files: 5,
            pending_files: 1,
            users_count: 3,
            oldest_cached_at: Some(Timestamp::EXAMPLE),
            most_accessed_file: Some(super::files::EXAMPLE_PATH.to_owned()),
            cache_hit_ratio: 0.85,
        }
    }
}
