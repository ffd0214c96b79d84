//! What came of it, side by side: for people, and for programs.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::measure::{Figures, Outcome, median};

/// A line of the table.
pub struct Line {
    /// The name that contenders give the figure. Its last word is the unit; of `per_s` more is better, of all else less.
    pub figure: &'static str,
    /// What was measured.
    pub what: &'static str,
    /// Where we want to be.
    pub goals: &'static [Goal],
    /// What the prototype had for the same question.
    pub prototype: &'static str,
}

/// Where we want to be.
#[derive(Clone, Copy)]
pub enum Goal {
    /// At most this.
    Most(f64),
    /// At least this.
    Least(f64),
    /// At most so many times what this contender takes; where more is better, at least so many times what it has.
    Times(&'static str, f64),
}

/// What contenders measured, round by round. The first of them is us.
pub struct Table {
    contenders: Vec<(&'static str, Vec<Figures>)>,
}

impl Table {
    pub fn of(contenders: &[&'static str]) -> Self {
        Self { contenders: contenders.iter().map(|name| (*name, Vec::new())).collect() }
    }

    /// Lets the contenders take turns; another begins each round.
    pub fn fill(&mut self, rounds: usize, mut measure: impl FnMut(&str) -> Outcome<Figures>) -> Outcome {
        let count = self.contenders.len();
        for round in 0..rounds {
            for turn in 0..count {
                let (name, figures) = &mut self.contenders[(round + turn) % count];
                eprint!("\rround {} of {rounds}: {name:<20}", round + 1);
                let measured = measure(name).map_err(|error| format!("{name}: {error}"))?;
                figures.push(measured);
            }
        }
        eprint!("\r{:<40}\r", "");
        self.agree()
    }

    /// Whoever answers another question is not to be compared with.
    fn agree(&self) -> Outcome {
        let every = || self.contenders.iter().flat_map(|(_, rounds)| rounds);
        let found: BTreeSet<_> =
            every().flat_map(Figures::keys).filter(|key| key.ends_with("_found")).collect();
        for key in found {
            let numbers: BTreeSet<_> =
                every().filter_map(|figures| figures.get(key)).map(f64::to_string).collect();
            if numbers.len() > 1 {
                return Err(format!("contenders answer differently: {key} {numbers:?}").into());
            }
        }
        Ok(())
    }

    fn median(&self, contender: usize, figure: &str) -> Option<f64> {
        let values = self.contenders[contender].1.iter().filter_map(|figures| figures.get(figure).copied());
        let values: Vec<f64> = values.collect();
        (!values.is_empty()).then(|| median(values))
    }

    fn named(&self, name: &str, figure: &str) -> Option<f64> {
        let place = self.contenders.iter().position(|(contender, _)| *contender == name)?;
        self.median(place, figure)
    }

    /// How many times better we are.
    fn ratio(&self, peer: usize, figure: &str) -> Option<f64> {
        let (ours, theirs) = (self.median(0, figure)?, self.median(peer, figure)?);
        Some(if is_rate(figure) { ours / theirs } else { theirs / ours })
    }

    fn holds(&self, line: &Line, goal: Goal) -> Option<bool> {
        let ours = self.median(0, line.figure)?;
        Some(match goal {
            Goal::Most(most) => ours <= most,
            Goal::Least(least) => ours >= least,
            Goal::Times(peer, times) => {
                let bound = self.named(peer, line.figure)? * times;
                if is_rate(line.figure) { ours >= bound } else { ours <= bound }
            }
        })
    }

    /// Prints it.
    pub fn print(&self, title: &str, lines: &[Line]) {
        println!("{title}; medians; × says how many times better we are");
        let mut rows = vec![vec![String::new()]];
        for (place, (name, _)) in self.contenders.iter().enumerate() {
            rows[0].push((*name).to_owned());
            if place > 0 {
                rows[0].push("×".to_owned());
            }
        }
        rows[0].extend(["goal".to_owned(), "prototype".to_owned()]);
        for line in lines {
            let mut row = vec![line.what.to_owned()];
            let shown = |value: Option<f64>| value.map_or("-".to_owned(), |value| show(value, line.figure));
            for place in 0..self.contenders.len() {
                row.push(shown(self.median(place, line.figure)));
                if place > 0 {
                    let ratio = self.ratio(place, line.figure);
                    row.push(ratio.map_or("-".to_owned(), |ratio| format!("{ratio:.2}")));
                }
            }
            let goals: Vec<String> = line.goals.iter().map(|goal| self.say(line, *goal)).collect();
            row.extend([goals.join(", "), line.prototype.to_owned()]);
            rows.push(row);
        }
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..rows[0].len()).map(width).collect();
        for row in &rows {
            let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
                // What is read as text begins at the left.
                let is_text = column == 0 || column + 2 >= widths.len();
                if is_text { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
            });
            println!("{}", cells.collect::<Vec<_>>().join("  ").trim_end());
        }
    }

    fn say(&self, line: &Line, goal: Goal) -> String {
        let text = match goal {
            Goal::Most(most) => format!("≤ {}", show(most, line.figure)),
            Goal::Least(least) => format!("≥ {}", show(least, line.figure)),
            Goal::Times(peer, times) if is_rate(line.figure) => format!("≥ {times} × {peer}"),
            Goal::Times(peer, times) => format!("≤ {times} × {peer}"),
        };
        match self.holds(line, goal) {
            Some(false) => format!("{text} MISSED"),
            Some(true) | None => text,
        }
    }

    /// The same for programs, and each round of it.
    pub fn json(&self, title: &str, lines: &[Line]) -> Outcome<String> {
        let line = |line: &Line| {
            let of = |value: &dyn Fn(usize) -> Option<f64>| {
                let each = self.contenders.iter().enumerate();
                let each = each.map(|(place, (name, _))| ((*name).to_owned(), json!(value(place))));
                Value::Object(each.collect::<Map<_, _>>())
            };
            let goals = line.goals.iter().map(|goal| {
                json!({ "goal": self.say(line, *goal).trim_end_matches(" MISSED"), "holds": self.holds(line, *goal) })
            });
            json!({
                "figure": line.figure,
                "what": line.what.trim_start(),
                "medians": of(&|place| self.median(place, line.figure)),
                "times_better": of(&|place| self.ratio(place, line.figure).filter(|_| place > 0)),
                "goals": goals.collect::<Vec<_>>(),
                "prototype": line.prototype,
            })
        };
        let rounds: Map<_, _> =
            self.contenders.iter().map(|(name, rounds)| ((*name).to_owned(), json!(rounds))).collect();
        let report = json!({
            "title": title,
            "figures": lines.iter().map(line).collect::<Vec<_>>(),
            "rounds": rounds,
        });
        Ok(serde_json::to_string_pretty(&report)?)
    }

    /// Prints it one way or the other.
    pub fn report(&self, json: bool, title: &str, lines: &[Line]) -> Outcome {
        if json {
            println!("{}", self.json(title, lines)?);
        } else {
            self.print(title, lines);
        }
        Ok(())
    }
}

fn is_rate(figure: &str) -> bool {
    figure.ends_with("_per_s")
}

/// A value in the unit that reads best.
fn show(value: f64, figure: &str) -> String {
    let scaled = |value: f64, step: f64, units: &[&str]| {
        let (mut value, mut unit) = (value, 0);
        while value >= step && unit + 1 < units.len() {
            value /= step;
            unit += 1;
        }
        let digits =
            if value >= 100.0 || value == value.trunc() { 0 } else { if value >= 10.0 { 1 } else { 2 } };
        format!("{value:.digits$} {}", units[unit])
    };
    if is_rate(figure) {
        format!("{value:.0}/s")
    } else if figure.contains("_bytes") {
        scaled(value, 1024.0, &["B", "KiB", "MiB", "GiB"])
    } else if figure.ends_with("_us") {
        scaled(value, 1000.0, &["µs", "ms", "s"])
    } else if figure.ends_with("_ms") {
        scaled(value * 1000.0, 1000.0, &["µs", "ms", "s"])
    } else {
        scaled(value * 1e6, 1000.0, &["µs", "ms", "s"])
    }
}
