//! What is answered to whom.
//!
//! **Invariant:** answers read the world and say what it is; only what people do through the network (a player's
//! reports, marks, wishes) changes it, by the same methods that tests call.

mod accounts;
mod cloud;
mod files;
mod history;
mod hubs;
mod identity;
mod marks;
mod metadata;
mod prefs;
mod search;
mod sections;
mod sessions;

use poem::http::Method;

use super::asked::{Asked, Host};
use super::node::Node;
use super::reply::Reply;
use super::world::{Item, Person, RatingKey, Reach, State, World};

/// Any request but those for notices and faults. May look at files.
pub(super) fn answer(world: &World, asked: &Asked) -> Reply {
    match asked.host {
        Host::Server if asked.path.starts_with(cloud::STORAGE) => cloud::stored_feed(world, asked),
        Host::Server => from_server(world, asked),
        host => cloud::answer(world, asked, host),
    }
}

/// Whose token it is, if anybody's.
pub(super) fn who(state: &State, asked: &Asked, reach: Reach) -> Option<Person> {
    let person = state.tokens.who(asked.token()?, reach)?;
    state.people.get(&person).cloned()
}

fn from_server(world: &World, asked: &Asked) -> Reply {
    let parts = asked.parts();
    if parts == ["identity"] {
        return identity::identity(&world.state());
    }
    let Some(person) = who(&world.state(), asked, Reach::Server) else { return Reply::html(401) };
    let view = View { asked, person: &person };
    if let Some(reply) = marks::report(world, &view, &parts) {
        return reply;
    }
    if asked.method != Method::GET {
        return marks::put(world, &view, &parts);
    }
    let state = world.state();
    let state = &*state;
    match parts.as_slice() {
        [] => identity::root(state, &view),
        ["library"] => identity::library(&view),
        ["library", "sections"] | ["library", "sections", "all"] => sections::list(state, &view),
        ["library", "sections", id, rest @ ..] => sections::within(state, &view, id, rest),
        ["library", "onDeck"] => hubs::on_deck(state, &view, None),
        ["library", "all"] => sections::search(state, &view),
        ["library", "recentlyAdded"] => sections::recent(state, &view),
        ["library", "metadata", keys] => metadata::of(state, &view, keys),
        ["library", "metadata", key, "children"] => metadata::children(state, &view, key),
        ["library", "metadata", key, "allLeaves" | "grandchildren"] => metadata::leaves(state, &view, key),
        ["hubs"] | ["hubs", "promoted"] => hubs::hubs(state, &view),
        ["hubs", "search"] => search::search(state, &view),
        ["hubs", "continueWatching"] => hubs::hub(state, &view),
        ["hubs", "continueWatching", "items"] | ["hubs", "home", "continueWatching"] => {
            hubs::items(state, &view, None)
        }
        ["hubs", "sections", id, "continueWatching", "items"] => hubs::items(state, &view, Some(*id)),
        ["status", "sessions"] => sessions::list(state, &view),
        ["status", "sessions", "history", "all"] => history::all(state, &view),
        ["accounts"] => accounts::list(state, &view),
        ["activities"] => view.list(view.container(), vec![]),
        [":", "prefs"] => prefs::list(state, &view),
        _ => Reply::html(404),
    }
}

/// A request and whose it is: everybody sees a server of their own.
struct View<'a> {
    asked: &'a Asked,
    person: &'a Person,
}

impl View<'_> {
    fn container(&self) -> Node {
        Node::only("MediaContainer")
            .with("allowSync", self.person.is_owner())
            .with("identifier", "com.plexapp.plugins.library")
            .with("mediaTagPrefix", "/system/bundle/media/flags/")
            .with("mediaTagVersion", 1_680_021_154_i64)
    }

    /// A page of the items, or all, in a container that says so.
    fn list(&self, container: Node, items: Vec<Node>) -> Reply {
        let total = items.len();
        let Some(page) = self.asked.page(total) else {
            return Reply::document(container.with("size", total).children(items));
        };
        let (start, size) = (page.start, page.len());
        let items = items.into_iter().skip(start).take(size);
        let container = container.with("size", size).with("totalSize", total).with("offset", start);
        Reply::document(container.children(items))
            .header("x-plex-container-start", start.to_string())
            .header("x-plex-container-total-size", total.to_string())
    }

    /// Of these items those that this person sees.
    fn metadata(&self, state: &State, keys: impl IntoIterator<Item = RatingKey>) -> Vec<Node> {
        let seen = |key: RatingKey| state.items.get(&key).filter(|item| self.sees(item));
        let items = keys.into_iter().filter_map(seen);
        items.map(|item| metadata::node(state, self, item, metadata::Guids::WhereAsked)).collect()
    }

    fn sees(&self, item: &Item) -> bool {
        self.person.sees(item.section)
    }

    fn find<'s>(&self, state: &'s State, key: &str) -> Option<&'s Item> {
        state.items.get(&key.parse::<RatingKey>().ok()?).filter(|item| self.sees(item))
    }
}
