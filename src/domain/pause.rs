//! That nothing is cached or given back by itself, because a person said so.

use serde::{Deserialize, Serialize};

use super::time::Time;

/// Since when, and who said so.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Pause {
    /// Since when.
    pub since: Time,
    /// The authenticated principal.
    pub by: String,
    /// Why, in their words.
    pub reason: Option<String>,
}
