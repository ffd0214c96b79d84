//! What is sent through the WebSocket: `{"type", "data", "timestamp", "seq"}`.

use poem_openapi::types::ToJSON;
use serde_json::{Value, json};

use super::files::FileBody;
use super::jobs::JobBody;
use super::statistics::StatisticsBody;
use super::value::{int64, stamp, text};
use crate::domain::event::Event;
use crate::live::{Told, What};

/// An event as text.
#[must_use]
pub fn encode(told: &Told) -> String {
    let (name, data) = match &told.what {
        What::Statistics(statistics) => {
            ("cache_statistics_updated", StatisticsBody::from(statistics).to_json())
        }
        What::Event(event) => of_event(event),
    };
    json!({ "type": name, "data": data, "timestamp": told.at.to_string(), "seq": told.seq }).to_string()
}

fn of_event(event: &Event) -> (&'static str, Option<Value>) {
    match event {
        Event::FileAdded { file, attributions } => {
            let data = json!({
                "file_path": text(&file.file_path),
                "action": "added",
                "user_id": attributions.first().map(|first| &first.user),
                "reason": file.operation.name(),
                "file_info": FileBody::of(file, attributions).to_json(),
            });
            ("cache_file_added", Some(data))
        }
        Event::FileRemoved { file_id, file_path, user, reason } => {
            let data = json!({
                "file_id": file_id.to_string(),
                "file_path": text(file_path),
                "action": "removed",
                "user_id": user,
                "reason": reason,
            });
            ("cache_file_removed", Some(data))
        }
        Event::JobProgress(progress) => {
            let data = json!({
                "job_id": progress.job.to_string(),
                "state": progress.state.name(),
                "bytes_done": int64(progress.bytes_done),
                "bytes_total": int64(progress.bytes_total),
                "rate": int64(progress.rate),
            });
            ("job_progress", Some(data))
        }
        Event::JobFinished(job) => ("job_finished", JobBody::of(job, None).to_json()),
        // Told as numbers, by `What::Statistics`.
        Event::StatisticsChanged => ("cache_statistics_updated", Some(json!({}))),
    }
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
    let timestamp = stamp().to_json();
    json!({ "type": "resync", "data": {}, "timestamp": timestamp, "seq": latest }).to_string()
}

/// The answer to a ping, if a client's text is one.
#[must_use]
pub fn pong(asked: &str) -> Option<String> {
    let asked: Value = serde_json::from_str(asked).ok()?;
    (asked["type"] == "ping")
        .then(|| json!({ "type": "pong", "data": {}, "timestamp": stamp().to_json() }).to_string())
}
