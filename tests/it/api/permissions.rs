//! Who may do what: every operation of the document, asked by every role and by nobody.

use std::collections::BTreeSet;

use cacherr::api::{document, permissions};
use cacherr::domain::access::Role;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use crate::support::app::{TestApp, send};

/// An operation: its method, a path that leads to it, and what the document says of it.
struct Operation {
    id: String,
    method: Method,
    path: String,
    says: Value,
}

fn operations() -> Vec<Operation> {
    let document: Value = serde_json::from_str(&document()).unwrap();
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, says) in methods.as_object().unwrap() {
            let parts = path.split('/').map(|part| if part.starts_with('{') { "nothing" } else { part });
            all.push(Operation {
                id: says["operationId"].as_str().unwrap().to_owned(),
                method: method.to_uppercase().parse().unwrap(),
                path: parts.collect::<Vec<_>>().join("/"),
                says: says.clone(),
            });
        }
    }
    assert!(all.len() > 40, "the operations were not found");
    all
}

/// The least role of an operation; none where it is open to everybody.
fn needed(id: &str) -> Option<Role> {
    let (_, role) =
        permissions().find(|(known, _)| *known == id).unwrap_or_else(|| panic!("{id} is not in the table"));
    role
}

#[test]
fn the_table_has_every_operation_once_and_nothing_else() {
    let operations: BTreeSet<String> = operations().into_iter().map(|operation| operation.id).collect();
    let (mut rows, mut count) = (BTreeSet::new(), 0);
    for (id, _) in permissions().filter(|(id, _)| !id.starts_with('/')) {
        rows.insert(id.to_owned());
        count += 1;
    }
    assert_eq!(rows, operations, "left: the table; right: the document");
    assert_eq!(count, rows.len(), "an operation stands there twice");
}

#[test]
fn the_document_names_every_way_to_be_let_in() {
    let document: Value = serde_json::from_str(&document()).unwrap();
    let ways = document["security"].as_array().unwrap();
    let names: Vec<&str> =
        ways.iter().flat_map(|way| way.as_object().unwrap().keys()).map(String::as_str).collect();
    assert_eq!(names, ["ApiKey", "Bearer", "Session"]);
    for name in names {
        assert!(document["components"]["securitySchemes"][name]["type"].is_string(), "{name}");
    }
}

#[test]
fn the_document_says_what_the_table_says() {
    for Operation { id, says, .. } in operations() {
        let role = needed(&id);
        assert_eq!(says["x-role"], role.map_or("none", Role::name), "{id}");
        assert_eq!(says["security"] == serde_json::json!([]), role.is_none(), "{id}");
        assert_eq!(says["responses"]["401"].is_object(), role.is_some() || id == "logIn", "{id}");
        assert!(says["responses"]["403"].is_object(), "{id}");
    }
}

/// What cannot be understood, in every way: names in the query that nobody knows, what cannot be decoded, bodies that are
/// none, of another type, too deep.
fn broken(request: impl Fn(&str) -> RequestBuilder) -> Vec<RequestBuilder> {
    let sent =
        |kind: &'static str, body: String| request("?nonsense=1").header("Content-Type", kind).body(body);
    vec![
        request("?nonsense=1&limit=x"),
        request("?limit=%ff%00&nonsense"),
        sent("text/plain", "nonsense".to_owned()),
        sent("application/json", "{\"nonsense\":".to_owned()),
        sent("application/json", "[".repeat(10_000)),
    ]
}

#[tokio::test]
async fn who_may_not_is_refused_before_anything_that_they_sent_is_looked_at() {
    let app = TestApp::start().await;
    let mut keys = Vec::new();
    for role in Role::ALL {
        keys.push((*role, app.add_key(role.name(), role.name()).await.1));
    }
    for Operation { id, method, path, .. } in operations() {
        let needed = needed(&id);
        let ask = |query: &str| app.stranger(method.clone(), &format!("{path}{query}"));
        for request in broken(ask) {
            let answer = send(request).await;
            if needed.is_none() {
                assert!(!matches!(answer.status, 401 | 403), "{id}: {}", answer.body);
                continue;
            }
            assert_eq!(answer.headers["www-authenticate"], "Bearer", "{id}");
            answer.refuses(401, "unauthorized");
        }
        for (role, key) in &keys {
            for request in broken(|query: &str| ask(query).header("X-Api-Key", key)) {
                let answer = send(request).await;
                match needed.filter(|needed| needed > role) {
                    Some(needed) => {
                        let sentence = answer.refuses(403, "forbidden");
                        assert!(
                            sentence.starts_with(&format!("this needs the role {needed};")),
                            "{id}: {sentence}"
                        );
                    }
                    None => assert!(
                        matches!(answer.status, 400 | 404 | 413 | 415),
                        "{id}: {role}: {}",
                        answer.body
                    ),
                }
            }
        }
    }
}

#[tokio::test]
async fn pages_of_the_table_are_there_for_everybody() {
    let app = TestApp::start().await;
    for (path, role) in permissions().filter(|(id, _)| id.starts_with('/')) {
        assert_eq!(role, None, "{path}");
        assert_eq!(app.stranger(Method::GET, path).send().await.unwrap().status(), 200, "{path}");
    }
}

#[tokio::test]
async fn that_there_is_nothing_is_told_to_those_who_are_let_in() {
    let app = TestApp::start().await;
    let (_, viewer) = app.add_key("viewer", "viewer").await;
    for (method, path, status, code) in [
        (Method::GET, "/api/nothing", 404, "not_found"),
        (Method::GET, "/api/accounts/nothing", 405, "method_not_allowed"),
        (Method::DELETE, "/api/cached/files", 405, "method_not_allowed"),
    ] {
        send(app.stranger(method.clone(), path)).await.refuses(401, "unauthorized");
        send(app.with_key(&viewer, method, path)).await.refuses(status, code);
    }
}

#[tokio::test]
async fn each_role_does_what_it_may() {
    let app = TestApp::start().await;
    let film = app.film("Alien.mkv", 1000);
    let (_, viewer) = app.add_key("looks", "viewer").await;
    let (_, operator) = app.add_key("acts", "operator").await;
    let body = serde_json::json!({ "file_path": film });
    let add = |key: &str| app.with_key(key, Method::POST, "/api/cached/files").json(&body);
    send(app.with_key(&viewer, Method::GET, "/api/cached/files")).await.is(200);
    let sentence = send(add(&viewer)).await.refuses(403, "forbidden");
    assert_eq!(sentence, "this needs the role operator; key:looks has the role viewer");
    let job = send(add(&operator)).await.is(202);
    app.ended(job["job_id"].as_str().unwrap()).await;
    send(app.with_key(&operator, Method::GET, "/api/accounts")).await.refuses(403, "forbidden");
    let log = app.get("/api/cached/operations?operation_type=cache").await.is(200);
    assert_eq!(log["operations"][0]["triggered_by"], "key:acts");
}
