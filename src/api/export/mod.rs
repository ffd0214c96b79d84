//! The export: every cached file in one file.
//!
//! A thread of its own walks over one snapshot of the store and writes through a short `stream`; what has left is not
//! remembered, so a million files take no more memory than one. The walk, and what it takes, is `selection`; how it is
//! written is said in `csv`, `json`, `txt` and, for all of them in one archive, `zip`.
//!
//! **Invariant:** nothing leaves before the log durably says that it does. What can be refused is refused before the
//! first byte; what fails later breaks the connection off.

mod csv;
mod download;
mod file;
mod format;
mod json;
mod selection;
mod stream;
mod txt;
mod zip;

use std::io::Write;

use poem::Body;
use poem::http::Method;
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::Query;

use self::download::Download;
use self::format::ExportFormat;
use self::selection::{Detail, Selection};
use super::Tag;
use super::bridge::blocking;
use super::document::Refusals;
use super::problem::{Code, Problem};
use super::value::stamp;
use super::view::View;
use crate::cacher::{Cacher, Engine};
use crate::domain::access::Principal;
use crate::domain::actor::Actor;
use crate::domain::file::Status;
use crate::store::Reader;

/// What each operation here may refuse with, beside what every operation may.
pub const REFUSALS: Refusals =
    &[("exportFiles", &[Code::InvalidParameter, Code::UnknownParameter, Code::IoError])];

/// The resource.
#[derive(Default)]
pub struct Export;

#[OpenApi(tag = "Tag::Files")]
impl Export {
    /// Export cached files
    ///
    /// All of them in one file, as of one moment, newest first by id, that is by first caching. Without `status`,
    /// everything but `removed`. Every export is an entry of the operation log, written before the first byte leaves.
    ///
    /// The columns, or fields: id, filename, file_path, original_path, cached_path, cache_method, file_size_bytes,
    /// file_size_readable, cached_at, last_accessed, access_count, triggered_by_user, triggered_by_operation, status,
    /// users and, with `include_metadata`, metadata.
    ///
    /// - `csv`: RFC 4180 with a header line, UTF-8, lines end in CRLF. `users` are joined by `;`, `metadata` is a JSON
    ///   object. A cell that begins with `=`, `+`, `-`, `@` or a control character, which a spreadsheet could run as a
    ///   formula, has `'` before it.
    /// - `json`: `{"export_timestamp": …, "filters_applied": {…}, "total_files": …, "cached_files": [{…}, …]}`.
    /// - `txt`: a block of lines per file; control characters are shown as escapes.
    /// - `zip`: these three files in one archive.
    #[oai(path = "/api/cached/export", method = "get", operation_id = "exportFiles")]
    #[expect(clippy::too_many_arguments, reason = "each is a part of the request")]
    async fn export(
        &self,
        method: Data<&Method>,
        cacher: Data<&Cacher>,
        view: View,
        by: Data<&Principal>,
        /// The form of the file; `csv` when absent.
        format: Query<Option<ExportFormat>>,
        /// Files that this user wants.
        user_id: Query<Option<String>>,
        /// Files in this state.
        status: Query<Option<Status>>,
        /// With what is known of the film or episode; without when absent.
        include_metadata: Query<Option<bool>>,
    ) -> Result<Download, Problem> {
        // It tells everything of everybody.
        view.need_staff()?;
        let format = format.0.unwrap_or(ExportFormat::Csv);
        let detail = if include_metadata.0 == Some(true) { Detail::Metadata } else { Detail::Plain };
        let at = stamp().0;
        let wanted = Selection { user: user_id.0, status: status.0, detail, at, view, total: 0 };
        if *method.0 == Method::HEAD {
            // Nothing leaves, and nothing is written down.
            return Ok(Download::new(format, wanted.stamp(), Body::empty()));
        }
        let (cacher, by) = (cacher.0.clone(), by.0.clone());
        blocking(move || Ok(begin(cacher.engine(), wanted, format, &by.actor())?)).await
    }
}

/// Counts, writes the entry of the log, and lets the walk begin.
fn begin(engine: &Engine, wanted: Selection, format: ExportFormat, by: &Actor) -> crate::Result<Download> {
    // What is counted is what is written: index and rows are of one commit.
    let filter = wanted.filter();
    let (total, rows) = engine.store().look(|index| index.find(&filter).len())?;
    let selection = Selection { total, ..wanted };
    engine.note_export(by, selection.facts(format.name()))?;
    let stamp = selection.stamp();
    let body = stream::body(move |out| format.write(&selection, &rows, out))?;
    Ok(Download::new(format, stamp, body))
}

impl ExportFormat {
    /// Writes an export in this form.
    fn write(self, selection: &Selection, rows: &Reader, out: &mut dyn Write) -> crate::Result<()> {
        match self {
            Self::Csv => csv::write(selection, rows, out),
            Self::Json => json::write(selection, rows, out),
            Self::Txt => txt::write(selection, rows, out),
            Self::Zip => zip::write(selection, rows, out),
        }
    }
}
