//! Version 3: who wants a file is written beside it, and the log lies in the order of time.

use std::collections::BTreeMap;

use redb::{ReadableTable, TableDefinition, WriteTransaction};

use crate::domain::file::Attribution;
use crate::domain::id::{FileId, LogId};
use crate::domain::log::LogRow;
use crate::domain::time::Time;
use crate::store::keys::Key;
use crate::store::rows::{FileRecord, decode, encode};

// Spelled out, not taken from the present page: what version 3 was never changes. Rows say their own version.
const FILES: &str = "files_v1";
const ATTRIBUTIONS: &str = "attributions_v1";
const FILE_BY_USER: &str = "file_by_user_v1";
const LOG: &str = "log_v1";
const LOG_IN_ORDER: &str = "log_v2";
const LOG_BY_TIME: &str = "log_by_time_v1";

/// So many files are changed at a time.
const RUN: usize = 1000;

const fn table(name: &'static str) -> TableDefinition<'static, &'static [u8], &'static [u8]> {
    TableDefinition::new(name)
}

/// Moves attributions to their files, and log rows to their place.
pub fn run(txn: &WriteTransaction) -> Result<(), redb::Error> {
    move_attributions(txn)?;
    txn.delete_table(table(ATTRIBUTIONS))?;
    txn.delete_table(table(FILE_BY_USER))?;
    move_log(txn)?;
    txn.delete_table(table(LOG))?;
    txn.delete_table(table(LOG_BY_TIME))?;
    Ok(())
}

/// A row that cannot be read stays as it is: it is told of by the check, and does not keep the store from opening.
fn move_attributions(txn: &WriteTransaction) -> Result<(), redb::Error> {
    let attributions = txn.open_table(table(ATTRIBUTIONS))?;
    let mut files = txn.open_table(table(FILES))?;
    let mut waiting: BTreeMap<FileId, Vec<Attribution>> = BTreeMap::new();
    for entry in attributions.iter()? {
        let (key, value) = entry?;
        let file = key.value().get(..16).and_then(FileId::decode);
        let body = value.value().strip_prefix(&[1]);
        let attribution = body.and_then(|body| postcard::take_from_bytes::<Attribution>(body).ok());
        // Whose wish it was cannot be told. The file stays, wanted by the others.
        let (Some(file), Some((attribution, _))) = (file, attribution) else { continue };
        // Keys begin with the file: whatever waits for another one is complete.
        if waiting.len() >= RUN && !waiting.contains_key(&file) {
            put(&mut files, std::mem::take(&mut waiting))?;
        }
        waiting.entry(file).or_default().push(attribution);
    }
    put(&mut files, waiting)
}

fn put(
    files: &mut redb::Table<'_, &'static [u8], &'static [u8]>,
    waiting: BTreeMap<FileId, Vec<Attribution>>,
) -> Result<(), redb::Error> {
    for (file, attributions) in waiting {
        let key = file.bytes();
        let found = files.get(&key[..])?.map(|value| value.value().to_vec());
        let record = found.and_then(|bytes| decode::<FileRecord>(&key, &bytes).ok());
        let Some((_, mut record)) = record else { continue };
        record.attributions = attributions;
        record.sort();
        if let Ok(bytes) = encode(&record) {
            files.insert(&key[..], &bytes[..])?;
        }
    }
    Ok(())
}

fn move_log(txn: &WriteTransaction) -> Result<(), redb::Error> {
    let old = txn.open_table(table(LOG))?;
    let mut new = txn.open_table(table(LOG_IN_ORDER))?;
    for entry in old.iter()? {
        let (key, value) = entry?;
        let Some(id) = LogId::decode(key.value()) else { continue };
        let row = value.value().strip_prefix(&[1]).map(postcard::take_from_bytes::<LogRow>);
        // One that cannot be read comes before all others, and the check tells of it.
        let at = row.and_then(Result::ok).map_or(Time::from_micros(i64::MIN), |(row, _)| row.at);
        new.insert(&(at, id).encode()[..], value.value())?;
    }
    Ok(())
}
