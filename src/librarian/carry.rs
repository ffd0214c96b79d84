//! Carries a plan out: what it gives back first, then what it brings.
//!
//! **Invariant:** nothing is done here but to ask the engine, in the name of the program. What the engine refuses is left
//! alone for a while and never tried by another way. **Invariant:** what has no room before something has left waits for
//! that; nothing else is given back for it.

use std::path::Path;

use super::look::Desk;
use crate::cacher::{Accepted, CacheRequest, Cacher, RestoreRequest};
use crate::domain::actor::Actor;
use crate::domain::file::{Metadata, Method};
use crate::domain::job::{Planned, RestoreAction};
use crate::domain::plan::{Cause, Part, Plan, Step, Wisher};
use crate::domain::time::Time;
use crate::error::{Error, Result};
use crate::store::Rows;

/// Why something is given back, as its log entry and its event say.
const fn reason(cause: Option<Cause>) -> &'static str {
    match cause {
        Some(Cause::Room) => "room_needed",
        Some(Cause::Unwanted) | None => "not_wanted",
    }
}

/// Carries out a plan.
pub(super) struct Carrier<'a> {
    pub cacher: &'a Cacher,
    pub desk: &'a mut Desk,
    /// How much may be begun before something has left.
    pub room: u64,
    /// Nothing is begun: quiet hours.
    pub quiet: bool,
    pub now: Time,
}

impl Carrier<'_> {
    /// Carries out all of it, as far as that goes now.
    ///
    /// # Errors
    /// The store fails, or a volume is away: what is left would fail as well.
    pub fn carry_out(mut self, plan: &Plan) -> Result<Planned> {
        let mut planned = Planned::default();
        for one in &plan.attribute {
            let row = self.cacher.engine().store().read()?.file(one.file)?;
            let Some(row) = row else { continue };
            match self.ask(&row.file_path, &one.wisher, None, &Metadata::default()) {
                Ok(()) => planned.attributed += 1,
                // Gone, or on its way out since.
                Err(error) => self.failed(&row.file_path, error, &mut planned)?,
            }
        }
        if self.quiet {
            let parts = |steps: &[Step]| steps.iter().map(|step| step.parts.len() as u64).sum::<u64>();
            planned.waiting = parts(&plan.cache) + parts(&plan.give_back);
            return Ok(planned);
        }
        for step in &plan.give_back {
            for part in &step.parts {
                match self.give_back(part, step.cause) {
                    Ok(()) => planned.given_back += 1,
                    // Somebody began to play it since, or pinned it: the next plan leaves it alone.
                    Err(Error::FilePlaying { .. } | Error::FilePinned { .. }) => planned.waiting += 1,
                    Err(error) => self.failed(&part.path, error, &mut planned)?,
                }
            }
        }
        for step in &plan.cache {
            let size = step.size();
            if size > self.room {
                planned.waiting += step.parts.len() as u64;
                continue;
            }
            self.room -= size;
            for part in &step.parts {
                match self.bring(step, part) {
                    Ok(()) => planned.cached += 1,
                    // It is on its way back just now, or something else came first.
                    Err(Error::CacheVolumeFull { .. } | Error::PathLocked { .. }) => planned.waiting += 1,
                    Err(error) => self.failed(&part.path, error, &mut planned)?,
                }
            }
        }
        Ok(planned)
    }

    fn give_back(&self, part: &Part, cause: Option<Cause>) -> Result<()> {
        let Some(file) = part.file else { return Ok(()) };
        let request = RestoreRequest {
            file,
            action: RestoreAction::Evict,
            reason: reason(cause).to_owned(),
            user: None,
            by: Actor::system(),
        };
        match self.cacher.request_restore(&request) {
            Ok(_) | Err(Error::AlreadyRemoved | Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Asks for one file, for everybody who wants it.
    fn bring(&mut self, step: &Step, part: &Part) -> Result<()> {
        // What travels along is small, and no server says that it reads it: its original stays.
        let method = (part.path != step.path).then_some(Method::AtomicCopy);
        step.wishes.iter().try_for_each(|wisher| self.ask(&part.path, wisher, method, &step.metadata))
    }

    fn ask(
        &mut self,
        path: &Path,
        wisher: &Wisher,
        method: Option<Method>,
        metadata: &Metadata,
    ) -> Result<()> {
        let request = CacheRequest {
            path: path.to_path_buf(),
            operation: wisher.operation,
            user: Some(wisher.user.clone()),
            method,
            metadata: metadata.clone(),
            by: Actor::system(),
        };
        match self.cacher.request_cache(&request) {
            Ok(Accepted::Queued { job, .. }) => self.desk.setbacks.asked(job, path.to_path_buf()),
            Ok(Accepted::UserAdded { .. }) | Err(Error::AlreadyTracked { .. }) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn failed(&mut self, path: &Path, error: Error, planned: &mut Planned) -> Result<()> {
        if matches!(error, Error::Store { .. } | Error::CacheVolumeMissing { .. }) {
            return Err(error);
        }
        tracing::warn!(path = %path.display(), %error, "not done as planned");
        planned.failed += 1;
        self.desk.names.forget(path);
        // A library that is away is no fault of the file.
        if !matches!(error, Error::LibraryVolumeMissing { .. }) {
            self.desk.setbacks.note(path, self.now);
        }
        Ok(())
    }
}
