//! All forms in one archive, written as it goes: sizes and checksums follow each entry.

use std::cell::Cell;
use std::io::{self, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::format::ExportFormat;
use super::selection::Selection;
use crate::Result;
use crate::error::IoContext;
use crate::store::Reader;

/// From so many files on, entries may outgrow 4 GiB: below, each file would have to take 400 KB, and the longest path
/// that Linux has, thrice, with every byte escaped, takes 74. Smaller archives stay readable for the oldest programs.
const LARGE: u64 = 10_000;

/// Writes the archive.
///
/// # Errors
/// The store fails, or `out`.
pub fn write(selection: &Selection, rows: &Reader, out: &mut dyn Write) -> Result<()> {
    let given_up = Cell::new(false);
    let mut archive = ZipWriter::new_stream(Guard { out, given_up: &given_up });
    let written = entries(selection, rows, &mut archive);
    if written.is_err() {
        given_up.set(true);
        return written;
    }
    archive.finish().map(drop).map_err(io::Error::from).doing("send", "an export")
}

fn entries<W: Write + io::Seek>(
    selection: &Selection,
    rows: &Reader,
    archive: &mut ZipWriter<W>,
) -> Result<()> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(moment(selection))
        .unix_permissions(0o644)
        .large_file(selection.total > LARGE);
    for format in [ExportFormat::Csv, ExportFormat::Json, ExportFormat::Txt] {
        let name = format!("cached_files_{}.{}", selection.stamp(), format.name());
        archive.start_file(name, options).map_err(io::Error::from).doing("send", "an export")?;
        format.write(selection, rows, archive)?;
    }
    Ok(())
}

/// Archives have local times without a zone; ours is UTC, as in the names.
fn moment(selection: &Selection) -> DateTime {
    let at = selection.at.to_jiff().to_zoned(jiff::tz::TimeZone::UTC);
    let part = |part: i8| u8::try_from(part).unwrap_or_default();
    let (year, time) = (u16::try_from(at.year()).unwrap_or_default(), at.time());
    let (month, day) = (part(at.month()), part(at.day()));
    let (hour, minute, second) = (part(time.hour()), part(time.minute()), part(time.second()));
    // Before 1980 there is none.
    DateTime::from_date_and_time(year, month, day, hour, minute, second).unwrap_or_default()
}

/// What a [`ZipWriter`] writes to. Dropped in the middle, it writes the end of an archive all the same: half an export
/// that looks like a whole one. So nothing passes once it was given up.
struct Guard<'a> {
    out: &'a mut dyn Write,
    given_up: &'a Cell<bool>,
}

impl Guard<'_> {
    fn swallows(&self) -> bool {
        self.given_up.get() || std::thread::panicking()
    }
}

impl Write for Guard<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.swallows() { Ok(bytes.len()) } else { self.out.write(bytes) }
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.swallows() { Ok(()) } else { self.out.flush() }
    }
}
