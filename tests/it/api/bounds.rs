//! The edges of what can be counted and sorted: the first and last value that is taken, and the first that is not.

use std::collections::HashSet;

use cacherr::domain::file::FileRow;
use cacherr::domain::query::Sort;
use serde_json::json;

use super::{LIST, ids, names, stocked};
use crate::store::rows::at;
use crate::support::app::quoted;
use crate::support::stock;

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
