//! What a media server tells by itself: who plays, what changed, what it finished.
//!
//! [`Client::listen`] opens the line, [`Notices::next`] waits on it. A line that says nothing is asked whether it is alive.
//! A line ends with a reason; opening a new one, and reading anew what was missed meanwhile, is the caller's business.
//!
//! **Invariant:** a notice is a reason to look, never a fact: it may come late, twice, or not at all, and it does not say
//! who plays. [`Client::sessions`] does.

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::{self, Message};

use super::client::Client;
use super::fault::Fault;
use super::wire;
use crate::domain::media::{PlayState, RatingKey, SectionId, VideoKind};
use line::Line;

mod line;

/// Something a server told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Notice {
    /// A player did something, or goes on with it.
    Playing(Playing),
    /// An item of the library changes.
    Timeline {
        /// The section it lies in.
        section: Option<SectionId>,
        /// The item.
        item: RatingKey,
        /// What it is.
        kind: VideoKind,
        /// How far it is.
        entry: Entry,
    },
    /// The server finished some work.
    ActivityEnded {
        /// What; a scan of a section is `library.update.section`.
        kind: String,
        /// The section that it was done in.
        section: Option<SectionId>,
    },
    /// Anything else.
    Other {
        /// Its name; empty where the frame could not be read.
        kind: String,
    },
}

/// What a player does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Playing {
    /// The session; at the end it may be one that was never told of.
    pub session: String,
    /// What it plays.
    pub video: Option<RatingKey>,
    /// Where it is, in milliseconds.
    pub view_offset_ms: u64,
    /// What it does.
    pub state: PlayState,
}

/// How far an item of the library is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Entry {
    /// It is new, and nothing is known of it yet.
    Created,
    /// It is being worked on.
    Changing,
    /// It is complete.
    Ready,
    /// It is gone.
    Deleted,
}

/// Why a line ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ended {
    /// The server closed it, as it does when it stops.
    Closed,
    /// It did not answer whether it is alive.
    Silent,
    /// The connection broke, or what came is no WebSocket any more.
    Broken {
        /// How, for a person.
        how: String,
    },
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Closed => f.write_str("the server closed the line of notices"),
            Self::Silent => f.write_str("the line of notices went silent"),
            Self::Broken { how } => write!(f, "the line of notices broke: {how}"),
        }
    }
}

/// When a silent line is asked whether it is alive, and for how long the answer is waited for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pulse {
    /// Nothing came for so long.
    pub after: Duration,
    /// Nothing came for so long since it was asked.
    pub answer: Duration,
}

impl Default for Pulse {
    fn default() -> Self {
        Self { after: Duration::from_secs(30), answer: Duration::from_secs(5) }
    }
}

/// A line of notices. Dropping it hangs up.
pub struct Notices {
    line: WebSocketStream<Line>,
    pulse: Pulse,
    /// Told and not yet given out: a frame may hold several.
    told: VecDeque<Notice>,
    /// When something has to have come. It outlives a call, since callers wait for other things, too.
    due: Instant,
    asked: bool,
}

impl Client {
    /// Opens the line of notices.
    pub async fn listen(&self, pulse: Pulse) -> Result<Notices, Fault> {
        let line = line::open(self).await?;
        let due = Instant::now() + pulse.after;
        Ok(Notices { line, pulse, told: VecDeque::new(), due, asked: false })
    }
}

impl Notices {
    /// The next notice. Nothing is lost when the wait is given up and begun anew.
    pub async fn next(&mut self) -> Result<Notice, Ended> {
        loop {
            if let Some(notice) = self.told.pop_front() {
                return Ok(notice);
            }
            let Ok(came) = timeout_at(self.due, self.line.next()).await else {
                self.ask().await?;
                continue;
            };
            let message = match came {
                None => return Err(Ended::Closed),
                Some(Err(error)) => return Err(ended(&error)),
                Some(Ok(message)) => message,
            };
            self.due = Instant::now() + self.pulse.after;
            self.asked = false;
            match message {
                Message::Text(frame) => self.told.extend(wire::notice::read(&frame)),
                Message::Binary(frame) => {
                    self.told.extend(wire::notice::read(&String::from_utf8_lossy(&frame)));
                }
                Message::Close(_) => return Err(Ended::Closed),
                // Pings are answered by the library, with the next read.
                Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
            }
        }
    }

    /// Asks a silent line whether it is alive; one that was asked already is not.
    async fn ask(&mut self) -> Result<(), Ended> {
        if self.asked {
            return Err(Ended::Silent);
        }
        self.asked = true;
        self.due = Instant::now() + self.pulse.answer;
        match timeout(self.pulse.answer, self.line.send(Message::Ping(Default::default()))).await {
            Ok(sent) => sent.map_err(|error| ended(&error)),
            Err(_) => Err(Ended::Silent),
        }
    }
}

fn ended(error: &tungstenite::Error) -> Ended {
    match error {
        tungstenite::Error::ConnectionClosed | tungstenite::Error::AlreadyClosed => Ended::Closed,
        tungstenite::Error::Io(error) => Ended::Broken { how: error.kind().to_string() },
        tungstenite::Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => {
            Ended::Broken { how: "the connection was cut".to_owned() }
        }
        tungstenite::Error::Capacity(_) => Ended::Broken { how: "a frame larger than any notice".to_owned() },
        _ => Ended::Broken { how: "what came is no WebSocket".to_owned() },
    }
}
