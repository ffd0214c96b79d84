//! Whole lists out of pages.
//!
//! A server may ignore that it was asked for a page and send everything, may send fewer or more than asked, may not know
//! the total or be wrong about it, and its list may change meanwhile. So each item counts once, what was new moves us on,
//! and the list ends with a page that is empty, the last by its total, or the whole.

use std::collections::HashSet;

use reqwest::Url;

use super::Client;
use crate::plex::fault::Fault;
use crate::plex::http::Ask;
use crate::plex::wire::container::Items;
use crate::plex::wire::video::Metadata;

/// Items per page.
const PAGE: usize = 300;
/// A sample is made of so many pieces of so many items.
const PIECES: u64 = 4;
const PIECE: usize = 8;
/// More pages than any library has.
const PAGES: usize = 4000;

impl Client {
    /// All items of a list.
    pub(super) async fn all(&self, url: Url) -> Result<Vec<Metadata>, Fault> {
        let mut list = List::default();
        for _ in 0..PAGES {
            let ask = Ask::get(url.clone(), Some(&self.token), self.http.patience().largest)
                .header("x-plex-container-start", list.items.len() + list.repeated)
                .header("x-plex-container-size", PAGE);
            let answer = self.http.ask(&ask).await?;
            let page = answer.container::<Items>()?;
            let told = answer.header("x-plex-container-total-size").and_then(|total| total.parse().ok());
            match list.add(page.items, page.total_size.or(told)) {
                Next::Page => {}
                Next::Done => return Ok(list.items),
                Next::Stuck => return Err(Fault::bad_answer(&answer.who, "the same page again and again")),
            }
        }
        Err(Fault::bad_answer(&list_of(&url), "a list without end"))
    }
}

impl Client {
    /// Some items of a list, from all over it. Where a server sends more than was asked for, these are more.
    pub(super) async fn some(&self, url: Url) -> Result<Vec<Metadata>, Fault> {
        let mut list = List::default();
        let mut start = 0;
        for piece in 1..=PIECES {
            let ask = Ask::get(url.clone(), Some(&self.token), self.http.patience().largest)
                .header("x-plex-container-start", start)
                .header("x-plex-container-size", PIECE);
            let answer = self.http.ask(&ask).await?;
            let page = answer.container::<Items>()?;
            let told = answer.header("x-plex-container-total-size").and_then(|total| total.parse().ok());
            let (came, total) = (page.items.len() as u64, page.total_size.or(told).unwrap_or(0));
            list.add(page.items, None);
            // What begins behind what came; a list that came whole has no such place.
            let next = (total * piece / PIECES).max(start + came);
            if came == 0 || next >= total {
                break;
            }
            start = next;
        }
        Ok(list.items)
    }
}

fn list_of(url: &Url) -> String {
    crate::plex::fault::shown(url)
}

/// What was fetched so far.
#[derive(Default)]
struct List {
    items: Vec<Metadata>,
    seen: HashSet<String>,
    /// How many came again; they have a place in the server's list as well.
    repeated: usize,
}

/// What to do after a page.
#[derive(PartialEq, Debug)]
enum Next {
    Page,
    Done,
    /// The server says that there is more, and does not give it.
    Stuck,
}

impl List {
    fn add(&mut self, page: Vec<Metadata>, total: Option<u64>) -> Next {
        let came = page.len();
        let before = self.items.len();
        for item in page {
            // What has no identity cannot be told from another one; the limit of pages ends what it could prolong.
            if item.identity().is_none_or(|identity| self.seen.insert(identity.to_owned())) {
                self.items.push(item);
            }
        }
        let new = self.items.len() - before;
        let place = self.items.len() + self.repeated + (came - new);
        let more = match total {
            Some(total) => u64::try_from(place).is_ok_and(|place| place < total),
            None => came == PAGE,
        };
        match (came, new) {
            (0, _) => Next::Done,
            // Without a total the first page comes again where paging is unknown and everything was sent.
            (_, 0) if total.is_none() => Next::Done,
            (_, 0) if u64::try_from(self.items.len()).ok() >= total => Next::Done,
            (_, 0) => Next::Stuck,
            _ if more => {
                self.repeated += came - new;
                Next::Page
            }
            _ => Next::Done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(numbers: std::ops::Range<usize>) -> Vec<Metadata> {
        let item = |number| serde_json::from_value(serde_json::json!({ "ratingKey": number })).unwrap();
        numbers.map(item).collect()
    }

    #[test]
    fn pages_of_any_size_become_the_whole_list_once() {
        let mut list = List::default();
        assert_eq!(list.add(page(0..50), Some(120)), Next::Page, "fewer than asked");
        assert_eq!(list.add(page(49..100), Some(120)), Next::Page, "one moved meanwhile");
        assert_eq!(list.repeated, 1);
        assert_eq!(list.add(page(100..120), Some(120)), Next::Done);
        assert_eq!(list.items.len(), 120);
    }

    #[test]
    fn everything_at_once_is_everything() {
        assert_eq!(List::default().add(page(0..1000), Some(1000)), Next::Done);
        let mut list = List::default();
        assert_eq!(list.add(page(0..PAGE), None), Next::Page, "this may have been a page");
        assert_eq!(list.add(page(0..PAGE), None), Next::Done, "it was all");
        assert_eq!(list.items.len(), PAGE);
    }

    #[test]
    fn a_server_that_repeats_itself_is_not_believed_to_be_complete() {
        let mut list = List::default();
        assert_eq!(list.add(page(0..50), Some(454)), Next::Page);
        assert_eq!(list.add(page(0..50), Some(454)), Next::Stuck);
    }

    #[test]
    fn a_total_that_is_too_high_ends_with_the_empty_page() {
        let mut list = List::default();
        assert_eq!(list.add(page(0..50), Some(60)), Next::Page);
        assert_eq!(list.add(vec![], Some(60)), Next::Done);
    }
}
