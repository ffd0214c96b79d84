//! What stands in a library: films, shows, seasons, episodes, and the files of each.

use std::path::{Path, PathBuf};

/// Names an item of the server; `ratingKey` on the wire.
pub type RatingKey = u64;

/// What an item is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// A film.
    Movie,
    /// A series.
    Show,
    /// One season; number 0 holds the specials.
    Season,
    /// One episode.
    Episode,
}

impl Kind {
    /// The word on the wire.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Movie => "movie",
            Self::Show => "show",
            Self::Season => "season",
            Self::Episode => "episode",
        }
    }

    /// The number on the wire.
    #[must_use]
    pub fn number(self) -> i64 {
        match self {
            Self::Movie => 1,
            Self::Show => 2,
            Self::Season => 3,
            Self::Episode => 4,
        }
    }
}

/// What somebody adds to a library: a film, a show or an episode.
#[derive(Clone, Debug)]
pub struct Video {
    pub(crate) title: String,
    pub(crate) year: Option<u32>,
    pub(crate) guid: Option<String>,
    pub(crate) ids: Vec<String>,
    pub(crate) minutes: u64,
    pub(crate) versions: Vec<(&'static str, Vec<PathBuf>)>,
}

impl Video {
    /// Without a file yet, 45 minutes long.
    #[must_use]
    pub fn new(title: &str) -> Self {
        let title = title.to_owned();
        Self { title, year: None, guid: None, ids: vec![], minutes: 45, versions: vec![] }
    }

    /// Of this year.
    #[must_use]
    pub fn year(self, year: u32) -> Self {
        Self { year: Some(year), ..self }
    }

    /// So long.
    #[must_use]
    pub fn minutes(self, minutes: u64) -> Self {
        Self { minutes, ..self }
    }

    /// Under this `plex://` address rather than one that follows from its title.
    #[must_use]
    pub fn guid(self, guid: &str) -> Self {
        Self { guid: Some(guid.to_owned()), ..self }
    }

    /// Known elsewhere as that: `imdb://tt1160419`, `tmdb://…`, `tvdb://…`.
    #[must_use]
    pub fn known_as(mut self, id: &str) -> Self {
        self.ids.push(id.to_owned());
        self
    }

    /// One version of one file, at the path under which Plex sees it.
    #[must_use]
    pub fn file(self, path: impl AsRef<Path>) -> Self {
        self.version("1080", &[path.as_ref()])
    }

    /// One more version (`"1080"`, `"4k"`) of one or several files, as Plex sees them.
    #[must_use]
    pub fn version(mut self, resolution: &'static str, parts: &[&Path]) -> Self {
        self.versions.push((resolution, parts.iter().map(|part| part.to_path_buf()).collect()));
        self
    }
}

/// One item as the server knows it.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub key: RatingKey,
    pub section: u32,
    pub kind: Kind,
    pub title: String,
    pub year: Option<u32>,
    pub guid: String,
    pub ids: Vec<String>,
    /// The show of a season, the season of an episode.
    pub parent: Option<RatingKey>,
    /// The number of a season or an episode.
    pub index: Option<u32>,
    /// Milliseconds.
    pub duration: u64,
    /// Seconds since the epoch.
    pub added_at: i64,
    pub updated_at: i64,
    pub versions: Vec<Version>,
}

#[derive(Clone, Debug)]
pub(crate) struct Version {
    pub id: u64,
    pub resolution: &'static str,
    pub parts: Vec<Part>,
}

#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub id: u64,
    /// As Plex sees it.
    pub file: String,
    pub size: u64,
}

/// The address that Plex gives a title: the same for the same title, on every server.
pub(crate) fn guid_of(kind: Kind, title: &str, beside: &str) -> String {
    let hash = blake3::hash(format!("{}/{title}/{beside}", kind.word()).as_bytes()).to_hex();
    format!("plex://{}/{}", kind.word(), &hash[..24])
}
