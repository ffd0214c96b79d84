//! Frames of the notifications.

use serde::Deserialize;
use serde_json::Value;

use super::lenient::{count, list, number, object, text};
use super::session::state;
use crate::domain::media::{RatingKey, SectionId, VideoKind};
use crate::plex::notices::{Entry, Notice, Playing};

/// What a frame tells; with or without a container around it. A frame that is none is [`Notice::Other`].
pub fn read(frame: &str) -> Vec<Notice> {
    let Ok(mut value) = serde_json::from_str::<Value>(frame) else {
        return vec![Notice::Other { kind: String::new() }];
    };
    if let Some(inner) = value.get_mut("NotificationContainer") {
        value = inner.take();
    }
    let Ok(mut told) = Container::deserialize(value) else {
        return vec![Notice::Other { kind: String::new() }];
    };
    let kind = told.kind.unwrap_or_default();
    // Older servers have one list for everything.
    match kind.as_str() {
        "playing" => told.playing.extend(told.children.into_iter().filter_map(parsed)),
        "timeline" => told.timeline.extend(told.children.into_iter().filter_map(parsed)),
        "activity" => told.activity.extend(told.children.into_iter().filter_map(parsed)),
        _ => {}
    }
    let playing = told.playing.into_iter().filter_map(Play::notice);
    let timeline = told.timeline.into_iter().filter_map(Timeline::notice);
    let activity = told.activity.into_iter().filter_map(Activity::notice);
    let notices: Vec<Notice> = playing.chain(timeline).chain(activity).collect();
    if notices.is_empty() { vec![Notice::Other { kind }] } else { notices }
}

fn parsed<T: for<'de> Deserialize<'de>>(value: Value) -> Option<T> {
    T::deserialize(value).ok()
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Container {
    #[serde(rename = "type", deserialize_with = "text")]
    kind: Option<String>,
    #[serde(rename = "PlaySessionStateNotification", deserialize_with = "list")]
    playing: Vec<Play>,
    #[serde(rename = "TimelineEntry", deserialize_with = "list")]
    timeline: Vec<Timeline>,
    #[serde(rename = "ActivityNotification", deserialize_with = "list")]
    activity: Vec<Activity>,
    #[serde(rename = "_children", deserialize_with = "list")]
    children: Vec<Value>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Play {
    #[serde(deserialize_with = "text")]
    session_key: Option<String>,
    #[serde(deserialize_with = "text")]
    rating_key: Option<String>,
    #[serde(deserialize_with = "count")]
    view_offset: Option<u64>,
    #[serde(deserialize_with = "text")]
    state: Option<String>,
}

impl Play {
    fn notice(self) -> Option<Notice> {
        Some(Notice::Playing(Playing {
            session: self.session_key?,
            video: self.rating_key.map(RatingKey),
            view_offset_ms: self.view_offset.unwrap_or(0),
            state: state(self.state.as_deref()),
        }))
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Timeline {
    #[serde(deserialize_with = "text")]
    identifier: Option<String>,
    #[serde(rename = "sectionID", deserialize_with = "text")]
    section_id: Option<String>,
    #[serde(rename = "itemID", deserialize_with = "text")]
    item_id: Option<String>,
    #[serde(rename = "type", deserialize_with = "number")]
    kind: Option<i64>,
    #[serde(deserialize_with = "number")]
    state: Option<i64>,
    #[serde(deserialize_with = "text")]
    metadata_state: Option<String>,
}

impl Timeline {
    fn notice(self) -> Option<Notice> {
        if self.identifier.is_some_and(|of| of != "com.plexapp.plugins.library") {
            return None;
        }
        let entry = match (self.state, self.metadata_state.as_deref()) {
            (Some(0), Some("created")) => Entry::Created,
            (Some(5), None) => Entry::Ready,
            (Some(9), _) => Entry::Deleted,
            _ => Entry::Changing,
        };
        Some(Notice::Timeline {
            // -1 stands for none.
            section: self.section_id.filter(|id| !id.starts_with('-')).map(SectionId),
            item: RatingKey(self.item_id?),
            kind: match self.kind {
                Some(1) => VideoKind::Movie,
                Some(2) => VideoKind::Show,
                Some(3) => VideoKind::Season,
                Some(4) => VideoKind::Episode,
                _ => VideoKind::Other,
            },
            entry,
        })
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Activity {
    #[serde(deserialize_with = "text")]
    event: Option<String>,
    #[serde(rename = "Activity", deserialize_with = "object")]
    activity: Option<Work>,
}

#[derive(Deserialize)]
struct Work {
    #[serde(rename = "type", default, deserialize_with = "text")]
    kind: Option<String>,
    #[serde(rename = "Context", default, deserialize_with = "object")]
    context: Option<Context>,
}

#[derive(Deserialize)]
struct Context {
    #[serde(rename = "librarySectionID", default, deserialize_with = "text")]
    section: Option<String>,
}

impl Activity {
    fn notice(self) -> Option<Notice> {
        let work = self.activity.filter(|_| self.event.as_deref() == Some("ended"))?;
        let section = work.context.and_then(|context| context.section).map(SectionId);
        Some(Notice::ActivityEnded { kind: work.kind?, section })
    }
}
