//! What Cacherr promises, one file per noun.
//!
//! * `api`: every answer has the envelope, every refusal a code of the list; files come and go, jobs are told of as they run.
//! * `openapi`: the document is current, complete, and what generators of clients understand.
//! * `config`: every value is valid and knows its origin; what cannot be used is refused with the place and a suggestion.
//! * `store`: what was committed stays, in whole or not at all, whatever the storage does; secondary tables say
//!   what the rows say; damage is found and named, never a panic.
//! * `files`: the kernel's file system as the engine needs it, and `sim`, the simulated one that behaves alike.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail a test, too")]

mod api;
mod config;
mod files;
mod openapi;
mod sim;
mod store;
mod support;
