//! JSON: one object, its files one by one.

use std::io::{self, Write};

use serde_json::to_writer;

use super::selection::Selection;
use crate::Result;
use crate::error::IoContext;
use crate::store::Reader;

/// Writes the export.
///
/// # Errors
/// The store fails, or `out`.
pub fn write(selection: &Selection, rows: &Reader, out: &mut dyn Write) -> Result<()> {
    head(selection, out).doing("send", "an export")?;
    let mut before = "\n";
    selection.each(rows, &mut |file| {
        out.write_all(before.as_bytes())?;
        before = ",\n";
        Ok(to_writer(&mut *out, file)?)
    })?;
    out.write_all(b"\n]}\n").doing("send", "an export")
}

fn head(selection: &Selection, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{{\"export_timestamp\":\"{}\",\"filters_applied\":", selection.at)?;
    to_writer(&mut *out, &selection.filters())?;
    write!(out, ",\"total_files\":{},\"cached_files\":[", selection.total)?;
    out.flush()
}
