//! The NAS's own mover as the API shows it.

use poem_openapi::Object;

use super::value::Timestamp;
use crate::domain::mover::Running;

/// Whether the NAS's own mover runs. While it does nothing is copied, swapped in, given back or removed.
#[derive(Object, Debug)]
#[oai(rename = "Mover")]
pub struct MoverBody {
    /// It does: jobs wait for its end.
    running: bool,
    /// Since when, as far as can be told; null where none runs.
    #[oai(nullable)]
    since: Option<Timestamp>,
    /// What tells of it: a file, or a process. Null where none runs.
    #[oai(nullable)]
    sign: Option<String>,
}

impl MoverBody {
    /// The one that runs, if one does.
    #[must_use]
    pub fn of(running: Option<&Running>) -> Self {
        Self {
            running: running.is_some(),
            since: running.map(|mover| Timestamp(mover.since)),
            sign: running.map(|mover| mover.sign.clone()),
        }
    }
}
