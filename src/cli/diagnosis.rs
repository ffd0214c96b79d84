//! What the doctor found, for people and for scripts.

use std::fmt::Write as _;
use std::io::IsTerminal;

use serde_json::{Value, json};

use super::show::{clean, wrapped};
use crate::doctor::{Diagnosis, Finding, Verdict};

/// Sentences are broken before this column.
const WIDTH: usize = 100;
/// Where sentences begin.
const INDENT: usize = 13;

/// As JSON.
pub(super) fn data(diagnosis: &Diagnosis) -> Value {
    let Diagnosis { ran_at, findings } = diagnosis;
    let finding = |Finding { check, subject, verdict, says, fix }: &Finding| json!({ "check": check.name(), "subject": subject, "verdict": verdict.name(), "says": says, "fix": fix });
    json!({
        "ran_at": ran_at.to_string(),
        "failures": diagnosis.count(Verdict::Failure),
        "warnings": diagnosis.count(Verdict::Warning),
        "findings": findings.iter().map(finding).collect::<Vec<_>>(),
    })
}

/// For people; in colour where they look at a terminal.
pub(super) fn text(diagnosis: &Diagnosis) -> String {
    written(diagnosis, std::io::stdout().is_terminal())
}

fn written(diagnosis: &Diagnosis, in_colour: bool) -> String {
    let mut out = String::new();
    let mut heading = "";
    for finding in &diagnosis.findings {
        if finding.check.heading() != heading {
            heading = finding.check.heading();
            let _ = writeln!(out, "{}{heading}", if out.is_empty() { "" } else { "\n" });
        }
        let word = word(finding.verdict);
        let word = match (in_colour, colour(finding.verdict)) {
            (true, Some(colour)) => format!("\x1b[{colour}m{word:9}\x1b[0m"),
            _ => format!("{word:9}"),
        };
        let sentence = |text: &str| wrapped(&clean(text), INDENT, WIDTH);
        let says = sentence(&format!("{}: {}", finding.subject, finding.says));
        let _ = writeln!(out, "  {word}  {}", says.trim_start());
        if let Some(fix) = &finding.fix {
            let _ = writeln!(out, "{}", sentence(&format!("-> {fix}")));
        }
    }
    let count = |verdict, one: &str, many: &str| match diagnosis.count(verdict) {
        1 => format!("1 {one}"),
        more => format!("{more} {many}"),
    };
    let _ = writeln!(
        out,
        "\n{}, {}, {} not known",
        count(Verdict::Failure, "failure", "failures"),
        count(Verdict::Warning, "warning", "warnings"),
        diagnosis.count(Verdict::Unknown),
    );
    out
}

const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ok => "ok",
        Verdict::Warning => "warning",
        Verdict::Failure => "FAILURE",
        Verdict::Unknown => "not known",
    }
}

const fn colour(verdict: Verdict) -> Option<u8> {
    match verdict {
        Verdict::Ok => Some(32),
        Verdict::Warning => Some(33),
        Verdict::Failure => Some(31),
        Verdict::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Check;
    use crate::domain::time::Time;

    fn finding(check: Check, verdict: Verdict, fix: Option<&str>) -> Finding {
        let says = "it is as it is\u{1b}[31m, ".to_owned() + &"word ".repeat(30);
        Finding { check, subject: "Movies".to_owned(), verdict, says, fix: fix.map(str::to_owned) }
    }

    #[test]
    fn findings_stand_under_their_headings_and_command_no_terminal() {
        let diagnosis = Diagnosis {
            ran_at: Time::from_micros(0),
            findings: vec![
                finding(Check::LibraryRoot, Verdict::Ok, None),
                finding(Check::Swap, Verdict::Failure, Some("set it otherwise")),
                finding(Check::Clock, Verdict::Unknown, Some("see to it")),
            ],
        };
        let text = written(&diagnosis, false);
        assert_eq!(text.matches("Libraries\n").count(), 1);
        assert!(text.contains("FAILURE") && text.contains("-> set it otherwise"));
        assert!(text.ends_with("1 failure, 0 warnings, 1 not known\n"), "{text}");
        assert!(!text.contains('\u{1b}') && text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        assert!(written(&diagnosis, true).contains("\u{1b}[31mFAILURE  \u{1b}[0m"));
    }
}
