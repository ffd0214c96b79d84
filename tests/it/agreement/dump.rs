//! Reads the store's text dump: the one source of the recomputation, and no code of the program reads it.
//!
//! A table is a line without an indent; a key is indented by two, and a row, as `{:#?}` writes it, by four.

use std::iter::Peekable;
use std::str::Chars;

use serde_json::{Map, Value};

/// The keys and rows of a table.
pub fn rows(dump: &str, table: &str) -> Vec<(String, Value)> {
    let lines = dump.lines().skip_while(|line| *line != table).skip(1);
    let mut rows: Vec<(String, String)> = Vec::new();
    for line in lines.take_while(|line| line.starts_with(' ')) {
        match (line.strip_prefix("    "), rows.last_mut()) {
            (Some(line), Some((_, row))) => {
                row.push_str(line);
                row.push('\n');
            }
            _ => rows.push((line.trim().to_owned(), String::new())),
        }
    }
    rows.into_iter().map(|(key, row)| (key, read(&row))).collect()
}

fn read(text: &str) -> Value {
    let mut rest = Rest(text.chars().peekable());
    let value = rest.value();
    assert_eq!(rest.peek(), None, "{text}");
    value
}

struct Rest<'t>(Peekable<Chars<'t>>);

impl Rest<'_> {
    /// The next character that is no space.
    fn peek(&mut self) -> Option<char> {
        while self.0.next_if(|c| c.is_whitespace()).is_some() {}
        self.0.peek().copied()
    }

    fn expect(&mut self, expected: char) {
        assert_eq!(self.peek(), Some(expected));
        self.0.next();
    }

    /// Whether a list is over; passes over the comma before what comes next.
    fn ends(&mut self, end: char) -> bool {
        if self.peek() == Some(',') {
            self.0.next();
        }
        self.peek() == Some(end) && self.0.next().is_some()
    }

    fn word(&mut self, ends: &[char]) -> String {
        self.peek();
        let mut word = String::new();
        while let Some(c) = self.0.next_if(|c| !c.is_whitespace() && !ends.contains(c)) {
            word.push(c);
        }
        word
    }

    fn value(&mut self) -> Value {
        match self.peek() {
            Some('"') => Value::String(self.text()),
            Some('[') => {
                self.expect('[');
                let mut list = Vec::new();
                while !self.ends(']') {
                    list.push(self.value());
                }
                Value::Array(list)
            }
            Some('{') => {
                self.expect('{');
                let mut map = Map::new();
                while !self.ends('}') {
                    let name = self.text();
                    self.expect(':');
                    map.insert(name, self.value());
                }
                Value::Object(map)
            }
            _ => self.named(),
        }
    }

    /// A structure, a variant, a number, or something that shows itself as one word.
    fn named(&mut self) -> Value {
        let name = self.word(&[',', '(', ')', '[', ']', '{', '}']);
        match self.peek() {
            Some('(') => {
                self.expect('(');
                let value = self.value();
                assert!(self.ends(')'));
                if name == "Some" { value } else { Value::Object(Map::from_iter([(name, value)])) }
            }
            Some('{') => {
                self.expect('{');
                let mut fields = Map::new();
                while !self.ends('}') {
                    let field = self.word(&[':']);
                    self.expect(':');
                    fields.insert(field, self.value());
                }
                Value::Object(fields)
            }
            _ if name == "None" => Value::Null,
            _ => name
                .parse::<u64>()
                .map_or_else(|_| name.parse().map_or(Value::String(name), Value::Bool), Value::from),
        }
    }

    fn text(&mut self) -> String {
        self.expect('"');
        let mut text = String::new();
        loop {
            match self.0.next().expect("the text ends") {
                '"' => return text,
                '\\' => text.push(self.escaped()),
                c => text.push(c),
            }
        }
    }

    fn escaped(&mut self) -> char {
        match self.0.next().expect("the escape ends") {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            '0' => '\0',
            'u' => {
                self.expect('{');
                let code = self.word(&['}']);
                self.expect('}');
                char::from_u32(u32::from_str_radix(&code, 16).unwrap()).unwrap()
            }
            c => c,
        }
    }
}

#[test]
fn a_row_is_read_as_it_was_written() {
    let row = crate::support::stock::named(1, "a \"b\"\\\t\u{301}ü.mkv");
    let read = read(&format!("{row:#?}"));
    assert_eq!(read["file_path"], row.file_path.to_str().unwrap());
    assert_eq!((&read["size"], &read["pinned"]), (&row.size.into(), &false.into()));
    assert_eq!(read["cached_at"], row.cached_at.to_string());
    assert_eq!((&read["last_accessed"], &read["status"]), (&Value::Null, &"Active".into()));
    assert_eq!(read["place"]["copy"]["mtime"]["nanos"], 5);
    assert_eq!(read["place"]["hash"], "07".repeat(32));
    assert_eq!(read["metadata"]["media_ids"], Value::Object(Map::new()));
}
