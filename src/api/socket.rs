//! `GET /ws`: events as they happen.
//!
//! Who may listen no more (a session that ended, a key that was revoked, another role) is told so and let go: `lease`.
//! Each client reads from the hub's ring at its own pace; nothing is queued for it. What a client sends is either a
//! ping or ignored.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use poem::web::websocket::{CloseCode, Message, WebSocket, WebSocketConfig, WebSocketStream};
use poem::{Endpoint, FromRequest, IntoResponse, Request, RequestBody, Response};
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::document::Refusals;
use super::frames;
use super::lease::Lease;
use super::problem::{Code, Problem};
use super::view::View;
use crate::access::Access;
use crate::domain::access::Principal;
use crate::domain::privacy::Privacy;
use crate::live::{Heard, Hub, Listener, Told};

/// The operation.
pub const ID: &str = "listen";

/// What each operation here may refuse with, beside what every operation may.
pub const REFUSALS: Refusals =
    &[(ID, &[Code::InvalidParameter, Code::UnknownParameter, Code::UpgradeRequired])];

/// Largest frame of a client.
const LARGEST: usize = 64 << 10;
/// What a batch collects.
const BATCH: Duration = Duration::from_millis(50);
/// More events than this within a second become one `resync`.
const FLOOD: usize = 100;
const SECOND: Duration = Duration::from_secs(1);
/// A quiet client is asked whether it is still there this often,
const ASK: Duration = Duration::from_secs(30);
/// and is let go after so long a silence, or when it does not take what is sent to it.
const SILENCE: Duration = Duration::from_secs(75);
const SEND: Duration = Duration::from_secs(10);
/// So long it is waited for a client that is told goodbye: a stop has less time than a client that is slow.
const GOODBYE: Duration = Duration::from_secs(3);

const ABOUT: &str = "\
A WebSocket. Text frames `{\"type\", \"data\", \"timestamp\", \"seq\"}`; `seq` rises by one with every event, also over \
restarts. An event is sent after what it tells of is durable. The schema `EventFrame` has all of them.

| type | |
|---|---|
| `cache_file_added`, `cache_file_removed` | a file is served from the cache now, or not any more |
| `cache_statistics_updated` | the numbers of `getStatistics`; at most once per second |
| `job_progress`, `job_finished` | at most four per second and job; how it ended |
| `mover_runs` | the NAS's own mover runs, so jobs wait for it; or it has ended |
| `resync` | something was missed: read everything again |

More than 100 events within a second become one `resync`. `{\"type\":\"ping\"}` is answered with `{\"type\":\"pong\"}`; \
anything else is ignored; frames over 64 KiB close the connection with 1009. It is closed with 1001 when the instance \
stops, with 1012 when it starts anew, and with 1008 when who listens may do so no more: the session or the key has ended, or has another role now.

A browser sends the cookie of its session by itself. Where it cannot, `createTicket` has a ticket for the query. Pages of \
other origins are refused, but for those that the instance is set to allow.";

/// The operation in the document; poem-openapi has no WebSockets.
#[must_use]
pub fn path_item() -> Value {
    json!({ "get": {
        "tags": ["Events"],
        "summary": "Listen to events",
        "description": ABOUT,
        "operationId": ID,
        "parameters": [
            {
                "name": "since", "in": "query", "required": false,
                "description": "The `seq` of the last event heard: what was missed is replayed, or `resync` is sent.",
                "schema": { "type": "integer", "format": "int64", "minimum": 0 }
            },
            {
                "name": "batch", "in": "query", "required": false,
                "description": "1: what 50 ms bring comes in one frame, `{\"type\":\"batch\",\"events\":[…]}`.",
                "schema": { "type": "integer", "format": "int32", "minimum": 0, "maximum": 1 }
            },
            {
                "name": "ticket", "in": "query", "required": false,
                "description": "What `createTicket` answered; instead of a key or a cookie.",
                "schema": { "type": "string", "minLength": 1, "maxLength": 100 }
            }
        ],
        "responses": { "101": {
            "description": "Events follow: text frames, each of them an EventFrame.",
            "content": { "application/json": { "schema": { "$ref": "#/components/schemas/EventFrame" } } }
        } }
    } })
}

/// The endpoint.
pub struct Socket {
    pub(super) hub: Hub,
    pub(super) privacy: Privacy,
    pub(super) access: Access,
    pub(super) closing: Closing,
}

/// Told to every client when the instance stops; whoever holds one is waited for.
#[derive(Clone)]
pub struct Closing {
    pub(super) stop: watch::Receiver<Option<Parting>>,
    pub(super) open: mpsc::Sender<()>,
}

/// What comes after the end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Parting {
    /// Nothing.
    Stop,
    /// The next start, within the same process.
    Restart,
}

impl Parting {
    fn goodbye(self) -> (CloseCode, &'static str) {
        match self {
            Self::Stop => (CloseCode::Away, "the instance stops"),
            Self::Restart => (CloseCode::Restart, "the instance starts anew"),
        }
    }
}

/// Nobody listens whom the gate did not let in.
async fn ended(lease: Option<Lease>) {
    if let Some(lease) = lease {
        lease.ends().await;
    }
}

/// Waits for the end. A sender that is gone has stopped, too.
async fn stopped(stop: &mut watch::Receiver<Option<Parting>>) -> Parting {
    stop.wait_for(Option::is_some).await.ok().and_then(|parting| *parting).unwrap_or(Parting::Stop)
}

impl Endpoint for Socket {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let query: Vec<(String, String)> = request.params().unwrap_or_default();
        let given = |name: &str| query.iter().find(|(given, _)| given == name).map(|(_, value)| value);
        let since = given("since").and_then(|since| since.parse().ok());
        let is_batch = given("batch").is_some_and(|batch| batch == "1");
        let socket = match WebSocket::from_request(&request, &mut RequestBody::default()).await {
            Ok(socket) => socket,
            Err(_) => {
                let sentence = "this is a WebSocket; ask for it with the headers of an upgrade";
                return Ok(Problem::new(Code::UpgradeRequired, sentence).into_response());
            }
        };
        let config = WebSocketConfig::default()
            .read_buffer_size(2048)
            .write_buffer_size(0)
            .max_message_size(Some(LARGEST))
            .max_frame_size(Some(LARGEST));
        // From here on nothing is missed, even if the client takes its time with the upgrade.
        let listener = self.hub.listen(since);
        let replayed = listener.latest();
        let closing = self.closing.clone();
        let view = View::of_request(&request, Some(&self.privacy));
        let lease = request.data::<Principal>().map(|who| Lease::of(self.access.clone(), who.clone()));
        let client = move |stream| {
            let second = (Instant::now(), 0);
            Client { stream, listener, view, is_batch, replayed, second }.serve(closing, lease)
        };
        Ok(socket.config(config).on_upgrade(client).into_response())
    }
}

struct Client {
    stream: WebSocketStream,
    listener: Listener,
    /// What the client may see of each event.
    view: View,
    is_batch: bool,
    /// What happened up to this one, before it came, was missed, not sent too fast.
    replayed: u64,
    /// Since when events are counted, and how many were sent.
    second: (Instant, usize),
}

/// The connection is over.
struct Gone;

impl Client {
    async fn serve(mut self, closing: Closing, lease: Option<Lease>) {
        let Closing { mut stop, open: _until_here } = closing;
        let (code, reason) = tokio::select! {
            parting = stopped(&mut stop) => parting.goodbye(),
            () = ended(lease) => (CloseCode::Policy, "log in again"),
            () = self.converse() => return,
        };
        // A frame that was under way lies whole in the stream's buffer: the goodbye follows it.
        self.close(code, reason).await;
    }

    async fn converse(&mut self) {
        let mut heard_at = Instant::now();
        loop {
            let went_on = tokio::select! {
                message = self.stream.next() => {
                    heard_at = Instant::now();
                    self.answer(message).await
                }
                heard = self.listener.hear() => self.tell(heard).await,
                () = sleep(ASK) => {
                    if heard_at.elapsed() > SILENCE { Err(Gone) } else { self.send(Message::Ping(vec![])).await }
                }
            };
            if went_on.is_err() {
                return;
            }
        }
    }

    async fn answer(&mut self, message: Option<std::io::Result<Message>>) -> Result<(), Gone> {
        match message {
            Some(Ok(Message::Text(text))) => match frames::pong(&text) {
                Some(pong) => self.send(Message::Text(pong)).await,
                None => Ok(()),
            },
            Some(Ok(Message::Close(_))) | None => Err(Gone),
            Some(Ok(_)) => Ok(()),
            Some(Err(error)) => {
                // poem passes on no more than the text of what tungstenite says.
                if error.to_string().starts_with("Space limit exceeded") {
                    self.close(CloseCode::Size, "frames may have 64 KiB").await;
                }
                Err(Gone)
            }
        }
    }

    async fn tell(&mut self, heard: Heard) -> Result<(), Gone> {
        let mut events = match heard {
            Heard::Events(events) => events,
            Heard::Missed(latest) => return self.send(Message::Text(frames::resync(latest))).await,
        };
        if self.is_batch {
            sleep(BATCH).await;
            match self.listener.look() {
                Some(Heard::Events(more)) => events.extend(more),
                Some(Heard::Missed(latest)) => {
                    return self.send(Message::Text(frames::resync(latest))).await;
                }
                None => {}
            }
        }
        if self.is_flooded(&events) {
            sleep_until(self.second.0 + SECOND).await;
            let latest = self.listener.skip();
            return self.send(Message::Text(frames::resync(latest))).await;
        }
        let (view, ear) = (&self.view, self.view.ear());
        let encode = |told: &Told| frames::encode(told, view);
        let texts: Vec<&str> = events.iter().map(|told| told.text(ear, encode)).collect();
        if self.is_batch {
            return self.send(Message::Text(frames::batch(&texts))).await;
        }
        for text in texts {
            self.send(Message::Text(text.to_owned())).await?;
        }
        Ok(())
    }

    fn is_flooded(&mut self, events: &[Arc<Told>]) -> bool {
        if self.second.0.elapsed() > SECOND {
            self.second = (Instant::now(), 0);
        }
        self.second.1 += events.iter().filter(|told| told.seq > self.replayed).count();
        self.second.1 > FLOOD
    }

    async fn send(&mut self, message: Message) -> Result<(), Gone> {
        match timeout(SEND, self.stream.send(message)).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Gone),
        }
    }

    /// Says goodbye, and waits a little for the answer, so that the client reads the reason and not a reset.
    async fn close(&mut self, code: CloseCode, reason: &str) {
        let goodbye = self.stream.send(Message::Close(Some((code, reason.to_owned()))));
        if matches!(timeout(GOODBYE, goodbye).await, Ok(Ok(()))) {
            let answered = async { while let Some(Ok(_)) = self.stream.next().await {} };
            let _ = timeout(SECOND, answered).await;
        }
    }
}
