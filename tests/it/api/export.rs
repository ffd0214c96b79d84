//! Every cached file in one file.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::{Cursor, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use cacherr::cacher::{Accepted, CacheRequest};
use cacherr::domain::file::Operation;
use cacherr::domain::log::LogKind;
use cacherr::store::Rows;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::app::{Options, TestApp, send};

/// What leaves.
struct Download {
    headers: reqwest::header::HeaderMap,
    bytes: Vec<u8>,
}

impl Download {
    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap()
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }

    fn csv(&self) -> Vec<BTreeMap<String, String>> {
        table(&self.bytes)
    }
}

fn table(bytes: &[u8]) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_reader(bytes).into_deserialize().map(Result::unwrap).collect()
}

async fn export(app: &TestApp, query: &str) -> Download {
    let response = app.request(Method::GET, &format!("/api/cached/export{query}")).send().await.unwrap();
    assert_eq!(response.status(), 200, "{query}");
    let headers = response.headers().clone();
    Download { headers, bytes: response.bytes().await.unwrap().to_vec() }
}

/// Names that want to be something else.
const ODD: [&str; 12] = [
    "plain.mkv",
    "say \"cheese\", please.mkv",
    "two\nlines.mkv",
    "\r\nid,filename.mkv",
    "=HYPERLINK(\"x\").mkv",
    "+1.mkv",
    "-1.mkv",
    "@SUM(A1).mkv",
    "\t=1.mkv",
    "🎬 fin;ale.mkv",
    "'quoted'.mkv",
    "back\\slash.mkv",
];

/// A library of such names, newest last, and one whose bytes are not UTF-8.
async fn shelf() -> TestApp {
    let app = TestApp::start().await;
    for (number, name) in ODD.into_iter().enumerate() {
        let film = app.film(name, 1000 + number);
        app.cache(&film, json!({ "user_id": if number % 2 == 0 { "ann" } else { "bob" } })).await;
    }
    let plain = app.film("latin", 10);
    let odd = app.library.join(OsStr::from_bytes(b"caf\xe9.mkv"));
    fs::rename(&plain, &odd).unwrap();
    let (operation, by) = (Operation::Watchlist, "test".into());
    let request =
        CacheRequest { path: odd, operation, user: None, metadata: Default::default(), method: None, by };
    let accepted = app.cacher().request_cache(&request).unwrap();
    let Accepted::Queued { job, .. } = accepted else { panic!("{accepted:?}") };
    assert_eq!(app.ended(&job.to_string()).await["state"], "done");
    app
}

/// The names of the shelf as they should leave: newest first.
fn names() -> Vec<String> {
    let odd = ODD.into_iter().map(str::to_owned);
    odd.chain(["caf\u{fffd}.mkv".to_owned()]).rev().collect()
}

/// As a spreadsheet is given it.
fn harmless(name: &str) -> String {
    let risky = name.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    if risky { format!("'{name}") } else { name.to_owned() }
}

/// The file as the list shows it, less what exports do not have.
async fn listed(app: &TestApp) -> Vec<Value> {
    let page = app.get("/api/cached/files").await.is(200);
    let mut files = page["files"].as_array().unwrap().clone();
    for file in &mut files {
        for field in ["library", "pinned", "priority", "playing"] {
            file.as_object_mut().unwrap().remove(field).unwrap();
        }
    }
    files
}

#[tokio::test]
async fn json_says_what_the_list_says() {
    let app = shelf().await;
    let export = export(&app, "?format=json&include_metadata=true").await;
    assert_eq!(export.header("content-type"), "application/json");
    let json = export.json();
    assert_eq!(json["cached_files"], Value::Array(listed(&app).await));
    assert_eq!(
        (&json["total_files"], &json["filters_applied"]),
        (&json!(ODD.len() + 1), &json!({})),
        "{json:#}"
    );
    let named: Vec<&str> = json["cached_files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["filename"].as_str().unwrap())
        .collect();
    assert_eq!(named, names());
    json["export_timestamp"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
}

#[tokio::test]
async fn csv_is_the_same_cell_by_cell_and_no_cell_is_a_formula() {
    let app = shelf().await;
    let film = app.library.join(ODD[0]);
    let second = json!({ "file_path": film, "user_id": "=eve", "operation": "ondeck" });
    app.post("/api/cached/files", &second).await.is(200);
    let export = export(&app, "?include_metadata=true").await;
    assert_eq!(export.header("content-type"), "text/csv; charset=utf-8");
    let head = "id,filename,file_path,original_path,cached_path,cache_method,file_size_bytes,file_size_readable,\
                cached_at,last_accessed,access_count,triggered_by_user,triggered_by_operation,status,users,metadata\r\n";
    assert!(export.text().starts_with(head), "{}", export.text());
    assert!(export.text().ends_with("\r\n"));
    let rows = export.csv();
    let listed = listed(&app).await;
    assert_eq!(rows.len(), listed.len());
    for ((row, file), name) in rows.iter().zip(&listed).zip(names()) {
        assert_eq!(row["filename"], harmless(&name));
        for (column, cell) in row {
            let meant = match &file[column] {
                Value::Null => String::new(),
                Value::String(text) => harmless(text),
                Value::Array(users) => {
                    users.iter().map(|user| harmless(user.as_str().unwrap())).collect::<Vec<_>>().join(";")
                }
                Value::Object(_) => {
                    assert_eq!(serde_json::from_str::<Value>(cell).unwrap(), file[column]);
                    continue;
                }
                other => other.to_string(),
            };
            assert_eq!(*cell, meant, "{column}");
        }
        assert_eq!(row.len(), file.as_object().unwrap().len());
    }
    assert_eq!(rows.last().unwrap()["users"], "ann;'=eve");
    assert_eq!(rows[0]["users"], "");
}

#[tokio::test]
async fn text_has_one_block_per_file_whatever_its_name() {
    let app = shelf().await;
    let export = export(&app, "?format=txt").await;
    assert_eq!(export.header("content-type"), "text/plain; charset=utf-8");
    let text = export.text();
    assert!(text.contains("   Files       13: all but removed ones, newest first\n"), "{text}");
    assert!(text.ends_with("\n\nEnd of the export: 13 files.\n"), "{text}");
    let titles: Vec<&str> =
        text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit())).collect();
    let shown = names().into_iter().enumerate().map(|(number, name)| {
        let name = name.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t");
        format!("{}. {name}", number + 1)
    });
    assert_eq!(titles, shown.collect::<Vec<_>>());
    assert!(text.contains("   Size        1000 B (1,000 bytes)\n"), "{text}");
    assert!(text.contains("   Wanted by   nobody\n") && text.contains("   Wanted by   bob\n"), "{text}");
    let path = format!("   Path        {}/{}\n", app.library.display(), ODD[0]);
    assert!(text.contains(&path) && !text.contains("Metadata"), "{text}");
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'));
}

#[tokio::test]
async fn an_archive_holds_the_three_of_one_moment() {
    let app = shelf().await;
    let zipped = export(&app, "?format=zip&user_id=ann").await;
    assert_eq!(zipped.header("content-type"), "application/zip");
    let disposition = zipped.header("content-disposition");
    let stamp = disposition.split("cached_files_").nth(1).unwrap().trim_end_matches(".zip\"");
    let mut archive = zip::ZipArchive::new(Cursor::new(&zipped.bytes)).unwrap();
    let entries: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    assert_eq!(entries, ["csv", "json", "txt"].map(|ending| format!("cached_files_{stamp}.{ending}")));
    let mut read = |number: usize| {
        let mut entry = archive.by_index(number).unwrap();
        let at = entry.last_modified().unwrap();
        let date = format!("{:04}{:02}{:02}_{:02}", at.year(), at.month(), at.day(), at.hour());
        assert!(stamp.starts_with(&date), "{stamp} {date}");
        assert!(entry.compressed_size() < entry.size());
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        bytes
    };
    let (csv, json, txt) = (read(0), read(1), read(2));
    let plain = |format: &'static str| format!("?user_id=ann&format={format}");
    assert_eq!(csv, export(&app, &plain("csv")).await.bytes);
    let json: Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json["cached_files"], export(&app, &plain("json")).await.json()["cached_files"]);
    assert_eq!((&json["total_files"], table(&csv).len()), (&json!(6), 6));
    assert!(std::str::from_utf8(&txt).unwrap().ends_with("End of the export: 6 files.\n"));
}

#[tokio::test]
async fn filters_narrow_it_as_they_narrow_the_list() {
    let app = shelf().await;
    let id = app.get("/api/cached/files?search=plain").await.is(200)["files"][0]["id"].take();
    app.delete(&format!("/api/cached/files/{}", id.as_str().unwrap())).await.is(200);
    let second = json!({ "file_path": app.library.join(ODD[1]), "user_id": "ann" });
    app.post("/api/cached/files", &second).await.is(200);
    for query in [
        "",
        "user_id=ann",
        "user_id=bob",
        "user_id=nobody",
        "user_id=",
        "status=active",
        "status=removed",
        "status=orphaned",
        "status=active&user_id=ann",
        "status=removed&user_id=bob",
    ] {
        let page = app.get(&format!("/api/cached/files?{query}")).await.is(200);
        let json = export(&app, &format!("?format=json&{query}")).await.json();
        let ids = |files: &Value| {
            files.as_array().unwrap().iter().map(|file| file["id"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(ids(&json["cached_files"]), ids(&page["files"]), "{query}");
        assert_eq!(json["total_files"], page["pagination"]["total_count"], "{query}");
        assert_eq!(json["filters_applied"], page["filter_applied"], "{query}");
        assert!(json["cached_files"].as_array().unwrap().iter().all(|file| file.get("metadata").is_none()));
        let rows = export(&app, &format!("?{query}")).await.csv();
        assert_eq!(rows.len(), ids(&page["files"]).len(), "{query}");
    }
    let text = export(&app, "?format=txt&status=active&user_id=ann").await;
    assert!(text.text().contains("those that are active, wanted by ann, newest first"), "{}", text.text());
}

#[tokio::test]
async fn an_empty_cache_is_a_whole_file_too() {
    let app = TestApp::start().await;
    assert_eq!(export(&app, "").await.text().lines().count(), 1);
    let json = export(&app, "?format=json").await.json();
    assert_eq!((&json["total_files"], &json["cached_files"]), (&json!(0), &json!([])));
    assert!(export(&app, "?format=txt").await.text().ends_with("End of the export: 0 files.\n"));
    let zipped = export(&app, "?format=zip").await;
    assert_eq!(zip::ZipArchive::new(Cursor::new(&zipped.bytes)).unwrap().len(), 3);
}

#[tokio::test]
async fn a_file_is_named_after_its_moment_and_kept_nowhere() {
    let app = TestApp::start().await;
    for (query, ending) in [
        ("", "csv"),
        ("?format=CSV", "csv"),
        ("?format=Json", "json"),
        ("?format=TXT", "txt"),
        ("?format=zIp", "zip"),
    ] {
        let stamp = |at: jiff::Timestamp| at.strftime("%Y%m%d_%H%M%S").to_string();
        let before = stamp(jiff::Timestamp::now());
        let export = export(&app, query).await;
        let after = stamp(jiff::Timestamp::now());
        let disposition = export.header("content-disposition");
        let name = disposition.strip_prefix("attachment; filename=\"").unwrap().strip_suffix('"').unwrap();
        assert_eq!(Path::new(name).extension().unwrap(), ending);
        let named = name.strip_prefix("cached_files_").unwrap().split('.').next().unwrap();
        assert!(before.as_str() <= named && named <= after.as_str(), "{before} {named} {after}");
        assert_eq!(export.header("cache-control"), "no-store");
        assert_eq!(export.header("x-content-type-options"), "nosniff");
    }
}

#[tokio::test]
async fn what_cannot_be_exported_is_refused_in_json_and_not_written_down() {
    let app = TestApp::start_with(Options { key: Some("key"), ..Options::default() }).await;
    for (query, code, says) in [
        ("format=xlsx", "invalid_parameter", "format must be one of csv, json, txt, zip"),
        ("format=", "invalid_parameter", "format must be one of csv, json, txt, zip"),
        ("status=lost", "invalid_parameter", "status must be one of active, orphaned, "),
        ("status=ACTIVE", "invalid_parameter", "status must be one of active, orphaned, "),
        ("include_metadata=yes", "invalid_parameter", "include_metadata must be true or false"),
        ("limit=5", "unknown_parameter", "the query has a name that is not known"),
        ("format=csv&format=json", "unknown_parameter", "format may be given only once"),
    ] {
        let sentence = app.get(&format!("/api/cached/export?{query}")).await.refuses(400, code);
        assert!(sentence.starts_with(says), "{query}: {sentence}");
    }
    send(app.request(Method::POST, "/api/cached/export")).await.refuses(405, "method_not_allowed");
    let stranger = crate::support::http_client().get(format!("http://{}/api/cached/export", app.origin()));
    send(stranger).await.refuses(401, "unauthorized");
    let head = app.request(Method::HEAD, "/api/cached/export?format=zip").send().await.unwrap();
    assert_eq!(
        (head.status().as_u16(), &head.headers()["content-type"]),
        (200, &"application/zip".parse().unwrap())
    );
    let log = app.get("/api/cached/operations").await.is(200);
    assert_eq!(log["operations"], json!([]), "nothing has left");
}

#[tokio::test]
async fn every_export_is_written_down_before_its_first_byte() {
    let app = shelf().await;
    let path = "/api/cached/export?format=JSON&user_id=ann&status=active&include_metadata=true";
    let mut response = app.request(Method::GET, path).send().await.unwrap();
    // The body has not been read; the store has it.
    let entry = app.cacher().engine().store().read().unwrap().log(None, 1).unwrap().remove(0);
    assert_eq!(entry.kind, LogKind::Export);
    while response.chunk().await.unwrap().is_some() {}
    let log = app.get("/api/cached/operations?operation_type=export").await.is(200);
    assert_eq!(log["operations"].as_array().unwrap().len(), 1);
    let entry = &log["operations"][0];
    assert!(!entry["triggered_by"].as_str().unwrap().is_empty());
    for (field, value) in [
        ("file_path", json!("")),
        ("file_id", Value::Null),
        ("triggered_by_user", Value::Null),
        ("success", json!(true)),
        (
            "metadata",
            json!({
                "format": "json", "files": "6", "user_id": "ann", "status": "active", "include_metadata": "true"
            }),
        ),
    ] {
        assert_eq!(entry[field], value, "{field}");
    }
}
