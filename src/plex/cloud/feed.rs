//! Watchlists as feeds: an owner with Plex Pass has the address of one for themselves and one for all friends.
//!
//! The address alone opens the feed, so it is a secret. It was moved once without a word; both places are tried. The new one
//! leads on to a storage of somebody else, which gets neither the token nor our name.

use reqwest::Url;
use reqwest::header::LOCATION;

use super::{Cloud, DISCOVER, address, is_plex, with};
use crate::domain::media::wish::FeedEntry;
use crate::domain::secret::Secret;
use crate::plex::fault::{Fault, Kind};
use crate::plex::http::{Answer, Ask};
use crate::plex::wire;

/// Pages of 50.
const PAGES: usize = 100;
/// How often an answer may lead elsewhere.
const LEADS: usize = 3;

impl Cloud {
    /// All entries of the feed at this address. The token is shown to plex.tv only, and only at the second place.
    pub async fn feed(&self, feed: &Secret, token: Option<&Secret>) -> Result<Vec<FeedEntry>, Fault> {
        let mut entries = vec![];
        // Feeds are cached on the way; an address that was never asked for is not.
        let fresh = fastrand::u64(..).to_string();
        let mut next = with(given(feed.expose())?, [("format", "json"), ("fresh", fresh.as_str())]);
        for _ in 0..PAGES {
            let answer = self.feed_page(next.clone(), token).await?;
            let page = wire::feed::page(answer.text()?).map_err(|missing| missing.fault(&answer))?;
            entries.extend(page.entries);
            match page.next {
                // The last page leads nowhere, or to itself.
                Some(link) if !link.matches(next.as_str()) => next = given(link.expose())?,
                _ => return Ok(entries),
            }
        }
        Err(Fault::bad_answer("the feed", "pages without end"))
    }

    async fn feed_page(&self, url: Url, token: Option<&Secret>) -> Result<Answer, Fault> {
        let first = self.led(self.get(url.clone(), None)).await;
        match first {
            // What the old place says since it was given up; asking again would not help.
            Err(fault) if matches!(fault.kind(), Kind::Unauthorized | Kind::NotFound) => {}
            answer => return answer,
        }
        let id = url.path().rsplit('/').next().unwrap_or_default();
        let mut mirror = self.url(DISCOVER, &["rss", id])?;
        mirror.set_query(url.query());
        self.led(self.get(mirror, token)).await
    }

    /// Asks, and goes where the answer leads, without the token.
    async fn led(&self, mut ask: Ask<'_>) -> Result<Answer, Fault> {
        for _ in 0..LEADS {
            ask.welcome = &[301, 302, 303, 307, 308];
            let answer = self.http.ask(&ask).await?;
            if !(300..400).contains(&answer.status) {
                return Ok(answer);
            }
            let target = answer.headers.get(LOCATION).and_then(|to| to.to_str().ok());
            let target = target.and_then(|to| ask.url.join(to).ok());
            let target =
                target.filter(|to| to.scheme() == "https" || (to.scheme() == "http" && self.plain_is_fine()));
            let target = target.ok_or_else(|| Fault::bad_answer(&answer.who, "a redirect to nowhere"))?;
            ask = self.get(target, None);
        }
        Err(Fault::bad_answer(&ask.who, "redirects without end"))
    }
}

/// The address of a feed lies at plex.tv; another one is not asked.
fn given(text: &str) -> Result<Url, Fault> {
    let url = address(text)?;
    if is_plex(&url) {
        Ok(url)
    } else {
        Err(Fault::bad_answer("the feed", "an address that is not one of plex.tv"))
    }
}
