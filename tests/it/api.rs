//! The HTTP surface, asked from outside.

mod doors;
mod envelope;
mod events;
mod export;
mod files;
mod jobs;
mod lists;
