//! `bench http`: pages of our server beside the same bytes from axum, and beside Flask with SQLite.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::load;
use super::measure::{Figures, Outcome, mix};
use super::place::{Place, setting};
use super::records::USERS;
use super::server::{Home, NEWEST, Server, Stock, free_port, logged};
use super::table::{Goal, Line, Table};

const OURS: &str = "ours";
const AXUM: &str = "axum";
const FLASK: &str = "Flask";

/// The names of a question's figures, and its path, of so many records, for the request of this number.
type Question = ([&'static str; 3], fn(u64, u64) -> String);

const QUESTIONS: [Question; 3] = [
    (["newest_per_s", "newest_p50_us", "newest_p99_us"], |_, _| NEWEST.to_owned()),
    (["anywhere_per_s", "anywhere_p50_us", "anywhere_p99_us"], |records, number| {
        format!("{NEWEST}&offset={}", mix(number) % (records * 9 / 10))
    }),
    (["filter_per_s", "filter_p50_us", "filter_p99_us"], |records, number| {
        let (user, offset) = (mix(number) % USERS, mix(number ^ 1) % (records / 20));
        format!("{NEWEST}&user_id=user{user:02}&status=active&offset={offset}")
    }),
];

/// Measures everything and prints it.
pub fn compare(json: bool) -> Outcome {
    let place = Place::find()?;
    let lasts = Duration::from_secs_f64(setting("SECONDS", "5").parse()?);
    let ours = Home::make(&place, Stock::Everything)?.start()?;
    ours.rest()?;
    let page = place.dir.join("page.json");
    fs::write(&page, ours.bytes(NEWEST)?)?;
    let servers = [(OURS, ours), (AXUM, axum(&place, &page)?), (FLASK, flask(&place)?)];
    same_total(&servers, place.records)?;

    let records = place.records;
    let mut table = Table::of(&[OURS, AXUM, FLASK]);
    table.fill(place.rounds, |contender| {
        let (_, server) = servers.iter().find(|(name, _)| *name == contender).ok_or("nobody")?;
        let mut figures = Figures::new();
        for (names, path) in QUESTIONS {
            let load = load::run(server.port, lasts, move |number| path(records, number))?;
            figures.extend(names.into_iter().zip([load.per_second, load.half, load.most]));
        }
        Ok(figures)
    })?;
    let bytes = fs::metadata(&page)?.len();
    let title = format!(
        "{} records, a page has {bytes} bytes, 16 connections, {} rounds",
        place.records, place.rounds
    );
    table.report(json, &title, LINES)
}

/// Flask answers the same question, if it counts as many.
fn same_total(servers: &[(&str, Server)], records: u64) -> Outcome {
    for (_, path) in QUESTIONS {
        let total = |name: &str| -> Outcome<u64> {
            let (_, server) = servers.iter().find(|(known, _)| *known == name).ok_or("nobody")?;
            let page: serde_json::Value = serde_json::from_slice(&server.bytes(&path(records, 1))?)?;
            let files = page["data"]["files"].as_array().map_or(0, Vec::len) as u64;
            Ok(page["data"]["pagination"]["total_count"].as_u64().ok_or("no total")? * 1000 + files)
        };
        if total(OURS)? != total(FLASK)? {
            return Err(format!("{}: Flask finds others than we do", path(records, 1)).into());
        }
    }
    Ok(())
}

fn axum(place: &Place, page: &Path) -> Outcome<Server> {
    let port = free_port()?;
    let mut command = logged(&place.peers()?, &place.dir.join("axum.log"))?;
    command.args(["fixed", &port.to_string()]).arg(page);
    Server::start(command, port, NEWEST, None)
}

fn flask(place: &Place) -> Outcome<Server> {
    let [_, sqlite] = place.stores()?;
    let (peers, port) = (Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bench/peers"), free_port()?);
    let mut command = logged(&python(place, &peers)?, &place.dir.join("flask.log"))?;
    command.arg(peers.join("pages.py")).arg(sqlite).arg(port.to_string());
    Server::start(command, port, NEWEST, None)
}

/// A Python that has what the peers require.
fn python(place: &Place, peers: &Path) -> Outcome<PathBuf> {
    let venv = place.dir.with_file_name("venv");
    let python = venv.join("bin/python");
    let run = |program: &Path, arguments: &[&str], last: &Path| -> Outcome {
        let output = Command::new(program).args(arguments).arg(last).output()?;
        if output.status.success() {
            return Ok(());
        }
        Err(format!("{program:?} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr)).into())
    };
    if !python.exists() {
        run("python3".as_ref(), &["-m", "venv"], &venv)?;
    }
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"];
    run(&python, &install, &peers.join("requirements.txt"))?;
    Ok(python)
}

const fn line(figure: &'static str, what: &'static str, goals: &'static [Goal]) -> Line {
    Line { figure, what, goals, prototype: "" }
}

const RATE: &[Goal] = &[Goal::Least(25_000.0), Goal::Times(AXUM, 0.95), Goal::Times(FLASK, 15.0)];

/// Whatever it is asked for, axum sends the bytes of our newest page.
const LINES: &[Line] = &[
    line("newest_per_s", "newest 50, requests", RATE),
    line("newest_p50_us", "  half take at most", &[]),
    line("newest_p99_us", "  99 of 100 take at most", &[]),
    line("anywhere_per_s", "50 from anywhere, requests", RATE),
    line("anywhere_p50_us", "  half take at most", &[]),
    line("anywhere_p99_us", "  99 of 100 take at most", &[]),
    line("filter_per_s", "user and status, from anywhere, requests", &[Goal::Times(FLASK, 15.0)]),
    line("filter_p50_us", "  half take at most", &[]),
    line("filter_p99_us", "  99 of 100 take at most", &[]),
];
