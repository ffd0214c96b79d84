//! A person's removal holds: the wishes that stood for the path then do not bring it back for a while.
//!
//! **Invariant:** a hold keeps a file from coming, never from staying; a wish of anybody else lifts it.

use std::collections::HashMap;
use std::ffi::OsStr;

use crate::domain::time::Time;

use super::Snapshot;
use super::unit::Wish;

/// The holds that have not ended.
pub(super) struct Holds<'a>(HashMap<&'a OsStr, Vec<(&'a str, Time)>>);

impl<'a> Holds<'a> {
    pub fn of(snapshot: &'a Snapshot, now: Time) -> Self {
        let mut holds: HashMap<&OsStr, Vec<_>> = HashMap::new();
        for hold in snapshot.holds.iter().filter(|hold| now < hold.until) {
            holds.entry(hold.path.as_os_str()).or_default().push((hold.user.as_str(), hold.until));
        }
        Self(holds)
    }

    /// Until when none of these wishes brings the path back; none where one of them does.
    pub fn until<'u, 'w: 'u>(
        &self,
        path: &OsStr,
        wishes: impl Iterator<Item = &'u Wish<'w>>,
    ) -> Option<Time> {
        let holds = self.0.get(path)?;
        let mut first: Option<Time> = None;
        for wish in wishes {
            let until = holds.iter().filter(|(user, _)| *user == wish.user).map(|(_, until)| *until).max()?;
            // The first that ends lets it come back.
            first = Some(first.map_or(until, |first| first.min(until)));
        }
        first
    }
}
