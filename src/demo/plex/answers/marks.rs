//! What players and people report through the network.

use poem::http::Method;

use super::View;
use crate::demo::plex::reply::Reply;
use crate::demo::plex::world::{PlayState, Player, World};

/// `None`: not one of these doors.
pub(super) fn report(world: &World, view: &View, parts: &[&str]) -> Option<Reply> {
    let [":", act @ ("timeline" | "scrobble" | "unscrobble" | "progress")] = parts else { return None };
    let asked = view.asked;
    let named = asked.param("ratingKey").or_else(|| asked.param("key")).unwrap_or_default();
    let Some(item) = view.find(&world.state(), named).map(|item| item.key) else {
        return Some(Reply::html(404));
    };
    let person = view.person.id;
    let offset = asked.param("time").and_then(|time| time.parse().ok()).unwrap_or(0);
    match *act {
        "scrobble" => world.mark_seen(person, item),
        "unscrobble" => world.mark_unseen(person, item),
        "progress" => world.set_offset(person, item, offset),
        _ => {
            let Some(state) = asked.param("state").and_then(PlayState::read) else {
                return Some(Reply::html(400));
            };
            if world.report(person, item, &player(view), offset, state).is_err() {
                return Some(Reply::html(404));
            }
        }
    }
    Some(Reply::empty(200))
}

/// Who reports, by the headers that every client of Plex sends.
fn player(view: &View) -> Player {
    let told = |name, otherwise: &str| view.asked.plex(name).unwrap_or(otherwise).to_owned();
    Player {
        identifier: told("X-Plex-Client-Identifier", "unknown"),
        title: told("X-Plex-Device-Name", "A player"),
        product: told("X-Plex-Product", "A program"),
        platform: told("X-Plex-Platform", "A system"),
        transcodes: false,
        remote: false,
    }
}

/// What is not read: preferences, and work that the server is asked to do.
pub(super) fn put(world: &World, view: &View, parts: &[&str]) -> Reply {
    let is_put = view.asked.method == Method::PUT;
    match parts {
        [":", "prefs"] | ["library", "metadata", _, "analyze"] if is_put && !view.person.is_owner() => {
            Reply::html(403)
        }
        [":", "prefs"] if is_put => {
            for (name, value) in view.asked.query.iter().filter(|(name, _)| !name.starts_with("X-Plex-")) {
                world.set_preference(name, value);
            }
            Reply::empty(200)
        }
        ["library", "metadata", key, "analyze"] if is_put => {
            let known = view.find(&world.state(), key).is_some();
            if known { Reply::empty(200) } else { Reply::html(404) }
        }
        _ => Reply::html(404),
    }
}
