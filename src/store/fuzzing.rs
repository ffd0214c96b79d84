//! Any bytes as any row: a row or an error that names the table. What is a row is the same row after it was written.

use super::keys::Key;
use super::rows::{self, FileRecord, KINDS, Row};
use super::tables::Table;
use crate::Error;
use crate::index::Entry;

/// The kind, the length of the key, the key, the row.
pub fn rows(data: &[u8]) {
    let [kind, length, rest @ ..] = data else { return };
    let Some((key, bytes)) = rest.split_at_checked(usize::from(*length)) else { return };
    let kind = &KINDS[usize::from(*kind) % KINDS.len()];
    (kind.again)(key, bytes);
    let _ = (kind.show_key)(key);
    let shown = (kind.show)(key, bytes);
    assert_eq!(shown.is_ok(), (kind.entries)(key, bytes).is_ok());
    match shown {
        Ok(text) => assert!(!text.is_empty()),
        Err(error) => refused(&error, kind.table),
    }
    if kind.table == Table::Files {
        entry(key, bytes);
    }
}

/// What was read is read again after it was written, and written alike.
pub(super) fn row<R: Row>(key: &[u8], bytes: &[u8]) {
    let Ok((name, row)) = rows::decode::<R>(key, bytes) else { return };
    let written = rows::encode(&row).expect("what was read can be written");
    assert_eq!(written.first(), Some(&R::VERSION));
    let (again, back) = rows::decode::<R>(&name.encode(), &written).expect("what was written can be read");
    assert_eq!(format!("{:?}", (again, &back)), format!("{:?}", (name, row)));
    assert_eq!(rows::encode(&back).expect("what was read can be written"), written);
}

fn refused(error: &Error, table: Table) {
    let sentence = error.to_string();
    assert!(sentence.contains(table.name()), "{sentence}");
    assert!(!sentence.contains(char::is_control), "{sentence:?}");
}

/// What the index takes is what the row says.
fn entry(key: &[u8], bytes: &[u8]) {
    match (rows::decode::<FileRecord>(key, bytes), rows::decode_entry(key, bytes)) {
        (Ok((_, record)), Ok(entry)) => assert_eq!(entry, Entry::of(&record.row, &record.attributions)),
        (whole, part) => assert_eq!(whole.is_ok(), part.is_ok()),
    }
}
