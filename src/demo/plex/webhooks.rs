//! What the server sends of its own accord to addresses that its owner named: a form with JSON, and with a picture where
//! something begins or arrives.
//!
//! **Invariant:** one after another and never for long: whoever does not take it has missed it. What is logged of that
//! names a host and no path, which may be a secret.

use std::io::{Error, ErrorKind};
use std::time::Duration;

use poem::http::Uri;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::sync::watch;
use tokio::time::timeout;

use super::world::{Item, Kind, Session, State};

/// So long it is tried to hand over one.
const PATIENCE: Duration = Duration::from_secs(5);
const BOUNDARY: &str = "------------------------c1e5a3b79d204f68";
/// A picture without a point in it, as far as readers look.
const PICTURE: &[u8] = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9";

/// Something to send.
#[derive(Clone, Debug)]
pub(super) struct Message {
    to: Vec<Uri>,
    payload: Value,
    has_picture: bool,
}

impl Message {
    /// What a player did. None where nobody wants to know.
    pub fn of_player(state: &State, event: &str, session: &Session) -> Option<Self> {
        let (person, item) = (state.people.get(&session.person)?, state.items.get(&session.item)?);
        let mut message = Self::new(state, event, item)?;
        message.payload["user"] = person.is_owner().into();
        message.payload["Account"] =
            json!({ "id": person.local_id(), "thumb": person.thumb(), "title": person.name });
        let player = &session.player;
        message.payload["Player"] = json!({
            "local": true, "publicAddress": "203.0.113.20", "title": player.title, "uuid": player.identifier,
        });
        message.payload["Metadata"]["viewOffset"] = session.offset.into();
        Some(message)
    }

    /// Something came into the library.
    pub fn of_arrival(state: &State, item: &Item) -> Option<Self> {
        let mut message = Self::new(state, "library.new", item)?;
        if let Some(owner) = state.owner() {
            message.payload["Account"] = json!({ "id": 1, "thumb": owner.thumb(), "title": owner.name });
        }
        Some(message)
    }

    fn new(state: &State, event: &str, item: &Item) -> Option<Self> {
        if state.webhooks.is_empty() {
            return None;
        }
        let payload = json!({
            "event": event, "user": true, "owner": true,
            "Server": { "title": state.pref("FriendlyName"), "uuid": state.machine },
            "Metadata": metadata(state, item),
        });
        let has_picture = matches!(event, "media.play" | "library.new");
        Some(Self { to: state.webhooks.clone(), payload, has_picture })
    }

    fn body(&self) -> Vec<u8> {
        let part = |head: &str, bytes: &[u8]| {
            let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n");
            [head.as_bytes(), bytes, b"\r\n"].concat()
        };
        let payload = self.payload.to_string();
        let mut body = part("name=\"payload\"\r\nContent-Type: application/json", payload.as_bytes());
        if self.has_picture {
            body.extend(part("name=\"thumb\"; filename=\"thumb.jpg\"\r\nContent-Type: image/jpeg", PICTURE));
        }
        body.extend(format!("--{BOUNDARY}--\r\n").bytes());
        body
    }
}

/// Without versions and files: who wants to know them has to ask.
fn metadata(state: &State, item: &Item) -> Value {
    let section = state.sections.get(&item.section);
    let own = |key: u64| format!("/library/metadata/{key}");
    let mut node = json!({
        "librarySectionType": section.map_or("movie", |section| section.kind.word()),
        "ratingKey": item.key.to_string(),
        "key": own(item.key),
        "guid": item.guid,
        "type": item.kind.word(),
        "title": item.title,
        "librarySectionID": item.section,
        "librarySectionKey": format!("/library/sections/{}", item.section),
        "librarySectionTitle": section.map(|section| &section.title),
        "addedAt": item.added_at,
        "updatedAt": item.updated_at,
    });
    if let Some(year) = item.year {
        node["year"] = year.into();
    }
    if !item.ids.is_empty() {
        node["Guid"] = item.ids.iter().map(|id| json!({ "id": id })).collect();
    }
    let parent = item.parent.and_then(|key| state.items.get(&key));
    if let Some(parent) = parent {
        node["parentRatingKey"] = parent.key.to_string().into();
        node["parentTitle"] = parent.title.as_str().into();
    }
    if let Some(show) = parent.and_then(|season| state.items.get(&season.parent?)) {
        node["grandparentRatingKey"] = show.key.to_string().into();
        node["grandparentTitle"] = show.title.as_str().into();
    }
    if let (Kind::Episode, Some(index)) = (item.kind, item.index) {
        node["index"] = index.into();
        node["parentIndex"] = parent.and_then(|season| season.index).into();
    }
    node
}

/// An address that can be sent to.
pub(super) fn read_address(url: &str) -> crate::Result<Uri> {
    let address =
        url.parse::<Uri>().ok().filter(|uri| uri.scheme_str() == Some("http") && uri.host().is_some());
    address.ok_or_else(|| {
        crate::Error::Invalid(
            "a webhook of the simulated server needs an address that begins with http://".to_owned(),
        )
    })
}

/// Sends, until nobody is left who has something to send or the simulator stops.
pub(super) async fn send_all(mut messages: Receiver<Message>, mut stop: watch::Receiver<bool>) {
    loop {
        let message = tokio::select! {
            message = messages.recv() => message,
            // Told, or nobody is left who could tell.
            _ = stop.wait_for(|stop| *stop) => return,
        };
        match message {
            Ok(message) => {
                let sending = async {
                    for address in &message.to {
                        send(address, &message).await;
                    }
                };
                tokio::select! {
                    () = sending => {}
                    _ = stop.wait_for(|stop| *stop) => return,
                }
            }
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

async fn send(address: &Uri, message: &Message) {
    let host = address.host().unwrap_or_default();
    match timeout(PATIENCE, post(address, &message.body())).await {
        Ok(Ok(200..300)) => {}
        Ok(Ok(status)) => tracing::warn!(host, status, "a webhook of the simulated Plex was refused"),
        Ok(Err(error)) => tracing::warn!(host, %error, "a webhook of the simulated Plex was not taken"),
        Err(_) => tracing::warn!(host, "a webhook of the simulated Plex was not answered"),
    }
}

/// By hand: one request without encryption, of whose answer only the status counts.
async fn post(address: &Uri, body: &[u8]) -> std::io::Result<u16> {
    let (host, port) = (address.host().unwrap_or_default(), address.port_u16().unwrap_or(80));
    let path = address.path_and_query().map_or("/", |path| path.as_str());
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\nUser-Agent: PlexMediaServer/1.43\r\nConnection: close\r\n\
         Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let mut line = TcpStream::connect((host.trim_matches(['[', ']']), port)).await?;
    line.write_all(head.as_bytes()).await?;
    line.write_all(body).await?;
    let mut status = [0; 12];
    line.read_exact(&mut status).await?;
    let status = std::str::from_utf8(&status).ok().and_then(|text| text.split(' ').nth(1)?.parse().ok());
    status.ok_or_else(|| Error::new(ErrorKind::InvalidData, "what answers does not speak HTTP"))
}
