//! The same said otherwise: what servers of other versions send in the place of a type.

use serde_json::Value;

use super::faults::Fault;

/// Bends an answer or a frame as the faults say.
pub(super) fn bend(value: &mut Value, faults: &[Fault]) {
    for fault in faults.iter().filter(|fault| fault.is_drift()) {
        match fault {
            Fault::NoMetadata => empty(value),
            _ => each(value, fault),
        }
    }
}

fn each(value: &mut Value, fault: &Fault) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(|value| each(value, fault)),
        Value::Object(map) => {
            for (name, value) in map.iter_mut() {
                match fault {
                    Fault::IdsAsNumbers if names_something(name) => {
                        if let Some(number) = value.as_str().and_then(|text| text.parse::<i64>().ok()) {
                            *value = number.into();
                        }
                    }
                    Fault::IdsAsText if names_something(name) => {
                        if let Some(number) = value.as_i64() {
                            *value = number.to_string().into();
                        }
                    }
                    Fault::TruthAsNumbers => {
                        if let Some(truth) = value.as_bool() {
                            *value = i64::from(truth).into();
                        }
                    }
                    _ => {}
                }
                each(value, fault);
            }
            if *fault == Fault::MoreFields {
                map.insert("unheardOf".to_owned(), serde_json::json!({ "of": [1, "two", null] }));
            }
        }
        _ => {}
    }
}

/// Whether a field holds the name of a thing, rather than an amount.
fn names_something(field: &str) -> bool {
    field == "id" || ["ID", "Id", "atingKey", "sessionKey"].iter().any(|ending| field.ends_with(ending))
}

/// As if there were nothing: the size is 0, and the list itself is missing.
fn empty(value: &mut Value) {
    if let Some(container) = value.get_mut("MediaContainer").and_then(Value::as_object_mut) {
        container.remove("Metadata");
        for size in ["size", "totalSize"] {
            if let Some(size) = container.get_mut(size) {
                *size = 0.into();
            }
        }
    }
}
