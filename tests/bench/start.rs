//! `bench start`: what the program costs before anybody asks it for anything: its size, how long a start takes, and what
//! memory it keeps while it has nothing to do.

use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::measure::{Figures, Outcome, median};
use super::place::Place;
use super::server::{Home, Server, Stock};
use super::table::{Goal, Line, Table};

/// Starts of an empty store in each round: one alone says little of something so short.
const STARTS: usize = 5;
/// Memory has settled that was the same for so long,
const SETTLED: Duration = Duration::from_secs(5);
/// and nobody waits longer for it.
const PATIENCE: Duration = Duration::from_secs(120);

/// Measures and prints it.
pub fn measure(json: bool) -> Outcome {
    let place = Place::find()?;
    place.our_store()?;
    let mut table = Table::of(&["ours"]);
    table.fill(place.rounds, |_| round(&place))?;
    table.report(json, &format!("{} records, {} rounds", place.records, place.rounds), LINES)
}

fn round(place: &Place) -> Outcome<Figures> {
    let mut figures = Figures::new();
    figures.insert("binary_bytes", fs::metadata(place.cacherr()?)?.len() as f64);
    let empty = |_| Ok(Home::make(place, Stock::Nothing)?.start()?.answered);
    figures.insert("start_empty_s", median((0..STARTS).map(empty).collect::<Outcome<_>>()?));
    figures.insert("idle_bytes", settled(&Home::make(place, Stock::Nothing)?.start()?)?);
    let full = Home::make(place, Stock::Everything)?.start()?;
    figures.insert("start_full_s", full.answered);
    figures.insert("ready_full_s", full.listed);
    full.rest()?;
    figures.insert("idle_full_bytes", settled(&full)?);
    Ok(figures)
}

/// What memory it takes once that does not change any more.
fn settled(server: &Server) -> Outcome<f64> {
    let began = Instant::now();
    let (mut memory, mut since) = (server.resident()?, began);
    while since.elapsed() < SETTLED {
        if began.elapsed() > PATIENCE {
            return Err("its memory never settles".into());
        }
        sleep(Duration::from_millis(100));
        let now = server.resident()?;
        // A page more or less is none.
        if (now - memory).abs() > 256.0 * 1024.0 {
            (memory, since) = (now, Instant::now());
        }
    }
    server.resident()
}

const fn line(figure: &'static str, what: &'static str, goals: &'static [Goal]) -> Line {
    Line { figure, what, goals, prototype: "" }
}

const MIB: f64 = 1024.0 * 1024.0;

/// The goals are those of a million records.
const LINES: &[Line] = &[
    line("binary_bytes", "size of the binary", &[Goal::Most(25.0 * MIB)]),
    line("start_empty_s", "exec to first answer, empty", &[Goal::Most(0.15)]),
    line("start_full_s", "exec to first answer", &[Goal::Most(1.0)]),
    line("ready_full_s", "exec to first page", &[Goal::Most(1.0)]),
    line("idle_bytes", "idle memory, empty", &[Goal::Most(40.0 * MIB)]),
    line("idle_full_bytes", "idle memory", &[]),
];
