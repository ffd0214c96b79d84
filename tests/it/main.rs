//! What Cacherr promises, one file per noun.
//!
//! * `config`: every value is valid and knows its origin; what cannot be used is refused with the place and a suggestion.
//! * `store`: what was committed stays, in whole or not at all, whatever the storage does; secondary tables say
//!   what the rows say; damage is found and named, never a panic.
//! * `process`: the real binary: there and back again, one instance at a time, exit codes and the shapes of answers.
//! * `files`: the kernel's file system as the engine needs it, and `sim`, the simulated one that behaves alike.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail a test, too")]

mod config;
mod files;
mod process;
mod sim;
mod store;
mod support;
