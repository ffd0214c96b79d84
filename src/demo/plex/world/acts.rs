//! What people do with a player and with marks. Views, history and notices follow as on a real server.

use super::item::RatingKey;
use super::library::unknown;
use super::person::PersonId;
use super::session::{PlayState, Player, Session, SessionKey};
use super::{Seen, State, World};
use crate::demo::plex::notices::Notice;
use crate::demo::plex::webhooks::Message;
use crate::error::Result;

impl World {
    /// Somebody presses play; it goes on where they were.
    ///
    /// # Errors
    /// There is no such person or item.
    pub fn start(&self, person: PersonId, item: RatingKey, player: &Player) -> Result<SessionKey> {
        self.start_version(person, item, 0, player)
    }

    /// As [`World::start`], with another of the item's versions.
    ///
    /// # Errors
    /// There is no such person or item.
    pub fn start_version(
        &self,
        person: PersonId,
        item: RatingKey,
        version: usize,
        player: &Player,
    ) -> Result<SessionKey> {
        let mut state = self.state();
        if !state.people.contains_key(&person) {
            return Err(unknown("person"));
        }
        if !state.items.contains_key(&item) {
            return Err(unknown("item"));
        }
        let offset = state.view(person, item).offset.unwrap_or(0);
        let (key, player) = (state.number(), player.clone());
        let playing = PlayState::Buffering;
        let (begun, seen) = (false, false);
        let session = Session { key, person, item, version, player, state: playing, offset, begun, seen };
        self.tell(Notice::playing(&session));
        state.sessions.insert(key, session);
        self.advance(&mut state, key, offset, PlayState::Playing)?;
        Ok(key)
    }

    /// The player tells how far it is, in milliseconds.
    ///
    /// # Errors
    /// There is no such session.
    pub fn progress(&self, session: SessionKey, offset: u64) -> Result<()> {
        self.advance(&mut self.state(), session, offset, PlayState::Playing)
    }

    /// The player stands still.
    ///
    /// # Errors
    /// There is no such session.
    pub fn pause(&self, session: SessionKey) -> Result<()> {
        self.turn(session, PlayState::Paused)
    }

    /// The player goes on.
    ///
    /// # Errors
    /// There is no such session.
    pub fn resume(&self, session: SessionKey) -> Result<()> {
        self.turn(session, PlayState::Playing)
    }

    /// The player ends.
    ///
    /// # Errors
    /// There is no such session.
    pub fn stop(&self, session: SessionKey) -> Result<()> {
        self.turn(session, PlayState::Stopped)
    }

    /// The player goes over to another of the item's versions.
    ///
    /// # Errors
    /// There is no such session.
    pub fn choose(&self, session: SessionKey, version: usize) -> Result<()> {
        let mut state = self.state();
        let session = state.sessions.get_mut(&session).ok_or_else(|| unknown("session"))?;
        session.version = version;
        Ok(())
    }

    fn turn(&self, session: SessionKey, to: PlayState) -> Result<()> {
        let mut state = self.state();
        let offset =
            state.sessions.get(&session).map(|session| session.offset).ok_or_else(|| unknown("session"))?;
        self.advance(&mut state, session, offset, to)
    }

    /// Somebody watches an item from where they were to its end.
    ///
    /// # Errors
    /// There is no such person or item.
    pub fn watch(&self, person: PersonId, item: RatingKey, player: &Player) -> Result<()> {
        let session = self.start(person, item, player)?;
        let duration = self.state().items.get(&item).map_or(0, |item| item.duration);
        self.progress(session, duration)?;
        self.stop(session)
    }

    /// What a player reports of itself; a session begins with its first word.
    pub(crate) fn report(
        &self,
        person: PersonId,
        item: RatingKey,
        player: &Player,
        offset: u64,
        to: PlayState,
    ) -> Result<()> {
        let mut state = self.state();
        let same =
            |session: &&Session| session.player.identifier == player.identifier && session.item == item;
        let key = if let Some(known) = state.sessions.values().find(same).map(|session| session.key) {
            known
        } else {
            if !state.items.contains_key(&item) {
                return Err(unknown("item"));
            }
            let (key, player) = (state.number(), player.clone());
            let (version, begun, seen) = (0, false, false);
            let session = Session { key, person, item, version, player, state: to, offset, begun, seen };
            state.sessions.insert(key, session);
            key
        };
        self.advance(&mut state, key, offset, to)
    }

    fn advance(&self, state: &mut State, key: SessionKey, offset: u64, to: PlayState) -> Result<()> {
        let (now, turn) = (state.now(), state.number());
        let threshold: u64 = state.pref("LibraryVideoPlayedThreshold").parse().unwrap_or(90);
        let State { sessions, items, views, .. } = state;
        let session = sessions.get_mut(&key).ok_or_else(|| unknown("session"))?;
        let duration = items.get(&session.item).map_or(0, |item| item.duration);
        let turned = session.turn_to(to);
        session.offset = offset.min(duration);
        let view = views.entry((session.person, session.item)).or_default();
        (view.last, view.turn) = (now, turn);
        let mut seen_now = false;
        if session.seen || session.offset * 100 >= duration * threshold {
            view.offset = None;
            if !session.seen {
                view.count += 1;
                session.seen = true;
                seen_now = true;
            }
        } else if session.offset > 0 {
            view.offset = Some(session.offset);
        }
        let session = session.clone();
        if seen_now {
            state.history.push(Seen { number: turn, person: session.person, item: session.item, at: now });
        }
        if to == PlayState::Stopped {
            state.sessions.remove(&key);
        }
        self.tell(Notice::playing(&session));
        for event in seen_now.then_some("media.scrobble").into_iter().chain(turned) {
            self.send(Message::of_player(state, event, &session));
        }
        if seen_now && let Some(item) = state.items.get(&session.item) {
            self.tell(Notice::timeline(state, item, 5, None));
        }
        Ok(())
    }

    /// Marks as seen, without a line in the history.
    pub fn mark_seen(&self, person: PersonId, item: RatingKey) {
        let mut state = self.state();
        let (now, turn) = (state.now(), state.number());
        for key in state.itself_or_leaves(item) {
            let view = state.views.entry((person, key)).or_default();
            view.count += 1;
            (view.offset, view.last, view.turn) = (None, now, turn);
        }
    }

    /// Takes the mark away, and where somebody was.
    pub fn mark_unseen(&self, person: PersonId, item: RatingKey) {
        let mut state = self.state();
        for key in state.itself_or_leaves(item) {
            state.views.remove(&(person, key));
        }
    }

    /// Sets where somebody is, without a session, in milliseconds.
    pub fn set_offset(&self, person: PersonId, item: RatingKey, offset: u64) {
        let mut state = self.state();
        let (now, turn) = (state.now(), state.number());
        let view = state.views.entry((person, item)).or_default();
        (view.offset, view.last, view.turn) = (Some(offset), now, turn);
    }

    /// Leaves an item in Continue Watching though it was seen to the end, as real servers do at times.
    pub fn let_linger(&self, person: PersonId, item: RatingKey) {
        self.state().lingering.insert((person, item));
    }
}

impl State {
    fn itself_or_leaves(&self, item: RatingKey) -> Vec<RatingKey> {
        let leaves = self.leaves(item);
        if leaves.is_empty() { vec![item] } else { leaves }
    }
}
