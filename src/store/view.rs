//! The rows as the index sees them.

use super::read::{Reader, Rows};
use crate::Result;
use crate::index::{Entry, Index};

/// The index of a snapshot.
pub fn build(reader: &Reader) -> Result<Index> {
    let mut builder = Index::builder();
    reader.for_each_file(&mut |row| {
        builder.add(&Entry::of(&row, &reader.attributions(row.id)?));
        Ok(())
    })?;
    Ok(builder.finish())
}
