//! Texts that are given: any character, any length, names of values, and texts that are none.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use cacherr::cacher::{Accepted, CacheRequest};
use cacherr::domain::file::{FileRow, Operation, Status};
use reqwest::Method;
use serde_json::json;

use super::{LIST, ids, names, stocked};
use crate::support::app::{TestApp, quoted, send};
use crate::support::stock;

#[tokio::test]
async fn no_character_of_a_search_means_anything_but_itself() {
    let odd = [
        "100%.mkv",
        "a_b.mkv",
        "a\\b.mkv",
        "a*b?.mkv",
        "[ab].mkv",
        "a'b\"c.mkv",
        "a;b--.mkv",
        "(a|b)+.mkv",
        "axb.mkv",
    ];
    let rows: Vec<FileRow> = (0..).zip(odd).map(|(number, name)| stock::named(number, name)).collect();
    let app = stocked(&rows).await;
    for (text, expected) in [
        ("%", &["100%.mkv"][..]),
        ("0%.", &["100%.mkv"]),
        ("%%", &[]),
        ("_", &["a_b.mkv"]),
        ("A_B", &["a_b.mkv"]),
        ("\\", &["a\\b.mkv"]),
        ("\\\\", &[]),
        ("\\_", &[]),
        ("*", &["a*b?.mkv"]),
        ("?", &["a*b?.mkv"]),
        ("[ab]", &["[ab].mkv"]),
        ("'", &["a'b\"c.mkv"]),
        ("' OR '1'='1", &[]),
        (";b--", &["a;b--.mkv"]),
        ("(a|b)+", &["(a|b)+.mkv"]),
        (".*", &[]),
        ("a.b", &[]),
        ("axb", &["axb.mkv"]),
        ("\u{0}", &[]),
        ("\n", &odd),
    ] {
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        let list = app.get(&format!("{LIST}?search={}", quoted(text))).await.is(200);
        let mut listed = names(&list);
        listed.sort_unstable();
        assert_eq!(listed, expected, "{text:?}");
        assert_eq!(list["filter_applied"]["search"], text);
        if text.trim().is_empty() {
            continue;
        }
        for kind in ["filename", "path", "all"] {
            let search = app.get(&format!("{LIST}/search?q={}&type={kind}", quoted(text))).await.is(200);
            let mut found = names(&search);
            found.sort_unstable();
            assert_eq!(found, expected, "{kind} {text:?}");
            assert_eq!(search["query"], text);
        }
    }
}

#[tokio::test]
async fn a_blank_search_is_no_filter_in_a_list_and_nothing_to_search_for() {
    let app = stocked(&[stock::row(1), stock::row(2)]).await;
    for blank in ["", "%20", "+", "%09%0a", "%c2%a0", "%e3%80%80"] {
        let page = app.get(&format!("{LIST}?search={blank}")).await.is(200);
        assert_eq!(page["pagination"]["total_count"], 2, "{blank}");
        let sentence = app.get(&format!("{LIST}/search?q={blank}")).await.refuses(400, "invalid_parameter");
        assert!(sentence.starts_with("q must"), "{sentence}");
    }
}

#[tokio::test]
async fn a_text_may_have_4096_characters_and_a_search_of_more_is_refused() {
    let app = stocked(&[stock::row(1)]).await;
    for letter in ["x", "ü", "🎬"] {
        let longest = quoted(&letter.repeat(4096));
        let found = app.get(&format!("{LIST}/search?q={longest}")).await.is(200);
        assert_eq!(found["total_found"], 0);
        app.get(&format!("{LIST}/search?q={longest}x")).await.refuses(400, "invalid_parameter");
        let page = app.get(&format!("{LIST}?search={longest}")).await.is(200);
        assert_eq!(page["pagination"]["total_count"], 0);
    }
}

#[tokio::test]
async fn a_name_of_a_value_is_taken_as_it_is_written_and_no_other() {
    let app = TestApp::start().await;
    let lists = |query: &str| format!("{LIST}?{query}");
    for (path, says) in [
        (lists("status=ACTIVE"), "status must be one of active, orphaned, pending_removal, removed"),
        (lists("status="), "status must be one of "),
        (lists("status=active,removed"), "status must be one of "),
        (lists("status=all"), "status must be one of "),
        (lists("triggered_by_operation=Manual"), "triggered_by_operation must be one of active_watching, "),
        (lists("sort=id"), "sort must be one of cached_at, "),
        (lists("sort=cached_at%20desc"), "sort must be one of "),
        (lists("order=descending"), "order must be one of asc, desc"),
        (lists("order=DESC"), "order must be one of asc, desc"),
        (
            "/api/cached/files/search?q=x&type=ALL".to_owned(),
            "type must be one of filename, path, user, operation, all",
        ),
        (
            "/api/cached/operations?operation_type=delete".to_owned(),
            "operation_type must be one of cache, restore, ",
        ),
        ("/api/jobs?state=running".to_owned(), "state must be one of queued, copying, "),
    ] {
        let sentence = app.get(&path).await.refuses(400, "invalid_parameter");
        assert!(sentence.starts_with(says), "{path}: {sentence}");
    }
    for status in Status::ALL {
        app.get(&lists(&format!("status={status}"))).await.is(200);
    }
    for operation in Operation::ALL {
        app.get(&lists(&format!("triggered_by_operation={operation}"))).await.is(200);
    }
}

#[tokio::test]
async fn no_name_of_a_query_comes_twice_and_none_is_unknown() {
    let app = TestApp::start().await;
    for path in [
        "/api/cached/files?search=a&search=a",
        "/api/cached/files?user_id=a&limit=1&user_id=b",
        "/api/cached/files?Limit=1",
        "/api/cached/files?limit%20=1",
        "/api/cached/files?limit[]=1",
        "/api/cached/files?=1",
        "/api/cached/files?q=x",
        "/api/cached/files/search?q=a&q=b",
        "/api/cached/files/search?q=a&status=active",
        "/api/cached/statistics?days=30",
        "/api/cached/users/ann/stats?days=1&days=1",
        "/api/cached/users/ann/stats?limit=1",
        "/api/cached/operations?limit=1&limit=1",
        "/api/cached/files/0190a6b8-9c1e-7cc3-98c4-dc0c0c07398f?full=1",
    ] {
        app.get(path).await.refuses(400, "unknown_parameter");
    }
}

#[tokio::test]
async fn a_reason_is_a_text_and_nothing_is_given_back_for_another() {
    let app = TestApp::start().await;
    let film = app.film("a.mkv", 10);
    let id = app.cache(&film, json!({})).await;
    let path = format!("{LIST}/{id}");
    for field in ["reason", "user_id"] {
        for value in
            [json!(7), json!(0.5), json!(true), json!([]), json!(["manual"]), json!({}), json!({ "a": "b" })]
        {
            let request = app.request(Method::DELETE, &path).json(&json!({ field: value }));
            let sentence = send(request).await.refuses(400, "invalid_parameter");
            assert!(sentence.starts_with(&format!("{field} must be a text")), "{value}: {sentence}");
        }
        for text in ["", " ", "\t\n", &"x".repeat(256)] {
            let request = app.request(Method::DELETE, &path).json(&json!({ field: text }));
            let sentence = send(request).await.refuses(400, "invalid_parameter");
            assert!(sentence.starts_with(&format!("{field} must be a text of 1 to 255")), "{sentence}");
            app.delete(&format!("{path}?{field}={}", quoted(text))).await.refuses(400, "invalid_parameter");
        }
    }
    for (body, code) in
        [("[]", "malformed_json"), ("\"manual\"", "malformed_json"), ("{\"reason\":", "malformed_json")]
    {
        let request =
            app.request(Method::DELETE, &path).header("Content-Type", "application/json").body(body);
        send(request).await.refuses(400, code);
    }
    assert!(film.is_symlink());
    assert_eq!(app.get(&path).await.is(200)["status"], "active");
    // Null is what clients send for what is not there.
    let longest = "x".repeat(255);
    let request = app.request(Method::DELETE, &path).json(&json!({ "reason": longest, "user_id": null }));
    assert_eq!(send(request).await.is(200)["reason"], longest);
    assert!(!film.is_symlink());
    for _ in 0..2 {
        app.delete(&path).await.refuses(409, "already_removed");
    }
    app.cache(&film, json!({})).await;
    let request = app.request(Method::DELETE, &path).json(&json!({ "reason": null }));
    assert_eq!(send(request).await.is(200)["reason"], "manual");
}

#[tokio::test]
async fn a_name_that_is_not_utf8_is_listed_searched_and_given_back() {
    let app = TestApp::start().await;
    let plain = app.film("plain.mkv", 10);
    let odd = app.library.join(OsStr::from_bytes(b"caf\xe9 \xff\xfe.mkv"));
    fs::rename(&plain, &odd).unwrap();
    let (operation, by) = (Operation::Manual, "test".into());
    let request = CacheRequest {
        path: odd.clone(),
        operation,
        user: None,
        metadata: Default::default(),
        method: None,
        by,
    };
    let accepted = app.cacher().request_cache(&request).unwrap();
    let Accepted::Queued { job, file, .. } = accepted else { panic!("{accepted:?}") };
    app.ended(&job.to_string()).await;
    let shown = "caf\u{fffd} \u{fffd}\u{fffd}.mkv";
    let list = app.get(LIST).await.is(200);
    assert_eq!((names(&list), ids(&list)), (vec![shown], vec![file.to_string()]));
    for query in [
        "search?q=CAF",
        &format!("search?q={}", quoted(shown)),
        &format!("search?type=path&q={}", quoted("f\u{fffd} ")),
    ] {
        assert_eq!(ids(&app.get(&format!("{LIST}/{query}")).await.is(200)), [file.to_string()], "{query}");
    }
    // The bytes themselves are no text, and a query that has them is read as the same U+FFFD.
    assert_eq!(ids(&app.get(&format!("{LIST}?search=f%e9")).await.is(200)), [file.to_string()]);
    app.delete(&format!("{LIST}/{file}")).await.is(200);
    assert!(odd.exists() && !odd.is_symlink());
    assert_eq!(names(&app.get(&format!("{LIST}?status=removed")).await.is(200)), [shown]);
}
