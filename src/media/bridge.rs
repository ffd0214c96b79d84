//! The bridge from here to what blocks: the engine, the store, and the file with the token.

use crate::error::{Error, Result};

/// Runs what blocks where blocking is allowed.
pub(crate) async fn blocking<T: Send + 'static>(
    act: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let ended = tokio::task::spawn_blocking(act).await;
    ended.unwrap_or_else(|error| Err(Error::Store { operation: "finish", detail: error.to_string() }))
}
