//! Any text as any answer of Plex, and any body at a webhook: what is understood is the same whatever stands around it,
//! and shows no token.

use std::fmt::Debug;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use multer::bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::webhook::{LONGEST, Unreadable, read};
use super::wire::cloud::{Home, Pin, Resources, User};
use super::wire::container::{Envelope, Hubs, Items};
use super::wire::server::{Accounts, Identity, Sections, Settings};
use super::wire::video::Metadata;
use super::wire::{Incomplete, feed, notice, shared, usable, usable_one};
use super::{notices, text};
use crate::domain::media::people::{Account, HomeUser, LocalAccount, Resource};
use crate::domain::media::tip::Tip;
use crate::domain::media::wish::WatchlistEntry;
use crate::domain::media::{Preference, Section, ServerIdentity, Session, Video, VideoKind, Viewing};

/// An answer of a media server or of plex.tv, a frame of notices, a feed, a page of an error.
pub fn plex(data: &[u8]) {
    let sent = String::from_utf8_lossy(data);
    let said = text::said(&sent);
    assert!(said.chars().count() <= 161 && !said.contains(char::is_control), "{said:?}");
    frame(&sent);
    wishes(&sent);
    people(&sent);
    if let Ok(value) = serde_json::from_str::<Value>(&sent) {
        let understood = understood(&value);
        hides_tokens(&value, &understood);
        assert_eq!(understood, self::understood(&with_more(&value)), "by what was added");
        assert_eq!(understood, self::understood(&without_null(&value)), "by null");
    }
}

fn frame(sent: &str) {
    let notices = notice::read(sent);
    assert!(!notices.is_empty());
    for told in notices {
        if let notices::Notice::Playing(playing) = told {
            assert!(!playing.session.is_empty());
        }
    }
}

fn wishes(sent: &str) {
    let Ok(page) = feed::page(sent) else { return };
    for entry in page.entries {
        assert!(matches!(entry.kind, VideoKind::Movie | VideoKind::Show), "{entry:?}");
        assert!(entry.guids.iter().all(|guid| guid.contains("://")), "{entry:?}");
        assert!(entry.author.is_none_or(|author| !author.is_empty()));
    }
}

fn people(sent: &str) {
    let _ = shared::friends(sent);
    for one in shared::shared_users(sent).unwrap_or_default() {
        let shown = format!("{one:?}");
        if let Some(token) = &one.token {
            assert!(is_unlike(token.expose(), sent) || !shown.contains(token.expose()), "{shown}");
        }
    }
}

/// Whatever can be made of it, as text.
fn understood(value: &Value) -> Vec<String> {
    let mut all = vec![];
    of::<Envelope<Items>>(value, |page| {
        all.push(format!("{:?}", page.container.total_size));
        for item in page.container.items {
            all.push(format!("{:?}", item.identity()));
        }
    });
    each::<Video>(value, &mut all);
    each::<Session>(value, &mut all);
    each::<WatchlistEntry>(value, &mut all);
    of::<Envelope<Items>>(value, |page| {
        all.extend(page.container.items.into_iter().map(|item| format!("{:?}", Viewing::from(item))));
    });
    of::<Envelope<Hubs>>(value, |page| {
        for hub in page.container.hubs {
            all.push(format!("{} {:?} {:?}", hub.continues(), hub.key, hub.more));
            show(&mut all, usable::<_, Video>(hub.items));
        }
    });
    of::<Envelope<Identity>>(value, |of| show(&mut all, usable_one::<_, ServerIdentity>(of.container)));
    of::<Envelope<Sections>>(value, |of| show(&mut all, usable::<_, Section>(of.container.sections)));
    of::<Envelope<Accounts>>(value, |of| show(&mut all, usable::<_, LocalAccount>(of.container.accounts)));
    of::<Envelope<Settings>>(value, |of| show(&mut all, usable::<_, Preference>(of.container.settings)));
    of::<User>(value, |user| show(&mut all, usable_one::<_, Account>(user)));
    of::<Home>(value, |home| show(&mut all, usable::<_, HomeUser>(home.users)));
    of::<Resources>(value, |list| show(&mut all, usable::<_, Resource>(list.devices)));
    // Its code and its token are wrapped by whoever asked.
    of::<Pin>(value, |pin| show(&mut all, [(pin.id, pin.expires_in)]));
    all
}

fn of<T: DeserializeOwned>(value: &Value, take: impl FnOnce(T)) {
    let _ = T::deserialize(value).map(take);
}

fn each<T: TryFrom<Metadata, Error = Incomplete> + Debug>(value: &Value, all: &mut Vec<String>) {
    of::<Envelope<Items>>(value, |page| show(all, usable::<_, T>(page.container.items)));
}

fn show<T: Debug>(all: &mut Vec<String>, entries: impl IntoIterator<Item = T>) {
    all.extend(entries.into_iter().map(|entry| format!("{entry:?}")));
}

/// No token stands in what is shown, unless it stands elsewhere in the answer as well.
fn hides_tokens(value: &Value, shown: &[String]) {
    let sent = value.to_string();
    let mut tokens = vec![];
    walk(value, &mut |name, inner| {
        if ["authToken", "accessToken"].contains(&name) {
            tokens.extend(inner.as_str().map(str::to_owned));
        }
    });
    for token in tokens.iter().filter(|token| !is_unlike(token, &sent)) {
        assert!(shown.iter().all(|text| !text.contains(token)), "{token} in {shown:?}");
    }
}

/// Too short to be found by, or not there by itself.
fn is_unlike(token: &str, sent: &str) -> bool {
    token.len() < 12 || !token.chars().all(char::is_alphanumeric) || sent.matches(token).count() != 1
}

fn walk(value: &Value, see: &mut impl FnMut(&str, &Value)) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, inner)| {
            see(name, inner);
            walk(inner, see);
        }),
        Value::Array(list) => list.iter().for_each(|inner| walk(inner, see)),
        _ => {}
    }
}

/// With a field that nobody knows in every object; a preference shows its whole value.
fn with_more(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let more = |(name, inner): (&String, &Value)| {
                (name.clone(), if name == "value" { inner.clone() } else { with_more(inner) })
            };
            let new = ("x-unheard-of".to_owned(), json!([{ "of": null }, 1]));
            fields.iter().map(more).chain([new]).collect()
        }
        Value::Array(list) => list.iter().map(with_more).collect(),
        plain => plain.clone(),
    }
}

/// Without the fields that are null.
fn without_null(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let some = fields.iter().filter(|(_, inner)| !inner.is_null());
            some.map(|(name, inner)| {
                (name.clone(), if name == "value" { inner.clone() } else { without_null(inner) })
            })
            .collect()
        }
        Value::Array(list) => list.iter().map(without_null).collect(),
        plain => plain.clone(),
    }
}

/// A byte that says how the body is cut, a line with its type, the body.
pub fn webhook(data: &[u8]) {
    let Some((cut, rest)) = data.split_first() else { return };
    let Some(end) = rest.iter().position(|byte| *byte == b'\n') else { return };
    let Ok(content_type) = std::str::from_utf8(&rest[..end]) else { return };
    let body = &rest[end + 1..];
    let whole = heard(content_type, body, usize::MAX);
    assert_eq!(whole, heard(content_type, body, usize::from(*cut) + 1), "cut into {cut}");
    let Ok(tip) = whole else { return };
    let Tip { event: _, video, file, user } = &tip;
    let texts = [video.as_ref().map(|key| &key.0), file.as_ref().map(|file| &file.0), user.as_ref()];
    for text in texts.into_iter().flatten() {
        assert!(!text.is_empty() && text.len() <= LONGEST);
    }
    // What JSON says by itself it says in a form.
    if heard("application/json", body, usize::MAX) == Ok(tip.clone()) {
        let form =
            [&b"--b0undary\r\ncontent-disposition: form-data; name=\"payload\"\r\n\r\n"[..], body, END];
        let posted = heard("multipart/form-data; boundary=b0undary", &form.concat(), usize::MAX);
        assert!(posted == Ok(tip) || body.windows(10).any(|window| window == b"--b0undary"));
    }
}

const END: &[u8] = b"\r\n--b0undary--\r\n";

/// What is made of a body that comes in pieces of this size.
fn heard(content_type: &str, body: &[u8], size: usize) -> Result<Tip, Unreadable> {
    let pieces = body.chunks(size).map(|piece| Ok::<_, std::io::Error>(Bytes::copy_from_slice(piece)));
    let mut reading = pin!(read(content_type, futures_util::stream::iter(pieces)));
    let mut context = Context::from_waker(Waker::noop());
    // Whatever it waits for is there; so long as it may want to be asked.
    for _ in 0..=body.len() + 16 {
        if let Poll::Ready(heard) = reading.as_mut().poll(&mut context) {
            return heard;
        }
    }
    panic!("the whole body was there, and nothing came of it");
}
