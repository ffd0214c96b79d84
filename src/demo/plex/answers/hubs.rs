//! What goes on: On Deck and Continue Watching, in all the places where Plex offers them.

use super::View;
use crate::demo::plex::node::Node;
use crate::demo::plex::reply::Reply;
use crate::demo::plex::world::{RatingKey, State, Visibility};

/// Of one section, or of all that are shown on the home screen.
pub(super) fn on_deck(state: &State, view: &View, section: Option<u32>) -> Reply {
    let keys = match section {
        Some(only) => state.on_deck(view.person, |section| section == only),
        None => state.on_deck(view.person, |section| at_home(state, section)),
    };
    view.list(view.container().with("mixedParents", true), view.metadata(state, keys))
}

/// Flat, without the hub around it.
pub(super) fn items(state: &State, view: &View, section: Option<&str>) -> Reply {
    let keys = match section.map(str::parse::<u32>) {
        None => goes_on(state, view),
        Some(Ok(only)) => state.continue_watching(view.person, |section| section == only),
        Some(Err(_)) => return Reply::html(404),
    };
    view.list(view.container().with("mixedParents", true), view.metadata(state, keys))
}

/// The hub itself.
pub(super) fn hub(state: &State, view: &View) -> Reply {
    let container = view.container().with("size", 1_i64);
    Reply::document(container.child(node(state, view, "continueWatching", "Continue Watching")))
}

/// The hubs of the home screen, or those that were named.
pub(super) fn hubs(state: &State, view: &View) -> Reply {
    let named = view.asked.param("identifier");
    let all = [("home.continue", "Continue Watching"), ("home.ondeck", "On Deck")];
    let wanted = |id: &str| match named {
        Some(named) => named.split(',').any(|name| name.eq_ignore_ascii_case(id)),
        // Since both are one, only this is offered unasked.
        None => id == "home.continue",
    };
    let hubs: Vec<Node> = all
        .into_iter()
        .filter(|(id, _)| wanted(id))
        .map(|(id, title)| node(state, view, id, title))
        .collect();
    Reply::document(view.container().with("size", hubs.len()).children(hubs))
}

fn node(state: &State, view: &View, id: &'static str, title: &'static str) -> Node {
    /// More than these are left to those who follow the hub's key.
    const SHOWN: usize = 12;
    let keys = goes_on(state, view);
    let more = keys.len() > SHOWN;
    let shown: Vec<RatingKey> = keys.into_iter().take(SHOWN).collect();
    let listed = shown.iter().map(RatingKey::to_string).collect::<Vec<_>>().join(",");
    let nodes = view.metadata(state, shown);
    Node::each("Hub")
        .with("hubKey", format!("/library/metadata/{listed}"))
        .with("key", "/hubs/home/continueWatching")
        .with("title", title)
        .with("type", "mixed")
        .with("hubIdentifier", id)
        .with("context", "hub.home.continue")
        .with("size", nodes.len())
        .with("more", more)
        .with("style", "hero")
        .with("promoted", true)
        .children(nodes)
}

fn goes_on(state: &State, view: &View) -> Vec<RatingKey> {
    let only: Option<Vec<u32>> = view
        .asked
        .param("contentDirectoryID")
        .map(|ids| ids.split(',').filter_map(|id| id.parse().ok()).collect());
    state.continue_watching(view.person, |section| {
        at_home(state, section) && only.as_ref().is_none_or(|only| only.contains(&section))
    })
}

fn at_home(state: &State, section: u32) -> bool {
    state.sections.get(&section).is_some_and(|section| section.visibility == Visibility::Shown)
}
