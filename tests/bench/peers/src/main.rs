//! What Cacherr is measured beside. Run by `scripts/bench`, never by people.

#[path = "../../measure.rs"]
#[allow(dead_code, reason = "not every contender measures with everything")]
mod measure;

mod feed;
mod fixed;
mod questions;
mod sqlite;

fn main() -> measure::Outcome {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["store", dir, records, bench] => sqlite::measure(dir.as_ref(), records.parse()?, bench),
        ["store", dir, records, bench, "load"] => {
            sqlite::load(dir.as_ref(), records.parse()?, bench).map(drop)
        }
        ["store", "die", file, dir, first, bench] => sqlite::die(file.as_ref(), dir, first.parse()?, bench),
        ["fixed", port, file] => fixed::serve(port.parse()?, file.as_ref()),
        _ => Err("usage: peers store DIR RECORDS BENCH | peers fixed PORT FILE".into()),
    }
}
