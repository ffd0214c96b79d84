//! Fields that take what comes.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::domain::secret::Secret;
use crate::domain::time::Time;

/// A text, or a number as text; an empty one is none.
pub fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::String(text) if !text.is_empty() => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

/// A text that nobody may see.
pub fn secret<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Secret>, D::Error> {
    Ok(text(from)?.map(Secret::new))
}

/// A whole number, in whatever clothes.
pub fn number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
    Ok(whole(&Value::deserialize(from)?))
}

/// A count or a size: below zero is none.
pub fn count<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    Ok(whole(&Value::deserialize(from)?).and_then(|number| u64::try_from(number).ok()))
}

/// A truth: `true`, `1`, `"1"`, `"true"`.
pub fn flag<'de, D: Deserializer<'de>>(from: D) -> Result<Option<bool>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Bool(flag) => Some(flag),
        Value::String(text) => truth(&text),
        value => whole(&value).map(|number| number != 0),
    })
}

/// A truth as text.
pub fn truth(text: &str) -> Option<bool> {
    match text {
        "1" | "true" => Some(true),
        "0" | "false" => Some(false),
        _ => None,
    }
}

/// An entry that need not be there, or need not be an object.
pub fn object<'de, T: DeserializeOwned, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    Ok(T::deserialize(Value::deserialize(from)?).ok())
}

/// A list; missing, null and other things are empty ones, a single object is a list of one, and an element that cannot
/// be read is left out.
pub fn list<'de, T: DeserializeOwned, D: Deserializer<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    from.deserialize_any(List(PhantomData))
}

/// Seconds since the epoch.
pub fn seconds(seconds: Option<i64>) -> Option<Time> {
    seconds.filter(|&seconds| seconds > 0).map(|seconds| Time::from_micros(seconds.saturating_mul(1_000_000)))
}

fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| number.as_f64().and_then(of_float)),
        Value::String(text) => {
            let text = text.trim();
            text.parse().ok().or_else(|| text.parse().ok().and_then(of_float))
        }
        _ => None,
    }
}

fn of_float(number: f64) -> Option<i64> {
    // Beyond this a float does not know whole numbers any more.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    (number.abs() < EXACT).then_some(number as i64)
}

struct List<T>(PhantomData<T>);

impl<'de, T: DeserializeOwned> Visitor<'de> for List<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Vec<T>, A::Error> {
        let mut list = vec![];
        while let Some(element) = elements.next_element::<Value>()? {
            list.extend(T::deserialize(element).ok());
        }
        Ok(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Vec<T>, A::Error> {
        let object = Value::deserialize(MapAccessDeserializer::new(map))?;
        Ok(T::deserialize(object).ok().into_iter().collect())
    }

    fn visit_unit<E>(self) -> Result<Vec<T>, E> {
        Ok(vec![])
    }

    fn visit_none<E>(self) -> Result<Vec<T>, E> {
        Ok(vec![])
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Vec<T>, D::Error> {
        from.deserialize_any(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Vec<T>, E> {
        Ok(vec![])
    }

    fn visit_i64<E>(self, _: i64) -> Result<Vec<T>, E> {
        Ok(vec![])
    }

    fn visit_u64<E>(self, _: u64) -> Result<Vec<T>, E> {
        Ok(vec![])
    }

    fn visit_f64<E>(self, _: f64) -> Result<Vec<T>, E> {
        Ok(vec![])
    }

    fn visit_str<E>(self, _: &str) -> Result<Vec<T>, E> {
        Ok(vec![])
    }
}
