//! What Cacherr promises, each promise a test.
//!
//! * `store`: what was committed stays, in whole or not at all, whatever the storage does; secondary tables say
//!   what the rows say; damage is found and named, never a panic.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail a test, too")]

mod store;
