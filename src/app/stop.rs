//! How it ends: asked by a signal, in order, within ten seconds, or at once.

use std::future::Future;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::cacher::Cacher;
use crate::doctor::Doctor;
use crate::error::{IoContext, Result};
use crate::librarian::Librarian;
use crate::media::Media;
use crate::watch::Watch;

use super::looks::Looks;

/// What service managers grant before they kill. Nothing is lost if it comes to that.
const PATIENCE: Duration = Duration::from_secs(9);

/// How it ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stopped {
    /// Every thread has ended.
    InOrder,
    /// Somebody, or the time, did not allow that. The next start finishes what was under way.
    AtOnce,
}

struct Asked {
    terminate: Signal,
    interrupt: Signal,
}

impl Asked {
    fn listen() -> Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate()).doing("listen for", "SIGTERM")?,
            interrupt: signal(SignalKind::interrupt()).doing("listen for", "SIGINT")?,
        })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

/// From now on, resolves to the name of the signal that asks to stop.
pub(super) fn asked() -> Result<impl Future<Output = &'static str>> {
    let mut asked = Asked::listen()?;
    Ok(async move { asked.next().await })
}

/// Ends the engine (copies stop at their next chunk, a swap is finished), what the doctor tries, the watch (what it counted
/// is written) and the media server's and the librarian's while the web server `closes`.
pub(super) async fn in_order(
    cacher: &Cacher,
    doctor: Doctor,
    watch: Watch,
    looks: Looks,
    media: &Media,
    librarian: &Librarian,
    closes: impl Future<Output = ()>,
) -> Result<Stopped> {
    let mut again = Asked::listen()?;
    let ending = cacher.clone();
    let ended = tokio::task::spawn_blocking(move || {
        ending.stop();
        doctor.rest();
    });
    let unwatched = tokio::task::spawn_blocking(move || watch.stop());
    Ok(tokio::select! {
        _ = async { tokio::join!(media.stop(), librarian.stop(), ended, unwatched, looks.stop(), closes) } => {
            tracing::info!("stopped");
            Stopped::InOrder
        }
        name = again.next() => {
            tracing::warn!("{name} again: ending at once; the next start finishes what was under way");
            Stopped::AtOnce
        }
        () = tokio::time::sleep(PATIENCE) => {
            tracing::warn!("it takes too long; the next start finishes what was under way");
            Stopped::AtOnce
        }
    })
}
