//! When the librarian works: as the schedule says, a moment after something changed, and when a person asks.
//!
//! **Invariant:** with a schedule of their own, nothing but that schedule and people make it work. **Invariant:** time is
//! compared again and again, never slept through: a machine that was suspended, or whose clock was set, goes on at once.

use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::cycle::Librarian;
use crate::domain::job::Planned;
use crate::domain::time::Time;
use crate::media::Changes;

/// Whether its time has come is looked at this often.
const TICK: Duration = Duration::from_secs(10);
/// What waits for room is looked at so soon, and twice as late each time.
const SOON: Duration = Duration::from_secs(1);
/// Changes come in flocks: after one of them it is waited for so long,
const SETTLE: Duration = Duration::from_secs(10);
/// and whoever changes things all the time causes no more than a cycle in this time.
const BETWEEN: Duration = Duration::from_secs(60);

/// Runs until it is dropped.
pub(super) async fn keep(librarian: Librarian, mut changes: watch::Receiver<Changes>) {
    if let Err(error) = librarian.take_up().await {
        tracing::error!(%error, "what was asked for before could not be read");
    }
    let mut people = librarian.people();
    let mut hours = Hours::default();
    let mut told = None;
    loop {
        let is_default = librarian.schedule().is_default();
        let never_asked = librarian.never_asked();
        let act = tokio::select! {
            () = librarian.is_asked() => Act::Cycle,
            Ok(()) = changes.changed(), if is_default => {
                hours.changed_at.get_or_insert_with(Instant::now);
                continue;
            }
            // Whoever there is was said for the first time: now they can be asked.
            Ok(_) = people.wait_for(|people| people.asked_at.is_some()), if is_default && never_asked => Act::Cycle,
            () = tokio::time::sleep(hours.pause(librarian.now())) => hours.act(&librarian),
        };
        let came = match act {
            Act::Nothing => continue,
            Act::Draw => librarian.draw().await.map(|_| None),
            Act::GoOn => librarian.go_on().await.map(Some),
            Act::Cycle => {
                hours.changed_at = None;
                let came = librarian.cycle().await;
                hours.ended_at = Some(Instant::now());
                hours.next = librarian.next_after(librarian.now());
                came.map(Some)
            }
        };
        match came {
            Ok(Some(planned)) => {
                tell(planned);
                hours.wait_for(planned.waiting > 0);
            }
            Ok(None) => {}
            Err(error) => {
                let error = error.to_string();
                // Once, and not every few seconds for as long as a volume is away.
                if told.as_ref() != Some(&error) {
                    tracing::error!(
                        error,
                        "what is worth keeping could not be planned, or not all of it was done"
                    );
                }
                told = Some(error);
                continue;
            }
        }
        told = None;
    }
}

/// Says what was done, where anything was.
fn tell(planned: Planned) {
    let Planned { cached, given_back, attributed, waiting, failed } = planned;
    if cached + given_back + attributed + failed > 0 {
        tracing::info!(cached, given_back, attributed, waiting, failed, "carried out what was planned");
    }
}

/// What is to be done.
enum Act {
    Nothing,
    /// The plan is drawn up anew: what is here has changed, and so have scores.
    Draw,
    /// What waited may have its room now.
    GoOn,
    Cycle,
}

/// What is remembered of when.
#[derive(Default)]
struct Hours {
    /// When the schedule says so next.
    next: Option<Time>,
    /// When the last cycle ended.
    ended_at: Option<Instant>,
    /// Since when something has changed.
    changed_at: Option<Instant>,
    /// Something waits, and is looked at after so long, outside of quiet hours.
    waits: Option<Duration>,
}

impl Hours {
    fn pause(&self, now: Time) -> Duration {
        let until = self.next.map_or(TICK, |next| Duration::try_from(next.since(now)).unwrap_or_default());
        self.waits.unwrap_or(TICK).min(until.max(SOON)).min(TICK)
    }

    fn wait_for(&mut self, waits: bool) {
        self.waits = waits.then(|| self.waits.map_or(SOON, |waits| waits.saturating_mul(2).min(TICK)));
    }

    fn act(&mut self, librarian: &Librarian) -> Act {
        let is_settled = |at: Instant| {
            at.elapsed() >= SETTLE && self.ended_at.is_none_or(|ended| ended.elapsed() >= BETWEEN)
        };
        let is_settled = self.changed_at.is_some_and(is_settled);
        if self.is_due(librarian) || is_settled {
            Act::Cycle
        } else if self.waits.is_some() && !librarian.is_quiet() {
            Act::GoOn
        } else if librarian.is_out_of_date() {
            Act::Draw
        } else {
            Act::Nothing
        }
    }

    fn is_due(&mut self, librarian: &Librarian) -> bool {
        let now = librarian.now();
        let is_due = self.next.is_some_and(|next| now >= next);
        if !is_due {
            // A clock that was set back must not make it wait longer than the schedule says.
            let after = librarian.next_after(now);
            self.next = match (self.next, after) {
                (Some(next), Some(after)) => Some(next.min(after)),
                (next, after) => next.or(after),
            };
        }
        is_due
    }
}
