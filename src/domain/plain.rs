//! Text that others wrote (names of files and people, titles, headers), where it is shown in lines: in the log, in a
//! terminal.
//!
//! **Invariant:** what is spelt out ends no line, commands no terminal, and stands in the order in which it is read.

use std::fmt::{self, Write};

/// Whether it does something to what shows it, instead of being shown: control characters, ends of lines, and what turns
/// the direction of writing.
#[must_use]
pub fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Writes on, with everything that acts spelt out: `\n`, `\u{1b}`.
pub struct Spelt<W>(pub W);

impl<W: Write> Write for Spelt<W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some(at) = rest.find(acts) {
            let (plain, acting) = rest.split_at(at);
            self.0.write_str(plain)?;
            let mut chars = acting.chars();
            chars.next().map_or(Ok(()), |c| write!(self.0, "{}", c.escape_default()))?;
            rest = chars.as_str();
        }
        self.0.write_str(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelt(text: &str) -> String {
        let mut out = String::new();
        Spelt(&mut out).write_str(text).unwrap();
        out
    }

    #[test]
    fn what_acts_is_spelt_out_and_all_else_is_as_it_was() {
        assert_eq!(spelt("a\nb\r\u{1b}[31m\u{9b}2J\u{7f}"), "a\\nb\\r\\u{1b}[31m\\u{9b}2J\\u{7f}");
        assert_eq!(spelt("\u{202e}gpj.exe\u{2066}\u{2028}"), "\\u{202e}gpj.exe\\u{2066}\\u{2028}");
        for plain in ["Amélie (2001).mkv", "שלום", "🎬\u{200d}👩", "C:\\new", ""] {
            assert_eq!(spelt(plain), plain);
        }
    }
}
