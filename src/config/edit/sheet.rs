//! A text, and what is to be cut from it and put into it. All places are those of the text as it was.

use std::ops::Range;

/// The text with its splices.
pub(super) struct Sheet<'a> {
    text: &'a str,
    newline: &'static str,
    splices: Vec<(Range<usize>, String)>,
}

impl<'a> Sheet<'a> {
    pub fn new(text: &'a str) -> Self {
        let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
        Self { text, newline, splices: Vec::new() }
    }

    pub fn text(&self) -> &'a str {
        self.text
    }

    pub fn newline(&self) -> &'static str {
        self.newline
    }

    pub fn replace(&mut self, range: Range<usize>, text: String) {
        self.splices.push((range, text));
    }

    pub fn cut(&mut self, range: Range<usize>) {
        self.replace(range, String::new());
    }

    /// What is put in at one place stays in the order in which it came.
    pub fn insert(&mut self, at: usize, text: String) {
        self.replace(at..at, text);
    }

    /// A table at the end of the text.
    pub fn append(&mut self, header: &str, lines: &[String]) {
        let newline = self.newline;
        let end = if self.text.is_empty() || self.text.ends_with('\n') { "" } else { newline };
        let blank = if self.text.is_empty() && self.splices.is_empty() { "" } else { newline };
        let block = format!("{end}{blank}{}{newline}", self.block(header, lines));
        self.insert(self.text.len(), block);
    }

    /// A table after the line that ends there.
    pub fn insert_block(&mut self, at: usize, header: &str, lines: &[String]) {
        let newline = self.newline;
        self.insert(at, format!("{newline}{newline}{}", self.block(header, lines)));
    }

    fn block(&self, header: &str, lines: &[String]) -> String {
        let lines = std::iter::once(header).chain(lines.iter().map(String::as_str));
        lines.collect::<Vec<_>>().join(self.newline)
    }

    /// Where the line begins that this is in.
    pub fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |newline| newline + 1)
    }

    /// Where it ends, before its line ending.
    pub fn line_end(&self, at: usize) -> usize {
        let end = self.text[at..].find('\n').map_or(self.text.len(), |newline| at + newline);
        if self.text[at..end].ends_with('\r') { end - 1 } else { end }
    }

    /// Where the next line begins.
    pub fn next_line(&self, at: usize) -> usize {
        self.text[at..].find('\n').map_or(self.text.len(), |newline| at + newline + 1)
    }

    /// The white space with which the line begins.
    pub fn indent(&self, at: usize) -> &'a str {
        let line = &self.text[self.line_start(at)..];
        &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
    }

    /// Whether nothing stands there but white space.
    pub fn is_blank(&self, range: Range<usize>) -> bool {
        self.text[range].trim().is_empty()
    }

    /// Cuts what has its lines to itself, but for a comment behind it.
    pub fn cut_lines(&mut self, range: Range<usize>) {
        let (start, end) = (self.line_start(range.start), self.line_end(range.end));
        if self.is_blank(range.end..end) {
            self.cut(start..self.next_line(range.end));
        } else {
            let rest = &self.text[range.end..end];
            let comment = end - rest.trim_start().len();
            self.cut(start + self.indent(start).len()..comment);
        }
    }

    /// The text as it becomes.
    pub fn apply(mut self) -> String {
        // What is put in comes before what is cut at the same place.
        self.splices.sort_by_key(|(range, _)| (range.start, !range.is_empty()));
        let mut text = String::with_capacity(self.text.len() + 256);
        let mut from = 0;
        for (range, new) in &self.splices {
            text.push_str(self.text.get(from..range.start).unwrap_or_default());
            text.push_str(new);
            from = from.max(range.end);
        }
        text + self.text.get(from..).unwrap_or_default()
    }
}
