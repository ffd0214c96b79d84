//! Are two libraries one folder under two names (a bind mount, a union and its branch)? Their paths do not tell, so a
//! probe file is made in one root and looked for in the others, once per process and only before a file is cached: no
//! disk is woken by a start.
//!
//! **Invariant:** an answer that could not be had is asked for again; only a clear "no" is remembered.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use crate::domain::id::TrashId;
use crate::domain::path::{is_probe_name, probe_name};
use crate::error::{Error, IoContext, Result};
use crate::files::errno::present;

use super::engine::{Engine, Root};

/// The libraries that were compared with all others.
#[derive(Default)]
pub struct Compared(Mutex<HashSet<String>>);

impl Engine {
    /// Refuses a library that another one leads to as well.
    ///
    /// # Errors
    /// `LibrariesOverlap`. A root that cannot be opened, or takes no file, is left for another time.
    pub(super) fn refuse_alias(&self, root: &Root<'_>) -> Result<()> {
        let name = &root.library.name;
        let known = self.compared.0.lock().unwrap_or_else(PoisonError::into_inner).contains(name);
        if known || self.libraries.len() < 2 {
            return Ok(());
        }
        let at = &root.path;
        for left in self.fs.list(&root.fd).doing("list", at)?.iter().filter(|name| is_probe_name(name)) {
            present(self.fs.unlink(&root.fd, left)).doing("remove an old probe file in", at)?;
        }
        let probe = probe_name(&TrashId::new().0.simple().to_string());
        if let Err(error) = self.fs.create_file(&root.fd, &probe) {
            tracing::debug!(library = %name, %error, "no probe file could be made; comparing another time");
            return Ok(());
        }
        let found = self.find_probe(root, &probe);
        present(self.fs.unlink(&root.fd, &probe)).doing("remove the probe file in", at)?;
        match found? {
            (Some(other), _) => Err(Error::LibrariesOverlap { one: name.clone(), other }),
            (None, all) => {
                if all {
                    self.compared.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone());
                }
                Ok(())
            }
        }
    }

    /// The other library that shows the probe, and whether all others could be asked.
    fn find_probe(&self, root: &Root<'_>, probe: &std::ffi::OsStr) -> Result<(Option<String>, bool)> {
        let mut all = true;
        for other in self.libraries.iter().filter(|other| other.name != root.library.name) {
            let Ok(other_root) = self.root(&other.name) else {
                all = false;
                continue;
            };
            if present(self.fs.stat_at(&other_root.fd, probe))
                .doing("look for the probe file in", &other.path)?
                .is_some()
            {
                return Ok((Some(other.name.clone()), all));
            }
        }
        Ok((None, all))
    }
}
