//! plex.tv and its providers: accounts, the home, friends, watchlists, feeds.

mod account;
mod community;
mod feeds;
mod friends;
mod home;
mod pins;
mod watchlist;

use poem::http::Method;

use super::who;
use crate::demo::plex::asked::{Asked, Host};
use crate::demo::plex::node::Node;
use crate::demo::plex::reply::{Content, Reply};
use crate::demo::plex::world::{Reach, World};

pub(super) use feeds::{STORAGE, stored_feed};

pub(super) fn answer(world: &World, asked: &Asked, host: Host) -> Reply {
    match host {
        Host::Cloud => from_cloud(world, asked),
        Host::Discover | Host::Metadata => from_provider(world, asked, host),
        Host::Feeds => feeds::at_the_old_place(world, asked),
        Host::Community => community::answer(world, asked),
        Host::Server | Host::Unknown => Reply::html(404),
    }
}

fn unauthorized() -> Reply {
    Reply::cloud(401, 1001, "User could not be authenticated")
}

fn from_cloud(world: &World, asked: &Asked) -> Reply {
    let parts = asked.parts();
    if let ["api", "v2", ..] = parts.as_slice()
        && asked.plex("X-Plex-Client-Identifier").is_none()
    {
        return Reply::cloud(400, 1000, "X-Plex-Client-Identifier is missing");
    }
    let is_post = asked.method == Method::POST;
    match parts.as_slice() {
        ["api", "v2", "pins"] if is_post => return pins::create(world, asked),
        ["api", "v2", "pins", id] => return pins::look(world, asked, id),
        _ => {}
    }
    let Some(person) = who(&world.state(), asked, Reach::Cloud) else { return unauthorized() };
    match parts.as_slice() {
        ["api", "v2", "home", "users", uuid, "switch"] if is_post => {
            home::switch(world, asked, &person, uuid)
        }
        ["api", "home", "users", id, "switch"] if is_post => home::switch_of_old(world, asked, &person, id),
        ["api", "v2", "ping"] if asked.wants_json() => Reply::json(serde_json::json!({ "pong": true })),
        ["api", "v2", "ping"] => {
            let text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<pong>true</pong>\n".to_owned();
            Reply::new(200, Content::Text("application/xml", text))
        }
        ["api", "v2", "user"] => account::user(&world.state(), &person, asked.token().unwrap_or_default()),
        ["api", "v2", "resources"] => account::resources(&world.state(), asked, &person),
        ["api", "v2", "home", "users"] => home::users(&world.state(), &person),
        ["api", "home", "users"] => home::users_of_old(&world.state(), &person),
        ["api", "users"] => friends::users(&world.state(), &person),
        ["api", "servers", machine, "shared_servers"] => friends::shares(&world.state(), &person, machine),
        _ => Reply::cloud(404, 1002, "Not found"),
    }
}

fn from_provider(world: &World, asked: &Asked, host: Host) -> Reply {
    let Some(person) = who(&world.state(), asked, Reach::Cloud) else { return unauthorized() };
    let parts = asked.parts();
    match parts.as_slice() {
        [] => {
            let provider = asked.host_name.as_str();
            let node = Node::only("MediaContainer").with("size", 0_i64).with("friendlyName", provider);
            Reply::document(node.with("machineIdentifier", provider).with("version", "5.1.1"))
        }
        ["library", "sections", "watchlist", ..] if host == Host::Metadata => {
            Reply::cloud(404, 1002, "Section 'watchlist' not found!")
        }
        ["library", "sections", "watchlist", filter] => {
            watchlist::list(&world.state(), asked, &person, filter)
        }
        ["library", "metadata", key] => watchlist::title(&world.state(), key),
        ["library", "metadata", key, "userState"] => watchlist::user_state(&world.state(), &person, key),
        ["actions", act @ ("addToWatchlist" | "removeFromWatchlist")] if asked.method == Method::PUT => {
            watchlist::change(world, asked, &person, act)
        }
        ["rss"] if asked.method == Method::POST => feeds::create(world, asked, &person),
        ["rss", feed] => feeds::at_the_new_place(world, asked, feed),
        _ => Reply::cloud(404, 1002, "Not found"),
    }
}
