//! Changes the text of a configuration file: nothing but the values that are meant, whichever way they are written.
//!
//! `toml_edit` says where everything stands; what is replaced, added and cut is spliced into the text itself. So comments,
//! order, blank lines, dotted keys, inline tables and line endings stay as they are by construction: `toml_edit`'s own
//! writer would put dotted keys into another order and lose the comments of what is removed.
//!
//! **Invariant:** no comment is ever cut. What came of an edit is for the caller to read and compare before it is written.

mod block;
mod sequence;
mod sheet;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use toml_edit::{Document, Item, Table, TableLike, Value};

use self::block::Block;
use self::sequence::{Piece, Sequence, Step};
use self::sheet::Sheet;
use super::key::{self, About, Form, Repeated};

/// What is to become of a place in the file.
#[derive(Clone)]
pub(super) enum Edit {
    /// A key gets a value; without one, its line goes.
    Key { about: &'static About, index: Option<usize>, to: Option<String> },
    /// A table goes of which there can be several.
    Remove { of: &'static Repeated, index: usize },
}

/// The text is no TOML, or written in a way that has no place for what is meant.
#[derive(Debug)]
pub(super) struct NotEditable;

type Settings<'a> = Vec<(&'static About, Option<&'a str>)>;

/// Applies all of them. Indices are those of the text as it is; one past the last adds a table.
pub(super) fn edit(text: &str, edits: &[Edit]) -> Result<String, NotEditable> {
    let document = Document::parse(text.strip_prefix(MARK).unwrap_or(text)).map_err(|_| NotEditable)?;
    let mut sheet = Sheet::new(document.raw());
    let root = document.as_table();
    let mut tables: BTreeMap<&str, Settings<'_>> = BTreeMap::new();
    let mut entries: BTreeMap<&str, BTreeMap<usize, Settings<'_>>> = BTreeMap::new();
    let mut removed: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for edit in edits {
        match edit {
            Edit::Key { about, index: None, to } => {
                tables.entry(about.table()).or_default().push((about, to.as_deref()));
            }
            Edit::Key { about, index: Some(index), to } => {
                let entries = entries.entry(about.table()).or_default();
                entries.entry(*index).or_default().push((about, to.as_deref()));
            }
            Edit::Remove { of, index } => {
                removed.entry(of.table).or_default().insert(*index);
            }
        }
    }
    for (name, settings) in &tables {
        edit_table(&mut sheet, root, name, settings)?;
    }
    for of in key::REPEATED {
        let (none, nothing) = (BTreeMap::new(), BTreeSet::new());
        let (entries, removed) =
            (entries.get(of.table).unwrap_or(&none), removed.get(of.table).unwrap_or(&nothing));
        if !entries.is_empty() || !removed.is_empty() {
            edit_entries(&mut sheet, root, of.table, entries, removed)?;
        }
    }
    let mark = if text.starts_with(MARK) { MARK } else { "" };
    Ok(format!("{mark}{}", sheet.apply()))
}

/// What some editors begin a file with.
const MARK: &str = "\u{feff}";

fn edit_table(
    sheet: &mut Sheet<'_>,
    root: &Table,
    name: &str,
    settings: &Settings<'_>,
) -> Result<(), NotEditable> {
    if name.is_empty() {
        return Block::root(root)?.edit(sheet, settings);
    }
    match root.get(name) {
        Some(Item::Table(table)) if !table.is_implicit() || table.is_dotted() => {
            Block::of(table)?.edit(sheet, settings)
        }
        Some(Item::Value(Value::InlineTable(table))) => {
            let span = table.span().ok_or(NotEditable)?;
            edit_inline(sheet, table, span, settings)
        }
        None | Some(Item::None | Item::Table(_)) => {
            let lines = lines(settings);
            if !lines.is_empty() {
                sheet.append(&format!("[{name}]"), &lines);
            }
            Ok(())
        }
        Some(Item::Value(_) | Item::ArrayOfTables(_)) => Err(NotEditable),
    }
}

fn edit_entries(
    sheet: &mut Sheet<'_>,
    root: &Table,
    name: &str,
    entries: &BTreeMap<usize, Settings<'_>>,
    removed: &BTreeSet<usize>,
) -> Result<(), NotEditable> {
    match root.get(name) {
        None | Some(Item::None) => {
            add_blocks(sheet, name, None, entries);
            Ok(())
        }
        Some(Item::ArrayOfTables(tables)) => {
            for (index, settings) in entries {
                if let Some(table) = tables.get(*index) {
                    Block::of(table)?.edit(sheet, settings)?;
                }
            }
            for index in removed {
                Block::of(tables.get(*index).ok_or(NotEditable)?)?.remove(sheet)?;
            }
            let added = entries.range(tables.len()..).map(|(at, new)| (*at, new.clone())).collect();
            // Beside one that goes there is nothing to hold on to.
            let last = if removed.is_empty() { tables.iter().last() } else { None };
            let last = last.map(|table| Ok::<_, NotEditable>(Block::of(table)?.end(sheet))).transpose()?;
            add_blocks(sheet, name, last.flatten(), &added);
            Ok(())
        }
        Some(Item::Value(Value::Array(array))) => {
            let mut items = Vec::new();
            for (index, value) in array.iter().enumerate() {
                let span = value.span().ok_or(NotEditable)?;
                if let (Some(settings), Value::InlineTable(table)) = (entries.get(&index), value) {
                    edit_inline(sheet, table, span.clone(), settings)?;
                }
                items.push(Piece { span, comments: comments(sheet.text(), value) });
            }
            let kept = (0..items.len()).filter(|index| !removed.contains(index)).map(Step::Keep);
            let added = entries
                .range(items.len()..)
                .map(|(_, settings)| Step::Add(format!("{{ {} }}", lines(settings).join(", "))));
            let steps: Vec<Step> = kept.chain(added).collect();
            Sequence { span: array.span().ok_or(NotEditable)?, items }.rewrite(sheet, &steps);
            Ok(())
        }
        Some(Item::Value(_) | Item::Table(_)) => Err(NotEditable),
    }
}

/// Tables of which there can be several, at the end of the last or of the file.
fn add_blocks(sheet: &mut Sheet<'_>, name: &str, at: Option<usize>, added: &BTreeMap<usize, Settings<'_>>) {
    let header = format!("[[{name}]]");
    for settings in added.values() {
        let lines = lines(settings);
        match at {
            Some(at) => sheet.insert_block(at, &header, &lines),
            None => sheet.append(&header, &lines),
        }
    }
}

fn edit_inline(
    sheet: &mut Sheet<'_>,
    table: &toml_edit::InlineTable,
    span: Range<usize>,
    settings: &Settings<'_>,
) -> Result<(), NotEditable> {
    let pairs = pairs(table)?;
    let mut kept: Vec<bool> = pairs.iter().map(|_| true).collect();
    let mut added = Vec::new();
    for (about, to) in settings {
        let found = pairs.iter().position(|pair| pair.leaf == about.leaf());
        match (found, to) {
            (Some(at), Some(to)) => replace(sheet, pairs[at].value, about, to)?,
            (Some(at), None) => kept[at] = false,
            (None, Some(to)) => added.push(Step::Add(line(about, to))),
            (None, None) => {}
        }
    }
    let kept = (0..pairs.len()).filter(|at| kept[*at]).map(Step::Keep);
    let steps: Vec<Step> = kept.chain(added).collect();
    let piece = |pair: &Pair<'_>| Piece {
        span: pair.key.start..pair.span.end,
        comments: comments(sheet.text(), pair.value),
    };
    let items = pairs.iter().map(piece).collect();
    Sequence { span, items }.rewrite(sheet, &steps);
    Ok(())
}

/// A key with its value.
struct Pair<'a> {
    leaf: &'a str,
    key: Range<usize>,
    value: &'a Value,
    /// Of the value.
    span: Range<usize>,
}

/// Those of a table itself.
fn pairs(table: &dyn TableLike) -> Result<Vec<Pair<'_>>, NotEditable> {
    let mut pairs = Vec::new();
    for (leaf, item) in table.iter() {
        let Item::Value(value) = item else { continue };
        let key = table.key(leaf).and_then(toml_edit::Key::span).ok_or(NotEditable)?;
        pairs.push(Pair { leaf, key, value, span: value.span().ok_or(NotEditable)? });
    }
    Ok(pairs)
}

/// Puts another value in the place of one.
fn replace(sheet: &mut Sheet<'_>, old: &Value, about: &About, to: &str) -> Result<(), NotEditable> {
    let span = old.span().ok_or(NotEditable)?;
    match old {
        Value::Array(array) if about.form == Form::List => {
            let old: Vec<Option<&str>> = array.iter().map(Value::as_str).collect();
            let piece = |item: &Value| {
                let span = item.span().ok_or(NotEditable)?;
                Ok(Piece { span, comments: comments(sheet.text(), item) })
            };
            let items = array.iter().map(piece);
            let items = items.collect::<Result<_, _>>()?;
            let mut next = 0;
            let steps: Vec<Step> = key::items(to)
                .map(|item| match old[next..].iter().position(|known| *known == Some(item)) {
                    Some(further) => {
                        next += further + 1;
                        Step::Keep(next - 1)
                    }
                    None => Step::Add(quoted(item)),
                })
                .collect();
            Sequence { span, items }.rewrite(sheet, &steps);
        }
        Value::Integer(_) if about.form == Form::Size && to.parse::<i64>().is_ok() => {
            sheet.replace(span, to.to_owned());
        }
        old if !comments(sheet.text(), old).is_empty() => return Err(NotEditable),
        _ => sheet.replace(span, literal(about, to)),
    }
    Ok(())
}

/// The comments within a value: what follows a `#` between its parts.
fn comments<'a>(text: &'a str, value: &Value) -> Vec<&'a str> {
    let parts: Vec<(Range<usize>, &Value)> = match value {
        Value::Array(array) => array.iter().filter_map(|item| Some((item.span()?, item))).collect(),
        Value::InlineTable(table) => {
            let pairs = pairs(table).unwrap_or_default().into_iter();
            pairs.map(|pair| (pair.key.start..pair.span.end, pair.value)).collect()
        }
        _ => return Vec::new(),
    };
    let Some(whole) = value.span() else { return Vec::new() };
    let (mut found, mut from) = (Vec::new(), whole.start);
    for (part, inner) in
        parts.into_iter().map(|(part, inner)| (part, Some(inner))).chain([(whole.end..whole.end, None)])
    {
        for line in text.get(from..part.start).unwrap_or_default().lines() {
            found.extend(line.find('#').map(|at| line[at..].trim_end()));
        }
        found.extend(inner.into_iter().flat_map(|inner| comments(text, inner)));
        from = part.end;
    }
    found
}

/// Keys with their values, as they are written.
fn lines(settings: &Settings<'_>) -> Vec<String> {
    settings.iter().filter_map(|(about, to)| Some(line(about, (*to)?))).collect()
}

/// A key with its value, as it is written.
fn line(about: &About, to: &str) -> String {
    format!("{} = {}", about.leaf(), literal(about, to))
}

/// A value, as it is written.
fn literal(about: &About, text: &str) -> String {
    match about.form {
        Form::Text | Form::Choice(_) | Form::Secret | Form::Size => quoted(text),
        Form::Number | Form::Flag => text.to_owned(),
        Form::List => {
            let items: Vec<String> = key::items(text).map(quoted).collect();
            format!("[{}]", items.join(", "))
        }
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

#[cfg(test)]
mod tests;
