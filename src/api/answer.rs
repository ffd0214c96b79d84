//! What every good answer looks like: `{"success": true, "data": …, "message"?: …, "timestamp": …}`.

use std::borrow::Cow;

use poem::http::{HeaderValue, StatusCode, header};
use poem::{IntoResponse, Response};
use poem_openapi::ApiResponse;
use poem_openapi::error::ParseParamError;
use poem_openapi::registry::{
    MetaMediaType, MetaResponse, MetaResponses, MetaSchema, MetaSchemaRef, Registry,
};
use poem_openapi::types::{Example, ToJSON, Type};
use serde_json::{Value, json};

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
}

/// A good answer, or why the request could not even be read.
pub struct Answer<T>(Result<Good<T>, Problem>);

struct Good<T> {
    status: StatusCode,
    data: T,
    message: Option<String>,
}

impl<T> Answer<T> {
    /// 200.
    pub fn ok(data: T) -> Self {
        Self(Ok(Good { status: StatusCode::OK, data, message: None }))
    }

    /// 202: it will be done.
    pub fn accepted(data: T) -> Self {
        Self(Ok(Good { status: StatusCode::ACCEPTED, data, message: None }))
    }

    /// With a sentence.
    pub fn saying(self, message: String) -> Self {
        Self(self.0.map(|good| Good { message: Some(message), ..good }))
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
            Ok(Good { status, data, message }) => json(status, &Envelope { data, message }),
            Err(problem) => problem.into_response(),
        }
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
            headers: vec![],
        };
        MetaResponses { responses: T::ANSWERS.iter().map(response).collect() }
    }

    fn register(registry: &mut Registry) {
        Envelope::<T>::register(registry);
    }

    fn from_parse_request_error(error: poem::Error) -> Self {
        Self(Err(parse_problem(&error)))
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

struct Envelope<T> {
    data: T,
    message: Option<String>,
}

impl<T: Payload> Envelope<T> {
    fn value(data: &T, message: Option<&str>, timestamp: Timestamp) -> Value {
        let mut value = json!({ "success": true, "data": data.to_json(), "timestamp": timestamp.to_json() });
        if let (Some(message), Some(fields)) = (message, value.as_object_mut()) {
            fields.insert("message".to_owned(), message.into());
        }
        value
    }

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
            example: Some(Self::value(&T::example(), None, Timestamp::EXAMPLE)),
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

impl<T: Payload> ToJSON for Envelope<T> {
    fn to_json(&self) -> Option<Value> {
        Some(Self::value(&self.data, self.message.as_deref(), stamp()))
    }
}
