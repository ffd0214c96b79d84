//! Is the store sound? Asks every row what its secondary entries should be, and every secondary entry for its row.
//!
//! Nothing is collected: a million rows need no more memory than one.

use std::ops::ControlFlow;

use super::keys;
use super::read::{Bytes, Order, Reader};
use super::rows::{KINDS, Kind};
use super::secondary;
use super::tables::Table;
use crate::Result;

/// More than this nobody reads; the last line says how many there are.
const MOST: usize = 1000;

/// What is wrong, in words.
pub fn check(reader: &Reader) -> Result<Vec<String>> {
    let mut findings = Findings::default();
    for kind in KINDS {
        check_rows(reader, kind, &mut findings)?;
    }
    for table in secondary::tables() {
        check_entries(reader, table, &mut findings)?;
    }
    Ok(findings.finish())
}

#[derive(Default)]
struct Findings {
    shown: Vec<String>,
    more: usize,
}

impl Findings {
    fn add(&mut self, finding: String) {
        if self.shown.len() < MOST {
            self.shown.push(finding);
        } else {
            self.more += 1;
        }
    }

    fn finish(mut self) -> Vec<String> {
        if self.more > 0 {
            self.shown.push(format!("… and {} more", self.more));
        }
        self.shown
    }
}

/// Every row can be read, and has its entries.
fn check_rows(reader: &Reader, kind: &Kind, findings: &mut Findings) -> Result<()> {
    reader.walk(kind.table, keys::ALL, Order::Ascending, &mut |key, value| {
        let row = || format!("{} {}", kind.table.name(), (kind.show_key)(key));
        match (kind.entries)(key, value) {
            Ok(entries) => {
                for entry in entries {
                    let name = entry.table.name();
                    match reader.get(entry.table, &entry.key)? {
                        Some(found) if found == entry.value => {}
                        Some(_) => {
                            findings.add(format!("{} shares its entry in {name} with another row", row()))
                        }
                        None => findings.add(format!("{} has no entry in {name}", row())),
                    }
                }
            }
            Err(error) => findings.add(error.to_string()),
        }
        if kind.table == Table::BatchFiles
            && let Some(job) = key.get(..16)
            && reader.get(Table::Jobs, job)?.is_none()
        {
            findings.add(format!("{} belongs to a job that does not exist", row()));
        }
        Ok(ControlFlow::Continue(()))
    })
}

/// Every entry has a row that wants it.
fn check_entries(reader: &Reader, table: Table, findings: &mut Findings) -> Result<()> {
    reader.walk(table, keys::ALL, Order::Ascending, &mut |key, value| {
        let wanted = match secondary::owner(table, key, value) {
            Some((owner, id)) => reader.get(owner, &id)?.is_some_and(|row| {
                let kind = KINDS.iter().find(|kind| kind.table == owner);
                // A row that cannot be read was reported with the rows.
                kind.and_then(|kind| (kind.entries)(&id, &row).ok()).is_none_or(|entries| {
                    entries
                        .iter()
                        .any(|entry| (entry.table, &*entry.key, &*entry.value) == (table, key, value))
                })
            }),
            None => false,
        };
        if !wanted {
            findings.add(format!(
                "{} has an entry that no row wants: \"{}\"",
                table.name(),
                key.escape_ascii()
            ));
        }
        Ok(ControlFlow::Continue(()))
    })
}
