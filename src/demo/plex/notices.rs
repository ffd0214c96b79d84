//! What the server tells of its own accord.
//!
//! A listener gets each notice in a frame of its own. The owner hears everything, others of their own players alone.

use std::ops::ControlFlow;

use futures_util::{SinkExt, Stream, StreamExt, stream};
use poem::web::websocket::{Message, WebSocketStream};
use serde_json::{Value, json};
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::sync::watch;

use super::drift;
use super::faults::{Fault, Faults};
use super::lines::Line;
use super::world::{Item, Person, PersonId, PlayState, Session, State};

/// Something to tell.
#[derive(Clone, Debug)]
pub(super) struct Notice {
    kind: &'static str,
    /// Under which name the entry stands.
    name: &'static str,
    entry: Value,
    /// Whom it is about; absent, only the owner hears of it.
    person: Option<PersonId>,
}

impl Notice {
    fn new(kind: &'static str, name: &'static str, entry: Value) -> Self {
        Self { kind, name, entry, person: None }
    }

    pub fn playing(session: &Session) -> Self {
        let entry = json!({
            "sessionKey": session.key.to_string(),
            "clientIdentifier": session.player.identifier,
            "guid": "",
            "ratingKey": session.item.to_string(),
            "url": "",
            "key": format!("/library/metadata/{}", session.item),
            "viewOffset": session.offset,
            "playQueueItemID": session.key + 411_000,
            "playQueueID": session.key + 21_000,
            "state": session.state.word(),
        });
        let person = Some(session.person);
        Self { person, ..Self::new("playing", "PlaySessionStateNotification", entry) }
    }

    pub fn timeline(state: &State, item: &Item, to: i64, metadata: Option<&str>) -> Self {
        let mut entry = json!({
            "identifier": "com.plexapp.plugins.library",
            "sectionID": item.section.to_string(),
            "itemID": item.key.to_string(),
            "type": item.kind.number(),
            "title": item.title,
            "state": to,
            "updatedAt": state.now(),
        });
        if let Some(parent) = item.parent {
            entry["parentItemID"] = parent.to_string().into();
        }
        // Also of an item that is gone already.
        if let Some(root) = item.parent.and_then(|above| state.items.get(&above)?.parent) {
            entry["rootItemID"] = root.to_string().into();
        }
        if let Some(metadata) = metadata {
            entry["metadataState"] = metadata.into();
        }
        Self::new("timeline", "TimelineEntry", entry)
    }

    pub fn preference(name: &str, value: &str) -> Self {
        Self::new("preference", "Setting", json!({ "id": name, "value": value }))
    }

    /// From the first word of a scan to its last. Which section it is stands in all but the first.
    pub fn scan(section: u32, title: &str, number: u64) -> Vec<Self> {
        let uuid = format!("fe1365a6-0000-4000-8000-{number:012x}");
        let step = |event: &str, progress: i64| {
            let mut activity = json!({
                "uuid": uuid, "type": "library.update.section", "cancellable": false, "userID": 1,
                "title": format!("Scanning {title}"), "subtitle": "", "progress": progress,
            });
            if event != "started" {
                activity["Context"] = json!({ "librarySectionID": section.to_string() });
            }
            let entry = json!({ "event": event, "uuid": uuid, "Activity": activity });
            Self::new("activity", "ActivityNotification", entry)
        };
        let done = json!({
            "title": "Library scan complete", "description": "", "notificationName": "LIBRARY_UPDATE",
        });
        let done = Self::new("status", "StatusNotification", done);
        vec![step("started", 0), step("updated", 50), step("ended", 100), done]
    }

    fn is_for(&self, person: &Person) -> bool {
        person.is_owner() || self.person == Some(person.id)
    }

    fn is_stop(&self) -> bool {
        self.kind == "playing" && self.entry["state"] == PlayState::Stopped.word()
    }

    /// As it happens that a player ends under another key than it began.
    fn under_new_key(mut self) -> Self {
        let key = self.entry["sessionKey"].as_str().and_then(|key| key.parse::<u64>().ok()).unwrap_or(0);
        self.entry["sessionKey"] = (key + 1_000_000).to_string().into();
        self
    }

    fn frame(&self, drifts: &[Fault], way: Way) -> String {
        let is_wrapped = !drifts.contains(&Fault::Unwrapped);
        let mut body = match way {
            Way::Socket => json!({ "type": self.kind, "size": 1, self.name: [self.entry] }),
            Way::Events => json!({ self.name: self.entry }),
        };
        drift::bend(&mut body, drifts);
        match way {
            Way::Socket if is_wrapped => json!({ "NotificationContainer": body }).to_string(),
            Way::Socket => body.to_string(),
            Way::Events => format!("event: {}\ndata: {body}\n\n", self.kind),
        }
    }
}

/// Which notices a listener wants: `filters=playing,timeline`, `filters=-log`.
#[derive(Clone, Debug)]
pub(super) struct Filter(Vec<String>);

impl Filter {
    pub fn read(text: Option<&str>) -> Self {
        Self(text.unwrap_or("-log").split(',').filter(|word| !word.is_empty()).map(str::to_owned).collect())
    }

    fn lets(&self, kind: &str) -> bool {
        let refused = self.0.iter().any(|word| word.strip_prefix('-') == Some(kind));
        let named = self.0.iter().filter(|word| !word.starts_with('-'));
        let (mut any, mut found) = (false, false);
        for word in named {
            any = true;
            found |= word == kind;
        }
        !refused && (!any || found)
    }
}

/// How notices reach a listener.
#[derive(Clone, Copy)]
enum Way {
    /// As frames of a WebSocket, each a container with a list.
    Socket,
    /// As server-sent events, each the entry alone under its name.
    Events,
}

/// One who listens.
pub(super) struct Listener {
    pub person: Person,
    pub filter: Filter,
    pub path: String,
    pub faults: Faults,
    pub line: Option<Line>,
}

impl Listener {
    /// Until either side has enough.
    pub async fn serve(
        self,
        mut socket: WebSocketStream,
        mut heard: Receiver<Notice>,
        mut stop: watch::Receiver<bool>,
    ) {
        loop {
            tokio::select! {
                notice = heard.recv() => match notice {
                    Ok(notice) => {
                        if self.send(&mut socket, notice).await.is_break() {
                            return;
                        }
                    }
                    // Too slow: what was missed is gone, as on a real server.
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return,
                },
                said = socket.next() => match said {
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                    Some(Ok(_)) => {}
                },
                () = stopped(&mut stop) => {
                    let _ = socket.send(Message::Close(None)).await;
                    return;
                }
            }
        }
    }

    async fn send(&self, socket: &mut WebSocketStream, notice: Notice) -> ControlFlow<()> {
        let Some((text, times)) = self.frame(notice, Way::Socket) else { return ControlFlow::Continue(()) };
        for _ in 0..times {
            if socket.send(Message::Text(text.clone())).await.is_err() {
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    }

    /// The same as server-sent events, for those who cannot speak WebSocket.
    pub fn events(
        self,
        heard: Receiver<Notice>,
        stop: watch::Receiver<bool>,
    ) -> impl Stream<Item = std::io::Result<String>> {
        // The first tells that the line stands.
        let ping = stream::iter([Ok("event: ping\ndata: {}\n\n".to_owned())]);
        ping.chain(stream::unfold((self, heard, stop), |(listener, mut heard, mut stop)| async move {
            loop {
                let notice = tokio::select! {
                    notice = heard.recv() => notice,
                    () = stopped(&mut stop) => return None,
                };
                match notice {
                    Ok(notice) => {
                        if let Some((text, times)) = listener.frame(notice, Way::Events) {
                            let text = text.repeat(usize::try_from(times).unwrap_or(1));
                            return Some((Ok(text), (listener, heard, stop)));
                        }
                    }
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return None,
                }
            }
        }))
    }

    /// What of a notice reaches this listener, and how often.
    fn frame(&self, notice: Notice, way: Way) -> Option<(String, u32)> {
        if !notice.is_for(&self.person) || !self.filter.lets(notice.kind) {
            return None;
        }
        let is_stop = notice.is_stop();
        let faults = self
            .faults
            .take(None, &self.path, |fault| fault.befalls_frames() && (is_stop || !fault.is_of_stops()));
        let has = |fault: &Fault| faults.contains(fault);
        if has(&Fault::Silent) {
            return None;
        }
        let notice = if has(&Fault::NewKeyAtStop) { notice.under_new_key() } else { notice };
        let text = notice.frame(&faults, way);
        if has(&Fault::CutInFrame)
            && let Some(line) = &self.line
        {
            // A frame's head is at least two bytes: this much of it arrives and no more.
            line.cut_after(text.len() / 2 + 2);
        }
        let floods = faults.iter().map(|fault| if let Fault::Flood { frames } = fault { *frames } else { 0 });
        Some((text, 1 + u32::from(has(&Fault::StoppedTwice)) + floods.sum::<u32>()))
    }
}

/// Told, or nobody is left who could tell.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}
