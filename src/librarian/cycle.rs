//! Cycles: ask, plan, carry out. When, is said in `hours`.
//!
//! **Invariant:** one cycle at a time; whoever asks for one during a cycle gets exactly one more after it, which all share
//! who ask meanwhile. **Invariant:** a cycle that fails changes nothing that it did not ask the engine for, and is told.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use super::carry::Carrier;
use super::drawn::Drawn;
use super::hours;
use super::look::{Around, Desk};
use super::wishes::Wishes;
use crate::cacher::Cacher;
use crate::clock::Clock;
use crate::domain::actor::Actor;
use crate::domain::id::JobId;
use crate::domain::job::Planned;
use crate::domain::mapping::Mapping;
use crate::domain::pause::Pause;
use crate::domain::schedule::Schedule;
use crate::domain::settings::LibrarianSettings;
use crate::domain::time::Time;
use crate::error::{Error, Result};
use crate::media::bridge::{self, blocking};
use crate::media::{Changes, Household, people};

/// Removals are remembered for so much longer than they hold, for clocks that are set back.
const HOLDS_KEPT: i32 = 2;

/// What the librarian works with.
pub struct Parts {
    /// The running engine.
    pub cacher: Cacher,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The server's view of files and ours.
    pub mapping: Mapping,
    /// Whose wishes they are.
    pub household: Household,
    /// The wishes.
    pub wishes: Wishes,
    /// What a person has set.
    pub settings: LibrarianSettings,
    /// Where people are, for schedules.
    pub zone: jiff::tz::TimeZone,
    /// Rises when the media server says that something changed.
    pub changes: watch::Receiver<Changes>,
}

/// Who decides what is worth keeping, and sees to it. A clone is another handle.
#[derive(Clone)]
pub struct Librarian(Arc<Inner>);

struct Inner {
    cacher: Cacher,
    clock: Arc<dyn Clock>,
    mapping: Mapping,
    household: Household,
    wishes: Wishes,
    settings: LibrarianSettings,
    zone: jiff::tz::TimeZone,
    /// Held by whoever looks or carries out.
    desk: Mutex<Desk>,
    /// Jobs by which people asked for the next cycle.
    asked: tokio::sync::Mutex<Vec<JobId>>,
    wake: Notify,
    shown: watch::Sender<Option<Arc<Drawn>>>,
    running: tokio::sync::Mutex<Option<JoinHandle<()>>>,
    /// What the media server said by itself.
    heard: watch::Receiver<Changes>,
}

/// How far a cycle goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// A plan is drawn up.
    Draw,
    /// It is carried out.
    CarryOut,
}

impl Librarian {
    /// A librarian who does nothing by itself.
    #[must_use]
    pub fn at_rest(parts: Parts) -> Self {
        Self::made(parts).0
    }

    /// Begins to work. Called within the runtime.
    #[must_use]
    pub fn start(parts: Parts) -> Self {
        let (librarian, changes) = Self::made(parts);
        let task = tokio::spawn(hours::keep(librarian.clone(), changes));
        // Nobody else has a handle yet.
        if let Ok(mut running) = librarian.0.running.try_lock() {
            *running = Some(task);
        }
        librarian
    }

    fn made(parts: Parts) -> (Self, watch::Receiver<Changes>) {
        let Parts { cacher, clock, mapping, household, wishes, settings, zone, changes } = parts;
        let inner = Inner {
            cacher,
            clock,
            mapping,
            household,
            wishes,
            settings,
            zone,
            desk: Mutex::default(),
            asked: tokio::sync::Mutex::default(),
            wake: Notify::new(),
            shown: watch::Sender::new(None),
            running: tokio::sync::Mutex::default(),
            heard: changes.clone(),
        };
        (Self(Arc::new(inner)), changes)
    }

    /// The plan that was drawn up last.
    #[must_use]
    pub fn latest(&self) -> Option<Arc<Drawn>> {
        self.0.shown.borrow().clone()
    }

    /// Asks every source for everybody, once.
    pub async fn ask(&self) {
        self.0.wishes.ask().await;
    }

    /// Draws up a plan from what is known now. Nobody is asked, and nothing is done.
    ///
    /// # Errors
    /// The store fails; the cache volume is away.
    pub async fn draw(&self) -> Result<Arc<Drawn>> {
        let (drawn, _) = self.turn(Reach::Draw, false).await?;
        Ok(drawn)
    }

    /// Asks for a cycle now; during one, for exactly one more after it.
    ///
    /// # Errors
    /// `Paused`; the store fails.
    pub async fn run(&self, by: &Actor) -> Result<JobId> {
        if self.off(|cacher| cacher.engine().pause_of_plans()).await?.is_some() {
            return Err(Error::Paused);
        }
        let mut asked = self.0.asked.lock().await;
        for job in asked.iter().copied() {
            if self.off(move |cacher| cacher.engine().is_plan_open(job)).await? {
                return Ok(job);
            }
        }
        let by = by.clone();
        let job = self.off(move |cacher| cacher.engine().open_plan(&by)).await?;
        asked.push(job);
        self.0.wake.notify_one();
        Ok(job)
    }

    /// Nothing is carried out from now on, until [`Librarian::resume`]. What is being carried out has been by then.
    ///
    /// # Errors
    /// The store fails.
    pub async fn pause(&self, by: &Actor, reason: Option<String>) -> Result<Pause> {
        let by = by.clone();
        self.off_the_desk(move |cacher| cacher.engine().pause_plans(&by, reason)).await
    }

    /// Plans are carried out again; where no schedule says otherwise, at once.
    ///
    /// # Errors
    /// The store fails.
    pub async fn resume(&self, by: &Actor) -> Result<()> {
        let by = by.clone();
        let is_new = self.off(move |cacher| cacher.engine().resume_plans(&by)).await?;
        if is_new && self.schedule().is_default() {
            self.0.wake.notify_one();
        }
        Ok(())
    }

    /// Ends, after what is being carried out.
    pub async fn stop(&self) {
        let Some(running) = self.0.running.lock().await.take() else { return };
        running.abort();
        // Who asks is dropped, and nothing has happened; who carries out is waited for.
        if running.await.is_err_and(|error| error.is_panic()) {
            tracing::error!("the librarian had panicked");
        }
        let inner = self.0.clone();
        let done = blocking(move || {
            drop(inner.desk.lock().unwrap_or_else(PoisonError::into_inner));
            Ok(())
        })
        .await;
        if let Err(error) = done {
            tracing::error!(%error, "the librarian did not end in order");
        }
    }

    pub(super) fn now(&self) -> Time {
        self.0.clock.now()
    }

    pub(super) fn schedule(&self) -> &Schedule {
        &self.0.settings.schedule
    }

    /// When the schedule says so next.
    pub(super) fn next_after(&self, now: Time) -> Option<Time> {
        self.schedule().next(now, &self.0.zone)
    }

    /// Whether nothing is begun now.
    pub(super) fn is_quiet(&self) -> bool {
        self.0.settings.quiet.is_quiet(self.now(), &self.0.zone)
    }

    /// Whether nobody was asked yet.
    pub(super) fn never_asked(&self) -> bool {
        self.0.wishes.known().asked_at.is_none()
    }

    /// Who there is.
    pub(super) fn people(&self) -> watch::Receiver<Arc<people::Snapshot>> {
        self.0.household.people().follow()
    }

    /// Waits until a person asks for a cycle.
    pub(super) async fn is_asked(&self) {
        self.0.wake.notified().await;
    }

    /// Whether files or playbacks have changed since the last plan was drawn up.
    pub(super) fn is_out_of_date(&self) -> bool {
        let drawn_of = self.0.shown.borrow().as_ref().map(|drawn| drawn.changes);
        drawn_of != Some(self.0.cacher.engine().store().changes())
    }

    /// Whose wishes they are.
    pub(super) fn household(&self) -> &Household {
        &self.0.household
    }

    /// The wishes.
    pub(super) fn wishes(&self) -> &Wishes {
        &self.0.wishes
    }

    /// Asks the engine while no plan is drawn up or carried out.
    pub(super) async fn off_the_desk<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Cacher) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let inner = self.0.clone();
        blocking(move || {
            let _desk = inner.desk.lock().unwrap_or_else(PoisonError::into_inner);
            ask(&inner.cacher)
        })
        .await
    }

    /// Lets go of what the last plan was made of, and draws up another.
    pub(super) async fn draw_anew(&self) {
        self.0.shown.send_replace(None);
        if let Err(error) = self.draw().await {
            tracing::debug!(%error, "no plan was drawn up; the next cycle tries again");
        }
    }

    /// Asks the engine.
    pub(super) async fn off<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Cacher) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        bridge::ask(&self.0.cacher, ask).await
    }

    /// Draws up a plan and, if so told, carries it out.
    async fn turn(&self, reach: Reach, thorough: bool) -> Result<(Arc<Drawn>, Planned)> {
        let people = self.0.household.people().snapshot();
        let inner = self.0.clone();
        blocking(move || {
            let now = inner.clock.now();
            let engine = inner.cacher.engine();
            let mut desk = inner.desk.lock().unwrap_or_else(PoisonError::into_inner);
            // As it is when its turn has come: who was forgotten meanwhile wishes for nothing.
            let known = inner.wishes.known();
            if thorough {
                desk.setbacks.clear();
            }
            let around = Around {
                engine,
                mapping: &inner.mapping,
                settings: &inner.settings,
                people: &people,
                known: &known,
                now,
                heard: inner.heard.borrow().library,
                thorough,
            };
            let mut seen = desk.look(&around)?;
            let quiet_until = inner.settings.quiet.ends(now, &inner.zone);
            // Read while the desk is held: who pauses waits for it.
            let is_paused = engine.pause_of_plans()?.is_some();
            let reach = if is_paused { Reach::Draw } else { reach };
            let may_begin = reach == Reach::CarryOut && quiet_until.is_none();
            if may_begin && desk.follow(&inner.cacher, &seen)? {
                seen = desk.look(&around)?;
            }
            let room = seen.room_left;
            let mut drawn = Drawn::up(&seen, known, quiet_until, now);
            let store = engine.store();
            let moved = u64::from(store.set_scores(&drawn.scores())?);
            if store.changes() == drawn.changes + moved {
                // Nothing but the scores has changed since.
                drawn.changes += moved;
            }
            desk.keep(seen, drawn.changes);
            let drawn = Arc::new(drawn);
            inner.shown.send_replace(Some(drawn.clone()));
            let planned = match reach {
                Reach::Draw => Planned::default(),
                Reach::CarryOut => {
                    engine.forget_holds(now.plus(-inner.settings.hold * HOLDS_KEPT))?;
                    let quiet = quiet_until.is_some();
                    let cacher = &inner.cacher;
                    Carrier { cacher, desk: &mut desk, room, quiet, now }.carry_out(&drawn.plan)?
                }
            };
            Ok((drawn, planned))
        })
        .await
    }

    /// One cycle: asks, plans, carries out, and says so to whoever asked for it.
    pub(super) async fn cycle(&self) -> Result<Planned> {
        let jobs = std::mem::take(&mut *self.0.asked.lock().await);
        let is_asked = !jobs.is_empty();
        self.0.wishes.ask().await;
        let came = self.turn(Reach::CarryOut, is_asked).await.map(|(_, planned)| planned);
        self.off(move |cacher| {
            jobs.iter().try_for_each(|job| cacher.close_plan(*job, came.as_ref().copied()))?;
            came
        })
        .await
    }

    /// Plans and carries out once more, from what is known: something has left, or come.
    pub(super) async fn go_on(&self) -> Result<Planned> {
        Ok(self.turn(Reach::CarryOut, false).await?.1)
    }

    /// Takes up what was asked for and not done by an earlier process.
    pub(super) async fn take_up(&self) -> Result<()> {
        let left = self.off(|cacher| cacher.engine().open_plans()).await?;
        if !left.is_empty() {
            self.0.asked.lock().await.extend(left);
            self.0.wake.notify_one();
        }
        Ok(())
    }
}

impl std::fmt::Debug for Librarian {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Librarian").finish_non_exhaustive()
    }
}
