//! Which acts are our own: opens of copies, changes of names in libraries. A watcher is told what was done, not by whom.
//!
//! An act is announced before it happens, so its event cannot arrive first; each event of a path uses up one
//! announcement. So a player that opens a copy while we read it for hours still counts, and a file that arrives while we
//! exchange names is one event too many, whichever is told first.
//!
//! **Invariant:** an error here miscounts an open, or looks at a file in vain, or a while late. The kernel tells of opens that
//! follow each other at once as of one: an announcement that was not used up is void after ten seconds, and until then may
//! take the place of somebody else's act.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// An act is told of within this time, or its announcement is void.
const LINGER: Duration = Duration::from_secs(10);

/// Acts that were announced and not told of yet.
#[derive(Default)]
pub struct OwnActs(Mutex<Announced>);

#[derive(Default)]
struct Announced {
    /// How many, and when the last of them.
    by_path: HashMap<PathBuf, (u32, Instant)>,
    swept: Option<Instant>,
}

impl OwnActs {
    fn announced(&self) -> MutexGuard<'_, Announced> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// We are about to act on this path.
    pub(super) fn announce(&self, path: &Path) {
        self.announce_at(path, Instant::now());
    }

    /// Whether what was just told of is one of ours.
    pub fn take(&self, path: &Path) -> bool {
        self.take_at(path, Instant::now())
    }

    /// Nothing of what was announced in this folder will be told: it was not watched until now.
    pub fn forget_in(&self, folder: &Path) {
        self.announced().by_path.retain(|path, _| path.parent() != Some(folder));
    }

    fn announce_at(&self, path: &Path, now: Instant) {
        let mut announced = self.announced();
        // Where nobody watches, nobody takes: what is void must not pile up.
        if announced.swept.is_none_or(|swept| now.duration_since(swept) > LINGER) {
            announced.by_path.retain(|_, (_, last)| now.duration_since(*last) <= LINGER);
            announced.swept = Some(now);
        }
        let (count, last) = announced.by_path.entry(path.to_path_buf()).or_insert((0, now));
        *count += 1;
        *last = now;
    }

    fn take_at(&self, path: &Path, now: Instant) -> bool {
        let mut announced = self.announced();
        let Some((count, last)) = announced.by_path.get_mut(path) else { return false };
        let holds = now.duration_since(*last) <= LINGER;
        *count -= 1;
        if *count == 0 || !holds {
            announced.by_path.remove(path);
        }
        holds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_announcement_takes_one_open_of_its_path() {
        let opens = OwnActs::default();
        let film = Path::new("/cache/film");
        opens.announce(film);
        opens.announce(film);
        assert!(!opens.take(Path::new("/cache/other")));
        assert!(opens.take(film) && opens.take(film));
        assert!(!opens.take(film), "the third is somebody else's");
    }

    #[test]
    fn an_announcement_that_nothing_was_told_of_is_void_after_a_while() {
        let (opens, now) = (OwnActs::default(), Instant::now());
        let film = Path::new("/cache/film");
        opens.announce_at(film, now);
        assert!(!opens.take_at(film, now + LINGER * 2));
        assert!(!opens.take_at(film, now), "it is gone");
        opens.announce_at(film, now);
        opens.announce_at(Path::new("/cache/other"), now + LINGER * 2);
        assert_eq!(opens.announced().by_path.len(), 1);
    }
}
