//! The librarian as part of the process: from settings to who decides what is worth keeping.

use std::sync::Arc;

use tokio::sync::watch;

use crate::cacher::Cacher;
use crate::clock::{self, SystemClock};
use crate::config::Config;
use crate::domain::mapping::Mapping;
use crate::error::Result;
use crate::librarian::{Parts, Settings, Wishes};
use crate::media::Household;

/// Everything that a librarian works with. Blocks.
///
/// # Errors
/// The store fails.
pub(super) fn parts(
    config: &Config,
    cacher: &Cacher,
    household: &Household,
    changes: watch::Receiver<u64>,
) -> Result<Parts> {
    let settings = config.librarian.clone();
    let asking = Settings { grace: settings.plan.source_grace, ..Settings::default() };
    let store = cacher.engine().store().clone();
    let clock = Arc::new(SystemClock);
    Ok(Parts {
        cacher: cacher.clone(),
        wishes: Wishes::open(household.clone(), store, clock.clone(), asking)?,
        clock,
        mapping: Mapping::of(&config.libraries),
        household: household.clone(),
        settings,
        zone: clock::zone(),
        changes,
    })
}
