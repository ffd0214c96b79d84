//! With whom libraries are shared. XML whatever was asked for.

use crate::demo::plex::node::Node;
use crate::demo::plex::reply::Reply;
use crate::demo::plex::world::{Person, State};

/// Everybody but oneself: the home's members and friends.
pub(super) fn users(state: &State, person: &Person) -> Reply {
    let others = state.people.values().filter(|other| other.id != person.id && person.is_owner());
    let others: Vec<Node> = others
        .map(|other| {
            let all = other.sections.is_none();
            let share = Node::each("Server")
                .with("id", other.id + 30_000)
                .with("serverId", 1_i64)
                .with("machineIdentifier", state.machine.as_str())
                .with("name", state.pref("FriendlyName"))
                .with("lastSeenAt", state.now())
                .with("numLibraries", other.sections.as_ref().map_or(state.sections.len(), Vec::len))
                .with("allLibraries", all)
                .with("owned", true)
                .with("pending", false);
            let name = if other.is_managed() { "" } else { &other.name };
            Node::each("User")
                .with("id", other.id)
                .with("title", other.name.as_str())
                .with("username", name)
                .with("email", other.email())
                .with("recommendationsPlaylistId", "")
                .with("thumb", other.thumb())
                .with("protected", other.pin().is_some())
                .with("home", other.in_home())
                .with("allowTuners", false)
                .with("allowSync", false)
                .with("allowCameraUpload", false)
                .with("allowChannels", false)
                .with("restricted", other.is_managed())
                .children(other.is_let_in().then_some(share))
        })
        .collect();
    let node = Node::only("MediaContainer")
        .with("friendlyName", "myPlex")
        .with("identifier", "com.plexapp.plugins.myplex")
        .with("machineIdentifier", "plex.tv")
        .with("totalSize", others.len())
        .with("size", others.len());
    Reply::only_xml(node.children(others))
}

/// Who may use which section, and by which token, as far as plex.tv tells.
pub(super) fn shares(state: &State, person: &Person, machine: &str) -> Reply {
    if !person.is_owner() || machine != state.machine {
        return Reply::cloud(404, 1002, "Server not found");
    }
    let others = state.people.values().filter(|other| !other.is_owner() && other.is_let_in());
    let shares: Vec<Node> = others
        .map(|other| {
            let sections = state.sections.values().map(|section| {
                Node::each("Section")
                    .with("id", 118_181_360 + i64::from(section.id))
                    .with("key", section.id.to_string())
                    .with("title", section.title.as_str())
                    .with("type", section.kind.word())
                    .with("shared", other.sees(section.id))
            });
            Node::each("SharedServer")
                .with("id", other.id + 30_000)
                .with("username", if other.is_managed() { "" } else { &other.name })
                .with("email", other.email())
                .with("userID", other.id)
                .maybe("accessToken", state.tells_share_tokens.then_some(other.server_token.as_str()))
                .with("name", state.pref("FriendlyName"))
                .with("acceptedAt", 1_700_000_000_i64)
                .with("invitedAt", 1_699_990_000_i64)
                .with("allowSync", false)
                .with("allLibraries", other.sections.is_none())
                .with("owned", false)
                .children(sections)
        })
        .collect();
    let node = Node::only("MediaContainer")
        .with("friendlyName", "myPlex")
        .with("identifier", "com.plexapp.plugins.myplex")
        .with("machineIdentifier", machine)
        .with("size", shares.len());
    Reply::only_xml(node.children(shares))
}
