//! Keeps the line of notices open: opens it, hands on what it tells, opens another one when it ends.

use std::time::Duration;

use tokio::sync::mpsc;

use crate::domain::media::{RatingKey, VideoKind};
use crate::plex::Client;
use crate::plex::notices::{Entry, Notice, Playing, Pulse};

/// What the line says.
#[derive(Debug)]
pub(super) enum Said {
    /// It is open: what happened before was missed.
    Open,
    /// A player did something.
    Playing(Playing),
    /// Something came into the library, or left it: this item, where the server names one that it has.
    Changed(Option<RatingKey>),
    /// It ended, or could not be opened; it is tried again.
    Closed(String),
}

/// How long is waited before the line is opened again: doubles up to `longest`, with jitter, from the first failure on.
#[derive(Clone, Copy, Debug)]
pub struct Retry {
    /// At first.
    pub first: Duration,
    /// At most.
    pub longest: Duration,
}

/// What it says, if the library is another one now.
fn change(notice: Notice) -> Option<Said> {
    match notice {
        Notice::Timeline { entry: Entry::Ready, item, kind, .. } => {
            let has_files = matches!(kind, VideoKind::Movie | VideoKind::Episode);
            Some(Said::Changed(has_files.then_some(item)))
        }
        Notice::Timeline { entry: Entry::Deleted, .. } => Some(Said::Changed(None)),
        Notice::ActivityEnded { kind, .. } if kind == "library.update.section" => Some(Said::Changed(None)),
        Notice::Timeline { .. }
        | Notice::ActivityEnded { .. }
        | Notice::Playing(_)
        | Notice::Other { .. } => None,
    }
}

/// Runs until nobody listens any more. A listener that is slow slows the line, and nothing is lost.
pub(super) async fn keep(client: Client, pulse: Pulse, retry: Retry, to: mpsc::Sender<Said>) {
    let mut failures = 0;
    loop {
        let why = match client.listen(pulse).await {
            Ok(mut line) => {
                if to.send(Said::Open).await.is_err() {
                    return;
                }
                loop {
                    match line.next().await {
                        Ok(Notice::Playing(playing)) => {
                            // A line that tells something works.
                            failures = 0;
                            if to.send(Said::Playing(playing)).await.is_err() {
                                return;
                            }
                        }
                        Ok(notice) => {
                            failures = 0;
                            if let Some(said) = change(notice)
                                && to.send(said).await.is_err()
                            {
                                return;
                            }
                        }
                        Err(ended) => break ended.to_string(),
                    }
                }
            }
            Err(fault) => fault.to_string(),
        };
        if to.send(Said::Closed(why)).await.is_err() {
            return;
        }
        let most = retry.first.saturating_mul(2_u32.saturating_pow(failures)).min(retry.longest);
        failures += 1;
        tokio::select! {
            () = tokio::time::sleep(most.mul_f64(0.5 + fastrand::f64() / 2.0)) => {}
            () = to.closed() => return,
        }
    }
}
