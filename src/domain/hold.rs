//! A person's removal holds: what they gave back does not come again for the wishes that stood for it then.

use serde::{Deserialize, Serialize};

use super::time::Time;

/// A person removed a file, or called off its caching. It is found by the library path.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct HoldRow {
    /// Who wanted it then: the wishes of others bring it back.
    pub users: Vec<String>,
    /// When it was removed.
    pub at: Time,
}
