//! A table whose keys have lines of their own: below a header, at the top of the file, or dotted.

use std::ops::Range;

use toml_edit::{Item, Table};

use super::sheet::Sheet;
use super::{NotEditable, Pair, Settings, comments, line, pairs, replace};

/// The table.
pub(super) struct Block<'a> {
    header: Option<Range<usize>>,
    pairs: Vec<Pair<'a>>,
    /// Ends of all values whose lines stand among those of the table, also those of dotted tables in it.
    ends: Vec<usize>,
    kind: Kind,
}

enum Kind {
    /// The top of the file. Where the first header stands.
    Root { first: Option<usize> },
    /// Below a header.
    Headed,
    /// Each key names the table.
    Dotted,
}

impl<'a> Block<'a> {
    /// The top of the file.
    pub fn root(root: &'a Table) -> Result<Self, NotEditable> {
        let headers = root.iter().filter_map(|(_, item)| match item {
            Item::Table(table) if !table.is_dotted() => table.span(),
            Item::ArrayOfTables(tables) => tables.get(0).and_then(Table::span),
            _ => None,
        });
        let first = headers.map(|span| span.start).min();
        Self::made(root, None, Kind::Root { first })
    }

    /// Any other.
    pub fn of(table: &'a Table) -> Result<Self, NotEditable> {
        if table.is_dotted() {
            let block = Self::made(table, None, Kind::Dotted)?;
            return if block.pairs.is_empty() { Err(NotEditable) } else { Ok(block) };
        }
        Self::made(table, Some(table.span().ok_or(NotEditable)?), Kind::Headed)
    }

    fn made(table: &'a Table, header: Option<Range<usize>>, kind: Kind) -> Result<Self, NotEditable> {
        let mut ends = Vec::new();
        add_ends(table, &mut ends);
        Ok(Self { header, pairs: pairs(table)?, ends, kind })
    }

    /// Sets and removes keys.
    pub fn edit(&self, sheet: &mut Sheet<'_>, settings: &Settings<'_>) -> Result<(), NotEditable> {
        let (mut gone, mut added) = (Vec::new(), Vec::new());
        for (about, to) in settings {
            let found = self.pairs.iter().find(|pair| pair.leaf == about.leaf());
            match (found, to) {
                (Some(pair), Some(to)) => replace(sheet, pair.value, about, to)?,
                (Some(pair), None) => gone.push(pair),
                (None, Some(to)) => added.push(line(about, to)),
                (None, None) => {}
            }
        }
        for line in added {
            self.add(sheet, &gone, &line)?;
        }
        gone.iter().for_each(|pair| cut(sheet, pair));
        Ok(())
    }

    /// Adds a line after the last that stays.
    fn add(&self, sheet: &mut Sheet<'_>, gone: &[&Pair<'_>], line: &str) -> Result<(), NotEditable> {
        let newline = sheet.newline();
        let is_gone = |end: usize| gone.iter().any(|pair| pair.span.end == end);
        let last = self.ends.iter().copied().filter(|end| !is_gone(*end)).max();
        let before = |sheet: &Sheet<'_>, pair: &Pair<'_>| {
            let start = sheet.line_start(pair.key.start);
            match self.kind {
                Kind::Dotted => sheet.text()[start..pair.key.start].to_owned(),
                Kind::Root { .. } | Kind::Headed => sheet.indent(start).to_owned(),
            }
        };
        let begins = self.pairs.last().map(|pair| before(sheet, pair)).unwrap_or_default();
        match (last, &self.header, &self.kind) {
            (Some(last), ..) => sheet.insert(sheet.line_end(last), format!("{newline}{begins}{line}")),
            (None, Some(header), _) => {
                sheet.insert(sheet.line_end(header.end), format!("{newline}{begins}{line}"));
            }
            (None, None, _) if !gone.is_empty() => {
                let first = gone.iter().map(|pair| pair.key.start).min().ok_or(NotEditable)?;
                sheet.insert(sheet.line_start(first), format!("{begins}{line}{newline}"));
            }
            (None, None, Kind::Root { first: Some(first) }) => {
                let first = sheet.line_start(*first);
                let head = &sheet.text()[..first];
                // What stands above a blank line is about the file, what stands below about the table.
                let blank = format!("{newline}{newline}");
                let at = head.rfind(&blank).map_or(first, |blank| blank + 2 * newline.len());
                sheet.insert(at, format!("{line}{newline}{newline}"));
            }
            (None, None, _) => {
                let text = sheet.text();
                let end = if text.is_empty() || text.ends_with('\n') { "" } else { newline };
                sheet.insert(text.len(), format!("{end}{line}{newline}"));
            }
        }
        Ok(())
    }

    /// Removes the table: header and keys, with a blank line before it. Comments stay.
    pub fn remove(&self, sheet: &mut Sheet<'_>) -> Result<(), NotEditable> {
        let header = self.header.clone().ok_or(NotEditable)?;
        if self.ends.len() > self.pairs.len() {
            return Err(NotEditable);
        }
        let start = sheet.line_start(header.start);
        if start > 0 {
            let above = sheet.line_start(start - 1);
            if sheet.is_blank(above..start) {
                sheet.cut(above..start);
            }
        }
        sheet.cut_lines(header);
        self.pairs.iter().for_each(|pair| cut(sheet, pair));
        Ok(())
    }

    /// The end of its last line, with comments that go on from there and are not about what follows.
    pub fn end(&self, sheet: &Sheet<'_>) -> Option<usize> {
        let text = sheet.text();
        let last = self.ends.iter().copied().max().or_else(|| Some(self.header.as_ref()?.end))?;
        let mut next = sheet.next_line(last);
        let mut end = sheet.line_end(last);
        while next < text.len() && text[next..].trim_start_matches([' ', '\t']).starts_with('#') {
            end = sheet.line_end(next);
            next = sheet.next_line(next);
        }
        let goes_on = next < text.len() && !sheet.is_blank(next..sheet.line_end(next));
        Some(if goes_on { sheet.line_end(last) } else { end })
    }
}

/// Cuts a key with its value, and leaves the comments within.
fn cut(sheet: &mut Sheet<'_>, pair: &Pair<'_>) {
    let start = sheet.line_start(pair.key.start);
    let (indent, newline) = (sheet.indent(start), sheet.newline());
    for comment in comments(sheet.text(), pair.value) {
        sheet.insert(start, format!("{indent}{comment}{newline}"));
    }
    sheet.cut_lines(pair.key.start..pair.span.end);
}

fn add_ends(table: &Table, ends: &mut Vec<usize>) {
    for (_, item) in table.iter() {
        match item {
            Item::Value(value) => ends.extend(value.span().map(|span| span.end)),
            Item::Table(inner) if inner.is_dotted() => add_ends(inner, ends),
            _ => {}
        }
    }
}
