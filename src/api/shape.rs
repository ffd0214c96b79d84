//! What a request may look like, taken from the document: which paths and methods there are, which names a query and a
//! body may have, and which values.
//!
//! One source: what the document says is what is let through, and what is refused is refused in the document's words.

use std::collections::{BTreeMap, BTreeSet};

use poem::http::Method;
use serde_json::Value;

use super::document::takes_null;
use super::permissions::{self, Permission};
use super::problem::{Code, Problem};
use crate::domain::access::Role;

/// Every operation.
#[derive(Debug, Default)]
pub struct Shape {
    operations: Vec<Operation>,
}

/// One operation.
#[derive(Debug)]
pub struct Operation {
    /// How it is asked for.
    pub method: Method,
    path: Vec<String>,
    id: String,
    /// Who may ask for it.
    pub permission: Permission,
    query: BTreeMap<String, Rule>,
    body: Option<Body>,
    codes: BTreeSet<String>,
}

#[derive(Debug)]
enum Body {
    Json {
        required: bool,
        fields: Fields,
    },
    /// Of another type, or that: who handles it reads and bounds it.
    AsItComes,
}

/// What an object may hold, and what it must.
#[derive(Debug)]
struct Fields(BTreeMap<String, (Rule, bool)>);

/// What a value may be.
#[derive(Debug)]
struct Rule {
    kind: Kind,
    nullable: bool,
}

#[derive(Debug)]
enum Kind {
    Text { allowed: Vec<String>, in_any_case: bool, least: usize, most: usize },
    Number { least: i64, most: i64 },
    Flag,
    List { each: Box<Rule>, least: usize, most: usize },
    Object(Fields),
}

/// What is at a path.
pub enum Found<'a> {
    /// An operation.
    Operation(&'a Operation),
    /// Only operations with other methods.
    Others(Vec<&'a Operation>),
    /// Nothing.
    Nothing,
}

impl Found<'_> {
    /// Who may ask there. That there is nothing, or nothing by this method, is told to whoever is let in at all, and of
    /// what is open to everybody.
    #[must_use]
    pub fn permission(&self) -> Permission {
        match self {
            Self::Operation(operation) => operation.permission,
            Self::Others(others)
                if others.iter().all(|operation| operation.permission == Permission::Open) =>
            {
                Permission::Open
            }
            Self::Others(_) | Self::Nothing => Permission::AtLeast(Role::Viewer),
        }
    }

    /// Whether it is this operation.
    #[must_use]
    pub fn is(&self, id: &str) -> bool {
        matches!(self, Self::Operation(operation) if operation.id == id)
    }
}

impl Shape {
    /// From the document.
    #[must_use]
    pub fn of(document: &Value) -> Self {
        let mut operations = Vec::new();
        for (path, methods) in entries(&document["paths"]) {
            for (method, operation) in entries(methods) {
                if let Ok(method) = method.to_ascii_uppercase().parse() {
                    operations.push(Operation::of(document, method, path, operation));
                }
            }
        }
        Self { operations }
    }

    /// Adds a page that the document does not tell of: it can be read, without parameters.
    pub fn add_page(&mut self, path: &str) {
        self.operations.push(Operation {
            method: Method::GET,
            path: segments(path),
            id: path.to_owned(),
            permission: permissions::of(path),
            query: BTreeMap::new(),
            body: None,
            codes: BTreeSet::from([Code::UnknownParameter.name().to_owned()]),
        });
    }

    /// The methods of a path, whatever they do.
    #[must_use]
    pub fn methods(&self, path: &str) -> Vec<&str> {
        let asked = segments(path);
        self.operations.iter().filter(|one| one.is_at(&asked)).map(|one| one.method.as_str()).collect()
    }

    /// What is at a path.
    #[must_use]
    pub fn find(&self, method: &Method, path: &str) -> Found<'_> {
        let asked = segments(path);
        // A path that is written out is itself, and not an id that reads like it.
        let is_written_out = self.operations.iter().any(|operation| operation.path == asked);
        let is_here = |operation: &&Operation| {
            if is_written_out { operation.path == asked } else { operation.is_at(&asked) }
        };
        let here: Vec<_> = self.operations.iter().filter(is_here).collect();
        let method = if method == Method::HEAD { &Method::GET } else { method };
        match here.iter().find(|operation| operation.method == *method) {
            Some(operation) => Found::Operation(operation),
            None if here.is_empty() => Found::Nothing,
            None => Found::Others(here),
        }
    }
}

fn segments(path: &str) -> Vec<String> {
    path.split('/').map(str::to_owned).collect()
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

impl Operation {
    fn of(document: &Value, method: Method, path: &str, operation: &Value) -> Self {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let query = parameters
            .filter(|parameter| parameter["in"] == "query")
            .map(|parameter| {
                let name = parameter["name"].as_str().unwrap_or_default().to_owned();
                (name, Rule::of(document, &parameter["schema"]))
            })
            .collect();
        let content = &operation["requestBody"]["content"]["application/json"]["schema"];
        let fields = Fields::of(document, resolve(document, content));
        let body = operation.get("requestBody").map(|body| match body.get("x-also") {
            Some(_) => Body::AsItComes,
            None => Body::Json { required: body["required"] == true, fields },
        });
        let codes = entries(&operation["responses"])
            .filter_map(|(_, response)| response["x-codes"].as_array())
            .flatten()
            .filter_map(|code| code.as_str().map(str::to_owned))
            .collect();
        let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
        let permission = permissions::of(&id);
        Self { method, path: segments(path), id, permission, query, body, codes }
    }

    fn is_at(&self, asked: &[String]) -> bool {
        self.path.len() == asked.len()
            && self
                .path
                .iter()
                .zip(asked)
                .all(|(ours, theirs)| if ours.starts_with('{') { !theirs.is_empty() } else { ours == theirs })
    }

    /// Whether the document tells of this refusal.
    #[must_use]
    pub fn may_refuse_with(&self, code: Code) -> bool {
        self.codes.contains(code.name())
    }

    /// Whether it takes JSON.
    #[must_use]
    pub fn takes_json(&self) -> bool {
        matches!(self.body, Some(Body::Json { .. }))
    }

    /// Whether it reads its body itself.
    #[must_use]
    pub fn takes_body_as_it_comes(&self) -> bool {
        matches!(self.body, Some(Body::AsItComes))
    }

    /// Checks a query.
    ///
    /// # Errors
    /// `UnknownParameter`, `InvalidParameter`.
    pub fn check_query(&self, query: &[(String, String)]) -> Result<(), Problem> {
        let mut seen = BTreeSet::new();
        for (name, value) in query {
            let rule = self.query.get(name).ok_or_else(|| unknown("query", self.query.keys()))?;
            if !seen.insert(name) {
                let sentence = format!("{name} may be given only once");
                return Err(Problem::new(Code::UnknownParameter, sentence));
            }
            if !rule.takes_text(value) {
                return Err(Problem::invalid(name, rule));
            }
        }
        Ok(())
    }

    /// Checks a body; `None` when there is none.
    ///
    /// # Errors
    /// `MalformedJson`, `UnknownParameter`, `InvalidParameter`.
    pub fn check_body(&self, value: Option<&Value>) -> Result<(), Problem> {
        let Some(Body::Json { required, fields }) = &self.body else { return Ok(()) };
        let Some(value) = value else {
            let missing = || Problem::new(Code::MalformedJson, "a JSON object is needed in the body");
            return if *required { Err(missing()) } else { Ok(()) };
        };
        let object = value
            .as_object()
            .ok_or_else(|| Problem::new(Code::MalformedJson, "the body must be a JSON object"))?;
        fields.check("body", object)
    }
}

impl Fields {
    fn of(document: &Value, schema: &Value) -> Self {
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let field = |(name, schema): (&String, &Value)| {
            (name.clone(), (Rule::of(document, schema), required.contains(&name.as_str())))
        };
        Self(entries(&schema["properties"]).map(field).collect())
    }

    /// `place` is the body, or the field of it that holds this object.
    fn check(&self, place: &str, object: &serde_json::Map<String, Value>) -> Result<(), Problem> {
        for (name, value) in object {
            let (rule, _) = self.0.get(name).ok_or_else(|| unknown(place, self.0.keys()))?;
            rule.check(name, value)?;
        }
        match self.0.iter().find(|(name, (_, required))| *required && !object.contains_key(*name)) {
            Some((name, (rule, _))) => Err(Problem::invalid(name, format_args!("is missing; it {rule}"))),
            None => Ok(()),
        }
    }
}

/// A name that nobody knows is not repeated: it may be anything.
fn unknown<'a>(place: &str, known: impl Iterator<Item = &'a String>) -> Problem {
    let known: Vec<&str> = known.map(String::as_str).collect();
    let sentence = match known.as_slice() {
        [] => format!("the {place} has a name that is not known; none is"),
        known => format!("the {place} has a name that is not known; known are {}", known.join(", ")),
    };
    Problem::new(Code::UnknownParameter, sentence)
}

/// Follows references, also those that carry a description beside them, or null.
fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let places = [schema, &schema["allOf"][0], &schema["oneOf"][0]];
    let reference = places.into_iter().find_map(|place| place["$ref"].as_str());
    match reference.and_then(|reference| reference.strip_prefix('#')) {
        Some(pointer) => document.pointer(pointer).map_or(schema, |target| resolve(document, target)),
        None => schema,
    }
}

impl Rule {
    fn of(document: &Value, schema: &Value) -> Self {
        let target = resolve(document, schema);
        let bound = |name: &str| schema[name].as_f64().or_else(|| target[name].as_f64());
        let length = |name: &str| bound(name).map(|bound| bound as usize);
        let kind = match target["type"].as_str() {
            Some("integer") => {
                let widest = if target["format"] == "int32" { i64::from(i32::MAX) } else { i64::MAX };
                Kind::Number {
                    least: bound("minimum").map_or(-widest, |bound| bound as i64),
                    most: bound("maximum").map_or(widest, |bound| bound as i64),
                }
            }
            Some("boolean") => Kind::Flag,
            Some("array") => Kind::List {
                each: Box::new(Self::of(document, &target["items"])),
                least: length("minItems").unwrap_or(0),
                most: length("maxItems").unwrap_or(usize::MAX),
            },
            Some("object") if target.get("properties").is_some() => {
                Kind::Object(Fields::of(document, target))
            }
            _ => Kind::Text {
                allowed: target["enum"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(|value| value.as_str().map(str::to_owned))
                    .collect(),
                in_any_case: target["x-case-insensitive"] == true,
                least: length("minLength").unwrap_or(0),
                most: length("maxLength").unwrap_or(usize::MAX),
            },
        };
        Self { kind, nullable: takes_null(schema) }
    }

    /// Checks a value; within objects, also those of a list, it is said which field is wrong.
    fn check(&self, name: &str, value: &Value) -> Result<(), Problem> {
        match (&self.kind, value) {
            (Kind::Object(fields), Value::Object(inner)) => fields.check(name, inner),
            (Kind::List { each, least, most }, Value::Array(values))
                if matches!(each.kind, Kind::Object(_)) && (*least..=*most).contains(&values.len()) =>
            {
                values.iter().try_for_each(|value| each.check(name, value))
            }
            _ if self.takes(value) => Ok(()),
            _ => Err(Problem::invalid(name, self)),
        }
    }

    fn takes_text(&self, text: &str) -> bool {
        match &self.kind {
            Kind::Text { allowed, in_any_case, least, most } => {
                let is = |name: &String| name == text || *in_any_case && name.eq_ignore_ascii_case(text);
                (allowed.is_empty() || allowed.iter().any(is))
                    && (*least..=*most).contains(&text.chars().count())
            }
            Kind::Number { least, most } => {
                text.parse::<i64>().is_ok_and(|number| (*least..=*most).contains(&number))
            }
            Kind::Flag => matches!(text, "true" | "false"),
            // Nothing of the sort fits in a query.
            Kind::List { .. } | Kind::Object(_) => false,
        }
    }

    fn takes(&self, value: &Value) -> bool {
        match (value, &self.kind) {
            (Value::Null, _) => self.nullable,
            (Value::String(text), Kind::Text { .. }) => self.takes_text(text),
            (Value::Number(number), Kind::Number { least, most }) => {
                number.as_i64().is_some_and(|number| (*least..=*most).contains(&number))
            }
            (Value::Bool(_), Kind::Flag) => true,
            (Value::Array(values), Kind::List { each, least, most }) => {
                (*least..=*most).contains(&values.len()) && values.iter().all(|value| each.takes(value))
            }
            _ => false,
        }
    }
}

impl std::fmt::Display for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.kind {
            Kind::Text { allowed, .. } if !allowed.is_empty() => {
                write!(f, "must be one of {}", allowed.join(", "))
            }
            Kind::Text { least: 0, most: usize::MAX, .. } => f.write_str("must be a text"),
            Kind::Text { least, most, .. } => write!(f, "must be a text of {least} to {most} characters"),
            Kind::Number { least, most: i64::MAX } => {
                write!(f, "must be a whole number of at least {least}")
            }
            Kind::Number { least, most } => write!(f, "must be a whole number from {least} to {most}"),
            Kind::Flag => f.write_str("must be true or false"),
            Kind::List { each, least, most } => {
                write!(f, "must be a list of {least} to {most} values, each of which {each}")
            }
            Kind::Object(_) => f.write_str("must be an object"),
        }
    }
}
