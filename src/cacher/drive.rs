//! Brings an intent to its end: look, ask the table, act, look again.
//!
//! A job's last steps and recovery after a crash are the same loop. An action that fails may have taken effect all the
//! same, so after an error the loop looks again; only when the table asks for the very same action a second time is the
//! error believed.

use std::collections::BTreeMap;

use crate::domain::intent::{Intent, Phase};
use crate::error::{Error, IoContext, Result};
use crate::files::errno::{is_full, is_unsupported, present};
use crate::files::{Fd, Stat};

use super::engine::{Engine, Root, Spot};
use super::outcome::CopyFate;
use super::see::{Seen, in_words, kept_of};
use super::table::{Action, CopyIs, KeptIs, PathIs, RowIs, decide};

/// More rounds than any state needs; a world that changes faster than that is reported.
const ROUNDS: usize = 24;

/// How an intent stands after it was driven.
#[derive(Debug)]
pub(super) enum Driven {
    /// It is over, or waits for its time; what the job asked for has happened.
    Settled,
    /// It is over; what the job asked for did not come about.
    Failed(Error),
    /// It cannot go on now. The lock stays.
    Parked(Error),
    /// The bytes have to be copied back first.
    NeedsCopyBack(Box<Intent>),
}

/// The source that a running job holds open, as it was when the copy began.
pub(super) struct Source {
    pub fd: Fd,
    pub stat: Stat,
}

pub(super) enum Next {
    Again,
    Ended(Driven),
}

/// One drive of one intent.
pub(super) struct Drive<'e> {
    pub engine: &'e Engine,
    pub intent: Intent,
    pub source: Option<Source>,
    /// Our link may have been at the path: whoever read it may still open the copy.
    pub exposed: bool,
    errors: BTreeMap<Action, Error>,
}

/// What is open while one action runs.
pub(super) struct Scene<'r> {
    pub root: &'r Root<'r>,
    pub spot: Option<Spot>,
    pub seen: Seen,
}

impl Engine {
    /// Drives an intent that some other process, or an earlier try, left behind.
    pub(super) fn drive(&self, intent: Intent) -> Result<Driven> {
        Drive { engine: self, intent, source: None, exposed: true, errors: BTreeMap::new() }.run()
    }

    /// Drives the intent of a caching that is under way in this very call.
    pub(super) fn drive_fresh(&self, intent: Intent, source: Source) -> Result<Driven> {
        Drive { engine: self, intent, source: Some(source), exposed: false, errors: BTreeMap::new() }.run()
    }
}

impl Drive<'_> {
    fn run(mut self) -> Result<Driven> {
        for _ in 0..ROUNDS {
            match self.round() {
                Ok(Next::Again) => {}
                Ok(Next::Ended(driven)) => return Ok(driven),
                // What was committed is not known: the next start reads the store anew and recovers.
                Err(error @ Error::Store { .. }) => return Err(error),
                Err(error) => return self.park(error),
            }
        }
        let seen = "others change it faster than Cacherr can look".to_owned();
        self.park(Error::NeedsAttention { path: Engine::path_of(&self.intent.place), seen })
    }

    fn round(&mut self) -> Result<Next> {
        let engine = self.engine;
        let root = engine.prove(&self.intent.library)?;
        let spot = engine.spot_below(&root, &self.intent.place.folder)?;
        let seen = engine.see(&mut self.intent.place, spot.as_ref())?;
        let action = decide(row_is(self.intent.phase), seen.path, seen.kept, seen.copy);
        tracing::trace!(phase = self.intent.phase.name(), path = ?seen.path, kept = ?seen.kept, copy = ?seen.copy, ?action);
        if let Some(error) = self.errors.remove(&action) {
            return self.refused(action, error, spot.as_ref());
        }
        let scene = Scene { root: &root, spot, seen };
        match self.act(action, scene) {
            Err(error @ Error::Store { .. }) => Err(error),
            Err(error) => {
                tracing::debug!(?action, %error, "failed; looking again");
                self.errors.insert(action, error);
                Ok(Next::Again)
            }
            next => next,
        }
    }

    pub(super) fn park(&self, error: Error) -> Result<Driven> {
        self.engine.commit_parked(&self.intent, &error)?;
        Ok(Driven::Parked(error))
    }

    /// The action failed and truly had no effect.
    fn refused(&mut self, action: Action, error: Error, spot: Option<&Spot>) -> Result<Next> {
        match (action, spot) {
            // Nothing is at the path but the original: the caching is over, with the reason.
            (Action::SwapIn, Some(spot)) => self.withdraw(spot, error).map(Next::Ended),
            _ => self.park(error).map(Next::Ended),
        }
    }

    fn act(&mut self, action: Action, scene: Scene<'_>) -> Result<Next> {
        let path = Engine::path_of(&self.intent.place);
        let attention = |seen: &Seen, intent: &Intent| Error::NeedsAttention {
            path: Engine::path_of(&intent.place),
            seen: format!("{}; {}", intent.phase.name(), in_words(seen, &intent.place)),
        };
        match (action, scene) {
            (Action::Search, scene) => self.search(scene),
            (Action::DeleteCopy, scene) => self.delete_copy(&scene).map(Next::Ended),
            (Action::CopyBack, _) => {
                self.intent.phase = Phase::CopyingBack;
                self.engine.commit_copying_back(&self.intent)?;
                Ok(Next::Ended(Driven::NeedsCopyBack(Box::new(self.intent.clone()))))
            }
            (Action::Requeue, scene) => self.requeue(scene.spot.as_ref(), &scene.seen),
            (Action::Lost, scene) => {
                let detail = in_words(&scene.seen, &self.intent.place);
                let error = Error::Unrecoverable { path, detail };
                self.engine.commit_unrecoverable(&self.intent, &error)?;
                Ok(Next::Ended(Driven::Failed(error)))
            }
            (Action::StayActive, _) => {
                self.engine.commit_active(&self.intent, self.intent.place.clone())?;
                Ok(Next::Ended(Driven::Settled))
            }
            (Action::LeaveToOther, _) => {
                let seen = "a link into the cache dir of another Cacherr is there".to_owned();
                self.park(Error::NeedsAttention { path, seen }).map(Next::Ended)
            }
            (Action::Report | Action::Fine | Action::Heal | Action::RestoreStale, scene) => {
                let error = attention(&scene.seen, &self.intent);
                self.park(error).map(Next::Ended)
            }
            // What follows acts on names in the folder. A table that asks for it without one is a state not foreseen.
            (_, Scene { spot: None, seen, .. }) => {
                let error = attention(&seen, &self.intent);
                self.park(error).map(Next::Ended)
            }
            (Action::SwapIn, Scene { spot: Some(spot), .. }) => self.swap_in(&spot),
            (Action::DropSecondName, Scene { spot: Some(spot), .. }) => self.drop_second_name(&spot),
            (Action::DropKeptLink, Scene { spot: Some(spot), .. }) => {
                self.drop_kept_link(&spot)?;
                Ok(Next::Again)
            }
            (Action::Activate, Scene { root, spot: Some(spot), seen }) => self.activate(root, &spot, &seen),
            (Action::ActivateWithoutKept, Scene { spot: Some(spot), seen, .. }) => {
                self.engine.sync_folder(&spot.folder, &spot.path)?;
                self.intent.place.kept = None;
                self.activate_now(&seen)
            }
            (Action::PutBack, Scene { spot: Some(spot), .. }) => self.put_back(&spot),
            (Action::Withdraw, Scene { spot: Some(spot), seen, .. }) => {
                let error = match seen.kept {
                    KeptIs::Other => {
                        Error::Excluded { path, reason: "its hidden kept name is taken by another file" }
                    }
                    _ => Error::SourceChanged { path },
                };
                self.withdraw(&spot, error).map(Next::Ended)
            }
            (Action::Supersede, Scene { spot: Some(spot), seen, .. }) => self.supersede(&spot, &seen),
            (Action::GiveUpKept, Scene { spot: Some(spot), seen, .. }) => self.give_up_kept(&spot, &seen),
            (Action::TakeKeptName, Scene { spot: Some(spot), seen, .. }) => self.take_kept_name(&spot, &seen),
            (Action::SwapOut, Scene { spot: Some(spot), .. }) => self.swap_out(&spot),
            (Action::Release, Scene { spot: Some(spot), seen, .. }) => self.release(&spot, &seen),
        }
    }

    fn requeue(&mut self, spot: Option<&Spot>, seen: &Seen) -> Result<Next> {
        if let Some(spot) = spot {
            if seen.kept == KeptIs::Link {
                self.drop_kept_link(spot)?;
            }
            self.drop_temporary(spot)?;
        }
        self.engine.drop_tmp(self.intent.job_id)?;
        // Its folders may have been made already.
        self.engine.prune_copy(&self.intent.place.cached_path)?;
        self.engine.commit_requeued(&self.intent)?;
        Ok(Next::Ended(Driven::Settled))
    }

    /// Step 7d and 8. The folder must still be where the row will say that it is.
    fn activate(&mut self, root: &Root<'_>, spot: &Spot, seen: &Seen) -> Result<Next> {
        let engine = self.engine;
        self.drop_temporary(spot)?;
        engine.sync_folder(&spot.folder, &spot.path)?;
        let here = engine.fs.stat(&spot.folder).doing("look at", &spot.path)?;
        let there = match engine.spot_below(root, &spot.path)? {
            Some(there) => Some(engine.fs.stat(&there.folder).doing("look at", &spot.path)?),
            None => None,
        };
        if !there.is_some_and(|there| there.same_inode(&here)) {
            // The folder was renamed a moment ago. In the folder that we hold, undo; the next look sees the rest.
            self.exchange(spot)?;
            self.drop_kept_link(spot)?;
            return Err(Error::SourceChanged { path: Engine::path_of(&self.intent.place) });
        }
        self.activate_now(seen)
    }

    fn activate_now(&mut self, seen: &Seen) -> Result<Next> {
        let mut place = self.intent.place.clone();
        if place.kept.is_some()
            && let Some(kept) = &seen.kept_stat
        {
            place.original = kept.identity;
        }
        if let Some(copy) = &seen.copy_stat
            && (place.copy.is_none() || seen.copy == CopyIs::Intact)
        {
            place.copy = Some(copy.identity);
        }
        self.engine.commit_active(&self.intent, place)?;
        Ok(Next::Ended(Driven::Settled))
    }

    /// The caching did not come about. What is at the path stays.
    fn withdraw(&mut self, spot: &Spot, error: Error) -> Result<Driven> {
        let error = self.in_plain_words(error);
        self.drop_kept_link(spot)?;
        self.drop_temporary(spot)?;
        self.engine.sync_folder(&spot.folder, &spot.path)?;
        let fate = if self.exposed { CopyFate::AfterGrace } else { CopyFate::Now };
        // Whoever disturbed a swap that had shown our link may have taken the link along.
        self.intent.strayed = self.exposed;
        self.engine.commit_withdrawn(&self.intent, &error, fate)?;
        Ok(Driven::Failed(error))
    }

    /// What the system said, as what it means for this library.
    fn in_plain_words(&self, error: Error) -> Error {
        let at = Engine::path_of(&self.intent.place);
        match error {
            Error::Io { source, .. } if is_full(&source) => Error::LibraryVolumeFull { path: at },
            Error::Io { operation: EXCHANGE, source, .. } if is_unsupported(&source) => {
                Error::SwapNotSupported { path: at, source }
            }
            other => other,
        }
    }

    /// Somebody else's file has the path. It wins; what we hold goes to the trash.
    fn supersede(&mut self, spot: &Spot, seen: &Seen) -> Result<Next> {
        let engine = self.engine;
        let kept = kept_of(&self.intent.place);
        let fate = match seen.kept {
            KeptIs::Link => {
                self.drop_kept_link(spot)?;
                CopyFate::Stays
            }
            KeptIs::Nothing => CopyFate::Stays,
            KeptIs::SameInode => return Err(self.unforeseen(seen)),
            KeptIs::Original | KeptIs::Changed | KeptIs::Other => {
                engine.put_aside(&self.intent.library, spot, &kept, &self.intent.place.name)?;
                if seen.copy == CopyIs::Modified { CopyFate::Stays } else { CopyFate::AfterGrace }
            }
        };
        // In a caching that never swapped, the copy is just a copy: the original went where its owner put it.
        let fate = match (self.intent.phase, seen.copy) {
            (_, CopyIs::Missing) => CopyFate::Gone,
            (Phase::Swapping, CopyIs::Intact) if !self.exposed => CopyFate::Now,
            _ => fate,
        };
        self.drop_temporary(spot)?;
        engine.sync_folder(&spot.folder, &spot.path)?;
        self.intent.strayed = true;
        engine.commit_lost_path(&self.intent, fate, "superseded")?;
        Ok(Next::Ended(match self.intent.phase {
            Phase::Swapping => {
                Driven::Failed(Error::SourceChanged { path: Engine::path_of(&self.intent.place) })
            }
            _ => Driven::Settled,
        }))
    }

    fn unforeseen(&self, seen: &Seen) -> Error {
        Error::NeedsAttention {
            path: Engine::path_of(&self.intent.place),
            seen: in_words(seen, &self.intent.place),
        }
    }

    /// The link is not at its path.
    fn search(&mut self, scene: Scene<'_>) -> Result<Next> {
        let engine = self.engine;
        let Scene { spot, seen, .. } = scene;
        if let Some(found) = engine.find_link(&self.intent.library, &self.intent.place)? {
            return self.rehome(spot.as_ref(), &seen, found);
        }
        let mut held = false;
        if let Some(spot) = &spot {
            let kept = kept_of(&self.intent.place);
            match seen.kept {
                KeptIs::Link => self.drop_kept_link(spot)?,
                KeptIs::Nothing => {}
                _ => {
                    engine.put_aside(&self.intent.library, spot, &kept, &self.intent.place.name)?;
                    held = true;
                }
            }
            self.drop_temporary(spot)?;
            engine.sync_folder(&spot.folder, &spot.path)?;
        }
        self.intent.strayed = true;
        let fate = match (seen.copy, self.intent.phase) {
            (CopyIs::Missing, _) => CopyFate::Gone,
            // Nothing was ever swapped: whoever moved the file has it.
            (_, Phase::Swapping) if !self.exposed && !held => CopyFate::Now,
            _ => CopyFate::Stays,
        };
        if fate == CopyFate::Gone && !held {
            let error = Error::Unrecoverable {
                path: Engine::path_of(&self.intent.place),
                detail: in_words(&seen, &self.intent.place),
            };
            engine.commit_unrecoverable(&self.intent, &error)?;
            return Ok(Next::Ended(Driven::Failed(error)));
        }
        if !held && self.intent.phase != Phase::Swapping {
            self.intent.place.kept = None;
        }
        engine.commit_lost_path(&self.intent, fate, "unclaimed")?;
        Ok(Next::Ended(match self.intent.phase {
            Phase::Swapping => {
                Driven::Failed(Error::FileVanished { path: Engine::path_of(&self.intent.place) })
            }
            _ => Driven::Settled,
        }))
    }

    /// Moves the row, and the kept original with it, to where the link is now.
    pub(super) fn rehome(
        &mut self,
        old: Option<&Spot>,
        seen: &Seen,
        found: super::search::Found,
    ) -> Result<Next> {
        let engine = self.engine;
        let new_kept = crate::domain::path::kept_name(&found.name);
        let old_kept = kept_of(&self.intent.place);
        let place = &mut self.intent.place;
        let at = found.spot.path.join(&new_kept);
        let beside = |name| present(engine.fs.stat_at(&found.spot.folder, name)).doing("look at", &at);
        // The folder may have moved as a whole, the kept original inside it still under its old name.
        let (from, name) = match (old, seen.kept) {
            (Some(old), KeptIs::Original | KeptIs::Changed | KeptIs::Other) => (Some(old), &old_kept),
            _ if beside(&old_kept)?.is_some() => (Some(&found.spot), &old_kept),
            _ => (None, &new_kept),
        };
        if let Some(from) = from
            && !(from.path == found.spot.path && *name == new_kept)
        {
            engine.announce_names(from, &[name]);
            engine.announce_names(&found.spot, &[&new_kept]);
            engine
                .fs
                .rename_new(&from.folder, name, &found.spot.folder, &new_kept)
                .doing("move the kept original to", &at)?;
            engine.sync_folder(&found.spot.folder, &found.spot.path)?;
            engine.sync_folder(&from.folder, &from.path)?;
        }
        if let Some(old) = old
            && seen.kept == KeptIs::Link
        {
            engine.announce_names(old, &[&old_kept]);
            engine.fs.unlink(&old.folder, &old_kept).doing("remove our link at", old.path.join(&old_kept))?;
            engine.sync_folder(&old.folder, &old.path)?;
        }
        let kept = beside(&new_kept)?;
        if let Some(kept) = &kept
            && kept.identity.same_bytes(&place.original)
        {
            place.original = kept.identity;
        }
        place.kept = kept.map(|_| new_kept);
        place.folder.clone_from(&found.spot.path);
        place.name.clone_from(&found.name);
        if let Some(copy) = &seen.copy_stat
            && place.copy.is_none()
        {
            place.copy = Some(copy.identity);
        }
        // What was on its way back went to the wrong place, or moved along with the folder.
        for spot in old.into_iter().chain([&found.spot]) {
            self.drop_temporary(spot)?;
            engine.sync_folder(&spot.folder, &spot.path)?;
        }
        let root = engine.root(&found.library)?;
        let below = found.spot.path.strip_prefix(&root.path).unwrap_or(&found.spot.path);
        let file_path = root.library.path.join(below).join(&found.name);
        engine.commit_rehomed(&self.intent, &found.library, file_path)?;
        Ok(Next::Ended(Driven::Settled))
    }
}

/// What the failing call is named, so that its refusal can be told from others.
pub(super) const EXCHANGE: &str = "exchange the link with";

fn row_is(phase: Phase) -> RowIs {
    match phase {
        Phase::Swapping => RowIs::Swapping,
        Phase::Releasing { .. } => RowIs::Releasing,
        Phase::CopyingBack => RowIs::CopyingBack,
        Phase::Returning => RowIs::Returning,
        Phase::Restoring => RowIs::Restoring,
        Phase::Released { .. } | Phase::Unclaimed { .. } => RowIs::Released,
    }
}

/// Whether the path holds a file that is not ours to judge: for the release of a copy.
pub(super) fn holds_original(path: PathIs) -> bool {
    matches!(path, PathIs::Original | PathIs::Changed)
}
