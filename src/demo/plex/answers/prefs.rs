//! Preferences, told to the owner alone.

use super::View;
use crate::demo::plex::node::Node;
use crate::demo::plex::reply::Reply;
use crate::demo::plex::world::State;

pub(super) fn list(state: &State, view: &View) -> Reply {
    if !view.person.is_owner() {
        return Reply::html(403);
    }
    let settings: Vec<Node> = state.prefs.iter().map(|(id, value)| setting(id, value)).collect();
    Reply::document(Node::only("MediaContainer").with("size", settings.len()).children(settings))
}

fn setting(id: &str, value: &str) -> Node {
    let (kind, group) = match id {
        "FriendlyName" => ("text", "general"),
        "LibraryVideoPlayedThreshold" | "OnDeckWindow" => ("int", "library"),
        _ => ("bool", "library"),
    };
    let node = Node::each("Setting")
        .with("id", id)
        .with("label", id)
        .with("summary", "")
        .with("type", kind)
        .with("default", value)
        .with("hidden", false)
        .with("advanced", false)
        .with("group", group);
    match kind {
        "bool" => node.with("value", value == "1"),
        "int" => node.with("value", value.parse::<i64>().unwrap_or_default()),
        _ => node.with("value", value),
    }
}
