//! Which server this is.

use super::View;
use crate::demo::plex::node::Node;
use crate::demo::plex::reply::Reply;
use crate::demo::plex::world::State;

/// The only answer for strangers.
pub(super) fn identity(state: &State) -> Reply {
    let node = Node::only("MediaContainer")
        .with("size", 0_i64)
        .with("claimed", state.owner().is_some())
        .with("machineIdentifier", state.machine.as_str())
        .with("version", state.version.as_str());
    Reply::document(node)
}

pub(super) fn root(state: &State, view: &View) -> Reply {
    let converting = state.sessions.values().filter(|session| session.player.transcodes).count();
    let doors = ["accounts", "activities", "hubs", "identity", "library", "status"];
    let owner = state.owner().map(|owner| owner.name.clone()).unwrap_or_default();
    let node = Node::only("MediaContainer")
        .with("size", doors.len())
        .with("allowMediaDeletion", view.person.is_owner())
        .with("friendlyName", state.pref("FriendlyName"))
        .with("machineIdentifier", state.machine.as_str())
        .with("multiuser", true)
        .with("myPlex", true)
        .with("myPlexMappingState", "mapped")
        .with("myPlexSigninState", "ok")
        .with("myPlexSubscription", true)
        .with("myPlexUsername", owner)
        .with("ownerFeatures", "hardware_transcoding,home,pass,session_bandwidth_restrictions,sync,webhooks")
        .with("platform", "Linux")
        .with("platformVersion", "6.8.0")
        .with("sync", true)
        .with("transcoderActiveVideoSessions", converting)
        .with("updatedAt", state.now())
        .with("version", state.version.as_str());
    let door =
        |key: &&str| Node::each("Directory").with("count", 1_i64).with("key", *key).with("title", *key);
    Reply::document(node.children(doors.iter().map(door)))
}

/// Told to the owner alone.
pub(super) fn library(view: &View) -> Reply {
    if !view.person.is_owner() {
        return Reply::html(403);
    }
    let door = |key: &str, title: &str| Node::each("Directory").with("key", key).with("title", title);
    let doors = [door("sections", "Library Sections"), door("onDeck", "On Deck Movies and Episodes")];
    let node = view.container().with("size", doors.len()).with("title1", "Plex Library");
    Reply::document(node.children(doors))
}
