//! The naming steps: the only code that changes what stands at a path of a library.
//!
//! **Invariant:** nothing here removes a name whose inode is not our own symlink, a second name of an inode that has
//! another one, or the kept original of move mode after all checks of step 10.

use jiff::SignedDuration;

use crate::domain::intent::Phase;
use crate::domain::path::{link_name, restore_name};
use crate::domain::settings::SwapMethod;
use crate::error::{Error, IoContext, Result};
use crate::files::errno::{is_absent, is_forbidden, is_unsupported, present};
use crate::files::{Kind, Stat};
use crate::store::Rows;

use super::drive::{Drive, Driven, EXCHANGE, Next};
use super::engine::{Engine, Spot};
use super::outcome::CopyFate;
use super::see::{Seen, kept_of};
use super::table::{CopyIs, KeptIs};

/// Exchanges until things are where they belong; one exchange loses to a second file that arrives meanwhile.
const PUT_BACK_ROUNDS: usize = 8;
/// Two swaps of one library through a FUSE union need this much time between them: it caches names and attributes for
/// a second, and a reader that meets two swaps within that may get ESTALE. Against three readers on mergerfs 2.33.5:
/// back to back, one open in 300 failed; 5 ms apart, two in 28,864; up to a second apart, single ones now and then;
/// 1.1 s apart, none in 267,070. Nobody waits for a swap.
pub(super) const LINK_RENAME_SPACING: SignedDuration = SignedDuration::from_millis(1100);

impl Drive<'_> {
    fn method(&self) -> SwapMethod {
        self.engine.library(&self.intent.library).map_or(SwapMethod::Exchange, |library| library.swap)
    }

    /// Steps 7a and 7b.
    pub(super) fn swap_in(&mut self, spot: &Spot) -> Result<Next> {
        self.check_source()?;
        match self.method() {
            SwapMethod::Exchange => {
                let kept = kept_of(&self.intent.place);
                self.make_link(spot, &kept)?;
                self.engine.sync_folder(&spot.folder, &spot.path)?;
                self.check_source()?;
                self.exposed = true;
                self.exchange(spot)?;
            }
            SwapMethod::LinkRename => self.link_and_rename(spot)?,
        }
        Ok(Next::Again)
    }

    /// The file that we copied from, held open all the time, must be as it was when the copy began.
    fn check_source(&self) -> Result<()> {
        let Some(source) = &self.source else { return Ok(()) };
        let path = Engine::path_of(&self.intent.place);
        let now = self.engine.fs.stat(&source.fd).doing("look at", &path)?.identity;
        // Our own fsync of the folder and link count changes do not touch ctime here: nothing of ours has.
        if now.same_bytes(&source.stat.identity) && now.ctime == source.stat.identity.ctime {
            return Ok(());
        }
        Err(Error::SourceChanged { path })
    }

    fn make_link(&self, spot: &Spot, name: &std::ffi::OsStr) -> Result<()> {
        let fs = &self.engine.fs;
        let at = spot.path.join(name);
        let place = &self.intent.place;
        self.engine.announce_names(spot, &[name]);
        fs.symlink(&place.link_text, &spot.folder, name).doing("make the link", &at)?;
        let like = place.original;
        // The link looks like the file in a listing. Where we may not, or the file system cannot, it works as well.
        for dressed in [
            fs.set_owner_at(&spot.folder, name, like.uid, like.gid),
            fs.set_mtime_at(&spot.folder, name, like.mtime),
        ] {
            match dressed {
                Err(error) if !is_forbidden(&error) && !is_unsupported(&error) => {
                    return Err(Error::io("dress the link", at, error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Path first, kept name second: watchers are told of the path last, as of something that arrived.
    pub(super) fn exchange(&self, spot: &Spot) -> Result<()> {
        let place = &self.intent.place;
        let (name, kept) = (&place.name, kept_of(place));
        // Each of them goes and comes.
        self.engine.announce_names(spot, &[name, name, &kept, &kept]);
        self.engine.fs.exchange(&spot.folder, name, &kept).doing(EXCHANGE, Engine::path_of(place))
    }

    /// Steps 7a to 7d of the other protocol, through the mount that readers use.
    fn link_and_rename(&mut self, spot: &Spot) -> Result<()> {
        let engine = self.engine;
        let (fs, folder) = (&engine.fs, &spot.folder);
        let place = &self.intent.place;
        let (path, kept) = (Engine::path_of(place), kept_of(place));
        let link = link_name(&self.intent.id.to_string());
        engine.space_swaps(&self.intent.library);
        self.drop_temporary(spot)?;
        self.make_link(spot, &link)?;
        engine.announce_names(spot, &[&kept]);
        fs.hard_link(folder, &place.name, &kept).doing("keep the original of", &path)?;
        engine.sync_folder(folder, &spot.path)?;
        self.check_bytes_of_source()?;
        let at_kept = fs.stat_at(folder, &kept).doing("look at", &path)?;
        let held = match &self.source {
            Some(source) => Some(fs.stat(&source.fd).doing("look at", &path)?),
            None => None,
        };
        // The very last look before the rename.
        let at_path = fs.stat_at(folder, &place.name).doing("look at", &path)?;
        let is_held = held.is_some_and(|held| held.same_inode(&at_path));
        if is_held && !at_path.same_inode(&at_kept) && at_kept.nlink >= 2 {
            // One file, two numbers: where names are numbered instead of files, nothing can be recognised.
            engine.announce_names(spot, &[&kept]);
            fs.unlink(folder, &kept).doing("remove the second name of", &path)?;
            return Err(Error::MethodNotSupported {
                method: "link_rename",
                reason: "two names of one file have different inode numbers there; mount mergerfs with use_ino",
            });
        }
        if !at_path.same_inode(&at_kept) || !at_path.identity.unchanged(&place.original) {
            return Err(Error::SourceChanged { path });
        }
        self.exposed = true;
        engine.announce_names(spot, &[&link, &place.name]);
        fs.rename_over(folder, &link, &place.name).doing("put the link at", &path)
    }

    /// As [`Drive::check_source`], after the hard link has changed the inode's ctime.
    fn check_bytes_of_source(&self) -> Result<()> {
        let Some(source) = &self.source else { return Ok(()) };
        let path = Engine::path_of(&self.intent.place);
        let now = self.engine.fs.stat(&source.fd).doing("look at", &path)?.identity;
        if now.same_bytes(&source.stat.identity) { Ok(()) } else { Err(Error::SourceChanged { path }) }
    }

    /// Removes a temporary name of this intent, if it is there: the link of link-and-rename, or an unfinished file
    /// that was coming back.
    pub(super) fn drop_temporary(&self, spot: &Spot) -> Result<()> {
        let id = self.intent.id.to_string();
        let link = (self.method() == SwapMethod::LinkRename).then(|| link_name(&id));
        // In `Restoring` too: a power cut may bring back a name whose renaming somebody else's act made pointless.
        let back = matches!(self.intent.phase, Phase::CopyingBack | Phase::Returning | Phase::Restoring)
            .then(|| restore_name(&id));
        for name in link.into_iter().chain(back) {
            present(self.engine.fs.unlink(&spot.folder, &name)).doing("remove our", spot.path.join(&name))?;
        }
        Ok(())
    }

    /// Removes the kept name if it is our link, durably.
    pub(super) fn drop_kept_link(&self, spot: &Spot) -> Result<()> {
        let fs = &self.engine.fs;
        let kept = kept_of(&self.intent.place);
        let at = spot.path.join(&kept);
        let text = match fs.stat_at(&spot.folder, &kept) {
            Ok(stat) if stat.kind == Kind::Link => {
                present(fs.read_link(&spot.folder, &kept)).doing("read", &at)?
            }
            Ok(_) => None,
            Err(error) if is_absent(&error) => None,
            Err(error) => return Err(Error::io("look at", at, error)),
        };
        if text.as_ref() == Some(&self.intent.place.link_text) {
            self.engine.announce_names(spot, &[&kept]);
            present(fs.unlink(&spot.folder, &kept)).doing("remove our link at", &at)?;
        }
        self.engine.sync_folder(&spot.folder, &spot.path)
    }

    /// An interrupted link-and-rename: the original has two names. Remove ours, never the last one.
    pub(super) fn drop_second_name(&mut self, spot: &Spot) -> Result<Next> {
        let fs = &self.engine.fs;
        let place = &self.intent.place;
        let kept = kept_of(place);
        let at = spot.path.join(&kept);
        let look = |name| fs.stat_at(&spot.folder, name).doing("look at", &at);
        let (path_now, kept_now) = (look(&place.name)?, look(&kept)?);
        if path_now.same_inode(&kept_now) && kept_now.nlink >= 2 {
            self.engine.announce_names(spot, &[&kept]);
            fs.unlink(&spot.folder, &kept).doing("remove the second name", &at)?;
        }
        self.drop_temporary(spot)?;
        self.engine.sync_folder(&spot.folder, &spot.path)?;
        Ok(Next::Again)
    }

    /// What came out of the exchange is not what was to come out. Exchange until what comes out is what went in last;
    /// what is left at the kept name then is ours to remove (our link) or theirs to put aside (anything else).
    pub(super) fn put_back(&mut self, spot: &Spot) -> Result<Next> {
        let engine = self.engine;
        let kept = kept_of(&self.intent.place);
        let at_kept =
            || present(engine.fs.stat_at(&spot.folder, &kept)).doing("look at", spot.path.join(&kept));
        // What went in last: at first our link (or, in a restore, the original), then whatever had come out.
        let mut put_in: Option<Stat> = None;
        self.exposed = true;
        for _ in 0..PUT_BACK_ROUNDS {
            let Some(came_out) = at_kept()? else { break };
            match self.exchange(spot) {
                Ok(()) => {}
                // They removed what stood for it, or took what we held: the table knows both.
                Err(Error::Io { source, .. }) if is_absent(&source) => break,
                Err(Error::Io { source, .. }) if is_unsupported(&source) => {
                    return self.put_back_by_rename(spot, &came_out);
                }
                Err(error) => return Err(error),
            }
            let Some(out) = at_kept()? else { break };
            let settled = match put_in {
                None => self.went_in_first(spot, &kept, &out)?,
                Some(last) => out.same_inode(&last),
            };
            if settled {
                break;
            }
            put_in = Some(came_out);
        }
        engine.sync_folder(&spot.folder, &spot.path)?;
        Ok(Next::Again)
    }

    /// Whether this is what the protocol put at the path: our link, or in a restore the original.
    fn went_in_first(&self, spot: &Spot, name: &std::ffi::OsStr, stat: &Stat) -> Result<bool> {
        let place = &self.intent.place;
        if self.intent.phase != Phase::Swapping {
            return Ok(stat.kind == Kind::File && stat.identity.same_file(&place.original));
        }
        let text = match stat.kind {
            Kind::Link => {
                present(self.engine.fs.read_link(&spot.folder, name)).doing("read", spot.path.join(name))?
            }
            _ => None,
        };
        Ok(text.as_ref() == Some(&place.link_text))
    }

    /// Where exchange is refused: the same with a rename over our own link.
    fn put_back_by_rename(&self, spot: &Spot, held: &Stat) -> Result<Next> {
        let engine = self.engine;
        let place = &self.intent.place;
        let path = Engine::path_of(place);
        let now = engine.fs.stat_at(&spot.folder, &place.name).doing("look at", &path)?;
        let ours = self.intent.phase == Phase::Swapping && self.went_in_first(spot, &place.name, &now)?;
        if ours && held.kind == Kind::File {
            engine.space_swaps(&self.intent.library);
            engine.announce_names(spot, &[&kept_of(place), &place.name]);
            engine.fs.rename_over(&spot.folder, &kept_of(place), &place.name).doing("put back", &path)?;
        }
        engine.sync_folder(&spot.folder, &spot.path)?;
        Ok(Next::Again)
    }

    /// Step r2.
    pub(super) fn swap_out(&mut self, spot: &Spot) -> Result<Next> {
        let engine = self.engine;
        if self.intent.phase != Phase::Restoring {
            self.intent.phase = Phase::Restoring;
            self.intent.place.kept = Some(kept_of(&self.intent.place));
            // What holds a kept name must be durable before a commit says that it is kept.
            engine.sync_folder(&spot.folder, &spot.path)?;
            engine.store.write(|w| w.put_intent(&self.intent))?;
            return Ok(Next::Again);
        }
        match self.method() {
            SwapMethod::Exchange => self.exchange(spot)?,
            SwapMethod::LinkRename => {
                engine.space_swaps(&self.intent.library);
                let place = &self.intent.place;
                let path = Engine::path_of(place);
                let now = engine.fs.stat_at(&spot.folder, &place.name).doing("look at", &path)?;
                if now.kind == Kind::Link {
                    engine.announce_names(spot, &[&kept_of(place), &place.name]);
                    engine
                        .fs
                        .rename_over(&spot.folder, &kept_of(place), &place.name)
                        .doing("put back", &path)?;
                }
            }
        }
        Ok(Next::Again)
    }

    /// Steps r4 to r6.
    pub(super) fn release(&mut self, spot: &Spot, seen: &Seen) -> Result<Next> {
        let engine = self.engine;
        engine.sync_folder(&spot.folder, &spot.path)?;
        self.drop_kept_link(spot)?;
        self.drop_temporary(spot)?;
        engine.sync_folder(&spot.folder, &spot.path)?;
        if seen.copy == CopyIs::Missing {
            engine.prune_copy(&self.intent.place.cached_path)?;
        }
        let fate = match seen.copy {
            CopyIs::Missing => CopyFate::Gone,
            CopyIs::Modified => CopyFate::Stays,
            CopyIs::Intact | CopyIs::Touched => CopyFate::AfterGrace,
        };
        engine.commit_released(&self.intent, fate)?;
        Ok(Next::Ended(Driven::Settled))
    }

    /// Step 10: all checks, then the original is given up.
    pub(super) fn give_up_kept(&mut self, spot: &Spot, seen: &Seen) -> Result<Next> {
        let engine = self.engine;
        let Phase::Releasing { not_before } = self.intent.phase else { return Ok(Next::Again) };
        if engine.clock.now() < not_before {
            return Ok(Next::Ended(Driven::Settled));
        }
        let (Some(kept), CopyIs::Intact, KeptIs::Original) = (&seen.kept_stat, seen.copy, seen.kept) else {
            return self.stay_active();
        };
        let durable_folders = match engine.fs.sync(&spot.folder) {
            Err(error) if is_unsupported(&error) => false,
            other => other.doing("make durable the folder", &spot.path).map(|()| true)?,
        };
        if kept.nlink != 1 || !durable_folders {
            return self.stay_active();
        }
        let holders = engine.fs.holders(kept).doing("see who has open", &spot.path)?;
        let rows = engine.store.read()?;
        let plays =
            rows.file(self.intent.file_id)?.map_or(Ok(false), |row| rows.is_played(&row.file_path))?;
        let unread = !engine.was_read(self.intent.file_id);
        if plays || unread || holders.readers + holders.writers > 0 || engine.may_be_written(kept, &holders) {
            self.intent.phase =
                Phase::Releasing { not_before: engine.clock.now().plus(engine.cache.release_grace) };
            engine.store.write(|w| w.put_intent(&self.intent))?;
            return Ok(Next::Ended(Driven::Settled));
        }
        let name = kept_of(&self.intent.place);
        engine.announce_names(spot, &[&name]);
        engine.fs.unlink(&spot.folder, &name).doing("give up the original at", spot.path.join(&name))?;
        engine.sync_folder(&spot.folder, &spot.path)?;
        self.intent.place.kept = None;
        engine.commit_active(&self.intent, self.intent.place.clone())?;
        Ok(Next::Ended(Driven::Settled))
    }

    fn stay_active(&self) -> Result<Next> {
        self.engine.commit_active(&self.intent, self.intent.place.clone())?;
        Ok(Next::Ended(Driven::Settled))
    }

    /// What was copied back takes the kept name; what has that name goes to the trash.
    pub(super) fn take_kept_name(&mut self, spot: &Spot, seen: &Seen) -> Result<Next> {
        let engine = self.engine;
        let back = restore_name(&self.intent.id.to_string());
        let kept = kept_of(&self.intent.place);
        if present(engine.fs.stat_at(&spot.folder, &back)).doing("look at", spot.path.join(&back))?.is_none()
        {
            // Somebody removed it: once more.
            self.intent.phase = Phase::CopyingBack;
            engine.commit_copying_back(&self.intent)?;
            return Ok(Next::Again);
        }
        if seen.kept == KeptIs::Other {
            engine.put_aside(&self.intent.library, spot, &kept, &self.intent.place.name)?;
        }
        engine.announce_names(spot, &[&back, &kept]);
        engine.move_name(&spot.folder, &back, &kept).doing("name what came back", spot.path.join(&kept))?;
        engine.sync_folder(&spot.folder, &spot.path)?;
        Ok(Next::Again)
    }
}

impl Engine {
    /// Waits until the last swap in a library that swaps by link-and-rename is long enough ago.
    fn space_swaps(&self, library: &str) {
        let wait = self.locks.next_swap(library, self.clock.now(), LINK_RENAME_SPACING);
        if !wait.is_zero() {
            self.clock.pass(wait.unsigned_abs());
        }
    }
}
