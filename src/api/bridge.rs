//! The one bridge from the asynchronous edge to the synchronous core.

use super::problem::Problem;

/// Runs what blocks (files, the store, waiting for a job) where blocking is allowed.
///
/// # Errors
/// What `act` says; a panic in it becomes an internal error of this request alone.
pub async fn blocking<T: Send + 'static>(
    act: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    // What the log says there belongs to the same request.
    let span = tracing::Span::current();
    tokio::task::spawn_blocking(move || span.in_scope(act))
        .await
        .unwrap_or_else(|error| Err(Problem::internal(error)))
}
