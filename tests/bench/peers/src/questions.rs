//! What is asked of SQLite, each as it would be written by somebody who knows it.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::measure::{Figures, Outcome, TIMES, mix, time};

const PRESENT: &str = "f.status <> 'removed'";
const USER: &str =
    "EXISTS (SELECT 1 FROM cached_file_users u WHERE u.cached_file_id = f.id AND u.user_id = ?)";

/// A condition and its values.
type Filter = (String, Vec<Value>);

/// Whether a list is asked for how many there are.
#[derive(Clone, Copy, PartialEq)]
enum Total {
    Counted,
    Unknown,
}

/// Fifty files from `offset` on with who wants them, and how many there are.
fn list(on: &Connection, filter: &Filter, order: &str, offset: u64, total: Total) -> Outcome<u64> {
    let (condition, values) = filter;
    let found = match total {
        Total::Counted => {
            let mut count =
                on.prepare_cached(&format!("SELECT count(*) FROM cached_files f WHERE {condition}"))?;
            count.query_row(params_from_iter(values), |row| row.get(0))?
        }
        Total::Unknown => 0,
    };
    let page =
        format!("SELECT * FROM cached_files f WHERE {condition} ORDER BY {order} LIMIT 50 OFFSET {offset}");
    // The offset is part of the text: preparing it costs microseconds, and each is asked once.
    let mut page = on.prepare(&page)?;
    let mut users = on.prepare_cached(
        "SELECT user_id FROM cached_file_users WHERE cached_file_id = ? ORDER BY added_at, rowid",
    )?;
    let mut rows = page.query(params_from_iter(values))?;
    while let Some(row) = rows.next()? {
        let columns = (0..16).map(|at| row.get(at)).collect::<rusqlite::Result<Vec<Value>>>()?;
        let users = users.query_map([&columns[0]], |row| row.get(0))?;
        std::hint::black_box((users.collect::<rusqlite::Result<Vec<String>>>()?, columns));
    }
    Ok(found)
}

const NEWEST: &str = "f.cached_at DESC, f.id DESC";

fn all() -> Filter {
    (PRESENT.to_owned(), Vec::new())
}

/// The newest files.
pub fn first_page(on: &Connection) -> Outcome {
    list(on, &all(), NEWEST, 0, Total::Counted).map(drop)
}

/// The parts of a filter, all of which must hold.
fn filter<const N: usize>(parts: [(&str, Value); N]) -> Filter {
    let condition = parts.iter().map(|(condition, _)| *condition).collect::<Vec<_>>().join(" AND ");
    (condition, parts.into_iter().map(|(_, value)| value).collect())
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

/// Asks all of them.
pub fn ask(on: &Connection, records: u64, figures: &mut Figures) -> Outcome {
    let mut page = |name, total, offset: &mut dyn FnMut() -> u64| -> Outcome {
        let act = || list(on, &all(), NEWEST, offset(), total).map(drop);
        figures.insert(name, time(TIMES * 5, act)?);
        Ok(())
    };
    page("page_first_us", Total::Counted, &mut || 0)?;
    page("page_first_untotalled_us", Total::Unknown, &mut || 0)?;
    page("page_middle_us", Total::Counted, &mut || records / 2)?;
    let mut turn = 0;
    page("page_anywhere_us", Total::Counted, &mut || {
        turn += 1;
        mix(turn) % (records * 9 / 10)
    })?;

    let place = records - records / 12;
    let since: String = on.query_row(
        "SELECT cached_at FROM cached_files ORDER BY cached_at LIMIT 1 OFFSET ?",
        [i64::try_from(place)?],
        |row| row.get(0),
    )?;
    let searched = |needle: &str| {
        let (condition, _) = all();
        (format!("{condition} AND f.file_path LIKE ?"), vec![text(&format!("%{needle}%"))])
    };
    let size = (format!("{PRESENT} AND f.file_size_bytes >= ?"), vec![Value::Integer(20_000_000_000)]);
    let every = filter([
        (USER, text("user10")),
        ("f.status = ?", text("active")),
        ("f.triggered_by_operation = ?", text("watchlist")),
        ("f.file_size_bytes >= ?", Value::Integer(1_000_000_000)),
        ("f.file_size_bytes <= ?", Value::Integer(30_000_000_000)),
        ("f.cached_at >= ?", text(&since)),
        // The schema has no library.
        ("f.file_path LIKE ?", text("/mnt/array/media/series/%")),
    ]);
    let user_status = filter([(USER, text("user10")), ("f.status = ?", text("active"))]);
    for (name, found, filter) in [
        ("user_status_us", "user_status_found", user_status),
        ("every_filter_us", "every_filter_found", every),
        ("size_us", "size_found", size),
        ("search_us", "search_found", searched("velvet crown 1")),
        ("search_many_us", "search_many_found", searched("orchard")),
    ] {
        figures.insert(found, list(on, &filter, NEWEST, 0, Total::Counted)? as f64);
        figures.insert(name, time(TIMES, || list(on, &filter, NEWEST, 0, Total::Counted).map(drop))?);
    }
    let holding = || -> Outcome<u64> {
        let mut count = on.prepare_cached(
            "SELECT count(*) FROM cached_files f WHERE f.file_path LIKE ?1 OR f.original_path LIKE ?1 OR \
             f.triggered_by_operation LIKE ?1 OR EXISTS (SELECT 1 FROM cached_file_users u WHERE \
             u.cached_file_id = f.id AND u.user_id LIKE ?1)",
        )?;
        Ok(count.query_row(["%copper%"], |row| row.get(0))?)
    };
    figures.insert("search_all_found", holding()? as f64);
    figures.insert("search_all_us", time(TIMES, || holding().map(drop))?);
    figures.insert("statistics_found", statistics(on)? as f64);
    figures.insert("statistics_us", time(TIMES, || statistics(on).map(drop))?);
    figures.insert("user_statistics_us", time(TIMES, || user_statistics(on, &since))?);
    let by_name = || list(on, &all(), "f.filename, f.id", 1000, Total::Counted).map(drop);
    figures.insert("sorted_by_name_us", time(TIMES, by_name)?);
    Ok(())
}

fn statistics(on: &Connection) -> Outcome<u64> {
    let mut sums = on.prepare_cached(
        "SELECT count(*), sum(file_size_bytes), sum(status = 'active'), sum(status = 'orphaned'), min(cached_at) \
         FROM cached_files f WHERE status <> 'removed'",
    )?;
    let files = sums.query_row([], |row| {
        let values = (1..5).map(|at| row.get(at)).collect::<rusqlite::Result<Vec<Value>>>()?;
        std::hint::black_box(values);
        row.get(0)
    })?;
    let mut users = on.prepare_cached(
        "SELECT count(DISTINCT u.user_id) FROM cached_file_users u JOIN cached_files f ON f.id = u.cached_file_id \
         WHERE f.status <> 'removed'",
    )?;
    std::hint::black_box(users.query_row([], |row| row.get::<_, i64>(0))?);
    let mut most = on.prepare_cached(
        "SELECT file_path FROM cached_files WHERE status <> 'removed' ORDER BY access_count DESC LIMIT 1",
    )?;
    std::hint::black_box(most.query_row([], |row| row.get::<_, String>(0))?);
    Ok(files)
}

/// By the time of caching, for which there is an index. That leaves out who came later to want an older file.
fn user_statistics(on: &Connection, since: &str) -> Outcome {
    const OF: &str = "FROM cached_files f JOIN cached_file_users u ON u.cached_file_id = f.id \
                      WHERE f.cached_at >= ? AND u.user_id = ?";
    for question in [
        "SELECT count(*), sum(f.status = 'active'), sum(f.file_size_bytes * (f.status <> 'removed')) {}",
        "SELECT u.attribution_reason, count(*) {} GROUP BY 1 ORDER BY 2 DESC LIMIT 1",
        "SELECT f.filename, f.cached_at, f.file_size_readable, u.attribution_reason {} AND f.status <> 'removed' \
         ORDER BY f.cached_at DESC LIMIT 10",
    ] {
        let mut asked = on.prepare_cached(&question.replace("{}", OF))?;
        let mut rows = asked.query([since, "user10"])?;
        while let Some(row) = rows.next()? {
            std::hint::black_box(row.get::<_, Value>(0)?);
        }
    }
    Ok(())
}
