//! What a media server knows: its sections, videos and their files, who plays what, who its people are.
//!
//! These are the words of Cacherr; what a server really sends is read by `plex::wire` and becomes this. Start with
//! [`Video`].
//!
//! **Invariant:** a [`ServerPath`] is the server's view and is never opened here; what is missing is `None` or empty, never
//! a made-up value.

use super::file::closed_names;
use super::time::Time;

pub mod people;
pub mod tip;
pub mod wish;

/// A path as the media server sees it; on Windows with a drive and backslashes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ServerPath(pub String);

/// The server's number of a video, show or season: a text of digits, stable as long as the item is not added anew.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RatingKey(pub String);

impl std::fmt::Display for RatingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The server's number of a section.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SectionId(pub String);

impl std::fmt::Display for SectionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A media server, as it introduces itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServerIdentity {
    /// Its identifier for life, by which plex.tv knows it too.
    pub machine: String,
    /// Its version.
    pub version: String,
    /// Whether it belongs to an account.
    pub claimed: bool,
}

/// A section of the server's library.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Section {
    /// Its number.
    pub id: SectionId,
    /// What it holds.
    pub kind: SectionKind,
    /// Its name.
    pub title: String,
    /// The folders it is made of.
    pub locations: Vec<ServerPath>,
}

/// What a section holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SectionKind {
    /// Films.
    Movies,
    /// Shows.
    Shows,
    /// Music, photos, whatever is not cached.
    Other,
}

closed_names!(SectionKind {
    Movies => "movies",
    Shows => "shows",
    Other => "other",
});

impl SectionKind {
    /// What of it is made of files that can be cached.
    #[must_use]
    pub const fn videos(self) -> Option<VideoKind> {
        match self {
            Self::Movies => Some(VideoKind::Movie),
            Self::Shows => Some(VideoKind::Episode),
            Self::Other => None,
        }
    }
}

/// What an item is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum VideoKind {
    /// A film.
    Movie,
    /// A whole show.
    Show,
    /// A season of one.
    Season,
    /// An episode.
    Episode,
    /// Anything else: a clip, a trailer, a track.
    Other,
}

/// A film or an episode with its files, or the show or season that holds episodes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Video {
    /// The server's number.
    pub key: RatingKey,
    /// What it is.
    pub kind: VideoKind,
    /// Its title.
    pub title: String,
    /// The section it lies in.
    pub section: Option<SectionId>,
    /// The identifier that is the same on every server, `plex://movie/…`.
    pub guid: Option<String>,
    /// Identifiers elsewhere: `imdb://…`, `tmdb://…`, `tvdb://…`.
    pub guids: Vec<String>,
    /// Where it stands in its show.
    pub place: Option<Place>,
    /// Year of release.
    pub year: Option<i32>,
    /// Its length in milliseconds.
    pub duration_ms: Option<u64>,
    /// How far it was watched, in milliseconds; 0 where nothing says otherwise.
    pub view_offset_ms: u64,
    /// How often it was watched to the end.
    pub view_count: u32,
    /// When it was last watched.
    pub last_viewed_at: Option<Time>,
    /// When it came into the library.
    pub added_at: Option<Time>,
    /// Its versions (1080p beside 4K), best guess of the server first.
    pub versions: Vec<Version>,
}

impl Video {
    /// Whether nothing of it is left to watch: a server may go on listing it as begun.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        match self.view_offset_ms {
            0 => self.view_count > 0,
            offset => self.duration_ms.is_some_and(|duration| duration > 0 && offset >= duration),
        }
    }

    /// All files of all versions.
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        self.versions.iter().flat_map(|version| &version.parts)
    }
}

/// The place of an episode or a season in its show.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Place {
    /// The show's number.
    pub show: Option<RatingKey>,
    /// The show's title.
    pub show_title: Option<String>,
    /// The show's identifier that is the same everywhere.
    pub show_guid: Option<String>,
    /// The number of the season's item.
    pub season_key: Option<RatingKey>,
    /// Number of the season; 0 are the specials.
    pub season: Option<u32>,
    /// Number of the episode in it; none for a season.
    pub episode: Option<u32>,
}

/// One version of a video. All its parts together are the film.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Version {
    /// The server's number of it.
    pub id: Option<String>,
    /// Its height in lines.
    pub height: Option<u32>,
    /// Whether a session plays this one.
    pub selected: bool,
    /// Its files.
    pub parts: Vec<Part>,
}

/// One file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// The server's number of it.
    pub id: Option<String>,
    /// Where it lies; missing in some sessions and for live television.
    pub file: Option<ServerPath>,
    /// Its size in bytes.
    pub size: Option<u64>,
    /// Whether the server finds it; told only when asked to look.
    pub exists: Option<bool>,
    /// Whether the server can read it; told only when asked to look.
    pub accessible: Option<bool>,
}

/// Somebody plays something.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Session {
    /// Its number; the same for as long as the player stays at it.
    pub key: String,
    /// Who plays.
    pub user: Option<people::Viewer>,
    /// What the player does.
    pub state: PlayState,
    /// Where the player is.
    pub reach: Reach,
    /// What is played. Its parts may be without file: read the item itself then.
    pub video: Video,
}

/// What a player does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PlayState {
    /// It plays.
    Playing,
    /// It waits for a person.
    Paused,
    /// It waits for data.
    Buffering,
    /// It ended.
    Stopped,
    /// It failed.
    Failed,
    /// Something this version does not know.
    Unknown,
}

/// Where a player is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reach {
    /// In the server's network.
    Local,
    /// Elsewhere.
    Remote,
    /// The server did not say.
    Unknown,
}

/// One line of the server's history.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Viewing {
    /// What was watched; none where it was deleted since.
    pub video: Option<RatingKey>,
    /// What it is.
    pub kind: VideoKind,
    /// Its title.
    pub title: String,
    /// Where it stands in its show.
    pub place: Option<Place>,
    /// By whom, in the server's own count (1 is its owner).
    pub account: Option<u64>,
    /// When.
    pub at: Option<Time>,
}

/// A preference of the server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Preference {
    /// Its name.
    pub name: String,
    /// Its value, as text.
    pub value: String,
}

#[cfg(test)]
impl Video {
    /// One of which nothing is known but its number.
    pub(crate) fn bare(key: &str, kind: VideoKind) -> Self {
        Self {
            key: RatingKey(key.to_owned()),
            kind,
            title: String::new(),
            section: None,
            guid: None,
            guids: vec![],
            place: None,
            year: None,
            duration_ms: None,
            view_offset_ms: 0,
            view_count: 0,
            last_viewed_at: None,
            added_at: None,
            versions: vec![],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_watched_again_or_not_begun_is_not_finished() {
        let video = |view_count, view_offset_ms| Video {
            duration_ms: Some(1000),
            view_offset_ms,
            view_count,
            ..Video::bare("1", VideoKind::Movie)
        };
        assert!(!video(0, 0).is_finished() && !video(0, 999).is_finished() && !video(3, 500).is_finished());
        assert!(video(1, 0).is_finished() && video(0, 1000).is_finished());
    }
}
