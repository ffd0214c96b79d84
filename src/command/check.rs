//! `cacherr check`.

use super::report::{Checked, Finding, VolumeState};
use super::status::status;
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
    // What waits for a person, or for a volume: also of files that the scan leaves to their jobs.
    let mut findings = waiting(context)?;
    let rows = engine.store().read()?;
    let path = |id: FileId| -> Result<Named> {
        Ok(Named(rows.file(id)?.map(|row| row.file_path).unwrap_or_default()))
    };
    let paths = |ids: &[FileId]| ids.iter().map(|id| path(*id)).collect::<Result<_>>();
    for (id, text) in scanned.findings {
        let finding = Finding { path: path(id)?, text };
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    }
    if depth == Depth::Deep {
        let strays = engine.audit()?;
        findings.extend(strays.into_iter().map(|(path, text)| Finding { path: Named(path), text }));
    }
    Ok(Checked {
        store,
        looked_at: scanned.looked_at,
        healed: paths(&scanned.healed)?,
        settled: paths(&scanned.settled)?,
        findings,
    })
}

fn waiting(context: &Context<'_>) -> Result<Vec<Finding>> {
    let status = status(context.cacher.engine(), context.config, &context.cacher.progress())?;
    let mut findings = Vec::new();
    let dir = &context.config.cache.dir;
    match status.cache.state {
        VolumeState::Ok | VolumeState::Unused => {}
        VolumeState::Missing => findings.push((dir, "is not there, or carries no marker of this store")),
        VolumeState::Foreign => findings.push((dir, "carries the marker of another store")),
    }
    for library in context.config.libraries.iter().filter(|library| !library.path.is_dir()) {
        findings.push((&library.path, "is not there"));
    }
    let said = |(path, text): (&std::path::PathBuf, &str)| Finding {
        path: Named(path.clone()),
        text: text.to_owned(),
    };
    let mut findings: Vec<Finding> = findings.into_iter().map(said).collect();
    findings.extend(status.attention);
    for job in status.jobs {
        if let Some(error) = job.error {
            findings.push(Finding { path: job.path, text: error.message });
        }
    }
    Ok(findings)
}
