//! One's own account, and the servers that one may use.

use crate::demo::plex::asked::Asked;
use crate::demo::plex::node::{Datum, Node};
use crate::demo::plex::reply::Reply;
use crate::demo::plex::world::{Person, State};

pub(super) fn user(state: &State, person: &Person, token: &str) -> Reply {
    let owner = person.is_owner();
    let members = state.people.values().filter(|person| person.in_home()).count();
    let status = if owner { "Active" } else { "Inactive" };
    let features: &[&str] =
        if owner { &["webhooks", "pass", "home", "hardware_transcoding", "rss"] } else { &[] };
    let subscription = Node::only("subscription")
        .with("active", owner)
        .with("status", status)
        .with("plan", owner.then(|| "lifetime".to_owned()))
        .with("subscribedAt", Datum::Nothing)
        .with("paymentService", Datum::Nothing)
        .child(Node::words("features", "feature", features));
    let profile = Node::only("profile")
        .with("autoSelectAudio", true)
        .with("defaultAudioLanguage", "en")
        .with("defaultSubtitleLanguage", "en")
        .with("autoSelectSubtitle", 0_i64)
        .with("defaultSubtitleAccessibility", 0_i64)
        .with("defaultSubtitleForced", 0_i64);
    let node = Node::only("user")
        .with("id", person.id)
        .with("uuid", person.uuid.as_str())
        .with("username", (!person.is_managed()).then(|| person.name.clone()))
        .with("title", person.name.as_str())
        .with("email", person.email())
        .with("friendlyName", "")
        .with("locale", Datum::Nothing)
        .with("confirmed", true)
        .with("joinedAt", 1_400_000_000_i64)
        .with("emailOnlyAuth", false)
        .with("hasPassword", true)
        .with("protected", person.pin().is_some())
        .with("thumb", person.thumb())
        .with("authToken", token)
        .with("mailingListStatus", "unsubscribed")
        .with("mailingListActive", false)
        .with("scrobbleTypes", "")
        .with("country", "DE")
        .with("restricted", person.is_managed())
        .with("home", person.in_home())
        .with("guest", false)
        .with("homeAdmin", owner)
        .with("homeSize", if person.in_home() { members } else { 1 })
        .with("maxHomeSize", 15_i64)
        .with("twoFactorEnabled", false)
        .with("backupCodesCreated", false);
    let roles: &[&str] = if owner { &["plexpass"] } else { &[] };
    let node = node.child(subscription).child(profile).child(Node::words("entitlements", "entitlement", &[]));
    Reply::document(node.child(Node::words("roles", "role", roles)))
}

/// The server, if it is theirs or shared with them, with the token that it knows them by.
pub(super) fn resources(state: &State, asked: &Asked, person: &Person) -> Reply {
    let (address, port) = asked.origin.rsplit_once(':').unwrap_or((&asked.origin, "32400"));
    let local = Node::each("connection")
        .with("protocol", "http")
        .with("address", address)
        .with("port", port.parse::<i64>().unwrap_or(32400))
        .with("uri", format!("http://{}", asked.origin))
        .with("local", true)
        .with("relay", false)
        .with("IPv6", address.contains(':'));
    let owner = state.owner().map(|owner| owner.id);
    let node = Node::each("resource")
        .with("name", state.pref("FriendlyName"))
        .with("product", "Plex Media Server")
        .with("productVersion", state.version.as_str())
        .with("platform", "Linux")
        .with("platformVersion", "6.8.0")
        .with("device", "PC")
        .with("clientIdentifier", state.machine.as_str())
        .with("createdAt", "2024-01-01T00:00:00Z")
        .with("lastSeenAt", "2026-11-01T00:00:00Z")
        .with("provides", "server")
        .with(
            "ownerId",
            match owner {
                Some(owner) if owner != person.id => Datum::from(owner),
                _ => Datum::Nothing,
            },
        )
        .with("sourceTitle", Datum::Nothing)
        .with("publicAddress", "203.0.113.20")
        .with("accessToken", person.server_token.as_str())
        .with("owned", person.is_owner())
        .with("home", person.in_home())
        .with("synced", false)
        .with("relay", false)
        .with("presence", true)
        .with("httpsRequired", false)
        .with("publicAddressMatches", true)
        .with("dnsRebindingProtection", false)
        .with("natLoopbackSupported", false)
        .child(Node::list("connections").child(local));
    Reply::document(Node::list("resources").children(person.is_let_in().then_some(node)))
}
