//! A file as exports show it: what a list shows, less what is only of the moment.

use poem_openapi::types::ToJSON;
use serde::Serialize;
use serde_json::Value;

use super::selection::Detail;
use crate::api::files::{FileBody, Playing};
use crate::api::view::{Shown, View};
use crate::domain::file::{Attribution, FileRow};

/// The columns, in order; `metadata` comes last, where it is asked for.
pub const COLUMNS: [&str; 15] = [
    "id",
    "filename",
    "file_path",
    "original_path",
    "cached_path",
    "cache_method",
    "file_size_bytes",
    "file_size_readable",
    "cached_at",
    "last_accessed",
    "access_count",
    "triggered_by_user",
    "triggered_by_operation",
    "status",
    "users",
];

/// A file. Its fields are the columns.
#[derive(Serialize, Debug)]
pub struct ExportedFile {
    pub id: String,
    pub filename: String,
    pub file_path: String,
    pub original_path: String,
    pub cached_path: String,
    pub cache_method: &'static str,
    pub file_size_bytes: i64,
    pub file_size_readable: String,
    pub cached_at: String,
    pub last_accessed: Option<String>,
    pub access_count: i64,
    pub triggered_by_user: Option<Shown>,
    pub triggered_by_operation: &'static str,
    pub status: &'static str,
    pub users: Vec<Shown>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Value>,
}

impl ExportedFile {
    /// From a row and those who want it, in order, as it may be seen.
    pub fn of(row: &FileRow, attributions: &[Attribution], detail: Detail, view: &View) -> Self {
        // One conversion for lists and exports: what they say of a file is the same. Who plays is no column, and
        // neither is what it is worth.
        let body = FileBody::of(row, attributions, &Playing::default(), None, view);
        Self {
            id: row.id.to_string(),
            filename: body.filename,
            file_path: body.file_path,
            original_path: body.original_path,
            cached_path: body.cached_path,
            cache_method: body.cache_method.name(),
            file_size_bytes: body.file_size_bytes,
            file_size_readable: body.file_size_readable,
            cached_at: body.cached_at.0.to_string(),
            last_accessed: body.last_accessed.map(|at| at.0.to_string()),
            access_count: body.access_count,
            triggered_by_user: body.triggered_by_user,
            triggered_by_operation: body.triggered_by_operation.name(),
            status: body.status.name(),
            users: body.users,
            metadata: match detail {
                Detail::Plain => None,
                Detail::Metadata => body.metadata.to_json(),
            },
        }
    }
}
