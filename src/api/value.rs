//! How single values are written and read: instants, ids, closed names, paths.

use std::borrow::Cow;
use std::path::Path;

use poem_openapi::registry::{MetaSchema, MetaSchemaRef};
use poem_openapi::types::{ParseError, ParseFromJSON, ParseFromParameter, ParseResult, ToJSON, Type};
use serde_json::Value;

use crate::clock::{Clock, SystemClock};
use crate::domain::file::{Method, Operation, Status};
use crate::domain::job::JobState;
use crate::domain::log::LogKind;
use crate::domain::time::Time;

/// Writes the parts of `Type` that are the same for every plain value.
macro_rules! plain_type {
    ($name:ty) => {
        const IS_REQUIRED: bool = true;
        type RawValueType = Self;
        type RawElementValueType = Self;

        fn as_raw_value(&self) -> Option<&Self> {
            Some(self)
        }

        fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
            Box::new(std::iter::once(self))
        }
    };
}
pub(super) use plain_type;

/// Makes a type with closed names one of the API: a named schema that lists them.
macro_rules! closed_type {
    ($ty:ty, $name:literal, $doc:literal) => {
        impl poem_openapi::types::Type for $ty {
            $crate::api::value::plain_type!($ty);

            fn name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }

            fn schema_ref() -> poem_openapi::registry::MetaSchemaRef {
                poem_openapi::registry::MetaSchemaRef::Reference($name.to_owned())
            }

            fn register(registry: &mut poem_openapi::registry::Registry) {
                registry.create_schema::<Self, _>($name.to_owned(), |_| poem_openapi::registry::MetaSchema {
                    description: Some($doc),
                    enum_items: Self::ALL.iter().map(|value| value.name().into()).collect(),
                    ..poem_openapi::registry::MetaSchema::new("string")
                });
            }
        }

        impl poem_openapi::types::ToJSON for $ty {
            fn to_json(&self) -> Option<serde_json::Value> {
                Some(self.name().into())
            }
        }

        impl poem_openapi::types::ParseFromParameter for $ty {
            fn parse_from_parameter(value: &str) -> poem_openapi::types::ParseResult<Self> {
                value.parse().map_err(poem_openapi::types::ParseError::custom)
            }
        }

        impl poem_openapi::types::ParseFromJSON for $ty {
            fn parse_from_json(value: Option<serde_json::Value>) -> poem_openapi::types::ParseResult<Self> {
                let value = value.unwrap_or_default();
                let text = value.as_str().ok_or("a text is expected");
                text.map_err(poem_openapi::types::ParseError::custom)?
                    .parse()
                    .map_err(poem_openapi::types::ParseError::custom)
            }
        }
    };
}
pub(super) use closed_type;

closed_type!(
    Status,
    "FileStatus",
    "`active`: served from the cache. `orphaned`: the cached copy is missing, the original is back at its path. \
     `pending_removal`: on its way back. `removed`: given back."
);
closed_type!(
    Operation,
    "Operation",
    "Why a file is cached. `active_watching`: the very file that plays. `real_time_watch`: because of a live session. \
     `continue_watching`: begun. `ondeck`: next up. `watchlist`, `trakt`: on such a list. `manual`: a person asked. Of \
     several reasons of one user the first in this order counts."
);
closed_type!(
    Method,
    "CacheMethod",
    "`atomic_copy`: the original is kept beside the link. `atomic_symlink`: the original is given up once the copy is \
     in use. `hardlink`: only in imports."
);
closed_type!(
    JobState,
    "JobState",
    "`queued`: waits for its turn. `copying`, `verifying`: bytes are on their way, or are read back. `swapping`: from \
     the point of no return until the outcome is durable. `done`, `failed`, `cancelled`: ended."
);
closed_type!(LogKind, "OperationType", "What was done.");

/// The present instant, for the `timestamp` of an answer.
pub fn stamp() -> Timestamp {
    Timestamp(SystemClock.now())
}

/// An instant: RFC 3339, UTC with `Z`, at most microseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Timestamp(pub Time);

impl Timestamp {
    /// 2023-12-01T10:30:00Z.
    pub const EXAMPLE: Self = Self(Time::from_micros(1_701_426_600_000_000));

    /// From RFC 3339 with any offset, or a date (midnight UTC).
    ///
    /// # Errors
    /// What is allowed.
    pub fn read(text: &str) -> Result<Self, &'static str> {
        let date = text.parse::<jiff::civil::Date>();
        if let (Ok(date), 10) = (date, text.len()) {
            let midnight = date.to_zoned(jiff::tz::TimeZone::UTC).map_err(|_| Self::RULE)?;
            return Ok(Self(Time::from_jiff(midnight.timestamp())));
        }
        // In a query a plus sign that was not encoded arrives as a space.
        let text = match text.rsplit_once(' ') {
            Some((at, offset)) if at.contains('T') => Cow::from(format!("{at}+{offset}")),
            _ => Cow::from(text),
        };
        text.parse().map(|at| Self(Time::from_jiff(at))).map_err(|_| Self::RULE)
    }

    const RULE: &'static str =
        "must be an RFC 3339 time such as 2023-12-01T10:30:00Z, or a date such as 2023-12-01";
}

impl Type for Timestamp {
    plain_type!(Timestamp);

    fn name() -> Cow<'static, str> {
        "string_date-time".into()
    }

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Inline(Box::new(MetaSchema::new_with_format("string", "date-time")))
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl ToJSON for Timestamp {
    fn to_json(&self) -> Option<Value> {
        Some(self.0.to_string().into())
    }
}

impl ParseFromJSON for Timestamp {
    fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
        Self::read(value.unwrap_or_default().as_str().unwrap_or_default()).map_err(ParseError::custom)
    }
}

impl ParseFromParameter for Timestamp {
    fn parse_from_parameter(value: &str) -> ParseResult<Self> {
        Self::read(value).map_err(ParseError::custom)
    }
}

/// An id. In a request, text that is none names nothing, so it is as unknown as an id that was never given.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Id(String);

impl Id {
    /// As it is shown.
    pub fn of(id: impl std::fmt::Display) -> Self {
        Self(id.to_string())
    }

    /// The id, or that there is no such thing.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn read<T: std::str::FromStr>(&self, what: &'static str) -> crate::Result<T> {
        self.0.parse().map_err(|_| crate::Error::NotFound { what })
    }
}

impl Type for Id {
    plain_type!(Id);

    fn name() -> Cow<'static, str> {
        "string_uuid".into()
    }

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Inline(Box::new(MetaSchema::new_with_format("string", "uuid")))
    }
}

impl ParseFromParameter for Id {
    fn parse_from_parameter(value: &str) -> ParseResult<Self> {
        Ok(Self(value.to_owned()))
    }
}

impl ParseFromJSON for Id {
    fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
        String::parse_from_json(value).map(Self).map_err(|error| error.propagate())
    }
}

impl ToJSON for Id {
    fn to_json(&self) -> Option<Value> {
        self.0.to_json()
    }
}

/// A count or size: never beyond what clients read as a signed 64-bit number.
#[must_use]
pub fn int64(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A path as text. Bytes that are not UTF-8 become U+FFFD: JSON has no others, and the id is what names a file.
#[must_use]
pub fn text(path: impl AsRef<Path>) -> String {
    path.as_ref().to_string_lossy().into_owned()
}

/// The last part of a path as text.
#[must_use]
pub fn filename(path: &Path) -> String {
    text(path.file_name().unwrap_or(path.as_os_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_may_have_any_offset_or_be_a_date() {
        let noon = Timestamp::read("2023-12-01T12:00:00+02:00").unwrap();
        assert_eq!(noon.0.to_string(), "2023-12-01T10:00:00Z");
        assert_eq!(Timestamp::read("2023-12-01T12:00:00 02:00").unwrap(), noon);
        assert_eq!(Timestamp::read("2023-12-01").unwrap().0.to_string(), "2023-12-01T00:00:00Z");
        for wrong in ["", "yesterday", "2023-13-01", "2023-12-01T10:00:00", "1701426600"] {
            assert!(Timestamp::read(wrong).is_err(), "{wrong}");
        }
    }
}
