//! A large export: as fast as it is read, in constant memory, whole or broken off. `CACHERR_EXPORT_ROWS` says how large.

use std::fmt::Write;
use std::fs::{self, File};
use std::io::{BufReader, Cursor};
use std::net::TcpListener;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

use cacherr::domain::file::{Attribution, FileRow, Metadata, Method, Operation, Placement, Status};
use cacherr::domain::id::FileId;
use cacherr::domain::identity::{Hash, Identity};
use cacherr::domain::path::kept_name;
use cacherr::domain::size::readable;
use cacherr::domain::time::{FileTime, Time};
use cacherr::store::Store;

use super::{House, Instance, wait_for};
use crate::support::tell;

/// What an export may take, however many files it holds.
const MOST_MEMORY: u64 = 16 << 20;
/// Rows of one transaction.
const BATCH: u64 = 10_000;

fn id(number: u64) -> FileId {
    FileId::from_bytes(((0x0190_a6b8_9c1e_7cc3_u128 << 64) | u128::from(number)).to_be_bytes())
}

fn path(number: u64) -> String {
    format!("/mnt/array/movies/Shelf {}/Film {number}, \"the\" one/Film {number}.mkv", number / 100)
}

fn cached(number: u64) -> String {
    path(number).replace("/mnt/array/movies", "/mnt/fast/cacherr/Movies")
}

/// In the order of attribution, which is not that of their names.
fn users(number: u64) -> Vec<String> {
    (0..number % 4).rev().map(|user| format!("user{user}")).collect()
}

fn at(number: u64) -> Time {
    Time::from_micros((1_700_000_000 + i64::try_from(number).unwrap()) * 1_000_000)
}

/// Waits to be given back, so that no start looks for its copy.
fn row(number: u64) -> FileRow {
    let path = PathBuf::from(path(number));
    let name = path.file_name().unwrap().to_os_string();
    let time = FileTime { secs: 1_600_000_000, nanos: 5 };
    let (fsid, ino, size) = (1, number, number * 1000);
    let original = Identity {
        fsid,
        ino,
        btime: None,
        size,
        mtime: time,
        ctime: time,
        mode: 0o644,
        uid: 1000,
        gid: 1000,
    };
    FileRow {
        id: id(number),
        original_path: path.clone(),
        library: "Movies".to_owned(),
        method: Method::AtomicCopy,
        size,
        cached_at: at(number),
        last_accessed: None,
        access_count: 0,
        operation: Operation::Watchlist,
        status: Status::PendingRemoval,
        removed: None,
        metadata: Metadata { title: Some(format!("Film {number}")), ..Metadata::default() },
        pinned: false,
        place: Placement {
            folder: path.parent().unwrap().to_path_buf(),
            kept: Some(kept_name(&name)),
            cached_path: cached(number).into(),
            link_text: cached(number).into(),
            name,
            original,
            copy: Some(original),
            hash: Hash([7; 32]),
        },
        verified_at: at(number),
        link_missing_since: None,
        attention: None,
        file_path: path,
    }
}

/// The line of a file, written without the program.
fn line(number: u64) -> String {
    let quoted = |text: String| format!("\"{}\"", text.replace('"', "\"\""));
    let (path, users) = (quoted(path(number)), users(number));
    let mut line = format!("{},Film {number}.mkv,{path},{path},{},", id(number), quoted(cached(number)));
    let (size, first) = (number * 1000, users.first().map_or("", String::as_str));
    write!(line, "atomic_copy,{size},{},{},,0,", readable(size), at(number)).unwrap();
    write!(line, "{first},watchlist,pending_removal,{}\r\n", users.join(";")).unwrap();
    line
}

/// A house whose store knows so many files.
fn house(rows: u64) -> House {
    let house = House::new();
    fs::DirBuilder::new().mode(0o700).create(house.at("data")).unwrap();
    let store = Store::open(&house.at("data/cacherr.redb")).unwrap();
    for batch in 0..rows.div_ceil(BATCH) {
        let numbers = batch * BATCH..rows.min((batch + 1) * BATCH);
        let fill = |w: &mut cacherr::store::Writer<'_>| {
            for number in numbers {
                w.put_file(&row(number))?;
                for (user, ordinal) in users(number).into_iter().zip(0..) {
                    let (reason, added_at) = (Operation::Watchlist, at(number));
                    w.put_attribution(id(number), &Attribution { user, reason, added_at, ordinal })?;
                }
            }
            Ok(())
        };
        store.write(fill).unwrap();
    }
    house
}

/// A running instance and where it is reached.
struct Open {
    instance: Instance,
    origin: String,
}

impl Open {
    fn start(house: &House) -> Self {
        // Free a moment ago.
        let bind = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let file = house.at("cacherr.toml");
        let text = fs::read_to_string(&file).unwrap().replace("127.0.0.1:0", &bind.to_string());
        let text = format!("{text}[access]\nlocal_role = \"operator\"\n");
        fs::write(file, text).unwrap();
        let log = house.at("log");
        let mut command = house.command(["run"]);
        // What the store's page cache leaves behind stays with the arena of the thread that read it, once per arena and
        // not per export. Here is measured what an export holds, so there is one arena.
        command.env("MALLOC_ARENA_MAX", "1").stdout(Stdio::null()).stderr(File::create(&log).unwrap());
        let instance = Instance { child: command.spawn().unwrap(), log };
        wait_for("the instance", || instance.log().contains("ready"));
        Self { instance, origin: format!("http://{bind}") }
    }

    async fn ask(&self, query: &str) -> reqwest::Response {
        crate::support::http_client().get(format!("{}/api/cached/{query}", self.origin)).send().await.unwrap()
    }

    fn proc(&self, name: &str) -> PathBuf {
        Path::new("/proc").join(self.instance.child.id().to_string()).join(name)
    }

    /// A figure of its memory, in bytes.
    fn memory(&self, name: &str) -> u64 {
        let status = fs::read_to_string(self.proc("status")).unwrap();
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() << 10
    }

    /// Threads that write an export.
    fn writers(&self) -> usize {
        let threads = fs::read_dir(self.proc("task")).unwrap().map(|thread| thread.unwrap().path());
        let named = |thread: PathBuf| fs::read_to_string(thread.join("comm")).unwrap_or_default();
        threads.filter(|thread| named(thread.clone()) == "export\n").count()
    }
}

/// An export as far as it is counted: millions of files need not be held here either.
#[derive(serde::Deserialize)]
struct Json {
    total_files: u64,
    cached_files: Vec<serde::de::IgnoredAny>,
}

const HEAD: &str = "id,filename,file_path,original_path,cached_path,cache_method,file_size_bytes,file_size_readable,\
                    cached_at,last_accessed,access_count,triggered_by_user,triggered_by_operation,status,users\r\n";

fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_export_is_whole_begins_with_its_head_and_takes_constant_memory() {
    let rows = std::env::var("CACHERR_EXPORT_ROWS").map_or(12_000, |text| text.parse().unwrap());
    let house = house(rows);
    let open = Open::start(&house);
    for format in ["csv", "json", "txt", "zip"] {
        // From here on the peak is counted anew.
        fs::write(open.proc("clear_refs"), "5").unwrap();
        let before = open.memory("VmRSS:");
        let asked = Instant::now();
        let mut response = open.ask(&format!("export?format={format}")).await;
        assert_eq!(response.status(), 200);
        let first = response.chunk().await.unwrap().unwrap();
        let begun = asked.elapsed();
        let (mut length, mut hasher) = (first.len(), blake3::Hasher::new());
        hasher.update(&first);
        let mut last = first.to_vec();
        while let Some(chunk) = response.chunk().await.unwrap() {
            length += chunk.len();
            hasher.update(&chunk);
            last = chunk.to_vec();
        }
        let took = asked.elapsed();
        let grown = open.memory("VmHWM:").saturating_sub(before);
        tell(&format!(
            "{rows} rows as {format}: {:.1} MiB, first byte after {begun:.2?}, all after {took:.2?}; \
             {:.1} MiB of memory, {:.1} more than before",
            mib(length as u64),
            mib(open.memory("VmHWM:")),
            mib(grown),
        ));
        assert!(grown < MOST_MEMORY, "{format}: {grown} bytes");
        match format {
            "csv" => {
                assert_eq!(first, HEAD, "the head does not wait for the files");
                let mut naive = blake3::Hasher::new();
                naive.update(HEAD.as_bytes());
                for number in (0..rows).rev() {
                    naive.update(line(number).as_bytes());
                }
                assert!(hasher.finalize() == naive.finalize(), "the bytes are not as they should be");
            }
            "json" => assert!(first.ends_with(b"\"cached_files\":[") && last.ends_with(b"\n]}\n")),
            "txt" => assert!(last.ends_with(format!("End of the export: {rows} files.\n").as_bytes())),
            _ => {}
        }
    }
    wait_for("the writers to end", || open.writers() == 0);
    let bytes = open.ask("export?format=zip").await.bytes().await.unwrap();
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let csv =
        csv::Reader::from_reader(archive.by_index(0).unwrap()).into_records().map(Result::unwrap).count();
    let json = BufReader::new(archive.by_index(1).unwrap());
    let json: Json = serde_json::from_reader(json).unwrap();
    assert_eq!((csv as u64, json.cached_files.len() as u64, json.total_files), (rows, rows, rows));
    assert_eq!(open.instance.stop().0, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_hangs_up_ends_the_export_at_once() {
    let house = house(20_000);
    let open = Open::start(&house);
    for format in ["json", "csv", "zip"] {
        let mut response = open.ask(&format!("export?format={format}&include_metadata=true")).await;
        response.chunk().await.unwrap().unwrap();
        // More than the kernel holds for a reader that does not read.
        if format == "json" {
            assert_eq!(open.writers(), 1, "it waits for its reader");
        }
        drop(response);
        wait_for("the writer to end", || open.writers() == 0);
    }
    assert_eq!(open.ask("statistics").await.status(), 200);
    let log = open.instance.log();
    for word in ["an export was broken off", "panicked", "ZipWriter"] {
        assert!(!log.contains(word), "{log}");
    }
    assert_eq!(open.instance.stop().0, Some(0));
}
