//! The HTTP surface, asked from outside.

mod batch;
mod cleanup;
mod doors;
mod envelope;
mod events;
mod files;
mod jobs;
mod lists;
