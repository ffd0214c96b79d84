//! What the tests stand on: a file system in memory that can lose power, one that can fail at any call, real volumes,
//! and an engine on them.
#![allow(dead_code, unused_imports, reason = "a shelf: not every tool is in use at every commit")]

pub mod app;
pub mod faulty;
pub mod house;
pub mod mounts;
pub mod other;
pub mod sim;
pub mod world;
