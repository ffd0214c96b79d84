//! How long somebody who was let in once may stay connected.

use std::time::Duration;

use tokio::time::sleep;

use super::bridge::blocking;
use crate::access::Access;
use crate::domain::access::{Principal, Way};

/// What ends by itself, because its time is over, is noticed within this time.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// Of one connection.
pub struct Lease {
    access: Access,
    principal: Principal,
}

impl Lease {
    /// For somebody who was let in just now.
    #[must_use]
    pub fn of(access: Access, principal: Principal) -> Self {
        Self { access, principal }
    }

    /// Returns when they would not be let in any more as who they were, or nobody can tell.
    pub async fn ends(self) {
        if matches!(self.principal.way, Way::ConfiguredKey | Way::Local) {
            // What the configuration says holds until the instance ends.
            return std::future::pending().await;
        }
        let mut changes = self.access.changes();
        while self.holds().await {
            tokio::select! {
                _ = changes.changed() => {}
                () = sleep(LOOK_AGAIN) => {}
            }
        }
    }

    async fn holds(&self) -> bool {
        let (access, principal) = (self.access.clone(), self.principal.clone());
        let still = blocking(move || Ok(access.still(&principal)?)).await;
        // With another role they see other things; they come again, and hear those.
        still.is_ok_and(|now| now.is_some_and(|now| now.role == self.principal.role))
    }
}
