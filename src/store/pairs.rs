//! Every file with those who want it.
//!
//! Both tables are in the order of file ids, so each run of files is one walk over either table, side by side. (A look
//! into the attributions for each file by itself makes a walk over a million files a third longer.)

use std::ops::{Bound, ControlFlow};

use super::keys::{self, Key};
use super::read::{Bytes, Order};
use super::rows::decode;
use super::tables::Table;
use crate::Result;
use crate::domain::file::{Attribution, FileRow};
use crate::domain::id::FileId;

/// So many files are in memory at a time.
const RUN: usize = 256;

/// What a walk calls for each file and those who want it.
pub type Visit<'v> = dyn FnMut(FileRow, Vec<Attribution>) -> Result<ControlFlow<()>> + 'v;

/// Walks over all files in the order of their ids, until told to stop.
pub fn walk(bytes: &(impl Bytes + ?Sized), order: Order, visit: &mut Visit<'_>) -> Result<()> {
    let mut range = keys::ALL;
    loop {
        let files = run(bytes, order, range)?;
        let (Some(first), Some(last)) = (files.first(), files.last()) else { return Ok(()) };
        let is_last = files.len() < RUN;
        let (least, greatest) = match order {
            Order::Ascending => (first.id, last.id),
            Order::Descending => (last.id, first.id),
        };
        range = match order {
            Order::Ascending => (Bound::Excluded(greatest.encode()), Bound::Unbounded),
            Order::Descending => keys::before(least.encode()),
        };
        let mut wishes = wishes(bytes, order, least, greatest)?.into_iter().peekable();
        for file in files {
            let mut users = Vec::new();
            // In the order of the files; one of a file that is not there would be damage, and is `check`'s to tell.
            let is_due = |id: FileId| match order {
                Order::Ascending => id <= file.id,
                Order::Descending => id >= file.id,
            };
            while let Some((id, wish)) = wishes.next_if(|(id, _)| is_due(*id)) {
                if id == file.id {
                    users.push(wish);
                }
            }
            users.sort_by(|a, b| (a.ordinal, &a.user).cmp(&(b.ordinal, &b.user)));
            if visit(file, users)?.is_break() {
                return Ok(());
            }
        }
        if is_last {
            return Ok(());
        }
    }
}

/// The first files of a range.
fn run(bytes: &(impl Bytes + ?Sized), order: Order, range: keys::Range) -> Result<Vec<FileRow>> {
    let mut files = Vec::with_capacity(RUN);
    bytes.walk(Table::Files, range, order, &mut |key, value| {
        files.push(decode::<FileRow>(key, value)?.1);
        Ok(if files.len() < RUN { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })?;
    Ok(files)
}

/// Who wants the files from `least` to `greatest`.
fn wishes(
    bytes: &(impl Bytes + ?Sized),
    order: Order,
    least: FileId,
    greatest: FileId,
) -> Result<Vec<(FileId, Attribution)>> {
    let (_, end) = keys::starting_with(&greatest.encode());
    let mut wishes = Vec::with_capacity(2 * RUN);
    let range = (Bound::Included(least.encode()), end);
    bytes.walk(Table::Attributions, range, order, &mut |key, value| {
        let ((file, _), wish) = decode::<Attribution>(key, value)?;
        wishes.push((file, wish));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(wishes)
}
