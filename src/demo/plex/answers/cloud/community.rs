//! What friends show of themselves, by GraphQL. Two queries are understood, by the names that stand in them.

use poem::http::Method;
use serde_json::{Value, json};

use super::{unauthorized, who};
use crate::demo::plex::asked::Asked;
use crate::demo::plex::reply::Reply;
use crate::demo::plex::world::{Person, Reach, State, World};

/// So many stand on one page at most.
const PAGE: usize = 100;

pub(super) fn answer(world: &World, asked: &Asked) -> Reply {
    if asked.path != "/api" || asked.method != Method::POST {
        return Reply::cloud(404, 1002, "Not found");
    }
    let state = world.state();
    let Some(person) = who(&state, asked, Reach::Cloud) else { return unauthorized() };
    let said: Value = serde_json::from_slice(&asked.body).unwrap_or_default();
    let query = said["query"].as_str().unwrap_or_default();
    if query.contains("allFriendsV2") {
        Reply::json(json!({ "data": { "allFriendsV2": friends(&state, &person) } }))
    } else if query.contains("watchlist") {
        // The second is the name of old.
        let name = if query.contains("userV2") { "userV2" } else { "user" };
        let watchlist = watchlist(&state, &person, &said["variables"]);
        Reply::json(json!({ "data": { name: { "watchlist": watchlist } } }))
    } else {
        Reply::json(json!({ "errors": [{ "message": "Cannot query field on type \"Query\"." }] }))
    }
}

fn are_friends(one: &Person, other: &Person) -> bool {
    one.id != other.id && (one.is_owner() || other.is_owner()) && !one.is_managed() && !other.is_managed()
}

fn friends(state: &State, person: &Person) -> Value {
    let friends = state.people.values().filter(|other| are_friends(person, other));
    friends.map(|friend| json!({ "user": { "id": friend.uuid, "username": friend.name } })).collect()
}

/// The latest first. Nothing where it is kept private.
fn watchlist(state: &State, person: &Person, variables: &Value) -> Value {
    let uuid = variables["user"]["id"].as_str().or_else(|| variables["uuid"].as_str()).unwrap_or_default();
    let whose = state.people.values().find(|other| other.uuid == uuid);
    let Some(whose) = whose.filter(|other| other.id == person.id || are_friends(person, other)) else {
        return Value::Null;
    };
    if whose.id != person.id && state.private.contains(&whose.id) {
        return Value::Null;
    }
    let number = |value: &Value| value.as_u64().and_then(|number| usize::try_from(number).ok());
    let size = number(&variables["first"]).unwrap_or(PAGE).min(PAGE);
    let start: usize = variables["after"].as_str().and_then(|cursor| cursor.parse().ok()).unwrap_or(0);
    let wishes = state.wishes.iter().rev().filter(|wish| wish.person == whose.id);
    let titles: Vec<_> = wishes.filter_map(|wish| state.titles.get(&wish.key)).collect();
    let end = start.saturating_add(size).min(titles.len());
    let nodes = titles.get(start..end).unwrap_or_default().iter().map(
        |title| json!({ "id": title.key(), "title": title.title, "type": title.kind.word().to_uppercase() }),
    );
    let nodes: Value = nodes.collect();
    let page = json!({ "hasNextPage": end < titles.len(), "endCursor": end.to_string() });
    json!({ "nodes": nodes, "pageInfo": page })
}
