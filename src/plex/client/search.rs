//! Searching the library by title.

use super::{Client, with};
use crate::domain::media::{Video, VideoKind};
use crate::plex::fault::Fault;
use crate::plex::wire;
use crate::plex::wire::container::Hubs;

impl Client {
    /// What the server finds for this text, the best first: films, shows, seasons and episodes, at most so many of each. It
    /// forgives what is written wrongly, so titles may well be others. Items may come without their files.
    pub async fn search(&self, text: &str, limit: usize) -> Result<Vec<Video>, Fault> {
        let limit = limit.to_string();
        let url = with(self.url(&["hubs", "search"]), [("query", text), ("limit", &limit)]);
        let answer = self.read(url).await?;
        let hubs = answer.container::<Hubs>()?.hubs;
        let mut videos: Vec<Video> = wire::usable(hubs.into_iter().flat_map(|hub| hub.items).collect());
        // The same film may stand under several headings.
        let mut seen = std::collections::HashSet::new();
        videos.retain(|video| video.kind != VideoKind::Other && seen.insert(video.key.clone()));
        Ok(videos)
    }
}
