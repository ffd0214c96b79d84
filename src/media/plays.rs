//! Who plays what, as the media server says it in two ways: lists of its sessions, which are the truth but have to be asked
//! for, and notices, which come at once but do not say who plays, come late, twice, or not at all. Pure.
//!
//! ```text
//!   told of, not listed ──▶ awaited ──▶ (listed) begun ──▶ ended ──▶ (not listed any more) forgotten
//!                              └──▶ (never listed) begun by hearsay ──▶ ended, or not heard of for long
//! ```
//! **Invariant:** a playback begins once and ends once. What was told to have ended does not begin again because a list
//! still holds it.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use super::ahead;
use crate::domain::media::tip::{Tip, TipEvent};
use crate::domain::media::{PlayState, RatingKey, ServerPath, Session, VideoKind};
use crate::domain::settings::Versions;
use crate::plex::notices::Playing;

/// So many lists may lack what was told of, until it is believed without.
const LISTS: u32 = 4;
/// What is known by hearsay alone, and not heard of for so long, has ended.
const SILENCE: Duration = Duration::from_secs(5 * 60);
/// So much is awaited at a time; a server that tells of more talks nonsense.
const AWAITED: usize = 256;

/// A playback, as the media server counts it: a player that goes on to the next episode keeps its session.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PlayKey {
    /// The session.
    pub session: String,
    /// What it plays.
    pub video: RatingKey,
}

impl PlayKey {
    fn of(session: &Session) -> Self {
        Self { session: session.key.clone(), video: session.video.key.clone() }
    }
}

/// What was told of a playback that is in no list.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Hearsay {
    /// Who plays, if that was said.
    pub user: Option<String>,
    /// The file, if that was said.
    pub file: Option<ServerPath>,
}

/// What follows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Change {
    /// Somebody began to play.
    Began(PlayKey, Box<Session>),
    /// A playback plays other files than before: another version, in better or worse quality.
    WentOver(PlayKey, Box<Session>),
    /// Somebody began to play, and no list says more about it.
    Heard(PlayKey, Hearsay),
    /// A playback ended.
    Ended(PlayKey),
}

/// A playback that was told of and is in no list yet.
#[derive(Debug)]
struct Awaited {
    lists: u32,
    hearsay: Hearsay,
}

/// What is known of all playbacks.
#[derive(Default, Debug)]
pub struct Plays {
    /// Those that go on; with the last word of those that are in no list.
    on: HashMap<PlayKey, Option<Instant>>,
    /// What they play, as the lists say.
    files: HashMap<PlayKey, Vec<ServerPath>>,
    awaited: HashMap<PlayKey, Awaited>,
    /// Told to have ended, and perhaps still in the next list.
    ended: HashSet<PlayKey>,
}

impl Plays {
    /// Whether a playback goes on.
    #[must_use]
    pub fn goes_on(&self, session: &str, video: &str) -> bool {
        self.on.keys().any(|key| key.session == session && key.video.0 == video)
    }

    /// Whether something was told of that should soon be in a list.
    #[must_use]
    pub fn awaits(&self) -> bool {
        !self.awaited.is_empty()
    }

    /// The server listed all its sessions.
    pub fn listed(&mut self, sessions: Vec<Session>, now: Instant) -> Vec<Change> {
        let videos = sessions.into_iter().filter(|session| is_film(session.video.kind));
        let listed: HashMap<PlayKey, Session> =
            videos.map(|session| (PlayKey::of(&session), session)).collect();
        let mut changes = self.end_unlisted(&listed, now);
        self.ended.retain(|key| listed.contains_key(key));
        self.files.retain(|key, _| listed.contains_key(key));
        let mut began: Vec<(PlayKey, Session)> = listed.into_iter().collect();
        began.sort_by(|a, b| a.0.cmp(&b.0));
        for (key, session) in began {
            self.awaited.retain(|awaited, what| !is_meant(awaited, what, &key, &session));
            if self.on.contains_key(&key) {
                // Whatever was hearsay is listed now, and ends with the lists.
                self.on.insert(key.clone(), None);
                if self.plays_others(&key, &session) {
                    changes.push(Change::WentOver(key, Box::new(session)));
                }
            } else if has_begun(session.state) && !self.ended.contains(&key) {
                self.on.insert(key.clone(), None);
                self.plays_others(&key, &session);
                changes.push(Change::Began(key, Box::new(session)));
            }
        }
        let waited: Vec<PlayKey> = self
            .awaited
            .iter_mut()
            .filter_map(|(key, awaited)| {
                awaited.lists += 1;
                (awaited.lists >= LISTS).then(|| key.clone())
            })
            .collect();
        changes.extend(waited.into_iter().filter_map(|key| self.believe(key, now)));
        changes
    }

    /// The server does not list sessions for us: what is told of is all there is.
    pub fn refused(&mut self, now: Instant) -> Vec<Change> {
        let keys: Vec<PlayKey> = self.awaited.keys().cloned().collect();
        let mut changes: Vec<Change> = keys.into_iter().filter_map(|key| self.believe(key, now)).collect();
        changes.extend(self.end_silent(now));
        changes
    }

    /// The server told of a player. What follows at once, and whether its sessions should be listed.
    pub fn told(&mut self, playing: &Playing, now: Instant) -> (Option<Change>, bool) {
        let known = |key: &&PlayKey| {
            key.session == playing.session && playing.video.as_ref().is_none_or(|video| key.video == *video)
        };
        let on = self.on.keys().find(known).cloned();
        match (playing.state, on) {
            (PlayState::Playing | PlayState::Paused, Some(key)) => {
                if let Some(Some(last)) = self.on.get_mut(&key) {
                    *last = now;
                }
                (None, false)
            }
            (PlayState::Playing | PlayState::Paused, None) => {
                if let Some(video) = playing.video.clone() {
                    let key = PlayKey { session: playing.session.clone(), video };
                    // It was told to have ended, and plays again.
                    self.ended.remove(&key);
                    self.await_listing(key, Hearsay::default());
                }
                (None, true)
            }
            (PlayState::Stopped, Some(key)) => {
                self.on.remove(&key);
                self.ended.insert(key.clone());
                (Some(Change::Ended(key)), true)
            }
            (PlayState::Stopped, None) => {
                // A session may be told of under another number when it ends: the list says whose end it was.
                self.awaited.retain(|key, _| key.session != playing.session);
                (None, true)
            }
            // It did not begin yet, or the list says what became of it.
            (PlayState::Buffering, _) => (None, false),
            (PlayState::Failed | PlayState::Unknown, _) => (None, true),
        }
    }

    /// A webhook told something. What follows at once, and whether the server's sessions should be listed.
    pub fn tipped(&mut self, tip: Tip) -> (Option<Change>, bool) {
        let Some(video) = tip.video.or_else(|| tip.file.as_ref().map(|file| RatingKey(file.0.clone())))
        else {
            return (None, !matches!(tip.event, TipEvent::Other));
        };
        let session = format!("webhook {}", tip.user.as_deref().unwrap_or_default());
        let key = PlayKey { session, video };
        match tip.event {
            TipEvent::Started | TipEvent::Resumed => {
                let listed = self.on.iter().any(|(on, heard)| heard.is_none() && on.video == key.video);
                if !listed && !self.on.contains_key(&key) {
                    self.await_listing(key, Hearsay { user: tip.user, file: tip.file });
                }
                (None, true)
            }
            TipEvent::Stopped => {
                self.awaited.remove(&key);
                (self.on.remove(&key).map(|_| Change::Ended(key)), true)
            }
            TipEvent::Paused | TipEvent::Scrobbled => (None, true),
            TipEvent::LibraryChanged | TipEvent::Other => (None, false),
        }
    }

    /// Whether it plays other files than the last list said. A session may leave them out, which says nothing.
    fn plays_others(&mut self, key: &PlayKey, session: &Session) -> bool {
        let meant = ahead::chosen(&session.video);
        let parts = ahead::parts(&session.video, meant, Versions::One);
        let files: Vec<ServerPath> = parts.filter_map(|part| part.file.clone()).collect();
        !files.is_empty()
            && self.files.insert(key.clone(), files.clone()).is_none_or(|before| before != files)
    }

    fn await_listing(&mut self, key: PlayKey, hearsay: Hearsay) {
        if self.awaited.len() < AWAITED || self.awaited.contains_key(&key) {
            self.awaited.entry(key).or_insert(Awaited { lists: 0, hearsay });
        }
    }

    fn believe(&mut self, key: PlayKey, now: Instant) -> Option<Change> {
        let awaited = self.awaited.remove(&key)?;
        self.on.insert(key.clone(), Some(now));
        Some(Change::Heard(key, awaited.hearsay))
    }

    fn end_unlisted(&mut self, listed: &HashMap<PlayKey, Session>, now: Instant) -> Vec<Change> {
        let is_gone = |key: &PlayKey, heard: &Option<Instant>| match heard {
            None => !listed.contains_key(key),
            Some(last) => now.duration_since(*last) >= SILENCE,
        };
        self.end_where(is_gone)
    }

    fn end_silent(&mut self, now: Instant) -> Vec<Change> {
        self.end_where(|_, heard| heard.is_some_and(|last| now.duration_since(last) >= SILENCE))
    }

    fn end_where(&mut self, is_gone: impl Fn(&PlayKey, &Option<Instant>) -> bool) -> Vec<Change> {
        let mut gone: Vec<PlayKey> =
            self.on.iter().filter(|(key, heard)| is_gone(key, heard)).map(|(key, _)| key.clone()).collect();
        gone.sort();
        for key in &gone {
            self.on.remove(key);
        }
        gone.into_iter().map(Change::Ended).collect()
    }
}

/// Whether what is awaited is that session: a webhook knows no number of it.
fn is_meant(awaited: &PlayKey, what: &Awaited, key: &PlayKey, session: &Session) -> bool {
    let by_file = || session.video.parts().any(|part| part.file.is_some() && part.file == what.hearsay.file);
    awaited == key || awaited.session.starts_with("webhook ") && (awaited.video == key.video || by_file())
}

fn is_film(kind: VideoKind) -> bool {
    matches!(kind, VideoKind::Movie | VideoKind::Episode)
}

/// A player that only fills its buffer has not begun.
fn has_begun(state: PlayState) -> bool {
    matches!(state, PlayState::Playing | PlayState::Paused | PlayState::Unknown)
}

#[cfg(test)]
mod tests;
