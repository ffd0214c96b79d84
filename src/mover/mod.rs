//! The NAS's own mover: whether it runs ([`Mover::look`]), and the list of what it must leave alone ([`list`]).
//!
//! **Invariant:** no library and no cache is touched here: only files that a person named, and `/proc`.
//! **Invariant:** nothing that is left behind by a mover holds us up for ever, and what cannot be seen does not at all: to
//! step aside is a courtesy, no film's safety rests on it.

pub mod list;
mod look;

pub use look::{Examined, Mover, PidFile};
