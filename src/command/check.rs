//! `cacherr check`.

use super::report::{Checked, Finding};
use super::{Brake, Context, Named, Reach};
use crate::cacher::scan::Depth;
use crate::domain::id::FileId;
use crate::error::Result;
use crate::store::Rows;

/// Compares the store with itself, then with what is on disk.
pub(super) fn check(context: &Context<'_>, reach: Reach, brake: Brake) -> Result<Checked> {
    let engine = context.cacher.engine();
    let store = engine.store().check()?;
    let depth = match reach {
        Reach::Cache => Depth::Cache,
        Reach::Libraries => Depth::Deep,
    };
    let scanned = engine.scan(depth, brake == Brake::Released)?;
    let rows = engine.store().read()?;
    let path = |id: FileId| -> Result<Named> {
        Ok(Named(rows.file(id)?.map(|row| row.file_path).unwrap_or_default()))
    };
    let paths = |ids: &[FileId]| ids.iter().map(|id| path(*id)).collect::<Result<_>>();
    let mut findings = Vec::new();
    for (id, text) in scanned.findings {
        findings.push(Finding { path: path(id)?, text });
    }
    Ok(Checked {
        store,
        looked_at: scanned.looked_at,
        healed: paths(&scanned.healed)?,
        settled: paths(&scanned.settled)?,
        findings,
    })
}
