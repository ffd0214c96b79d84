//! The rows as the index sees them.

use std::ops::ControlFlow;

use super::read::{Order, Reader, Rows};
use crate::Result;
use crate::index::{Entry, Index};

/// The index of a snapshot.
pub fn build(reader: &Reader) -> Result<Index> {
    let mut builder = Index::builder();
    // The order of ids is the order of making, and so nearly that of caching.
    reader.walk_files(Order::Ascending, &mut |row, attributions| {
        builder.add(&Entry::of(&row, &attributions));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(builder.finish())
}
