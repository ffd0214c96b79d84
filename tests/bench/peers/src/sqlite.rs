//! SQLite with the specification's schema: the questions and inserts that our store is measured with.

use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use rusqlite::{Connection, ToSql, params_from_iter};

use crate::feed::{Feed, Record};
use crate::measure::{
    BATCH, Figures, Outcome, Scratch, insert, kill_while_writing, load_seconds, resident, write_until_killed,
};
use crate::questions;

/// Measures in this process, and prints what came of it as JSON.
pub fn measure(dir: &Path, records: u64, bench: &str) -> Outcome {
    let mut figures = Figures::new();
    let file = dir.join("sqlite.db");
    figures.insert("load_s", load(dir, records, bench)?);
    let dir = dir.to_str().ok_or("the path is no text")?;
    figures.insert("file_bytes", fs::metadata(&file)?.len() as f64);

    let before = resident(std::process::id())?;
    let started = Instant::now();
    let connection = open(&file)?;
    questions::first_page(&connection)?;
    figures.insert("open_s", started.elapsed().as_secs_f64());
    figures.insert("memory_bytes_per_record", (resident(std::process::id())? - before) / records as f64);
    questions::ask(&connection, records, &mut figures)?;
    connection.close().map_err(|(_, error)| error)?;

    let copy = Scratch::of(&file)?;
    let connection = Mutex::new(open(&copy.0)?);
    let mut feed = Feed::of(bench, dir, records + 1, 100_000)?;
    insert(
        &mut figures,
        || feed.next(),
        |records| {
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            put(&mut connection, &records()).map_err(|error| error.to_string())
        },
    )?;
    drop(connection);

    let path = copy.0.to_str().ok_or("the path is no text")?;
    kill_while_writing(&["store", "die", path, dir, &(records + 100_000).to_string(), bench])?;
    let started = Instant::now();
    let connection = open(&copy.0)?;
    questions::first_page(&connection)?;
    figures.insert("open_killed_s", started.elapsed().as_secs_f64());
    drop(connection);
    println!("{}", serde_json::to_string(&figures)?);
    Ok(())
}

/// Writes records from this number on, until somebody kills us.
pub fn die(file: &Path, dir: &str, first: u64, bench: &str) -> Outcome {
    let mut connection = open(file)?;
    let mut feed = Feed::of(bench, dir, first, 10_000_000)?;
    write_until_killed(|| Ok(put(&mut connection, &[feed.next()?])?))
}

/// As durable as we are, and with as much memory: a million entries of our index, and the pages of our store.
fn open(file: &Path) -> Outcome<Connection> {
    let connection = Connection::open(file)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cache_size", -160 * 1024)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Makes the database that is kept, unless it is there. Tells how many seconds that took when it was done.
pub fn load(dir: &Path, records: u64, bench: &str) -> Outcome<f64> {
    let text = dir.to_str().ok_or("the path is no text")?;
    load_seconds(&dir.join("sqlite.db"), |new| fill(new, text, records, bench))
}

fn fill(new: &Path, dir: &str, records: u64, bench: &str) -> Outcome<f64> {
    let mut connection = open(new)?;
    connection.execute_batch(include_str!("../schema.sql"))?;
    let mut feed = Feed::of(bench, dir, 0, records)?;
    let mut seconds = 0.0;
    for first in (0..records).step_by(BATCH as usize) {
        let batch = (first..records.min(first + BATCH)).map(|_| feed.next()).collect::<Outcome<Vec<_>>>()?;
        let started = Instant::now();
        put(&mut connection, &batch)?;
        seconds += started.elapsed().as_secs_f64();
        eprint!("\rSQLite: {first}");
    }
    eprint!("\r{:<30}\r", "");
    // Closing brings everything from the log into the file.
    let started = Instant::now();
    connection.close().map_err(|(_, error)| error)?;
    Ok(seconds + started.elapsed().as_secs_f64())
}

/// Inserts records in one transaction, durable when this returns.
fn put(connection: &mut Connection, records: &[Record]) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    {
        let mut file = transaction.prepare_cached(
            "INSERT INTO cached_files (id, file_path, filename, original_path, cached_path, cache_method, \
             file_size_bytes, file_size_readable, cached_at, last_accessed, access_count, triggered_by_user, \
             triggered_by_operation, status, metadata) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?;
        let mut user = transaction.prepare_cached(
            "INSERT INTO cached_file_users (cached_file_id, user_id, attribution_reason, added_at) VALUES (?, ?, ?, ?)",
        )?;
        let mut log = transaction.prepare_cached(
            "INSERT INTO cache_operations_log (id, operation_type, file_path, triggered_by, triggered_by_user, reason, \
             success, error_message, metadata, timestamp) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?;
        for record in records {
            file.execute(values(&record.file))?;
            for one in &record.users {
                user.execute(values(one))?;
            }
            log.execute(values(&record.log))?;
        }
    }
    transaction.commit()
}

/// Columns turn text into numbers by their type; nothing is NULL.
fn values(columns: &[String]) -> rusqlite::ParamsFromIter<impl Iterator<Item = impl ToSql>> {
    params_from_iter(columns.iter().map(|column| Some(column.as_str()).filter(|text| !text.is_empty())))
}
