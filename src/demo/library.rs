//! The films: names as people have them, bytes that are the same at every start.

use std::fs::{self, File};
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::folder::Folder;
use crate::error::{Error, IoContext, Result};

/// Below the folder, and the megabytes of each.
const FILES: [(&str, u64); 18] = [
    ("media/Movies/Dune (2021)/Dune (2021) [imdb-tt1160419][Bluray-2160p].mkv", 24),
    ("media/Movies/Dune (2021)/Dune (2021) [imdb-tt1160419][Bluray-1080p].mkv", 13),
    ("media/Movies/Arrival (2016)/Arrival (2016) [Bluray-1080p].mkv", 14),
    ("media/Movies/Arrival (2016)/Arrival (2016) [Bluray-1080p].en.srt", 1),
    ("media/Movies/Paddington 2 (2017)/Paddington 2 (2017) [WEBDL-1080p].mkv", 11),
    ("media/Movies/Le fabuleux destin d'Amélie Poulain (2001)/Amélie (2001) [Bluray-1080p].mkv", 12),
    ("media/Movies/Spirited Away (2001)/千と千尋の神隠し (2001) [Bluray-1080p].mkv", 16),
    ("media/Movies/WALL·E (2008)/WALL·E (2008) [WEBDL-1080p].mp4", 9),
    (UNCACHED, 18),
    ("media/Series/Fargo (2014)/Season 01/Fargo (2014) - S01E01 - The Crocodile's Dilemma.mkv", 8),
    ("media/Series/Fargo (2014)/Season 01/Fargo (2014) - S01E02 - The Rooster Prince.mkv", 7),
    ("media/Series/Fargo (2014)/Season 01/Fargo (2014) - S01E03 - A Muddy Road.mkv", 7),
    ("media/Series/The Expanse/Season 03/The Expanse - S03E05 - Triple Point.mkv", 10),
    ("media/Series/The Expanse/Season 03/The Expanse - S03E06 - Immolation.mkv", 10),
    ("media/Series/The Expanse/Season 03/The Expanse - S03E07 - Delta-V.mkv", 9),
    ("media/Series/Bluey (2018)/Season 02/Bluey (2018) - S02E26 - Baby Race.mkv", 2),
    ("media/Series/Bluey (2018)/Season 02/Bluey (2018) - S02E27 - Christmas Swim.mkv", 2),
    ("media/Series/Bluey (2018)/Season 03/Bluey (2018) - S03E01 - Bedroom.mkv", 3),
];

/// The one that nobody wishes for: for the newcomer's own first try.
pub(super) const UNCACHED: &str =
    "media/Movies/The Grand Budapest Hotel (2014)/The Grand Budapest Hotel (2014) [Bluray-1080p].mkv";

/// Where films are, below the folder.
pub(super) const MOVIES: &str = "media/Movies";
/// Where series are.
pub(super) const SERIES: &str = "media/Series";

const MEGABYTE: u64 = 1 << 20;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What is there.
#[derive(Clone, Copy)]
pub(super) struct Made {
    pub files: usize,
    pub bytes: u64,
}

/// Makes what is missing.
pub(super) fn make(folder: &Folder) -> Result<Made> {
    let mut bytes = 0;
    for (age, (name, megabytes)) in (3_u32..).zip(FILES) {
        // No two sizes are alike, as in life.
        let size = megabytes * MEGABYTE - u64::from(age) * 4321;
        bytes += size;
        let path = folder.path().join(name);
        // Also a link: what is cached from an earlier start is there.
        if path.symlink_metadata().is_err() {
            make_file(&path, name, size, DAY * age)?;
        }
    }
    Ok(Made { files: FILES.len(), bytes })
}

/// The files of films or episodes below a folder.
pub(super) fn videos(below: &str) -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(name, _)| *name).filter(move |name| name.starts_with(below) && !name.ends_with(".srt"))
}

/// The file whose name contains `part`.
pub(super) fn find(folder: &Folder, part: &str) -> Option<PathBuf> {
    matching(part).next().map(|name| folder.path().join(name))
}

/// The names of files that contain `part`.
pub(super) fn matching(part: &str) -> impl Iterator<Item = &'static str> {
    let file = move |name: &str| name.rsplit('/').next().is_some_and(|file| file.contains(part));
    FILES.iter().map(|(name, _)| *name).filter(move |name| file(name))
}

/// A file is whole before it gets its name: an earlier start may have been ended at any moment.
fn make_file(path: &Path, name: &str, size: u64, age: Duration) -> Result<()> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).doing("make the folder", folder)?;
    let making = PathBuf::from(format!("{}.making", path.display()));
    let file = File::create(&making).doing("write", &making)?;
    let mut bytes = blake3::Hasher::new().update(name.as_bytes()).finalize_xof().take(size);
    let mut writer = BufWriter::with_capacity(1 << 16, &file);
    std::io::copy(&mut bytes, &mut writer).and_then(|_| writer.flush()).doing("write", &making)?;
    drop(writer);
    // A file that changed a moment ago may still be changing, and is refused.
    let then = SystemTime::now().checked_sub(age).ok_or_else(|| {
        Error::Invalid("the clock of this machine stands before 1970; set it, then repeat".to_owned())
    })?;
    file.set_modified(then).doing("set the time of", &making)?;
    fs::rename(&making, path).doing("name", path)
}
