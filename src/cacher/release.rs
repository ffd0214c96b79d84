//! Step r7: a copy that no link leads to any more goes, last of all.
//!
//! **Invariant:** a copy is deleted only when its volume and its library are proven, no link of ours is known to lead
//! to it, nor any at its path, its bytes are those of an original that was just seen (at the path, or in the trash), and
//! nobody has it open.

use jiff::SignedDuration;

use crate::domain::file::Placement;
use crate::domain::intent::{Due, Phase};
use crate::domain::settings::TRASH_DAYS;
use crate::error::{Error, IoContext, Result};
use crate::files::Fd;
use crate::files::errno::{is_absent, is_detour, present};
use crate::store::Rows;

use super::drive::{Drive, Driven, Next, Scene, holds_original};
use super::engine::Engine;
use super::search::Found;
use super::table::{CopyIs, KeptIs, PathIs};

impl Drive<'_> {
    pub(super) fn delete_copy(&mut self, scene: &Scene<'_>) -> Result<Driven> {
        let engine = self.engine;
        let now = engine.clock.now();
        let waits_for_decision = matches!(self.intent.phase, Phase::Unclaimed { .. });
        match self.intent.phase.due() {
            Due::Now => {}
            Due::At(at) if at <= now => {}
            Due::At(_) | Due::Never => return Ok(Driven::Settled),
        }
        let seen = &scene.seen;
        if seen.copy == CopyIs::Missing {
            // Perhaps it went a moment before a crash, and its folders stayed.
            engine.prune_copy(&self.intent.place.cached_path)?;
            return self.forget_copy();
        }
        // Somebody brought the link back, or it lies where it was not looked for before: the copy is in use again.
        let may_have_links = seen.path == PathIs::Link || self.intent.strayed || waits_for_decision;
        if may_have_links && let Some(found) = engine.find_link(&self.intent.library, &self.intent.place)? {
            return self.adopt(scene, found);
        }
        if seen.path == PathIs::Link || seen.kept == KeptIs::Link {
            let path = Engine::path_of(&self.intent.place);
            let what = "a link to a released copy is there; it was not deleted".to_owned();
            return self.park(Error::NeedsAttention { path, seen: what });
        }
        if seen.path == PathIs::Other && engine.path_leads_to_copy(&self.intent.place)? {
            return self.keep_for_days("somebody else's link leads to the copy");
        }
        // The trash's days are over for an unclaimed copy; any other goes only while its bytes are known to be safe.
        if !waits_for_decision {
            let safe = holds_original(seen.path) || engine.is_in_trash(&self.intent.place.original)?;
            if !safe || seen.copy == CopyIs::Modified {
                return self.keep_for_days("the original was not seen again");
            }
        }
        let Some(copy) = &seen.copy_stat else { return self.forget_copy() };
        let holders = engine.fs.holders(copy).doing("see who has open", &self.intent.place.cached_path)?;
        if holders.readers + holders.writers > 0 {
            self.intent.phase = match self.intent.phase {
                Phase::Unclaimed { .. } => {
                    Phase::Unclaimed { until: Some(now.plus(SignedDuration::from_mins(1))) }
                }
                _ => Phase::Released { not_before: now.plus(SignedDuration::from_mins(1)) },
            };
            engine.store.write(|w| w.put_intent(&self.intent))?;
            return Ok(Driven::Settled);
        }
        if let Some(spot) = &scene.spot {
            engine.sync_folder(&spot.folder, &spot.path)?;
        }
        let cache = engine.cache_dir()?;
        if let Some(folder) = engine.copy_spot(&cache, &self.intent.place.cached_path)? {
            let name = self.intent.place.cached_path.file_name().unwrap_or_default();
            present(engine.fs.unlink(&folder, name))
                .doing("delete the copy", &self.intent.place.cached_path)?;
            engine.sync_folder(&folder, &self.intent.place.cached_path)?;
        }
        engine.prune(&cache, &self.intent.place.cached_path)?;
        self.forget_copy()
    }

    /// A link to the copy is there after all. Its row becomes active again, and what is in the trash for it is kept again.
    fn adopt(&mut self, scene: &Scene<'_>, found: Found) -> Result<Driven> {
        let engine = self.engine;
        if engine.store.read()?.file(self.intent.file_id)?.is_none() {
            let path = found.spot.path.join(&found.name);
            let what =
                "a link leads to a copy that no row tells of; give it back with `cacherr rescue`".to_owned();
            return self.park(Error::NeedsAttention { path, seen: what });
        }
        engine.take_from_trash(&self.intent.place, &found)?;
        match self.rehome(scene.spot.as_ref(), &scene.seen, found)? {
            Next::Ended(driven) => Ok(driven),
            Next::Again => Ok(Driven::Settled),
        }
    }

    fn forget_copy(&self) -> Result<Driven> {
        self.engine.store.write(|w| w.remove_intent(self.intent.id))?;
        self.engine.room.free(self.intent.place.original.size);
        Ok(Driven::Settled)
    }

    fn keep_for_days(&mut self, why: &str) -> Result<Driven> {
        let until = self.engine.clock.now().plus(SignedDuration::from_hours(24 * TRASH_DAYS));
        self.intent.phase = Phase::Unclaimed { until: Some(until) };
        self.intent.strayed = true;
        self.engine.store.write(|w| w.put_intent(&self.intent))?;
        tracing::warn!(
            path = %Engine::path_of(&self.intent.place).display(),
            copy = %self.intent.place.cached_path.display(),
            "{why}, so the copy stays for {TRASH_DAYS} days"
        );
        Ok(Driven::Settled)
    }
}

impl Engine {
    /// Does what somebody else put at the path end at the copy, by whatever chain of links? Then readers are served by it.
    fn path_leads_to_copy(&self, place: &Placement) -> Result<bool> {
        let path = Self::path_of(place);
        let end = match self.fs.canonicalize(&path) {
            Ok(end) => end,
            Err(error) if is_absent(&error) || is_detour(&error) => return Ok(false),
            Err(error) => return Err(Error::io("follow", path, error)),
        };
        let copy = self.fs.canonicalize(&place.cached_path).doing("follow", &place.cached_path)?;
        Ok(end == copy)
    }

    /// The same, unless the owner said that the cache is gone.
    pub(super) fn prune_copy(&self, cached_path: &std::path::Path) -> Result<()> {
        if self.is_cache_lost() {
            return Ok(());
        }
        self.prune(&self.cache_dir()?, cached_path)
    }

    /// Removes the folders of a cached path that are empty now, up to the cache dir.
    pub(super) fn prune(&self, cache: &Fd, cached_path: &std::path::Path) -> Result<()> {
        crate::files::folder::prune(&*self.fs, cache, &self.cache.dir, self.below_cache(cached_path)?)
    }

    /// Removes a job's unfinished copy, if there is one.
    pub(super) fn drop_tmp(&self, job: crate::domain::id::JobId) -> Result<()> {
        let cache = self.cache_dir()?;
        let tmp = self.tmp_dir(&cache)?;
        present(self.fs.unlink(&tmp, &Self::tmp_name(job)))
            .doing("remove an unfinished copy in", &self.cache.dir)?;
        Ok(())
    }
}
