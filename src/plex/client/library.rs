//! Sections and items of the library.

use reqwest::Url;

use super::{Client, with};
use crate::domain::media::{RatingKey, Section, SectionId, Video, VideoKind};
use crate::plex::fault::Fault;
use crate::plex::wire;
use crate::plex::wire::container::Items;

/// Whether the server shall look at the files of an item while it answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Look {
    /// It says what it knows.
    Remembered,
    /// It looks: parts say whether they exist and can be read. Wakes disks.
    AtFiles,
}

impl Client {
    /// The sections of the library, with their folders.
    pub async fn sections(&self) -> Result<Vec<Section>, Fault> {
        let answer = self.read(self.url(&["library", "sections"])).await?;
        Ok(wire::usable(answer.container::<wire::server::Sections>()?.sections))
    }

    /// Everything of a kind in a section, with the identifiers elsewhere.
    pub async fn section_videos(&self, section: &SectionId, kind: VideoKind) -> Result<Vec<Video>, Fault> {
        let url = self.url(&["library", "sections", &section.0, "all"]);
        self.videos(with(url, [("type", number(kind)), ("includeGuids", "1")])).await
    }

    /// Some of a kind in a section, from all over it, however many there are.
    pub async fn section_sample(&self, section: &SectionId, kind: VideoKind) -> Result<Vec<Video>, Fault> {
        let url = self.url(&["library", "sections", &section.0, "all"]);
        Ok(wire::usable(self.some(with(url, [("type", number(kind))])).await?))
    }

    /// One item.
    pub async fn video(&self, key: &RatingKey, look: Look) -> Result<Video, Fault> {
        let look = match look {
            Look::Remembered => "0",
            Look::AtFiles => "1",
        };
        let url = self.url(&["library", "metadata", &key.0]);
        let answer = self.read(with(url, [("includeGuids", "1"), ("checkFiles", look)])).await?;
        let mut items = wire::usable::<_, Video>(answer.container::<Items>()?.items);
        // A key asked for alone: what comes is it, under the number by which it may be known now.
        let at = items.iter().position(|item| item.key == *key).unwrap_or(0);
        if items.is_empty() {
            return Err(Fault::of_status(404, None, "", &answer.who));
        }
        Ok(items.swap_remove(at))
    }

    /// What is directly below: the seasons of a show, the episodes of a season.
    pub async fn children(&self, key: &RatingKey) -> Result<Vec<Video>, Fault> {
        self.videos(self.url(&["library", "metadata", &key.0, "children"])).await
    }

    /// All episodes of a show or a season in order, specials first.
    pub async fn episodes(&self, key: &RatingKey) -> Result<Vec<Video>, Fault> {
        self.videos(self.url(&["library", "metadata", &key.0, "allLeaves"])).await
    }

    /// The items with an identifier that is the same everywhere (`plex://…`); the same film may be in two sections.
    pub async fn find_by_guid(&self, guid: &str) -> Result<Vec<Video>, Fault> {
        let url = with(self.url(&["library", "all"]), [("guid", guid), ("includeGuids", "1")]);
        let mut found = self.videos(url).await?;
        // A server that does not know the filter would give everything.
        found.retain(|video| video.guid.as_deref() == Some(guid));
        Ok(found)
    }

    pub(super) async fn videos(&self, url: Url) -> Result<Vec<Video>, Fault> {
        Ok(wire::usable(self.all(url).await?))
    }
}

/// A kind of items as the server numbers it.
const fn number(kind: VideoKind) -> &'static str {
    match kind {
        VideoKind::Movie => "1",
        VideoKind::Show => "2",
        VideoKind::Season => "3",
        VideoKind::Episode => "4",
        VideoKind::Other => "12",
    }
}
