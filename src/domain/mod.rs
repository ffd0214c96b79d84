//! What the words mean: pure types and decisions, no effect, no clock, no file.
//!
//! Start with [`mod@file`] (the life of a cached file), then [`intent`] (what is written down before a file is touched).
//!
//! **Invariant:** depends on nothing of this crate but [`crate::error`]. What is here is what is stored; the public
//! contract is `api`'s, by its own types.

pub mod access;
pub mod account;
pub mod actor;
pub mod answer;
pub mod batch;
pub mod cleanup;
pub mod event;
pub mod file;
pub mod fold;
pub mod hold;
pub mod id;
pub mod identity;
pub mod intent;
pub mod job;
pub mod log;
pub mod mapping;
pub mod media;
pub mod mounts;
pub mod mover;
pub mod natural;
pub mod network;
pub mod path;
pub mod pause;
pub mod plain;
pub mod plan;
pub mod playback;
pub mod privacy;
pub mod query;
pub mod readers;
pub mod rules;
pub mod schedule;
pub mod secret;
pub mod settings;
pub mod size;
pub mod statistics;
pub mod time;
pub mod wanted;
