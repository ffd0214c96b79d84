//! What was begun and what comes next, as the server sees it.

use reqwest::Url;

use super::{Client, with};
use crate::domain::media::{SectionId, Video};
use crate::plex::fault::{Fault, Kind};
use crate::plex::wire;
use crate::plex::wire::container::Hubs;
use crate::plex::wire::video::Metadata;

impl Client {
    /// What is on deck in a section.
    ///
    /// Asked per section, since the list of the whole server leaves out sections that are hidden from the home screen.
    /// Where a server no longer knows the list, its successor is asked, and at last the one of the whole server.
    pub async fn on_deck(&self, section: &SectionId) -> Result<Vec<Video>, Fault> {
        let id = section.0.as_str();
        let deck = self.videos(self.url(&["library", "sections", id, "onDeck"])).await;
        let Some(_) = unknown(&deck) else { return deck };
        let successor = self.videos(self.url(&["hubs", "sections", id, "continueWatching", "items"])).await;
        let Some(_) = unknown(&successor) else { return successor };
        let mut all = self.videos(self.url(&["library", "onDeck"])).await?;
        all.retain(|video| video.section.as_ref() == Some(section));
        Ok(all)
    }

    /// What was begun, of all sections that are shown on the home screen. May hold what was finished since:
    /// [`Video::is_finished`].
    pub async fn continue_watching(&self) -> Result<Vec<Video>, Fault> {
        let flat = self.videos(self.url(&["hubs", "continueWatching", "items"])).await;
        let Some(_) = unknown(&flat) else { return flat };
        let hub = self.hub(self.url(&["hubs", "continueWatching"])).await;
        let Some(_) = unknown(&hub) else { return hub };
        self.hub(with(self.url(&["hubs"]), [("identifier", "home.continue,home.ondeck")])).await
    }

    async fn hub(&self, url: Url) -> Result<Vec<Video>, Fault> {
        let answer = self.read(url.clone()).await?;
        let mut items: Vec<Metadata> = vec![];
        for hub in answer.container::<Hubs>()?.hubs.into_iter().filter(|hub| hub.continues()) {
            match hub.key.as_deref().filter(|_| hub.more == Some(true)) {
                Some(key) => items.extend(self.all(self.follow(&url, key)?).await?),
                None => items.extend(hub.items),
            }
        }
        let mut videos: Vec<Video> = wire::usable(items);
        // What was begun is on deck, too.
        let mut seen = std::collections::HashSet::new();
        videos.retain(|video| seen.insert(video.key.clone()));
        Ok(videos)
    }
}

/// The fault, where the server does not know what it was asked for.
fn unknown<T>(answer: &Result<T, Fault>) -> Option<&Fault> {
    answer.as_ref().err().filter(|fault| fault.kind() == Kind::NotFound)
}
