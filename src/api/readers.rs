//! `/api/system/readers`: who else reads the libraries, as people told. Each must find the copies where links lead.

use poem::web::Data;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::types::Example;
use poem_openapi::{Object, OpenApi};

use super::Tag;
use super::answer::{Answer, Payload};
use super::bridge::blocking;
use super::document::Refusals;
use super::problem::{Code, Problem};
use super::text::Name;
use super::value::{Timestamp, closed_type};
use crate::doctor::{Doctor, ReaderNote};
use crate::domain::access::Principal;
use crate::domain::readers::{ReaderKind, ReaderRow};

/// What each operation here may refuse with, beside what every operation may.
pub const REFUSALS: Refusals = &[
    ("listReaders", &[Code::UnknownParameter]),
    ("putReader", &[]),
    ("removeReader", &[Code::InvalidParameter, Code::UnknownParameter, Code::NotFound]),
];

closed_type!(
    ReaderKind,
    "ReaderKind",
    "`download_manager`: Sonarr, Radarr and their like. `file_share`: SMB, NFS. `player`: Jellyfin, Kodi and their like. \
     `other`: anything else."
);

/// A program that reads the libraries beside the media server.
#[derive(Object, Debug)]
#[oai(rename = "Reader")]
struct ReaderBody {
    /// How a person calls it.
    name: String,
    /// What it is.
    kind: ReaderKind,
    /// Whether it sees the cache dir at the path that links lead to; null where nobody knows.
    #[oai(nullable)]
    sees_cache: Option<bool>,
    /// When that was said.
    noted_at: Timestamp,
}

/// All of them.
#[derive(Object, Debug)]
#[oai(rename = "ReaderList")]
struct ReadersBody {
    /// By name.
    readers: Vec<ReaderBody>,
}

/// What is said of one.
#[derive(Object, Debug)]
#[oai(rename = "ReaderRequest", deny_unknown_fields, example)]
struct NoteBody {
    /// What it is.
    kind: ReaderKind,
    /// Whether it sees the cache dir at the path that links lead to; absent or null where nobody knows.
    #[oai(nullable)]
    sees_cache: Option<bool>,
}

impl ReaderBody {
    fn of(name: String, row: &ReaderRow) -> Self {
        Self { name, kind: row.kind, sees_cache: row.sees_cache, noted_at: Timestamp(row.noted_at) }
    }
}

/// The resource.
#[derive(Default)]
pub struct Readers;

#[OpenApi(tag = "Tag::System")]
impl Readers {
    /// List who else reads the libraries
    ///
    /// As people told. The doctor asks each of them to see the cache: to one that does not, every cached film is a broken
    /// link.
    #[oai(path = "/api/system/readers", method = "get", operation_id = "listReaders")]
    async fn list(&self, doctor: Data<&Doctor>) -> Result<Answer<ReadersBody>, Problem> {
        let doctor = doctor.0.clone();
        blocking(move || {
            let readers = doctor.readers()?.into_iter();
            let readers = readers.map(|(name, row)| ReaderBody::of(name, &row)).collect();
            Ok(Answer::ok(ReadersBody { readers }))
        })
        .await
    }

    /// Say who else reads the libraries
    ///
    /// It is remembered under this name; what was said of it before is replaced.
    #[oai(path = "/api/system/readers/:name", method = "put", operation_id = "putReader")]
    async fn put(
        &self,
        doctor: Data<&Doctor>,
        by: Data<&Principal>,
        /// How it is called.
        name: Path<Name>,
        /// What it is.
        body: Json<NoteBody>,
    ) -> Result<Answer<ReaderBody>, Problem> {
        let (doctor, name, by) = (doctor.0.clone(), name.0.read("name")?, by.0.actor());
        let NoteBody { kind, sees_cache } = body.0;
        blocking(move || {
            let row = doctor.note_reader(&name, ReaderNote { kind, sees_cache }, &by)?;
            Ok(Answer::ok(ReaderBody::of(name, &row)))
        })
        .await
    }

    /// Forget one that reads the libraries no longer
    ///
    /// What was known of it is answered once more.
    #[oai(path = "/api/system/readers/:name", method = "delete", operation_id = "removeReader")]
    async fn remove(
        &self,
        doctor: Data<&Doctor>,
        by: Data<&Principal>,
        /// How it is called.
        name: Path<Name>,
    ) -> Result<Answer<ReaderBody>, Problem> {
        let (doctor, name, by) = (doctor.0.clone(), name.0.read("name")?, by.0.actor());
        blocking(move || {
            let row = doctor.forget_reader(&name, &by)?;
            Ok(Answer::ok(ReaderBody::of(name, &row)))
        })
        .await
    }
}

impl Payload for ReaderBody {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "What is (or was) known of it.")];
}

impl Payload for ReadersBody {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "All that are known.")];
}

impl Example for ReaderBody {
    fn example() -> Self {
        Self {
            name: "Sonarr".to_owned(),
            kind: ReaderKind::DownloadManager,
            sees_cache: Some(true),
            noted_at: Timestamp::EXAMPLE,
        }
    }
}

impl Example for ReadersBody {
    fn example() -> Self {
        Self { readers: vec![ReaderBody::example()] }
    }
}

impl Example for NoteBody {
    fn example() -> Self {
        Self { kind: ReaderKind::DownloadManager, sees_cache: Some(true) }
    }
}
