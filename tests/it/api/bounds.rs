//! The edges of what can be asked: the first and last value that is taken, and the first that is not.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use cacherr::cacher::{Accepted, CacheRequest};
use cacherr::domain::file::{FileRow, Operation, Status};
use cacherr::domain::query::Sort;
use reqwest::Method;
use serde_json::{Value, json};

use crate::store::rows::at;
use crate::support::app::{TestApp, send};
use crate::support::stock;

const LIST: &str = "/api/cached/files";

async fn stocked(rows: &[FileRow]) -> TestApp {
    let app = TestApp::start().await;
    stock::put(app.cacher().engine().store(), rows);
    app
}

fn ids(page: &Value) -> Vec<String> {
    let files = page.get("files").unwrap_or(&page["results"]);
    files.as_array().unwrap().iter().map(|file| file["id"].as_str().unwrap().to_owned()).collect()
}

fn names(page: &Value) -> Vec<&str> {
    let files = page.get("files").unwrap_or(&page["results"]);
    files.as_array().unwrap().iter().map(|file| file["filename"].as_str().unwrap()).collect()
}

/// A text as a value of a query.
fn quoted(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

#[tokio::test]
async fn a_limit_is_a_whole_number_from_1_to_500() {
    let rows: Vec<FileRow> = (0..501).map(stock::row).collect();
    let app = stocked(&rows).await;
    let of = |name: &str, limit: &str| match name {
        "search" => format!("{LIST}/search?q=mkv&limit={limit}"),
        "operations" => format!("/api/cached/operations?limit={limit}"),
        _ => format!("{LIST}?limit={limit}"),
    };
    for (name, shown) in [("list", "files"), ("search", "results"), ("operations", "operations")] {
        for limit in [1, 2, 499, 500] {
            let page = app.get(&of(name, &limit.to_string())).await.is(200);
            assert_eq!(page[shown].as_array().unwrap().len(), limit, "{name}");
        }
        let far = ["4294967297", "9223372036854775807", "9223372036854775808", "-9223372036854775809"];
        let odd =
            ["", "ten", "1.0", "1e2", "0x10", "%20", "1%2000", "null", "true", "%D9%A1", "1,000", "NaN"];
        for limit in ["0", "-0", "-1", "501"].into_iter().chain(far).chain(odd) {
            let sentence = app.get(&of(name, limit)).await.refuses(400, "invalid_parameter");
            assert_eq!(sentence, "limit must be a whole number from 1 to 500", "{name} {limit}");
        }
    }
    let page = app.get(&format!("{LIST}?limit=500")).await.is(200);
    assert_eq!(
        (&page["pagination"]["total_count"], &page["pagination"]["has_more"]),
        (&json!(501), &json!(true))
    );
}

#[tokio::test]
async fn an_offset_beyond_the_end_is_an_empty_page_however_far() {
    let rows: Vec<FileRow> = (0..5).map(stock::row).collect();
    let app = stocked(&rows).await;
    for order in ["asc", "desc"] {
        for sort in Sort::ALL {
            let list = |offset: &str| format!("{LIST}?sort={sort}&order={order}&limit=500&offset={offset}");
            for (offset, shown) in
                [("0", 5), ("4", 1), ("5", 0), ("6", 0), ("4294967296", 0), ("9223372036854775807", 0)]
            {
                let page = app.get(&list(offset)).await.is(200);
                assert_eq!(ids(&page).len(), shown, "{sort} {order} {offset}");
                let expected = json!({ "limit": 500, "offset": offset.parse::<i64>().unwrap(), "total_count": 5,
                    "has_more": false, "next_cursor": null });
                assert_eq!(page["pagination"], expected);
            }
            for offset in ["-1", "9223372036854775808", "-9223372036854775808", "", "one", "1.5"] {
                let sentence = app.get(&list(offset)).await.refuses(400, "invalid_parameter");
                assert_eq!(sentence, "offset must be a whole number of at least 0");
            }
        }
    }
}

#[tokio::test]
async fn bounds_of_size_take_their_own_value_and_zero_is_one() {
    let sizes = [0, 1, 1023, 1024, u64::from(u32::MAX) + 1, i64::MAX as u64];
    let rows: Vec<FileRow> =
        (0..).zip(sizes).map(|(number, size)| FileRow { size, ..stock::row(number) }).collect();
    let app = stocked(&rows).await;
    // One that is on the disk, too.
    app.cache(&app.film("empty.mkv", 0), json!({})).await;
    for (query, expected) in [
        ("size_max=0", &[0, 0][..]),
        ("size_min=0&size_max=0", &[0, 0]),
        ("size_min=1&size_max=1", &[1]),
        ("size_min=1&size_max=1023", &[1, 1023]),
        ("size_min=1024&size_max=4294967296", &[1024, 4_294_967_296]),
        ("size_min=4294967297", &[i64::MAX]),
        ("size_min=9223372036854775807", &[i64::MAX]),
        ("size_max=9223372036854775807&size_min=4294967296", &[4_294_967_296, i64::MAX]),
        ("size_min=2&size_max=1", &[]),
    ] {
        let page = app.get(&format!("{LIST}?sort=file_size_bytes&order=asc&{query}")).await.is(200);
        let sizes: Vec<i64> = page["files"]
            .as_array()
            .unwrap()
            .iter()
            .map(|file| file["file_size_bytes"].as_i64().unwrap())
            .collect();
        assert_eq!(sizes, expected, "{query}");
        assert_eq!(page["pagination"]["total_count"], expected.len());
    }
    for query in ["size_min=-1", "size_max=-1", "size_max=", "size_max=1KB", "size_min=9223372036854775808"] {
        app.get(&format!("{LIST}?{query}")).await.refuses(400, "invalid_parameter");
    }
    let zero = app.get(&format!("{LIST}?search=empty")).await.is(200);
    assert_eq!(zero["files"][0]["file_size_readable"], "0 B");
}

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
async fn an_instant_is_the_same_whatever_the_offset_it_is_told_with() {
    let (before, then, after) = (stock::row(1), stock::row(2), stock::row(3));
    let step = jiff::SignedDuration::from_micros(1);
    let cached = |row: FileRow, cached_at| FileRow { cached_at, ..row };
    // Midnight, and a microsecond to either side.
    let instant = at(6_400);
    let rows =
        [cached(before, instant.plus(-step)), cached(then, instant), cached(after, instant.plus(step))];
    let app = stocked(&rows).await;
    let since = async |text: &str| {
        let page = app.get(&format!("{LIST}?cached_since={}", quoted(text))).await.is(200);
        (names(&page).len(), page["filter_applied"]["cached_since"].as_str().unwrap().to_owned())
    };
    for same in [
        "2023-11-15",
        "2023-11-15T00:00:00Z",
        "2023-11-15t00:00:00z",
        "2023-11-15T00:00:00.000000Z",
        "2023-11-15T00:00:00+00:00",
        "2023-11-15T02:00:00+02:00",
        "2023-11-14T18:30:00-05:30",
        "2023-11-15T14:00:00+14:00",
        "2023-11-14T12:00:00-12:00",
        "2023-11-15T05:45:00.000+05:45",
    ] {
        assert_eq!(since(same).await, (2, "2023-11-15T00:00:00Z".to_owned()), "{same}");
    }
    assert_eq!(since("2023-11-14T23:59:59.999999Z").await.0, 3);
    assert_eq!(since("2023-11-15T01:00:00.000001+01:00").await.0, 1);
    assert_eq!(since("2023-11-15T00:00:00.000002Z").await.0, 0);
    for far in ["0001-01-01", "-000001-01-01T00:00:00Z", "9999-12-30T21:59:59Z"] {
        let shown = since(far).await.0;
        assert_eq!(shown, if far.starts_with('9') { 0 } else { 3 }, "{far}");
    }
    for wrong in [
        "",
        "2023-11-15T00:00:00",
        "2023-11-15 00:00",
        "2023-02-29",
        "1700006400",
        "now",
        "99999-01-01",
        "9999-12-31",
    ] {
        app.get(&format!("{LIST}?cached_since={}", quoted(wrong))).await.refuses(400, "invalid_parameter");
    }
}

#[tokio::test]
async fn files_that_are_alike_in_what_they_are_sorted_by_come_once_each_across_all_pages() {
    let rows: Vec<FileRow> = (0..1_203)
        .map(|number| FileRow {
            cached_at: at(if number % 400 == 7 { i64::from(number) } else { 1 }),
            ..stock::row(number)
        })
        .collect();
    let all: HashSet<String> = rows.iter().map(|row| row.id.to_string()).collect();
    let app = stocked(&rows).await;
    for sort in Sort::ALL {
        let mut both = vec![];
        for order in ["asc", "desc"] {
            let (mut by_offset, mut by_cursor, mut cursor) = (vec![], vec![], String::new());
            for number in 0.. {
                let query = format!("{LIST}?sort={sort}&order={order}&limit=101");
                let page = app.get(&format!("{query}&offset={}", number * 101)).await.is(200);
                assert_eq!(page["pagination"]["total_count"], 1_203);
                by_offset.extend(ids(&page));
                let page = app.get(&format!("{query}{cursor}")).await.is(200);
                by_cursor.extend(ids(&page));
                match page["pagination"]["next_cursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            assert_eq!(by_offset, by_cursor, "{sort} {order}");
            assert_eq!(
                (by_offset.len(), by_offset.iter().cloned().collect()),
                (1_203, all.clone()),
                "{sort} {order}"
            );
            both.push(by_offset);
        }
        let descending = both.pop().unwrap();
        assert!(both[0].iter().eq(descending.iter().rev()), "{sort}: one order is the other backwards");
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
            assert_eq!(sentence, format!("{field} must be a text"), "{value}");
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
    let (operation, principal) = (Operation::Manual, "test".to_owned());
    let request = CacheRequest { path: odd.clone(), operation, user: None, method: None, principal };
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
