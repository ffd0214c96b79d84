//! An answer as Plex thinks of it: elements with attributes. XML writes them as they are; JSON collects them by name.

use serde_json::{Map, Value};

/// A value of an attribute.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Datum {
    Text(String),
    Number(i64),
    Truth(bool),
    /// `null` in JSON, empty in XML.
    Nothing,
}

/// How an element stands in the one above it, in JSON.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Shape {
    /// One of an array under its name.
    Each,
    /// The only one of its name: an object.
    Only,
    /// An array of what is in it.
    List,
    /// Its first attribute alone.
    Word,
}

/// An element.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// Its name in XML.
    tag: &'static str,
    /// Its name in JSON.
    name: &'static str,
    shape: Shape,
    fields: Vec<(&'static str, Datum)>,
    children: Vec<Node>,
}

impl Node {
    /// One of many with this name.
    pub fn each(name: &'static str) -> Self {
        Self { tag: name, name, shape: Shape::Each, fields: vec![], children: vec![] }
    }

    /// The only one with this name.
    pub fn only(name: &'static str) -> Self {
        Self { shape: Shape::Only, ..Self::each(name) }
    }

    /// A list of what is put in.
    pub fn list(name: &'static str) -> Self {
        Self { shape: Shape::List, ..Self::each(name) }
    }

    /// `Metadata` in JSON, but `Video` or `Directory` in XML.
    pub fn metadata(tag: &'static str) -> Self {
        Self { tag, ..Self::each("Metadata") }
    }

    /// An array of words; in XML each is the attribute `id` of an element.
    pub fn words(name: &'static str, tag: &'static str, words: &[&str]) -> Self {
        let word = |word: &&str| Self { shape: Shape::Word, ..Self::each(tag) }.with("id", *word);
        Self::list(name).children(words.iter().map(word))
    }

    pub fn with(mut self, name: &'static str, value: impl Into<Datum>) -> Self {
        self.fields.push((name, value.into()));
        self
    }

    /// Absent when there is nothing to say.
    pub fn maybe(self, name: &'static str, value: Option<impl Into<Datum>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    pub fn child(mut self, child: Self) -> Self {
        self.children.push(child);
        self
    }

    pub fn children(mut self, children: impl IntoIterator<Item = Self>) -> Self {
        self.children.extend(children);
        self
    }

    /// The whole document in XML.
    pub fn to_xml(&self) -> String {
        let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        self.write_xml(&mut text);
        text.push('\n');
        text
    }

    fn write_xml(&self, text: &mut String) {
        text.push('<');
        text.push_str(self.tag);
        for (name, value) in &self.fields {
            text.push(' ');
            text.push_str(name);
            text.push_str("=\"");
            match value {
                Datum::Text(value) => text.push_str(&escape(value)),
                Datum::Number(value) => text.push_str(&value.to_string()),
                Datum::Truth(value) => text.push_str(if *value { "1" } else { "0" }),
                Datum::Nothing => {}
            }
            text.push('"');
        }
        if self.children.is_empty() {
            text.push_str("/>");
            return;
        }
        text.push('>');
        for child in &self.children {
            child.write_xml(text);
        }
        text.push_str("</");
        text.push_str(self.tag);
        text.push('>');
    }

    /// The whole document in JSON. A `MediaContainer` keeps its name; what plex.tv says has none.
    pub fn to_json(&self) -> Value {
        let value = self.value();
        if self.name == "MediaContainer" { serde_json::json!({ "MediaContainer": value }) } else { value }
    }

    /// What stands under its name.
    pub fn value(&self) -> Value {
        if self.shape == Shape::List {
            return self.children.iter().map(Self::value).collect();
        }
        if self.shape == Shape::Word {
            return self.fields.first().map_or(Value::Null, |(_, value)| value.to_json());
        }
        let mut map: Map<String, Value> =
            self.fields.iter().map(|(name, value)| ((*name).to_owned(), value.to_json())).collect();
        for child in &self.children {
            let value = child.value();
            match child.shape {
                Shape::Only | Shape::List => {
                    map.insert(child.name.to_owned(), value);
                }
                Shape::Each | Shape::Word => {
                    let all = map.entry(child.name).or_insert_with(|| Value::Array(vec![]));
                    if let Value::Array(all) = all {
                        all.push(value);
                    }
                }
            }
        }
        Value::Object(map)
    }
}

impl Datum {
    fn to_json(&self) -> Value {
        match self {
            Self::Text(value) => value.as_str().into(),
            Self::Number(value) => (*value).into(),
            Self::Truth(value) => (*value).into(),
            Self::Nothing => Value::Null,
        }
    }
}

/// For text and attributes.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            other => escaped.push(other),
        }
    }
    escaped
}

impl From<&str> for Datum {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Datum {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<i64> for Datum {
    fn from(value: i64) -> Self {
        Self::Number(value)
    }
}

impl From<u32> for Datum {
    fn from(value: u32) -> Self {
        Self::Number(value.into())
    }
}

impl From<u64> for Datum {
    fn from(value: u64) -> Self {
        Self::Number(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl From<usize> for Datum {
    fn from(value: usize) -> Self {
        Self::Number(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl From<bool> for Datum {
    fn from(value: bool) -> Self {
        Self::Truth(value)
    }
}

impl From<Option<String>> for Datum {
    fn from(value: Option<String>) -> Self {
        value.map_or(Self::Nothing, Self::Text)
    }
}
