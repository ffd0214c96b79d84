//! Measurements against what else one could use, side by side on this machine. `scripts/bench` runs this.

mod copy;
mod cycle;
mod http;
mod load;
mod measure;
mod ours;
mod place;
mod plan;
mod records;
mod server;
mod socket;
mod start;
mod store;
mod table;
mod web;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        ["copy"] => copy::compare(false),
        ["copy", "--json"] => copy::compare(true),
        // One contender in a process of its own, so that its memory can be told.
        ["copy", "one", way, source, target] => copy::one(way, source.as_ref(), target.as_ref()),
        ["store"] => store::compare(false),
        ["store", "--json"] => store::compare(true),
        ["store", "ours", dir, records] => number(records).and_then(|all| ours::measure(dir.as_ref(), all)),
        ["store", "ours", dir, records, "load"] => {
            number(records).and_then(|all| ours::load(dir.as_ref(), all).map(drop))
        }
        ["store", "die", file, first] => number(first).and_then(|first| ours::die(file.as_ref(), first)),
        ["records", dir, first, count] => {
            number(first).and_then(|first| records::print(dir.as_ref(), first, number(count)?))
        }
        ["http"] => http::compare(false),
        ["http", "--json"] => http::compare(true),
        ["plan"] => plan::measure(false),
        ["plan", "--json"] => plan::measure(true),
        ["ws"] => socket::measure(false),
        ["ws", "--json"] => socket::measure(true),
        ["start"] => start::measure(false),
        ["start", "--json"] => start::measure(true),
        ["web"] => web::measure(),
        _ => {
            eprintln!("usage: bench copy|store|http|plan|start|ws|web [--json]");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn number(text: &str) -> measure::Outcome<u64> {
    Ok(text.parse()?)
}
