//! `cacherr plan`.
//!
//! **Invariant:** nothing is cached, given back or asked for. The plan is of what the sources said last.

use super::Context;
use crate::error::{Error, Result};
use crate::librarian::shown::{Shown, Window};
use crate::store::Rows;

/// What would be done now. Blocks.
///
/// # Errors
/// The store fails; the cache volume is away.
pub fn plan(context: &Context<'_>) -> Result<Shown> {
    let drawn = context.runtime.block_on(context.librarian.draw())?;
    let rows = context.cacher.engine().store().read()?;
    let mut unread: Option<Error> = None;
    let shown = Shown::of(&drawn, Window::ALL, |file| match rows.file(file) {
        Ok(row) => row.map(|row| row.file_path),
        Err(error) => {
            unread.get_or_insert(error);
            None
        }
    });
    unread.map_or(Ok(shown), Err)
}
