#![doc = include_str!("ARCHITECTURE.md")]

// In the order of reading: each uses only what stands above it (`tests/it/architecture.rs`). Blank lines keep rustfmt
// from sorting.

pub mod error;

pub mod domain;

pub mod clock;

pub mod random;

pub mod anybody;

pub mod names;

pub mod files;

pub mod mover;

pub mod index;

pub mod store;

pub mod access;

pub mod cacher;

pub mod watch;

pub mod plex;

pub mod live;

pub mod config;

pub mod media;

pub mod librarian;

pub mod doctor;

pub mod ui;

pub mod api;

pub mod command;

pub mod app;

pub mod demo;

pub mod cli;

#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;

pub use error::{Error, Result};
