//! The doctor, put together.

use std::sync::Arc;

use tokio::runtime::Handle;

use crate::cacher::Cacher;
use crate::clock::SystemClock;
use crate::config::{Config, PlexSettings};
use crate::doctor::{Doctor, Parts};
use crate::domain::secret::Secret;
use crate::error::{Error, IoContext, Result};
use crate::plex::{Client, Device, Patience, Trust};

/// The doctor of what is configured, with the engine that works there.
pub(super) fn doctor(config: &Config, cacher: &Cacher, runtime: Handle) -> Doctor {
    let (plex, identifier) = (config.plex.clone(), cacher.engine().store().id().to_string());
    Doctor::new(Parts {
        cacher: cacher.clone(),
        clock: Arc::new(SystemClock),
        cache: config.cache.clone(),
        libraries: config.libraries.clone(),
        server: Box::new(move || media_server(&plex, &identifier)),
        runtime,
    })
}

/// The media server, if there is a token for it.
fn media_server(plex: &PlexSettings, identifier: &str) -> Result<Option<Client>> {
    let token = match (&plex.token, &plex.token_file) {
        (Some(token), _) => token.clone(),
        (None, Some(file)) => {
            Secret::new(std::fs::read_to_string(file).doing("read the token in", file)?.trim())
        }
        (None, None) => return Ok(None),
    };
    let device = Device {
        identifier: identifier.to_owned(),
        name: "Cacherr".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let client = Client::new(&plex.url, token, device, Patience::default(), Trust::Roots);
    client.map(Some).map_err(|fault| Error::Config(fault.to_string()))
}
