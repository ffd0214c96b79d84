//! The store as text, for snapshots in tests and for people who help.

use std::fmt::Write;
use std::ops::ControlFlow;

use super::read::{Bytes, Order, Reader};
use super::rows::KINDS;
use super::tables::Table;
use super::{keys, secondary};
use crate::Result;

/// Every table in the order of [`super::tables`], every key in the order of its bytes.
pub fn dump(reader: &Reader) -> Result<String> {
    let mut text = String::new();
    for table in Table::ALL {
        let kind = KINDS.iter().find(|kind| kind.table == *table);
        line(&mut text, format_args!("{}", table.name()));
        reader.walk(*table, keys::ALL, Order::Ascending, &mut |key, value| {
            let show_key = |table, key: &[u8]| {
                KINDS.iter().find(|kind| kind.table == table).map(|kind| (kind.show_key)(key))
            };
            let owner = secondary::owner(*table, key, value);
            match (kind, owner.and_then(|(owner, id)| show_key(owner, &id))) {
                (Some(kind), _) => {
                    let row = (kind.show)(key, value).unwrap_or_else(|error| format!("unreadable: {error}"));
                    line(&mut text, format_args!("  {}", (kind.show_key)(key)));
                    row.lines().for_each(|row| line(&mut text, format_args!("    {row}")));
                }
                (None, Some(owner)) => {
                    line(&mut text, format_args!("  {} -> {owner}", secondary::show(*table, key)));
                }
                (None, None) => {
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
