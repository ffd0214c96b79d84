//! The OpenAPI document: what poem-openapi makes of the handlers, with what it cannot say, in a stable order.

use std::collections::BTreeMap;

use poem_openapi::registry::Registry;
use poem_openapi::types::Type;
use poem_openapi::{OpenApi, OpenApiService};
use serde_json::{Value, json};

use super::permissions::{self, Permission};
use super::problem::{Code, ProblemBody};
use super::{
    accounts, auth, cleanup, doctor, export, files, forget, frames, history, instance, jobs, keys, library,
    operations, people, plan, probe, readers, restart, sessions, settings, socket, sources, space, statistics, system, users, webhooks,
};

/// Which operations refuse with which codes.
pub type Refusals = &'static [(&'static str, &'static [Code])];

/// What every operation may refuse with.
const COMMON: &[Code] = &[Code::Forbidden, Code::StoreFailed, Code::InternalError];
/// What every operation that takes a body may.
const WITH_BODY: &[Code] = &[Code::RequestTimeout];
/// What every operation may whose body is JSON and nothing else: the gate checks it.
const WITH_JSON: &[Code] = &[
    Code::InvalidParameter,
    Code::UnknownParameter,
    Code::MalformedJson,
    Code::PayloadTooLarge,
    Code::UnsupportedMediaType,
];
/// What every operation may that is not open to everybody.
const WITH_KEY: &[Code] = &[Code::Unauthorized];
/// Closed names that may be written in any case. OpenAPI has no word for that.
const IN_ANY_CASE: [&str; 1] = ["ExportFormat"];
const ALL: &[Refusals] = &[
    accounts::REFUSALS,
    auth::REFUSALS,
    auth::plex::REFUSALS,
    cleanup::REFUSALS,
    doctor::REFUSALS,
    export::REFUSALS,
    files::REFUSALS,
    forget::REFUSALS,
    history::REFUSALS,
    instance::REFUSALS,
    jobs::REFUSALS,
    keys::REFUSALS,
    library::REFUSALS,
    operations::REFUSALS,
    people::REFUSALS,
    plan::REFUSALS,
    probe::REFUSALS,
    readers::REFUSALS,
    restart::REFUSALS,
    sessions::REFUSALS,
    settings::REFUSALS,
    socket::REFUSALS,
    sources::REFUSALS,
    space::REFUSALS,
    statistics::REFUSALS,
    system::REFUSALS,
    users::REFUSALS,
    webhooks::REFUSALS,
];

/// Where answers lead on to: the operation that answers, the next one, its parameter, and its value in the answer.
const LINKS: &[(&str, &str, &str, &str)] = &[
    ("addFile", "getFile", "file_id", "/data/file_id"),
    ("addFile", "removeFile", "file_id", "/data/file_id"),
    ("addFile", "getJob", "job_id", "/data/job_id"),
    ("addFile", "cancelJob", "job_id", "/data/job_id"),
    ("addFile", "pauseJob", "job_id", "/data/job_id"),
    ("pauseJob", "resumeJob", "job_id", "/data/id"),
    ("removeFile", "getFile", "file_id", "/data/file_id"),
    ("removeFile", "getJob", "job_id", "/data/job_id"),
    ("listFiles", "listFiles", "cursor", "/data/pagination/next_cursor"),
    ("listFiles", "getFile", "file_id", "/data/files/0/id"),
    ("listFiles", "removeFile", "file_id", "/data/files/0/id"),
    ("runPlan", "getJob", "job_id", "/data/job_id"),
    ("listJobs", "getJob", "job_id", "/data/jobs/0/id"),
    ("listJobs", "cancelJob", "job_id", "/data/jobs/0/id"),
    ("listJobs", "pauseJob", "job_id", "/data/jobs/0/id"),
    ("listJobs", "resumeJob", "job_id", "/data/jobs/0/id"),
    ("listOperations", "listOperations", "cursor", "/data/pagination/next_cursor"),
    ("beginPlexSignIn", "getPlexSignIn", "sign_in_id", "/data/id"),
    ("listUsers", "getUserStatistics", "user_id", "/data/users/0/user_id"),
    ("addAccount", "changeAccount", "account_id", "/data/id"),
    ("addAccount", "removeAccount", "account_id", "/data/id"),
    ("addKey", "revokeKey", "key_id", "/data/key/id"),
    ("listAuthSessions", "revokeAuthSession", "session_id", "/data/sessions/0/id"),
    ("getJob", "getFile", "file_id", "/data/file_id"),
    ("listReaders", "removeReader", "name", "/data/readers/0/name"),
    ("putReader", "removeReader", "name", "/data/name"),
];

const ABOUT: &str = "\
Cacherr keeps the files that people will watch next on a fast volume: a verified copy there, a symlink at the library \
path, and the original kept beside it, without a reader ever noticing.

Every answer is JSON, but for the files of the export. Success: `{\"success\": true, \"data\": …, \"message\"?: …, \"timestamp\": …}`. Refusal: \
`{\"success\": false, \"error\": \"<sentence>\", \"code\": \"<code>\", \"timestamp\": …}` with the status below. Times \
are RFC 3339 in UTC, with at most microseconds; sizes and counts are 64-bit; fields without a value are null; names \
that are not known, in a query or a body, are refused. Paths whose bytes are not UTF-8 are shown with U+FFFD in their \
place; ids name files in any case.

Every request says who asks: by an API key, in the header `X-Api-Key` or as a bearer token, or by the cookie of a session \
that `logIn` begins. (A trusted reverse proxy may name an account instead, and an instance may be set to let in whoever \
asks from a local address.) Nothing is looked at before that: 401 without it, and 403 where the role is too low. `x-role` of \
an operation is the least role that it needs: `viewer` reads, `operator` caches, removes and exports, `admin` changes \
settings, accounts and keys; `none` is open to everybody, as are this document and its page. The path of a webhook is a key \
of its own. Pages of other origins change nothing and read nothing, unless the instance is set to let them.

Lists and statistics carry an `ETag`; sent back as `If-None-Match` it is answered with 304 as long as nothing changed. \
Every answer has an `X-Request-Id`; what the log says of it has the same.

Within 1.x the API only grows: new operations, optional parameters and fields, and codes. All codes are listed with the \
schema `ErrorCode`.";

const CLOSED: &str =
    "Why a request was refused, or a job failed. The list is closed: within 1.x it only grows.";

/// The document of an instance at the root of its host, as it is checked in.
#[must_use]
pub fn document() -> String {
    render(&build("/", &super::service()))
}

/// The text of a document.
#[must_use]
pub fn render(document: &Value) -> String {
    format!("{document:#}\n")
}

/// The document for a base path.
pub fn build<T: OpenApi>(base_path: &str, service: &OpenApiService<T, ()>) -> Value {
    // What poem-openapi writes is JSON, and keys of serde_json's maps are sorted.
    let mut document: Value = serde_json::from_str(&service.spec()).unwrap_or_default();
    let refusals: BTreeMap<&str, &[Code]> = ALL.iter().copied().flatten().copied().collect();
    document["openapi"] = "3.0.3".into();
    document["servers"] = json!([{ "url": base_path, "description": "This instance." }]);
    document["info"] = json!({
        "title": "Cacherr",
        "version": env!("CARGO_PKG_VERSION"),
        "description": ABOUT,
        "license": { "name": "MIT", "url": "https://opensource.org/license/mit" },
    });
    document["security"] = json!([{ "ApiKey": [] }, { "Bearer": [] }, { "Session": [] }]);
    document["components"]["securitySchemes"] = json!({
        "ApiKey": { "type": "apiKey", "in": "header", "name": "X-Api-Key", "description": "An API key." },
        "Bearer": { "type": "http", "scheme": "bearer", "description": "An API key as a bearer token." },
        "Session": {
            "type": "apiKey", "in": "cookie", "name": "cacherr_session",
            "description": "The session that `logIn` began; a browser sends it by itself. Over HTTPS, at the root of a host, \
                            the cookie is called `__Host-cacherr_session`.",
        },
    });
    document["paths"]["/ws"] = socket::path_item();
    if let Some(tags) = document["tags"].as_array_mut() {
        tags.push(json!({ "name": "Events", "description": "What happens, as it happens." }));
    }
    for item in objects(&mut document["paths"]) {
        for operation in objects(item) {
            finish(operation, &refusals);
        }
    }
    add_unseen(&mut document["components"]["schemas"]);
    for name in IN_ANY_CASE {
        document["components"]["schemas"][name]["x-case-insensitive"] = true.into();
    }
    for schema in objects(&mut document["components"]["schemas"]) {
        if let Some(properties) = schema.get_mut("properties") {
            objects(properties).for_each(tidy_reference);
        }
    }
    for (name, schema) in document["components"]["schemas"].as_object_mut().into_iter().flatten() {
        if name.ends_with("Request") {
            // What is sent to us is refused with names that we do not know; what we send may grow.
            schema["additionalProperties"] = false.into();
        } else {
            require_nullable(schema);
        }
    }
    document
}

fn objects(value: &mut Value) -> impl Iterator<Item = &mut Value> {
    value.as_object_mut().into_iter().flatten().map(|(_, value)| value)
}

/// The page about all codes, as it is checked in.
#[must_use]
pub fn codes_page() -> String {
    format!(
        "# Error codes\n\n{CLOSED} `error` says the same for people, in a sentence, and what to do. The status is the \
         one of an answer; in a job (`error.code`) and in a batch (`failures[].code`) the codes mean the same.\n\n{}",
        codes()
    )
}

fn codes() -> String {
    let row = |code: &Code| format!("| `{}` | {} | {} |\n", code.name(), code.status(), code.meaning());
    let head = "| code | status | meaning |\n|---|---|---|\n".to_owned();
    Code::ALL.iter().map(row).fold(head, |text, row| text + &row)
}

/// Adds security and refusals to an operation.
fn finish(operation: &mut Value, refusals: &BTreeMap<&str, &[Code]>) {
    let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
    let permission = permissions::of(&id);
    let is_open = permission == Permission::Open;
    operation["x-role"] = permission.name().into();
    if is_open {
        operation["security"] = json!([]);
    }
    // poem-openapi adds a charset, which generators do not look for.
    if let Some(content) = operation.pointer_mut("/requestBody/content").and_then(Value::as_object_mut) {
        *content = std::mem::take(content)
            .into_iter()
            .map(|(_, schema)| (super::answer::JSON.to_owned(), schema))
            .collect();
    }
    if id == webhooks::TAKES_FORMS.0 {
        operation["requestBody"]["x-also"] = json!([webhooks::TAKES_FORMS.1]);
    }
    for (_, next, parameter, place) in LINKS.iter().filter(|(from, ..)| *from == id) {
        // Only what has a body leads on.
        for answer in objects(&mut operation["responses"]).filter(|answer| answer.get("content").is_some()) {
            answer["links"][*next] = json!({
                "operationId": next,
                "parameters": { *parameter: format!("$response.body#{place}") },
            });
        }
    }
    let own = refusals.get(id.as_str()).copied().unwrap_or_default();
    let with_key = if is_open { &[] } else { WITH_KEY };
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    let with_body = if operation.get("requestBody").is_some() { WITH_BODY } else { &[] };
    let with_json = if with_body.is_empty() || id == webhooks::TAKES_FORMS.0 { &[] } else { WITH_JSON };
    for code in with_json.iter().chain(own).chain(with_key).chain(with_body).chain(COMMON) {
        by_status.entry(code.status()).or_default().push(*code);
    }
    for (status, codes) in by_status {
        let lines: Vec<String> =
            codes.iter().map(|code| format!("`{}`: {}", code.name(), code.meaning())).collect();
        let names: Vec<&str> = codes.iter().map(|code| code.name()).collect();
        operation["responses"][status.to_string()] = json!({
            "description": lines.join(" "),
            "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
            "x-codes": names,
        });
    }
}

/// What only this file and `socket` refer to: poem-openapi does not know that it is in use.
fn add_unseen(schemas: &mut Value) {
    let mut registry = Registry::new();
    ProblemBody::register(&mut registry);
    frames::register(&mut registry);
    for (name, schema) in registry.schemas {
        schemas[name] = json!(schema);
    }
    schemas["ErrorCode"]["description"] = format!("{CLOSED}\n\n{}", codes()).into();
}

/// A reference with something beside it: poem-openapi says that twice. And `nullable` beside `allOf` adds nothing to what
/// the schema there takes: it is one of the two.
fn tidy_reference(property: &mut Value) {
    let reference = property.pointer("/allOf/0").cloned().unwrap_or_default();
    let Some(fields) = property.as_object_mut() else { return };
    if reference["$ref"].is_null() {
        return;
    }
    fields.remove("allOf");
    let (kind, schemas) = match fields.remove("nullable") {
        Some(_) => ("oneOf", json!([reference, { "enum": [null] }])),
        None => ("allOf", json!([reference])),
    };
    fields.insert(kind.to_owned(), schemas);
}

/// Whether null is among the values of a property.
#[must_use]
pub fn takes_null(property: &Value) -> bool {
    property["nullable"] == true || property["oneOf"][1]["enum"] == json!([null])
}

/// Fields that may be null are there nevertheless.
fn require_nullable(schema: &mut Value) {
    let always: Vec<Value> = schema["properties"]
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, property)| takes_null(property))
        .map(|(name, _)| name.as_str().into())
        .collect();
    if always.is_empty() {
        return;
    }
    let Some(fields) = schema.as_object_mut() else { return };
    if let Some(required) = fields.entry("required").or_insert_with(|| json!([])).as_array_mut() {
        required.extend(always);
    }
}

/// The page that shows the document; what poem-openapi has of Swagger UI, around our document.
#[must_use]
pub fn page<T: OpenApi>(service: &OpenApiService<T, ()>, document: &Value) -> String {
    let html = service.swagger_ui_html();
    // Within a script element a text must not end it.
    let ours = document.to_string().replace("</", "<\\/");
    html.replace(&service.spec(), &ours).replace("<title>Swagger UI</title>", "<title>Cacherr API</title>")
}
