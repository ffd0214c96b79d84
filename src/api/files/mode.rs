//! The names that a request may give to a way of caching.

use std::borrow::Cow;

use poem_openapi::registry::{MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::types::{ParseError, ParseFromJSON, ParseResult, ToJSON, Type};
use serde_json::Value;

use crate::api::problem::Problem;
use crate::api::value::plain_type;
use crate::domain::file::Method;

const NAMES: [&str; 6] = ["copy", "move", "atomic_copy", "atomic_symlink", "symlink", "hardlink"];

/// A mode as it was asked for.
#[derive(Clone, Debug)]
pub struct Mode(pub String);

impl Mode {
    /// What it means.
    ///
    /// # Errors
    /// `hardlink` is not possible.
    pub fn method(&self) -> Result<Method, Problem> {
        Method::from_request(&self.0).map_err(|error| match error {
            crate::Error::Invalid(_) => {
                Problem::invalid("mode", format_args!("must be one of {}", NAMES.join(", ")))
            }
            other => other.into(),
        })
    }
}

impl Type for Mode {
    plain_type!(Mode);

    fn name() -> Cow<'static, str> {
        "CacheMode".into()
    }

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Reference("CacheMode".to_owned())
    }

    fn register(registry: &mut Registry) {
        registry.create_schema::<Self, _>("CacheMode".to_owned(), |_| MetaSchema {
            description: Some(
                "`copy`, `atomic_copy`: the original is kept beside the link. `move`, `atomic_symlink`, `symlink`: it \
                 is given up once the copy is in use. `hardlink` is known and always refused.",
            ),
            enum_items: NAMES.map(Value::from).to_vec(),
            ..MetaSchema::new("string")
        });
    }
}

impl ParseFromJSON for Mode {
    fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
        match value {
            Some(Value::String(name)) => Ok(Self(name)),
            _ => Err(ParseError::custom("must be a text")),
        }
    }
}

impl ToJSON for Mode {
    fn to_json(&self) -> Option<Value> {
        Some(self.0.clone().into())
    }
}
