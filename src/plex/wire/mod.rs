//! What Plex really sends, and how it becomes what we mean.
//!
//! Its types drift: numbers come as texts, truths as numbers, lists are missing when they are empty. So every field is
//! optional, unknown ones are passed over, a field of an unexpected type counts as missing, and an entry without what
//! identifies it is left out of its list. Start with [`lenient`], then [`video`].
//!
//! **Invariant:** only what is no JSON (or XML), or lacks the outermost container, is an error.

pub mod cloud;
pub mod container;
pub mod feed;
pub mod lenient;
pub mod notice;
pub mod server;
pub mod session;
pub mod shared;
pub mod video;

#[cfg(test)]
mod tests;

use super::fault::Fault;
use super::http::Answer;

/// An entry lacks what makes it one.
#[derive(Debug, PartialEq, Eq)]
pub struct Incomplete(pub &'static str);

impl Incomplete {
    /// Where it is not an entry of a list that lacks something, but the answer itself.
    pub fn fault(&self, answer: &Answer) -> Fault {
        Fault::bad_answer(&answer.who, format!("it has no {}", self.0))
    }
}

/// Converts what can be, and leaves out the rest.
pub fn usable<W, T: TryFrom<W, Error = Incomplete>>(entries: Vec<W>) -> Vec<T> {
    entries.into_iter().filter_map(usable_one).collect()
}

/// The same for one.
pub fn usable_one<W, T: TryFrom<W, Error = Incomplete>>(entry: W) -> Option<T> {
    T::try_from(entry)
        .inspect_err(|missing| tracing::debug!(missing = missing.0, "left out an entry that Plex sent"))
        .ok()
}
