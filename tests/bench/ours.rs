//! Our store with a million records: loading, opening, pages, filters, searches, statistics, durable inserts.

use std::fs;
use std::path::Path;
use std::time::Instant;

use cacherr::domain::file::{Operation, Status};
use cacherr::domain::query::{Direction, Filter, SearchType, Sort};
use cacherr::index::{Naming, Start};
use cacherr::store::{Rows, Store, Writer};

use super::measure::{
    BATCH, Figures, Outcome, Scratch, TIMES, insert, kill_while_writing, load_seconds, mix, resident, time,
    write_until_killed,
};
use super::records::{Record, USERS, cached_at, log, record};

/// Measures in this process, and prints what came of it as JSON.
pub fn measure(dir: &Path, records: u64) -> Outcome {
    let mut figures = Figures::new();
    let file = dir.join("ours.redb");
    figures.insert("load_s", load(dir, records)?);
    figures.insert("file_bytes", fs::metadata(&file)?.len() as f64);

    let before = resident(std::process::id())?;
    let started = Instant::now();
    let store = Store::open(&file)?;
    list(&store, &Filter::default(), 0)?;
    figures.insert("open_s", started.elapsed().as_secs_f64());
    figures.insert("memory_bytes_per_record", (resident(std::process::id())? - before) / records as f64);
    read(&store, records, &mut figures)?;
    drop(store);

    let copy = Scratch::of(&file)?;
    let store = Store::open(&copy.0)?;
    let mut number = records;
    let next = || {
        number += 1;
        Ok(record(number, dir))
    };
    insert(&mut figures, next, |records| {
        store.write(|w| records().iter().try_for_each(|record| put(w, record))).map_err(|e| e.to_string())
    })?;
    drop(store);

    let path = copy.0.to_str().ok_or("the path is no text")?;
    kill_while_writing(&["store", "die", path, &(records + 100_000).to_string()])?;
    let started = Instant::now();
    let store = Store::open(&copy.0)?;
    list(&store, &Filter::default(), 0)?;
    figures.insert("open_killed_s", started.elapsed().as_secs_f64());
    drop(store);
    println!("{}", serde_json::to_string(&figures)?);
    Ok(())
}

/// Writes records from this number on, until somebody kills us.
pub fn die(file: &Path, mut number: u64) -> Outcome {
    let store = Store::open(file)?;
    write_until_killed(|| {
        number += 1;
        Ok(store.write(|w| put(w, &record(number, file)))?)
    })
}

/// Makes the store that is kept, unless it is there. Tells how many seconds that took when it was done.
pub fn load(dir: &Path, records: u64) -> Outcome<f64> {
    load_seconds(&dir.join("ours.redb"), |new| fill(new, dir, records))
}

fn fill(new: &Path, dir: &Path, records: u64) -> Outcome<f64> {
    let mut seconds = 0.0;
    let store = Store::open(new)?;
    for first in (0..records).step_by(BATCH as usize) {
        let batch: Vec<Record> =
            (first..records.min(first + BATCH)).map(|number| record(number, dir)).collect();
        let started = Instant::now();
        store.write(|w| batch.iter().try_for_each(|record| put(w, record)))?;
        seconds += started.elapsed().as_secs_f64();
        eprint!("\rour store: {first}");
    }
    eprint!("\r{:<30}\r", "");
    Ok(seconds)
}

fn put(w: &mut Writer<'_>, record: &Record) -> cacherr::Result<()> {
    w.put_wanted_file(&record.row, record.attributions.clone())?;
    w.put_log(&log(record))
}

/// Fifty files from `offset` on, newest first, with who wants them, and how many there are.
fn list(store: &Store, filter: &Filter, offset: u64) -> Outcome<u64> {
    let (page, rows) = store.look(|index| {
        index.page(&index.find(filter), Sort::CachedAt, Direction::Desc, &Start::Offset(offset), 50)
    })?;
    for id in &page.ids {
        std::hint::black_box(rows.wanted_file(*id)?);
    }
    Ok(page.total)
}

fn read(store: &Store, records: u64, figures: &mut Figures) -> Outcome {
    let all = Filter::default();
    let mut page = |name, offset: &mut dyn FnMut() -> u64| -> Outcome {
        figures.insert(name, time(TIMES * 5, || list(store, &all, offset()).map(drop))?);
        Ok(())
    };
    page("page_first_us", &mut || 0)?;
    page("page_first_untotalled_us", &mut || 0)?;
    page("page_middle_us", &mut || records / 2)?;
    let mut turn = 0;
    page("page_anywhere_us", &mut || {
        turn += 1;
        mix(turn) % (records * 9 / 10)
    })?;

    let since = cached_at(records - records / 12);
    let user = || Some(format!("user{:02}", USERS / 2));
    let searched = |text: &str| Filter { search: Some(text.to_owned()), ..Filter::default() };
    let every = Filter {
        user: user(),
        status: Some(Status::Active),
        operation: Some(Operation::Watchlist),
        size_min: Some(1_000_000_000),
        size_max: Some(30_000_000_000),
        since: Some(since),
        library: Some("Series".to_owned()),
        search: None,
    };
    let user_status = Filter { user: user(), status: Some(Status::Active), ..Filter::default() };
    for (name, found, filter) in [
        ("user_status_us", "user_status_found", user_status),
        ("every_filter_us", "every_filter_found", every),
        ("size_us", "size_found", Filter { size_min: Some(20_000_000_000), ..Filter::default() }),
        ("search_us", "search_found", searched("velvet crown 1")),
        ("search_many_us", "search_many_found", searched("orchard")),
    ] {
        figures.insert(found, list(store, &filter, 0)? as f64);
        figures.insert(name, time(TIMES, || list(store, &filter, 0).map(drop))?);
    }
    let holding = || -> Outcome<u64> {
        Ok(store.look(|index| index.search("copper", SearchType::All, Naming::Own, true).len())?.0)
    };
    figures.insert("search_all_found", holding()? as f64);
    figures.insert("search_all_us", time(TIMES, || holding().map(drop))?);
    let statistics = || -> Outcome<u64> {
        let (totals, rows) = store.look(|index| index.totals())?;
        std::hint::black_box(totals.most_accessed.map(|id| rows.file(id)).transpose()?);
        Ok(totals.files)
    };
    figures.insert("statistics_found", statistics()? as f64);
    figures.insert("statistics_us", time(TIMES, || statistics().map(drop))?);
    let user_statistics = || -> Outcome<u64> {
        let (totals, rows) = store.look(|index| index.user_totals("user10", since, 10))?;
        for (id, _) in &totals.recent {
            std::hint::black_box(rows.file(*id)?);
        }
        Ok(totals.files)
    };
    figures.insert("user_statistics_us", time(TIMES, || user_statistics().map(drop))?);
    let by_name = || -> Outcome {
        let (page, rows) = store.look(|index| {
            index.page(&index.find(&all), Sort::Filename, Direction::Asc, &Start::Offset(1000), 50)
        })?;
        for id in &page.ids {
            std::hint::black_box(rows.wanted_file(*id)?);
        }
        Ok(())
    };
    figures.insert("sorted_by_name_us", time(TIMES, by_name)?);
    Ok(())
}
