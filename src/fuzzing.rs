//! What fuzzers call: for each kind of input that strangers write a function that takes any bytes and asserts what has
//! to hold of them. They stand beside what they try, since most of that is nobody else's business.
//!
//! **Invariant:** compiled for fuzzers (`cargo fuzz` sets `--cfg fuzzing`) and for the test below, which feeds them the
//! corpora of `tests/fuzz`; never a part of the program.

pub use crate::api::fuzzing::query;
pub use crate::config::fuzzing::config;
pub use crate::domain::mapping::fuzzing::mapping;
pub use crate::plex::fuzzing::{plex, webhook};
pub use crate::store::fuzzing::rows;

#[cfg(test)]
mod tests;
