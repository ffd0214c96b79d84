//! The librarian as part of the process: from settings to who decides what is worth keeping.

use std::sync::Arc;

use tokio::sync::watch;

use crate::cacher::Cacher;
use crate::clock::{self, SystemClock};
use crate::config::Config;
use crate::domain::mapping::Mapping;
use crate::domain::plan;
use crate::domain::rules::{Ahead, House, Rules};
use crate::domain::schedule::{QuietHours, Schedule};
use crate::domain::settings::LibrarianSettings;
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
    let settings = settings(config);
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

fn settings(config: &Config) -> LibrarianSettings {
    let ahead = Ahead { episodes: config.plex.episodes_ahead, minutes: None };
    LibrarianSettings {
        plan: plan::Settings::default(),
        house: House::for_all(Rules { ahead, ..Rules::default() }),
        schedule: Schedule::default(),
        quiet: QuietHours::default(),
        hold: jiff::SignedDuration::from_hours(72),
        companions: true,
    }
}
