//! Reads what is sent to a webhook: by Plex a form with a part `payload` and maybe a picture, by others (Tautulli,
//! scripts) a JSON object in words of ours.
//!
//! **Invariant:** pure. Whoever sends may send anything: no more than [`LARGEST`] is read, no more than
//! [`LONGEST`] kept, and what cannot be read is an [`Unreadable`] that repeats nothing of it.

use futures_util::{Stream, StreamExt};
use multer::bytes::Bytes;
use multer::{Constraints, Multipart, SizeLimit};
use serde::Deserialize;

use super::wire::lenient::{object, text};
use crate::domain::media::tip::{Tip, TipEvent};
use crate::domain::media::{RatingKey, ServerPath};

/// The longest JSON, in bytes.
pub const LONGEST: usize = 256 << 10;
/// The largest body, pictures included, in bytes.
pub const LARGEST: usize = 8 << 20;

/// The part that counts.
const PAYLOAD: &str = "payload";

/// Why a body says nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unreadable {
    /// Neither a form nor JSON.
    #[error("the body must be application/json or multipart/form-data, and its header must say so")]
    MediaType,
    /// More than is read.
    #[error("the body is larger than 8 MiB, or its JSON than 256 KiB")]
    TooLarge,
    /// It ends too early, or is not what its header says.
    #[error("the body ended before it was complete, or is not what its header says")]
    Broken,
    /// A form without what counts.
    #[error("the form has no part `payload`")]
    NoPayload,
    /// The JSON is none.
    #[error("what is sent must be a JSON object")]
    NoObject,
}

/// Reads a body of the type that its header says.
///
/// # Errors
/// It is too large, or not what it should be.
pub async fn read<S, E>(content_type: &str, body: S) -> Result<Tip, Unreadable>
where
    S: Stream<Item = Result<Bytes, E>> + Send + Unpin,
    E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
{
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let json = if essence.eq_ignore_ascii_case("application/json") {
        all(body).await?
    } else if essence.eq_ignore_ascii_case("multipart/form-data") {
        let boundary = multer::parse_boundary(content_type).map_err(|_| Unreadable::MediaType)?;
        payload(body, boundary).await?
    } else {
        return Err(Unreadable::MediaType);
    };
    // A list of values would be read as if it were an object.
    if !json.trim_ascii_start().starts_with(b"{") {
        return Err(Unreadable::NoObject);
    }
    serde_json::from_slice::<Message>(&json).map(Tip::from).map_err(|_| Unreadable::NoObject)
}

async fn all<E>(mut body: impl Stream<Item = Result<Bytes, E>> + Unpin) -> Result<Vec<u8>, Unreadable> {
    let mut all = vec![];
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|_| Unreadable::Broken)?;
        if all.len() + chunk.len() > LONGEST {
            return Err(Unreadable::TooLarge);
        }
        all.extend_from_slice(&chunk);
    }
    Ok(all)
}

async fn payload<S, E>(body: S, boundary: String) -> Result<Vec<u8>, Unreadable>
where
    S: Stream<Item = Result<Bytes, E>> + Send,
    E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
{
    let limits = SizeLimit::new().whole_stream(LARGEST as u64).for_field(PAYLOAD, LONGEST as u64);
    let limits = Constraints::new().size_limit(limits);
    let mut form = Multipart::with_constraints(body, boundary, limits);
    let mut payload = None;
    loop {
        match form.next_field().await {
            Ok(Some(field)) if payload.is_none() && field.name() == Some(PAYLOAD) => {
                payload = Some(field.bytes().await.map_err(|error| refusal(&error))?);
            }
            // Read to the end, so that whoever sends it is not cut off while it does.
            Ok(Some(_)) => {}
            Ok(None) => break,
            // What counts has arrived; that the picture did not is no loss.
            Err(error) if payload.is_some() && refusal(&error) == Unreadable::Broken => break,
            Err(error) => return Err(refusal(&error)),
        }
    }
    payload.map(Vec::from).ok_or(Unreadable::NoPayload)
}

fn refusal(error: &multer::Error) -> Unreadable {
    match error {
        multer::Error::FieldSizeExceeded { .. } | multer::Error::StreamSizeExceeded { .. } => {
            Unreadable::TooLarge
        }
        _ => Unreadable::Broken,
    }
}

/// Both kinds at once: none of their names means two things. (Plex has a `user`, too, but no text.)
#[derive(Deserialize, Default)]
#[serde(default)]
struct Message {
    #[serde(deserialize_with = "text")]
    event: Option<String>,
    #[serde(deserialize_with = "text")]
    file: Option<String>,
    #[serde(deserialize_with = "text")]
    rating_key: Option<String>,
    #[serde(deserialize_with = "text")]
    username: Option<String>,
    #[serde(deserialize_with = "text")]
    user: Option<String>,
    #[serde(rename = "Account", deserialize_with = "object")]
    account: Option<Account>,
    #[serde(rename = "Metadata", deserialize_with = "object")]
    item: Option<Item>,
}

#[derive(Deserialize)]
struct Account {
    #[serde(default, deserialize_with = "text")]
    title: Option<String>,
}

#[derive(Deserialize)]
struct Item {
    #[serde(rename = "ratingKey", default, deserialize_with = "text")]
    rating_key: Option<String>,
}

impl From<Message> for Tip {
    fn from(said: Message) -> Self {
        let Message { event, file, rating_key, username, user, account, item } = said;
        Self {
            event: event_of(event.as_deref()),
            video: rating_key.or_else(|| item?.rating_key).map(RatingKey),
            file: file.map(ServerPath),
            user: username.or(user).or_else(|| account?.title),
        }
    }
}

/// From the words of Plex, of Tautulli's `{action}`, and of people who write such a thing themselves.
fn event_of(word: Option<&str>) -> TipEvent {
    let Some(word) = word else { return TipEvent::Started };
    let word = word.trim().to_ascii_lowercase();
    let what = ["media.", "playback."].into_iter().find_map(|sort| word.strip_prefix(sort)).unwrap_or(&word);
    match what {
        "play" | "start" | "started" => TipEvent::Started,
        "pause" | "paused" => TipEvent::Paused,
        "resume" | "resumed" => TipEvent::Resumed,
        "stop" | "stopped" => TipEvent::Stopped,
        "scrobble" | "watched" => TipEvent::Scrobbled,
        "library.new" | "library.on.deck" | "created" => TipEvent::LibraryChanged,
        _ => TipEvent::Other,
    }
}

#[cfg(test)]
mod tests;
