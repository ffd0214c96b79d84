//! Cacherr.
pub mod api;
pub mod cacher;
pub mod clock;
pub mod config;
pub mod domain;
pub mod error;
pub mod files;
pub mod live;
pub mod store;

pub use error::{Error, Result};
