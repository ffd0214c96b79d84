//! Is this the library that the store knows, or an empty mount point, another disk, half a union?
//!
//! The root's recorded identity answers first ([`super::engine::Engine::root`]). Where rows exist, some of them must
//! be seen as well: a mount point can have the right inode and the wrong contents.

use crate::domain::file::{FileRow, Status};
use crate::error::{IoContext, Result};
use crate::files::Kind;
use crate::files::errno::{is_no_link, present};
use crate::store::Rows;

use super::engine::{Engine, Root};

/// At most so many rows are looked at.
const SAMPLES: usize = 16;
/// They are taken from so many of the newest rows.
const NEWEST: usize = 512;
/// With fewer rows than this, the root's identity alone decides: one renamed folder must not look like a lost volume.
const FEW: usize = 4;

impl Engine {
    /// Opens a root and looks for witnesses: at least one of the sampled links or kept originals must be found.
    ///
    /// # Errors
    /// `LibraryVolumeMissing` when none is.
    pub(super) fn prove(&self, library: &str) -> Result<Root<'_>> {
        let root = self.root(library)?;
        if self.witnessed(&root, true)? {
            return Ok(root);
        }
        Err(crate::Error::LibraryVolumeMissing {
            library: library.to_owned(),
            path: root.library.path.clone(),
            reason: "shows none of the links and kept originals that should be there (is a volume of it missing?)",
        })
    }

    pub(super) fn has_rows(&self, library: &str) -> Result<bool> {
        Ok(!self.sample(library)?.is_empty())
    }

    /// Whether one of the sampled rows is seen in this tree. `known`: the root's identity was compared already.
    pub(super) fn witnessed(&self, root: &Root<'_>, known: bool) -> Result<bool> {
        let sample = self.sample(&root.library.name)?;
        let decided_by_identity = known
            && sample.len() < FEW
            && self.store.read()?.root(&root.library.name)?.is_some_and(|row| {
                self.fs
                    .stat(&root.fd)
                    .is_ok_and(|stat| (row.fsid, row.ino) == (stat.identity.fsid, stat.identity.ino))
            });
        if decided_by_identity || sample.is_empty() {
            return Ok(true);
        }
        for row in &sample {
            if self.testifies(root, row)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn testifies(&self, root: &Root<'_>, row: &FileRow) -> Result<bool> {
        let place = &row.place;
        if !place.folder.starts_with(&root.path) {
            return Ok(false);
        }
        let Some(spot) = self.spot_below(root, &place.folder)? else { return Ok(false) };
        let kept = super::see::kept_of(place);
        let at = spot.path.join(&kept);
        if let Some(stat) = present(self.fs.stat_at(&spot.folder, &kept)).doing("look at", &at)? {
            // Device ids may have changed, inode and birth time not.
            let (a, b) = (stat.identity, place.original);
            return Ok(stat.kind == Kind::File && a.ino == b.ino && a.btime == b.btime);
        }
        let text = present(self.fs.read_link(&spot.folder, &place.name)).or_else(|error| {
            // Not a link: somebody's file, no witness.
            if is_no_link(&error) { Ok(None) } else { Err(error) }
        });
        Ok(text
            .doing("read the link", spot.path.join(&place.name))?
            .is_some_and(|text| text == place.link_text))
    }

    /// Rows whose link should be in place. The newest ones answer quickly however large the store is; where they are
    /// all of other libraries, every row is looked at.
    fn sample(&self, library: &str) -> Result<Vec<FileRow>> {
        let rows = self.store.read()?;
        let busy = rows.files_with_intents()?;
        let in_place = |row: &FileRow| {
            row.library == library
                && matches!(row.status, Status::Active | Status::PendingRemoval)
                && !busy.contains(&row.id)
        };
        let newest = rows.newest_files(NEWEST)?;
        let all_seen = newest.len() < NEWEST;
        let mut sample: Vec<FileRow> = newest.into_iter().filter(in_place).collect();
        if sample.is_empty() && !all_seen {
            rows.for_each_file(&mut |row| {
                if sample.len() < SAMPLES && in_place(&row) {
                    sample.push(row);
                }
                Ok(())
            })?;
        }
        // Spread over what was found, so that one renamed folder does not fill the sample.
        let step = sample.len().div_ceil(SAMPLES).max(1);
        Ok(sample.into_iter().step_by(step).collect())
    }
}
