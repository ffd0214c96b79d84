//! Single items, and what is below them.

use super::View;
use super::files::{self, Manner};
use crate::demo::plex::node::Node;
use crate::demo::plex::reply::Reply;
use crate::demo::plex::world::{Item, Kind, State};

/// Whether an item tells under which names others know it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Guids {
    Always,
    /// With `includeGuids=1`.
    WhereAsked,
}

/// One or several items, in the order in which they were asked for.
pub(super) fn of(state: &State, view: &View, keys: &str) -> Reply {
    let items: Vec<&Item> = keys.split(',').filter_map(|key| view.find(state, key)).collect();
    let Some(first) = items.first() else { return Reply::html(404) };
    let container = in_section(state, view, first);
    let nodes = items.iter().map(|item| {
        let full = node(state, view, item, Guids::Always);
        if view.asked.is_on("includeChildren") && matches!(item.kind, Kind::Show | Kind::Season) {
            let below = view.metadata(state, below(state, item));
            full.child(Node::only("Children").with("size", below.len()).children(below))
        } else {
            full
        }
    });
    view.list(container, nodes.collect())
}

pub(super) fn children(state: &State, view: &View, key: &str) -> Reply {
    let Some(item) = view.find(state, key) else { return Reply::html(404) };
    let mut nodes = vec![];
    if item.kind == Kind::Show && !view.asked.is_on("excludeAllLeaves") {
        let all = format!("/library/metadata/{key}/allLeaves");
        nodes.push(Node::each("Directory").with("title", "All episodes").with("key", all));
    }
    let below = view.metadata(state, below(state, item));
    let container = in_section(state, view, item).with("key", key).with("parentTitle", item.title.as_str());
    // The line for all episodes counts for nothing.
    view.list(container.children(nodes), below)
}

pub(super) fn leaves(state: &State, view: &View, key: &str) -> Reply {
    let Some(item) = view.find(state, key) else { return Reply::html(404) };
    view.list(in_section(state, view, item), view.metadata(state, state.leaves(item.key)))
}

fn in_section(state: &State, view: &View, item: &Item) -> Node {
    let container = view.container().with("librarySectionID", item.section);
    match state.sections.get(&item.section) {
        Some(section) => container
            .with("librarySectionTitle", section.title.as_str())
            .with("librarySectionUUID", section.uuid.as_str()),
        None => container,
    }
}

/// Seasons of a show, episodes of a season, by number.
fn below(state: &State, item: &Item) -> Vec<u64> {
    let mut items: Vec<&Item> = state.items.values().filter(|below| below.parent == Some(item.key)).collect();
    items.sort_by_key(|item| item.index);
    items.iter().map(|item| item.key).collect()
}

/// An item as lists and details say it.
pub(super) fn node(state: &State, view: &View, item: &Item, guids: Guids) -> Node {
    let media =
        item.versions.iter().map(|version| files::media(state, view, item, version, Manner::InLibrary));
    let node = head(state, view, item, None).with("librarySectionID", item.section).children(media);
    if guids == Guids::Always || view.asked.is_on("includeGuids") {
        node.children(item.ids.iter().map(|id| Node::each("Guid").with("id", id.as_str())))
    } else {
        node
    }
}

/// What an item is, without its files. A session has an offset of its own.
pub(super) fn head(state: &State, view: &View, item: &Item, playing_at: Option<u64>) -> Node {
    let tag = if matches!(item.kind, Kind::Movie | Kind::Episode) { "Video" } else { "Directory" };
    let own = format!("/library/metadata/{}", item.key);
    let key = if tag == "Directory" { format!("{own}/children") } else { own.clone() };
    let section = state.sections.get(&item.section);
    let node = Node::metadata(tag)
        .with("ratingKey", item.key.to_string())
        .with("key", key)
        .with("guid", item.guid.as_str())
        .with("type", item.kind.word())
        .with("title", item.title.as_str())
        .maybe("librarySectionTitle", section.map(|section| section.title.as_str()))
        .with("librarySectionKey", format!("/library/sections/{}", item.section))
        .with("summary", "")
        .maybe("index", item.index)
        .maybe("year", item.year)
        .with("thumb", format!("{own}/thumb/{}", item.updated_at))
        .with("addedAt", item.added_at)
        .with("updatedAt", item.updated_at);
    let node = with_parents(state, item, node);
    if tag == "Directory" {
        with_leaves(state, view, item, node)
    } else {
        with_view(state, view, item, playing_at, node)
    }
}

fn with_parents(state: &State, item: &Item, node: Node) -> Node {
    let Some(parent) = item.parent.and_then(|key| state.items.get(&key)) else { return node };
    let node = node
        .with("parentRatingKey", parent.key.to_string())
        .with("parentKey", format!("/library/metadata/{}", parent.key))
        .with("parentGuid", parent.guid.as_str())
        .with("parentTitle", parent.title.as_str())
        .maybe("parentIndex", parent.index);
    let Some(grand) = parent.parent.and_then(|key| state.items.get(&key)) else { return node };
    node.with("grandparentRatingKey", grand.key.to_string())
        .with("grandparentKey", format!("/library/metadata/{}", grand.key))
        .with("grandparentGuid", grand.guid.as_str())
        .with("grandparentTitle", grand.title.as_str())
}

fn with_leaves(state: &State, view: &View, item: &Item, node: Node) -> Node {
    let leaves = state.leaves(item.key);
    let seen = leaves.iter().filter(|key| state.view(view.person.id, **key).count > 0).count();
    let node = node.with("leafCount", leaves.len()).with("viewedLeafCount", seen);
    if item.kind == Kind::Show { node.with("childCount", below(state, item).len()) } else { node }
}

/// What is absent says as much as what is there: nothing seen, nothing in progress.
fn with_view(state: &State, view: &View, item: &Item, playing_at: Option<u64>, node: Node) -> Node {
    let seen = state.view(view.person.id, item.key);
    let lingers = state.lingering.contains(&(view.person.id, item.key));
    let offset = playing_at.or(seen.offset).or(lingers.then_some(item.duration));
    node.with("duration", item.duration)
        .maybe("viewOffset", offset)
        .maybe("viewCount", (seen.count > 0).then_some(seen.count))
        .maybe("lastViewedAt", (seen.last > 0).then_some(seen.last))
}
