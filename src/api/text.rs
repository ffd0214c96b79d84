//! What free text in a request may be: said in the document, and checked where it is read.

use std::borrow::Cow;
use std::path::PathBuf;

use poem_openapi::registry::{MetaSchema, MetaSchemaRef};
use poem_openapi::types::{ParseFromJSON, ParseFromParameter, ParseResult, ToJSON, Type};
use serde_json::Value;

use super::problem::Problem;
use super::value::plain_type;
use crate::domain::account::{LONGEST_NAME, SHORTEST_PASSWORD};
use crate::domain::secret::Secret;

/// Longest name or reason, in characters.
const LONGEST: usize = 255;

/// The same of what nobody is to see.
const LONGEST_HIDDEN: usize = 1024;

/// Text as it was sent. It takes any: what it must be is said by `read`, in the name of the field.
macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident, $type_name:literal, $longest:expr, $pattern:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name(String);

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl Type for $name {
            plain_type!($name);

            fn name() -> Cow<'static, str> {
                $type_name.into()
            }

            fn schema_ref() -> MetaSchemaRef {
                MetaSchemaRef::Inline(Box::new(MetaSchema {
                    min_length: Some(1),
                    max_length: Some($longest),
                    pattern: Some($pattern.to_owned()),
                    ..MetaSchema::new("string")
                }))
            }
        }

        impl ParseFromParameter for $name {
            fn parse_from_parameter(value: &str) -> ParseResult<Self> {
                Ok(Self(value.to_owned()))
            }
        }

        impl ParseFromJSON for $name {
            fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
                String::parse_from_json(value).map(Self).map_err(|error| error.propagate())
            }
        }

        impl ToJSON for $name {
            fn to_json(&self) -> Option<Value> {
                self.0.to_json()
            }
        }
    };
}

text_type!(
    /// A name or a reason: something to see, and no control character.
    Name,
    "string_name",
    LONGEST,
    r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$"
);

text_type!(
    /// The name of an API key, as `domain::account` wants it.
    KeyName,
    "string_key_name",
    LONGEST_NAME,
    r"^[^\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]([^\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]*[^\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff])?$"
);

text_type!(
    /// The name of an account: the same, without a colon.
    AccountName,
    "string_account_name",
    LONGEST_NAME,
    r"^[^\s:\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]([^:\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]*[^\s:\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff])?$"
);

text_type!(
    /// A path from the root.
    AbsolutePath,
    "string_path",
    4096,
    r"^/[^\x00]*$"
);

text_type!(
    /// The address of a page.
    WebAddress,
    "string_web_address",
    2048,
    r"^https?://[^\s/?#\x00-\x1f\x7f-\x9f]+[^\s\x00-\x1f\x7f-\x9f]*$"
);

/// A password or a token as it was sent: nobody sees it again. What it has to be is said by who takes it.
#[derive(Clone, Debug)]
pub struct Hidden<const LEAST: usize = 1>(Secret);

/// A new password.
pub type NewPassword = Hidden<SHORTEST_PASSWORD>;

impl<const LEAST: usize> Hidden<LEAST> {
    /// The text.
    #[must_use]
    pub fn read(&self) -> &str {
        self.0.expose()
    }
}

impl<const LEAST: usize> From<&str> for Hidden<LEAST> {
    fn from(text: &str) -> Self {
        Self(Secret::new(text))
    }
}

impl<const LEAST: usize> Type for Hidden<LEAST> {
    plain_type!(Hidden<LEAST>);

    fn name() -> Cow<'static, str> {
        format!("string_password_{LEAST}").into()
    }

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Inline(Box::new(MetaSchema {
            min_length: Some(LEAST),
            max_length: Some(LONGEST_HIDDEN),
            ..MetaSchema::new_with_format("string", "password")
        }))
    }
}

impl<const LEAST: usize> ParseFromJSON for Hidden<LEAST> {
    fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
        String::parse_from_json(value).map(|text| Self(Secret::new(text))).map_err(|error| error.propagate())
    }
}

/// For examples alone: what a request holds is sent nowhere.
impl<const LEAST: usize> ToJSON for Hidden<LEAST> {
    fn to_json(&self) -> Option<Value> {
        self.0.expose().to_json()
    }
}

impl WebAddress {
    /// The text.
    ///
    /// # Errors
    /// `InvalidParameter`.
    pub fn read(self, field: &str) -> Result<String, Problem> {
        let host = self.0.strip_prefix("http://").or_else(|| self.0.strip_prefix("https://"));
        let begins_well = host.is_some_and(|rest| rest.starts_with(|c| !"/?#".contains(c)));
        if begins_well && !self.0.chars().any(|c| c.is_whitespace() || c.is_control()) {
            Ok(self.0)
        } else {
            Err(Problem::invalid(
                field,
                "must be an address such as http://192.168.1.2:5445/, without spaces",
            ))
        }
    }
}

impl Name {
    /// The text.
    ///
    /// # Errors
    /// `InvalidParameter`.
    pub fn read(self, field: &str) -> Result<String, Problem> {
        if is_blank_or_long(&self.0) { Err(Problem::invalid(field, name_rule())) } else { Ok(self.0) }
    }
}

impl KeyName {
    /// The text. What it must be is checked by whoever takes it.
    #[must_use]
    pub fn text(self) -> String {
        self.0
    }
}

impl AccountName {
    /// The text. What it must be is checked by whoever takes it.
    #[must_use]
    pub fn text(self) -> String {
        self.0
    }
}

impl AbsolutePath {
    /// The path.
    ///
    /// # Errors
    /// `InvalidParameter`.
    pub fn read(self, field: &str) -> Result<PathBuf, Problem> {
        if self.0.starts_with('/') && !self.0.contains('\0') {
            Ok(self.0.into())
        } else {
            Err(Problem::invalid(field, "must be an absolute path"))
        }
    }
}

/// Whether a name or a reason cannot be used.
fn is_blank_or_long(text: &str) -> bool {
    text.trim().is_empty() || text.chars().count() > LONGEST || text.chars().any(char::is_control)
}

/// What is allowed, as the end of a sentence.
fn name_rule() -> String {
    format!("must be a text of 1 to {LONGEST} characters, not blank, without control characters")
}
