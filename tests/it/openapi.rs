//! The document is the contract: checked in, current, complete.

use std::collections::BTreeSet;
use std::path::Path;

use cacherr::api::{Code, codes_page, document};
use serde_json::Value;

fn parsed() -> Value {
    serde_json::from_str(&document()).unwrap()
}

fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let all = paths.iter().flat_map(|(path, methods)| {
        methods.as_object().unwrap().iter().map(move |(method, op)| (format!("{method} {path}"), op))
    });
    all.collect()
}

#[test]
fn what_is_checked_in_is_current() {
    for (name, made) in [("openapi/cacherr.json", document()), ("openapi/errors.md", codes_page())] {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        if std::env::var_os("CACHERR_BLESS").is_some() {
            std::fs::write(&file, &made).unwrap();
        }
        let found = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(found == made, "{name} is not current; run the tests with CACHERR_BLESS=1");
    }
}

#[test]
fn events_are_told_apart_by_their_type() {
    let document = parsed();
    let schemas = &document["components"]["schemas"];
    let frame = &schemas["EventFrame"];
    assert_eq!(frame["discriminator"]["propertyName"], "type");
    let mapping = frame["discriminator"]["mapping"].as_object().unwrap();
    let names: BTreeSet<&str> = mapping.keys().map(String::as_str).collect();
    let all = [
        "batch",
        "cache_file_added",
        "cache_file_removed",
        "cache_statistics_updated",
        "job_finished",
        "job_progress",
        "mover_runs",
        "plan_paused",
        "pong",
        "resync",
        "session_ended",
        "session_started",
    ];
    assert_eq!(names, BTreeSet::from(all));
    assert_eq!(frame["oneOf"].as_array().unwrap().len(), all.len());
    for target in mapping.values() {
        let pointer = target.as_str().unwrap().strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{target}");
    }
    let upgrade = &document["paths"]["/ws"]["get"]["responses"]["101"];
    assert_eq!(upgrade["content"]["application/json"]["schema"]["$ref"], "#/components/schemas/EventFrame");
}

#[test]
fn every_operation_says_what_it_is_and_no_id_is_used_twice() {
    let document = parsed();
    let mut ids = BTreeSet::new();
    for (name, operation) in operations(&document) {
        let id = operation["operationId"].as_str().expect(&name);
        assert!(ids.insert(id.to_owned()), "{id} is used twice");
        assert!(
            id.starts_with(|c: char| c.is_ascii_lowercase()) && id.chars().all(char::is_alphanumeric),
            "{id}"
        );
        assert_eq!(operation["tags"].as_array().unwrap().len(), 1, "{name}");
        assert!(!operation["summary"].as_str().unwrap().is_empty(), "{name}");
        assert!(!operation["description"].as_str().unwrap().is_empty(), "{name}");
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(!parameter["description"].as_str().unwrap_or_default().is_empty(), "{name}: {parameter}");
        }
    }
}

#[test]
fn every_operation_has_one_schema_for_success_and_one_for_refusals() {
    let document = parsed();
    for (name, operation) in operations(&document) {
        let (mut good, mut bad) = (BTreeSet::new(), BTreeSet::new());
        for (status, response) in operation["responses"].as_object().unwrap() {
            assert!(!response["description"].as_str().unwrap().is_empty(), "{name} {status}");
            if status == "101" || status == "304" {
                continue;
            }
            let content = response["content"].as_object().unwrap();
            if (name.as_str(), status.as_str()) == ("get /api/cached/export", "200") {
                // Files to be saved: bytes, whatever is in them.
                assert_eq!(content.len(), 4);
                let bytes = serde_json::json!({ "type": "string", "format": "binary" });
                assert!(content.values().all(|media| media["schema"] == bytes), "{content:?}");
                continue;
            }
            assert_eq!(content.keys().collect::<Vec<_>>(), ["application/json"], "{name}");
            let schema = content["application/json"]["schema"]["$ref"].as_str().unwrap().to_owned();
            if status.as_str() < "400" {
                good.insert(schema)
            } else {
                bad.insert(schema)
            };
        }
        assert!(good.len() <= 1, "{name}: {good:?}");
        assert_eq!(bad, BTreeSet::from(["#/components/schemas/Problem".to_owned()]), "{name}");
    }
}

#[test]
fn every_link_leads_to_a_parameter_from_a_field_that_exist() {
    let document = parsed();
    let all = operations(&document);
    let mut links = 0;
    for (name, operation) in &all {
        for (status, response) in operation["responses"].as_object().unwrap() {
            for (_, link) in response["links"].as_object().into_iter().flatten() {
                links += 1;
                assert!(status.starts_with('2'), "{name} {status}");
                let next = all.iter().find(|(_, next)| next["operationId"] == link["operationId"]);
                let parameters = next.expect(name).1["parameters"].as_array().unwrap();
                for (parameter, place) in link["parameters"].as_object().unwrap() {
                    assert!(parameters.iter().any(|known| known["name"] == *parameter), "{name}: {link}");
                    let pointer = place.as_str().unwrap().strip_prefix("$response.body#").unwrap();
                    let schema = &response["content"]["application/json"]["schema"];
                    assert!(field(&document, schema, pointer).is_some(), "{name}: {link}");
                }
            }
        }
    }
    assert!(links > 10, "{links}");
}

/// The schema of what stands at a place in a value of this schema.
fn field<'a>(document: &'a Value, schema: &'a Value, pointer: &str) -> Option<&'a Value> {
    let places = [schema, &schema["allOf"][0], &schema["oneOf"][0]];
    let schema = match places.into_iter().find_map(|place| place["$ref"].as_str()) {
        Some(reference) => document.pointer(&reference[1..])?,
        None => schema,
    };
    let Some(rest) = pointer.strip_prefix('/') else { return Some(schema) };
    let (name, rest) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let child = if schema["type"] == "array" { schema.get("items") } else { schema["properties"].get(name) };
    field(document, child?, rest)
}

#[test]
fn null_is_said_where_nothing_beside_it_forbids_it() {
    let document = parsed();
    let mut either = 0;
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        for (field, property) in schema["properties"].as_object().into_iter().flatten() {
            let nullable = property["nullable"] == true;
            assert!(
                !nullable || property["type"].is_string() && property["allOf"].is_null(),
                "{name}.{field}"
            );
            either += usize::from(property["oneOf"][1] == serde_json::json!({ "enum": [null] }));
        }
    }
    assert!(either >= 2, "{either}");
}

#[test]
fn ids_are_ids_and_names_that_are_not_known_are_refused_by_the_document_too() {
    let document = parsed();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        assert_eq!(name.ends_with("Request"), schema["additionalProperties"] == false, "{name}");
        for (field, schema) in schema["properties"].as_object().into_iter().flatten() {
            // What a check is called is no id of a thing.
            if ["id", "file_id", "job_id"].contains(&field.as_str()) && name != "ProbeCheck" {
                assert_eq!(schema["format"], "uuid", "{name}.{field}");
            }
        }
    }
}

#[test]
fn the_list_of_codes_is_closed_and_explained() {
    let document = parsed();
    let listed: Vec<&str> = document["components"]["schemas"]["ErrorCode"]["enum"]
        .as_array()
        .unwrap()
        .iter()
        .map(|code| code.as_str().unwrap())
        .collect();
    let all: Vec<&str> = Code::ALL.iter().map(|code| code.name()).collect();
    assert_eq!(listed, all);
    let about = document["components"]["schemas"]["ErrorCode"]["description"].as_str().unwrap();
    for code in all {
        for page in [about, &codes_page()] {
            assert!(page.contains(&format!("| `{code}` |")), "{code}");
        }
    }
}

#[test]
fn the_text_is_what_generators_of_clients_understand() {
    let text = document();
    assert!(text.contains("\"openapi\": \"3.0.3\""));
    assert!(!text.contains("charset"), "a media type with a charset is a key that generators do not find");
    for format in ["uint64", "uint32"] {
        assert!(!text.contains(format), "{format} is not a format of OpenAPI");
    }
    assert_eq!(text, document(), "the document is the same every time");
}
