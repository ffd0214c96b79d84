//! Who plays what.

use serde::Deserialize;

use super::Incomplete;
use super::lenient::{flag, text};
use super::video::Metadata;
use crate::domain::media::people::Viewer;
use crate::domain::media::{PlayState, Reach, Session, Video};

#[derive(Deserialize)]
pub struct User {
    #[serde(default, deserialize_with = "text")]
    id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    title: Option<String>,
}

#[derive(Deserialize)]
pub struct Player {
    #[serde(default, deserialize_with = "text")]
    state: Option<String>,
    #[serde(default, deserialize_with = "flag")]
    local: Option<bool>,
}

/// `Session`: the line to the player.
#[derive(Deserialize)]
pub struct Line {
    #[serde(default, deserialize_with = "text")]
    location: Option<String>,
}

/// From the texts that Plex uses, in sessions and in notices.
pub fn state(text: Option<&str>) -> PlayState {
    match text {
        Some("playing") => PlayState::Playing,
        Some("paused") => PlayState::Paused,
        Some("buffering") => PlayState::Buffering,
        Some("stopped") => PlayState::Stopped,
        Some("error") => PlayState::Failed,
        _ => PlayState::Unknown,
    }
}

impl TryFrom<Metadata> for Session {
    type Error = Incomplete;

    fn try_from(mut wire: Metadata) -> Result<Self, Incomplete> {
        let local = wire.player.as_ref().and_then(|player| player.local);
        let line = wire.session.take().and_then(|line| line.location);
        Ok(Self {
            key: wire.session_key.take().ok_or(Incomplete("sessionKey"))?,
            user: wire
                .user
                .take()
                .and_then(|user| Some(Viewer { id: user.id?, title: user.title.unwrap_or_default() })),
            state: state(wire.player.take().and_then(|player| player.state).as_deref()),
            reach: match (local, line.as_deref()) {
                (Some(true), _) | (None, Some("lan")) => Reach::Local,
                (Some(false), _) | (None, Some("wan")) => Reach::Remote,
                (None, _) => Reach::Unknown,
            },
            video: Video::try_from(wire)?,
        })
    }
}
