//! The doctor, put together.

use std::sync::Arc;

use tokio::runtime::Handle;

use crate::cacher::Cacher;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::doctor::{Doctor, Parts};
use crate::media::Household;
use crate::mover::Mover;

/// The doctor of what is configured, with the engine that works there, and of the media server as its owner sees it.
pub(super) fn doctor(
    config: &Config,
    cacher: &Cacher,
    household: &Household,
    mover: Mover,
    runtime: Handle,
) -> Doctor {
    let reach = household.reach().clone();
    Doctor::new(Parts {
        cacher: cacher.clone(),
        clock: Arc::new(SystemClock),
        cache: config.cache.clone(),
        libraries: config.libraries.clone(),
        mover,
        watches_originals: config.watch_libraries,
        server: Box::new(move || Ok(reach.tokens().owner()?.map(|owner| reach.server_as(&owner.token)))),
        runtime,
    })
}
