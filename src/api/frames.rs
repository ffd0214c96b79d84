//! What is sent through the WebSocket: one closed set of frames, in the document as they are sent.

use poem_openapi::registry::Registry;
use poem_openapi::types::{ToJSON, Type};
use poem_openapi::{Object, Union};
use serde_json::Value;

use super::files::FileBody;
use super::jobs::JobBody;
use super::mover::MoverBody;
use super::plan::PausedBody;
use super::sessions::SessionBody;
use super::statistics::StatisticsBody;
use super::value::{Id, Timestamp, closed_type, int64, stamp, text};
use super::view::{Shown, View};
use crate::domain::event::Event;
use crate::domain::file::{Operation, closed_names};
use crate::domain::job::JobState;
use crate::live::{Told, What};

/// A frame of the WebSocket, told apart by `type`.
#[derive(Union, Debug)]
#[oai(one_of = true, discriminator_name = "type")]
enum EventFrame {
    #[oai(mapping = "cache_file_added")]
    FileAdded(FileAddedFrame),
    #[oai(mapping = "cache_file_removed")]
    FileRemoved(FileRemovedFrame),
    #[oai(mapping = "cache_statistics_updated")]
    Statistics(StatisticsFrame),
    #[oai(mapping = "job_progress")]
    JobProgress(JobProgressFrame),
    #[oai(mapping = "job_finished")]
    JobFinished(JobFinishedFrame),
    #[oai(mapping = "session_started")]
    SessionStarted(SessionStartedFrame),
    #[oai(mapping = "session_ended")]
    SessionEnded(SessionEndedFrame),
    #[oai(mapping = "plan_paused")]
    Paused(PausedFrame),
    #[oai(mapping = "mover_runs")]
    MoverRuns(MoverRunsFrame),
    #[oai(mapping = "resync")]
    Resync(ResyncFrame),
    #[oai(mapping = "pong")]
    Pong(PongFrame),
    #[oai(mapping = "batch")]
    Batch(BatchFrame),
}

/// Writes the frame of one kind of event.
macro_rules! frames {
    ($($(#[$doc:meta])* $frame:ident { $data:ty })+) => {$(
        $(#[$doc])*
        #[derive(Object, Debug)]
        struct $frame {
            /// What happened.
            data: $data,
            /// When.
            timestamp: Timestamp,
            /// Rises by one with every event, also over restarts.
            seq: i64,
        }
    )+};
}

frames! {
    /// A file is served from the cache now.
    FileAddedFrame { FileAdded }
    /// A file is not served from the cache any more.
    FileRemovedFrame { FileGone }
    /// Counts and sums changed; at most once per second.
    StatisticsFrame { StatisticsBody }
    /// A job moved on; at most four per second and job.
    JobProgressFrame { JobProgress }
    /// A job ended.
    JobFinishedFrame { JobBody }
    /// Somebody began to play a file of a library.
    SessionStartedFrame { SessionBody }
    /// A playback ended.
    SessionEndedFrame { SessionBody }
    /// Nothing is cached or given back by itself any more, or it is again.
    PausedFrame { PausedBody }
    /// The NAS's own mover was seen running, so nothing moves; or it was seen to have ended.
    MoverRunsFrame { MoverBody }
    /// Something was missed: read everything again. Later events have greater numbers.
    ResyncFrame { Nothing }
}

/// The answer to a ping.
#[derive(Object, Debug)]
struct PongFrame {
    /// Nothing.
    data: Nothing,
    /// When.
    timestamp: Timestamp,
}

/// Several events in one frame, for clients that asked for it.
#[derive(Object, Debug)]
struct BatchFrame {
    /// The events, in order.
    events: Vec<EventFrame>,
}

/// A file is served from the cache now.
#[derive(Object, Debug)]
struct FileAdded {
    /// Its library path.
    file_path: String,
    /// What was done.
    action: FileAction,
    /// Who wanted it first; null when nobody is named, or that is not told.
    #[oai(nullable)]
    user_id: Option<Shown>,
    /// Why.
    reason: Operation,
    /// The file.
    file_info: FileBody,
}

/// A file is not served from the cache any more.
#[derive(Object, Debug)]
struct FileGone {
    /// Its id.
    file_id: Id,
    /// Its library path.
    file_path: String,
    /// What was done.
    action: FileAction,
    /// The media user concerned; null when nobody is named, or that is not told.
    #[oai(nullable)]
    user_id: Option<Shown>,
    /// Why.
    reason: String,
}

/// A job moved on.
#[derive(Object, Debug)]
struct JobProgress {
    /// The job.
    job_id: Id,
    /// What it does.
    state: JobState,
    /// Bytes copied. For a batch: files that were seen to.
    bytes_done: i64,
    /// Bytes to copy. For a batch: files that are meant.
    bytes_total: i64,
    /// Bytes per second, over the last seconds. For a batch: files.
    rate: i64,
}

/// Nothing.
#[derive(Object, Debug)]
struct Nothing {}

/// What was done with a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum FileAction {
    Added,
    Removed,
}

closed_names!(FileAction {
    Added => "added",
    Removed => "removed",
});
closed_type!(FileAction, "FileAction", "What was done with a file.");

impl EventFrame {
    fn of(told: &Told, view: &View) -> Self {
        let (timestamp, seq) = (Timestamp(told.at), int64(told.seq));
        match &told.what {
            What::Statistics(statistics) => {
                Self::Statistics(StatisticsFrame { data: statistics.into(), timestamp, seq })
            }
            What::Event(Event::FileAdded { file, attributions, playing, score }) => {
                let path = file.file_path.clone();
                let playing = playing.then_some(path).into_iter().collect();
                let data = FileAdded {
                    file_path: text(&file.file_path),
                    action: FileAction::Added,
                    user_id: attributions.first().and_then(|first| view.user(&first.user)),
                    reason: file.operation,
                    file_info: FileBody::of(file, attributions, &playing, *score, view),
                };
                Self::FileAdded(FileAddedFrame { data, timestamp, seq })
            }
            What::Event(Event::FileRemoved { file_id, file_path, user, reason, by }) => {
                let data = FileGone {
                    file_id: Id::of(file_id),
                    file_path: text(file_path),
                    action: FileAction::Removed,
                    user_id: view.some_user(user.as_ref()),
                    reason: view.reason(by, reason),
                };
                Self::FileRemoved(FileRemovedFrame { data, timestamp, seq })
            }
            What::Event(Event::JobProgress(progress)) => {
                let data = JobProgress {
                    job_id: Id::of(progress.job),
                    state: progress.state,
                    bytes_done: int64(progress.bytes_done),
                    bytes_total: int64(progress.bytes_total),
                    rate: int64(progress.rate),
                };
                Self::JobProgress(JobProgressFrame { data, timestamp, seq })
            }
            What::Event(Event::JobFinished(job)) => {
                Self::JobFinished(JobFinishedFrame { data: JobBody::of(job, None, view), timestamp, seq })
            }
            What::Event(Event::SessionStarted(playback)) => Self::SessionStarted(SessionStartedFrame {
                data: SessionBody::of(playback, view),
                timestamp,
                seq,
            }),
            What::Event(Event::SessionEnded(playback)) => Self::SessionEnded(SessionEndedFrame {
                data: SessionBody::of(playback, view),
                timestamp,
                seq,
            }),
            What::Event(Event::PlansPaused(pause)) => {
                let data = PausedBody::of(pause.as_deref(), view);
                Self::Paused(PausedFrame { data, timestamp, seq })
            }
            What::Event(Event::MoverRuns(running)) => {
                let data = MoverBody::of(running.as_ref());
                Self::MoverRuns(MoverRunsFrame { data, timestamp, seq })
            }
            // Told as numbers, by `What::Statistics`; the hub lets this one through to nobody.
            What::Event(Event::StatisticsChanged) => {
                Self::Resync(ResyncFrame { data: Nothing {}, timestamp, seq })
            }
        }
    }
}

/// An event as text, as it may be seen.
#[must_use]
pub fn encode(told: &Told, view: &View) -> String {
    EventFrame::of(told, view).to_json_string()
}

/// Many events in one frame.
#[must_use]
pub fn batch(events: &[&str]) -> String {
    // Each is JSON already.
    format!(r#"{{"type":"batch","events":[{}]}}"#, events.join(","))
}

/// Something was missed: everything is to be read again. Later events have greater numbers.
#[must_use]
pub fn resync(latest: u64) -> String {
    let frame = ResyncFrame { data: Nothing {}, timestamp: stamp(), seq: int64(latest) };
    EventFrame::Resync(frame).to_json_string()
}

/// The answer to a ping, if a client's text is one.
#[must_use]
pub fn pong(asked: &str) -> Option<String> {
    let asked: Value = serde_json::from_str(asked).ok()?;
    let pong = || EventFrame::Pong(PongFrame { data: Nothing {}, timestamp: stamp() });
    (asked["type"] == "ping").then(|| pong().to_json_string())
}

/// Puts the schemas of all frames into the registry.
pub fn register(registry: &mut Registry) {
    EventFrame::register(registry);
}
