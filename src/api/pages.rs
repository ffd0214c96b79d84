//! Pages that were asked for lately, as bytes: many clients look at the same page, and between two changes it is the
//! same for all of them who may see the same.
//!
//! **Invariant:** a page is given out only as long as no file changed since it was made, and to nobody who may see less
//! than whom it was made for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::answer::Prepared;
use crate::live::Ear;

/// So many bytes are kept.
const MOST: usize = 4 << 20;

/// The pages.
#[derive(Default)]
pub struct Pages(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    /// The store's count of changes that these pages are of.
    changes: u64,
    bytes: usize,
    by_query: HashMap<Ear, HashMap<String, Arc<Prepared>>>,
}

impl Pages {
    /// The page that a query got, if nothing changed since.
    pub fn get(&self, changes: u64, ear: Ear, query: &str) -> Option<Arc<Prepared>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.by_query.get(&ear)?.get(query).filter(|_| kept.changes == changes).cloned()
    }

    /// Keeps a page for whoever asks the same, and may see the same.
    pub fn keep(&self, changes: u64, ear: Ear, query: &str, page: &Arc<Prepared>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // The count rises, so what is newer is greater.
        if changes > kept.changes || kept.bytes + page.len() + query.len() > MOST {
            *kept = Kept { changes: changes.max(kept.changes), ..Kept::default() };
        }
        if changes == kept.changes && page.len() + query.len() <= MOST {
            kept.bytes += page.len() + query.len();
            kept.by_query.entry(ear).or_default().insert(query.to_owned(), page.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAFF: Ear = Ear::Staff;

    fn page(text: &str) -> Arc<Prepared> {
        Arc::new(Prepared::raw(text))
    }

    #[test]
    fn a_page_is_given_out_until_something_changes() {
        let pages = Pages::default();
        assert!(pages.get(0, STAFF, "q").is_none());
        pages.keep(7, STAFF, "q", &page("old"));
        assert!(
            pages.get(7, STAFF, "q").is_some()
                && pages.get(8, STAFF, "q").is_none()
                && pages.get(7, STAFF, "r").is_none()
        );
        pages.keep(8, STAFF, "r", &page("new"));
        assert!(pages.get(8, STAFF, "r").is_some() && pages.get(8, STAFF, "q").is_none());
        pages.keep(7, STAFF, "late", &page("old"));
        assert!(pages.get(8, STAFF, "late").is_none() && pages.get(7, STAFF, "late").is_none());
    }

    #[test]
    fn a_page_is_given_out_to_those_alone_who_may_see_it() {
        let pages = Pages::default();
        pages.keep(1, Ear::Staff, "q", &page("names"));
        assert!(pages.get(1, Ear::Viewer, "q").is_none());
        pages.keep(1, Ear::Viewer, "q", &page("none"));
        assert!(pages.get(1, Ear::Staff, "q").is_some_and(|kept| kept.len() == 5));
    }

    #[test]
    fn what_is_kept_has_an_end() {
        let pages = Pages::default();
        let large = page(&"x".repeat(MOST / 3));
        for number in 0..10 {
            pages.keep(1, STAFF, &number.to_string(), &large);
        }
        assert!(pages.0.lock().unwrap().bytes <= MOST);
        assert!(pages.get(1, STAFF, "9").is_some());
        pages.keep(1, STAFF, "huge", &page(&"x".repeat(MOST + 1)));
        assert!(pages.get(1, STAFF, "huge").is_none());
    }
}
