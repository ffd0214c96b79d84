//! What stands on a watchlist.

use super::VideoKind;

/// An entry of a watchlist. It names a work, not an item of a server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WatchlistEntry {
    /// The identifier that is the same on every server.
    pub guid: String,
    /// A film or a show.
    pub kind: VideoKind,
    /// For people; never to match by.
    pub title: String,
    /// Its year.
    pub year: Option<i32>,
}

impl WatchlistEntry {
    /// The last part of the guid: by this discover.provider.plex.tv knows the entry.
    #[must_use]
    pub fn key(&self) -> &str {
        self.guid.rsplit('/').next().unwrap_or(&self.guid)
    }
}

/// An entry of a watchlist's feed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FeedEntry {
    /// A film or a show.
    pub kind: VideoKind,
    /// For people; never to match by.
    pub title: String,
    /// Identifiers: `imdb://…`, `tmdb://…`, `tvdb://…`. May be none.
    pub guids: Vec<String>,
    /// Whose wish it is: a number or identifier of an account.
    pub author: Option<String>,
}
