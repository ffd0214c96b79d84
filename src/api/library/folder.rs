//! `GET /api/library`: the libraries, or a page of one of their folders.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use poem_openapi::Object;
use poem_openapi::types::Example;

use super::entry::{EntryBody, EntryKind, EntryStatus};
use crate::api::answer::Payload;
use crate::api::problem::{Code, Problem};
use crate::api::value::{Id, Timestamp, int64, text};
use crate::cacher::Engine;
use crate::cacher::browse::{LibraryNow, Mark};
use crate::error::Error;

/// Entries of a page, where nobody says otherwise.
const PAGE: i32 = 200;

/// What was asked for.
pub struct Asked(Option<Folder>);

struct Folder {
    root: String,
    path: PathBuf,
    limit: usize,
    after: Option<Mark>,
}

impl Asked {
    /// From the query.
    ///
    /// # Errors
    /// A folder of no library; the cursor is none.
    pub fn read(
        root: Option<String>,
        path: Option<String>,
        limit: Option<i32>,
        cursor: Option<String>,
    ) -> Result<Self, Problem> {
        let Some(root) = root else {
            let needless =
                [("path", path.is_some()), ("limit", limit.is_some()), ("cursor", cursor.is_some())];
            return match needless.into_iter().find(|(_, is_given)| *is_given) {
                Some((name, _)) => Err(Problem::invalid(name, "is of use only together with root")),
                None => Ok(Self(None)),
            };
        };
        Ok(Self(Some(Folder {
            root,
            path: path.unwrap_or_default().into(),
            limit: usize::try_from(limit.unwrap_or(PAGE)).unwrap_or(1),
            after: cursor.as_deref().map(decode).transpose()?,
        })))
    }
}

/// The libraries, or a page of a folder.
#[derive(Object, Debug)]
pub struct LibraryPage {
    /// All libraries, in the order of the configuration; with `root` that one alone.
    roots: Vec<RootBody>,
    /// The library whose folder this is; null when none was asked for.
    #[oai(nullable)]
    root: Option<String>,
    /// The folder below its root, empty for its top; null when none was asked for.
    #[oai(nullable)]
    path: Option<String>,
    /// The folders above it, from the top of the library down; without it.
    parents: Vec<ParentBody>,
    /// What is in the folder.
    entries: Vec<EntryBody>,
    /// Give this as `cursor` to get what follows; null on the last page.
    #[oai(nullable)]
    next_cursor: Option<String>,
}

/// A library.
#[derive(Object, Debug)]
#[oai(rename = "LibraryRoot")]
struct RootBody {
    /// Its name: what `root` of this operation takes.
    name: String,
    /// Its root.
    path: String,
    /// The same folder as the media server sees it; null where that is the same path.
    #[oai(nullable)]
    server_path: Option<String>,
    /// Whether it is there, and the folder that Cacherr knows.
    available: bool,
    /// Why not, in a sentence.
    #[oai(nullable)]
    problem: Option<String>,
    /// The size of its volume in bytes.
    #[oai(nullable)]
    total: Option<i64>,
    /// What is free there for Cacherr.
    #[oai(nullable)]
    free: Option<i64>,
}

/// A folder above.
#[derive(Object, Debug)]
#[oai(rename = "LibraryParent")]
struct ParentBody {
    /// Its name; that of the library for its top.
    name: String,
    /// Its path below the root; empty for the top.
    path: String,
}

impl From<LibraryNow<'_>> for RootBody {
    fn from(now: LibraryNow<'_>) -> Self {
        let LibraryNow { library, space } = now;
        let (space, problem) = match space {
            Ok(space) => (Some(space), None),
            Err(error) => (None, Some(error.to_string())),
        };
        Self {
            name: library.name.clone(),
            path: text(&library.path),
            server_path: (library.server_path != library.path).then(|| text(&library.server_path)),
            available: space.is_some(),
            problem,
            total: space.map(|space| int64(space.total)),
            free: space.map(|space| int64(space.available)),
        }
    }
}

/// Answers the request. Blocks.
///
/// # Errors
/// There is no such library or folder; the library is away; the folder cannot be read.
pub fn read(engine: &Engine, asked: Asked) -> Result<LibraryPage, Problem> {
    let Some(Folder { root, path, limit, after }) = asked.0 else {
        let roots = engine.see_libraries().into_iter().map(RootBody::from).collect();
        return Ok(LibraryPage {
            roots,
            root: None,
            path: None,
            parents: vec![],
            entries: vec![],
            next_cursor: None,
        });
    };
    let leaf = engine.browse(&root, &path, after, limit).map_err(|error| refusal(error, &path))?;
    Ok(LibraryPage {
        roots: vec![engine.see_library(&root)?.into()],
        parents: parents(&root, &leaf.below),
        path: Some(text(&leaf.below)),
        root: Some(root),
        entries: leaf.entries.iter().map(EntryBody::from).collect(),
        next_cursor: leaf.next.as_ref().map(encode),
    })
}

/// A name that was shown with another character in the place of its bytes leads nowhere.
fn refusal(error: Error, path: &Path) -> Problem {
    match error {
        Error::NotFound { what: "folder" } if text(path).contains(char::REPLACEMENT_CHARACTER) => {
            Problem::new(
                Code::NameNotText,
                "the name of this folder, or of one above it, has bytes that are no text (UTF-8); rename it to look into it",
            )
        }
        Error::NotFound { what: "folder" } => Problem::new(
            Code::NotFound,
            "there is no such folder in this library, or it lies behind a symlink",
        ),
        Error::NotFound { .. } => Problem::new(Code::NotFound, "there is no library of this name"),
        error => error.into(),
    }
}

fn parents(root: &str, below: &Path) -> Vec<ParentBody> {
    let mut above: Vec<&Path> = below.ancestors().skip(1).collect();
    above.reverse();
    let name = |path: &Path| path.file_name().map_or_else(|| root.to_owned(), text);
    above.into_iter().map(|path| ParentBody { name: name(path), path: text(path) }).collect()
}

fn encode(mark: &Mark) -> String {
    // Plain data: nothing in it can fail to be written.
    let bytes = postcard::to_stdvec(&(mark.is_folder, mark.name.as_encoded_bytes())).unwrap_or_default();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn decode(cursor: &str) -> Result<Mark, Problem> {
    let unknown = || Problem::invalid("cursor", "must be a next_cursor of an earlier page");
    if !cursor.is_ascii() || !cursor.len().is_multiple_of(2) {
        return Err(unknown());
    }
    let digits = (0..cursor.len()).step_by(2);
    let bytes: Result<Vec<u8>, _> = digits.map(|at| u8::from_str_radix(&cursor[at..at + 2], 16)).collect();
    let (is_folder, name): (bool, Vec<u8>) =
        postcard::from_bytes(&bytes.map_err(|_| unknown())?).map_err(|_| unknown())?;
    Ok(Mark { is_folder, name: OsString::from_vec(name) })
}

impl Payload for LibraryPage {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "The libraries, or the page.")];
}

impl Example for LibraryPage {
    fn example() -> Self {
        let folder = "Dune (2021)";
        let name = "Dune (2021).mkv";
        let gib = 1_073_741_824;
        Self {
            roots: vec![RootBody {
                name: "Movies".to_owned(),
                path: "/mnt/array/movies".to_owned(),
                server_path: Some("/media/movies".to_owned()),
                available: true,
                problem: None,
                total: Some(4000 * gib),
                free: Some(500 * gib),
            }],
            root: Some("Movies".to_owned()),
            path: Some(folder.to_owned()),
            parents: vec![ParentBody { name: "Movies".to_owned(), path: String::new() }],
            entries: vec![EntryBody {
                name: name.to_owned(),
                path: format!("/mnt/array/movies/{folder}/{name}"),
                relative: format!("{folder}/{name}"),
                kind: EntryKind::File,
                size: Some(40 * gib),
                modified: Some(Timestamp::EXAMPLE),
                status: Some(EntryStatus::Active),
                file_id: Some(Id::of(crate::api::files::EXAMPLE_ID)),
                cacheable: false,
                why_not: Some(Code::AlreadyTracked),
            }],
            next_cursor: None,
        }
    }
}
