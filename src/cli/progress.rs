//! Progress on standard error: bars where somebody watches, else a line at the start and the end of each file and at
//! most every ten seconds between.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::show::{name, outcome_line};
use crate::command::{Named, Outcome, Running};
use crate::domain::job::JobState;
use crate::domain::size::readable;

const LINE_EVERY: Duration = Duration::from_secs(10);

/// What is shown now.
pub(super) struct Progress {
    way: Way,
}

enum Way {
    Bars { all: MultiProgress, bars: BTreeMap<Named, ProgressBar> },
    Lines { seen: BTreeMap<Named, Instant> },
}

impl Progress {
    pub fn start() -> Self {
        let way = if std::io::stderr().is_terminal() {
            Way::Bars { all: MultiProgress::new(), bars: BTreeMap::new() }
        } else {
            Way::Lines { seen: BTreeMap::new() }
        };
        Self { way }
    }

    /// What runs now.
    pub fn show(&mut self, running: &[Running]) {
        match &mut self.way {
            Way::Bars { all, bars } => {
                for one in running {
                    let bar = bars.entry(one.path.clone()).or_insert_with(|| all.add(bar(one)));
                    bar.set_position(one.bytes_done);
                    bar.set_prefix(word(one.state));
                    bar.set_message(format!(
                        "{} of {}{}",
                        readable(one.bytes_done),
                        readable(one.bytes_total),
                        rate(one)
                    ));
                }
            }
            Way::Lines { seen } => {
                for one in running {
                    match seen.get_mut(&one.path) {
                        None => {
                            line(&format!(
                                "{} {} ({})",
                                word(one.state),
                                name(&one.path),
                                readable(one.bytes_total)
                            ));
                            seen.insert(one.path.clone(), Instant::now());
                        }
                        Some(told) if told.elapsed() >= LINE_EVERY => {
                            *told = Instant::now();
                            line(&format!(
                                "{} {}: {} of {}{}",
                                word(one.state),
                                name(&one.path),
                                readable(one.bytes_done),
                                readable(one.bytes_total),
                                rate(one)
                            ));
                        }
                        Some(_) => {}
                    }
                }
            }
        }
    }

    /// One has ended.
    pub fn finish(&mut self, outcome: &Outcome) {
        match &mut self.way {
            // The answer will list it: on a terminal, a line here would be the same line twice.
            Way::Bars { bars, .. } => {
                if let Some(bar) = bars.remove(&outcome.path) {
                    bar.finish_and_clear();
                }
            }
            Way::Lines { seen } => {
                seen.remove(&outcome.path);
                line(&outcome_line(outcome));
            }
        }
    }

    /// A sentence.
    pub fn note(&mut self, text: &str) {
        line(text);
    }

    /// Nothing is left of the bars.
    pub fn clear(&mut self) {
        if let Way::Bars { all, bars } = &mut self.way {
            bars.clear();
            // A terminal that is gone needs no clearing.
            let _ = all.clear();
        }
    }
}

/// Where standard error is closed, nobody reads it.
fn line(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Nothing while it is not known.
fn rate(one: &Running) -> String {
    if one.rate > 0 { format!(", {}/s", readable(one.rate)) } else { String::new() }
}

fn bar(one: &Running) -> ProgressBar {
    let file = one.path.0.file_name().map_or_else(|| name(&one.path), |file| name(&Named(file.into())));
    let style = ProgressStyle::with_template(&format!(
        "{{prefix:>9}} {{bar:24}} {{percent:>3}} %  {}  {{msg}}",
        file.replace('{', "{{").replace('}', "}}")
    ));
    let bar = ProgressBar::new(one.bytes_total.max(1));
    match style {
        Ok(style) => bar.with_style(style),
        // A name that no template takes: the bar without it.
        Err(_) => bar,
    }
}

const fn word(state: JobState) -> &'static str {
    match state {
        JobState::Queued => "starting",
        JobState::Copying => "copying",
        JobState::Verifying => "verifying",
        JobState::Swapping => "swapping",
        JobState::Done => "done",
        JobState::Failed => "failed",
        JobState::Cancelled => "cancelled",
    }
}
