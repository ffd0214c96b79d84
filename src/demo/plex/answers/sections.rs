//! Libraries and what is in them.

use std::cmp::Reverse;

use super::{View, hubs};
use crate::demo::plex::node::Node;
use crate::demo::plex::reply::Reply;
use crate::demo::plex::world::{Item, Kind, Section, State, Visibility};

pub(super) fn list(state: &State, view: &View) -> Reply {
    let sections = state.sections.values().filter(|section| view.person.sees(section.id));
    let nodes: Vec<Node> = sections.map(|section| node(section, view)).collect();
    let container = Node::only("MediaContainer")
        .with("size", nodes.len())
        .with("allowSync", view.person.is_owner())
        .with("title1", "Plex Library");
    Reply::document(container.children(nodes))
}

fn node(section: &Section, view: &View) -> Node {
    let (agent, scanner) = match section.kind {
        Kind::Movie => ("tv.plex.agents.movie", "Plex Movie"),
        _ => ("tv.plex.agents.series", "Plex TV Series"),
    };
    let (id, word) = (section.id, section.kind.word());
    // Numbered below the sections: real servers number locations across all of them.
    let places = section.locations.iter().zip(i64::from(id) * 10..);
    let places = places.map(|(path, id)| Node::each("Location").with("id", id).with("path", path.as_str()));
    Node::each("Directory")
        .with("allowSync", view.person.is_owner())
        .with("art", format!("/:/resources/{word}-fanart.jpg"))
        .with("composite", format!("/library/sections/{id}/composite/{}", section.scanned_at))
        .with("filters", true)
        .with("refreshing", false)
        .with("thumb", format!("/:/resources/{word}.png"))
        .with("key", id.to_string())
        .with("type", word)
        .with("title", section.title.as_str())
        .with("agent", agent)
        .with("scanner", scanner)
        .with("language", "en-US")
        .with("uuid", section.uuid.as_str())
        .with("updatedAt", section.scanned_at)
        .with("createdAt", section.created_at)
        .with("scannedAt", section.scanned_at)
        .with("content", true)
        .with("directory", true)
        .with("contentChangedAt", 9_173_960_i64)
        .with("hidden", section.visibility.number())
        .children(places)
}

/// What lies below one section.
pub(super) fn within(state: &State, view: &View, id: &str, rest: &[&str]) -> Reply {
    let section = id
        .parse::<u32>()
        .ok()
        .and_then(|id| state.sections.get(&id))
        .filter(|found| view.person.sees(found.id));
    let Some(section) = section else { return Reply::html(404) };
    match rest {
        [] => Reply::document(view.container().with("size", 1_i64).child(node(section, view))),
        ["all"] => {
            let container = view
                .container()
                .with("librarySectionID", section.id)
                .with("librarySectionTitle", section.title.as_str())
                .with("librarySectionUUID", section.uuid.as_str())
                .with("title1", section.title.as_str())
                .with("viewGroup", section.kind.word());
            let kind =
                view.asked.param("type").map_or(section.kind.number(), |kind| kind.parse().unwrap_or(0));
            items(state, view, container, |item| item.section == section.id && item.kind.number() == kind)
        }
        ["onDeck"] => hubs::on_deck(state, view, Some(section.id)),
        ["recentlyAdded"] => items(state, view, view.container(), |item| {
            item.section == section.id && matches!(item.kind, Kind::Movie | Kind::Episode)
        }),
        ["refresh"] if view.person.is_owner() => Reply::empty(200),
        ["refresh"] => Reply::html(403),
        _ => Reply::html(404),
    }
}

/// All sections at once: how a title is found by its address.
pub(super) fn search(state: &State, view: &View) -> Reply {
    let kind: Option<i64> = view.asked.param("type").and_then(|kind| kind.parse().ok());
    let hidden = |id| state.sections.get(&id).is_some_and(|section| section.visibility == Visibility::Hidden);
    items(state, view, view.container(), |item| {
        kind.is_none_or(|kind| item.kind.number() == kind) && !hidden(item.section)
    })
}

pub(super) fn recent(state: &State, view: &View) -> Reply {
    items(state, view, view.container(), |item| matches!(item.kind, Kind::Movie | Kind::Episode))
}

/// Filters and orders as the parameters say.
fn items(state: &State, view: &View, container: Node, belongs: impl Fn(&Item) -> bool) -> Reply {
    let asked = view.asked;
    let since = |name| asked.param(name).and_then(|text| text.parse::<i64>().ok());
    // `addedAt>=5` and `addedAt>>=5`: the parameter's name ends before its last `=`.
    let (at_least, after) = (since("addedAt>"), since("addedAt>>"));
    let fits = |item: &&Item| {
        belongs(item)
            && asked.param("guid").is_none_or(|guid| guid == item.guid)
            && asked
                .param("title")
                .is_none_or(|title| item.title.to_lowercase().contains(&title.to_lowercase()))
            && at_least.is_none_or(|at| item.added_at >= at)
            && after.is_none_or(|at| item.added_at > at)
    };
    let mut found: Vec<&Item> = state.items.values().filter(fits).collect();
    match asked.param("sort") {
        Some("addedAt:desc") => found.sort_by_key(|item| Reverse((item.added_at, item.key))),
        Some("addedAt" | "addedAt:asc") => found.sort_by_key(|item| (item.added_at, item.key)),
        Some("titleSort" | "titleSort:asc") => found.sort_by_key(|item| item.title.to_lowercase()),
        _ => {}
    }
    if let Some(limit) = asked.param("limit").and_then(|limit| limit.parse().ok()) {
        found.truncate(limit);
    }
    view.list(container, view.metadata(state, found.into_iter().map(|item| item.key)))
}
