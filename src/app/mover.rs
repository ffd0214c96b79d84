//! The NAS's own mover: the engine steps aside for it, and the list of what it leaves alone is kept.

use std::sync::Arc;

use crate::cacher::Engine;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::error::Result;
use crate::mover::Mover;

/// From now on the engine steps aside; and before it begins with anything, the list says what is ours.
pub(super) fn attend(config: &Config, engine: &Engine) -> Mover {
    let mover = Mover::new(config.mover.clone(), &config.cache.dir, Arc::new(SystemClock));
    if mover.is_watched() {
        let asked = mover.clone();
        engine.step_aside_for(Box::new(move || asked.look()));
    }
    keep_list(&mover);
    mover
}

/// Sees that the list is as it should be, whoever wrote it since.
pub(super) fn keep_list(mover: &Mover) {
    let Some(list) = mover.list() else { return };
    if let Err(trouble) = list.keep() {
        let file = list.file().display();
        tracing::warn!(
            "the list of what the mover must leave alone, {file}, is not up to date: {trouble}; the doctor says more"
        );
    }
}

/// Whoever ends with nothing in the cache leaves no line behind: that may have been the last time.
///
/// # Errors
/// The store fails.
pub(super) fn take_leave(mover: &Mover, engine: &Engine) -> Result<()> {
    let Some(list) = mover.list() else { return Ok(()) };
    if engine.keeps_anything()? {
        return Ok(());
    }
    match list.withdraw() {
        Ok(true) => tracing::info!("nothing is cached: our line in {} was taken out", list.file().display()),
        Ok(false) => {}
        Err(error) => tracing::warn!(%error, "our line in the list of the mover was not taken out"),
    }
    Ok(())
}
