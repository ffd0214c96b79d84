//! Signing in by a code that a person approves elsewhere.

use crate::demo::plex::asked::Asked;
use crate::demo::plex::node::{Datum, Node};
use crate::demo::plex::reply::{Content, Reply};
use crate::demo::plex::world::{Pin, World};
use crate::domain::time::Time;

pub(super) fn create(world: &World, asked: &Asked) -> Reply {
    let mut state = world.state();
    let id = 564_964_750 + state.number();
    let strong = ["true", "1"].contains(&asked.param("strong").unwrap_or_default());
    let hash = blake3::hash(format!("pin {id}").as_bytes()).to_hex();
    let code = if strong { hash[..25].to_owned() } else { hash[..4].to_uppercase() };
    let client = asked.plex("X-Plex-Client-Identifier").unwrap_or_default().to_owned();
    let product = asked.plex("X-Plex-Product").unwrap_or("Plex").to_owned();
    let lasts = if strong { 1800 } else { 900 };
    let pin = Pin { id, code, client, product, created_at: state.now(), lasts, token: None };
    let node = node(&pin, pin.created_at);
    state.pins.insert(id, pin);
    Reply::new(201, Content::Document(node))
}

/// Only for the program that asked for it, and only while it lasts.
pub(super) fn look(world: &World, asked: &Asked, id: &str) -> Reply {
    let state = world.state();
    let client = asked.plex("X-Plex-Client-Identifier");
    let lives = |pin: &&Pin| client == Some(pin.client.as_str()) && state.now() < pin.created_at + pin.lasts;
    match id.parse::<u64>().ok().and_then(|id| state.pins.get(&id)).filter(lives) {
        Some(pin) => Reply::document(node(pin, state.now())),
        None => Reply::cloud(404, 1020, "Code not found or expired"),
    }
}

fn node(pin: &Pin, now: i64) -> Node {
    let at = |seconds: i64| Time::from_micros(seconds * 1_000_000).to_string();
    let location = Node::only("location")
        .with("code", "DE")
        .with("european_union_member", true)
        .with("country", "Germany")
        .with("city", "Berlin")
        .with("time_zone", "Europe/Berlin");
    Node::only("pin")
        .with("id", pin.id)
        .with("code", pin.code.as_str())
        .with("product", pin.product.as_str())
        .with("trusted", false)
        .with("qr", format!("https://plex.tv/api/v2/pins/qr/{}", pin.code))
        .with("clientIdentifier", pin.client.as_str())
        .with("expiresIn", pin.created_at + pin.lasts - now)
        .with("createdAt", at(pin.created_at))
        .with("expiresAt", at(pin.created_at + pin.lasts))
        .with("authToken", pin.token.clone())
        .with("newRegistration", Datum::Nothing)
        .child(location)
}
