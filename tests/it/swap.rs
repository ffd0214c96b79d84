//! Readers that never stop, while the two names are exchanged as fast as the file system can: none of them ever sees
//! a gap or other bytes.
//!
//! The readers are processes of their own: this binary again, told by its environment which file to read and how.
//! `CACHERR_SWAPS` says how many swaps (and restores) a file system has to stand.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cacherr::domain::path::kept_name;
use cacherr::files::real::RealFs;
use cacherr::files::{Fd, Fs};

use crate::support::house::{bytes, disk, film};
use crate::support::mounts::{Image, Mounted};
use crate::support::tell;

const FILE: &str = "CACHERR_READER_FILE";
const WAY: &str = "CACHERR_READER_WAY";

/// How a reader comes to the bytes.
const WAYS: [&str; 3] = ["open", "readlink", "realpath"];

/// What a reader has seen in its life.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Sight {
    /// Reads that gave the right bytes of the original.
    pub originals: u64,
    /// Reads that gave the right bytes of the copy.
    pub copies: u64,
    /// Reads that gave the right bytes, by a handle that does not say whose they are (`fstat` refused).
    pub nameless: u64,
    /// Anything else.
    pub failures: u64,
    /// The first of them.
    pub first: String,
}

/// A process that reads one path all the time.
pub struct Reader {
    process: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Reader {
    /// Starts it; returns when it has read for the first time.
    pub fn start(path: &Path, way: &str) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "swap::a_reader_reads_until_it_is_told_to_stop",
                "--nocapture",
                "--test-threads=1",
            ])
            .env(FILE, path)
            .env(WAY, way)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap() == "reading"), "the reader started");
        Self { process, lines }
    }

    /// Ends it and hears its report.
    pub fn stop(mut self) -> Sight {
        drop(self.process.stdin.take());
        let mut sight = None;
        for line in self.lines.by_ref() {
            let line = line.unwrap();
            let Some(report) = line.strip_prefix("report ") else { continue };
            let mut fields = report.splitn(5, ' ');
            let mut number = || fields.next().unwrap().parse().unwrap();
            let (originals, copies, nameless, failures) = (number(), number(), number(), number());
            let first = fields.next().unwrap_or_default().to_owned();
            sight = Some(Sight { originals, copies, nameless, failures, first });
        }
        assert!(self.process.wait().unwrap().success());
        sight.unwrap()
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        drop(self.process.wait());
    }
}

/// The reader itself; without its environment there is nothing to read.
#[test]
fn a_reader_reads_until_it_is_told_to_stop() {
    let (Some(path), Some(way)) = (std::env::var_os(FILE), std::env::var(WAY).ok()) else { return };
    let path = PathBuf::from(path);
    let stop = Arc::new(AtomicBool::new(false));
    let told = stop.clone();
    std::thread::spawn(move || {
        let mut nothing = Vec::new();
        drop(std::io::stdin().read_to_end(&mut nothing));
        told.store(true, Ordering::SeqCst);
    });
    let expected = fs::read(&path).unwrap();
    let original = File::open(&path).unwrap().metadata().unwrap();
    let original = (original.dev(), original.ino());
    println!("\nreading");
    let mut sight = Sight::default();
    let mut buffer = Vec::with_capacity(expected.len() + 1);
    while !stop.load(Ordering::SeqCst) {
        match read_once(&path, &way, &mut buffer) {
            Ok(Some(inode)) if buffer == expected && inode == original => sight.originals += 1,
            Ok(Some(_)) if buffer == expected => sight.copies += 1,
            Ok(None) if buffer == expected => sight.nameless += 1,
            other => {
                sight.failures += 1;
                if sight.first.is_empty() {
                    sight.first = format!("{other:?}, {} bytes", buffer.len());
                }
            }
        }
    }
    let Sight { originals, copies, nameless, failures, first } = sight;
    println!("\nreport {originals} {copies} {nameless} {failures} {first}");
}

/// Reads the file into the buffer and says which inode it was, if its handle does.
fn read_once(path: &Path, way: &str, buffer: &mut Vec<u8>) -> std::io::Result<Option<(u64, u64)>> {
    buffer.clear();
    let path = match way {
        "realpath" => fs::canonicalize(path)?,
        "readlink" => match fs::read_link(path) {
            Ok(text) => path.with_file_name(text),
            // Not a link at this moment: the file itself.
            Err(error) if error.kind() == std::io::ErrorKind::InvalidInput => path.to_path_buf(),
            Err(error) => return Err(error),
        },
        _ => path.to_path_buf(),
    };
    let mut file = File::open(path)?;
    file.read_to_end(buffer)?;
    Ok(file.metadata().ok().map(|seen| (seen.dev(), seen.ino())))
}

/// Swaps and restores as `cacher/names.rs` does, call by call.
struct Swapper {
    folder: Fd,
    path: PathBuf,
    kept: std::ffi::OsString,
    copy: PathBuf,
}

impl Swapper {
    fn name(&self) -> &OsStr {
        self.path.file_name().unwrap()
    }

    /// Step 7: link, dress, sync, look, exchange, sync.
    fn swap_in(&self, durable: bool) {
        let like = RealFs.stat_at(&self.folder, self.name()).unwrap().identity;
        RealFs.symlink(&self.copy, &self.folder, &self.kept).unwrap();
        RealFs.set_owner_at(&self.folder, &self.kept, like.uid, like.gid).unwrap();
        RealFs.set_mtime_at(&self.folder, &self.kept, like.mtime).unwrap();
        self.sync(durable);
        RealFs.exchange(&self.folder, self.name(), &self.kept).unwrap();
        self.sync(durable);
    }

    /// Steps r2 to r5: exchange, sync, remove our link, sync.
    fn swap_out(&self, durable: bool) {
        RealFs.exchange(&self.folder, self.name(), &self.kept).unwrap();
        self.sync(durable);
        assert_eq!(RealFs.read_link(&self.folder, &self.kept).unwrap(), self.copy);
        RealFs.unlink(&self.folder, &self.kept).unwrap();
        self.sync(durable);
    }

    /// What readers see does not depend on it, so that only some swaps take the time that a disk needs.
    fn sync(&self, durable: bool) {
        if durable {
            RealFs.sync(&self.folder).unwrap();
        }
    }
}

fn readers_never_fail_on(volume: Option<Mounted>) {
    let Some(volume) = volume else { return };
    let swaps = std::env::var("CACHERR_SWAPS").map_or(10_000, |text| text.parse().unwrap());
    let (_dir, cache) = disk();
    let film_bytes = bytes(7, 20_000);
    let path = volume.path().canonicalize().unwrap().join("Dune (2021).mkv");
    film(&path, &film_bytes);
    let copy = cache.join("Dune (2021).mkv");
    fs::write(&copy, &film_bytes).unwrap();
    let swapper = Swapper {
        folder: RealFs.open_folder(path.parent().unwrap()).unwrap(),
        kept: kept_name(path.file_name().unwrap()),
        path,
        copy,
    };
    let before = fs::metadata(&swapper.path).unwrap();

    let readers = WAYS.map(|way| (way, Reader::start(&swapper.path, way)));
    for round in 0..swaps {
        swapper.swap_in(round % 100 == 0);
        swapper.swap_out(round % 100 == 0);
    }
    for (way, reader) in readers {
        let sight = reader.stop();
        tell(&format!("{swaps} swaps and as many restores, {way}: {sight:?}"));
        assert_eq!((sight.failures, sight.nameless), (0, 0), "{way}: {sight:?}");
        assert!(sight.originals > 0 && sight.copies > 0, "{way} saw both sides: {sight:?}");
    }
    let after = fs::symlink_metadata(&swapper.path).unwrap();
    assert_eq!((before.ino(), before.mtime()), (after.ino(), after.mtime()));
    assert_eq!(fs::read(&swapper.path).unwrap(), film_bytes);
}

/// The readers can see a gap: what other tools do makes one, and is seen.
#[test]
fn readers_notice_the_gap_of_two_renames() {
    let (_dir, folder) = disk();
    let (path, kept, link) = (folder.join("film"), folder.join("kept"), folder.join("link"));
    film(&path, &bytes(7, 20_000));
    fs::copy(&path, folder.join("copy")).unwrap();
    let reader = Reader::start(&path, "open");
    for _ in 0..2_000 {
        std::os::unix::fs::symlink("copy", &link).unwrap();
        fs::rename(&path, &kept).unwrap();
        fs::rename(&link, &path).unwrap();
        fs::rename(&kept, &path).unwrap();
    }
    let sight = reader.stop();
    assert!(sight.failures > 0 && sight.originals > 0, "{sight:?}");
}

#[test]
fn readers_never_fail_while_names_are_exchanged_on_ext4() {
    readers_never_fail_on(Mounted::image(Image::Ext4, 64));
}

#[test]
fn readers_never_fail_while_names_are_exchanged_on_xfs() {
    readers_never_fail_on(Mounted::image(Image::Xfs, 300));
}

#[test]
fn readers_never_fail_while_names_are_exchanged_on_btrfs() {
    readers_never_fail_on(Mounted::image(Image::Btrfs, 600));
}

#[test]
fn readers_never_fail_while_names_are_exchanged_in_memory() {
    readers_never_fail_on(Mounted::memory(16));
}
