//! The trash: files of a library that nobody may miss and that we must not delete are renamed in their folder and
//! purged after [`TRASH_DAYS`].
//!
//! **Invariant:** the row is durable before the file takes its trash name, and the file is gone durably before the
//! row is.

use std::ffi::OsStr;

use jiff::SignedDuration;

use crate::domain::file::Placement;
use crate::domain::id::TrashId;
use crate::domain::identity::Identity;
use crate::domain::intent::TrashRow;
use crate::domain::path::{kept_name, trash_name};
use crate::domain::settings::TRASH_DAYS;
use crate::error::{IoContext, Result};
use crate::files::errno::{is_unsupported, present};
use crate::files::{Fd, Kind};
use crate::store::Rows;

use super::engine::{Engine, Spot};
use super::search::Found;

impl Engine {
    /// Puts `name` aside and makes that durable. Nothing there: nothing done.
    pub(super) fn put_aside(&self, library: &str, spot: &Spot, name: &OsStr, was: &OsStr) -> Result<()> {
        let at = spot.path.join(name);
        let Some(stat) = present(self.fs.stat_at(&spot.folder, name)).doing("look at", &at)? else {
            return Ok(());
        };
        let aside = self.trash_row(library, spot, was, &stat.identity)?.name;
        self.announce_names(spot, &[name, &aside]);
        self.move_name(&spot.folder, name, &aside).doing("put into the trash", &at)?;
        self.sync_folder(&spot.folder, &spot.path)
    }

    /// The row under which a file is put aside: one that an earlier try left, or a new one.
    fn trash_row(&self, library: &str, spot: &Spot, was: &OsStr, identity: &Identity) -> Result<TrashRow> {
        let left = self
            .store
            .read()?
            .trash()?
            .into_iter()
            .find(|row| row.folder == spot.path && row.was == *was && row.identity.unchanged(identity));
        if let Some(row) = left {
            return Ok(row);
        }
        let now = self.clock.now();
        let id = TrashId::new();
        let date = now.to_jiff().strftime("%Y%m%d").to_string();
        let row = TrashRow {
            id,
            library: library.to_owned(),
            folder: spot.path.clone(),
            name: trash_name(was, &date, &id.0.simple().to_string()),
            was: was.to_owned(),
            identity: *identity,
            purge_at: now.plus(SignedDuration::from_hours(24 * TRASH_DAYS)),
        };
        self.store.write(|w| w.put_trash(&row))?;
        Ok(row)
    }

    /// Renames within a folder, never over anything, also where the file system knows no exclusive rename.
    pub(super) fn move_name(&self, folder: &Fd, from: &OsStr, to: &OsStr) -> std::io::Result<()> {
        match self.fs.rename_new(folder, from, folder, to) {
            Err(error) if is_unsupported(&error) => {
                self.fs.hard_link(folder, from, to)?;
                self.fs.unlink(folder, from)
            }
            other => other,
        }
    }

    /// Brings the original of a place back from the trash, to the kept name beside a link that was found. Only within
    /// one folder tree; what cannot be renamed there stays in the trash.
    pub(super) fn take_from_trash(&self, place: &Placement, found: &Found) -> Result<()> {
        let kept = kept_name(&found.name);
        for row in self.store.read()?.trash()? {
            if !row.identity.same_file(&place.original) {
                continue;
            }
            let Some(spot) = self.spot(&row.library, &row.folder)? else { continue };
            let at = row.folder.join(&row.name);
            let stat = present(self.fs.stat_at(&spot.folder, &row.name)).doing("look at", &at)?;
            if stat.is_none_or(|stat| !stat.identity.unchanged(&row.identity)) {
                continue;
            }
            self.announce_names(&spot, &[&row.name]);
            self.announce_names(&found.spot, &[&kept]);
            match self.fs.rename_new(&spot.folder, &row.name, &found.spot.folder, &kept) {
                Ok(()) => {}
                // Another volume, or a union: the bytes stay safe where they are.
                Err(_) => continue,
            }
            self.sync_folder(&found.spot.folder, &found.spot.path)?;
            self.sync_folder(&spot.folder, &spot.path)?;
            self.store.write(|w| w.remove_trash(row.id))?;
        }
        Ok(())
    }

    /// Whether the trash holds this file.
    pub(super) fn is_in_trash(&self, identity: &Identity) -> Result<bool> {
        for row in self.store.read()?.trash()? {
            if row.identity.same_file(identity)
                && let Some(spot) = self.spot(&row.library, &row.folder)?
                && let Some(stat) = present(self.fs.stat_at(&spot.folder, &row.name))
                    .doing("look at", row.folder.join(&row.name))?
                && stat.identity.same_file(identity)
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Removes what has been in the trash long enough. What cannot be reached now is tried another time.
    ///
    /// # Errors
    /// The store fails.
    pub fn purge_trash(&self) -> Result<()> {
        let now = self.clock.now();
        for row in self.store.read()?.trash()? {
            if row.purge_at <= now
                && !self.steps_aside()
                && let Err(error) = self.purge(&row)
            {
                tracing::warn!(path = %row.folder.join(&row.name).display(), %error, "the trash was not purged");
            }
        }
        Ok(())
    }

    fn purge(&self, row: &TrashRow) -> Result<()> {
        let at = row.folder.join(&row.name);
        if let Some(spot) = self.spot(&row.library, &row.folder)?
            && let Some(stat) = present(self.fs.stat_at(&spot.folder, &row.name)).doing("look at", &at)?
        {
            // Somebody who renamed another file to this name gets to keep it.
            if stat.kind == Kind::File && stat.identity.same_file(&row.identity) {
                self.fs.unlink(&spot.folder, &row.name).doing("purge", &at)?;
            }
            self.sync_folder(&spot.folder, &spot.path)?;
        }
        self.store.write(|w| w.remove_trash(row.id))
    }
}
