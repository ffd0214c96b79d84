//! Whom the server has seen, as it counts them.

use super::View;
use crate::demo::plex::node::Node;
use crate::demo::plex::reply::Reply;
use crate::demo::plex::world::State;

pub(super) fn list(state: &State, view: &View) -> Reply {
    if !view.person.is_owner() {
        return Reply::html(403);
    }
    let account = |id: u64, name: &str, thumb: String| {
        Node::each("Account")
            .with("id", id)
            .with("key", format!("/accounts/{id}"))
            .with("name", name)
            .with("defaultAudioLanguage", "en")
            .with("autoSelectAudio", true)
            .with("defaultSubtitleLanguage", "en")
            .with("subtitleMode", 0_i64)
            .with("thumb", thumb)
    };
    // Every server has an account 0 that is nobody.
    let nobody = account(0, "", String::new());
    let people = state.people.values().filter(|person| person.is_let_in());
    let people = people.map(|person| account(person.local_id(), &person.name, person.thumb()));
    let accounts = std::iter::once(nobody).chain(people).collect();
    view.list(Node::only("MediaContainer").with("identifier", "com.plexapp.system.accounts"), accounts)
}
