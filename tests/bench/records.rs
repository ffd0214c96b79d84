//! Records as a large library has them: the same for every contender, made from their number alone.

use std::io::Write;
use std::path::{Path, PathBuf};

use cacherr::domain::file::{Attribution, FileRow, Metadata, Method, Operation, Placement, Status};
use cacherr::domain::id::{FileId, LogId};
use cacherr::domain::identity::{Hash, Identity};
use cacherr::domain::log::{LogKind, LogRow};
use cacherr::domain::path::kept_name;
use cacherr::domain::size::readable;
use cacherr::domain::time::{FileTime, Time};
use uuid::Uuid;

use super::measure::{Outcome, mix};

/// Media users.
pub const USERS: u64 = 20;
/// A film or episode comes every so many microseconds, from this instant on.
const STEP: i64 = 30_000_000;
const FIRST: i64 = 1_735_689_600_000_000;

/// A cached file and who wants it.
pub struct Record {
    pub row: FileRow,
    pub attributions: Vec<Attribution>,
}

const WORDS: [&str; 24] = [
    "Winter", "Harbour", "Station", "Silent", "Garden", "Seven", "Machine", "River", "Letter", "Empire",
    "Glass", "North", "Shadow", "Paper", "Island", "Copper", "Night", "Crown", "Summer", "Signal", "Stone",
    "Orchard", "Velvet", "Tide",
];

/// A title of two words and a number.
fn title(seed: u64) -> String {
    let word = |shift: u32| WORDS[(seed >> shift) as usize % WORDS.len()];
    format!("The {} {} {}", word(0), word(8), seed >> 16 & 0xfff)
}

/// The library and the path below it: three of four are episodes.
fn path(number: u64) -> (&'static str, String) {
    if number % 4 == 3 {
        let name = format!("{} ({}) {{tmdb-{number}}}", title(mix(number)), 1950 + number % 75);
        return ("Movies", format!("{name}/{name} Bluray-1080p x265.mkv"));
    }
    // Twelve episodes to a season, four seasons to a series.
    let (season, episode) = (number / 12 % 4 + 1, number % 12 + 1);
    let name = format!("{} {{tvdb-{}}}", title(mix(number / 48)), number / 48);
    let file = format!(
        "S{season:02}E{episode:02} - {} - {} WEBDL-1080p.mkv",
        title(mix(number)),
        title(mix(number ^ 0x55))
    );
    ("Series", format!("{name}/Season {season:02}/{file}"))
}

/// When the record with this number was cached.
pub fn cached_at(number: u64) -> Time {
    Time::from_micros(FIRST + STEP * number as i64)
}

/// The fast volume of records that are kept in `dir`. It has to be where a server finds it.
pub fn fast(dir: &Path) -> PathBuf {
    dir.join("fast")
}

/// The record with this number, of a store that is kept in `dir`.
pub fn record(number: u64, dir: &Path) -> Record {
    let seed = mix(number);
    let at = cached_at(number);
    let (library, below) = path(number);
    let file_path = PathBuf::from(format!("/mnt/array/media/{}/{below}", library.to_lowercase()));
    let name = file_path.file_name().unwrap_or_default().to_owned();
    let size = 200_000_000 + seed % 40_000_000_000;
    let status = match seed >> 40 & 0xff {
        0..=12 => Status::Removed,
        13..=15 => Status::Orphaned,
        16 => Status::PendingRemoval,
        _ => Status::Active,
    };
    let operation = |seed: u64| Operation::ALL[(seed % 7) as usize];
    let time = |nanos| FileTime { secs: 1_700_000_000 + number as i64, nanos };
    let identity = Identity {
        fsid: 0x1234_5678_9abc,
        ino: number + 1000,
        btime: Some(time(7)),
        size,
        mtime: time(0),
        ctime: time(1),
        mode: 0o644,
        uid: 1000,
        gid: 1000,
    };
    let cached_path = fast(dir).join(library).join(&below);
    let mut hash = [0; 32];
    for (at, part) in hash.chunks_mut(8).enumerate() {
        part.copy_from_slice(&mix(seed ^ at as u64).to_le_bytes());
    }
    let row = FileRow {
        id: FileId(id(at, seed)),
        original_path: file_path.clone(),
        library: library.to_owned(),
        method: Method::AtomicCopy,
        size,
        cached_at: at,
        last_accessed: (seed.is_multiple_of(3)).then(|| Time::from_micros(at.as_micros() + 3_600_000_000)),
        access_count: if seed.is_multiple_of(3) { seed >> 8 & 0xf } else { 0 },
        operation: operation(seed >> 4),
        status,
        removed: None,
        metadata: Metadata::default(),
        pinned: seed.is_multiple_of(97),
        place: Placement {
            folder: file_path.parent().unwrap_or(&file_path).to_owned(),
            kept: Some(kept_name(&name)),
            name,
            link_text: cached_path.clone(),
            cached_path,
            original: identity,
            copy: Some(Identity { ino: number + 5_000_000, ..identity }),
            hash: Hash(hash),
        },
        verified_at: at,
        link_missing_since: None,
        attention: None,
        file_path,
    };
    let attributions = (0..1 + seed % 4).map(|ordinal| {
        let later = mix(seed ^ ordinal).is_multiple_of(4) && ordinal > 0;
        Attribution {
            user: format!("user{:02}", mix(seed + ordinal) % USERS),
            reason: operation(mix(seed + ordinal) >> 9),
            added_at: if later { Time::from_micros(at.as_micros() + 86_400_000_000) } else { at },
            ordinal: ordinal as u32,
        }
    });
    let mut seen = std::collections::HashSet::new();
    let attributions = attributions.filter(|one| seen.insert(one.user.clone())).collect();
    Record { row, attributions }
}

/// What the operation log says of it.
pub fn log(record: &Record) -> LogRow {
    let row = &record.row;
    LogRow {
        id: LogId(id(row.cached_at, mix(row.size))),
        kind: LogKind::Cache,
        file_id: Some(row.id),
        file_path: row.file_path.clone(),
        by: cacherr::domain::actor::Actor::system(),
        user: record.attributions.first().map(|first| first.user.clone()),
        reason: row.operation.name().to_owned(),
        success: true,
        error: None,
        metadata: Vec::new(),
        at: row.cached_at,
    }
}

/// Prints records for contenders that are not written in terms of ours. A line to a row: `F`ile, `U`ser, `L`og, in the
/// order of the columns of the specification's schema, separated by tabs; nothing where there is no value.
pub fn print(dir: &Path, first: u64, count: u64) -> Outcome {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for number in first..first + count {
        let record = record(number, dir);
        let row = &record.row;
        let text = |path: &Path| path.display().to_string();
        let user = record.attributions.first().map(|first| first.user.as_str()).unwrap_or_default();
        let file = [
            row.id.to_string(),
            text(&row.file_path),
            text(Path::new(&row.place.name)),
            text(&row.original_path),
            text(&row.place.cached_path),
            row.method.to_string(),
            row.size.to_string(),
            readable(row.size),
            row.cached_at.to_string(),
            row.last_accessed.map(|at| at.to_string()).unwrap_or_default(),
            row.access_count.to_string(),
            user.to_owned(),
            row.operation.to_string(),
            row.status.to_string(),
            format!(r#"{{"hash":"{}","library":"{}"}}"#, row.place.hash, row.library),
        ];
        let mut lines = format!("F\t{}\n", file.join("\t"));
        for one in &record.attributions {
            lines += &format!("U\t{}\t{}\t{}\t{}\n", row.id, one.user, one.reason, one.added_at);
        }
        let log = log(&record);
        lines += &format!(
            "L\t{}\t{}\t{}\t{}\t{user}\t{}\t1\t\t\t{}\n",
            log.id,
            log.kind.name(),
            text(&log.file_path),
            log.by.name,
            log.reason,
            log.at
        );
        if out.write_all(lines.as_bytes()).is_err() {
            // Who reads has enough.
            return Ok(());
        }
    }
    let _ = out.flush();
    Ok(())
}

/// An id as it would have been given then.
fn id(at: Time, seed: u64) -> Uuid {
    let millis = (at.as_micros() / 1000) as u64;
    let random = (u128::from(mix(seed)) << 64 | u128::from(mix(seed ^ 1))).to_be_bytes();
    let mut tail = [0; 10];
    tail.copy_from_slice(&random[..10]);
    uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid()
}
