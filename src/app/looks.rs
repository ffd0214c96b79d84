//! Looks at the cache dir, and at the list of what the mover leaves alone, as soon as people are served and then every hour.

use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::cacher::scan::Depth;
use crate::cacher::{Cacher, Engine};
use crate::error::{Error, Result};
use crate::mover::Mover;

use super::mover::keep_list;

/// The cache dir is looked at this often.
const EVERY: Duration = Duration::from_secs(60 * 60);

/// Somebody who looks.
pub struct Looks {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Looks {
    /// Begins.
    pub fn start(cacher: &Cacher, mover: Mover) -> Self {
        let (stop, stopped) = oneshot::channel();
        Self { stop, task: tokio::spawn(look_hourly(cacher.clone(), mover, stopped)) }
    }

    /// Ends when nothing is looked at any more, which is soon once the engine stops.
    pub async fn stop(self) {
        drop(self.stop);
        if self.task.await.is_err() {
            tracing::error!("looking at the cache had panicked");
        }
    }
}

async fn look_hourly(cacher: Cacher, mover: Mover, mut stopped: oneshot::Receiver<()>) {
    loop {
        let (cacher, mover) = (cacher.clone(), mover.clone());
        let look = move || {
            keep_list(&mover);
            look_at_cache(cacher.engine())
        };
        match spawn_blocking(look).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "the cache was not looked at"),
            Err(error) => tracing::error!(%error, "looking at the cache had panicked"),
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = &mut stopped => return,
        }
    }
}

/// One look at the cache dir. A volume that is away is no reason not to run: jobs wait for it.
///
/// # Errors
/// The store fails.
pub fn look_at_cache(engine: &Engine) -> Result<()> {
    match engine.scan(Depth::Cache, false) {
        Ok(scanned) => {
            let (healed, settled) = (scanned.healed.len(), scanned.settled.len());
            tracing::info!(files = scanned.looked_at, healed, settled, "looked at the cache");
            for (id, text) in scanned.findings {
                tracing::warn!(file = %id, "{text}");
            }
            Ok(())
        }
        Err(error @ Error::Store { .. }) => Err(error),
        // We end; the next start looks.
        Err(Error::Cancelled) => Ok(()),
        Err(error) => {
            tracing::warn!(%error, "the cache was not looked at");
            Ok(())
        }
    }
}
