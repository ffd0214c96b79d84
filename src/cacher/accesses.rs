//! What a watcher of the cache dir has to tell the engine: copies that were opened, and names that changed.
//!
//! **Invariant:** what is told decides nothing. An open changes two numbers of a row; a change is a reason to look
//! ([`Engine::scan`]), and the look decides.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use jiff::SignedDuration;

use crate::domain::event::Event;
use crate::domain::file::{FileRow, Status};
use crate::domain::id::FileId;
use crate::domain::time::Time;
use crate::error::Result;
use crate::store::Rows;

use super::engine::Engine;
use super::opens::OwnActs;

/// Opens of one copy within this time after one that counted are part of it.
pub const ACCESS_WINDOW: SignedDuration = SignedDuration::from_mins(10);

/// Somebody opened a copy.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Access {
    /// The copy, below the cache dir as it is configured.
    pub copy: PathBuf,
    /// When.
    pub at: Time,
}

/// Names below the cache dir that others changed, or we did.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Changes {
    /// Files that were removed, files and folders that were renamed.
    pub gone: HashSet<PathBuf>,
    /// Files and folders that arrived.
    pub came: HashSet<PathBuf>,
}

/// Whether an open at `at` is one of its own after one that counted.
#[must_use]
pub fn counts(last: Option<Time>, at: Time) -> bool {
    // A clock that was set back must not silence a file until it has caught up.
    last.is_none_or(|last| at.since(last).abs() >= ACCESS_WINDOW)
}

impl Engine {
    /// Opens of copies by the engine itself.
    #[must_use]
    pub fn own_opens(&self) -> &OwnActs {
        &self.own_opens
    }

    /// To be called before a file is opened of which `path` is the name for people: a copy's open is announced.
    pub(super) fn announce_open(&self, path: &Path) {
        if path.starts_with(&self.cache.dir) {
            self.own_opens.announce(path);
        }
    }

    /// Adds opens to the rows of the copies, in one transaction. What is no active file's copy is passed over, and what
    /// is within [`ACCESS_WINDOW`] of the last access. None counts while a media server tells of playbacks. Returns how many
    /// counted.
    ///
    /// # Errors
    /// The store fails; nothing was counted.
    pub fn count_accesses(&self, accesses: &[Access]) -> Result<u64> {
        if self.is_told() {
            return Ok(0);
        }
        let ids = self.ids_of_copies(accesses.iter().map(|access| access.copy.as_path()))?;
        if ids.is_empty() {
            return Ok(0);
        }
        let counted = self.store.write(|w| {
            let mut counted = 0;
            for Access { copy, at } in accesses {
                let Some(id) = ids.get(copy.as_path()) else { continue };
                let here =
                    |row: &FileRow| row.status == Status::Active && row.place.cached_path == copy.as_path();
                let Some(mut row) = w.file(*id)?.filter(here) else { continue };
                if counts(row.last_accessed, *at) {
                    row.access_count = row.access_count.saturating_add(1);
                    row.last_accessed = Some(*at);
                    w.put_file(&row)?;
                    counted += 1;
                }
            }
            Ok(counted)
        })?;
        if counted > 0 {
            self.publish([Event::StatisticsChanged]);
        }
        Ok(counted)
    }

    /// Whether a scan would find something to do: a copy that is in use went away, or one that was missing came. Our
    /// own work is neither: its rows say already what is meant, or an intent does.
    ///
    /// # Errors
    /// The store fails.
    pub fn are_concerned(&self, changes: &Changes) -> Result<bool> {
        let rows = self.store.read()?;
        let busy = rows.files_with_intents()?;
        let concerns = |row: &FileRow, names: &HashSet<PathBuf>, status: Status| {
            let named = || row.place.cached_path.ancestors().any(|path| names.contains(path));
            row.status == status && !busy.contains(&row.id) && named()
        };
        let mut unknown = Changes::default();
        for (names, status, left) in [
            (&changes.gone, Status::Active, &mut unknown.gone),
            (&changes.came, Status::Orphaned, &mut unknown.came),
        ] {
            for path in names {
                match self.row_by_rule(&rows, path)? {
                    Some(row) if concerns(&row, names, status) => return Ok(true),
                    Some(_) => {}
                    None => drop(left.insert(path.clone())),
                }
            }
        }
        if unknown == Changes::default() {
            return Ok(false);
        }
        // A folder, a stranger's file, or a copy whose link was moved since.
        let mut concerned = false;
        rows.for_each_file(&mut |row| {
            concerned |= concerns(&row, &unknown.gone, Status::Active)
                || concerns(&row, &unknown.came, Status::Orphaned);
            Ok(())
        })?;
        Ok(concerned)
    }

    /// The files whose copies these are, as far as there are any.
    fn ids_of_copies<'p>(&self, copies: impl Iterator<Item = &'p Path>) -> Result<HashMap<&'p Path, FileId>> {
        let rows = self.store.read()?;
        let (mut ids, mut unknown) = (HashMap::new(), HashSet::new());
        for copy in copies {
            match self.row_by_rule(&rows, copy)? {
                Some(row) => drop(ids.insert(copy, row.id)),
                None => drop(unknown.insert(copy)),
            }
        }
        if !unknown.is_empty() {
            rows.for_each_file(&mut |row| {
                if let Some(copy) = unknown.get(row.place.cached_path.as_path()) {
                    // A removed row may have had the place before.
                    let id = ids.entry(copy).or_insert(row.id);
                    if row.status == Status::Active {
                        *id = row.id;
                    }
                }
                Ok(())
            })?;
        }
        Ok(ids)
    }

    /// The row whose copy lies there, if both paths follow the rule that copies are placed by. There is no table by
    /// cached path: this answers nearly always, and whoever needs an answer always walks over the rows.
    fn row_by_rule(&self, rows: &impl Rows, copy: &Path) -> Result<Option<FileRow>> {
        let Ok(below) = copy.strip_prefix(&self.cache.dir) else { return Ok(None) };
        let mut parts = below.components();
        let library = parts.next().map(|name| name.as_os_str());
        let Some(library) = self.libraries.iter().find(|one| library == Some(one.name.as_ref())) else {
            return Ok(None);
        };
        let found = rows.file_by_path(&library.path.join(parts.as_path()))?;
        Ok(found.filter(|row| row.place.cached_path == copy))
    }
}
