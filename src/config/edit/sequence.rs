//! What stands between brackets or braces and is parted by commas: items of a list, tables in a list, keys of an inline table.

use std::ops::Range;

use super::sheet::Sheet;

/// The brackets, and what stands between them.
pub(super) struct Sequence<'a> {
    /// With the brackets.
    pub span: Range<usize>,
    pub items: Vec<Piece<'a>>,
}

/// One of what stands there.
pub(super) struct Piece<'a> {
    pub span: Range<usize>,
    /// The comments within it.
    pub comments: Vec<&'a str>,
}

/// What there will be, in order.
pub(super) enum Step {
    /// This item. They keep their order.
    Keep(usize),
    /// A new one.
    Add(String),
}

impl Sequence<'_> {
    /// Makes it hold these. Comments stay where they are.
    pub fn rewrite(&self, sheet: &mut Sheet<'_>, steps: &[Step]) {
        let kept: Vec<usize> = steps.iter().filter_map(Step::kept).collect();
        if kept.len() == self.items.len() && kept.len() == steps.len() {
            return;
        }
        let ended_with_comma =
            self.items.last().is_some_and(|last| self.comma(sheet, last.span.end).is_some());
        let has_lines = self.items.first().is_some_and(|first| {
            let start = sheet.line_start(first.span.start);
            start > self.span.start && sheet.is_blank(start..first.span.start)
        });
        let indent =
            self.items.first().map(|first| sheet.indent(first.span.start).to_owned()).unwrap_or_default();
        let begins = if has_lines { format!("{}{indent}", sheet.newline()) } else { " ".to_owned() };
        // Where the next new one goes.
        let mut at = self.span.start + 1;
        let mut has_kept = false;
        for (nth, step) in steps.iter().enumerate() {
            let is_last = nth + 1 == steps.len();
            match step {
                Step::Keep(item) => {
                    let end = self.items[*item].span.end;
                    let comma = self.comma(sheet, end);
                    match comma {
                        None if !is_last => sheet.insert(end, ",".to_owned()),
                        Some(comma) if is_last && !ended_with_comma => {
                            sheet.cut(comma..self.after_comma(sheet, comma));
                        }
                        _ => {}
                    }
                    at = comma.map_or(end, |comma| comma + 1);
                    if has_lines {
                        let line_end = sheet.line_end(at);
                        let rest = sheet.text()[at..line_end].trim_start();
                        if rest.is_empty() || rest.starts_with('#') {
                            at = line_end;
                        }
                    }
                    has_kept = true;
                }
                Step::Add(text) => {
                    let comma = if !is_last || ended_with_comma { "," } else { "" };
                    let new = match (has_lines, has_kept) {
                        (true, _) | (false, true) => format!("{begins}{text}{comma}"),
                        // Right behind the bracket, before the first.
                        (false, false) if is_last => format!("{text}{comma}"),
                        (false, false) => format!("{text}{comma} "),
                    };
                    sheet.insert(at, new);
                }
            }
        }
        for (item, piece) in self.items.iter().enumerate() {
            if !kept.contains(&item) {
                self.cut(sheet, piece);
            }
        }
    }

    fn cut(&self, sheet: &mut Sheet<'_>, piece: &Piece<'_>) {
        let Piece { span: item, comments } = piece;
        let comma = self.comma(sheet, item.end);
        let start = sheet.line_start(item.start);
        let end = comma.map_or(item.end, |comma| comma + 1);
        let alone = start > self.span.start
            && sheet.is_blank(start..item.start)
            && sheet.is_blank(end..sheet.line_end(end))
            && sheet.next_line(end) < self.span.end;
        let (indent, newline) = (sheet.indent(item.start).to_owned(), sheet.newline());
        let at = if alone { start } else { item.start };
        for comment in comments {
            let indent = if alone { &*indent } else { "" };
            sheet.insert(at, format!("{indent}{comment}{newline}"));
        }
        let is_near = comma.is_none_or(|comma| sheet.is_blank(item.end..comma));
        match comma {
            _ if alone && is_near => sheet.cut(start..sheet.next_line(end)),
            Some(comma) if is_near => sheet.cut(item.start..self.after_comma(sheet, comma)),
            Some(comma) => {
                sheet.cut(item.clone());
                sheet.cut(comma..comma + 1);
            }
            None => sheet.cut(item.clone()),
        }
    }

    /// Where the comma behind an item is, if there is one.
    fn comma(&self, sheet: &Sheet<'_>, from: usize) -> Option<usize> {
        let text = &sheet.text()[..self.span.end];
        let mut at = from;
        loop {
            let rest = text[at..].trim_start();
            at = text.len() - rest.len();
            match rest.chars().next()? {
                ',' => return Some(at),
                '#' => at = sheet.next_line(at).min(text.len()),
                _ => return None,
            }
        }
    }

    /// Behind a comma and the spaces after it, unless they part it from a comment.
    fn after_comma(&self, sheet: &Sheet<'_>, comma: usize) -> usize {
        let rest = &sheet.text()[comma + 1..self.span.end];
        let next = rest.trim_start_matches([' ', '\t']);
        if next.starts_with('#') { comma + 1 } else { comma + 1 + rest.len() - next.len() }
    }
}

impl Step {
    fn kept(&self) -> Option<usize> {
        match self {
            Self::Keep(item) => Some(*item),
            Self::Add(_) => None,
        }
    }
}
