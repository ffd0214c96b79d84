//! Text for people: one block per file.
//!
//! **Invariant:** a name stays on its line. What could break out of it, or turn it round, is written as an escape.

use std::borrow::Cow;
use std::io::{self, Write};

use super::file::ExportedFile;
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
    let mut number = 0_u64;
    selection.each(rows, &mut |file| {
        number += 1;
        block(number, file, out)
    })?;
    let files = if number == 1 { "file" } else { "files" };
    writeln!(out, "End of the export: {number} {files}.").doing("send", "an export")
}

fn head(selection: &Selection, out: &mut dyn Write) -> io::Result<()> {
    let which = match selection.status {
        Some(status) => format!("those that are {status}"),
        None => "all but removed ones".to_owned(),
    };
    let whose = match &selection.user {
        Some(user) => format!(", wanted by {}", on_one_line(user)),
        None => String::new(),
    };
    writeln!(out, "Files cached by Cacherr\n")?;
    line(out, "Exported", &selection.at.to_jiff().strftime("%Y-%m-%d %H:%M:%S UTC").to_string())?;
    line(out, "Files", &format!("{}: {which}{whose}, newest first", selection.total))?;
    writeln!(out)?;
    out.flush()
}

fn block(number: u64, file: &ExportedFile, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{number}. {}", on_one_line(&file.filename))?;
    let used = match (&file.last_accessed, file.access_count) {
        (None, 0) => "not yet".to_owned(),
        (None, count) => times(count),
        (Some(at), count) => format!("{}, last {}", times(count), moment(at)),
    };
    let users = match file.users.join(", ") {
        none if none.is_empty() => "nobody".to_owned(),
        users => users,
    };
    line(out, "Path", &file.file_path)?;
    if file.original_path != file.file_path {
        line(out, "Original", &file.original_path)?;
    }
    line(out, "Copy", &file.cached_path)?;
    line(out, "Size", &format!("{} ({} bytes)", file.file_size_readable, grouped(file.file_size_bytes)))?;
    line(out, "Status", file.status)?;
    line(out, "Cached", &format!("{}, {}", moment(&file.cached_at), file.cache_method))?;
    line(out, "Because of", file.triggered_by_operation)?;
    line(out, "Wanted by", &users)?;
    line(out, "Used", &used)?;
    if let Some(metadata) = &file.metadata {
        line(out, "Metadata", &metadata.to_string())?;
    }
    line(out, "Id", &file.id)?;
    writeln!(out)
}

fn line(out: &mut dyn Write, name: &str, value: &str) -> io::Result<()> {
    writeln!(out, "   {name:<11} {}", on_one_line(value))
}

/// To the second: `2023-12-01 10:30:00 UTC`.
fn moment(rfc3339: &str) -> String {
    let (date, time) = rfc3339.split_once('T').unwrap_or((rfc3339, ""));
    let second = time.split(['.', 'Z']).next().unwrap_or_default();
    format!("{date} {second} UTC")
}

fn times(count: i64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{} times", grouped(count)) }
}

/// `1,073,741,824`.
fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = if number < 0 { "-".to_owned() } else { String::new() };
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Control characters, separators of lines and marks of direction as escapes; and what makes escapes, so that they can
/// be told from names that look like them.
fn on_one_line(text: &str) -> Cow<'_, str> {
    let plain = |c: char| {
        !(c == '\\'
            || c.is_control()
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{61c}')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
    };
    if text.chars().all(plain) {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if plain(c) { shown.push(c) } else { shown.extend(c.escape_default()) }
    }
    shown.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_break_out_of_its_line() {
        assert_eq!(on_one_line("Dune (2021) 🏜 Ünïcode"), "Dune (2021) 🏜 Ünïcode");
        assert_eq!(on_one_line("a\n2. forged\r\t\u{1b}[31m"), "a\\n2. forged\\r\\t\\u{1b}[31m");
        assert_eq!(on_one_line("a\\nb\u{2028}\u{202e}vkm"), "a\\\\nb\\u{2028}\\u{202e}vkm");
    }

    #[test]
    fn numbers_and_moments_read_well() {
        assert_eq!([0, 999, 1000, 1_073_741_824].map(grouped), ["0", "999", "1,000", "1,073,741,824"]);
        assert_eq!(moment("2023-12-01T10:30:00.000001Z"), "2023-12-01 10:30:00 UTC");
        assert_eq!(moment("2023-12-01T10:30:00Z"), "2023-12-01 10:30:00 UTC");
    }
}
