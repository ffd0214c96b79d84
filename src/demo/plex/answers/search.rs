//! Searching by title: a hub for each kind of thing that is found, also where nothing is.

use super::View;
use crate::demo::plex::node::Node;
use crate::demo::plex::reply::Reply;
use crate::demo::plex::world::{Item, Kind, RatingKey, State, Visibility};

/// Of each kind so many are told where nobody asks for more.
const SHOWN: usize = 3;

pub(super) fn search(state: &State, view: &View) -> Reply {
    let Some(query) = view.asked.param("query") else { return Reply::html(400) };
    let words: Vec<String> = query.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let number = |name| view.asked.param(name).and_then(|text| text.parse::<usize>().ok());
    let (limit, only) = (number("limit").unwrap_or(SHOWN), number("sectionId"));
    let is_offered = |item: &Item| {
        let section = state.sections.get(&item.section);
        section.is_some_and(|section| section.visibility != Visibility::Hidden)
            && only.is_none_or(|only| usize::try_from(item.section) == Ok(only))
    };
    let is_meant = |item: &Item| {
        let title = item.title.to_lowercase();
        !words.is_empty() && words.iter().all(|word| title.contains(word))
    };
    let of = |kind: Kind| {
        let items = state.items.values().filter(move |item| item.kind == kind);
        items.filter(|item| is_offered(item) && is_meant(item)).map(|item| item.key).collect()
    };
    let hubs = [
        hub(state, view, "movie", "Movies", of(Kind::Movie), limit),
        hub(state, view, "show", "Shows", of(Kind::Show), limit),
        hub(state, view, "episode", "Episodes", of(Kind::Episode), limit),
        hub(state, view, "actor", "Actors", vec![], limit),
        hub(state, view, "collection", "Collections", vec![], limit),
    ];
    Reply::document(view.container().with("size", hubs.len()).children(hubs))
}

fn hub(
    state: &State,
    view: &View,
    kind: &'static str,
    title: &'static str,
    found: Vec<RatingKey>,
    limit: usize,
) -> Node {
    let nodes = view.metadata(state, found);
    let more = nodes.len() > limit;
    let nodes: Vec<Node> = nodes.into_iter().take(limit).map(|node| node.with("score", "0.90")).collect();
    Node::each("Hub")
        .with("title", title)
        .with("type", kind)
        .with("hubIdentifier", kind)
        .with("context", "hub.search")
        .with("size", nodes.len())
        .with("more", more)
        .with("style", "shelf")
        .children(nodes)
}
