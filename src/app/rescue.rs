//! What is left to do when the store is lost, put together.
//!
//! **Invariant:** the store is neither opened nor made. While somebody works on the data dir, nothing happens.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::home::Home;
use crate::cacher::rescue::{Rescue, Rescued};
use crate::clock::SystemClock;
use crate::config::Config;
use crate::domain::settings::CacheSettings;
use crate::error::{Error, Result};
use crate::files::real::RealFs;

/// Puts back what is found below `roots` (none: the configured libraries), from the disk alone. `cache_dir` is where
/// the copies are, if that is not where the configuration says.
///
/// # Errors
/// The data dir is in use. No root is given or configured. Trouble with what is found is part of the answer.
pub fn rescue(
    config: &Config,
    roots: &[PathBuf],
    cache_dir: Option<&Path>,
    tell: &mut dyn FnMut(&Path, &str),
) -> Result<Rescued> {
    let roots = match roots {
        [] => config.libraries.iter().map(|library| library.path.clone()).collect(),
        roots => roots.to_vec(),
    };
    if roots.is_empty() {
        let none =
            "no library is configured; say where the films are: `cacherr rescue ROOT… --cache-dir DIR`";
        return Err(Error::Config(none.to_owned()));
    }
    let _nobody_else = Home::keep_out(&config.data_dir)?;
    let dir = cache_dir.unwrap_or(&config.cache.dir).to_path_buf();
    let rescue = Rescue {
        fs: Arc::new(RealFs),
        clock: Arc::new(SystemClock),
        cache: CacheSettings { dir, ..config.cache.clone() },
    };
    Ok(rescue.run(&roots, tell))
}
