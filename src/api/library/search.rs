//! `GET /api/library/search`: what there is under a title, or a name.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use poem_openapi::Object;
use poem_openapi::types::Example;

use super::entry::{EntryStatus, why_not};
use crate::api::answer::Payload;
use crate::api::bridge::blocking;
use crate::api::problem::{Code, Problem};
use crate::api::value::{Id, closed_type, int64, text};
use crate::cacher::browse::{Entry, What};
use crate::cacher::find::{Bounds, Found, Words};
use crate::cacher::{Cacher, Engine};
use crate::domain::file::closed_names;
use crate::domain::mapping::Mapping;
use crate::domain::media::{Part, Place};
use crate::error::{Error, Result};
use crate::media::Media;
use crate::media::search::{Hit, Hits};

/// So long the disks are searched, and so many names are read there: long enough for most libraries, and over before people
/// turn away.
const DISK: Duration = Duration::from_secs(4);
const NAMES: usize = 300_000;
/// So long is waited for the media server.
const SERVER: Duration = Duration::from_secs(10);

/// Where was looked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Searched {
    /// At the media server.
    Plex,
    /// On the disks.
    Disk,
}

closed_names!(Searched {
    Plex => "plex",
    Disk => "disk",
});
closed_type!(
    Searched,
    "LibrarySearchSource",
    "`plex`: by title, at the media server. `disk`: by the names of files and folders in the libraries."
);

/// What was found.
#[derive(Object, Debug)]
#[oai(rename = "LibrarySearchResults")]
pub struct LibraryFound {
    /// As given.
    query: String,
    /// What the media server has under this title, best first; then what has it in its name on disk.
    results: Vec<ResultBody>,
    /// Where was looked. The media server is not there when nobody has signed in.
    searched: Vec<SearchedBody>,
}

/// A film or an episode; from disk, a file.
#[derive(Object, Debug)]
#[oai(rename = "LibrarySearchResult")]
struct ResultBody {
    /// Its title; of what was found on disk, the name of the file without its ending.
    title: String,
    /// Its year.
    #[oai(nullable)]
    year: Option<i32>,
    /// The title of the show; null for what is no episode.
    #[oai(nullable)]
    show: Option<String>,
    /// The number of the season; 0 are the specials.
    #[oai(nullable)]
    season: Option<i32>,
    /// The number of the episode.
    #[oai(nullable)]
    episode: Option<i32>,
    /// The section of the media server; of what was found on disk, the library.
    #[oai(nullable)]
    section: Option<String>,
    /// All files of it, of all versions; empty where they lie in none of the libraries.
    files: Vec<FoundFileBody>,
    /// Where it was found.
    source: Searched,
}

/// A file.
#[derive(Object, Debug)]
#[oai(rename = "LibrarySearchFile")]
struct FoundFileBody {
    /// The library path: what `POST /api/cached/files` takes.
    path: String,
    /// Its size in bytes; null where it is not there.
    #[oai(nullable)]
    size: Option<i64>,
    /// How it stands with the cache; null where nothing of it is there or on its way.
    #[oai(nullable)]
    status: Option<EntryStatus>,
    /// The cached file; null where there is none.
    #[oai(nullable)]
    file_id: Option<Id>,
    /// Whether it can be asked for, as far as that is known.
    cacheable: bool,
    /// Why not.
    #[oai(nullable)]
    why_not: Option<Code>,
}

/// One place where was looked.
#[derive(Object, Debug)]
#[oai(rename = "LibrarySearched")]
struct SearchedBody {
    /// Where.
    source: Searched,
    /// Whether these are all there are; false as well where the limit was reached, or the time was up.
    complete: bool,
    /// What went wrong there, in a sentence.
    #[oai(nullable)]
    error: Option<String>,
}

/// Whoever asked may be gone; then nobody needs to look any further.
struct Asking(Arc<AtomicBool>);

impl Drop for Asking {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// Answers the request: both are asked at once.
///
/// # Errors
/// The text is blank; the store fails. What else goes wrong is a part of the answer.
pub async fn search(
    cacher: &Cacher,
    media: &Media,
    query: String,
    limit: usize,
) -> Result<LibraryFound, Problem> {
    let words = Words::of(&query).ok_or_else(|| Problem::invalid("q", "must not be blank"))?;
    let is_asked = Arc::new(AtomicBool::new(true));
    let asking = Asking(is_asked.clone());
    let walker = cacher.clone();
    let on_disk = blocking(move || {
        let bounds = Bounds { files: limit + 1, names: NAMES, time: DISK };
        Ok(walker.engine().find_files(&words, bounds, &|| is_asked.load(Ordering::Relaxed))?)
    });
    let (hits, found) = tokio::join!(by_title(media, query.trim(), limit), on_disk);
    let (cacher, found) = (cacher.clone(), found?);
    let answer = blocking(move || Ok(merge(cacher.engine(), query, hits, found, limit)?)).await;
    drop(asking);
    answer
}

async fn by_title(media: &Media, query: &str, limit: usize) -> Option<Result<Hits>> {
    match tokio::time::timeout(SERVER, media.search(query, limit)).await {
        Ok(hits) => hits.transpose(),
        Err(_) => Some(Err(Error::PlexUnavailable {
            sentence: "the media server did not answer within ten seconds; try again, or search less"
                .to_owned(),
        })),
    }
}

/// What is at the media server, and of what is on disk the rest.
fn merge(
    engine: &Engine,
    query: String,
    hits: Option<Result<Hits>>,
    found: Found,
    limit: usize,
) -> Result<LibraryFound> {
    let (mut results, mut searched) = (vec![], vec![]);
    let mut known = BTreeSet::new();
    let mut source = |source, complete, error: Option<&Error>| {
        searched.push(SearchedBody { source, complete, error: error.map(Error::to_string) });
    };
    match hits {
        Some(Ok(Hits { videos, complete })) => {
            let mapping = Mapping::of(engine.libraries());
            for hit in videos {
                results.push(ResultBody::of_hit(hit, engine, &mapping, &mut known)?);
            }
            source(Searched::Plex, complete, None);
        }
        Some(Err(error)) => source(Searched::Plex, false, Some(&error)),
        None => {}
    }
    let mut rest = found.files.iter().filter(|entry| !known.contains(&entry.path));
    let room = limit - results.len();
    results.extend(rest.by_ref().take(room).map(|entry| ResultBody::of_file(entry, engine)));
    source(Searched::Disk, found.complete && rest.next().is_none(), found.problem.as_ref());
    Ok(LibraryFound { query, results, searched })
}

impl ResultBody {
    fn of_hit(hit: Hit, engine: &Engine, mapping: &Mapping, known: &mut BTreeSet<PathBuf>) -> Result<Self> {
        let Hit { video, section } = hit;
        let mut files = vec![];
        for part in video.parts() {
            if let Some((path, body)) = FoundFileBody::of_part(part, engine, mapping)? {
                known.insert(path);
                files.push(body);
            }
        }
        let Place { show_title, season, episode, .. } = video.place.unwrap_or_default();
        let number = |number: Option<u32>| number.and_then(|number| i32::try_from(number).ok());
        let (season, episode) = (number(season), number(episode));
        let source = Searched::Plex;
        Ok(Self {
            title: video.title,
            year: video.year,
            show: show_title,
            season,
            episode,
            section,
            files,
            source,
        })
    }

    fn of_file(entry: &Entry, engine: &Engine) -> Self {
        let mut libraries = engine.libraries().iter();
        let library = libraries.find(|library| entry.path.starts_with(&library.path));
        Self {
            title: text(entry.path.file_stem().unwrap_or_default()),
            year: None,
            show: None,
            season: None,
            episode: None,
            section: library.map(|library| library.name.clone()),
            files: vec![FoundFileBody::of(entry)],
            source: Searched::Disk,
        }
    }
}

impl FoundFileBody {
    fn of(entry: &Entry) -> Self {
        let why_not = why_not(&entry.path, &entry.standing);
        Self {
            path: text(&entry.path),
            size: match entry.what {
                What::File(size) => Some(int64(size)),
                What::Folder | What::Other => None,
            },
            status: EntryStatus::of(&entry.standing),
            file_id: entry.standing.file.map(|(id, _)| Id::of(id)),
            cacheable: matches!(entry.what, What::File(_)) && why_not.is_none(),
            why_not,
        }
    }

    /// What the server calls a file, as it is found in a library; the name that the mapping gives it where it is not.
    fn of_part(part: &Part, engine: &Engine, mapping: &Mapping) -> Result<Option<(PathBuf, Self)>> {
        let Some(ours) = part.file.as_ref().and_then(|file| mapping.to_ours(file)) else { return Ok(None) };
        let mut last = None;
        for path in ours.candidates {
            match engine.standing_of(&path) {
                Ok(Some(entry)) => {
                    let is_there = matches!(entry.what, What::File(_)) || entry.standing.file.is_some();
                    last = Some((entry.path.clone(), Self::of(&entry)));
                    if is_there {
                        return Ok(last);
                    }
                }
                Ok(None) => {}
                Err(error @ Error::Store { .. }) => return Err(error),
                Err(error) => {
                    let why_not = error.code().parse().unwrap_or(Code::InternalError);
                    last = Some((path.clone(), Self::unseen(&path, why_not)));
                }
            }
        }
        Ok(last)
    }

    fn unseen(path: &Path, why_not: Code) -> Self {
        Self {
            path: text(path),
            size: None,
            status: None,
            file_id: None,
            cacheable: false,
            why_not: Some(why_not),
        }
    }
}

impl Payload for LibraryFound {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "What was found, and where was looked.")];
}

impl Example for LibraryFound {
    fn example() -> Self {
        let path = Path::new("/mnt/array/movies/Dune (2021)/Dune (2021).mkv");
        Self {
            query: "dune".to_owned(),
            results: vec![ResultBody {
                title: "Dune".to_owned(),
                year: Some(2021),
                show: None,
                season: None,
                episode: None,
                section: Some("Movies".to_owned()),
                files: vec![FoundFileBody {
                    path: text(path),
                    size: Some(42_949_672_960),
                    status: None,
                    file_id: None,
                    cacheable: true,
                    why_not: None,
                }],
                source: Searched::Plex,
            }],
            searched: vec![
                SearchedBody { source: Searched::Plex, complete: true, error: None },
                SearchedBody { source: Searched::Disk, complete: true, error: None },
            ],
        }
    }
}
