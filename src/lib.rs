//! Cacherr.
pub mod api;
pub mod app;
pub mod cacher;
pub mod cli;
pub mod clock;
pub mod command;
pub mod config;
pub mod demo;
pub mod domain;
pub mod error;
pub mod files;
pub mod live;
pub mod store;

pub use error::{Error, Result};
