//! What the tests stand on: a file system in memory that can lose power, and one that can fail at any call.
#![allow(dead_code, unused_imports, reason = "a shelf: not every tool is in use at every commit")]

pub mod app;
pub mod faulty;
pub mod sim;
