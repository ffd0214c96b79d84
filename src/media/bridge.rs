//! The bridge from what waits to what blocks: the engine, the store, and the file with the token.

use crate::cacher::Cacher;
use crate::error::{Error, Result};

/// Runs what blocks where blocking is allowed.
///
/// # Errors
/// What `act` returned; `Store` where it panicked.
pub async fn blocking<T: Send + 'static>(act: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let ended = tokio::task::spawn_blocking(act).await;
    ended.unwrap_or_else(|error| Err(Error::Store { operation: "finish", detail: error.to_string() }))
}

/// Asks the engine, off the threads that wait.
///
/// # Errors
/// As [`blocking`].
pub async fn ask<T: Send + 'static>(
    cacher: &Cacher,
    ask: impl FnOnce(&Cacher) -> Result<T> + Send + 'static,
) -> Result<T> {
    let cacher = cacher.clone();
    blocking(move || ask(&cacher)).await
}
