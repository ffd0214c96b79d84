//! In which form an export leaves.

use crate::Error;
use crate::api::value::closed_type;

/// A form of export.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ExportFormat {
    /// Comma-separated values.
    Csv,
    /// One JSON object.
    Json,
    /// For people.
    Txt,
    /// All of them in one archive.
    Zip,
}

impl ExportFormat {
    /// Every value.
    pub const ALL: &'static [Self] = &[Self::Csv, Self::Json, Self::Txt, Self::Zip];

    /// Its name, and the ending of the file's.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Txt => "txt",
            Self::Zip => "zip",
        }
    }

    /// What the header says that the body is.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
            Self::Txt => "text/plain; charset=utf-8",
            Self::Zip => "application/zip",
        }
    }

    /// The same without its parameters: what generators of clients look for.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv",
            Self::Json => "application/json",
            Self::Txt => "text/plain",
            Self::Zip => "application/zip",
        }
    }
}

/// In any case: the document says so, too (`x-case-insensitive`).
impl std::str::FromStr for ExportFormat {
    type Err = Error;

    fn from_str(text: &str) -> crate::Result<Self> {
        let found = Self::ALL.iter().find(|format| format.name().eq_ignore_ascii_case(text));
        found.copied().ok_or_else(|| Error::Invalid("must be one of csv, json, txt, zip".to_owned()))
    }
}

closed_type!(
    ExportFormat,
    "ExportFormat",
    "In any case. `csv`: RFC 4180, for spreadsheets. `json`: one object, for programs. `txt`: for people. `zip`: all \
     three in one archive."
);
