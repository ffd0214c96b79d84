//! Who reads while others write sees commits whole: a file never without those who want it, or without its entry in the
//! log, and never in a list that it does not belong to.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use cacherr::domain::file::{FileRow, Operation, Removed, Status};
use cacherr::domain::query::{Direction, Filter, Sort};
use cacherr::index::{Start, Totals};
use cacherr::store::{Rows, Store};
use serde_json::{Value, json};

use crate::store::rows::at;
use crate::support::app::{Options, TestApp, send};
use crate::support::{stock, tell};

const WRITERS: u32 = 2;
/// Files of each writer.
const FILES: u32 = 40;
const READERS_OF_THE_STORE: u32 = 10;
const READERS_OF_THE_API: u32 = 40;
const USERS: [&str; 5] = ["ann", "bob", "cat", "dan", "eve"];

fn duration() -> Duration {
    let seconds = std::env::var("CACHERR_TORN_SECONDS").ok().and_then(|text| text.parse().ok());
    Duration::from_secs(seconds.unwrap_or(5))
}

/// Mixes a number.
fn mix(number: u64) -> u64 {
    let z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// All that is written of a file follows from its version, which stands in its access count: whatever does not fit
/// together was torn.
fn version(number: u32, version: u64) -> (FileRow, Vec<&'static str>) {
    let seed = mix(version << 8 | u64::from(number & 0xff));
    let status = Status::ALL[(seed % 4) as usize];
    // Removed and back again: another time of caching, as a path has that is cached anew.
    let cached_at = at(i64::try_from(version / 3 * 1_000 + u64::from(number)).unwrap());
    let row = FileRow {
        access_count: version,
        size: size(version),
        operation: Operation::ALL[(version % 7) as usize],
        cached_at,
        status,
        removed: (status == Status::Removed).then(|| Removed { at: cached_at, reason: "test".to_owned() }),
        ..stock::row(number)
    };
    (row, users(version))
}

fn size(version: u64) -> u64 {
    mix(version) % 10_000
}

fn users(version: u64) -> Vec<&'static str> {
    let first = version as usize % USERS.len();
    (0..1 + version as usize % 3).map(|next| USERS[(first + 2 * next) % USERS.len()]).collect()
}

/// Writes one version after the other, each with its users and its entry in one transaction. Returns how many.
fn write(store: &Store, writer: u32, until: Instant) -> u64 {
    let mut written = 0;
    while Instant::now() < until {
        let seed = mix(u64::from(writer) << 32 | written);
        let number = writer * FILES + (seed >> 16) as u32 % FILES;
        written += 1;
        store
            .write(|w| {
                if seed.is_multiple_of(17) {
                    // Purged: it comes back as a new one some time.
                    return w.remove_file(stock::id(number));
                }
                let (row, users) = version(number, written);
                stock::write(w, &row, &users, &stock::entry(&row, &format!("version {written}")))
            })
            .unwrap();
    }
    written
}

/// A file as the API shows it belongs together.
fn is_whole(file: &Value) {
    let version = file["access_count"].as_u64().unwrap();
    let users = users(version);
    assert_eq!(file["users"], json!(users), "{file}");
    assert_eq!(file["triggered_by_user"], users[0], "{file}");
    assert_eq!(file["file_size_bytes"], size(version), "{file}");
    assert_eq!(file["triggered_by_operation"], Operation::ALL[(version % 7) as usize].name(), "{file}");
}

/// Looks at the store itself: what the index says and the rows beside it are of one commit. Returns how often.
fn look(store: &Store, reader: u32, until: Instant) -> u64 {
    let mut looks = 0;
    while Instant::now() < until {
        looks += 1;
        let status = Status::ALL[(looks + u64::from(reader)) as usize % 4];
        let filter = Filter {
            status: (!looks.is_multiple_of(3)).then_some(status),
            user: looks.is_multiple_of(2).then(|| USERS[looks as usize % USERS.len()].to_owned()),
            ..Filter::default()
        };
        let sort = Sort::ALL[looks as usize % Sort::ALL.len()];
        let direction = Direction::ALL[looks as usize % 2];
        let (walk, rows) = store
            .look(|index| {
                let found = index.find(&filter);
                let (mut ids, mut start) = (Vec::new(), Start::Offset(0));
                loop {
                    let page = index.page(&found, sort, direction, &start, 33);
                    assert_eq!((page.total, page.offset), (found.len(), ids.len() as u64));
                    ids.extend(page.ids);
                    match page.next {
                        Some(next) => start = Start::After(next),
                        None => break (ids, found.len(), index.totals()),
                    }
                }
            })
            .unwrap();
        let (ids, total, totals): (Vec<_>, u64, Totals) = walk;
        assert_eq!(ids.len() as u64, total);
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len(), "a file comes twice");
        for id in &ids {
            let row = rows.file(*id).unwrap().expect("what is listed is there");
            let wishes: Vec<String> =
                rows.attributions(*id).unwrap().into_iter().map(|wish| wish.user).collect();
            assert_eq!(
                (wishes, row.size),
                (
                    users(row.access_count).iter().map(|user| (*user).to_owned()).collect(),
                    size(row.access_count)
                )
            );
            let entry = rows.log_of(*id, usize::MAX).unwrap();
            let reason = format!("version {}", row.access_count);
            assert!(entry.iter().any(|entry| entry.reason == reason), "{reason} of {id} is not in the log");
            assert!(
                filter.status.map_or(row.status != Status::Removed, |status| row.status == status),
                "{row:?}"
            );
            assert!(filter.user.as_ref().is_none_or(|user| users(row.access_count).contains(&user.as_str())));
        }
        let files = rows.files().unwrap();
        let here = || files.iter().filter(|row| row.status != Status::Removed);
        assert_eq!((totals.files, totals.size), (here().count() as u64, here().map(|row| row.size).sum()));
        assert_eq!(totals.oldest, here().map(|row| row.cached_at).min());
    }
    looks
}

/// Asks for lists, and for what they show. Returns how many answers.
async fn ask(app: &TestApp, reader: u32, until: Instant) -> u64 {
    let mut asked = 0;
    while Instant::now() < until {
        asked += 1;
        let seed = mix(u64::from(reader) << 32 | asked);
        let status = Status::ALL[(seed % 4) as usize];
        let user = USERS[(seed >> 8) as usize % USERS.len()];
        let query = match seed >> 16 & 7 {
            0 | 1 => format!("status={status}"),
            2 | 3 => format!("user_id={user}"),
            4 => format!("status={status}&user_id={user}&sort=filename"),
            5 => "sort=access_count&order=asc".to_owned(),
            6 => "size_max=5000&sort=file_size_bytes".to_owned(),
            _ => String::new(),
        };
        let page = app.get(&format!("/api/cached/files?limit=500&{query}")).await.is(200);
        let files = page["files"].as_array().unwrap();
        // All fit on one page, so what was counted is what is shown.
        assert_eq!(
            (page["pagination"]["total_count"].as_u64(), &page["pagination"]["has_more"]),
            (Some(files.len() as u64), &json!(false))
        );
        for file in files {
            is_whole(file);
            if query.contains("status=") {
                assert_eq!(file["status"], status.name(), "{query}");
            } else {
                assert_ne!(file["status"], "removed", "{query}");
            }
            assert!(
                !query.contains("user_id=") || file["users"].as_array().unwrap().contains(&json!(user)),
                "{query} {file}"
            );
            assert!(
                !query.contains("size_max=") || file["file_size_bytes"].as_u64().unwrap() <= 5_000,
                "{file}"
            );
        }
        let Some(file) = files.get((seed >> 24) as usize % files.len().max(1)) else { continue };
        asked += 1;
        let id = file["id"].as_str().unwrap();
        let answer = send(app.request(reqwest::Method::GET, &format!("/api/cached/files/{id}"))).await;
        if answer.status == 404 {
            // Purged since.
            continue;
        }
        let detail = answer.is(200);
        is_whole(&detail);
        let reason = format!("version {}", detail["access_count"]);
        let history = detail["history"].as_array().unwrap();
        // The newest hundred are shown; of one time, any may be.
        assert!(
            history.len() == 100 || history.iter().any(|entry| entry["reason"] == reason),
            "{reason} is not in {history:#?}"
        );
        let wishes: Vec<&Value> =
            detail["attributions"].as_array().unwrap().iter().map(|wish| &wish["user"]).collect();
        assert_eq!(json!(wishes), detail["users"]);
    }
    asked
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_who_read_never_see_half_of_what_two_write() {
    let app = Arc::new(TestApp::start_with(Options { in_memory: true, ..Options::default() }).await);
    let store = app.cacher().engine().store().clone();
    let all: Vec<FileRow> = (0..WRITERS * FILES).map(|number| version(number, 0).0).collect();
    store
        .write(|w| {
            all.iter().try_for_each(|row| stock::write(w, row, &users(0), &stock::entry(row, "version 0")))
        })
        .unwrap();
    let until = Instant::now() + duration();
    let (written, looked) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let mut threads = Vec::new();
    for writer in 0..WRITERS {
        let (store, written) = (store.clone(), written.clone());
        threads.push(std::thread::spawn(move || {
            written.fetch_add(write(&store, writer, until), Ordering::Relaxed)
        }));
    }
    for reader in 0..READERS_OF_THE_STORE {
        let (store, looked) = (store.clone(), looked.clone());
        threads.push(std::thread::spawn(move || {
            looked.fetch_add(look(&store, reader, until), Ordering::Relaxed)
        }));
    }
    let readers = (0..READERS_OF_THE_API).map(|reader| {
        let app = app.clone();
        tokio::spawn(async move { ask(&app, reader, until).await })
    });
    let readers: Vec<_> = readers.collect();
    let mut answers = 0;
    for reader in readers {
        answers += reader.await.unwrap();
    }
    for thread in threads {
        tokio::task::spawn_blocking(move || thread.join()).await.unwrap().unwrap();
    }
    let (written, looked) = (written.load(Ordering::Relaxed), looked.load(Ordering::Relaxed));
    tell(&format!("{written} commits by {WRITERS}, {answers} answers and {looked} looks for others"));
    assert!(written > 0 && answers > 0 && looked > 0);
}
