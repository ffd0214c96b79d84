//! Cached files: list, read, add, remove; one act on many.

mod add;
mod batch;
mod body;
mod detail;
mod list;
mod mode;
pub mod query;
mod remove;
mod search;

use std::sync::Arc;

use poem::Request;
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;

use self::add::{AddFile, FileAccepted};
use self::batch::{Batch, BatchAccepted};
use self::detail::FileDetail;
use self::list::{FilePage, FilterApplied};
use self::remove::{FileRemoved, RemoveFile};
use self::search::SearchResults;
use super::Tag;
use super::answer::{Answer, Prepared};
use super::bridge::blocking;
use super::document::Refusals;
use super::pages::Pages;
use super::problem::{Code, Problem};
use super::text::Name;
use super::value::{Id, Timestamp};
use super::view::View;
use crate::cacher::Cacher;
use crate::domain::access::Principal;
use crate::domain::file::{Operation, Status};
use crate::domain::query::{Direction, SearchType, Sort};
use crate::librarian::Librarian;

pub use batch::BatchBody;
pub use body::{EXAMPLE_ID, EXAMPLE_JOB, EXAMPLE_PATH, FileBody, Playing};
pub use detail::WhyBody;

/// What each operation here may refuse with, beside what every operation may.
pub const REFUSALS: Refusals = &[
    ("listFiles", &[Code::InvalidParameter, Code::UnknownParameter]),
    ("searchFiles", &[Code::InvalidParameter, Code::UnknownParameter]),
    ("getFile", &[Code::UnknownParameter, Code::NotFound]),
    (
        "addFile",
        &[
            Code::OutsideLibraries,
            Code::LeadsOutOfLibrary,
            Code::NotRegularFile,
            Code::LibrariesOverlap,
            Code::FileVanished,
            Code::Excluded,
            Code::FileProtected,
            Code::LinkTooLong,
            Code::MethodNotSupported,
            Code::AlreadyTracked,
            Code::LinkNotRead,
            Code::FileBusy,
            Code::PathLocked,
            Code::IoError,
            Code::CacheVolumeMissing,
            Code::LibraryVolumeMissing,
            Code::CacheVolumeFull,
        ],
    ),
    (
        "removeFile",
        &[
            Code::NotFound,
            Code::AlreadyRemoved,
            Code::FileVanished,
            Code::FileBusy,
            Code::Cancelled,
            Code::PathLocked,
            Code::SourceChanged,
            Code::Unrecoverable,
            Code::NeedsAttention,
            Code::IoError,
            Code::VerifyFailed,
            Code::CacheVolumeMissing,
            Code::LibraryVolumeMissing,
            Code::LibraryVolumeFull,
        ],
    ),
    ("startBatch", &[]),
];

/// The resource.
#[derive(Default)]
pub struct Files;

#[OpenApi(tag = "Tag::Files")]
impl Files {
    /// List cached files
    ///
    /// Newest first unless sorted otherwise; ties are sorted by id, so pages are stable. Without `status`, everything
    /// but `removed`. Walk long lists with `cursor`; `offset` is for jumping.
    #[oai(path = "/api/cached/files", method = "get", operation_id = "listFiles")]
    #[expect(clippy::too_many_arguments, reason = "each is a parameter of the query")]
    async fn list(
        &self,
        cacher: Data<&Cacher>,
        pages: Data<&Arc<Pages>>,
        view: View,
        request: &Request,
        /// Part of the file name or the library path, without regard to case. `%` and `_` mean themselves; blank means no
        /// filter.
        search: Query<Option<String>>,
        /// Files that this user wants. Viewers name them as they see them, by pseudonym where `privacy.attribution` says so;
        /// refused where nobody is named.
        user_id: Query<Option<String>>,
        /// Files in this state.
        status: Query<Option<Status>>,
        /// Files cached for this reason.
        triggered_by_operation: Query<Option<Operation>>,
        /// Files of at least this many bytes.
        #[oai(validator(minimum(value = "0")))]
        size_min: Query<Option<i64>>,
        /// Files of at most this many bytes.
        #[oai(validator(minimum(value = "0")))]
        size_max: Query<Option<i64>>,
        /// Files cached then or later: RFC 3339 with any offset, or a date (midnight UTC).
        cached_since: Query<Option<Timestamp>>,
        /// Files of this library.
        library: Query<Option<String>>,
        /// What to sort by; `cached_at` when absent.
        sort: Query<Option<Sort>>,
        /// Which end comes first; `desc` when absent.
        order: Query<Option<Direction>>,
        /// At most this many files; 50 when absent.
        #[oai(validator(minimum(value = "1"), maximum(value = "500")))]
        limit: Query<Option<i32>>,
        /// Pass over so many files; 0 when absent.
        #[oai(validator(minimum(value = "0")))]
        offset: Query<Option<i64>>,
        /// The `next_cursor` of the page before; excludes `offset`.
        cursor: Query<Option<String>>,
    ) -> Result<Answer<FilePage>, Problem> {
        let given = FilterApplied {
            search: search.0,
            user_id: user_id.0,
            status: status.0,
            triggered_by_operation: triggered_by_operation.0,
            size_min: size_min.0,
            size_max: size_max.0,
            cached_since: cached_since.0,
            library: library.0,
            sort: sort.0,
            order: order.0,
            limit: limit.0,
            offset: offset.0,
            cursor: cursor.0,
        };
        let (store, pages) = (cacher.0.engine().store().clone(), pages.0.clone());
        let query = request.uri().query().unwrap_or_default().to_owned();
        let ear = view.ear();
        if let Some(page) = pages.get(store.changes(), ear, &query) {
            return Ok(Answer::prepared(page));
        }
        let listed = blocking(move || {
            let (changes, page) = list::list(&store, given, &view)?;
            let page = Arc::new(Prepared::of(&page));
            pages.keep(changes, ear, &query, &page);
            Ok(page)
        });
        listed.await.map(Answer::prepared)
    }

    /// Search cached files
    ///
    /// Newest first, without regard to case; `%` and `_` mean themselves. Removed files only if asked for. Viewers find people
    /// as they see them: by pseudonym where `privacy.attribution` says so; where nobody is named, `type=user` is refused.
    #[oai(path = "/api/cached/files/search", method = "get", operation_id = "searchFiles")]
    async fn search(
        &self,
        cacher: Data<&Cacher>,
        view: View,
        /// What to look for; not blank.
        #[oai(validator(min_length = 1, max_length = 4096))]
        q: Query<String>,
        /// Where to look; `all` when absent.
        r#type: Query<Option<SearchType>>,
        /// At most this many files; 50 when absent.
        #[oai(validator(minimum(value = "1"), maximum(value = "500")))]
        limit: Query<Option<i32>>,
        /// Whether removed files are found, too; false when absent.
        include_removed: Query<Option<bool>>,
    ) -> Result<Answer<SearchResults>, Problem> {
        let asked = search::Asked {
            query: q.0,
            kind: r#type.0.unwrap_or(SearchType::All),
            limit: limit.0.unwrap_or(50),
            include_removed: include_removed.0.unwrap_or(false),
        };
        let store = cacher.0.engine().store().clone();
        blocking(move || search::search(&store, asked, &view)).await.map(Answer::ok)
    }

    /// Read one cached file
    ///
    /// With who wants it, what it is worth and why, its history and how its copy is known to be good. Removed files are found until their
    /// history ends.
    #[oai(path = "/api/cached/files/:file_id", method = "get", operation_id = "getFile")]
    async fn get(
        &self,
        cacher: Data<&Cacher>,
        librarian: Data<&Librarian>,
        view: View,
        /// The file.
        file_id: Path<Id>,
    ) -> Result<Answer<FileDetail>, Problem> {
        let (store, drawn) = (cacher.0.engine().store().clone(), librarian.0.latest());
        let id = file_id.0.read("file")?;
        blocking(move || detail::detail(&store, drawn.as_deref(), id, &view)).await.map(Answer::ok)
    }

    /// Cache a file
    ///
    /// Answers as soon as the job is written down. A file that is cached or on its way gains the user. A file with
    /// further hard links is cached as `atomic_copy` even if it was asked to be moved; `method` says so.
    #[oai(path = "/api/cached/files", method = "post", operation_id = "addFile")]
    async fn add(
        &self,
        cacher: Data<&Cacher>,
        by: Data<&Principal>,
        /// What to cache.
        body: Json<AddFile>,
    ) -> Result<Answer<FileAccepted>, Problem> {
        let (cacher, by) = (cacher.0.clone(), by.0.clone());
        blocking(move || add::add(&cacher, body.0, &by)).await
    }

    /// Remove a file from the cache
    ///
    /// Puts the original back at its path and frees the copy a little later. `reason` and `user_id` may stand in the
    /// body or in the query; the body wins.
    #[oai(path = "/api/cached/files/:file_id", method = "delete", operation_id = "removeFile")]
    async fn remove(
        &self,
        cacher: Data<&Cacher>,
        by: Data<&Principal>,
        /// The file.
        file_id: Path<Id>,
        /// Why; `manual` when absent.
        reason: Query<Option<Name>>,
        /// The media user concerned.
        user_id: Query<Option<Name>>,
        /// Why and for whom.
        body: Json<Option<RemoveFile>>,
    ) -> Result<Answer<FileRemoved>, Problem> {
        let body = body.0.unwrap_or_default();
        let asked = RemoveFile { reason: body.reason.or(reason.0), user_id: body.user_id.or(user_id.0) };
        let (cacher, by) = (cacher.0.clone(), by.0.clone());
        let id = file_id.0.read("file")?;
        blocking(move || remove::remove(&cacher, id, asked, &by)).await
    }

    /// Do the same with many files
    ///
    /// Answers as soon as the job is written down. Each file's act is what it would be singly, with its own entry in the
    /// log; a removal has a job of its own, and the batch is done when all of them have ended, well or not. The job of
    /// the batch counts files instead of bytes; it says `done` when every file was seen to, and its `batch` what failed.
    /// Called off, it begins with no further file; removals that were begun go on.
    #[oai(path = "/api/cached/files/batch", method = "post", operation_id = "startBatch")]
    async fn batch(
        &self,
        cacher: Data<&Cacher>,
        by: Data<&Principal>,
        /// What to do with which files.
        body: Json<Batch>,
    ) -> Result<Answer<BatchAccepted>, Problem> {
        let (cacher, by) = (cacher.0.clone(), by.0.clone());
        blocking(move || batch::begin(&cacher, body.0, &by)).await
    }
}
