//! CSV: RFC 4180, CRLF, UTF-8, with a header line.
//!
//! **Invariant:** no cell is a formula to a spreadsheet.

use std::borrow::Cow;
use std::io::{self, Write};

use csv::{Terminator, Writer, WriterBuilder};

use super::file::{COLUMNS, ExportedFile};
use super::selection::{Detail, Selection};
use crate::Result;
use crate::error::IoContext;
use crate::store::Reader;

/// Writes the export.
///
/// # Errors
/// The store fails, or `out`.
pub fn write(selection: &Selection, rows: &Reader, out: &mut dyn Write) -> Result<()> {
    let mut lines = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
    head(&mut lines, selection.detail).doing("send", "an export")?;
    selection.each(rows, &mut |file| line(&mut lines, file))?;
    lines.flush().doing("send", "an export")
}

fn head<W: Write>(lines: &mut Writer<W>, detail: Detail) -> io::Result<()> {
    for name in COLUMNS {
        lines.write_field(name)?;
    }
    if detail == Detail::Metadata {
        lines.write_field("metadata")?;
    }
    end(lines)?;
    lines.flush()
}

fn line<W: Write>(lines: &mut Writer<W>, file: &ExportedFile) -> io::Result<()> {
    let cells: [Cow<'_, str>; COLUMNS.len()] = [
        file.id.as_str().into(),
        file.filename.as_str().into(),
        file.file_path.as_str().into(),
        file.original_path.as_str().into(),
        file.cached_path.as_str().into(),
        file.cache_method.into(),
        file.file_size_bytes.to_string().into(),
        file.file_size_readable.as_str().into(),
        file.cached_at.as_str().into(),
        file.last_accessed.as_deref().unwrap_or_default().into(),
        file.access_count.to_string().into(),
        file.triggered_by_user.as_deref().unwrap_or_default().into(),
        file.triggered_by_operation.into(),
        file.status.into(),
        // Some spreadsheets part cells at semicolons, too.
        file.users.iter().map(|user| harmless(user)).collect::<Vec<_>>().join(";").into(),
    ];
    for cell in &cells {
        lines.write_field(harmless(cell).as_ref())?;
    }
    if let Some(metadata) = &file.metadata {
        lines.write_field(metadata.to_string())?;
    }
    end(lines)
}

fn end<W: Write>(lines: &mut Writer<W>) -> io::Result<()> {
    Ok(lines.write_record(None::<&[u8]>)?)
}

/// A spreadsheet takes what begins so for a formula, or looks for one behind it.
fn harmless(cell: &str) -> Cow<'_, str> {
    let is_risky = |first: char| "=+-@＝＋－＠".contains(first) || first.is_control();
    if cell.starts_with(is_risky) { format!("'{cell}").into() } else { cell.into() }
}
