//! `GET /api/cached/statistics/history`: how many playbacks the cache served, day by day.

use poem::web::Data;
use poem_openapi::param::Query;
use poem_openapi::types::Example;
use poem_openapi::{Object, OpenApi};

use super::Tag;
use super::answer::{Answer, Payload};
use super::bridge::blocking;
use super::document::Refusals;
use super::problem::{Code, Problem};
use super::value::int64;
use crate::cacher::Cacher;
use crate::domain::playback::DayOfHits;

/// What each operation here may refuse with, beside what every operation may.
pub const REFUSALS: Refusals = &[("getStatisticsHistory", &[Code::InvalidParameter, Code::UnknownParameter])];

/// Playbacks by the day on which they began.
#[derive(Object, Debug)]
#[oai(rename = "StatisticsHistory")]
struct HistoryBody {
    /// Every day of the period, oldest first; today, which is not over, is the last.
    days: Vec<DayBody>,
    /// Starts of playbacks in the period.
    starts: i64,
    /// Those of them that were served from the cache.
    hits: i64,
}

/// A day in UTC.
#[derive(Object, Debug)]
#[oai(rename = "StatisticsDay")]
struct DayBody {
    /// `YYYY-MM-DD`.
    date: String,
    /// Starts of playbacks.
    starts: i64,
    /// Those of them that were served from the cache.
    hits: i64,
}

impl From<&DayOfHits> for DayBody {
    fn from(day: &DayOfHits) -> Self {
        let DayOfHits { begins, hits } = day;
        Self {
            date: begins.to_jiff().to_zoned(jiff::tz::TimeZone::UTC).date().to_string(),
            starts: int64(hits.starts),
            hits: int64(hits.hits),
        }
    }
}

impl From<Vec<DayOfHits>> for HistoryBody {
    fn from(days: Vec<DayOfHits>) -> Self {
        let days: Vec<DayBody> = days.iter().map(DayBody::from).collect();
        let (starts, hits) = (days.iter().map(|day| day.starts).sum(), days.iter().map(|day| day.hits).sum());
        Self { days, starts, hits }
    }
}

/// The resource.
#[derive(Default)]
pub struct HistoryApi;

#[OpenApi(tag = "Tag::Statistics")]
impl HistoryApi {
    /// Read the hit ratio day by day
    ///
    /// How many playbacks began on each day, and how many of them the cache served. Days are those of UTC; one on which
    /// nobody played anything is there with zeros.
    #[oai(path = "/api/cached/statistics/history", method = "get", operation_id = "getStatisticsHistory")]
    async fn get(
        &self,
        cacher: Data<&Cacher>,
        /// So many days, today among them; 30 when absent.
        #[oai(validator(minimum(value = "1"), maximum(value = "90")))]
        days: Query<Option<i32>>,
    ) -> Result<Answer<HistoryBody>, Problem> {
        let cacher = cacher.0.clone();
        let days = days.0.and_then(|days| u32::try_from(days).ok()).unwrap_or(30);
        let history = blocking(move || Ok(cacher.engine().hits_by_day(days)?)).await?;
        Ok(Answer::ok(history.into()))
    }
}

impl Payload for HistoryBody {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "The days.")];
    const HAS_TAG: bool = true;
}

impl Example for HistoryBody {
    fn example() -> Self {
        let day = |date: &str, starts, hits| DayBody { date: date.to_owned(), starts, hits };
        let days = vec![day("2023-11-30", 3, 2), day("2023-12-01", 7, 6)];
        Self { days, starts: 10, hits: 8 }
    }
}
