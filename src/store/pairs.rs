//! Every file with those who want it, newest first.
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

/// Walks over all files, greatest id first, until told to stop.
pub fn newest_first(bytes: &(impl Bytes + ?Sized), visit: &mut Visit<'_>) -> Result<()> {
    let mut range = keys::ALL;
    loop {
        let files = run(bytes, range)?;
        let (Some(newest), Some(oldest)) = (files.first(), files.last()) else { return Ok(()) };
        let is_last = files.len() < RUN;
        range = keys::before(oldest.id.encode());
        let mut wishes = wishes(bytes, oldest.id, newest.id)?;
        for file in files {
            let mut users = Vec::new();
            // Greatest id last; one of a file that is not there would be damage, and is `check`'s to tell.
            while let Some((id, wish)) = wishes.pop_if(|(id, _)| *id >= file.id) {
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

/// The greatest ids of a range.
fn run(bytes: &(impl Bytes + ?Sized), range: keys::Range) -> Result<Vec<FileRow>> {
    let mut files = Vec::with_capacity(RUN);
    bytes.walk(Table::Files, range, Order::Descending, &mut |key, value| {
        files.push(decode::<FileRow>(key, value)?.1);
        Ok(if files.len() < RUN { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })?;
    Ok(files)
}

/// Who wants the files from `oldest` to `newest`, in the order of their ids.
fn wishes(
    bytes: &(impl Bytes + ?Sized),
    oldest: FileId,
    newest: FileId,
) -> Result<Vec<(FileId, Attribution)>> {
    let (_, end) = keys::starting_with(&newest.encode());
    let mut wishes = Vec::with_capacity(RUN);
    let range = (Bound::Included(oldest.encode()), end);
    bytes.walk(Table::Attributions, range, Order::Ascending, &mut |key, value| {
        let ((file, _), wish) = decode::<Attribution>(key, value)?;
        wishes.push((file, wish));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(wishes)
}
