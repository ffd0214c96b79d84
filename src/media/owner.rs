//! Keeps the watcher at the server with the owner's token: as soon as somebody signs in or out, and when the file that the
//! configuration names holds another one.

use std::time::Duration;

use tokio::sync::watch;

use super::reach::Reach;
use crate::domain::secret::Secret;
use crate::plex::Client;

/// The file with the token is read this often.
const EVERY: Duration = Duration::from_secs(30);

/// Runs until it is dropped.
pub(super) async fn keep(reach: Reach, clients: watch::Sender<Option<Client>>) {
    let mut changes = reach.tokens().changes();
    let mut known: Option<Secret> = None;
    let mut complained = false;
    loop {
        match reach.owner_token().await {
            Ok(owner) => {
                complained = false;
                let token = owner.map(|owner| owner.token);
                if token != known {
                    clients.send_replace(token.as_ref().map(|token| reach.server_as(token)));
                    known = token;
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
