//! Answers and errors for people, on the right stream.

use std::fmt::Write as _;
use std::io::Write as _;

use super::args::Format;
use super::{FAILED, OK, json};
use crate::command::Named;
use crate::command::report::{Aside, Checked, Ended, Outcome, Report, Restored, Status, Tally, VolumeState};
use crate::config::{self, Config, Setting};
use crate::domain::job::Failure;
use crate::domain::pause::Pause;
use crate::domain::plain::acts;
use crate::domain::size::readable;
use crate::error::Error;

/// A path for a terminal: what is no text is replaced, what would command the terminal is spelt out.
pub(super) fn name(path: &Named) -> String {
    clean(&path.0.to_string_lossy())
}

/// The same for a sentence.
pub(super) fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        if acts(c) && c != '\n' { clean.extend(c.escape_default()) } else { clean.push(c) }
    }
    clean
}

/// A text in lines that begin in the column `indent` and end before `width`. A word that is longer than a line stays whole: it
/// may be a path.
pub(super) fn wrapped(text: &str, indent: usize, width: usize) -> String {
    let mut out = " ".repeat(indent);
    let mut column = indent;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if column > indent && column + 1 + length > width {
            let _ = write!(out, "\n{}", " ".repeat(indent));
            column = indent;
        } else if column > indent {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out
}

/// Writes to standard output. A reader that left early (`| head`) is no failure of ours.
pub(super) fn text(text: &str) -> u8 {
    match std::io::stdout().write_all(text.as_bytes()).and_then(|()| std::io::stdout().flush()) {
        Ok(()) => OK,
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => OK,
        Err(_) => FAILED,
    }
}

pub(super) fn document(value: &serde_json::Value) {
    text(&format!("{value:#}\n"));
}

/// An error: a sentence and its code.
pub(super) fn failure(failure: &Failure, format: Format) {
    if format.json {
        document(&json::failed(failure));
        return;
    }
    // Where standard error is closed, nobody reads it.
    let _ = writeln!(std::io::stderr(), "error: {}\ncode: {}", clean(&failure.message), failure.code);
}

/// Every setting.
pub(super) fn settings(settings: &[Setting], format: Format) {
    if format.json {
        document(&serde_json::json!({ "success": true, "data": { "settings": settings } }));
    } else {
        text(&config::print(settings));
    }
}

/// A configuration that can be used.
pub(super) fn checked_config(config: &Config, format: Format) {
    if format.json {
        document(&serde_json::json!({ "success": true, "data": { "warnings": config.warnings } }));
        return;
    }
    let mut out = String::new();
    for warning in &config.warnings {
        let _ = writeln!(out, "warning: {warning}");
    }
    out += "the configuration can be used\n";
    text(&out);
}

/// An answer.
pub(super) fn report(report: &Report, format: Format) {
    if format.json {
        document(&json::document(report));
        return;
    }
    text(&match report {
        Report::Cached(outcomes) => files(outcomes, "cached"),
        Report::Restored(restored) => self::restored(restored),
        Report::Status(status) => self::status(status),
        Report::Checked(checked) => self::checked(checked),
        Report::Diagnosed(diagnosis) => super::diagnosis::text(diagnosis),
        Report::Planned(shown) => super::plan::text(shown),
        Report::Users(users) => super::access::users(users),
        Report::User(done) => super::access::user(done),
        Report::ApiKeys(keys) => super::access::keys(keys),
        Report::ApiKey(done) => super::access::key(done),
        Report::Adopted(dir) => format!("{} is the cache dir from now on\n", name(dir)),
    });
}

/// How it ended for one file, in a line.
pub(super) fn outcome_line(outcome: &Outcome) -> String {
    let path = name(&outcome.path);
    match (&outcome.ended, &outcome.error) {
        (Ended::Cached, _) => format!("cached    {path}  ({})", readable(outcome.size)),
        (Ended::AlreadyCached, _) => format!("cached    {path}  (before)"),
        (Ended::Restored, _) => format!("restored  {path}  ({})", readable(outcome.size)),
        (Ended::Failed, error) => format!("FAILED    {path}{}", because(error.as_ref())),
        (Ended::Waits, error) => format!("waits     {path}{}", because(error.as_ref())),
    }
}

fn because(error: Option<&Failure>) -> String {
    error.map_or_else(String::new, |error| {
        format!("\n          {}\n          code: {}", clean(&error.message), error.code)
    })
}

fn files(outcomes: &[Outcome], verb: &str) -> String {
    let mut out = String::new();
    let mut well = Tally::default();
    let mut badly = 0;
    for outcome in outcomes {
        let _ = writeln!(out, "{}", outcome_line(outcome));
        match outcome.ended {
            Ended::Cached | Ended::AlreadyCached | Ended::Restored => well.add(outcome.size),
            Ended::Failed | Ended::Waits => badly += 1,
        }
    }
    if outcomes.len() > 1 || outcomes.is_empty() {
        let _ = write!(out, "{} {verb}", tally(&well));
        if badly > 0 {
            let _ = write!(out, ", {badly} not");
        }
        out.push('\n');
    }
    out
}

fn tally(tally: &Tally) -> String {
    let files = if tally.files == 1 { "file" } else { "files" };
    format!("{} {files}, {}", tally.files, readable(tally.bytes))
}

fn restored(restored: &Restored) -> String {
    let mut out = files(&restored.outcomes, "restored");
    let away = Error::CacheVolumeMissing { dir: std::path::PathBuf::new(), reason: "" };
    if restored.outcomes.iter().any(|one| one.error.as_ref().is_some_and(|error| error.code == away.code())) {
        out += "if the cached copies are gone for good: `cacherr restore --all --cache-lost`\n";
    }
    if restored.called_off > 0 {
        let _ = writeln!(out, "{} waiting copies called off", restored.called_off);
    }
    if !restored.gone.is_empty() {
        out += "\ngone for good (no kept original, and the cached copy is lost):\n";
        for gone in &restored.gone {
            let _ = writeln!(out, "  {}\n    {} bytes, BLAKE3 {}", name(&gone.path), gone.size, gone.hash);
        }
    }
    asides(&mut out, "in the trash:", &restored.trash);
    asides(
        &mut out,
        "copies that stay in the cache, because their links were not found:",
        &restored.unclaimed,
    );
    out
}

fn asides(out: &mut String, title: &str, asides: &[Aside]) {
    if asides.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{title}");
    for aside in asides {
        let until =
            aside.until.map_or_else(|| "until you decide".to_owned(), |until| format!("until {until}"));
        let _ = writeln!(out, "  {}\n    of {}, {until}", name(&aside.path), name(&aside.of));
    }
}

fn checked(checked: &Checked) -> String {
    let mut out = String::new();
    for line in &checked.store {
        let _ = writeln!(out, "store     {}", clean(line));
    }
    for path in &checked.healed {
        let _ = writeln!(out, "healed    {}  (its copy was gone; the original is back)", name(path));
    }
    for path in &checked.settled {
        let _ = writeln!(out, "settled   {}", name(path));
    }
    for finding in &checked.findings {
        let _ = writeln!(out, "ATTENTION {}\n          {}", name(&finding.path), clean(&finding.text));
    }
    let well = checked.store.is_empty() && checked.findings.is_empty();
    let verdict = if well { "everything is as it should be" } else { "not everything is as it should be" };
    let _ = writeln!(out, "{} files checked: {verdict}", checked.looked_at);
    out
}

fn status(status: &Status) -> String {
    let mut out = String::new();
    let mut row = |label: &str, value: &str| {
        let _ = writeln!(out, "{label:<11}{value}");
    };
    row("instance", if status.running { "running" } else { "not running" });
    if let Some(Pause { since, by, reason }) = &status.paused {
        let why = reason.as_ref().map(|reason| format!(": {}", clean(reason))).unwrap_or_default();
        row("paused", &format!("since {since} by {}{why}", clean(by)));
        row("", "nothing is cached or given back by itself");
    }
    row("cached", &tally(&status.active));
    for (label, some) in [
        ("orphaned", &status.orphaned),
        ("returning", &status.pending_removal),
        ("releasing", &status.releasing),
    ] {
        if some.files > 0 {
            row(label, &tally(some));
        }
    }
    if status.trash > 0 {
        row("in trash", &format!("{} files", status.trash));
    }
    row("cache dir", &name(&status.cache.dir));
    row("", &cache_line(status));
    for (nth, library) in status.libraries.iter().enumerate() {
        let label = if nth == 0 { "libraries" } else { "" };
        let missing = if library.present { "" } else { "  NOT THERE" };
        row(label, &format!("{}  {}{missing}", clean(&library.name), name(&library.path)));
        row("", &format!("  {} cached", tally(&library.cached)));
    }
    if status.libraries.is_empty() {
        row("libraries", "none configured");
    }
    if !status.jobs.is_empty() {
        let _ = writeln!(out, "\njobs ({})", status.open_jobs);
    }
    for job in &status.jobs {
        let percent = job.bytes_done.saturating_mul(100).checked_div(job.bytes_total).unwrap_or(0);
        let how = if job.paused { "paused" } else { job.state.name() };
        let _ = writeln!(out, "  {how:<9} {percent:>3} %  {:<8}{}", job.kind, name(&job.path));
        if let Some(error) = &job.error {
            let _ = writeln!(out, "                   {}", clean(&error.message));
        }
    }
    if !status.attention.is_empty() {
        out += "\nneeds attention\n";
    }
    for finding in &status.attention {
        let _ = writeln!(out, "  {}\n    {}", name(&finding.path), clean(&finding.text));
    }
    out
}

fn cache_line(status: &Status) -> String {
    let cache = &status.cache;
    let state = match cache.state {
        VolumeState::Ok => "ok",
        VolumeState::Unused => "not used yet",
        VolumeState::Missing => "NOT THERE: its volume seems not to be mounted",
        VolumeState::Foreign => "NOT OURS: it carries the marker of another store",
    };
    let mut line = state.to_owned();
    if let (Some(available), Some(total)) = (cache.available, cache.total) {
        let _ = write!(line, ", {} free of {}", readable(available), readable(total));
    }
    if let Some(limit) = cache.limit {
        let _ = write!(line, ", limit {}", readable(limit));
    }
    line
}
