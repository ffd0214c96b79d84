//! Every door, asked by those who may only look: none tells of people by name.

use std::collections::BTreeSet;

use cacherr::api::document;
use futures_util::StreamExt;
use serde_json::Value;
use tokio_tungstenite::tungstenite::Message;

use super::*;

/// What is read by an operation of the document: its id, and a path for each thing there is.
fn reads(busy: &Busy) -> Vec<(String, String)> {
    let document: Value = serde_json::from_str(&document()).unwrap();
    let mut found = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let Some(id) = methods["get"]["operationId"].as_str().filter(|id| *id != "listen") else { continue };
        let names = [ANNA, CARL, EVA, "nobody"].map(str::to_owned);
        let (place, things) = match path.find('{').map(|at| &path[at..]) {
            None => ("", vec![String::new()]),
            Some(rest) => {
                let place = &rest[..=rest.find('}').unwrap()];
                let things = match place {
                    "{file_id}" => busy.files.clone(),
                    "{job_id}" => busy.jobs.clone(),
                    // Their own names: what was asked for is said again, and nothing is known of it.
                    "{user_id}" => names.to_vec(),
                    _ => vec!["nothing".to_owned()],
                };
                (place, things)
            }
        };
        for thing in things {
            let path = if place.is_empty() { path.clone() } else { path.replace(place, &thing) };
            let query = match id {
                "listFiles" | "listOperations" | "listJobs" | "getPlan" => "?limit=500",
                "searchFiles" => "?q=mkv&limit=500&include_removed=true",
                _ => "",
            };
            found.push((id.to_owned(), path + query));
        }
    }
    found
}

/// Asks, and reads what comes as it comes.
async fn text(busy: &Busy, key: &str, path: &str) -> (u16, String) {
    let response = busy.app().with_key(key, Method::GET, path).send().await.unwrap();
    let head = format!("{:?}", response.headers());
    let status = response.status().as_u16();
    (status, head + &String::from_utf8_lossy(&response.bytes().await.unwrap()))
}

/// Everything that was told since the beginning, as it comes through a WebSocket.
async fn frames(busy: &Busy, key: &str, query: &str) -> Vec<String> {
    let mut socket = busy.app().try_listen(query, &[("X-Api-Key", key)]).await.unwrap();
    let mut frames = Vec::new();
    let patience = std::time::Duration::from_secs(2);
    while let Ok(Some(Ok(message))) = tokio::time::timeout(patience, socket.stream.next()).await {
        if let Message::Text(text) = message {
            frames.push(text.to_string());
        }
    }
    frames
}

async fn nothing_tells(attributions: Attributions) {
    let mut busy = Busy::with(attributions).await;
    let before = busy.app().hub.listen(None).skip();
    busy.live().await;
    let mut told_by = BTreeSet::new();
    for (id, path) in reads(&busy) {
        // The name that was asked with comes back to whoever asked.
        let is_echo = |text: &str| id == "getUserStatistics" && text.contains("\"total_files\":0");
        let (status, seen) = text(&busy, &busy.viewer, &path).await;
        let refused = matches!(status, 403 | 404);
        assert!(status == 200 || refused || id == "getReadiness", "{id} {path}: {status} {seen}");
        assert!(!tells(&seen) || is_echo(&seen), "{id} {path}: {seen}");
        if let (200, seen) = text(&busy, &busy.operator, &path).await
            && tells(&seen)
        {
            told_by.insert(id);
        }
    }
    // Who asks is told who they are.
    told_by.retain(|id| id != "getMe" && id != "getAuthState");
    // Otherwise this says nothing.
    let tell = [
        "exportFiles",
        "getFile",
        "getJob",
        "getPlan",
        "getUserStatistics",
        "listFiles",
        "listJobs",
        "listOperations",
        "listSessions",
        "listSources",
        "listUsers",
        "searchFiles",
    ];
    assert_eq!(told_by, tell.map(str::to_owned).into());
    for query in [format!("?since={before}"), format!("?since={before}&batch=1")] {
        let (viewer, operator) = (&busy.viewer, &busy.operator);
        let (seen, by_staff) = tokio::join!(frames(&busy, viewer, &query), frames(&busy, operator, &query));
        for kind in ["cache_file_added", "cache_file_removed", "job_finished", "session_started"] {
            assert!(seen.iter().any(|frame| frame.contains(kind)), "{kind} was not heard: {seen:#?}");
            assert!(by_staff.iter().any(|frame| frame.contains(kind) && tells(frame)), "{kind}");
        }
        for frame in seen {
            assert!(!tells(&frame), "{frame}");
        }
    }
    busy.stop().await;
}

#[tokio::test]
async fn no_door_tells_names_where_pseudonyms_are_told() {
    nothing_tells(Attributions::Pseudonym).await;
}

#[tokio::test]
async fn no_door_tells_names_where_nothing_is_told() {
    nothing_tells(Attributions::Hidden).await;
}
