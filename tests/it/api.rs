//! The HTTP surface, asked from outside.

mod access;
mod access_keys;
mod access_pages;
mod access_plex;
mod access_sessions;
mod batch;
mod bounds;
mod browser;
mod cleanup;
mod doors;
mod envelope;
mod events;
mod export;
mod files;
mod jobs;
mod library;
mod library_search;
mod lists;
mod mapping;
mod permissions;
mod plan;
mod probe;
mod search;
mod settings;
mod space;
mod statistics;
mod system;
mod transport;
mod webhooks;
mod words;

use cacherr::domain::file::FileRow;
use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::stock;

const LIST: &str = "/api/cached/files";

/// Five films: sizes 1 to 5 KB, two users, two reasons.
async fn shelf() -> TestApp {
    let app = TestApp::start().await;
    for (number, name) in ["Alien", "brazil", "Contact", "DÜNE", "50%_off"].into_iter().enumerate() {
        let film = app.film(&format!("{name}/{name}.mkv"), (number + 1) * 1024);
        let user = if number % 2 == 0 { "user1" } else { "user2" };
        let operation = if number < 3 { "watchlist" } else { "manual" };
        app.cache(&film, json!({ "user_id": user, "operation": operation })).await;
    }
    app
}

/// Rows without files, all wanted by one user.
async fn stocked(rows: &[FileRow]) -> TestApp {
    let app = TestApp::start().await;
    stock::put(app.cacher().engine().store(), rows);
    app
}

/// The files of a page, or what a search found, by their ids.
fn ids(page: &Value) -> Vec<String> {
    let files = page.get("files").unwrap_or(&page["results"]);
    files.as_array().unwrap().iter().map(|file| file["id"].as_str().unwrap().to_owned()).collect()
}

/// The same by their names.
fn names(page: &Value) -> Vec<&str> {
    let files = page.get("files").unwrap_or(&page["results"]);
    files.as_array().unwrap().iter().map(|file| file["filename"].as_str().unwrap()).collect()
}
