//! Watchlists, and the identifiers of what stands on them.

use super::{Cloud, DISCOVER, with};
use crate::domain::media::wish::WatchlistEntry;
use crate::domain::secret::Secret;
use crate::plex::fault::Fault;
use crate::plex::wire;
use crate::plex::wire::container::Items;
use crate::plex::wire::video::Metadata;

/// Entries per page, the most that is given.
const PAGE: usize = 300;
/// More pages than anybody wishes for.
const PAGES: usize = 200;

/// A mark of how a watchlist was; the same mark is the same list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mark(String);

/// What became of a watchlist.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Watchlist {
    /// It is as it was when the mark was given.
    Unchanged,
    /// This is it, newest wish first.
    Read {
        /// What stands on it.
        entries: Vec<WatchlistEntry>,
        /// To ask again with.
        mark: Option<Mark>,
    },
}

impl Cloud {
    /// The watchlist of the account with this token, which has to be the account's own and not one for a server.
    ///
    /// The mark is that of the first page. It has the total and the newest wishes, so nothing is added or removed
    /// without changing it.
    pub async fn watchlist(&self, token: &Secret, known: Option<&Mark>) -> Result<Watchlist, Fault> {
        let url = self.url(DISCOVER, &["library", "sections", "watchlist", "all"])?;
        let url = with(
            url,
            [("sort", "watchlistedAt:desc"), ("includeCollections", "1"), ("includeExternalMedia", "1")],
        );
        let mut entries: Vec<WatchlistEntry> = vec![];
        let mut mark = None;
        let mut place = 0;
        for page in 0..PAGES {
            let mut ask = self
                .get(url.clone(), Some(token))
                .header("x-plex-container-start", place)
                .header("x-plex-container-size", PAGE);
            if let Some(known) = known.filter(|_| page == 0)
                && let Ok(known) = reqwest::header::HeaderValue::from_str(&known.0)
            {
                ask = ask.header("if-none-match", known);
                ask.welcome = &[304];
            }
            let answer = self.http.ask(&ask).await?;
            if answer.status == 304 {
                return Ok(Watchlist::Unchanged);
            }
            if page == 0 {
                mark = answer.header("etag").map(|mark| Mark(mark.to_owned()));
            }
            let Items { total_size, items } = answer.container()?;
            let came = items.len();
            place += came;
            let before = entries.len();
            for entry in wire::usable::<Metadata, WatchlistEntry>(items) {
                if !entries.iter().any(|known| known.guid == entry.guid) {
                    entries.push(entry);
                }
            }
            let more = match total_size {
                Some(total) => u64::try_from(place).is_ok_and(|place| place < total),
                None => came == PAGE,
            };
            if came == 0 || !more {
                return Ok(Watchlist::Read { entries, mark });
            }
            if entries.len() == before {
                return Err(Fault::bad_answer(&answer.who, "the same page again and again"));
            }
        }
        Err(Fault::bad_answer(DISCOVER, "a watchlist without end"))
    }

    /// The identifiers elsewhere (`imdb://…`, `tmdb://…`, `tvdb://…`) of an entry.
    pub async fn guids(&self, token: &Secret, entry: &WatchlistEntry) -> Result<Vec<String>, Fault> {
        let url = self.url(DISCOVER, &["library", "metadata", entry.key()])?;
        let answer = self.http.ask(&self.get(url, Some(token))).await?;
        let items = answer.container::<Items>()?.items;
        Ok(items.into_iter().flat_map(|item| item.guids).filter_map(|guid| guid.id).collect())
    }
}
