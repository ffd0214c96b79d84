//! What every good answer looks like: `{"success": true, "data": …, "message"?: …, "timestamp": …}`.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::sync::Arc;

use poem::http::{HeaderMap, HeaderValue, StatusCode, header};
use poem::{IntoResponse, Response};
use poem_openapi::ApiResponse;
use poem_openapi::error::ParseParamError;
use poem_openapi::registry::{
    MetaHeader, MetaMediaType, MetaResponse, MetaResponses, MetaSchema, MetaSchemaRef, Registry,
};
use poem_openapi::types::{Example, ToJSON, Type};
use serde_json::{Value, json};

use super::compress::Whole;
use super::problem::Problem;
use super::value::{Timestamp, stamp};

/// The media type of everything below /api. Without a charset: generators look for exactly this key.
pub const JSON: &str = "application/json";

/// What can stand in `data`.
pub trait Payload: Type + ToJSON + Example + Send + 'static {
    /// The statuses it is sent with, and what each says.
    const ANSWERS: &'static [(u16, &'static str)];
    /// Whether a sentence comes with it.
    const HAS_MESSAGE: bool = false;
    /// Whether it carries a tag by which clients ask for it only if it changed.
    const HAS_TAG: bool = false;

    /// Writes it as JSON. What is long and often asked for does so without making a tree of it first.
    fn write(&self, out: &mut Vec<u8>) {
        // A vector takes everything.
        let _ = serde_json::to_writer(out, &self.to_json());
    }
}

/// What stands in `data`, as bytes.
#[derive(Debug)]
pub struct Prepared {
    json: Vec<u8>,
    tag: Option<HeaderValue>,
}

impl Prepared {
    /// From the payload.
    pub fn of<T: Payload>(data: &T) -> Self {
        let mut json = Vec::new();
        data.write(&mut json);
        let tag = T::HAS_TAG.then(|| {
            // Weak: the time of the answer is no part of what is compared, and it may be compressed.
            let hash = blake3::hash(&json).to_hex();
            HeaderValue::from_str(&format!("W/\"{}\"", &hash[..32])).ok()
        });
        Self { json, tag: tag.flatten() }
    }

    /// From JSON.
    #[cfg(test)]
    pub fn raw(json: &str) -> Self {
        Self { json: json.into(), tag: None }
    }

    /// Bytes.
    pub fn len(&self) -> usize {
        self.json.len()
    }
}

/// A good answer, or why the request could not even be read.
pub struct Answer<T>(Result<Good, Problem>, PhantomData<fn() -> T>);

struct Good {
    status: StatusCode,
    headers: HeaderMap,
    data: Arc<Prepared>,
    message: Option<String>,
}

impl<T: Payload> Answer<T> {
    /// 200.
    pub fn ok(data: T) -> Self {
        Self::prepared(Arc::new(Prepared::of(&data)))
    }

    /// 200, of something that was prepared before.
    pub fn prepared(data: Arc<Prepared>) -> Self {
        Self(Ok(Good { status: StatusCode::OK, headers: HeaderMap::new(), data, message: None }), PhantomData)
    }

    /// 202: it will be done.
    pub fn accepted(data: T) -> Self {
        let answer = Self::ok(data);
        Self(answer.0.map(|good| Good { status: StatusCode::ACCEPTED, ..good }), PhantomData)
    }

    /// With headers.
    pub fn with(self, set: impl FnOnce(&mut HeaderMap)) -> Self {
        let with = |mut good: Good| {
            set(&mut good.headers);
            good
        };
        Self(self.0.map(with), PhantomData)
    }

    /// With a sentence.
    pub fn saying(self, message: String) -> Self {
        Self(self.0.map(|good| Good { message: Some(message), ..good }), PhantomData)
    }
}

/// A response with a JSON body.
pub fn json(status: StatusCode, body: &impl ToJSON) -> Response {
    let mut response = body.to_json_string().into_response();
    response.set_status(status);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(JSON));
    response
}

impl<T: Payload> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        match self.0 {
            Ok(good) => good.into_response(),
            Err(problem) => problem.into_response(),
        }
    }
}

impl Good {
    fn into_response(self) -> Response {
        let Self { status, headers, data, message } = self;
        let end = match message {
            Some(message) => format!(r#","message":{},"timestamp":"{}"}}"#, Value::from(message), stamp().0),
            None => format!(r#","timestamp":"{}"}}"#, stamp().0),
        };
        let start = br#"{"success":true,"data":"#;
        let body = [start, &data.json[..], end.as_bytes()].concat();
        let length = body.len();
        let mut response = Response::builder().status(status).content_type(JSON).body(body);
        response.set_data(Whole(length));
        response.headers_mut().extend(headers);
        if let Some(tag) = &data.tag {
            let headers = response.headers_mut();
            headers.insert(header::ETAG, tag.clone());
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        }
        response
    }
}

impl<T: Payload> ApiResponse for Answer<T> {
    const BAD_REQUEST_HANDLER: bool = true;

    fn meta() -> MetaResponses {
        let response = |&(status, description)| MetaResponse {
            description,
            status: Some(status),
            status_range: None,
            content: vec![MetaMediaType { content_type: JSON, schema: Envelope::<T>::schema_ref() }],
            headers: if T::HAS_TAG { vec![tag_header()] } else { vec![] },
        };
        // 304 is not listed: only who sends `If-None-Match` gets it, and generated clients would give every success an
        // answer without a type beside its own.
        let responses = T::ANSWERS.iter().map(response);
        MetaResponses { responses: responses.collect() }
    }

    fn register(registry: &mut Registry) {
        Envelope::<T>::register(registry);
    }

    fn from_parse_request_error(error: poem::Error) -> Self {
        Self(Err(parse_problem(&error)), PhantomData)
    }
}

fn tag_header() -> MetaHeader {
    MetaHeader {
        name: "ETag".to_owned(),
        description: Some(
            "Sent back as `If-None-Match`, answered with 304 as long as nothing changed.".to_owned(),
        ),
        required: true,
        deprecated: false,
        schema: MetaSchemaRef::Inline(Box::new(MetaSchema::new("string"))),
    }
}

/// What a request that poem could not read is refused with.
pub fn parse_problem(error: &poem::Error) -> Problem {
    match error.downcast_ref::<ParseParamError>() {
        Some(ParseParamError { name, reason }) => Problem::invalid(name, rule_in(reason)),
        None => Problem::of_status(error.status()),
    }
}

/// What poem wraps around our own words is of no use to a client.
fn rule_in(reason: &str) -> &str {
    let rule = reason.split_once("\": ").map_or(reason, |(_, rule)| rule);
    rule.split(" (occurred").next().unwrap_or(rule)
}

/// What is around the payload, for the document.
struct Envelope<T>(PhantomData<T>);

impl<T: Payload> Envelope<T> {
    fn schema(registry: &mut Registry) -> MetaSchema {
        T::register(registry);
        let inline = |schema| MetaSchemaRef::Inline(Box::new(schema));
        let about = |ty, text| MetaSchema { description: Some(text), ..MetaSchema::new(ty) };
        let mut properties = vec![
            ("success", inline(about("boolean", "Always true."))),
            ("data", T::schema_ref()),
            ("timestamp", Timestamp::schema_ref()),
        ];
        if T::HAS_MESSAGE {
            properties.push(("message", inline(about("string", "What was done, in a sentence."))));
        }
        MetaSchema {
            required: vec!["success", "data", "timestamp"],
            properties,
            example: Some(json!({
                "success": true,
                "data": T::example().to_json(),
                "timestamp": Timestamp::EXAMPLE.to_json(),
            })),
            ..MetaSchema::new("object")
        }
    }
}

impl<T: Payload> Type for Envelope<T> {
    const IS_REQUIRED: bool = true;
    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> Cow<'static, str> {
        format!("{}Answer", T::name()).into()
    }

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Reference(Self::name().into_owned())
    }

    fn register(registry: &mut Registry) {
        registry.create_schema::<Self, _>(Self::name().into_owned(), Self::schema);
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
        Box::new(std::iter::once(self))
    }
}
