//! Where a value came from, and the list of all of them.

use std::fmt;
use std::path::PathBuf;

use serde::{Serialize, Serializer};

/// Where a value came from. Later ones win.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Origin {
    /// Nobody said anything.
    Default,
    /// The configuration file.
    File {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
    },
    /// An environment variable.
    Env(String),
    /// An argument of the command line.
    Flag(&'static str),
}

impl Origin {
    /// Whether the configuration file decides: only then can the program change the value.
    #[must_use]
    pub fn is_changeable(&self) -> bool {
        matches!(self, Self::Default | Self::File { .. })
    }

    /// Whether both are of the same kind, so that neither wins over the other.
    pub(super) fn ranks_with(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line, column } => write!(f, "{}:{line}:{column}", path.display()),
            Self::Env(name) => f.write_str(name),
            Self::Flag(name) => f.write_str(name),
        }
    }
}

impl Serialize for Origin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// One key with the value that counts, as a person would write it; secrets are `***`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Setting {
    /// Its name, such as `cache.dir` or `library.0.path`.
    pub key: String,
    /// Its value; absent where nothing is set and there is no default.
    pub value: Option<String>,
    /// Where the value came from.
    pub origin: Origin,
    /// The items of a list, one by one.
    #[serde(skip)]
    pub(super) items: Option<Vec<String>>,
}

/// What `cacherr config print` shows: one setting per line, origins in a column of their own.
#[must_use]
pub fn print(settings: &[Setting]) -> String {
    let lines: Vec<(String, &Origin)> = settings
        .iter()
        .map(|setting| match &setting.value {
            Some(value) => (format!("{} = {value:?}", setting.key), &setting.origin),
            None => (format!("{} is not set", setting.key), &setting.origin),
        })
        .collect();
    let width = lines.iter().map(|(left, _)| left.chars().count()).max().unwrap_or(0);
    lines.into_iter().map(|(left, origin)| format!("{left:width$}  # {origin}\n")).collect()
}
