//! What the media server has under a title: films and episodes, with their files.
//!
//! **Invariant:** it is asked as its owner sees it, and nothing that it says is remembered.

use std::collections::HashSet;

use super::Media;
use super::people::{Problem, Whom};
use crate::domain::media::{RatingKey, Video, VideoKind};
use crate::error::{Error, Result};
use crate::plex::client::library::Look;
use crate::plex::{Client, Fault};

/// Of so many shows and seasons all episodes are asked for.
const SHOWS: usize = 5;

/// What was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hits {
    /// Films and episodes.
    pub videos: Vec<Hit>,
    /// Whether these are all.
    pub complete: bool,
}

/// A film or an episode.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hit {
    /// The video.
    pub video: Video,
    /// The title of its section.
    pub section: Option<String>,
}

impl Media {
    /// Searches the media server, for so many videos at most; of a show that is found these are its episodes. None where
    /// nobody signed in.
    ///
    /// # Errors
    /// It does not answer as it should; the token cannot be read.
    pub async fn search(&self, text: &str, limit: usize) -> Result<Option<Hits>> {
        let Some(client) = self.household().reach().owner().await? else { return Ok(None) };
        let (videos, complete) = find(&client, text, limit).await.map_err(|fault| {
            Error::PlexUnavailable { sentence: Problem::of_fault(Whom::Server, &fault).sentence }
        })?;
        let sections = self.household().people().snapshot().sections.clone();
        let hit = |video: Video| {
            let is_its =
                |section: &&crate::domain::media::Section| video.section.as_ref() == Some(&section.id);
            let section = sections.iter().find(is_its).map(|section| section.title.clone());
            Hit { video, section }
        };
        Ok(Some(Hits { videos: videos.into_iter().map(hit).collect(), complete }))
    }
}

async fn find(client: &Client, text: &str, limit: usize) -> Result<(Vec<Video>, bool), Fault> {
    // One more than is told, to know whether there are more.
    let most = limit + 1;
    let (mut videos, mut above, mut complete) = (vec![], vec![], true);
    for video in client.search(text, most).await? {
        match video.kind {
            VideoKind::Movie | VideoKind::Episode => videos.push(video),
            VideoKind::Show | VideoKind::Season => above.push(video.key),
            VideoKind::Other => {}
        }
    }
    let mut known: HashSet<RatingKey> = videos.iter().map(|video| video.key.clone()).collect();
    complete &= above.len() <= SHOWS;
    for key in above.iter().take(SHOWS) {
        if videos.len() >= most {
            break;
        }
        let episodes = client.episodes(key).await?;
        videos.extend(episodes.into_iter().filter(|video| known.insert(video.key.clone())));
    }
    complete &= videos.len() <= limit;
    videos.truncate(limit);
    for video in &mut videos {
        if video.parts().next().is_none() {
            *video = client.video(&video.key, Look::Remembered).await?;
        }
    }
    Ok((videos, complete))
}
