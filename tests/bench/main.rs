//! Measurements against what else one could use, side by side on this machine. `scripts/bench` runs this.

mod copy;
mod records;
mod store;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        ["copy"] => copy::compare(false),
        ["copy", "--json"] => copy::compare(true),
        // One contender in a process of its own, so that its memory can be told.
        ["copy", "one", way, source, target] => copy::one(way, source.as_ref(), target.as_ref()),
        ["store", "ours", dir, records] => match records.parse() {
            Ok(records) => store::ours(dir.as_ref(), records),
            Err(error) => Err(Box::from(error)),
        },
        _ => {
            eprintln!("usage: bench copy [--json]");
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
