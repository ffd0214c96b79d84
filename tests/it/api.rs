//! The HTTP surface, asked from outside.

mod batch;
mod bounds;
mod cleanup;
mod doors;
mod envelope;
mod events;
mod export;
mod files;
mod jobs;
mod lists;
mod search;
mod statistics;
mod transport;

use serde_json::json;

use crate::support::app::TestApp;

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
