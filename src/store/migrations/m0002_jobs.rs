//! Version 2: jobs are found by what they concern and by their turn, intents by their file; batches have files.

use redb::{ReadableTable, TableDefinition, WriteTransaction};
use serde::Deserialize;

use crate::domain::id::{FileId, IntentId, JobId};

// Spelled out, not taken from the present page: what version 2 was never changes.
const NEW: [&str; 5] =
    ["batch_files_v1", "job_by_file_v1", "job_by_path_v1", "job_by_turn_v1", "intent_by_file_v1"];

const fn table(name: &'static str) -> TableDefinition<'static, &'static [u8], &'static [u8]> {
    TableDefinition::new(name)
}

/// The beginning of a job's row, as version 1 wrote it. Names of states and operations are their numbers.
#[derive(Deserialize)]
struct Job {
    id: JobId,
    kind: Kind,
    state: u32,
    paused: bool,
    file_id: FileId,
    path: Vec<u8>,
}

#[derive(Deserialize)]
enum Kind {
    Cache { _method: u32, wishes: Vec<(Option<String>, u32)> },
    Restore { _action: u32, _reason: String, _user: Option<String> },
}

/// The beginning of an intent's row, as version 1 wrote it.
#[derive(Deserialize)]
struct Intent {
    id: IntentId,
    file_id: FileId,
}

/// Makes the tables, and fills them from the rows.
pub fn run(txn: &WriteTransaction) -> Result<(), redb::Error> {
    for name in NEW {
        txn.open_table(table(name))?;
    }
    index_jobs(txn)?;
    let intents = txn.open_table(table("intents_v1"))?;
    let mut by_file = txn.open_table(table("intent_by_file_v1"))?;
    for entry in intents.iter()? {
        if let Some(intent) = read::<Intent>(entry?.1.value()) {
            let key = [intent.file_id.bytes(), intent.id.bytes()].concat();
            by_file.insert(&key[..], &[][..])?;
        }
    }
    Ok(())
}

fn index_jobs(txn: &WriteTransaction) -> Result<(), redb::Error> {
    let jobs = txn.open_table(table("jobs_v1"))?;
    let mut by_file = txn.open_table(table("job_by_file_v1"))?;
    let mut by_path = txn.open_table(table("job_by_path_v1"))?;
    let mut by_turn = txn.open_table(table("job_by_turn_v1"))?;
    for entry in jobs.iter()? {
        let Some(job) = read::<Job>(entry?.1.value()) else { continue };
        let (id, queued, ended) = (job.id.bytes(), job.state == 0, job.state >= 4);
        if ended {
            continue;
        }
        by_file.insert(&[job.file_id.bytes(), id].concat()[..], &[][..])?;
        let length = u32::try_from(job.path.len()).unwrap_or(u32::MAX).to_be_bytes();
        by_path.insert(&[&length[..], &job.path, &id].concat()[..], &[][..])?;
        if queued && !job.paused {
            by_turn.insert(&[&[turn(&job.kind)][..], &id].concat()[..], &[][..])?;
        }
    }
    Ok(())
}

fn turn(kind: &Kind) -> u8 {
    match kind {
        Kind::Restore { .. } => 0,
        Kind::Cache { wishes, .. } => {
            let strongest = wishes.iter().map(|(_, operation)| *operation).min();
            strongest.and_then(|operation| u8::try_from(operation).ok()).map_or(2, |operation| operation + 3)
        }
    }
}

/// The beginning of a row. One that cannot be read is told of by the check, and does not keep the store from opening.
fn read<'b, T: Deserialize<'b>>(row: &'b [u8]) -> Option<T> {
    let body = row.strip_prefix(&[1])?;
    postcard::take_from_bytes(body).ok().map(|(row, _)| row)
}
