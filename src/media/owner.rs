//! Keeps the watcher at the server with the owner's token: as soon as somebody signs in or out, and when the file that the
//! configuration names holds another one.

use std::time::Duration;

use tokio::sync::watch;

use super::household::Household;
use crate::domain::secret::Secret;
use crate::plex::Client;

/// The file with the token is read this often.
const EVERY: Duration = Duration::from_secs(30);

/// Whom the watcher is to watch.
#[derive(Clone)]
pub(super) enum Named {
    /// Nobody knows yet: nothing is concluded.
    Unknown,
    /// Nobody signed in.
    Nobody,
    /// This server.
    Server(Client),
}

/// Runs until it is dropped.
pub(super) async fn keep(household: Household, named: watch::Sender<Named>) {
    let reach = household.reach();
    let mut changes = reach.tokens().changes();
    let mut known: Option<Option<Secret>> = None;
    let mut complained = false;
    loop {
        match reach.owner_token().await {
            Ok(owner) => {
                complained = false;
                let token = owner.map(|owner| owner.token);
                if known.as_ref() != Some(&token) {
                    let server = token.as_ref().map(|token| reach.server_as(token));
                    named.send_replace(server.map_or(Named::Nobody, Named::Server));
                    // At the start they are asked anyway. From then on this is somebody else's token, or a file that came.
                    if known.is_some() {
                        household.people().refresh_soon();
                    }
                    known = Some(token);
                }
            }
            // What is known may still do.
            Err(error) if !complained => {
                tracing::warn!(%error, "the owner's Plex token cannot be read");
                complained = true;
            }
            Err(_) => {}
        }
        tokio::select! {
            changed = changes.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}
