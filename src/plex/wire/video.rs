//! An item of the library: video, season, show; in history and sessions the same with a few fields more.

use serde::Deserialize;

use super::Incomplete;
use super::lenient::{count, flag, list, number, object, seconds, text};
use super::session::{Player, User};
use crate::domain::media::{
    Part, Place, RatingKey, SectionId, ServerPath, Version, Video, VideoKind, Viewing,
};

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub struct Metadata {
    #[serde(deserialize_with = "text")]
    pub rating_key: Option<String>,
    #[serde(deserialize_with = "text")]
    parent_rating_key: Option<String>,
    #[serde(deserialize_with = "text")]
    grandparent_rating_key: Option<String>,
    #[serde(deserialize_with = "text")]
    pub guid: Option<String>,
    #[serde(deserialize_with = "text")]
    parent_guid: Option<String>,
    #[serde(deserialize_with = "text")]
    grandparent_guid: Option<String>,
    #[serde(rename = "Guid", deserialize_with = "list")]
    pub guids: Vec<Guid>,
    #[serde(rename = "type", deserialize_with = "text")]
    pub kind: Option<String>,
    #[serde(deserialize_with = "text")]
    pub title: Option<String>,
    #[serde(deserialize_with = "text")]
    parent_title: Option<String>,
    #[serde(deserialize_with = "text")]
    grandparent_title: Option<String>,
    #[serde(deserialize_with = "number")]
    index: Option<i64>,
    #[serde(deserialize_with = "number")]
    parent_index: Option<i64>,
    #[serde(rename = "librarySectionID", deserialize_with = "text")]
    library_section_id: Option<String>,
    #[serde(deserialize_with = "number")]
    pub year: Option<i64>,
    #[serde(deserialize_with = "count")]
    duration: Option<u64>,
    #[serde(deserialize_with = "count")]
    view_offset: Option<u64>,
    #[serde(deserialize_with = "count")]
    view_count: Option<u64>,
    #[serde(deserialize_with = "number")]
    last_viewed_at: Option<i64>,
    #[serde(deserialize_with = "number")]
    added_at: Option<i64>,
    #[serde(rename = "Media", deserialize_with = "list")]
    media: Vec<Media>,
    // Of history:
    #[serde(deserialize_with = "text")]
    history_key: Option<String>,
    #[serde(deserialize_with = "number")]
    viewed_at: Option<i64>,
    #[serde(rename = "accountID", deserialize_with = "count")]
    account_id: Option<u64>,
    // Of sessions:
    #[serde(deserialize_with = "text")]
    pub session_key: Option<String>,
    #[serde(rename = "User", deserialize_with = "object")]
    pub user: Option<User>,
    #[serde(rename = "Player", deserialize_with = "object")]
    pub player: Option<Player>,
    #[serde(rename = "Session", deserialize_with = "object")]
    pub session: Option<super::session::Line>,
}

#[derive(Deserialize)]
pub struct Guid {
    #[serde(default, deserialize_with = "text")]
    pub id: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Media {
    #[serde(deserialize_with = "text")]
    id: Option<String>,
    #[serde(deserialize_with = "count")]
    height: Option<u64>,
    #[serde(deserialize_with = "flag")]
    selected: Option<bool>,
    #[serde(rename = "Part", deserialize_with = "list")]
    parts: Vec<File>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct File {
    #[serde(deserialize_with = "text")]
    id: Option<String>,
    #[serde(deserialize_with = "text")]
    file: Option<String>,
    #[serde(deserialize_with = "count")]
    size: Option<u64>,
    #[serde(deserialize_with = "flag")]
    exists: Option<bool>,
    #[serde(deserialize_with = "flag")]
    accessible: Option<bool>,
}

/// From the texts that Plex uses.
pub fn kind(text: Option<&str>) -> VideoKind {
    match text {
        Some("movie") => VideoKind::Movie,
        Some("show") => VideoKind::Show,
        Some("season") => VideoKind::Season,
        Some("episode") => VideoKind::Episode,
        _ => VideoKind::Other,
    }
}

impl Metadata {
    /// What tells it from the others of its list. A line of history is not the item that was watched.
    pub fn identity(&self) -> Option<&str> {
        self.history_key.as_deref().or(self.rating_key.as_deref())
    }

    fn place(&mut self, kind: VideoKind) -> Option<Place> {
        let small = |number: Option<i64>| number.and_then(|number| u32::try_from(number).ok());
        match kind {
            VideoKind::Episode => Some(Place {
                show: self.grandparent_rating_key.take().map(RatingKey),
                show_title: self.grandparent_title.take(),
                show_guid: self.grandparent_guid.take(),
                season_key: self.parent_rating_key.take().map(RatingKey),
                season: small(self.parent_index),
                episode: small(self.index),
            }),
            VideoKind::Season => Some(Place {
                show: self.parent_rating_key.take().map(RatingKey),
                show_title: self.parent_title.take(),
                show_guid: self.parent_guid.take(),
                season_key: self.rating_key.clone().map(RatingKey),
                season: small(self.index),
                episode: None,
            }),
            VideoKind::Movie | VideoKind::Show | VideoKind::Other => None,
        }
    }
}

impl TryFrom<Metadata> for Video {
    type Error = Incomplete;

    fn try_from(mut wire: Metadata) -> Result<Self, Incomplete> {
        let kind = kind(wire.kind.as_deref());
        let place = wire.place(kind);
        Ok(Self {
            key: RatingKey(wire.rating_key.ok_or(Incomplete("ratingKey"))?),
            kind,
            title: wire.title.unwrap_or_default(),
            section: wire.library_section_id.map(SectionId),
            guid: wire.guid,
            guids: wire.guids.into_iter().filter_map(|guid| guid.id).collect(),
            place,
            year: wire.year.and_then(|year| i32::try_from(year).ok()),
            duration_ms: wire.duration,
            view_offset_ms: wire.view_offset.unwrap_or(0),
            view_count: wire.view_count.map_or(0, |count| u32::try_from(count).unwrap_or(u32::MAX)),
            last_viewed_at: seconds(wire.last_viewed_at),
            added_at: seconds(wire.added_at),
            versions: wire.media.into_iter().map(Version::from).collect(),
        })
    }
}

impl From<Metadata> for Viewing {
    fn from(mut wire: Metadata) -> Self {
        let kind = kind(wire.kind.as_deref());
        let place = wire.place(kind);
        Self {
            video: wire.rating_key.map(RatingKey),
            kind,
            title: wire.title.unwrap_or_default(),
            place,
            account: wire.account_id,
            at: seconds(wire.viewed_at),
        }
    }
}

impl From<Media> for Version {
    fn from(wire: Media) -> Self {
        Self {
            id: wire.id,
            height: wire.height.and_then(|lines| u32::try_from(lines).ok()),
            selected: wire.selected.unwrap_or_default(),
            parts: wire.parts.into_iter().map(Part::from).collect(),
        }
    }
}

impl From<File> for Part {
    fn from(wire: File) -> Self {
        Self {
            id: wire.id,
            file: wire.file.map(ServerPath),
            size: wire.size,
            exists: wire.exists,
            accessible: wire.accessible,
        }
    }
}
