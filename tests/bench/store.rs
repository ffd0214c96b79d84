//! `bench store`: our store beside SQLite, beside what the disk allows, and the start of the program on top of it.

use super::measure::{Figures, Outcome, floor};
use super::place::Place;
use super::server::{Home, Stock};
use super::table::{Goal, Line, Table};

const OURS: &str = "ours";
const SQLITE: &str = "SQLite";
const APPEND: &str = "append";

/// Measures everything and prints it.
pub fn compare(json: bool) -> Outcome {
    let place = Place::find()?;
    place.stores()?;
    let mut table = Table::of(&[OURS, SQLITE, APPEND]);
    table.fill(place.rounds, |contender| {
        if contender == APPEND {
            return floor(&place.dir);
        }
        let told: std::collections::BTreeMap<String, f64> =
            serde_json::from_slice(&place.store(contender, &[])?)?;
        let mut figures: Figures = told.into_iter().map(|(name, value)| (&*name.leak(), value)).collect();
        if contender == OURS {
            figures.extend(starts(&place)?);
        }
        Ok(figures)
    })?;
    table.report(json, &format!("{} records, {} rounds", place.records, place.rounds), LINES)
}

/// From `exec` to the first answer over HTTP, with nothing in the store and with everything.
fn starts(place: &Place) -> Outcome<Figures> {
    let mut figures = Figures::new();
    let empty = Home::make(place, Stock::Nothing)?.start()?;
    figures.insert("start_empty_s", empty.answered);
    figures.insert("idle_bytes", empty.resident()?);
    drop(empty);
    let full = Home::make(place, Stock::Everything)?.start()?;
    figures.insert("start_full_s", full.answered);
    figures.insert("ready_full_s", full.listed);
    figures.insert("idle_full_bytes", full.resident()?);
    Ok(figures)
}

const fn line(
    figure: &'static str,
    what: &'static str,
    goals: &'static [Goal],
    prototype: &'static str,
) -> Line {
    Line { figure, what, goals, prototype }
}

const PAGE: &[Goal] = &[Goal::Most(40.0)];
const FILTER: &[Goal] = &[Goal::Most(300.0)];
const SEARCH: &[Goal] = &[Goal::Most(3000.0)];

/// Goals and the prototype's figures are those of a million records.
const LINES: &[Line] = &[
    line("load_s", "load", &[], "2.0–2.3 s"),
    line("file_bytes", "file", &[], "514 MB"),
    line("memory_bytes_per_record", "memory per record", &[Goal::Most(120.0)], "140–190 B"),
    line("open_s", "open, first page", &[], "1.3–2.1 s"),
    line("open_killed_s", "open after kill -9, first page", &[], "1.3–2.1 s"),
    line("page_first_us", "newest 50 with users and total", PAGE, "90 µs"),
    line("page_first_untotalled_us", "the same, total not asked for", PAGE, "90 µs"),
    line("page_middle_us", "50 from the middle, with total", PAGE, "139 µs"),
    line("page_anywhere_us", "50 from anywhere, with total", PAGE, ""),
    line("sorted_by_name_us", "50 by name from 1,000 on, with total", &[], ""),
    line("user_status_us", "user and status, newest 50, total", FILTER, "110 µs"),
    line("every_filter_us", "every filter, newest 50, total", FILTER, ""),
    line("size_us", "size, newest 50, total", FILTER, ""),
    line("search_us", "substring (rare), newest 50, total", SEARCH, "3–9 ms"),
    line("search_many_us", "substring (frequent), newest 50, total", SEARCH, "3–9 ms"),
    line("search_all_us", "substring anywhere, total", SEARCH, "3–9 ms"),
    line("statistics_us", "statistics", &[Goal::Most(5.0)], "0.7 ms"),
    line("user_statistics_us", "one user, 30 days", &[], "0.06 ms"),
    line("insert_us", "durable insert, one writer", &[], "0.24–0.51 ms"),
    line("insert_load_us", "durable insert, 16 writers, each", &[Goal::Times(APPEND, 1.5)], ""),
    line("insert_1000_us", "durable insert of 1,000", &[], "2.8–4 ms"),
    line("insert_handed_bytes", "handed to the kernel for one insert", &[], "33 KB"),
    line("insert_written_bytes", "  counted by the kernel as to be written", &[], ""),
    line("start_empty_s", "start to first answer, empty", &[Goal::Most(0.015)], ""),
    line("start_full_s", "start to first answer", &[Goal::Most(0.6)], ""),
    line("ready_full_s", "start to first page", &[Goal::Most(0.6)], ""),
    line("idle_bytes", "memory of the server, empty", &[Goal::Most(40.0 * 1024.0 * 1024.0)], ""),
    line("idle_full_bytes", "memory of the server, just started", &[], ""),
];
