//! The store as text, for snapshots in tests and for people who help.

use std::fmt::Write;
use std::ops::ControlFlow;

use super::keys;
use super::read::{Bytes, Order, Reader};
use super::rows::KINDS;
use super::tables::Table;
use crate::Result;

/// Every table in the order of [`super::tables`], every key in the order of its bytes.
pub fn dump(reader: &Reader) -> Result<String> {
    let mut text = String::new();
    for table in Table::ALL {
        let kind = KINDS.iter().find(|kind| kind.table == *table);
        line(&mut text, format_args!("{}", table.name()));
        reader.walk(*table, keys::ALL, Order::Ascending, &mut |key, value| {
            match kind {
                Some(kind) => {
                    let row = (kind.show)(key, value).unwrap_or_else(|error| format!("unreadable: {error}"));
                    line(&mut text, format_args!("  {}", (kind.show_key)(key)));
                    row.lines().for_each(|row| line(&mut text, format_args!("    {row}")));
                }
                None if value.is_empty() => line(&mut text, format_args!("  {}", key.escape_ascii())),
                None => {
                    line(&mut text, format_args!("  {} -> {}", key.escape_ascii(), value.escape_ascii()));
                }
            }
            Ok(ControlFlow::Continue(()))
        })?;
    }
    Ok(text)
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{line}");
}
