//! The librarian as part of the process: from settings to who decides what is worth keeping.

use std::sync::Arc;

use tokio::runtime::Runtime;
use tokio::sync::watch;

use crate::cacher::Cacher;
use crate::clock::{self, SystemClock};
use crate::command::{self, Reply};
use crate::config::Config;
use crate::domain::mapping::Mapping;
use crate::error::{Error, Result};
use crate::librarian::{Librarian, Parts, Settings, Wishes};
use crate::media::{Changes, Household};

/// Everything that a librarian works with. Blocks.
///
/// # Errors
/// The store fails.
pub(super) fn parts(
    config: &Config,
    cacher: &Cacher,
    household: &Household,
    changes: watch::Receiver<Changes>,
) -> Result<Parts> {
    let settings = config.librarian.clone();
    let asking = Settings::of(&settings);
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

/// One who does nothing by itself, for a command in a process of its own.
///
/// # Errors
/// The store fails.
pub(super) fn at_rest(config: &Config, cacher: &Cacher, household: &Household) -> Result<Librarian> {
    // Nobody tells a command of changes.
    let (_, changes) = watch::channel(Changes::default());
    Ok(Librarian::at_rest(parts(config, cacher, household, changes)?))
}

/// Asks who there is and what they wish for, once. Nobody is asked where nobody has signed in.
///
/// # Errors
/// The store fails; nobody listens any more.
pub(super) fn ask(
    librarian: &Librarian,
    household: &Household,
    runtime: &Runtime,
    sink: command::Sink<'_>,
) -> Result<()> {
    if household.tokens().owner()?.is_none() {
        return Ok(());
    }
    let note = "asking Plex who there is and what they wish for; this may take a minute";
    if sink(Reply::Note(note.to_owned())).is_break() {
        return Err(Error::Cancelled);
    }
    runtime.block_on(async {
        // What failed is said with the source that it concerns.
        let _ = household.people().refresh().await;
        librarian.ask().await;
    });
    Ok(())
}
