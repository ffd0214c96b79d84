//! The JSON of plex.tv.

use serde::Deserialize;

use super::Incomplete;
use super::lenient::{count, flag, list, object, secret, text};
use super::video::{Metadata, kind};
use crate::domain::media::VideoKind;
use crate::domain::media::people::{Account, Connection, HomeUser, Resource, Way};
use crate::domain::media::wish::WatchlistEntry;
use crate::domain::secret::Secret;

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub struct User {
    #[serde(deserialize_with = "count")]
    id: Option<u64>,
    #[serde(deserialize_with = "text")]
    uuid: Option<String>,
    #[serde(deserialize_with = "text")]
    title: Option<String>,
    #[serde(deserialize_with = "text")]
    friendly_name: Option<String>,
    #[serde(deserialize_with = "text")]
    username: Option<String>,
    #[serde(deserialize_with = "secret")]
    auth_token: Option<Secret>,
    #[serde(deserialize_with = "object")]
    subscription: Option<Subscription>,
    // Of a home:
    #[serde(deserialize_with = "flag")]
    admin: Option<bool>,
    #[serde(deserialize_with = "flag")]
    restricted: Option<bool>,
    #[serde(deserialize_with = "flag")]
    protected: Option<bool>,
}

#[derive(Deserialize)]
struct Subscription {
    #[serde(default, deserialize_with = "flag")]
    active: Option<bool>,
}

impl User {
    fn shown(&mut self) -> String {
        let names = [self.friendly_name.take(), self.title.take(), self.username.clone()];
        names.into_iter().flatten().next().unwrap_or_default()
    }
}

impl TryFrom<User> for Account {
    type Error = Incomplete;

    fn try_from(mut wire: User) -> Result<Self, Incomplete> {
        Ok(Self {
            id: wire.id.ok_or(Incomplete("id of a user"))?,
            uuid: wire.uuid.take().unwrap_or_default(),
            title: wire.shown(),
            username: wire.username,
            pass: wire.subscription.and_then(|subscription| subscription.active).unwrap_or_default(),
            token: wire.auth_token,
        })
    }
}

#[derive(Deserialize)]
pub struct Home {
    #[serde(default, deserialize_with = "list")]
    pub users: Vec<User>,
}

impl TryFrom<User> for HomeUser {
    type Error = Incomplete;

    fn try_from(mut wire: User) -> Result<Self, Incomplete> {
        Ok(Self {
            id: wire.id.ok_or(Incomplete("id of a home's user"))?,
            uuid: wire.uuid.take().ok_or(Incomplete("uuid of a home's user"))?,
            title: wire.shown(),
            username: wire.username,
            admin: wire.admin.unwrap_or_default(),
            restricted: wire.restricted.unwrap_or_default(),
            protected: wire.protected.unwrap_or_default(),
        })
    }
}

/// The servers and players of an account: the answer is a list without anything around it.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct Resources {
    #[serde(deserialize_with = "list")]
    pub devices: Vec<Device>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub struct Device {
    #[serde(deserialize_with = "text")]
    name: Option<String>,
    #[serde(deserialize_with = "text")]
    client_identifier: Option<String>,
    #[serde(deserialize_with = "text")]
    provides: Option<String>,
    #[serde(deserialize_with = "flag")]
    owned: Option<bool>,
    #[serde(deserialize_with = "secret")]
    access_token: Option<Secret>,
    #[serde(deserialize_with = "list")]
    connections: Vec<Address>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Address {
    #[serde(deserialize_with = "text")]
    uri: Option<String>,
    #[serde(deserialize_with = "flag")]
    local: Option<bool>,
    #[serde(deserialize_with = "flag")]
    relay: Option<bool>,
}

impl TryFrom<Device> for Resource {
    type Error = Incomplete;

    fn try_from(wire: Device) -> Result<Self, Incomplete> {
        let provides = wire.provides.unwrap_or_default();
        if !provides.split(',').any(|what| what.trim() == "server") {
            return Err(Incomplete("a server among what it provides"));
        }
        let mut connections: Vec<Connection> = wire
            .connections
            .into_iter()
            .filter_map(|address| {
                let way = match (address.relay, address.local) {
                    (Some(true), _) => Way::Relay,
                    (_, Some(true)) => Way::Local,
                    _ => Way::Remote,
                };
                Some(Connection { uri: address.uri?, way })
            })
            .collect();
        connections.sort_by_key(|connection| (connection.way, !connection.uri.starts_with("https:")));
        Ok(Self {
            name: wire.name.unwrap_or_default(),
            machine: wire.client_identifier.ok_or(Incomplete("clientIdentifier"))?,
            owned: wire.owned.unwrap_or_default(),
            token: wire.access_token,
            connections,
        })
    }
}

impl TryFrom<Metadata> for WatchlistEntry {
    type Error = Incomplete;

    fn try_from(wire: Metadata) -> Result<Self, Incomplete> {
        let kind = kind(wire.kind.as_deref());
        if !matches!(kind, VideoKind::Movie | VideoKind::Show) {
            return Err(Incomplete("movie or show as its type"));
        }
        // The guid's last part is the key; old answers have one without the other.
        let guid = wire.guid.or_else(|| Some(format!("plex://{}/{}", wire.kind?, wire.rating_key?)));
        Ok(Self {
            guid: guid.ok_or(Incomplete("guid"))?,
            kind,
            title: wire.title.unwrap_or_default(),
            year: wire.year.and_then(|year| i32::try_from(year).ok()),
        })
    }
}

/// A PIN to sign in with.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub struct Pin {
    #[serde(deserialize_with = "count")]
    pub id: Option<u64>,
    #[serde(deserialize_with = "secret")]
    pub code: Option<Secret>,
    #[serde(deserialize_with = "count")]
    pub expires_in: Option<u64>,
    #[serde(deserialize_with = "secret")]
    pub auth_token: Option<Secret>,
}
