//! `/api/library`: what there is to be cached. Looking around in the libraries, and searching them.

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::Query;

use super::Tag;
use super::answer::Answer;
use super::bridge::blocking;
use super::document::Refusals;
use super::problem::{Code, Problem};
use crate::cacher::Cacher;
use crate::media::Media;

mod entry;
mod folder;
mod search;

use folder::{Asked, LibraryPage};
use search::LibraryFound;

/// What each operation here may refuse with, beside what every operation may.
pub const REFUSALS: Refusals = &[
    (
        "browseLibrary",
        &[
            Code::InvalidParameter,
            Code::UnknownParameter,
            Code::NameNotText,
            Code::NotFound,
            Code::LibraryVolumeMissing,
            Code::IoError,
        ],
    ),
    ("searchLibrary", &[Code::InvalidParameter, Code::UnknownParameter]),
];

/// The resource.
#[derive(Default)]
pub struct Library;

#[OpenApi(tag = "Tag::Files")]
impl Library {
    /// Look around in the libraries
    ///
    /// Without `root` the libraries themselves. With `root` one folder of that library, page by page: folders first, then
    /// everything else, each by name as people expect it (case does not count, `Episode 2` comes before `Episode 10`). A page
    /// goes on where `cursor` says, whatever came or went meanwhile.
    ///
    /// Symlinks to folders are not followed, and files of Cacherr's own are not shown. One folder is read, and the files of
    /// the page are looked at; nothing below it.
    #[oai(path = "/api/library", method = "get", operation_id = "browseLibrary")]
    async fn browse(
        &self,
        cacher: Data<&Cacher>,
        /// The name of a library.
        #[oai(validator(min_length = "1", max_length = "255"))]
        root: Query<Option<String>>,
        /// A folder, as the path below the library's root; its top when absent or empty.
        #[oai(validator(max_length = "4095"))]
        path: Query<Option<String>>,
        /// At most this many entries; 200 when absent.
        #[oai(validator(minimum(value = "1"), maximum(value = "1000")))]
        limit: Query<Option<i32>>,
        /// A `next_cursor` of an earlier page of this folder.
        #[oai(validator(max_length = "1024"))]
        cursor: Query<Option<String>>,
    ) -> Result<Answer<LibraryPage>, Problem> {
        let asked = Asked::read(root.0, path.0, limit.0, cursor.0)?;
        let cacher = cacher.0.clone();
        blocking(move || folder::read(cacher.engine(), asked)).await.map(Answer::ok)
    }

    /// Search the libraries
    ///
    /// At the media server by title, if one is connected (of shows that are found these are the episodes), and on disk by the
    /// words of the query in the names of videos and of the folders above them. Both at once; a file that both find is told
    /// once. The search on disk ends after four seconds or 300,000 names, or when whoever asked is gone, and wakes the disks of
    /// all libraries. `searched` says what may be missing, and why.
    #[oai(path = "/api/library/search", method = "get", operation_id = "searchLibrary")]
    async fn search(
        &self,
        cacher: Data<&Cacher>,
        media: Data<&Media>,
        /// What is looked for.
        #[oai(validator(min_length = "1", max_length = "255"))]
        q: Query<String>,
        /// At most this many results; 25 when absent.
        #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
        limit: Query<Option<i32>>,
    ) -> Result<Answer<LibraryFound>, Problem> {
        let limit = usize::try_from(limit.0.unwrap_or(25)).unwrap_or(1);
        search::search(cacher.0, media.0, q.0, limit).await.map(Answer::ok)
    }
}
