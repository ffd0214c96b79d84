//! Whatever a file looks like and whatever changes: it says what was meant then, and every comment is still there.

use std::fmt::Write as _;
use std::path::Path;

use proptest::prelude::*;

use super::{Edit, edit};
use crate::config::change::{Meaning, meaning, meant};
use crate::config::key::{self, About, Form};
use crate::config::keys;
use crate::config::values::Values;

fn read(text: &str) -> Values {
    let mut values = Values::default();
    values.read_file(Path::new("/cacherr.toml"), text);
    let problems: Vec<String> = values.problems.iter().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{problems:?}\n{text}");
    values
}

fn set(name: &str, to: &str) -> Edit {
    let index = key::place_of(name).map(|(_, index)| index);
    Edit::Key { about: keys::find(name).unwrap(), index, to: Some(to.to_owned()) }
}

fn unset(name: &str) -> Edit {
    let Edit::Key { about, index, .. } = set(name, "") else { unreachable!() };
    Edit::Key { about, index, to: None }
}

#[track_caller]
fn becomes(before: &str, edits: &[Edit], after: &str) {
    let made = edit(before, edits).unwrap();
    assert_eq!(made, after);
    assert_eq!(meaning(&read(&made)), meant(meaning(&read(before)), edits));
}

#[test]
fn a_value_takes_the_place_of_another_and_nothing_else_moves() {
    becomes(
        "# head\n[cache]\n  dir='/a'   # fast\n\nlimit = 5 # bytes\n",
        &[set("cache.dir", "/b \"c\""), set("cache.limit", "7")],
        "# head\n[cache]\n  dir='/b \"c\"'   # fast\n\nlimit = 7 # bytes\n",
    );
    becomes("[cache]\nlimit = 5\n", &[set("cache.limit", "7GB")], "[cache]\nlimit = \"7GB\"\n");
    becomes(
        "cache = { dir = \"/a\", limit = \"5\" } # one line\n",
        &[set("cache.limit", "6"), set("cache.verify", "false")],
        "cache = { dir = \"/a\", limit = \"6\", verify = false } # one line\n",
    );
    becomes(
        "cache . dir = \"/a\" # x\r\nplex.url=\"http://p\"\r\n",
        &[set("cache.mode", "move"), set("plex.url", "http://q")],
        "cache . dir = \"/a\" # x\r\ncache . mode = \"move\"\r\nplex.url=\"http://q\"\r\n",
    );
}

#[test]
fn what_is_not_there_is_added_where_it_belongs() {
    becomes("", &[set("cache.dir", "/a")], "[cache]\ndir = \"/a\"\n");
    becomes("\u{feff}# mine", &[set("umask", "002")], "\u{feff}# mine\numask = \"002\"\n");
    becomes(
        "# about the file\n\n# about the server\n[server]\n",
        &[set("umask", "002")],
        "# about the file\n\numask = \"002\"\n\n# about the server\n[server]\n",
    );
    becomes(
        "[cache]\ndir = \"/a\" # fast\n# at the end\n\n[plex]\n",
        &[set("cache.verify", "false"), set("plex.url", "http://p")],
        "[cache]\ndir = \"/a\" # fast\nverify = false\n# at the end\n\n[plex]\nurl = \"http://p\"\n",
    );
    let library = [set("library.1.name", "Shows"), set("library.1.path", "/s")];
    becomes(
        "[[library]]\nname = \"M\"\npath = \"/m\"\n#swap = \"x\"\n\n[plex]\n",
        &library,
        "[[library]]\nname = \"M\"\npath = \"/m\"\n#swap = \"x\"\n\n[[library]]\nname = \"Shows\"\npath = \"/s\"\n\n[plex]\n",
    );
    becomes(
        "library = [\n  { name = \"M\", path = \"/m\" }, # films\n]\n",
        &library,
        "library = [\n  { name = \"M\", path = \"/m\" }, # films\n  { name = \"Shows\", path = \"/s\" },\n]\n",
    );
    becomes(
        "library=[{name='M',path='/m'}]",
        &library,
        "library=[{name='M',path='/m'}, { name = \"Shows\", path = \"/s\" }]",
    );
}

#[test]
fn what_goes_leaves_its_comments() {
    becomes(
        "# above\n[cache]\n# dir\ndir = \"/a\" # why\nlimit = \"5\"\n",
        &[unset("cache.dir"), unset("cache.limit")],
        "# above\n[cache]\n# dir\n# why\n",
    );
    becomes(
        "plex={url='x', token='y'}\ncache={dir='/a', limit='1'}",
        &[unset("plex.url"), unset("cache.limit")],
        "plex={token='y'}\ncache={dir='/a'}",
    );
    let remove = |index| Edit::Remove { of: &key::LIBRARY, index };
    becomes(
        "[[library]] # one\nname='a'\n# in\npath='/a'\n\n[[library]]\nname='b'\npath='/b'\n",
        &[remove(0), set("library.1.path", "/c")],
        "# one\n# in\n\n[[library]]\nname='b'\npath=\"/c\"\n",
    );
    becomes(
        "library = [{name='a', path='/a'}, {name='b', path='/b'}]\n",
        &[remove(1)],
        "library = [{name='a', path='/a'}]\n",
    );
}

#[test]
fn items_of_a_list_come_and_go_one_by_one() {
    let list =
        "[plan]\nexclude = [\n  \"Extras\", # boring\n  \"*.iso\",\n  # trailers\n  \"Trailers\" # too\n]\n";
    becomes(
        list,
        &[set("plan.exclude", "Extras\nTrailers\n*.m2ts")],
        "[plan]\nexclude = [\n  \"Extras\", # boring\n  # trailers\n  \"Trailers\", # too\n  \"*.m2ts\"\n]\n",
    );
    becomes(
        list,
        &[set("plan.exclude", "")],
        "[plan]\nexclude = [\n   # boring\n  # trailers\n   # too\n]\n",
    );
    becomes(
        "[access]\nhosts = [\"a\", \"b\"]\n",
        &[set("access.hosts", "b\na")],
        "[access]\nhosts = [\"b\", \"a\"]\n",
    );
    becomes("[access]\nhosts = \"a\"\n", &[set("access.hosts", "b")], "[access]\nhosts = [\"b\"]\n");
}

/// How a table is written.
#[derive(Clone, Copy, Debug)]
enum Style {
    Headed,
    Dotted,
    Inline,
    Lines,
}

#[derive(Clone, Debug)]
struct Written {
    style: Style,
    /// Key, value, comments around it.
    pairs: Vec<(usize, String, bool, bool)>,
}

fn some_text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-zA-Z0-9/._ -]{0,12}", "[a-z\"'\\\\#,\\[\\]{}=é]{0,12}"]
}

fn some_table() -> impl Strategy<Value = Written> {
    let style =
        prop_oneof![Just(Style::Headed), Just(Style::Dotted), Just(Style::Inline), Just(Style::Lines)];
    let pair = (0..50usize, some_text(), any::<bool>(), any::<bool>());
    (style, proptest::collection::vec(pair, 0..6)).prop_map(|(style, pairs)| Written { style, pairs })
}

fn keys_of(table: &str) -> Vec<&'static About> {
    keys::ALL.iter().copied().filter(|about| about.table() == table).collect()
}

fn value(about: &About, text: &str, lines: bool) -> (String, String) {
    match about.form {
        Form::Number => (text.len().to_string(), text.len().to_string()),
        Form::Flag => ("true".to_owned(), "true".to_owned()),
        Form::List => {
            let items: Vec<&str> = text.split(' ').map(str::trim).filter(|item| !item.is_empty()).collect();
            let quoted: Vec<String> = items.iter().map(|item| format!("{item:?}")).collect();
            let written = if lines {
                format!("[ # i\n    {}\n]", quoted.join(" # i\n , "))
            } else {
                format!("[{}]", quoted.join(", "))
            };
            (items.join("\n"), written)
        }
        _ => (text.to_owned(), format!("{text:?}")),
    }
}

/// A file with numbered comments wherever there may be one.
struct Pen {
    text: String,
    comments: usize,
}

impl Pen {
    fn comment(&mut self) -> String {
        self.comments += 1;
        format!("# <{}>", self.comments)
    }

    fn numbered(&mut self, text: &str) -> String {
        let mut parts = text.split("# i\n");
        let mut made = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let comment = self.comment();
            let _ = write!(made, "{comment}\n{part}");
        }
        made
    }

    fn lines(&mut self, prefix: &str, about: &[&About], pairs: &[(usize, String, bool, bool)]) {
        let mut seen = std::collections::BTreeSet::new();
        for (at, text, above, behind) in pairs {
            let about = about[at % about.len()];
            if !seen.insert(about.name) {
                continue;
            }
            if *above {
                let comment = self.comment();
                let _ = writeln!(self.text, "\n  {comment}");
            }
            let (_, written) = value(about, text, *above);
            let written = self.numbered(&written);
            let comment = if *behind { self.comment() } else { String::new() };
            let _ = writeln!(self.text, "{prefix}{} = {written} {comment}", about.leaf());
        }
    }

    fn inline(&mut self, about: &[&About], pairs: &[(usize, String, bool, bool)], lines: bool) -> String {
        let mut seen = std::collections::BTreeSet::new();
        let mut written = Vec::new();
        for (at, text, above, _) in pairs {
            let about = about[at % about.len()];
            if seen.insert(about.name) {
                let comment = if lines && *above { format!("{}\n", self.comment()) } else { String::new() };
                written.push(format!("{comment}  {} = {}", about.leaf(), value(about, text, false).1));
            }
        }
        let comma = if lines && !written.is_empty() { ",\n" } else { "" };
        let between = if lines { ",\n" } else { ", " };
        let start = if lines { "\n" } else { "" };
        format!("{{{start}{}{comma}}}", written.join(between))
    }
}

const TABLES: [&str; 5] = ["server", "cache", "access", "plan", "plex"];

fn write_file(tables: &[Written], libraries: &Written, entries: usize) -> (String, usize) {
    let mut pen = Pen { text: String::new(), comments: 0 };
    let top = pen.comment();
    let _ = writeln!(pen.text, "{top}\n");
    let with = || TABLES.iter().zip(tables);
    for (name, table) in with().filter(|(_, table)| matches!(table.style, Style::Dotted)) {
        pen.lines(&format!("{name}."), &keys_of(name), &table.pairs);
    }
    for (name, table) in with() {
        if let Style::Inline | Style::Lines = table.style {
            let lines = matches!(table.style, Style::Lines);
            let inline = pen.inline(&keys_of(name), &table.pairs, lines);
            let comment = pen.comment();
            let _ = writeln!(pen.text, "{name} = {inline} {comment}");
        }
    }
    let library = keys_of("library");
    if let Style::Inline | Style::Lines = libraries.style {
        let lines = matches!(libraries.style, Style::Lines);
        let inline: Vec<String> =
            (0..entries).map(|_| pen.inline(&library, &libraries.pairs, lines)).collect();
        let (start, between) = if lines { ("\n  ", " # i\n, ") } else { ("", ",") };
        let all = pen.numbered(&inline.join(between));
        let _ = writeln!(pen.text, "library = [{start}{all}]");
    }
    for (name, table) in with().filter(|(_, table)| matches!(table.style, Style::Headed)) {
        let comment = pen.comment();
        let _ = writeln!(pen.text, "{comment}\n[{name}] {comment}");
        pen.lines(" ", &keys_of(name), &table.pairs);
    }
    if let Style::Headed | Style::Dotted = libraries.style {
        for _ in 0..entries {
            let comment = pen.comment();
            let _ = writeln!(pen.text, "\n[[library]] {comment}");
            pen.lines("", &library, &libraries.pairs);
        }
    }
    let end = pen.comment();
    pen.text.push_str(&end);
    (pen.text, pen.comments)
}

#[derive(Clone, Debug)]
enum Wanted {
    Set(usize, String),
    Unset(usize),
    SetIn(usize, usize, String),
    Remove(usize),
    Add(String, String),
}

fn some_change() -> impl Strategy<Value = Wanted> {
    prop_oneof![
        (0..500usize, some_text()).prop_map(|(at, to)| Wanted::Set(at, to)),
        (0..500usize).prop_map(Wanted::Unset),
        (0..3usize, 0..4usize, some_text()).prop_map(|(entry, at, to)| Wanted::SetIn(entry, at, to)),
        (0..3usize).prop_map(Wanted::Remove),
        (some_text(), some_text()).prop_map(|(name, path)| Wanted::Add(name, path)),
    ]
}

/// Edits that make sense together.
fn sensible(wanted: &[Wanted], entries: usize) -> Vec<Edit> {
    let plain: Vec<&About> = TABLES.iter().flat_map(|name| keys_of(name)).collect();
    let library = keys_of("library");
    let mut seen = std::collections::BTreeSet::new();
    let mut edits = Vec::new();
    let mut next = entries;
    let gone = |edits: &[Edit], entry: usize| {
        edits.iter().any(|edit| matches!(edit, Edit::Remove { index, .. } if *index == entry))
    };
    for one in wanted {
        match one {
            Wanted::Set(at, _) | Wanted::Unset(at) => {
                let about = plain[at % plain.len()];
                let to = match one {
                    Wanted::Set(_, to) => Some(value(about, to, false).0),
                    _ => None,
                };
                if seen.insert(about.name.to_owned()) {
                    edits.push(Edit::Key { about, index: None, to });
                }
            }
            Wanted::SetIn(entry, at, to) if *entry < entries && !gone(&edits, *entry) => {
                let about = library[at % library.len()];
                if seen.insert(about.at(Some(*entry))) {
                    seen.insert(format!("used {entry}"));
                    let to = (!to.is_empty()).then(|| to.clone());
                    edits.push(Edit::Key { about, index: Some(*entry), to });
                }
            }
            Wanted::Remove(entry)
                if *entry < entries && !seen.contains(&format!("used {entry}")) && !gone(&edits, *entry) =>
            {
                edits.push(Edit::Remove { of: &key::LIBRARY, index: *entry });
            }
            Wanted::Add(name, path) => {
                for (about, to) in library.iter().zip([name, path]) {
                    edits.push(Edit::Key { about, index: Some(next), to: Some(to.clone()) });
                }
                next += 1;
            }
            _ => {}
        }
    }
    edits
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_file_says_what_was_meant_and_keeps_every_comment(
        tables in proptest::collection::vec(some_table(), TABLES.len()),
        libraries in some_table(),
        entries in 0..3usize,
        wanted in proptest::collection::vec(some_change(), 0..8),
        crlf in any::<bool>(),
    ) {
        let (text, comments) = write_file(&tables, &libraries, entries);
        let text = if crlf { text.replace('\n', "\r\n") } else { text };
        let edits = sensible(&wanted, entries);
        let made = edit(&text, &edits).unwrap();
        let wanted: Meaning = meant(meaning(&read(&text)), &edits);
        prop_assert_eq!(meaning(&read(&made)), wanted, "{}\n=====\n{}", text, made);
        for number in 1..=comments {
            let comment = format!("# <{number}>");
            prop_assert!(made.contains(&comment), "{} is gone:\n{}\n=====\n{}", comment, text, made);
        }
        if edits.is_empty() {
            prop_assert_eq!(made, text);
        }
    }
}
