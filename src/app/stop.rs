//! How it ends: in order, within the time there is, or at once.

use std::future::Future;
use std::time::Duration;

use crate::cacher::Cacher;
use crate::doctor::Doctor;
use crate::librarian::Librarian;
use crate::media::Media;
use crate::watch::{Originals, Watch};

use super::looks::Looks;
use super::signals::Signals;
use crate::api::Parting;

/// What service managers grant before they kill. Nothing is lost if it comes to that.
const PATIENCE: Duration = Duration::from_secs(9);
/// What is waited for before the next start within the same process: nobody kills it meanwhile, and nothing may be left of
/// this one.
const PATIENCE_TO_GO_ON: Duration = Duration::from_secs(60);

/// How it ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stopped {
    /// Every thread has ended.
    InOrder,
    /// Somebody, or the time, did not allow that. The next start finishes what was under way.
    AtOnce,
}

/// Everything that works, but for the web server.
pub(super) struct Working<'a> {
    pub cacher: &'a Cacher,
    pub doctor: Doctor,
    pub watch: Watch,
    pub originals: Option<Originals>,
    pub looks: Looks,
    pub media: &'a Media,
    pub librarian: &'a Librarian,
}

/// Ends the engine (copies stop at their next chunk, a swap is finished), what the doctor tries, the watch (what it counted
/// is written) and the media server's and the librarian's while the web server `closes`.
pub(super) async fn in_order(
    working: Working<'_>,
    closes: impl Future<Output = ()>,
    parting: Parting,
    signals: &Signals,
) -> Stopped {
    let Working { cacher, doctor, watch, originals, looks, media, librarian } = working;
    let patience = match parting {
        Parting::Stop => PATIENCE,
        Parting::Restart => PATIENCE_TO_GO_ON,
    };
    let ending = cacher.clone();
    let ended = tokio::task::spawn_blocking(move || {
        ending.stop();
        doctor.rest();
    });
    let unwatched = tokio::task::spawn_blocking(move || {
        watch.stop();
        drop(originals);
    });
    tokio::select! {
        _ = async { tokio::join!(media.stop(), librarian.stop(), ended, unwatched, looks.stop(), closes) } => {
            tracing::info!("stopped");
            Stopped::InOrder
        }
        name = signals.stop(1) => {
            tracing::warn!("{name}: ending at once; the next start finishes what was under way");
            Stopped::AtOnce
        }
        () = tokio::time::sleep(patience) => {
            tracing::warn!("it takes too long; the next start finishes what was under way");
            Stopped::AtOnce
        }
    }
}
