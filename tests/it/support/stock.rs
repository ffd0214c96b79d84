//! Rows put straight into a store: for what takes more files than a test can cache, or values that a test cannot wait
//! for. No file belongs to them, and no library that the engine knows.

use cacherr::Result;
use cacherr::domain::file::{Attribution, FileRow};
use cacherr::domain::id::{FileId, LogId};
use cacherr::domain::log::{LogKind, LogRow};
use cacherr::store::{Store, Writer};

use crate::store::rows;

/// The id with this number. Their order is not that of the numbers.
pub fn id(number: u32) -> FileId {
    let mixed = number.wrapping_mul(0x9e37_79b1);
    let mut bytes = [7; 16];
    bytes[..4].copy_from_slice(&mixed.to_be_bytes());
    FileId::from_bytes(bytes)
}

/// The row with this number.
pub fn row(number: u32) -> FileRow {
    named(number, &format!("{number:05}.mkv"))
}

/// The row with this number, called so.
pub fn named(number: u32, name: &str) -> FileRow {
    FileRow { id: id(number), library: "Stock".to_owned(), ..rows::file(0, &format!("/media/{name}")) }
}

/// Who wants it, in order.
pub fn wishes(row: &FileRow, users: &[impl AsRef<str>]) -> Vec<Attribution> {
    let wish = |(ordinal, user): (u32, &_)| Attribution {
        user: AsRef::<str>::as_ref(user).to_owned(),
        reason: row.operation,
        added_at: row.cached_at,
        ordinal,
    };
    (0..).zip(users).map(wish).collect()
}

/// An entry of the log about it.
pub fn entry(row: &FileRow, reason: &str) -> LogRow {
    LogRow {
        id: LogId::new(),
        kind: LogKind::Cache,
        file_id: Some(row.id),
        file_path: row.file_path.clone(),
        reason: reason.to_owned(),
        ..rows::log(0, None, row.cached_at)
    }
}

/// Writes a row, nobody but those who want it, and an entry of the log.
pub fn write(w: &mut Writer<'_>, row: &FileRow, users: &[impl AsRef<str>], entry: &LogRow) -> Result<()> {
    w.clear_attributions(row.id)?;
    w.put_file(row)?;
    for wish in wishes(row, users) {
        w.put_attribution(row.id, &wish)?;
    }
    w.put_log(entry)
}

/// Puts rows into a store, all wanted by one user.
pub fn put(store: &Store, rows: &[FileRow]) {
    store.write(|w| rows.iter().try_for_each(|row| write(w, row, &["user1"], &entry(row, "stock")))).unwrap();
}
