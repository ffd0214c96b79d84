//! `GET /api/cached/users/{user_id}/stats`: what one user wants.

use poem::web::Data;
use poem_openapi::param::{Path, Query};
use poem_openapi::types::Example;
use poem_openapi::{Object, OpenApi};

use super::Tag;
use super::answer::{Answer, Payload};
use super::bridge::blocking;
use super::document::Refusals;
use super::problem::{Code, Problem};
use super::value::{Timestamp, filename, int64, stamp};
use super::view::View;
use crate::cacher::Cacher;
use crate::domain::file::Operation;
use crate::domain::size::readable;
use crate::domain::time::Time;
use crate::store::{Rows, Store};

/// What each operation here may refuse with, beside what every operation may.
pub const REFUSALS: Refusals = &[("getUserStatistics", &[Code::InvalidParameter, Code::UnknownParameter])];

/// So many of the newest files are listed.
const RECENT: usize = 10;

/// What a user came to want within a time. Removed files count in `total_files` alone.
#[derive(Object, Debug)]
#[oai(rename = "UserStatistics")]
pub struct UserStatisticsBody {
    /// The media user, as asked for.
    user_id: String,
    /// Days back from now.
    period_days: i32,
    /// Files attributed to the user in that time, also those that were removed since.
    total_files: i64,
    /// Those of them that are served from the cache.
    active_files: i64,
    /// Bytes of those that are not removed.
    total_size_bytes: i64,
    /// The same in words, 1024-based.
    total_size_readable: String,
    /// The reason that most of them have, of several the one of the newest; null without files.
    #[oai(nullable)]
    most_common_operation: Option<Operation>,
    /// The newest of them by time of caching, newest first, at most 10.
    recent_files: Vec<RecentFile>,
}

/// A file that a user came to want.
#[derive(Object, Debug)]
#[oai(rename = "RecentFile")]
struct RecentFile {
    /// Its name.
    filename: String,
    /// When it was (last) cached.
    cached_at: Timestamp,
    /// Its size in words, 1024-based.
    file_size_readable: String,
    /// Why the user wants it.
    operation: Operation,
}

fn read(
    store: &Store,
    view: &View,
    user_id: String,
    days: i32,
    now: Time,
) -> Result<UserStatisticsBody, Problem> {
    view.need_people()?;
    let since = now.plus(jiff::SignedDuration::from_hours(-24 * i64::from(days)));
    let (totals, rows) = store.look(|index| {
        let user = view.meant(index, &user_id);
        user.map(|user| index.user_totals(&user, since, RECENT)).unwrap_or_default()
    })?;
    let mut recent_files = Vec::with_capacity(totals.recent.len());
    for (id, operation) in totals.recent {
        if let Some(row) = rows.file(id)? {
            recent_files.push(RecentFile {
                filename: filename(&row.file_path),
                cached_at: Timestamp(row.cached_at),
                file_size_readable: readable(row.size),
                operation,
            });
        }
    }
    Ok(UserStatisticsBody {
        user_id,
        period_days: days,
        total_files: int64(totals.files),
        active_files: int64(totals.active),
        total_size_bytes: int64(totals.size),
        total_size_readable: readable(totals.size),
        most_common_operation: totals.most_common,
        recent_files,
    })
}

/// The resource.
#[derive(Default)]
pub struct Users;

#[OpenApi(tag = "Tag::Statistics")]
impl Users {
    /// Read the statistics of a user
    ///
    /// What the user came to want in the last days. A user nobody has heard of wants nothing. Viewers name people as they see
    /// them: by pseudonym where `privacy.attribution` says so; where nobody is named, this is refused.
    #[oai(path = "/api/cached/users/:user_id/stats", method = "get", operation_id = "getUserStatistics")]
    async fn get(
        &self,
        cacher: Data<&Cacher>,
        view: View,
        /// The media user.
        user_id: Path<String>,
        /// Days back from now; 30 when absent.
        #[oai(validator(minimum(value = "1"), maximum(value = "3650")))]
        days: Query<Option<i32>>,
    ) -> Result<Answer<UserStatisticsBody>, Problem> {
        let store = cacher.0.engine().store().clone();
        let (user, days, now) = (user_id.0, days.0.unwrap_or(30), stamp().0);
        blocking(move || read(&store, &view, user, days, now)).await.map(Answer::ok)
    }
}

impl Payload for UserStatisticsBody {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "The numbers.")];
    const HAS_TAG: bool = true;
}

impl Example for UserStatisticsBody {
    fn example() -> Self {
        Self {
            user_id: "user1".to_owned(),
            period_days: 30,
            total_files: 45,
            active_files: 42,
            total_size_bytes: 21_474_836_480,
            total_size_readable: readable(21_474_836_480),
            most_common_operation: Some(Operation::Watchlist),
            recent_files: vec![RecentFile {
                filename: "Dune.mkv".to_owned(),
                cached_at: Timestamp::EXAMPLE,
                file_size_readable: readable(2_684_354_560),
                operation: Operation::Watchlist,
            }],
        }
    }
}
