//! The media server as part of the process: from settings to those who watch it.

use std::sync::Arc;
use std::time::Duration;

use crate::cacher::Cacher;
use crate::clock::SystemClock;
use crate::config::{Config, PlexSettings};
use crate::domain::mapping::Mapping;
use crate::domain::settings::LibrarianSettings;
use crate::error::Result;
use crate::live::Hub;
use crate::media::reach::Address;
use crate::media::tokens::Configured;
use crate::media::{Household, Media, Parts, Rhythm};
use crate::plex::Trust;
use crate::store::Store;

/// How Plex is reached. Nobody is asked yet.
///
/// # Errors
/// The store fails; an address is none.
pub(super) fn open(config: &Config, store: &Store) -> Result<Household> {
    let PlexSettings { url, cloud_url, cloud_interval, token, token_file, verify_certificate, .. } =
        config.plex.clone();
    let trust = if verify_certificate { Trust::Roots } else { Trust::Anything };
    // It is never negative: the configuration refuses that.
    let interval = Duration::try_from(cloud_interval).unwrap_or_default();
    let address = Address::new(url, trust, cloud_url, interval);
    Household::open(store.clone(), Arc::new(SystemClock), Configured { token, file: token_file }, address)
}

/// Watches it from now on. Called within the runtime.
pub(super) fn watch(config: &Config, cacher: &Cacher, household: Household, hub: Hub) -> Media {
    let LibrarianSettings { house, versions, viewers, .. } = config.librarian.clone();
    Media::start(Parts {
        cacher: cacher.clone(),
        clock: Arc::new(SystemClock),
        mapping: Mapping::of(&config.libraries),
        household,
        hub,
        house,
        versions,
        viewers,
        min_watch: config.plex.min_watch,
        rhythm: Rhythm::default(),
    })
}
