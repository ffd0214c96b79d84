//! Any request line, any JSON: what is let through is as the document says, what is refused is not repeated, and what a
//! handler reads it can write and read again.

use std::sync::LazyLock;

use poem::Request;
use poem::http::{Method, Uri};
use serde_json::Value;

use super::files::query;
use super::problem::Problem;
use super::shape::{Found, Shape};
use super::text::{AbsolutePath, Name, WebAddress};
use super::value::Timestamp;
use super::{document, operations, service};
use crate::domain::query::{Direction, Sort};
use crate::domain::size;

/// Made once: it takes longer than a thousand requests.
static DOCUMENT: LazyLock<Value> = LazyLock::new(|| document::build("/", &service()));
static SHAPE: LazyLock<Shape> = LazyLock::new(|| Shape::of(&DOCUMENT));
static WORDS: LazyLock<String> = LazyLock::new(|| DOCUMENT.to_string());

/// `GET /api/cached/files?limit=5`, then the body.
pub fn query(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (line, body) = text.split_once('\n').unwrap_or((text, ""));
    let Some((method, target)) = line.split_once(' ') else { return };
    let (Ok(method), Ok(target)) = (method.parse::<Method>(), target.parse::<Uri>()) else { return };
    let Found::Operation(operation) = SHAPE.find(&method, target.path()) else { return };
    if method == Method::GET {
        let head = SHAPE.find(&Method::HEAD, target.path());
        assert!(matches!(head, Found::Operation(same) if std::ptr::eq(same, operation)));
    }
    let request = Request::builder().method(method).uri(target).finish();
    if let Ok(query) = request.params::<Vec<(String, String)>>() {
        match operation.check_query(&query) {
            Ok(()) => {
                let mut names: Vec<&String> = query.iter().map(|(name, _)| name).collect();
                names.sort();
                assert!(names.is_sorted_by(|a, b| a < b), "one came twice: {names:?}");
            }
            Err(problem) => tells_nothing(&problem, query.iter().flat_map(|(name, value)| [name, value])),
        }
        query.iter().for_each(|(_, value)| values(value));
    }
    if let Ok(value) = serde_json::from_str::<Value>(body)
        && let Err(problem) = operation.check_body(Some(&value))
    {
        tells_nothing(&problem, texts(&value).iter());
    }
}

/// A refusal has the words of the document only.
fn tells_nothing<'a>(problem: &Problem, mut sent: impl Iterator<Item = &'a String>) {
    let sentence = problem.sentence();
    assert!(!sentence.contains(char::is_control), "{sentence:?}");
    let of_the_document = |text: &str| {
        let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
        words.all(|word| WORDS.contains(word))
    };
    let is_repeated =
        |text: &&String| text.len() > 12 && sentence.contains(*text) && !of_the_document(text.as_str());
    assert_eq!(sent.find(is_repeated), None, "{sentence:?}");
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(list) => list.iter().flat_map(texts).collect(),
        Value::Object(fields) => {
            fields.iter().flat_map(|(name, inner)| [vec![name.clone()], texts(inner)].concat()).collect()
        }
        _ => vec![],
    }
}

/// As handlers read them.
fn values(text: &str) {
    if let Ok(at) = Timestamp::read(text) {
        assert_eq!(Timestamp::read(&at.0.to_string()), Ok(at), "{text:?}");
    }
    if let Ok(bytes) = size::parse(text) {
        assert_eq!(size::parse(&bytes.to_string()), Ok(bytes), "{text:?}");
        // The very largest are rounded up, beyond what a size can be.
        assert!(bytes > i64::MAX as u64 || size::parse(&size::readable(bytes)).is_ok(), "{text:?}");
    }
    for (sort, direction) in
        Sort::ALL.iter().flat_map(|sort| Direction::ALL.iter().map(move |way| (sort, way)))
    {
        if let Ok(place) = query::decode(text, *sort, *direction) {
            let again = query::decode(&query::encode(&place), *sort, *direction);
            assert_eq!(again.ok(), Some(place), "{text:?}");
        }
    }
    if let Ok(place) = operations::decode(text) {
        assert_eq!(operations::decode(&operations::encode(place)).ok(), Some(place), "{text:?}");
    }
    if let Ok(name) = Name::from(text).read("name") {
        assert!(!name.trim().is_empty() && !name.contains(char::is_control));
    }
    if let Ok(path) = AbsolutePath::from(text).read("path") {
        assert!(path.is_absolute());
    }
    if let Ok(address) = WebAddress::from(text).read("address") {
        assert!(
            address.starts_with("http") && !address.contains(|c: char| c.is_whitespace() || c.is_control())
        );
    }
}
