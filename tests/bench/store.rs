//! The store with a million records: loading, opening, pages, filters, searches, statistics, durable inserts.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Instant;

use cacherr::domain::file::{Operation, Status};
use cacherr::domain::query::{Direction, Filter, SearchType, Sort};
use cacherr::index::{Index, Start};
use cacherr::store::{Rows, Store, Writer};

use super::records::{Record, USERS, cached_at, log, mix, record};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// Records to a transaction while loading.
const BATCH: u64 = 10_000;
/// So often is each question asked; the median counts.
const TIMES: usize = 41;

/// What was measured, by name; each name says its unit.
type Figures = BTreeMap<&'static str, f64>;

/// Our store in a process of its own: prints what was measured as JSON.
pub fn ours(dir: &Path, records: u64) -> Outcome {
    let mut figures = Figures::new();
    let file = dir.join("ours.redb");
    if !file.exists() {
        load(&file, records, &mut figures)?;
    }
    figures.insert("file_bytes", fs::metadata(&file)?.len() as f64);
    let before = resident()?;
    let started = Instant::now();
    let store = Store::open(&file)?;
    figures.insert("open_s", started.elapsed().as_secs_f64());
    figures.insert("memory_bytes_per_record", (resident()? - before) / records as f64);
    read(&store, records, &mut figures)?;
    write(&store, records, &mut figures)?;
    println!("{}", serde_json::to_string(&figures)?);
    Ok(())
}

fn load(file: &Path, records: u64, figures: &mut Figures) -> Outcome {
    let new = file.with_extension("new");
    let _ = fs::remove_file(&new);
    let mut seconds = 0.0;
    let store = Store::open(&new)?;
    for first in (0..records).step_by(BATCH as usize) {
        let batch: Vec<Record> = (first..records.min(first + BATCH)).map(record).collect();
        let started = Instant::now();
        store.write(|w| batch.iter().try_for_each(|record| put(w, record)))?;
        seconds += started.elapsed().as_secs_f64();
        eprint!("\rloading {first}");
    }
    eprintln!("\r{:<30}", "");
    drop(store);
    fs::rename(&new, file)?;
    figures.insert("load_s", seconds);
    Ok(())
}

fn put(w: &mut Writer<'_>, record: &Record) -> cacherr::Result<()> {
    w.put_file(&record.row)?;
    record.attributions.iter().try_for_each(|one| w.put_attribution(record.row.id, one))?;
    w.put_log(&log(record))
}

fn read(store: &Store, records: u64, figures: &mut Figures) -> Outcome {
    let newest = |index: &Index, filter: &Filter, offset| {
        index.page(&index.find(filter), Sort::CachedAt, Direction::Desc, &Start::Offset(offset), 50)
    };
    let all = Filter::default();
    let mut page = |name, offset: &mut dyn FnMut() -> u64| -> Outcome {
        let mut times = Vec::new();
        for _ in 0..TIMES * 5 {
            let offset = offset();
            let started = Instant::now();
            let (page, rows) = store.look(|index| newest(index, &all, offset))?;
            for id in &page.ids {
                std::hint::black_box((rows.file(*id)?, rows.attributions(*id)?));
            }
            times.push(started.elapsed().as_secs_f64() * 1e6);
        }
        figures.insert(name, median(times));
        Ok(())
    };
    page("page_first_us", &mut || 0)?;
    page("page_middle_us", &mut || records / 2)?;
    let mut turn = 0;
    page("page_anywhere_us", &mut || {
        turn += 1;
        mix(turn) % (records * 9 / 10)
    })?;
    let since = cached_at(records - records / 12);
    let mut ask = |name, act: &dyn Fn(&Index)| -> Outcome {
        let mut times = Vec::new();
        for _ in 0..TIMES {
            let started = Instant::now();
            store.look(act)?;
            times.push(started.elapsed().as_secs_f64() * 1e6);
        }
        figures.insert(name, median(times));
        Ok(())
    };
    let user = || Some(format!("user{:02}", USERS / 2));
    let some = |index: &Index, filter: &Filter| {
        std::hint::black_box(newest(index, filter, 0));
    };
    ask("user_status_us", &|index| {
        some(index, &Filter { user: user(), status: Some(Status::Active), ..Filter::default() });
    })?;
    ask("every_filter_us", &|index| {
        let filter = Filter {
            user: user(),
            status: Some(Status::Active),
            operation: Some(Operation::Watchlist),
            size_min: Some(1_000_000_000),
            size_max: Some(30_000_000_000),
            since: Some(since),
            library: Some("Series".to_owned()),
            ..Filter::default()
        };
        some(index, &filter);
    })?;
    ask("size_us", &|index| {
        some(index, &Filter { size_min: Some(20_000_000_000), ..Filter::default() });
    })?;
    ask("search_us", &|index| {
        some(index, &Filter { search: Some("velvet crown 1".to_owned()), ..Filter::default() });
    })?;
    ask("search_many_us", &|index| {
        some(index, &Filter { search: Some("orchard".to_owned()), ..Filter::default() });
    })?;
    ask("search_all_us", &|index| {
        std::hint::black_box(index.search("copper", SearchType::All, true).len());
    })?;
    ask("statistics_us", &|index| {
        std::hint::black_box(index.totals());
    })?;
    ask("user_statistics_us", &|index| {
        std::hint::black_box(index.user_totals("user10", since, 10));
    })?;
    ask("sorted_by_name_us", &|index| {
        let found = index.find(&Filter::default());
        std::hint::black_box(index.page(&found, Sort::Filename, Direction::Asc, &Start::Offset(1000), 50));
    })?;
    Ok(())
}

fn write(store: &Store, records: u64, figures: &mut Figures) -> Outcome {
    let mut number = store.look(|index| index.len() as u64)?.0.max(records) + 1;
    let mut next = || {
        number += 1;
        record(number)
    };
    let (mut single, mut batch) = (Vec::new(), Vec::new());
    let written = written()?;
    for _ in 0..TIMES * 5 {
        let record = next();
        let started = Instant::now();
        store.write(|w| put(w, &record))?;
        single.push(started.elapsed().as_secs_f64() * 1e6);
    }
    figures.insert("insert_written_bytes", (self::written()? - written) / single.len() as f64);
    for _ in 0..TIMES / 4 {
        let records: Vec<Record> = (0..1000).map(|_| next()).collect();
        let started = Instant::now();
        store.write(|w| records.iter().try_for_each(|record| put(w, record)))?;
        batch.push(started.elapsed().as_secs_f64() * 1e6);
    }
    figures.insert("insert_us", median(single));
    figures.insert("insert_1000_us", median(batch));
    Ok(())
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn resident() -> Outcome<f64> {
    number_in("/proc/self/status", "VmRSS:").map(|kib| kib * 1024.0)
}

fn written() -> Outcome<f64> {
    number_in("/proc/self/io", "write_bytes:")
}

fn number_in(file: &str, name: &str) -> Outcome<f64> {
    let text = fs::read_to_string(file)?;
    let line = text.lines().find_map(|line| line.strip_prefix(name)).ok_or("the kernel does not tell")?;
    Ok(line.split_whitespace().next().unwrap_or_default().parse()?)
}
