//! What people wish for, and what is known of titles that no library needs to have.

use crate::demo::plex::asked::Asked;
use crate::demo::plex::node::Node;
use crate::demo::plex::reply::Reply;
use crate::demo::plex::world::{Kind, Person, State, Title, Wish, World};

/// The latest first. What has not changed is answered by 304.
pub(super) fn list(state: &State, asked: &Asked, person: &Person, filter: &str) -> Reply {
    if !["all", "available", "released"].contains(&filter) {
        return Reply::cloud(404, 1002, "Not found");
    }
    let kind = asked.param("type").and_then(|kind| kind.parse::<i64>().ok());
    let mut wishes: Vec<(&Wish, &Title)> = state
        .wishes
        .iter()
        .filter(|wish| wish.person == person.id)
        .filter_map(|wish| Some((wish, state.titles.get(&wish.key)?)))
        .filter(|(_, title)| kind.is_none_or(|kind| title.kind.number() == kind))
        .collect();
    if asked.param("sort") != Some("watchlistedAt:asc") {
        wishes.reverse();
    }
    let total = wishes.len();
    let page = asked.page(total).unwrap_or(0..total);
    let (start, size) = (page.start, page.len());
    let nodes: Vec<Node> = wishes
        .into_iter()
        .skip(start)
        .take(size)
        .map(|(wish, title)| node(state, title).with("addedAt", wish.at))
        .collect();
    let container = Node::only("MediaContainer")
        .with("librarySectionID", "watchlist")
        .with("librarySectionTitle", "Watchlist")
        .with("offset", start)
        .with("totalSize", total)
        .with("identifier", "tv.plex.provider.discover")
        .with("size", size)
        .children(nodes);
    let tag = format!("W/\"{}\"", &blake3::hash(container.to_xml().as_bytes()).to_hex()[..32]);
    if asked.header("if-none-match") == Some(tag.as_str()) {
        return Reply::empty(304).header("etag", tag);
    }
    Reply::document(container)
        .header("etag", tag)
        .header("x-plex-container-start", start.to_string())
        .header("x-plex-container-total-size", total.to_string())
}

/// A title with the names under which others know it.
pub(super) fn title(state: &State, key: &str) -> Reply {
    let Some(title) = known(state, key) else { return Reply::cloud(404, 1002, "Not found") };
    let node =
        node(state, &title).children(title.ids.iter().map(|id| Node::each("Guid").with("id", id.as_str())));
    Reply::document(container().with("size", 1_i64).child(node))
}

pub(super) fn user_state(state: &State, person: &Person, key: &str) -> Reply {
    let Some(title) = known(state, key) else { return Reply::cloud(404, 1002, "Not found") };
    let wish = state.wishes.iter().find(|wish| wish.person == person.id && wish.key == key);
    let node = Node::only("UserState")
        .with("ratingKey", key)
        .with("type", title.kind.word())
        .with("viewCount", 0_i64)
        .with("viewOffset", 0_i64)
        .maybe("watchlistedAt", wish.map(|wish| wish.at));
    Reply::document(container().with("size", 1_i64).child(node))
}

/// Somebody wishes, or wishes no more, by the key of a title.
pub(super) fn change(world: &World, asked: &Asked, person: &Person, act: &str) -> Reply {
    let key = asked.param("ratingKey").unwrap_or_default();
    let title = known(&world.state(), key);
    match title {
        Some(title) if act == "addToWatchlist" => world.wish(person.id, title),
        Some(title) => world.remove_from_watchlist(person.id, &title.guid),
        None => return Reply::cloud(404, 1002, "Not found"),
    }
    Reply::document(container().with("size", 0_i64))
}

fn container() -> Node {
    Node::only("MediaContainer").with("identifier", "tv.plex.provider.discover")
}

/// What was wished for, or stands in the library.
fn known(state: &State, key: &str) -> Option<Title> {
    let in_library = || {
        let item = state.items.values().find(|item| item.guid.rsplit('/').next() == Some(key))?;
        let (kind, title, guid) = (item.kind, item.title.clone(), item.guid.clone());
        Some(Title { kind, title, year: item.year, guid, ids: item.ids.clone() })
    };
    state.titles.get(key).cloned().or_else(in_library)
}

fn node(state: &State, title: &Title) -> Node {
    let letters = title.title.to_lowercase();
    let slug = letters.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let slug = slug.collect::<Vec<_>>().join("-");
    let tag = if title.kind == Kind::Movie { "Video" } else { "Directory" };
    let key = title.key();
    let own = format!("/library/metadata/{key}");
    Node::metadata(tag)
        .with("ratingKey", key)
        .with("guid", title.guid.as_str())
        .with("key", if title.kind == Kind::Show { format!("{own}/children") } else { own })
        .with("type", title.kind.word())
        .with("title", title.title.as_str())
        .maybe("year", title.year)
        .with("slug", slug.as_str())
        .with("publicPagesURL", format!("https://watch.plex.tv/{}/{slug}", title.kind.word()))
        .maybe("childCount", (title.kind == Kind::Show).then(|| seasons(state, title)))
}

/// How many seasons a show has: python-plexapi cannot read one that does not say. Of those that no library has, one.
fn seasons(state: &State, title: &Title) -> usize {
    let show = state.items.values().find(|item| item.guid == title.guid).map(|item| item.key);
    let below = state.items.values().filter(|item| show.is_some() && item.parent == show).count();
    below.max(1)
}
