//! What is being played, told to the owner alone.

use super::files::{self, Manner};
use super::{View, metadata};
use crate::demo::plex::node::Node;
use crate::demo::plex::reply::Reply;
use crate::demo::plex::world::{Session, State};

pub(super) fn list(state: &State, view: &View) -> Reply {
    if !view.person.is_owner() {
        return Reply::html(403);
    }
    let nodes: Vec<Node> = state.sessions.values().filter_map(|session| node(state, view, session)).collect();
    // Idle, there is the size and nothing else.
    Reply::document(Node::only("MediaContainer").with("size", nodes.len()).children(nodes))
}

fn node(state: &State, view: &View, session: &Session) -> Option<Node> {
    let item = state.items.get(&session.item)?;
    let person = state.people.get(&session.person)?;
    // Views are those of whoever watches, not of whoever asks.
    let theirs = View { asked: view.asked, person };
    let version = item.versions.get(session.version).or_else(|| item.versions.first());
    let media = version.map(|version| files::media(state, &theirs, item, version, Manner::InSession));
    let player = &session.player;
    let user = Node::only("User")
        .with("id", person.local_id().to_string())
        .with("thumb", person.thumb())
        .with("title", person.name.as_str());
    let device = Node::only("Player")
        .with("address", "192.168.1.20")
        .with("machineIdentifier", player.identifier.as_str())
        .with("model", "standalone")
        .with("platform", player.platform.as_str())
        .with("platformVersion", "128.0")
        .with("product", player.product.as_str())
        .with("profile", "Web")
        .with("remotePublicAddress", "203.0.113.20")
        .with("state", session.state.word())
        .with("title", player.title.as_str())
        .with("version", "4.145.0")
        .with("local", !player.remote)
        .with("relayed", false)
        .with("secure", true)
        .with("userID", person.local_id());
    let stream = Node::only("Session")
        .with("id", format!("session{:016x}", session.key))
        .with("bandwidth", 8_300_i64)
        .with("location", if player.remote { "wan" } else { "lan" });
    let converting = player.transcodes.then(|| transcoding(session, item.duration));
    let node = metadata::head(state, &theirs, item, Some(session.offset))
        .with("librarySectionID", item.section.to_string())
        .with("sessionKey", session.key.to_string());
    Some(node.children(media).child(user).child(device).child(stream).children(converting))
}

fn transcoding(session: &Session, duration: u64) -> Node {
    Node::only("TranscodeSession")
        .with("key", format!("/transcode/sessions/{}", session.player.identifier))
        .with("throttled", false)
        .with("complete", false)
        .with("progress", "12.5")
        .with("size", -22_i64)
        .with("speed", "3.2")
        .with("error", false)
        .with("duration", duration)
        .with("remaining", 120_i64)
        .with("context", "streaming")
        .with("sourceVideoCodec", "hevc")
        .with("videoDecision", "transcode")
        .with("audioDecision", "copy")
        .with("protocol", "dash")
        .with("container", "mp4")
}
